/**
 * The draft sockets, and STREAM: options, what goes with messages, what is refused.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { attempts, codeOf, type Scenario, show, texts, until } from "../observing.ts";

interface Closable {
  close(): void;
}

function close(...sockets: Closable[]): void {
  for (const socket of sockets) socket.close();
}

/** What a call is given that its types do not allow. */
function loose(socket: object): { send(...given: unknown[]): Promise<void>; join(...given: unknown[]): void } {
  return socket as never;
}

/** What drafts and STREAM do. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "the draft sockets and STREAM: their numbers, options and states",
    run(zmq) {
      const seen: Record<string, unknown> = {
        names: Object.keys(zmq.draft).filter((name) => /^[A-Z]/.test(name)).sort(),
      };
      const { Server, Client, Radio, Dish, Gather, Scatter, Datagram } = zmq.draft;
      const types = { Server, Client, Radio, Dish, Gather, Scatter, Datagram, Stream: zmq.Stream };
      for (const [name, Type] of Object.entries(types)) {
        const socket = new Type();
        const own = Object.getOwnPropertyNames(Type.prototype).filter((key) => key !== "connect").sort();
        const values = own.filter((key) => key !== "constructor").map((key) => [key, (socket as never)[key]]);
        const { type, threadSafe, readable, writable, linger, lastEndpoint } = socket;
        seen[name] = show({ values, type, threadSafe, readable, writable, linger, lastEndpoint });
        socket.close();
      }
      return seen;
    },
  },
  {
    name: "options that a draft socket has not, or does not heed",
    run: (zmq) =>
      attempts({
        radio: () => new zmq.draft.Radio({ receiveTimeout: 1 } as object),
        dish: () => new zmq.draft.Dish({ conflate: true } as object),
        server: () => new zmq.draft.Server({ conflate: true } as object),
        number: () => new zmq.draft.Server(5 as never),
        full: () => {
          const context = new zmq.Context({ maxSockets: 1 });
          new zmq.draft.Server({ context }).close();
          const socket = new zmq.draft.Client({ context });
          try {
            new zmq.draft.Gather({ context });
          } finally {
            socket.close();
          }
        },
        noDrop: () => {
          const radio = new zmq.draft.Radio();
          (radio as unknown as { setBoolOption(id: number, value: boolean): void }).setBoolOption(69, true);
          radio.close();
        },
      }),
  },
  {
    name: "SERVER and CLIENT",
    async run(zmq) {
      const server = new zmq.draft.Server({ sendTimeout: 0, receiveTimeout: 0, linger: 0 });
      const client = new zmq.draft.Client({ sendTimeout: 0, receiveTimeout: 10_000, linger: 0 });
      const alone = await attempts({
        send: () => client.send("nobody"),
        parts: () => loose(client).send(["two", "parts"]),
        none: () => loose(client).send([]),
        two: () => loose(client).send("text", {}),
        receive: () => server.receive(),
      });
      await server.bind("tcp://127.0.0.1:*");
      client.connect(server.lastEndpoint!);
      const states: unknown[] = [client.writable, client.readable, server.writable, server.readable];
      await client.send("question");
      await until(() => server.readable);
      const [question, came] = await server.receive();
      const { routingId } = came;
      const seen = await attempts({
        came: () => [String(question), typeof routingId, Object.keys(came)],
        nothing: () => loose(server).send(),
        bare: () => loose(server).send("text"),
        null: () => loose(server).send("text", null),
        number: () => loose(server).send("text", 5),
        empty: () => loose(server).send("text", {}),
        zero: () => server.send("text", { routingId: 0 }),
        unknown: () => server.send("text", { routingId: routingId ^ 5 }),
        negative: () => server.send("text", { routingId: -1 }),
        text: () => loose(server).send("text", { routingId: "5" }),
        big: () => loose(server).send("text", { routingId: 5n }),
        notANumber: () => server.send("text", { routingId: NaN }),
        parts: () => loose(server).send(["two", "parts"], { routingId }),
        none: () => loose(server).send([], { routingId }),
        noneToNobody: () => loose(server).send([], { routingId: 0 }),
        three: () => loose(server).send("text", { routingId }, 5),
        fraction: () => server.send("fraction", { routingId: routingId + 0.5 }),
        wide: () => server.send("wide", { routingId: routingId + 2 ** 32 }),
        function: () => server.send("function", Object.assign(() => {}, { routingId })),
        array: () => loose(server).send(["array"], { routingId }),
        first: async () => texts(await client.receive()),
        second: async () => texts(await client.receive()),
        third: async () => texts(await client.receive()),
        fourth: async () => texts(await client.receive()),
        waits: () => {
          server.receiveTimeout = -1;
          server.receive().catch(() => {});
          return server.receive();
        },
      });
      close(server, client);
      const after = await attempts({
        bare: () => loose(server).send("text"),
        empty: () => loose(server).send("text", {}),
        send: () => client.send("text"),
        safe: () => server.threadSafe,
      });
      return { alone, states, seen, after };
    },
  },
  {
    name: "a SERVER does not wait for a client that is slow, or gone",
    async run(zmq) {
      const server = new zmq.draft.Server({ sendHighWaterMark: 1, linger: 0 });
      const client = new zmq.draft.Client({ receiveHighWaterMark: 1, linger: 0 });
      await server.bind("inproc://slow-client");
      client.connect("inproc://slow-client");
      await client.send("hello");
      const [, routing] = await server.receive();
      const seen = await attempts({
        one: () => server.send("1", routing),
        two: () => server.send("2", routing),
        full: () => server.send("3", routing),
        writable: () => server.writable,
        // More than are sent in one turn.
        many: async () => {
          let failed = 0;
          for (let count = 0; count < 600; count++) await server.send("more", routing).catch(() => failed++);
          return failed;
        },
      });
      client.close();
      // When the server hears of it, nobody can tell: until then its queue for the client is full.
      await until(async () => await codeOf(server.send("4", routing)) !== "EAGAIN");
      const gone = await attempts({ gone: () => server.send("4", routing) });
      server.close();
      return { seen, gone };
    },
  },
  {
    name: "RADIO and DISH",
    async run(zmq) {
      const radio = new zmq.draft.Radio({ linger: 0 });
      const dish = new zmq.draft.Dish({ receiveTimeout: 10_000 });
      dish.join("news", Buffer.from("octets\0cut"), "");
      await dish.bind("tcp://127.0.0.1:*");
      radio.connect(dish.lastEndpoint!);
      // Nobody can tell when a radio has been told of a group.
      dish.receiveTimeout = 1;
      for (;;) {
        await radio.send("there?", { group: "news" });
        if (await dish.receive().then(() => true, () => false)) break;
      }
      dish.receiveTimeout = 30;
      while (await dish.receive().then(() => true, () => false));
      dish.receiveTimeout = 10_000;
      const seen = await attempts({
        bare: () => loose(radio).send("text"),
        nothing: () => loose(radio).send(),
        null: () => loose(radio).send("text", null),
        empty: () => loose(radio).send("text", {}),
        nullGroup: () => loose(radio).send("text", { group: null }),
        number: () => loose(radio).send("text", { group: 5 }),
        parts: () => loose(radio).send(["two", "parts"], { group: "news" }),
        none: () => loose(radio).send([], { group: "news" }),
        three: () => loose(radio).send("text", { group: "news" }, 5),
        other: () => radio.send("missed", { group: "new" }),
        text: () => radio.send("one", { group: "news" }),
        octets: () => radio.send("two", { group: Buffer.from("octets") }),
        cut: () => radio.send(["three"] as never, { group: "octets\0more" }),
        nameless: () => radio.send("four", { group: "" }),
        first: () => dish.receive(),
        second: () => dish.receive(),
        third: () => dish.receive(),
        fourth: () => dish.receive(),
        states: () => [radio.readable, radio.writable, dish.readable, dish.writable],
      });
      close(radio, dish);
      return seen;
    },
  },
  {
    name: "joining and leaving",
    async run(zmq) {
      const dish = new zmq.draft.Dish();
      const pair = new zmq.Pair();
      const seen = await attempts({
        none: () => dish.join(),
        one: () => dish.join("a"),
        again: () => dish.join("a"),
        others: () => dish.join("a", "b"),
        othersAre: () => dish.leave("b"),
        twice: () => dish.leave("b"),
        number: () => loose(dish).join(5),
        null: () => loose(dish).join(null),
        undefined: () => loose(dish).join(undefined),
        array: () => loose(dish).join(["a"]),
        buffer: () => loose(dish).join(new ArrayBuffer(1)),
        between: () => loose(dish).join("c", 5, "d"),
        before: () => dish.leave("c"),
        behind: () => dish.leave("d"),
        longest: () => dish.join("x".repeat(255)),
        longer: () => dish.join("x".repeat(256)),
        view: () => dish.join(new Uint8Array([65]) as Buffer),
        viewIs: () => dish.leave("A"),
        send: () => loose(dish).send("text"),
        pair: () => loose(pair).join("a"),
        pairNone: () => loose(pair).join(),
        pairNumber: () => loose(pair).join(5),
        bound: async () => {
          const binding = dish.bind("tcp://127.0.0.1:*");
          try {
            dish.join("y");
          } finally {
            await binding;
          }
        },
      });
      close(dish, pair);
      const after = await attempts({
        none: () => dish.join(),
        one: () => dish.join("a"),
        number: () => loose(dish).join(5),
      });
      return { seen, after };
    },
  },
  {
    name: "SCATTER and GATHER, which do not conflate",
    async run(zmq) {
      const scatter = new zmq.draft.Scatter({ sendTimeout: 0, linger: 0, conflate: true });
      const gather = new zmq.draft.Gather({ receiveTimeout: 10_000, conflate: true });
      const seen = await attempts({
        nobody: () => scatter.send("text"),
        parts: () => loose(scatter).send(["two", "parts"]),
        none: () => loose(scatter).send([]),
        conflate: () => [scatter.conflate, gather.conflate],
        wrong: () => Object.assign(scatter, { conflate: 5 }),
        bind: () => gather.bind("tcp://127.0.0.1:*"),
        connect: () => scatter.connect(gather.lastEndpoint!),
        states: () => [scatter.readable, scatter.writable, gather.readable, gather.writable],
        send: async () => {
          for (let number = 0; number < 5; number++) await scatter.send(number);
        },
        receive: async () => {
          const received: string[] = [];
          for await (const [body] of gather) if (received.push(String(body)) === 5) return received;
          return received;
        },
      });
      close(scatter, gather);
      return seen;
    },
  },
  {
    name: "endpoints of udp, and who may have them",
    async run(zmq) {
      const publisher: Scoped & Closable = new zmq.Publisher();
      const dish: Scoped & Closable = new zmq.draft.Dish();
      const radio: Scoped & Closable = new zmq.draft.Radio();
      const seen = await attempts({
        publisher: () => publisher.connect("udp://127.0.0.1:5555"),
        publisherBinds: () => publisher.bind("udp://127.0.0.1:5555"),
        dish: () => dish.connect("udp://127.0.0.1:5555"),
        radio: () => radio.bind("udp://127.0.0.1:5555"),
        nonsense: () => dish.bind("udp://nonsense:x"),
        none: () => dish.unbind("udp://127.0.0.1:5555"),
        never: () => radio.disconnect("udp://127.0.0.1:5555"),
      });
      close(publisher, dish, radio);
      return seen;
    },
  },
  {
    name: "STREAM",
    async run(zmq) {
      const server = new zmq.Stream({ receiveTimeout: 10_000, linger: 0 });
      const client = new zmq.Stream({ receiveTimeout: 10_000, linger: 0, notify: false });
      await server.bind("tcp://127.0.0.1:*");
      client.connect(server.lastEndpoint!, { routingId: "it" });
      const [id, nothing] = await server.receive();
      const seen = await attempts({
        greeting: () => [id.length, id[0], nothing.length],
        send: () => client.send(["it", "hello"]),
        hello: async () => String((await server.receive())[1]),
        unknown: () => server.send(["nobody", "text"]),
        bye: () => server.send([id, "bye"]),
        end: () => server.send([id, null]),
        came: async () => texts(await client.receive()),
        states: () => [server.writable, client.writable],
        notify: () => server.notify,
      });
      close(server, client);
      return seen;
    },
  },
];

interface Scoped {
  connect(address: string): void;
  disconnect(address: string): void;
  bind(address: string): Promise<void>;
  unbind(address: string): Promise<void>;
}
