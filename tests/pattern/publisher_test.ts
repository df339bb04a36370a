import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { latin1 } from "../../src/bytes/ascii.ts";
import { Control, type Message } from "../../src/message.ts";
import type { PatternOptions } from "../../src/pattern/pattern.ts";
import { PublisherPattern } from "../../src/pattern/publisher.ts";
import { test } from "../harness.ts";
import { message, PATTERN_OPTIONS, type Peer, Rig } from "../pipe_fixture.ts";

type Options = { -readonly [Name in keyof PatternOptions]?: PatternOptions[Name] };

const xpub = (options: Options = {}) => new Rig(new PublisherPattern({ ...PATTERN_OPTIONS, ...options }, true));
const pub = (options: Options = {}) => new Rig(new PublisherPattern({ ...PATTERN_OPTIONS, ...options }, false));

/** A peer that has subscribed. */
function subscriber(rig: Rig<PublisherPattern>, ...topics: string[]): Peer {
  const peer = rig.join();
  for (const topic of topics) peer.subscribe(topic);
  return peer;
}

const SUB_A = "\u0001A";
const UNSUB_A = "\0A";

/** What libzmq's application hears of two subscribers, step by step; a SUB says nothing when it counts 2 down to 1. */
const VERBOSITY: readonly { name: string; options: Options; heard: readonly string[] }[] = [
  { name: "by default", options: {}, heard: [SUB_A, "", "", "", UNSUB_A] },
  { name: "with allSubs", options: { verbosity: "allSubs" }, heard: [SUB_A, SUB_A, SUB_A, "", UNSUB_A] },
  {
    name: "with allSubsUnsubs",
    options: { verbosity: "allSubsUnsubs" },
    heard: [SUB_A, SUB_A, SUB_A, UNSUB_A, UNSUB_A],
  },
  { name: "with manual", options: { manual: true }, heard: [SUB_A, SUB_A, SUB_A, UNSUB_A, UNSUB_A] },
];

for (const { name, options, heard } of VERBOSITY) {
  test(`XPUB ${name} hears of subscriptions what libzmq's hears`, () => {
    for (const spelling of ["command", "message"]) {
      const rig = xpub(options);
      const [s1, s2] = [rig.join(), rig.join()];
      const steps: (() => void)[] = spelling === "command"
        ? [() => s1.subscribe("A"), () => s2.subscribe("A"), () => s1.subscribe("A"), () => s1.cancel("A")]
        : [() => s1.say(SUB_A), () => s2.say(SUB_A), () => s1.say(SUB_A), () => s1.say(UNSUB_A)];
      steps.push(() => rig.leave(s2));
      const wanted = heard.map((text) => text === "" ? [] : [text]);
      assertEquals(
        steps.map((step) => {
          step();
          return rig.receiveAll();
        }),
        wanted,
        spelling,
      );
    }
  });
}

test("cancelling what nobody holds is told; what others hold only with allSubsUnsubs", () => {
  const heard = (options: Options) => {
    const rig = xpub(options);
    const [one, other] = [rig.join(), rig.join()];
    one.cancel("x");
    other.subscribe("A");
    one.cancel("A");
    return rig.receiveAll();
  };
  assertEquals(heard({}), ["\0x", SUB_A]);
  assertEquals(heard({ verbosity: "allSubs" }), ["\0x", SUB_A]);
  assertEquals(heard({ verbosity: "allSubsUnsubs" }), ["\0x", SUB_A, UNSUB_A]);
});

test("a peer that leaves gives up its topics: those nobody else holds are told, or with allSubsUnsubs all of them", () => {
  const heard = (options: Options) => {
    const rig = xpub(options);
    const [leaving] = [subscriber(rig, "A", "B"), subscriber(rig, "A")];
    rig.receiveAll();
    rig.leave(leaving!);
    assertEquals(rig.pattern.topicsCount, options.manual ? 0 : 1);
    return rig.receiveAll().sort();
  };
  assertEquals(heard({}), ["\0B"]);
  assertEquals(heard({ verbosity: "allSubs" }), ["\0B"]);
  assertEquals(heard({ verbosity: "allSubsUnsubs" }), ["\0A", "\0B"]);
  assertEquals(heard({ manual: true }), ["\0A", "\0B"]);
});

test("verbosity may change at any time", () => {
  const options: Options = {};
  const rig = new Rig(new PublisherPattern(Object.assign(options, PATTERN_OPTIONS) as PatternOptions, true));
  const peer = rig.join();
  peer.subscribe("A");
  peer.subscribe("A");
  options.verbosity = "allSubs";
  peer.subscribe("A");
  assertEquals(rig.receiveAll(), [SUB_A, SUB_A]);
});

test("a topic is counted once, whoever holds it", () => {
  const rig = pub();
  const [one, other] = [subscriber(rig, "A", "AB", ""), subscriber(rig, "A")];
  assertEquals(rig.pattern.topicsCount, 3);
  one!.cancel("A");
  assertEquals(rig.pattern.topicsCount, 3);
  rig.leave(other!);
  assertEquals(rig.pattern.topicsCount, 2);
});

test("an empty subscription matches everything, empty messages too", () => {
  const rig = pub();
  const peer = subscriber(rig, "");
  for (const text of ["", "|x", "a"]) rig.send(text);
  assertEquals(peer.queue, ["", "|x", "a"]);
});

test("a subscription is looked for in every frame of a message; what is none is user data", () => {
  const rig = xpub();
  const peer = rig.join();
  peer.say(`${SUB_A}|data|\u0001B|more`);
  assertEquals(rig.receiveAll(), [SUB_A, "\u0001B", "data|more"]);
  rig.send("A");
  rig.send("B");
  assertEquals(peer.queue, ["A", "B"]);
});

test("with onlyFirstSubscribe only the first frame of a message can be a subscription", () => {
  const rig = xpub({ onlyFirstSubscribe: true });
  const peer = rig.join();
  peer.say(`${SUB_A}|\u0001B`);
  peer.say("data|\u0001C");
  assertEquals(rig.receiveAll(), [SUB_A, "\u0001B", "data|\u0001C"]);
  for (const text of ["A", "B", "C"]) rig.send(text);
  assertEquals(peer.queue, ["A"]);
});

test("user data is what begins with neither 1 nor 0: XPUB delivers it, empty frames too", () => {
  const rig = xpub();
  const peer = rig.join();
  for (const text of ["\u0002A", "", "data|x"]) peer.say(text);
  assertEquals(rig.receiveAll(), ["\u0002A", "", "data|x"]);
});

test("what is told does not change if the application changes what it was given, nor the other way round", () => {
  const rig = xpub();
  const peer = rig.join();
  const topic = latin1("A");
  peer.pipe.deliver(new Control("subscribe", topic));
  const frames = rig.pattern.receive()!;
  frames[0]!.fill(90);
  rig.send("A");
  assertEquals(peer.queue, ["A"]);
});

test("invertMatching sends to all who do not match", () => {
  const rig = pub({ invertMatching: true });
  const [a, b, none] = [subscriber(rig, "A"), subscriber(rig, "B"), rig.join()];
  rig.send("Ax");
  rig.send("C");
  assertEquals([a!.queue, b!.queue, none.queue], [["C"], ["Ax", "C"], ["Ax", "C"]]);
});

test("with noDrop one full subscriber makes all wait, and nobody gets a message that is refused", () => {
  const rig = pub({ noDrop: true });
  const slow = rig.join({ sendHighWaterMark: 2 });
  slow.subscribe("");
  const quick = subscriber(rig, "");
  const other = subscriber(rig, "x");
  assertEquals([rig.send("1"), rig.send("2"), rig.send("3")], [true, true, false]);
  assertEquals([slow.queue, quick.queue, rig.pattern.dropped], [["1", "2"], ["1", "2"], 0]);
  // Who does not want the message does not count.
  slow.cancel("");
  assertEquals(rig.send("x"), true);
  slow.subscribe("");
  assertEquals(rig.send("3"), false);
  slow.flush(1);
  assertEquals([rig.woken, rig.send("3")], [1, true]);
  assertEquals([slow.queue, quick.queue, other.queue], [["2", "3"], ["1", "2", "x", "3"], ["x"]]);
});

test("with noDrop a full subscriber that leaves is waited for no longer", () => {
  const rig = pub({ noDrop: true });
  const slow = rig.join({ sendHighWaterMark: 1 });
  slow.subscribe("");
  rig.send("1");
  assertEquals(rig.send("2"), false);
  rig.leave(slow);
  assertEquals(rig.send("2"), true);
});

test("with noDrop a message that waits is not tried again before the peer it waits for has changed", () => {
  const rig = pub({ noDrop: true });
  const peers = Array.from({ length: 10 }, () => rig.join({ sendHighWaterMark: 1 }));
  for (const peer of peers) peer.subscribe("");
  rig.send("1");
  let looks = 0;
  const message = [latin1("2")];
  Object.defineProperty(message, 0, { get: () => (looks++, latin1("2")) });
  assertEquals([rig.pattern.send(message), looks > 0], [false, true]);
  looks = 0;
  for (const peer of peers.slice(0, 9)) {
    peer.flush();
    assertEquals(rig.pattern.send(message), false);
  }
  assertEquals(looks, 0);
  peers[9]!.cancel("");
  assertEquals(rig.pattern.send(message), true);
  assertEquals(peers.map((peer) => peer.queue.at(-1)), [...new Array(9).fill("2"), "1"]);
});

test("with noDrop and invertMatching a full peer that subscribes to what waits is waited for no longer", () => {
  const rig = pub({ noDrop: true, invertMatching: true });
  const [full, other] = [rig.join({ sendHighWaterMark: 1 }), rig.join()];
  rig.send("1");
  const waiting = message("topic");
  assertEquals(rig.pattern.send(waiting), false);
  full.subscribe("topic");
  assertEquals([rig.pattern.send(waiting), full.queue, other.queue], [true, ["1"], ["1", "topic"]]);
});

test("a full subscriber misses messages in runs: none until half of its queue has gone", () => {
  const rig = pub();
  const peer = rig.join({ sendHighWaterMark: 4 });
  peer.subscribe("");
  for (const text of "123456") rig.send(text);
  const gone = peer.flush(1);
  rig.send("7");
  gone.push(...peer.flush(1));
  rig.send("8");
  gone.push(...peer.flush());
  assertEquals([gone, rig.pattern.dropped, peer.pipe.dropped], [["1", "2", "3", "4", "8"], 3, 3]);
});

test("welcomeMessage goes to each new connection, subscribed or not, before all else", () => {
  const rig = xpub({ welcomeMessage: latin1("hi") });
  const peer = rig.join({ dialled: true });
  rig.hiccup(peer);
  rig.ready(peer);
  assertEquals([peer.preludes, peer.queue, rig.join({ ready: false }).preludes], [["hi", "hi"], [], []]);
});

test("manual: a request changes nothing until the application grants something, which may be something else", () => {
  const rig = xpub({ manual: true });
  const [one, other] = [subscriber(rig, "A"), subscriber(rig, "A")];
  rig.send("A");
  assertEquals([rig.receive(), one!.queue], [SUB_A, []]);
  rig.pattern.grant(latin1("B"));
  rig.pattern.grant(latin1("C"));
  for (const text of ["A", "B", "C"]) rig.send(text);
  assertEquals([one!.queue, other!.queue], [["B", "C"], []]);
  rig.receive();
  rig.pattern.grant(latin1("A"));
  rig.send("A");
  assertEquals([one!.queue, other!.queue], [["B", "C"], ["A"]]);
  // A cancellation does not either.
  one!.cancel("A");
  assertEquals(rig.receive(), UNSUB_A);
  rig.send("B");
  rig.pattern.revoke(latin1("B"));
  rig.send("B");
  assertEquals(one!.queue, ["B", "C", "B"]);
});

test("manual: nothing is granted to a peer that has gone, or before any request was received", () => {
  const rig = xpub({ manual: true });
  const peer = subscriber(rig, "A");
  rig.pattern.grant(latin1("A"));
  assertEquals(rig.pattern.topicsCount, 0);
  rig.receive();
  rig.leave(peer);
  rig.pattern.grant(latin1("A"));
  rig.pattern.revoke(latin1("A"));
  // Nor to one whose request is received after it has gone, nor to nobody, whom the end of it comes from.
  const late = subscriber(rig, "L");
  rig.leave(late);
  for (let i = 0; i < 3; i++) {
    rig.receive();
    rig.pattern.grant(latin1("A"));
  }
  assertEquals([rig.pattern.topicsCount, rig.receive()], [0, undefined]);
});

test("manual: what was granted ends with the peer, and what is told is what was asked for", () => {
  const rig = xpub({ manual: true });
  const peer = subscriber(rig, "A");
  rig.receive();
  rig.pattern.grant(latin1("B"));
  rig.leave(peer);
  assertEquals([rig.receiveAll(), rig.pattern.topicsCount], [[UNSUB_A], 0]);
});

test("manual: a topic that is granted is copied", () => {
  const rig = xpub({ manual: true });
  const peer = subscriber(rig, "A");
  rig.receive();
  const topic = Buffer.from("B");
  rig.pattern.grant(topic);
  topic.fill(0);
  rig.send("B");
  assertEquals(peer.queue, ["B"]);
  rig.leave(peer);
  assertEquals(rig.pattern.topicsCount, 0);
});

test("manual that is switched off, or on, leaves no topic behind when peers go", () => {
  const options: Options = { ...PATTERN_OPTIONS, manual: true };
  const rig = new Rig(new PublisherPattern(options as PatternOptions, true));
  const peer = subscriber(rig, "A");
  rig.receive();
  rig.pattern.grant(latin1("A"));
  options.manual = false;
  peer.subscribe("B");
  rig.leave(peer);
  assertEquals(rig.pattern.topicsCount, 0);
  const next = subscriber(rig, "C");
  options.manual = true;
  rig.leave(next);
  assertEquals(rig.pattern.topicsCount, 0);
});

test("manualLastValue: the first message after a subscription goes to that subscriber alone, if it matches", () => {
  const rig = xpub({ manualLastValue: true });
  const [one, other] = [subscriber(rig, "A"), subscriber(rig, "A")];
  for (const _ of [one, other]) {
    rig.receive();
    rig.pattern.grant(latin1("A"));
    rig.send("A last value");
  }
  rig.send("A news");
  assertEquals([one!.queue, other!.queue], [["A last value", "A news"], ["A last value", "A news"]]);
  const third = subscriber(rig, "B");
  rig.receive();
  rig.pattern.grant(latin1("B"));
  rig.send("A for others");
  rig.send("A news");
  assertEquals([one!.queue.slice(2), third.queue], [["A news"], []]);
});

test("manualLastValue: the message for a new subscriber is its own, whoever asks before it is sent", () => {
  const rig = xpub({ manualLastValue: true });
  const [one, other] = [subscriber(rig, "A"), subscriber(rig, "A")];
  rig.receive();
  rig.pattern.grant(latin1("A"));
  rig.receive();
  rig.send("A last value");
  assertEquals([one!.queue, other!.queue], [["A last value"], []]);
});

test("manualLastValue: if the new subscriber goes, the next message is for all", () => {
  const rig = xpub({ manualLastValue: true });
  const one = subscriber(rig, "A");
  rig.receive();
  rig.pattern.grant(latin1("A"));
  rig.send("A last value");
  const gone = subscriber(rig, "A");
  rig.receive();
  rig.pattern.grant(latin1("A"));
  rig.leave(gone);
  rig.send("A news");
  assertEquals(one.queue, ["A last value", "A news"]);
});

test("who subscribes to too much while nobody listens is held back, alone, until somebody does", () => {
  const rig = xpub();
  const greedy = rig.join({ receiveHighWaterMark: 10 });
  const honest = rig.join({ receiveHighWaterMark: 10 });
  for (let i = 0; greedy.subscribe(`${i}`); i++);
  assertEquals(greedy.pipe.inbound.length, 10);
  assertEquals(honest.subscribe("x"), true);
  rig.send("x news");
  assertEquals(honest.queue, ["x news"]);
  let heard = 0;
  while (rig.receive() !== undefined) heard++;
  assertEquals(heard, 65536 + 10 + 1);
  assertEquals([greedy.pipe.inbound.length, greedy.subscribe("y")], [0, true]);
  assertEquals(rig.receive(), "\u0001y");
});

test("a subscriber that comes back holds its topics once, and is told of no news by it", () => {
  const rig = xpub();
  const peer = rig.join({ dialled: true });
  peer.subscribe("A");
  rig.receiveAll();
  rig.send("A1");
  rig.hiccup(peer);
  rig.ready(peer);
  peer.subscribe("A");
  assertEquals([rig.receiveAll(), peer.queue], [[], ["A1"]]);
});

test("a peer with 100 000 subscriptions comes and goes without a look at anyone else's", () => {
  const rig = xpub();
  const stays = subscriber(rig, "topic.1");
  const peer = rig.join();
  rig.receiveAll();
  for (let i = 0; i < 100_000; i++) {
    peer.subscribe(`topic.${i}`);
    rig.pattern.receive();
  }
  assertEquals(rig.pattern.topicsCount, 100_000);
  rig.send("topic.4321.x");
  assertEquals([peer.queue.length, stays.queue.length], [1, 0]);
  // Were each of them searched for among all, this would be ten thousand million steps, and the test would not end.
  rig.leave(peer);
  assertEquals(rig.pattern.topicsCount, 1);
  let heard = 0;
  for (let notice: Message | undefined; (notice = rig.pattern.receive()) !== undefined; heard++) {
    if (notice[0]![0] !== 0) throw new Error("not an unsubscription");
  }
  assertEquals(heard, 99_999);
});

test("a message for 1000 subscribers goes once to each, and costs no look at those who do not want it", () => {
  const rig = pub();
  const wanting = Array.from({ length: 1000 }, (_, i) => subscriber(rig, "a", i % 2 === 0 ? "ab" : "b"));
  rig.send("abc");
  assertEquals(wanting.every((peer) => peer.queue.length === 1), true);
  assertEquals(rig.pattern.send(message("zzz")), true);
  assertEquals(wanting.every((peer) => peer.queue.length === 1), true);
});

test("a peer may have maxSubscriptions topics; one more ends its connection, and nobody else's", () => {
  for (const options of [{}, { manual: true }]) {
    const rig = xpub({ ...options, maxSubscriptions: 2 });
    const [greedy, honest] = [subscriber(rig, "A", "B", "A"), subscriber(rig, "A", "C")];
    assertEquals(greedy.refused, undefined);
    rig.receiveAll();
    greedy.subscribe("D");
    assertEquals(
      greedy.refused?.message,
      "Cannot subscribe: it would be topic 3 of the peer, and octet 3, limits are 2 and 8388608",
    );
    assertEquals(honest.refused, undefined);
    // What it had is forgotten; with `manual` the application hears of all that it had asked for.
    assertEquals(rig.receiveAll().sort(), "manual" in options ? ["\0A", "\0B"] : ["\0B"]);
    assertEquals(rig.pattern.topicsCount, "manual" in options ? 0 : 2);
  }
});

test("a peer's topics may have maxSubscriptionOctets octets, and what it cancels counts no more", () => {
  const rig = pub({ maxSubscriptionOctets: 4 });
  const peer = subscriber(rig, "AA", "BB", "AA");
  peer.cancel("AA");
  peer.cancel("AA");
  peer.subscribe("CC");
  assertEquals(peer.refused, undefined);
  peer.subscribe("D");
  assertEquals(
    peer.refused?.message,
    "Cannot subscribe: it would be topic 3 of the peer, and octet 5, limits are 131072 and 4",
  );
  assertEquals(rig.pattern.topicsCount, 0);
});

test("the limits hold for subscriptions that are spelled as messages, several in one", () => {
  const rig = pub({ maxSubscriptions: 2 });
  const peer = rig.join();
  peer.say("\u0001A|\u0001B|\u0001C|\u0001D");
  assertEquals(peer.refused?.message.slice(0, 45), "Cannot subscribe: it would be topic 3 of the ");
  assertEquals(rig.pattern.topicsCount, 0);
});

test("a dialled peer that wants too much begins anew when it comes back", () => {
  const rig = pub({ maxSubscriptions: 2 });
  const peer = rig.join({ dialled: true });
  for (const topic of ["A", "B", "C"]) peer.subscribe(topic);
  assertEquals([peer.refused === undefined, rig.pattern.topicsCount], [false, 0]);
  for (const topic of ["A", "B"]) peer.subscribe(topic);
  assertEquals(rig.pattern.topicsCount, 2);
});

test("a peer of this process is not limited", () => {
  const rig = pub({ maxSubscriptions: 2 });
  const peer = rig.join();
  peer.pipe.local = true;
  for (const topic of ["A", "B", "C"]) peer.subscribe(topic);
  assertEquals([peer.refused, rig.pattern.topicsCount], [undefined, 3]);
});

test("a topic that there is no memory for ends its peer's connection, and the others go on", () => {
  const rig = xpub();
  const [honest, greedy] = [subscriber(rig, "news"), subscriber(rig, "sport")];
  rig.receiveAll();
  const { Int32Array: real } = globalThis;
  let refusals = 0;
  // Stands for the limit of 2 GiB: no trie can grow.
  globalThis.Int32Array = class extends real {
    constructor() {
      super(0);
      refusals++;
      throw new RangeError("Array buffer allocation failed");
    }
  } as unknown as Int32ArrayConstructor;
  try {
    greedy.subscribe("x".repeat(1000));
  } finally {
    globalThis.Int32Array = real;
  }
  assertEquals(refusals > 0, true);
  assertEquals(greedy.refused?.message, "Cannot subscribe: there is no memory for another topic");
  assertEquals(greedy.refused?.cause instanceof RangeError, true);
  rig.leave(greedy);
  assertEquals(rig.receiveAll(), ["\0sport"]);
  rig.pattern.send(message("news|1"));
  assertEquals(honest.flush(), ["news|1"]);
  const another = subscriber(rig, "x".repeat(1000));
  assertEquals([another.refused, rig.pattern.topicsCount], [undefined, 2]);
});

test("an XPUB does not read on while a peer's unread notifications have 16 MiB", () => {
  const rig = xpub();
  const peer = rig.join({ receiveHighWaterMark: 4 });
  const topic = "t".repeat(65535);
  const went = (): number => {
    let count = 0;
    while ((count % 2 === 0 ? peer.subscribe(topic) : peer.cancel(topic)) && count < 10_000) count++;
    return count;
  };
  // 256 of them, of 257 units each, make 65536; then the pipe takes its high-water mark.
  assertEquals(went() < 300, true);
  const resumed = peer.resumed;
  for (let i = 0; i < 200; i++) rig.pattern.receive();
  assertEquals(peer.resumed > resumed, true);
});
