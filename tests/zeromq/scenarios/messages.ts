/**
 * Messages: what may be sent and how it comes out, and one call at a time.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Dealer, Pair } from "zeromq";
import { attempt, attempts, type Scenario, settled, show, texts, until, type Zmq } from "../observing.ts";

let names = 0;

/** An inproc name that nobody has. */
function fresh(): string {
  return `inproc://scenario-${names++}`;
}

/** Two PAIRs that are joined. */
async function pair(zmq: Zmq): Promise<[Pair, Pair]> {
  const [one, other] = [new zmq.Pair({ linger: 0 }), new zmq.Pair({ linger: 0 })];
  const name = fresh();
  await one.bind(name);
  other.connect(name);
  return [one, other];
}

function close(...sockets: { close(): void }[]): void {
  for (const socket of sockets) socket.close();
}

/** What can be a part, of whatever kind. */
const PARTS: readonly (readonly [string, () => unknown])[] = [
  ["text", () => "text"],
  ["text of others", () => "grüße ☃"],
  ["no text", () => ""],
  ["a Buffer", () => Buffer.from("buffer")],
  ["a Uint8Array", () => Uint8Array.of(1, 2, 3)],
  ["part of a Uint8Array", () => Uint8Array.of(1, 2, 3, 4).subarray(1, 3)],
  ["a Uint16Array", () => Uint16Array.of(0x0201, 0x0403)],
  ["an ArrayBuffer", () => Uint8Array.of(9, 8).buffer],
  ["null", () => null],
  ["a whole number", () => 42],
  ["a number", () => 4.25],
  ["NaN", () => NaN],
  ["true", () => true],
  ["an object", () => ({ a: 1 })],
  ["a Date", () => new Date(0).toISOString()],
  ["what has toString", () => ({ toString: () => "its own words" })],
  ["a bigint", () => 12n],
  ["a symbol", () => Symbol("s")],
  ["a function", () => {
    const named = (): number => 5;
    return Object.assign(named, { toString: () => "named" });
  }],
];

/** What messages have in common. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "a message of one part, of every kind",
    async run(zmq) {
      const [one, other] = await pair(zmq);
      const seen: unknown[] = [];
      for (const [name, part] of PARTS) {
        const sent = await attempt(() => one.send(part() as string));
        const taken = Object.hasOwn(sent as object, "resolved");
        seen.push([name, sent, taken ? show(await other.receive()) : undefined]);
      }
      close(one, other);
      return seen;
    },
  },
  {
    name: "a message of several parts, of every kind",
    async run(zmq) {
      const [one, other] = await pair(zmq);
      const parts = [...PARTS.filter(([name]) => name !== "a symbol").map(([, part]) => part()), undefined];
      await one.send(parts as string[]);
      const got = await other.receive();
      const seen = [show(got), got.every(Buffer.isBuffer), Array.isArray(got)];
      close(one, other);
      return seen;
    },
  },
  {
    name: "messages that are none",
    async run(zmq) {
      const [one, other] = await pair(zmq);
      const send = one.send.bind(one) as (...args: unknown[]) => Promise<void>;
      const seen = await attempts({
        nothing: () => send(),
        undefined: () => send(undefined),
        empty: () => send([]),
        two: () => send("a", "b"),
        nested: () => send([["a", "b"]]),
        afterwards: () => other.receive().then(texts),
        receiveWith: () => (other.receive as (...args: unknown[]) => unknown).call(other, 5),
      });
      close(one, other);
      return seen;
    },
  },
  {
    name: "a long part, and a message of many parts",
    async run(zmq) {
      const [one, other] = await pair(zmq);
      await one.send(Buffer.alloc(100_000, 7));
      const [long] = await other.receive();
      await one.send(Array.from({ length: 300 }, (_, index) => index));
      const many = await other.receive();
      close(one, other);
      return [long!.length, long!.every((octet) => octet === 7), many.length, many[299]!.toString()];
    },
  },
  {
    name: "one send at a time",
    async run(zmq) {
      const push = new zmq.Push({ linger: 0 });
      const first = push.send("first");
      const seen: Record<string, unknown> = {
        waits: !await settled(first),
        second: await attempt(() => push.send("second")),
        writable: push.writable,
      };
      const pull = new zmq.Pull();
      await pull.bind("tcp://127.0.0.1:*");
      push.connect(pull.lastEndpoint!);
      seen["sent"] = await attempt(() => first);
      seen["writableNow"] = push.writable;
      seen["received"] = await attempt(async () => texts(await pull.receive()));
      seen["again"] = await attempt(() => push.send("third"));
      close(push, pull);
      return seen;
    },
  },
  {
    name: "one receive at a time",
    async run(zmq) {
      const [one, other] = await pair(zmq);
      const first = other.receive();
      const seen: Record<string, unknown> = {
        waits: !await settled(first),
        second: await attempt(() => other.receive()),
      };
      await one.send("first");
      seen["first"] = texts(await first);
      close(one, other);
      return seen;
    },
  },
  {
    name: "sendTimeout and receiveTimeout of nothing",
    async run(zmq) {
      const socket = new zmq.Dealer({ sendTimeout: 0, receiveTimeout: 0 });
      const seen = await attempts({
        send: () => socket.send("text"),
        receive: () => socket.receive(),
        readable: () => socket.readable,
        writable: () => socket.writable,
      });
      socket.close();
      return seen;
    },
  },
  {
    name: "sendTimeout and receiveTimeout that pass",
    async run(zmq) {
      const socket = new zmq.Dealer({ sendTimeout: 15, receiveTimeout: 15 });
      const seen = await attempts({
        send: () => socket.send("text"),
        receive: () => socket.receive(),
        both: () =>
          Promise.allSettled([socket.send("a"), socket.receive()]).then((all) => all.map((one) => one.status)),
        again: () => socket.send("text"),
      });
      socket.close();
      return seen;
    },
  },
  {
    name: "a queue that is full",
    async run(zmq) {
      const push = new zmq.Push({ sendHighWaterMark: 2, sendTimeout: 0, linger: 0 });
      push.connect("tcp://127.0.0.1:1");
      const seen = await attempts({
        writable: () => push.writable,
        first: () => push.send("1"),
        second: () => push.send("2"),
        full: () => push.writable,
        third: () => push.send("3"),
      });
      push.close();
      return seen;
    },
  },
  {
    name: "whether sockets without peers can be read and written",
    run(zmq) {
      const sockets = {
        pair: new zmq.Pair(),
        publisher: new zmq.Publisher(),
        subscriber: new zmq.Subscriber(),
        request: new zmq.Request(),
        reply: new zmq.Reply(),
        dealer: new zmq.Dealer(),
        router: new zmq.Router(),
        mandatory: new zmq.Router({ mandatory: true }),
        pull: new zmq.Pull(),
        push: new zmq.Push(),
        xpublisher: new zmq.XPublisher(),
        xsubscriber: new zmq.XSubscriber(),
      };
      const seen = Object.entries(sockets).map(([name, socket]) => [name, socket.readable, socket.writable]);
      close(...Object.values(sockets));
      return seen;
    },
  },
  {
    name: "whether sockets that are connected to nobody can be written",
    run(zmq) {
      const sockets: Record<string, import("zeromq").Socket> = {
        pair: new zmq.Pair({ linger: 0 }),
        request: new zmq.Request({ linger: 0 }),
        dealer: new zmq.Dealer({ linger: 0 }),
        push: new zmq.Push({ linger: 0 }),
        immediate: new zmq.Push({ linger: 0, immediate: true }),
        publisher: new zmq.Publisher({ linger: 0 }),
        xsubscriber: new zmq.XSubscriber({ linger: 0 }),
      };
      for (const socket of Object.values(sockets)) socket.connect("tcp://127.0.0.1:1");
      const seen = Object.entries(sockets).map(([name, socket]) => [name, socket.readable, socket.writable]);
      close(...Object.values(sockets));
      return seen;
    },
  },
  {
    name: "readable, and reading",
    async run(zmq) {
      const [one, other] = await pair(zmq);
      const before = other.readable;
      await one.send("1");
      await one.send("2");
      await until(() => other.readable);
      const seen = [before, texts(await other.receive()), other.readable, texts(await other.receive()), other.readable];
      close(one, other);
      return seen;
    },
  },
  {
    name: "methods that sockets have, and have not",
    run(zmq) {
      const has = (socket: object): unknown[] =>
        ["send", "receive", "join", "leave", "subscribe", "unsubscribe", Symbol.asyncIterator].map((key) => {
          const value = (socket as Record<PropertyKey, unknown>)[key];
          return [String(key), typeof value];
        });
      const sockets = {
        pair: new zmq.Pair(),
        publisher: new zmq.Publisher(),
        subscriber: new zmq.Subscriber(),
        router: new zmq.Router(),
        pull: new zmq.Pull(),
        push: new zmq.Push(),
        xpublisher: new zmq.XPublisher(),
      };
      const seen = Object.entries(sockets).map(([name, socket]) => [name, has(socket)]);
      close(...Object.values(sockets));
      return seen;
    },
  },
  {
    name: "what is missing, called all the same",
    async run(zmq) {
      const push = new zmq.Push() as unknown as { receive(): unknown; close(): void };
      const pull = new zmq.Pull() as unknown as { send(text: string): unknown; close(): void };
      const router = new zmq.Router() as unknown as Record<string, unknown> & { close(): void };
      const calls = [attempt(() => push.receive()), attempt(() => pull.send("text"))];
      const seen = {
        subclass: push instanceof zmq.Socket && push instanceof zmq.Push,
        tag: Object.prototype.toString.call(push),
        name: (push as object).constructor.name,
        subscribe: typeof router["subscribe"],
      };
      // There they wait until the socket is closed.
      await settled(Promise.all(calls));
      close(push, pull, router);
      return { ...seen, calls: await Promise.all(calls) };
    },
  },
  {
    name: "constructors that are wrong",
    run: (zmq) =>
      attempts({
        noNew: () => (zmq.Push as unknown as () => unknown)(),
        base: () => {
          const socket = new (zmq.Socket as unknown as new (type: number) => import("zeromq").Socket)(5);
          const type = socket.type;
          socket.close();
          return type;
        },
        baseNone: () => new (zmq.Socket as unknown as new () => unknown)(),
        baseText: () => new (zmq.Socket as unknown as new (type: unknown) => unknown)("push"),
        baseUnknown: () => new (zmq.Socket as unknown as new (type: unknown) => unknown)(99),
        baseOptions: () => new (zmq.Socket as unknown as new (type: number, options: unknown) => unknown)(5, 5),
        subclass: () => {
          class Own extends zmq.Dealer {
            hello(): string {
              return "hello";
            }
          }
          const own = new Own({ linger: 3 });
          const seen = [own.hello(), own.linger, own instanceof zmq.Dealer, own instanceof zmq.Socket];
          own.close();
          return seen;
        },
        field: () => {
          class Own extends zmq.Dealer {
            extra = 5;
          }
          return new Own();
        },
      }),
  },
  {
    name: "iterating to the end",
    async run(zmq) {
      const [one, other] = await pair(zmq);
      for (const text of ["a", "b", "c"]) await one.send(text);
      const got: string[] = [];
      for await (const [frame] of other) {
        got.push(frame!.toString());
        if (got.length === 3) other.close();
      }
      one.close();
      return got;
    },
  },
  {
    name: "iterating while another closes",
    async run(zmq) {
      const [one, other] = await pair(zmq);
      const got: string[] = [];
      const loop = (async () => {
        for await (const [frame] of other) got.push(frame!.toString());
        return "ended";
      })();
      await one.send("a");
      await until(() => got.length === 1);
      other.close();
      const end = await loop;
      one.close();
      return [got, end, other.closed];
    },
  },
  {
    name: "an iterator by hand",
    async run(zmq) {
      const [one, other] = await pair(zmq);
      const iterator = other[Symbol.asyncIterator]();
      await one.send("a");
      const first = await iterator.next();
      const seen: unknown[] = [first.done, texts(first.value!), typeof iterator.return, typeof iterator.throw];
      const waiting = iterator.next();
      seen.push(await attempt(() => iterator.next()));
      await one.send("b");
      seen.push(texts((await waiting).value!));
      other.close();
      seen.push(await iterator.next());
      one.close();
      return seen;
    },
  },
  {
    name: "leaving a loop, and going on",
    async run(zmq) {
      const [one, other] = await pair(zmq);
      for (const text of ["a", "b", "c"]) await one.send(text);
      const got: string[] = [];
      for await (const [frame] of other) {
        got.push(frame!.toString());
        break;
      }
      for await (const [frame] of other) {
        got.push(frame!.toString());
        if (frame!.toString() === "c") break;
      }
      close(one, other);
      return got;
    },
  },
  {
    name: "a receiveTimeout within a loop",
    async run(zmq) {
      const socket = new zmq.Dealer({ receiveTimeout: 5 });
      const seen = await attempt(async () => {
        for await (const message of socket) return message;
        return "ended";
      });
      socket.close();
      return seen;
    },
  },
  {
    name: "closing while calls wait",
    async run(zmq) {
      const socket: Dealer = new zmq.Dealer();
      const sending = attempt(() => socket.send("text"));
      const receiving = attempt(() => socket.receive());
      await settled(sending);
      socket.close();
      return { send: await sending, receive: await receiving };
    },
  },
];
