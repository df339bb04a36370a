/**
 * RFC 41/CLIENTSERVER: one test for each SHALL that a socket type's rules can keep by themselves. That a call is one
 * message, whole, is the shape of the interface; what waits, and for how long, is the socket's.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { UnreachableError } from "../../src/errors.ts";
import { DealerPattern } from "../../src/pattern/dealer.ts";
import { ServerPattern } from "../../src/pattern/server.ts";
import { SinglePartPattern } from "../../src/pattern/single_part.ts";
import { test } from "../harness.ts";
import { PATTERN_OPTIONS, Rig } from "../pipe_fixture.ts";

const client = () => new Rig(new SinglePartPattern("CLIENT", new DealerPattern(PATTERN_OPTIONS)));
/** Its peers are "AAAA", "AAAB", … in the order in which they come. */
const server = () => new Rig(new ServerPattern("SERVER", 0x41414141));

test("RFC 41: CLIENT SHALL NOT accept further messages when it has no available peers", () => {
  const rig = client();
  assertEquals(rig.send("a"), false);
  rig.join({ sendHighWaterMark: 1 });
  assertEquals([rig.send("a"), rig.send("b")], [true, false]);
});

test("RFC 41: CLIENT SHALL consider a peer as available only when its outgoing queue is not full", () => {
  const rig = client();
  const [small, large] = [rig.join({ sendHighWaterMark: 1 }), rig.join()];
  for (let i = 0; i < 4; i++) rig.send(`${i}`);
  assertEquals([small.queue, large.queue], [["0"], ["1", "2", "3"]]);
});

test("RFC 41: CLIENT SHALL route outgoing messages to available peers using a round-robin strategy", () => {
  const rig = client();
  const peers = [rig.join(), rig.join()];
  for (let i = 0; i < 4; i++) rig.send(`${i}`);
  assertEquals(peers.map((peer) => peer.queue), [["0", "2"], ["1", "3"]]);
});

test("RFC 41: CLIENT SHALL maintain a queue whether or not the connection is established", () => {
  const rig = client();
  const peer = rig.join({ dialled: true, ready: false });
  assertEquals([rig.send("early"), peer.queue], [true, ["early"]]);
  rig.ready(peer);
  rig.hiccup(peer);
  assertEquals([rig.send("late"), peer.queue], [true, ["early", "late"]]);
});

test("RFC 41: CLIENT SHALL NOT discard messages that it cannot queue", () => {
  const rig = client();
  const peer = rig.join({ sendHighWaterMark: 1 });
  rig.send("a");
  assertEquals([rig.send("b"), peer.queue, rig.pattern.dropped], [false, ["a"], 0]);
  peer.flush();
  assertEquals([rig.woken, rig.send("b"), peer.queue], [1, true, ["b"]]);
});

test("RFC 41: CLIENT MUST NOT send multipart messages", () => {
  const rig = client();
  const peer = rig.join();
  assertThrows(() => rig.send("a|b"), TypeError, "the message has 2 parts, wanted one");
  assertEquals(peer.queue, []);
});

test("RFC 41: CLIENT SHALL receive from its peers using a fair-queuing strategy, and SHALL NOT modify messages", () => {
  const rig = client();
  const [a, b] = [rig.join(), rig.join()];
  for (let i = 0; i < 2; i++) a.say(`a${i}`);
  for (let i = 0; i < 2; i++) b.say(`b${i}`);
  assertEquals(rig.receiveAll(), ["a0", "b0", "a1", "b1"]);
});

test("RFC 41: CLIENT MUST discard any part of a multipart message", () => {
  const rig = client();
  const peer = rig.join();
  for (const text of ["a|b", "c"]) peer.say(text);
  assertEquals([rig.receiveAll(), rig.pattern.dropped], [["c"], 1]);
});

test("RFC 41: SERVER SHALL identify each queue using a unique routing id, which is not zero", () => {
  const rig = new Rig(new ServerPattern("SERVER", 0));
  const peers = Array.from({ length: 3 }, () => rig.join());
  for (const peer of peers) peer.say("x");
  assertEquals(rig.receiveAll().sort(), ["\0\0\0\u0001|x", "\0\0\0\u0002|x", "\0\0\0\u0003|x"]);
});

test("RFC 41: SERVER SHALL NOT allow the peer to specify its routing id explicitly", () => {
  const rig = server();
  rig.join({ id: "mine" }).say("x");
  assertEquals(rig.receive(), "AAAA|x");
  assertThrows(() => rig.send("mine|x"), UnreachableError);
});

test("RFC 41: SERVER SHALL receive using a fair-queuing strategy, and tell each message's routing id", () => {
  const rig = server();
  const [a, b] = [rig.join(), rig.join()];
  for (let i = 0; i < 2; i++) a.say(`a${i}`);
  for (let i = 0; i < 2; i++) b.say(`b${i}`);
  assertEquals(rig.receiveAll(), ["AAAA|a0", "AAAB|b0", "AAAA|a1", "AAAB|b1"]);
});

test("RFC 41: SERVER MUST discard any part of a multipart message", () => {
  const rig = server();
  const peer = rig.join();
  for (const text of ["a|b", "c", "|"]) peer.say(text);
  assertEquals([rig.receiveAll(), rig.pattern.dropped], [["AAAA|c"], 2]);
});

test("RFC 41: SERVER SHALL route the message to the outgoing queue if that exists, and is not full", () => {
  const rig = server();
  const [a, b] = [rig.join(), rig.join()];
  assertEquals([rig.send("AAAB|to b"), rig.send("AAAA|to a")], [true, true]);
  assertEquals([a.queue, b.queue], [["to a"], ["to b"]]);
});

test("RFC 41: SERVER SHALL return an error if the queue does not exist", () => {
  const rig = server();
  assertThrows(() => rig.send("AAAA|x"), UnreachableError, 'no peer has the routing id "AAAA"');
  rig.leave(rig.join());
  assertEquals(assertThrows(() => rig.send("AAAA|x"), UnreachableError).code, "EHOSTUNREACH");
});

test("RFC 41: SERVER SHALL block on sending if the queue is full, and SHALL NOT discard what it cannot queue", () => {
  const rig = server();
  const [full, other] = [rig.join({ sendHighWaterMark: 1 }), rig.join()];
  assertEquals([rig.send("AAAA|1"), rig.send("AAAA|2"), rig.send("AAAB|3")], [true, false, true]);
  assertEquals([full.queue, other.queue, rig.pattern.dropped], [["1"], ["3"], 0]);
  full.flush();
  assertEquals([rig.woken, rig.send("AAAA|2"), full.queue], [1, true, ["2"]]);
});

test("RFC 41: SERVER MUST NOT send multi-part messages", () => {
  const rig = server();
  const peer = rig.join();
  assertThrows(() => rig.send("AAAA|a|b"), TypeError, "the message has 3 parts, wanted two");
  assertEquals(peer.queue, []);
});

test("RFC 41: if a peer that came disconnects, SERVER and CLIENT SHALL destroy its queue", () => {
  const asServer = server();
  asServer.leave(asServer.join());
  const asClient = client();
  asClient.leave(asClient.join());
  assertThrows(() => asServer.send("AAAA|x"), UnreachableError);
  assertEquals(asClient.send("x"), false);
});
