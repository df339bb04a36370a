/**
 * Observers, proxies, and what the package itself exports.
 *
 * @module
 */

import type { Event, Observer } from "zeromq";
import { attempt, attempts, type Scenario, settled, show, texts, until } from "../observing.ts";

function close(...sockets: { close(): void }[]): void {
  for (const socket of sockets) socket.close();
}

/** Reads events up to one of a type. */
async function upTo(events: Observer, last: Event["type"]): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (;;) {
    const event = await events.receive();
    seen.push(show(event));
    if (event.type === last) return seen;
  }
}

/** What is beside sockets. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "events of a life",
    async run(zmq) {
      const server = new zmq.Dealer({ linger: 0 });
      const client = new zmq.Dealer({ linger: 0, reconnectInterval: 5000 });
      const [ofServer, ofClient] = [server.events, client.events];
      const same = server.events === ofServer;
      await server.bind("tcp://127.0.0.1:*");
      const bound = await upTo(ofServer, "bind");
      client.connect(server.lastEndpoint!);
      const shaken = [await upTo(ofServer, "handshake"), await upTo(ofClient, "handshake")];
      client.close();
      const left = await upTo(ofServer, "disconnect");
      const end = await upTo(ofClient, "end");
      const closedByEnd = ofClient.closed;
      server.close();
      return { same, bound, shaken, left, end, closedByEnd, last: await upTo(ofServer, "end") };
    },
  },
  {
    name: "events of one who finds nobody",
    async run(zmq) {
      const client = new zmq.Dealer({ linger: 0, reconnectInterval: 30, reconnectMaxInterval: 0 });
      const events = client.events;
      client.connect("tcp://127.0.0.1:1");
      const seen = (await upTo(events, "connect:retry") as { type: string; address: string; interval?: number }[]).map(
        ({ type, address, interval }) => [type, address, typeof interval],
      );
      client.close();
      return seen;
    },
  },
  {
    name: "an event of a bind that failed",
    async run(zmq) {
      const one = new zmq.Dealer({ linger: 0 });
      const other = new zmq.Dealer({ linger: 0 });
      await one.bind("tcp://127.0.0.1:*");
      const events = other.events;
      await attempt(() => other.bind(one.lastEndpoint!));
      const [{ type, error }] = (await upTo(events, "bind:error")).slice(-1) as [Record<string, unknown>];
      close(one, other);
      return [type, error];
    },
  },
  {
    name: "an event of keys that do not fit",
    async run(zmq) {
      const server = new zmq.Dealer({ curveServer: true, curveSecretKey: zmq.curveKeyPair().secretKey, linger: 0 });
      await server.bind("tcp://127.0.0.1:*");
      const keys = zmq.curveKeyPair();
      const client = new zmq.Dealer({
        curvePublicKey: keys.publicKey,
        curveSecretKey: keys.secretKey,
        curveServerKey: zmq.curveKeyPair().publicKey,
        linger: 0,
        reconnectInterval: 5000,
      });
      const events = server.events;
      client.connect(server.lastEndpoint!);
      const seen = await upTo(events, "handshake:error:protocol");
      close(server, client);
      return seen;
    },
  },
  {
    name: "an event of mechanisms that do not fit",
    async run(zmq) {
      const server = new zmq.Dealer({ plainServer: true, linger: 0 });
      await server.bind("tcp://127.0.0.1:*");
      const client = new zmq.Dealer({ linger: 0, reconnectInterval: 5000 });
      const events = server.events;
      client.connect(server.lastEndpoint!);
      const seen = await upTo(events, "handshake:error:protocol");
      close(server, client);
      return seen;
    },
  },
  {
    name: "an event of one who is denied",
    async run(zmq) {
      const context = new zmq.Context();
      const handler = new zmq.Reply({ context, linger: 0 });
      await handler.bind("inproc://zeromq.zap.01");
      const judging = (async () => {
        const [version, id] = await handler.receive();
        await handler.send([version!, id!, "400", "No", "", ""]);
      })();
      const server = new zmq.Dealer({ context, plainServer: true, linger: 0 });
      await server.bind("tcp://127.0.0.1:*");
      const client = new zmq.Dealer({
        context,
        plainUsername: "user",
        plainPassword: "secret",
        linger: 0,
        reconnectInterval: 5000,
      });
      const [events, own] = [server.events, client.events];
      client.connect(server.lastEndpoint!);
      const seen = [await upTo(events, "handshake:error:auth"), await upTo(own, "handshake:error:auth")];
      await judging;
      close(server, client, handler);
      return seen;
    },
  },
  {
    name: "an observer, read",
    apart: true,
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      const { events } = socket;
      const first = events.receive();
      const seen: Record<string, unknown> = {
        waits: !await settled(first),
        second: await attempt(() => events.receive()),
        kind: [events instanceof zmq.Observer, Object.prototype.toString.call(events)],
        closed: events.closed,
        argument: await attempt(() => (events.receive as (argument: unknown) => unknown).call(events, 5)),
      };
      await socket.bind("inproc://scenario-observed");
      await socket.bind("tcp://127.0.0.1:*");
      seen["first"] = show(await first);
      events.close();
      seen["after"] = await attempts({
        closed: () => events.closed,
        receive: () => events.receive(),
        again: () => events.close(),
        same: () => socket.events === events,
        socket: () => socket.closed,
      });
      socket.close();
      return seen;
    },
  },
  {
    name: "iterating over events, to the end",
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      const types: string[] = [];
      const loop = (async () => {
        for await (const event of socket.events) types.push(event.type);
        return "ended";
      })();
      await socket.bind("tcp://127.0.0.1:*");
      await until(() => types.includes("bind"));
      socket.close();
      return [await loop, types];
    },
  },
  {
    name: "an observer with listeners",
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      const { events } = socket;
      const seen: unknown[] = [];
      const others: unknown[] = [];
      const hear = (event: unknown): void => void seen.push(show(event));
      const never = (): void => void others.push("heard");
      const chained = events.on("bind", hear);
      events.on("bind", never);
      const off = events.off("bind", never);
      const ended = new Promise((resolve) => events.on("end", resolve));
      await socket.bind("tcp://127.0.0.1:*");
      await until(() => seen.length > 0);
      const mode = await attempts({
        receive: () => events.receive(),
        chained: () => typeof (chained as unknown as { on: unknown }).on,
        off: () => typeof (off as unknown as { off: unknown }).off,
        iterate: async () => {
          for await (const event of events) return event;
          return "ended";
        },
        listener: () => events.on("bind", 5 as never),
      });
      socket.close();
      const end = show(await ended);
      return { seen, others, mode, end, closed: events.closed };
    },
  },
  {
    name: "an observer of one's own",
    run: (zmq) =>
      attempts({
        none: () => new (zmq.Observer as unknown as new () => unknown)(),
        number: () => new zmq.Observer(5 as never),
        own: async () => {
          const socket = new zmq.Dealer({ linger: 0 });
          const observer = new zmq.Observer(socket);
          await socket.bind("tcp://127.0.0.1:*");
          const event = show(await observer.receive());
          socket.close();
          return event;
        },
      }),
  },
  {
    name: "a proxy",
    apart: true,
    async run(zmq) {
      const front = new zmq.Router({ linger: 0 });
      const back = new zmq.Dealer({ linger: 0 });
      const proxy = new zmq.Proxy(front, back);
      const seen: Record<string, unknown> = {
        ends: [proxy.frontEnd === front, proxy.backEnd === back],
        early: await attempts({
          run: () => proxy.run(),
          pause: () => proxy.pause(),
          resume: () => proxy.resume(),
          terminate: () => proxy.terminate(),
        }),
      };
      await front.bind("tcp://127.0.0.1:*");
      seen["half"] = await attempt(() => proxy.run());
      await back.bind("tcp://127.0.0.1:*");
      const [toFront, toBack] = [front.lastEndpoint!, back.lastEndpoint!];
      const running = proxy.run();
      seen["blocked"] = await attempts({
        send: () => front.send(["a", "b"]),
        bind: () => back.bind("tcp://127.0.0.1:*"),
        closed: () => [front.closed, back.closed],
      });
      const request = new zmq.Request({ linger: 0 });
      const reply = new zmq.Reply({ linger: 0 });
      request.connect(toFront);
      reply.connect(toBack);
      await request.send("question");
      const question = texts(await reply.receive());
      await reply.send("answer");
      seen["passed"] = [question, texts(await request.receive())];
      proxy.terminate();
      seen["ended"] = await attempt(() => running);
      seen["after"] = await attempts({
        closed: () => [front.closed, back.closed],
        pause: () => proxy.pause(),
        terminate: () => proxy.terminate(),
        run: () => proxy.run(),
      });
      close(request, reply);
      return seen;
    },
  },
  {
    name: "proxies that are none",
    run: (zmq) =>
      attempts({
        none: () => new (zmq.Proxy as unknown as new () => unknown)(),
        one: () => new (zmq.Proxy as unknown as new (one: unknown) => unknown)(new zmq.Router()),
        texts: () => new zmq.Proxy("a" as never, "b" as never),
      }),
  },
  {
    name: "what the package exports",
    run(zmq) {
      const kinds = Object.fromEntries(
        Object.entries(zmq).filter(([key]) => !["default", "module.exports", "__esModule"].includes(key))
          .map(([key, value]) => [key, typeof value]).sort(),
      );
      return { kinds, version: zmq.version, capabilities: Object.keys(zmq.capability).sort() };
    },
  },
  {
    name: "an observer that is closed while it is read",
    apart: true,
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      const { events } = socket;
      const waiting = attempt(() => events.receive());
      const looping = attempt(async () => {
        await waiting;
        for await (const event of events) return event;
        return "ended";
      });
      events.close();
      const seen = [await waiting, await looping];
      socket.close();
      return seen;
    },
  },
];
