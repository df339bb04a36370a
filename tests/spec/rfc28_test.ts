/**
 * RFC 28/REQREP: one test for each SHALL that a socket type's rules can keep by themselves.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { StateError } from "../../src/errors.ts";
import { DealerPattern } from "../../src/pattern/dealer.ts";
import { ReplyPattern } from "../../src/pattern/reply.ts";
import { RequestPattern } from "../../src/pattern/request.ts";
import { RouterPattern } from "../../src/pattern/router.ts";
import { test } from "../harness.ts";
import { PATTERN_OPTIONS, Rig } from "../pipe_fixture.ts";

const req = () => new Rig(new RequestPattern(PATTERN_OPTIONS, 0));
const rep = () => new Rig(new ReplyPattern());
const dealer = () => new Rig(new DealerPattern(PATTERN_OPTIONS));
const router = () => new Rig(new RouterPattern(PATTERN_OPTIONS, 0));

test("RFC 28: REQ SHALL send and then receive exactly one message at a time", () => {
  const rig = req();
  const peer = rig.join();
  assertThrows(() => rig.pattern.checkReceive(), StateError);
  rig.send("a");
  assertThrows(() => rig.send("b"), StateError);
  peer.say("|A");
  assertEquals(rig.receive(), "A");
  assertThrows(() => rig.pattern.checkReceive(), StateError);
  assertEquals(rig.send("b"), true);
});

test("RFC 28: REQ SHALL prefix the outgoing message with an empty delimiter frame", () => {
  const rig = req();
  const peer = rig.join();
  rig.send("a|b");
  assertEquals(peer.queue, ["|a|b"]);
});

test("RFC 28: REQ SHALL route outgoing messages to available peers using a round-robin strategy", () => {
  const rig = req();
  const peers = [rig.join(), rig.join(), rig.join()];
  for (let i = 0; i < 6; i++) {
    rig.send("a");
    assertEquals(peers[i % 3]!.flush(), ["|a"]);
    peers[i % 3]!.say("|A");
    rig.receive();
  }
});

test("RFC 28: REQ SHALL block on sending when it has no available peers", () => {
  const rig = req();
  assertEquals(rig.send("a"), false);
  const full = rig.join({ sendHighWaterMark: 1 });
  full.pipe.write([]);
  assertEquals(rig.send("a"), false);
  full.flush();
  assertEquals(rig.send("a"), true);
});

test("RFC 28: REQ SHALL accept an incoming message only from the last peer that it sent a request to", () => {
  const rig = req();
  const [asked, other] = [rig.join(), rig.join()];
  rig.send("a");
  other.say("|no");
  assertEquals(rig.receive(), undefined);
  asked.say("|yes");
  assertEquals(rig.receive(), "yes");
});

test("RFC 28: REQ SHALL discard silently any messages received from other peers", () => {
  const rig = req();
  const [, other] = [rig.join(), rig.join()];
  rig.send("a");
  other.say("|no");
  other.say("|no");
  assertEquals([rig.pattern.dropped, other.refused, other.pipe.inbound.length], [2, undefined, 0]);
});

test("RFC 28: REP SHALL receive incoming messages from its peers using a fair-queuing strategy", () => {
  const rig = rep();
  const [a, b] = [rig.join(), rig.join()];
  for (let i = 0; i < 3; i++) a.say("|a");
  for (let i = 0; i < 3; i++) b.say("|b");
  const heard: (string | undefined)[] = [];
  for (let i = 0; i < 6; i++) {
    heard.push(rig.receive());
    rig.send("r");
  }
  assertEquals(heard, ["a", "b", "a", "b", "a", "b"]);
});

test("RFC 28: REP SHALL remove and store the address envelope, including the delimiter, and pass on the rest", () => {
  const rig = rep();
  const peer = rig.join();
  peer.say("x|y||a||b");
  assertEquals(rig.receive(), "a||b");
});

test("RFC 28: REP SHALL prepend the address envelope to the reply and deliver it to the originating peer", () => {
  const rig = rep();
  const [a, b] = [rig.join(), rig.join()];
  b.say("x|y||question");
  rig.receive();
  rig.send("answer|more");
  assertEquals([a.queue, b.queue], [[], ["x|y||answer|more"]]);
});

test("RFC 28: REP SHALL silently discard the reply if the originating peer is no longer connected", () => {
  const rig = rep();
  const peer = rig.join();
  peer.say("|a");
  rig.receive();
  rig.leave(peer);
  assertEquals([rig.send("b"), peer.queue, rig.pattern.dropped], [true, [], 1]);
});

test("RFC 28: REP SHALL NOT block on sending", () => {
  const rig = rep();
  const peer = rig.join({ sendHighWaterMark: 1 });
  for (let i = 0; i < 3; i++) {
    peer.say("|a");
    rig.receive();
    assertEquals(rig.send(`${i}`), true);
  }
  assertEquals([peer.queue, rig.pattern.dropped], [["|0"], 2]);
});

test("RFC 28: REP SHALL receive and then send exactly one message at a time", () => {
  const rig = rep();
  const peer = rig.join();
  assertThrows(() => rig.send("early"), StateError);
  peer.say("|a");
  peer.say("|b");
  rig.receive();
  assertThrows(() => rig.pattern.checkReceive(), StateError);
  assertEquals(rig.receive(), undefined);
  rig.send("A");
  assertThrows(() => rig.send("twice"), StateError);
  assertEquals(rig.receive(), "b");
});

test("RFC 28: DEALER SHALL consider a peer as available only when it has an outgoing queue that is not full", () => {
  const rig = dealer();
  const [small, large] = [rig.join({ sendHighWaterMark: 1 }), rig.join()];
  for (let i = 0; i < 4; i++) rig.send(`${i}`);
  assertEquals([small.queue, large.queue], [["0"], ["1", "2", "3"]]);
});

test("RFC 28: DEALER SHALL route outgoing messages to available peers using a round-robin strategy", () => {
  const rig = dealer();
  const [a, b] = [rig.join(), rig.join()];
  for (let i = 0; i < 4; i++) rig.send(`${i}`);
  assertEquals([a.queue, b.queue], [["0", "2"], ["1", "3"]]);
});

test("RFC 28: DEALER SHALL block on sending when it has no available peers, and discard nothing", () => {
  const rig = dealer();
  assertEquals(rig.send("a"), false);
  const peer = rig.join({ sendHighWaterMark: 1 });
  assertEquals([rig.send("a"), rig.send("b")], [true, false]);
  assertEquals([peer.queue, rig.pattern.dropped, rig.woken], [["a"], 0, 0]);
  peer.flush();
  assertEquals([rig.woken, rig.send("b")], [1, true]);
});

test("RFC 28: DEALER SHALL receive incoming messages from its peers using a fair-queuing strategy", () => {
  const rig = dealer();
  const [a, b] = [rig.join(), rig.join()];
  a.say("a1|x");
  a.say("a2");
  b.say("b1");
  b.say("b2");
  assertEquals(rig.receiveAll(), ["a1|x", "b1", "a2", "b2"]);
});

test("RFC 28: DEALER SHALL NOT modify messages in either direction", () => {
  const rig = dealer();
  const peer = rig.join();
  for (const text of ["", "|", "|a", "a||b"]) {
    rig.send(text);
    peer.say(text);
    assertEquals([peer.flush(), rig.receive()], [[text], text]);
  }
});

test("RFC 28: ROUTER SHALL identify each peer by the routing id that it announces, else by a unique one", () => {
  const rig = router();
  const named = rig.join({ id: "cli1" });
  const [one, two] = [rig.join(), rig.join()];
  for (const peer of [named, one, two]) peer.say("x");
  assertEquals(rig.receiveAll().sort(), ["\0\0\0\0\0|x", "\0\0\0\0\u0001|x", "cli1|x"]);
});

test("RFC 28: ROUTER SHALL prefix each incoming message with the routing id of its sender, by fair queue", () => {
  const rig = router();
  const [a, b] = [rig.join({ id: "a" }), rig.join({ id: "b" })];
  a.say("1|x");
  a.say("2");
  b.say("|");
  b.say("");
  assertEquals(rig.receiveAll(), ["a|1|x", "b||", "a|2", "b|"]);
});

test("RFC 28: ROUTER SHALL remove the routing id and send the rest to the peer that it names", () => {
  const rig = router();
  const [a, b] = [rig.join({ id: "a" }), rig.join({ id: "b" })];
  rig.send("b||x|y");
  rig.send("a|");
  assertEquals([a.queue, b.queue], [[""], ["|x|y"]]);
});

test("RFC 28: ROUTER SHALL silently drop what it cannot route", () => {
  const rig = router();
  rig.join({ id: "a" });
  assertEquals([rig.send("b|x"), rig.pattern.dropped], [true, 1]);
});

test("RFC 28: ROUTER SHALL NOT block on sending", () => {
  const rig = router();
  const peer = rig.join({ id: "a", sendHighWaterMark: 1 });
  for (let i = 0; i < 3; i++) assertEquals(rig.send(`a|${i}`), true);
  assertEquals([peer.queue, rig.pattern.dropped, peer.pipe.dropped], [["0"], 2, 2]);
});
