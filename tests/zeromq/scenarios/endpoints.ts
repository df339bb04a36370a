/**
 * Endpoints: binding, connecting, and letting go of them; and of the socket.
 *
 * @module
 */

import { attempt, attempts, type Scenario, settled, show } from "../observing.ts";

function close(...sockets: { close(): void }[]): void {
  for (const socket of sockets) socket.close();
}

const PATH = "ipc:///tmp/zeromq-scenario-";

/** What endpoints do. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "binding",
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      const other = new zmq.Dealer({ linger: 0 });
      const seen = await attempts({
        before: () => socket.lastEndpoint,
        free: () => socket.bind("tcp://127.0.0.1:*"),
        after: () => socket.lastEndpoint,
        taken: () => other.bind(socket.lastEndpoint!),
        lastOfOther: () => other.lastEndpoint,
        all: () => other.bind("tcp://*:*"),
        lastOfAll: () => other.lastEndpoint,
        inproc: () => other.bind("inproc://scenario-bound"),
        inprocTaken: () => socket.bind("inproc://scenario-bound"),
        lastOfInproc: () => other.lastEndpoint,
        nonsense: () => socket.bind("nonsense"),
        scheme: () => socket.bind("http://127.0.0.1:1"),
        noPort: () => socket.bind("tcp://127.0.0.1"),
        noInterface: () => socket.bind("tcp://nonsense-interface:5555"),
        emptyInproc: () => socket.bind("inproc://"),
        number: () => socket.bind(5 as never),
        nothing: () => (socket.bind as () => unknown).call(socket),
        more: () => (socket.bind as (...args: unknown[]) => unknown).call(socket, "inproc://x", 5),
        unbindNothing: () => socket.unbind("tcp://127.0.0.1:1"),
        unbindNumber: () => socket.unbind(5 as never),
        unbind: () => socket.unbind(socket.lastEndpoint!),
        unbindAgain: () => socket.unbind("tcp://127.0.0.1:5"),
      });
      close(socket, other);
      return seen;
    },
  },
  {
    name: "binding a path",
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      const path = PATH + Math.random().toString(36).slice(2);
      const seen = await attempts({
        bind: () => socket.bind(path),
        last: () => socket.lastEndpoint === path,
        unbind: () => socket.unbind(path),
        noFolder: () => socket.bind("ipc:///nonsense-folder/socket"),
      });
      socket.close();
      return seen;
    },
  },
  {
    name: "connecting",
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      const seen = await attempts({
        connect: () => socket.connect("tcp://127.0.0.1:1"),
        last: () => socket.lastEndpoint,
        again: () => socket.connect("tcp://127.0.0.1:1"),
        inproc: () => socket.connect("inproc://scenario-nobody"),
        name: () => socket.connect("tcp://no-such-host.invalid:5555"),
        nonsense: () => socket.connect("nonsense"),
        scheme: () => socket.connect("http://127.0.0.1:1"),
        noPort: () => socket.connect("tcp://127.0.0.1"),
        badPort: () => socket.connect("tcp://127.0.0.1:text"),
        empty: () => socket.connect(""),
        number: () => socket.connect(5 as never),
        nothing: () => (socket.connect as () => unknown).call(socket),
        more: () => (socket.connect as (...args: unknown[]) => unknown).call(socket, "tcp://127.0.0.1:1", 5),
        disconnect: () => socket.disconnect("tcp://127.0.0.1:1"),
        disconnectNothing: () => socket.disconnect("tcp://127.0.0.1:2"),
        disconnectNonsense: () => socket.disconnect("nonsense"),
        disconnectNumber: () => socket.disconnect(5 as never),
        disconnectInproc: () => socket.disconnect("inproc://scenario-nobody"),
      });
      socket.close();
      return seen;
    },
  },
  {
    name: "disconnecting what is bound, unbinding what is connected",
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      await socket.bind("tcp://127.0.0.1:*");
      const bound = socket.lastEndpoint!;
      socket.connect("tcp://127.0.0.1:1");
      const seen = await attempts({
        disconnect: () => socket.disconnect(bound),
        unbind: () => socket.unbind("tcp://127.0.0.1:1"),
        again: () => socket.disconnect(bound),
      });
      socket.close();
      return seen;
    },
  },
  {
    name: "a socket that is being bound",
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      const binding = socket.bind("tcp://127.0.0.1:*");
      const seen: Record<string, unknown> = {
        bind: await attempt(() => socket.bind("tcp://127.0.0.1:*")),
      };
      const checks: Record<string, () => unknown> = {
        bind: () => socket.bind("tcp://127.0.0.1:*"),
        unbind: () => socket.unbind("tcp://127.0.0.1:*"),
        connect: () => socket.connect("tcp://127.0.0.1:1"),
        disconnect: () => socket.disconnect("tcp://127.0.0.1:1"),
        send: () => socket.send("text"),
        receive: () => socket.receive(),
        linger: () => socket.linger,
        events: () => typeof socket.events,
        closed: () => socket.closed,
      };
      await binding;
      // Each by itself, and at once: to wait for one would be to wait for the bind as well.
      for (const [name, check] of Object.entries(checks)) {
        const other = new zmq.Dealer({ linger: 0 });
        const its = other.bind("tcp://127.0.0.1:*");
        const bodies = { ...checks };
        void bodies;
        seen[name] = blocked(() => call(other, name, check));
        await its;
        other.close();
      }
      socket.close();
      return seen;

      function call(other: import("zeromq").Dealer, name: string, _check: () => unknown): unknown {
        const one = other as unknown as Record<string, unknown>;
        if (name === "linger" || name === "closed") return one[name];
        if (name === "events") return typeof one[name];
        return (one[name] as (...args: unknown[]) => unknown).apply(
          other,
          name === "receive" ? [] : ["tcp://127.0.0.1:1"],
        );
      }

      function blocked(body: () => unknown): unknown {
        try {
          return { answered: show(body()) };
        } catch (error) {
          const { message, code, errno } = error as Error & { code: string; errno: number };
          return { threw: { message, code, errno } };
        }
      }
    },
  },
  {
    name: "closing while binding",
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      const binding = attempt(() => socket.bind("tcp://127.0.0.1:*"));
      socket.close();
      const during = socket.closed;
      return [during, await binding, socket.closed];
    },
  },
  {
    name: "a closed socket",
    async run(zmq) {
      const socket = new zmq.Router();
      const before = socket.closed;
      const first = await attempt(() => socket.close());
      const subscriber = new zmq.Subscriber();
      subscriber.close();
      return {
        before,
        first,
        ...await attempts({
          closed: () => socket.closed,
          again: () => socket.close(),
          withArgument: () => (socket.close as (argument: unknown) => unknown).call(socket, 5),
          bind: () => socket.bind("tcp://127.0.0.1:*"),
          unbind: () => socket.unbind("tcp://127.0.0.1:*"),
          connect: () => socket.connect("tcp://127.0.0.1:1"),
          disconnect: () => socket.disconnect("tcp://127.0.0.1:1"),
          send: () => socket.send("text"),
          receive: () => socket.receive(),
          subscribe: () => subscriber.subscribe("text"),
          iterate: async () => {
            for await (const message of socket) return message;
            return "ended";
          },
        }) as object,
      };
    },
  },
  {
    name: "binding and connecting over again",
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      await socket.bind("tcp://127.0.0.1:*");
      const endpoint = socket.lastEndpoint!;
      await socket.unbind(endpoint);
      const seen = await attempts({
        bindAgain: () => socket.bind(endpoint),
        unbindAgain: () => socket.unbind(endpoint),
      });
      socket.close();
      return seen;
    },
  },
  {
    name: "binding inproc at once",
    async run(zmq) {
      const socket = new zmq.Pair({ linger: 0 });
      const other = new zmq.Pair({ linger: 0 });
      const seen = await attempts({
        bind: () => socket.bindSync("inproc://scenario-sync"),
        last: () => socket.lastEndpoint,
        taken: () => other.bindSync("inproc://scenario-sync"),
        number: () => other.bindSync(5 as never),
        nonsense: () => other.bindSync("nonsense"),
      });
      close(socket, other);
      return seen;
    },
  },
  {
    name: "binding at once",
    async run(zmq) {
      const socket = new zmq.Dealer({ linger: 0 });
      const other = new zmq.Dealer({ linger: 0 });
      const path = PATH + Math.random().toString(36).slice(2);
      const seen = await attempts({
        free: () => socket.bindSync("tcp://127.0.0.1:*"),
        last: () => /^tcp:\/\/127.0.0.1:\d+$/.test(socket.lastEndpoint!),
        all: () => socket.bindSync("tcp://*:*"),
        lastOfAll: () => /^tcp:\/\/0.0.0.0:\d+$/.test(socket.lastEndpoint!),
        taken: () => other.bindSync(socket.lastEndpoint!),
        lastOfOther: () => other.lastEndpoint,
        noInterface: () => other.bindSync("tcp://nonsense-interface:5555"),
        noAddress: () => other.bindSync("tcp://192.0.2.1:5555"),
        noPort: () => other.bindSync("tcp://127.0.0.1"),
        noFolder: () => other.bindSync("ipc:///nonsense-folder/socket"),
        scheme: () => other.bindSync("http://127.0.0.1:1"),
        path: () => socket.bindSync(path),
        lastPath: () => socket.lastEndpoint === path,
        pathTaken: () => other.bindSync(path),
        abstract: () => socket.bindSync(path.replace("/tmp/", "@")),
        lastAbstract: () => socket.lastEndpoint === path.replace("/tmp/", "@"),
        anyPath: () => socket.bindSync("ipc://*"),
        lastOfAny: () => socket.lastEndpoint!.startsWith("ipc://"),
        blocked: async () => {
          const binding = socket.bind("tcp://127.0.0.1:*");
          const busy = await attempts({ bind: () => socket.bindSync("tcp://127.0.0.1:*") });
          await binding;
          return busy;
        },
      });
      close(socket, other);
      return { seen, closed: await attempts({ bind: () => socket.bindSync("tcp://127.0.0.1:*") }) };
    },
  },
  {
    name: "what waits while a socket is being bound",
    async run(zmq) {
      const socket = new zmq.Pair({ linger: 0 });
      const other = new zmq.Pair({ linger: 0 });
      const receiving = socket.receive();
      await settled(receiving);
      await socket.bind("inproc://scenario-waits");
      other.connect("inproc://scenario-waits");
      await other.send("hello");
      const [text] = await receiving;
      close(socket, other);
      return text!.toString();
    },
  },
];
