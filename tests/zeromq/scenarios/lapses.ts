/**
 * What goes wrong, half of what is needed, and calls without a pause: where a program sees the difference.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { Event, Observer, Router } from "zeromq";
import { attempt, attempts, type Scenario, show, texts, until } from "../observing.ts";

function close(...sockets: { close(): void }[]): void {
  for (const socket of sockets) socket.close();
}

/** The first event of a type. */
async function first(events: Observer, type: Event["type"]): Promise<unknown> {
  for (;;) {
    const event = await events.receive();
    if (event.type === type) return show(event);
  }
}

/** Answers whoever asks for leave to connect, with the end of the reply that is given; and tells what was asked. */
async function judge(handler: Router, end: readonly (string | null)[], asked: string[][]): Promise<void> {
  await handler.bind("inproc://zeromq.zap.01");
  void (async () => {
    for await (const [peer, delimiter, ...request] of handler) {
      asked.push(texts(request.slice(2)));
      await handler.send([peer!, delimiter!, ...end]);
    }
  })();
}

/** What is easily got wrong. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "unbinding what could not have been bound",
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      const seen = await attempts({
        nonsense: () => socket.unbind("nonsense"),
        scheme: () => socket.unbind("http://127.0.0.1:1"),
        noPort: () => socket.unbind("tcp://127.0.0.1"),
        inproc: () => socket.unbind("inproc://nobody"),
        path: () => socket.unbind("ipc:///tmp/nobody"),
        emptyInproc: () => socket.unbind("inproc://"),
        disconnectNoPort: () => socket.disconnect("tcp://127.0.0.1"),
        disconnectNonsense: () => socket.disconnect("nonsense"),
        disconnectScheme: () => socket.disconnect("http://127.0.0.1:1"),
      });
      close(socket);
      return seen;
    },
  },
  {
    name: "closing while unbinding fails",
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      const unbinding = attempt(() => socket.unbind("tcp://127.0.0.1:5"));
      socket.close();
      return [socket.closed, await unbinding, socket.closed];
    },
  },
  {
    name: "all events of a bind that failed",
    async run(zmq) {
      const [one, other] = [new zmq.Dealer({ linger: 0 }), new zmq.Dealer({ linger: 0 })];
      await one.bind("tcp://127.0.0.1:*");
      const events = other.events;
      await attempt(() => other.bind(one.lastEndpoint!));
      const seen: unknown[] = [];
      for (let type: string = ""; type !== "bind:error";) {
        const event = await events.receive();
        seen.push(show(event));
        type = event.type;
      }
      close(one, other);
      return seen;
    },
  },
  {
    name: "a socksProxy that is no address",
    run(zmq) {
      const socket = new zmq.Dealer();
      const seen = attempts({
        set: () => socket.socksProxy = "nonsense",
        read: () => socket.socksProxy,
        reset: () => socket.socksProxy = null,
        readAgain: () => socket.socksProxy,
      });
      close(socket);
      return seen;
    },
  },
  {
    name: "the mechanism is that of the option that was set last",
    run(zmq) {
      const { publicKey, secretKey } = zmq.curveKeyPair();
      const socket = new zmq.Dealer();
      const tell = (): unknown => [socket.securityMechanism, socket.plainServer, socket.curveServer];
      const set = (options: object): unknown => {
        Object.assign(socket, options);
        return tell();
      };
      const seen = [
        tell(),
        set({ plainServer: true }),
        set({ curveServer: true }),
        set({ curveSecretKey: secretKey }),
        set({ plainUsername: "user" }),
        set({ curvePublicKey: publicKey }),
        set({ curveServerKey: publicKey }),
        set({ plainPassword: "secret" }),
        set({ plainUsername: null }),
        set({ plainServer: true }),
        set({ curveServer: false }),
        [socket.plainUsername, socket.plainPassword],
      ];
      close(socket);
      return seen;
    },
  },
  {
    name: "a username without a password",
    async run(zmq) {
      const context = new zmq.Context();
      const handler = new zmq.Router({ context, linger: 0 });
      const asked: string[][] = [];
      await judge(handler, ["1.0", "1", "200", "OK", "", ""], asked);
      const server = new zmq.Pull({ context, plainServer: true, zapDomain: "domain", linger: 0 });
      await server.bind("tcp://127.0.0.1:*");
      const client = new zmq.Push({ context, plainUsername: "user", linger: 0 });
      client.connect(server.lastEndpoint!);
      await client.send("hello");
      const got = texts(await server.receive());
      close(client, server, handler);
      return [got, asked];
    },
  },
  {
    name: "a server of CURVE that has no key",
    async run(zmq) {
      const server = new zmq.Dealer({ plainServer: true, linger: 0 });
      const client = new zmq.Dealer({ curveServer: true, linger: 0, reconnectInterval: 5000 });
      const events = [
        first(server.events, "handshake:error:protocol"),
        first(client.events, "handshake:error:protocol"),
      ];
      await server.bind("tcp://127.0.0.1:*");
      client.connect(server.lastEndpoint!);
      const seen = await Promise.all(events);
      close(server, client);
      return seen;
    },
  },
  ...Object.entries({
    "of another version": ["9.9", "1", "200", "OK", "", ""],
    "of another request": ["1.0", "2", "200", "OK", "", ""],
    "with a status that there is not": ["1.0", "1", "250", "OK", "", ""],
    "that is too short": ["1.0", "1"],
    "that says no": ["1.0", "1", "400", "No", "", ""],
    "that says later": ["1.0", "1", "300", "Later", "", ""],
  }).map(([what, end]): Scenario => ({
    name: `a judge's reply ${what}`,
    async run(zmq) {
      const context = new zmq.Context();
      const handler = new zmq.Router({ context, linger: 0 });
      await judge(handler, end, []);
      const server = new zmq.Pull({ context, plainServer: true, zapDomain: "domain", linger: 0 });
      const wanted = what.startsWith("that says") ? "handshake:error:auth" : "handshake:error:protocol";
      const event = first(server.events, wanted);
      await server.bind("tcp://127.0.0.1:*");
      const options = { context, plainUsername: "user", plainPassword: "secret", linger: 0, reconnectInterval: 5000 };
      const client = new zmq.Push(options);
      client.connect(server.lastEndpoint!);
      const seen = await event;
      close(client, server, handler);
      return seen;
    },
  })),
  {
    name: "sending and receiving without a pause leave others their turn",
    async run(zmq) {
      const high = { linger: 0, sendHighWaterMark: 5000, receiveHighWaterMark: 5000 };
      const [one, other] = [new zmq.Pair(high), new zmq.Pair(high)];
      await one.bind("inproc://scenario-turns");
      other.connect("inproc://scenario-turns");
      let turns = 0;
      let counting = true;
      const count = (): void => {
        turns++;
        if (counting) setImmediate(count);
      };
      setImmediate(count);
      for (let sent = 0; sent < 2500; sent++) await one.send("x");
      const sending = turns > 0;
      await until(() => other.readable);
      turns = 0;
      for (let received = 0; received < 2500; received++) await other.receive();
      const seen = [sending, turns > 0];
      counting = false;
      close(one, other);
      return seen;
    },
  },
  {
    name: "closing while a call without a pause has its turn yet to come",
    async run(zmq) {
      const high = { linger: 0, sendHighWaterMark: 5000, receiveHighWaterMark: 5000 };
      const [one, other] = [new zmq.Pair(high), new zmq.Pair(high)];
      await one.bind("inproc://scenario-rests");
      other.connect("inproc://scenario-rests");
      for (let sent = 0; sent < 512; sent++) await one.send("x");
      const sending = attempt(() => one.send("x"));
      const again = await attempt(() => one.send("x"));
      one.close();
      const ended = (await sending as { rejected?: unknown }).rejected !== undefined;
      close(other);
      return [again, ended];
    },
  },
];
