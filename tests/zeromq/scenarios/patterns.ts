/**
 * What each socket type adds: turns, routes, subscriptions.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { attempt, attempts, type Scenario, settled, show, texts, until } from "../observing.ts";

let names = 0;

function fresh(): string {
  return `inproc://pattern-${names++}`;
}

function close(...sockets: { close(): void }[]): void {
  for (const socket of sockets) socket.close();
}

/** What the types do. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "REQ out of turn, without waiting",
    async run(zmq) {
      const name = fresh();
      const reply = new zmq.Reply({ sendTimeout: 0, receiveTimeout: 0 });
      const request = new zmq.Request({ sendTimeout: 0, receiveTimeout: 0, linger: 0 });
      await reply.bind(name);
      request.connect(name);
      const seen = await attempts({
        receiveFirst: () => request.receive(),
        replyFirst: () => reply.send("early"),
        writable: () => [request.writable, reply.writable],
        send: () => request.send("question"),
        sendAgain: () => request.send("question"),
        nothingYet: () => request.receive(),
        writableNow: () => [request.writable, reply.writable],
        arrives: async () => {
          await until(() => reply.readable);
          return [reply.readable, reply.writable];
        },
        sendUnread: () => reply.send("unread"),
        question: async () => texts(await reply.receive()),
        owed: () => [reply.readable, reply.writable],
        receiveAgain: () => reply.receive(),
        answer: () => reply.send("answer"),
        comes: async () => {
          await until(() => request.readable);
          return [request.readable, request.writable];
        },
        sendUnreadReply: () => request.send("another"),
        read: async () => texts(await request.receive()),
        end: () => [request.readable, request.writable, reply.writable],
      });
      close(request, reply);
      return seen;
    },
  },
  {
    name: "REQ out of turn, with time",
    async run(zmq) {
      const name = fresh();
      const reply = new zmq.Reply({ sendTimeout: 10, receiveTimeout: 10 });
      const request = new zmq.Request({ sendTimeout: 10, receiveTimeout: 10, linger: 0 });
      await reply.bind(name);
      request.connect(name);
      const seen = await attempts({
        receiveFirst: () => request.receive(),
        replyFirst: () => reply.send("early"),
        send: () => request.send("question"),
        sendAgain: () => request.send("question"),
        nothingYet: () => request.receive(),
        question: async () => {
          // It is on its way: there is no hurry.
          reply.receiveTimeout = 10_000;
          const question = texts(await reply.receive());
          reply.receiveTimeout = 10;
          return question;
        },
        receiveAgain: () => reply.receive(),
      });
      close(request, reply);
      return seen;
    },
  },
  {
    name: "calls out of turn wait for their turn",
    async run(zmq) {
      const name = fresh();
      const reply = new zmq.Reply();
      const request = new zmq.Request({ linger: 0 });
      await reply.bind(name);
      request.connect(name);
      const early = reply.send("answer");
      const reading = request.receive();
      const seen: unknown[] = [await settled(early), await settled(reading)];
      await request.send("question");
      const next = request.send("next");
      seen.push(await settled(next));
      seen.push(texts(await reply.receive()));
      await early;
      seen.push(texts(await reading));
      await next;
      seen.push(texts(await reply.receive()));
      close(request, reply);
      return seen;
    },
  },
  {
    name: "closing while a call is out of turn",
    async run(zmq) {
      const request = new zmq.Request();
      const reply = new zmq.Reply();
      const calls = [request.receive(), reply.send("early")].map((call) => attempt(() => call));
      await settled(Promise.all(calls));
      close(request, reply);
      return await Promise.all(calls);
    },
  },
  {
    name: "ROUTER, DEALER and routing ids",
    async run(zmq) {
      const router = new zmq.Router({ linger: 0 });
      await router.bind("tcp://127.0.0.1:*");
      const dealer = new zmq.Dealer({ routingId: "me", linger: 0 });
      dealer.connect(router.lastEndpoint!);
      await dealer.send(["hello", "there"]);
      const got = await router.receive();
      await router.send([got[0]!, "back"]);
      const back = await dealer.receive();
      const anonymous = new zmq.Dealer({ linger: 0 });
      anonymous.connect(router.lastEndpoint!);
      await anonymous.send("who?");
      const [id] = await router.receive();
      const seen = [show(got), texts(back), id!.length, id![0], await attempt(() => router.send(["nobody", "text"]))];
      close(router, dealer, anonymous);
      return seen;
    },
  },
  {
    name: "ROUTER that is mandatory",
    async run(zmq) {
      const router = new zmq.Router({ mandatory: true, linger: 0, sendTimeout: 0 });
      await router.bind("tcp://127.0.0.1:*");
      const seen = await attempts({
        nobody: () => router.send(["nobody", "text"]),
        one: () => router.send(["nobody"]),
        withTime: () => {
          router.sendTimeout = 10;
          return router.send(["nobody", "text"]);
        },
      });
      router.close();
      return seen;
    },
  },
  {
    name: "ROUTER that names its peer",
    async run(zmq) {
      const one = new zmq.Router({ linger: 0 });
      const other = new zmq.Router({ linger: 0, mandatory: true });
      await one.bind("tcp://127.0.0.1:*");
      other.connect(one.lastEndpoint!, { routingId: "one" });
      await other.send(["one", "hello"]);
      const [, text] = await one.receive();
      const seen = [text!.toString(), await attempt(() => other.connect("tcp://127.0.0.1:1", { routingId: "" }))];
      close(one, other);
      return seen;
    },
  },
  {
    name: "subscriptions of text and of octets",
    async run(zmq) {
      const publisher = new zmq.XPublisher({ linger: 0, verbosity: "allSubsUnsubs" });
      await publisher.bind("tcp://127.0.0.1:*");
      const subscriber = new zmq.Subscriber();
      const seen: unknown[] = [
        await attempts({
          text: () => subscriber.subscribe("text"),
          octets: () => subscriber.subscribe(Buffer.from("octets")),
          several: () => subscriber.subscribe("a", "b"),
          number: () => subscriber.subscribe(5 as never),
          undefined: () => subscriber.subscribe(undefined as never),
          null: () => subscriber.subscribe(null as never),
          drop: () => subscriber.unsubscribe("a"),
          unknown: () => subscriber.unsubscribe("nothing"),
          dropNull: () => subscriber.unsubscribe(null as never),
          dropNumber: () => subscriber.unsubscribe(5 as never),
        }),
      ];
      subscriber.connect(publisher.lastEndpoint!);
      const first = [await publisher.receive(), await publisher.receive(), await publisher.receive()];
      seen.push(first.map((message) => show(message[0])).sort());
      subscriber.unsubscribe("text");
      seen.push(show(await publisher.receive()));
      subscriber.subscribe();
      seen.push(show(await publisher.receive()));
      subscriber.unsubscribe();
      subscriber.unsubscribe("octets", "b");
      for (let i = 0; i < 3; i++) seen.push(show(await publisher.receive()));
      close(publisher, subscriber);
      return seen;
    },
  },
  {
    name: "PUB sends to whom it may concern",
    async run(zmq) {
      const publisher = new zmq.Publisher({ linger: 0 });
      const seen: unknown[] = [await attempt(() => publisher.send("nobody")), publisher.writable, publisher.readable];
      await publisher.bind("tcp://127.0.0.1:*");
      const subscriber = new zmq.Subscriber();
      subscriber.subscribe("sport");
      const events = subscriber.events;
      subscriber.connect(publisher.lastEndpoint!);
      for await (const { type } of events) if (type === "handshake") break;
      const got: string[][] = [];
      const reading = (async () => {
        for await (const message of subscriber) {
          got.push(texts(message));
          break;
        }
      })();
      while (got.length === 0) {
        await publisher.send(["weather", "rain"]);
        await publisher.send(["sport", "1:0"]);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await reading;
      seen.push(got);
      close(publisher, subscriber);
      return seen;
    },
  },
  {
    name: "XSUB subscribes by messages",
    async run(zmq) {
      const publisher = new zmq.XPublisher({ linger: 0 });
      await publisher.bind("tcp://127.0.0.1:*");
      const subscriber = new zmq.XSubscriber();
      subscriber.connect(publisher.lastEndpoint!);
      await subscriber.send("\u0001news");
      const subscribed = await publisher.receive();
      await publisher.send("news!");
      const got = await subscriber.receive();
      await subscriber.send("\u0000news");
      const seen = [show(subscribed), texts(got), show(await publisher.receive())];
      close(publisher, subscriber);
      return seen;
    },
  },
  {
    name: "DEALER in a thousand messages",
    async run(zmq) {
      const one = new zmq.Dealer({ linger: 0 });
      const other = new zmq.Dealer({ linger: 0 });
      await one.bind("tcp://127.0.0.1:*");
      other.connect(one.lastEndpoint!);
      let sum = 0;
      const reading = (async () => {
        for (let i = 0; i < 3000; i++) sum += Number((await one.receive())[0]);
      })();
      for (let i = 0; i < 3000; i++) await other.send(i);
      await reading;
      close(one, other);
      return sum;
    },
  },
  {
    name: "PLAIN lets nobody in without a handler",
    async run(zmq) {
      const server = new zmq.Reply({ plainServer: true, linger: 0 });
      await server.bind("tcp://127.0.0.1:*");
      const client = new zmq.Request({ plainUsername: "user", plainPassword: "secret", linger: 0, receiveTimeout: 20 });
      client.connect(server.lastEndpoint!);
      client.sendTimeout = 20;
      await client.send("hello");
      const seen = await attempt(() => client.receive());
      close(server, client);
      return seen;
    },
  },
  {
    name: "CURVE keeps what is said",
    async run(zmq) {
      const [mine, yours] = [zmq.curveKeyPair(), zmq.curveKeyPair()];
      const server = new zmq.Reply({ curveServer: true, curveSecretKey: yours.secretKey, linger: 0 });
      await server.bind("tcp://127.0.0.1:*");
      const client = new zmq.Request({
        curvePublicKey: mine.publicKey,
        curveSecretKey: mine.secretKey,
        curveServerKey: yours.publicKey,
        linger: 0,
      });
      client.connect(server.lastEndpoint!);
      await client.send("secret");
      const question = texts(await server.receive());
      await server.send("indeed");
      const seen = [question, texts(await client.receive()), client.securityMechanism, server.securityMechanism];
      close(server, client);
      return seen;
    },
  },
];
