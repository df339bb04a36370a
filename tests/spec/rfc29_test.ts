/**
 * RFC 29/PUBSUB: one test for each SHALL that a socket type's rules can keep by themselves. Where libzmq reads it
 * otherwise (subscriptions are a set at the publisher), the test says so.
 */
import { assertEquals } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { PublisherPattern } from "../../src/pattern/publisher.ts";
import { SubscriberPattern } from "../../src/pattern/subscriber.ts";
import { test } from "../harness.ts";
import { PATTERN_OPTIONS, Rig } from "../pipe_fixture.ts";

const pub = () => new Rig(new PublisherPattern(PATTERN_OPTIONS, false));
const xpub = () => new Rig(new PublisherPattern(PATTERN_OPTIONS, true));
const sub = () => new Rig(new SubscriberPattern(PATTERN_OPTIONS, true));
const xsub = () => new Rig(new SubscriberPattern(PATTERN_OPTIONS, false));

test("RFC 29: PUB SHALL NOT block on sending", () => {
  const rig = pub();
  assertEquals(rig.send("nobody"), true);
  const peer = rig.join({ sendHighWaterMark: 1 });
  peer.subscribe("");
  for (let i = 0; i < 3; i++) assertEquals(rig.send(`${i}`), true);
});

test("RFC 29: PUB SHALL silently discard the message for a subscriber whose queue is full, and for it alone", () => {
  const rig = pub();
  const [slow, quick] = [rig.join({ sendHighWaterMark: 1 }), rig.join()];
  slow.subscribe("");
  quick.subscribe("");
  rig.send("1");
  rig.send("2");
  assertEquals([slow.queue, quick.queue, rig.pattern.dropped], [["1"], ["1", "2"], 1]);
});

test("RFC 29: PUB SHALL perform a binary comparison of the subscription against the start of the first frame", () => {
  const rig = pub();
  const peer = rig.join();
  peer.subscribe("A\0");
  for (const text of ["A\0", "A\0b|x", "A", "a\0", "x|A\0", ""]) rig.send(text);
  assertEquals(peer.queue, ["A\0", "A\0b|x"]);
});

test("RFC 29: PUB SHALL send a message once to each subscriber, however many of its subscriptions match", () => {
  const rig = pub();
  const peer = rig.join();
  for (const topic of ["", "a", "ab", "abc"]) peer.subscribe(topic);
  rig.send("abc");
  assertEquals(peer.queue, ["abc"]);
});

test("RFC 29: PUB SHALL NOT send to a peer that has not subscribed, or has cancelled", () => {
  const rig = pub();
  const [never, former] = [rig.join(), rig.join()];
  former.subscribe("a");
  former.cancel("a");
  rig.send("a");
  assertEquals([never.queue, former.queue, rig.pattern.dropped], [[], [], 0]);
});

test("RFC 29, as libzmq has it: a peer's subscriptions are a set, so one CANCEL ends what two SUBSCRIBEs began", () => {
  const rig = pub();
  const peer = rig.join();
  peer.subscribe("a");
  peer.subscribe("a");
  peer.cancel("a");
  rig.send("a");
  assertEquals(peer.queue, []);
});

test("RFC 29: PUB SHALL accept subscriptions spelled as messages: 1 or 0, then the topic", () => {
  const rig = pub();
  const peer = rig.join();
  peer.say("\u0001a");
  rig.send("a");
  peer.say("\0a");
  rig.send("a");
  assertEquals(peer.queue, ["a"]);
});

test("RFC 29: PUB SHALL NOT receive any message", () => {
  const rig = pub();
  const peer = rig.join();
  peer.subscribe("a");
  peer.say("data");
  peer.say("");
  assertEquals([rig.receive(), peer.pipe.inbound.length], [undefined, 0]);
});

test("RFC 29: XPUB SHALL deliver each subscription to its application as a message: 1 or 0, then the topic", () => {
  const rig = xpub();
  const peer = rig.join();
  peer.subscribe("a");
  peer.say("\u0001b");
  peer.cancel("a");
  peer.say("\0b");
  assertEquals(rig.receiveAll(), ["\u0001a", "\u0001b", "\0a", "\0b"]);
});

test("RFC 29: XPUB SHALL generate unsubscriptions for a peer that disconnects without sending any", () => {
  const rig = xpub();
  const peer = rig.join();
  peer.subscribe("a");
  peer.subscribe("b");
  rig.receiveAll();
  rig.leave(peer);
  assertEquals(rig.receiveAll().sort(), ["\0a", "\0b"]);
});

test("RFC 29: SUB SHALL receive incoming messages from its publishers using a fair-queuing strategy", () => {
  const rig = sub();
  rig.pattern.subscribe(latin1(""));
  const [a, b] = [rig.join(), rig.join()];
  for (let i = 0; i < 2; i++) a.say("a|x");
  for (let i = 0; i < 2; i++) b.say("b");
  assertEquals(rig.receiveAll(), ["a|x", "b", "a|x", "b"]);
});

test("RFC 29: SUB SHALL deliver only what matches a subscription, and NOT modify it", () => {
  const rig = sub();
  rig.pattern.subscribe(latin1("a"));
  const peer = rig.join();
  for (const text of ["ab||c", "b|a", "", "a"]) peer.say(text);
  assertEquals([rig.receiveAll(), rig.pattern.dropped], [["ab||c", "a"], 2]);
});

test("RFC 29: SUB SHALL tell every publisher, connected now or later, what it subscribes to", () => {
  const rig = sub();
  rig.pattern.subscribe(latin1("a"));
  const early = rig.join();
  rig.pattern.subscribe(latin1("b"));
  const late = rig.join();
  assertEquals([early.queue, late.queue.sort()], [["+a", "+b"], ["+a", "+b"]]);
});

test("RFC 29: SUB SHALL NOT send a CANCEL for what is subscribed more often, or not at all", () => {
  const rig = sub();
  const peer = rig.join();
  rig.pattern.subscribe(latin1("a"));
  rig.pattern.subscribe(latin1("a"));
  rig.pattern.unsubscribe(latin1("a"));
  rig.pattern.unsubscribe(latin1("b"));
  assertEquals(peer.queue, ["+a", "+a"]);
  rig.pattern.unsubscribe(latin1("a"));
  assertEquals(peer.queue, ["+a", "+a", "-a"]);
});

test("RFC 29: XSUB SHALL subscribe and unsubscribe by messages of 1 or 0, then the topic", () => {
  const rig = xsub();
  const peer = rig.join();
  rig.send("\u0001a");
  rig.send("\0a");
  assertEquals(peer.queue, ["+a", "-a"]);
});

test("RFC 29: XSUB SHALL deliver all that comes, and send what is no subscription to every publisher", () => {
  const rig = xsub();
  const [a, b] = [rig.join(), rig.join()];
  a.say("anything|x");
  assertEquals(rig.receive(), "anything|x");
  rig.send("up|y");
  assertEquals([a.queue, b.queue], [["up|y"], ["up|y"]]);
});

test("RFC 29: XSUB SHALL NOT block on sending", () => {
  const rig = xsub();
  const slow = rig.join({ sendHighWaterMark: 1 });
  for (let i = 2; i < 5; i++) assertEquals(rig.send(`${i}`), true);
  assertEquals([slow.queue, rig.pattern.dropped], [["2"], 2]);
});
