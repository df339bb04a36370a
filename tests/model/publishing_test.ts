import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Dish, Publisher, Radio, Subscriber, text, XPublisher, XSubscriber } from "../../mod.ts";
import { test } from "../harness.ts";
import { tryModel, World } from "./world.ts";

// The model: whoever is connected and has asked for a prefix gets what begins so, once, in order; and nobody else gets
// anything. So does whoever has joined exactly a message's group, which here is the word that the message begins with. Everything settles after each command, so that it says exactly what each subscriber has to receive.

const RECONNECT = 100;

type Command =
  | { readonly do: "subscribe" | "cancel"; readonly who: number; readonly topic: string }
  | { readonly do: "publish"; readonly topic: string; readonly size: number }
  | { readonly do: "receive" | "lose" | "connect" | "disconnect"; readonly who: number }
  | { readonly do: "pass"; readonly milliseconds: number };

const who = fc.nat(1);
const topic = fc.constantFrom("", "a", "ab", "abc", "b", "ba");
const COMMANDS: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom("subscribe" as const, "cancel" as const), who, topic }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("publish" as const), topic, size: fc.constantFrom(0, 1, 300, 17_000) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("receive" as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("connect" as const, "disconnect" as const), who }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("pass" as const), milliseconds: fc.constantFrom(1, RECONNECT, 300) }),
  },
);

/** What the model knows of a subscriber. */
interface Known {
  readonly topics: string[];
  readonly expected: string[];
  connected: boolean;
  /** Milliseconds until it is connected again. */
  away: number;
}

async function run(commands: readonly Command[], makers: Makers, scheme: string): Promise<void> {
  const world = new World();
  const { context } = world;
  const publisher = makers.publisher({ context });
  await publisher.bind(`${scheme}://news`);
  const subscribers = [0, 1].map(() => makers.subscriber({ context }));
  const known: Known[] = subscribers.map(() => ({ topics: [], expected: [], connected: false, away: 0 }));
  let lines: { readonly who: number; readonly line: { lose(): void } }[] = [];
  let published = 0;
  let dropped = 0;
  for (const command of commands) {
    const index = "who" in command ? command.who : 0;
    const subscriber = subscribers[index]!;
    const one = known[index]!;
    switch (command.do) {
      case "subscribe":
        if (!(subscriber instanceof Dish)) subscriber.subscribe(command.topic);
        else if (one.topics.includes(command.topic)) {
          assertThrows(() => subscriber.join(command.topic));
          break;
        } else subscriber.join(command.topic);
        one.topics.push(command.topic);
        break;
      case "cancel": {
        const at = one.topics.indexOf(command.topic);
        if (at < 0) break;
        if (subscriber instanceof Dish) subscriber.leave(command.topic);
        else subscriber.unsubscribe(command.topic);
        one.topics.splice(at, 1);
        break;
      }
      case "publish": {
        const message = `${command.topic} ${published++} `.padEnd(command.size, ".");
        const sent = publisher instanceof Radio ? [command.topic, message] : message;
        assert(publisher.trySend(sent), "a publisher never waits");
        const reached = known.filter((peer) => {
          return peer.connected && peer.away === 0 && wants(peer.topics, message, subscriber);
        });
        for (const peer of reached) peer.expected.push(message);
        if (reached.length === 0) dropped++;
        break;
      }
      case "receive": {
        const frames = subscriber.tryReceive();
        assertEquals(frames === undefined ? undefined : text(frames.at(-1)), next(one, subscriber));
        break;
      }
      case "connect":
        if (one.connected) break;
        subscriber.connect(`${scheme}://news`);
        one.connected = true;
        one.away = 0;
        break;
      case "disconnect":
        if (!one.connected) break;
        subscriber.disconnect(`${scheme}://news`);
        one.connected = false;
        // What has come and was not received is dropped.
        one.expected.length = 0;
        lines = lines.filter((known) => known.who !== index);
        break;
      case "lose": {
        const found = lines.find((known) => known.who === index);
        if (found === undefined || !one.connected || one.away > 0) break;
        found.line.lose();
        lines = lines.filter((known) => known !== found);
        one.away = RECONNECT;
        break;
      }
      case "pass":
        await world.pass(command.milliseconds);
        for (const peer of known) peer.away = Math.max(0, peer.away - command.milliseconds);
    }
    await world.settle();
    for (const line of world.transport.lines) {
      if (lines.some((known) => known.line === line)) continue;
      // One command makes one line; after a wait for both, either may be the first.
      const missing = known.findIndex(({ connected, away }, i) =>
        connected && away === 0 && !lines.some((known) => known.who === i)
      );
      if (missing >= 0) lines.push({ who: missing, line });
    }
    for (const [i, { expected }] of known.entries()) {
      assertEquals(subscribers[i]!.stats().queuedIn, expected.length, `what waits for subscriber ${i}`);
    }
    assertEquals(publisher.peers.length, known.filter(({ connected, away }) => connected && away === 0).length);
    assert(publisher.stats().dropped <= dropped, "nothing is dropped for somebody who wants it");
  }
  for (const [i, one] of known.entries()) {
    const subscriber = subscribers[i]!;
    for (let message = next(one, subscriber); message !== undefined; message = next(one, subscriber)) {
      assertEquals(text(subscriber.tryReceive()?.at(-1)), message);
    }
    assertEquals(subscriber.tryReceive(), undefined);
  }
  const closing = context.close({ linger: 0 });
  await world.pass(5000);
  await closing;
  world.checkEmpty();
}

/** What is to be received next. A SUB passes over what it has cancelled meanwhile; an XSUB leaves that to its user. */
function next({ topics, expected }: Known, subscriber: Receiver): string | undefined {
  for (;;) {
    const message = expected.shift();
    if (message === undefined || subscriber.type === "XSUB" || wants(topics, message, subscriber)) return message;
  }
}

/** Whether who has asked for these is to get a message. */
function wants(topics: readonly string[], message: string, subscriber: Receiver): boolean {
  if (subscriber instanceof Dish) return topics.includes(message.split(" ", 1)[0]!);
  return topics.some((topic) => message.startsWith(topic));
}

type Receiver = Subscriber | XSubscriber | Dish;

interface Makers {
  publisher(options: object): Publisher | XPublisher | Radio;
  subscriber(options: object): Receiver;
}

const PAIRS: readonly (readonly [string, Makers])[] = [
  ["PUB and SUB", { publisher: (options) => new Publisher(options), subscriber: (options) => new Subscriber(options) }],
  ["XPUB and XSUB", {
    publisher: (options) => new XPublisher(options),
    subscriber: (options) => new XSubscriber(options),
  }],
  ["RADIO and DISH", { publisher: (options) => new Radio(options), subscriber: (options) => new Dish(options) }],
];

for (const [name, makers] of PAIRS) {
  for (const scheme of ["memory", "inproc"]) {
    test(`${name} over ${scheme}: who has asked gets it, once and in order, and nobody else`, async () => {
      const commands = scheme === "memory" ? COMMANDS : COMMANDS.filter((command) => command.do !== "lose");
      await tryModel(80, commands, (list) => run(list, makers, scheme));
    }, { timeout: 120_000 });
  }
}
