/**
 * RFC 30/PIPELINE: one test for each SHALL that a socket type's rules can keep by themselves.
 */
import { assertEquals } from "@std/assert";
import { PullPattern, PushPattern } from "../../src/pattern/pipeline.ts";
import { test } from "../harness.ts";
import { Rig } from "../pipe_fixture.ts";

test("RFC 30: PUSH SHALL NOT accept further messages when it has no available peers", () => {
  assertEquals(new Rig(new PushPattern()).send("a"), false);
});

test("RFC 30: PUSH SHALL consider a peer as available only when it has an outgoing queue that is not full", () => {
  const rig = new Rig(new PushPattern());
  const [small, large] = [rig.join({ sendHighWaterMark: 2 }), rig.join()];
  for (let i = 0; i < 6; i++) rig.send(`${i}`);
  assertEquals([small.queue, large.queue], [["0", "2"], ["1", "3", "4", "5"]]);
});

test("RFC 30: PUSH SHALL route outgoing messages to available peers using a round-robin strategy", () => {
  const rig = new Rig(new PushPattern());
  const peers = [rig.join(), rig.join(), rig.join()];
  for (let i = 0; i < 9; i++) rig.send(`${i}|x`);
  assertEquals(peers.map((peer) => peer.queue), [["0|x", "3|x", "6|x"], ["1|x", "4|x", "7|x"], ["2|x", "5|x", "8|x"]]);
});

test("RFC 30: PUSH SHALL block on sending when it has no available peers, and SHALL NOT discard what it cannot queue", () => {
  const rig = new Rig(new PushPattern());
  const peer = rig.join({ sendHighWaterMark: 2 });
  assertEquals([rig.send("1"), rig.send("2"), rig.send("3")], [true, true, false]);
  assertEquals([peer.queue, rig.pattern.dropped, rig.woken], [["1", "2"], 0, 0]);
  peer.flush(1);
  assertEquals([rig.woken, rig.send("3"), peer.queue], [1, true, ["2", "3"]]);
});

test("RFC 30: PUSH SHALL NOT receive: what comes all the same is thrown away", () => {
  const rig = new Rig(new PushPattern());
  const peer = rig.join({ receiveHighWaterMark: 1 });
  assertEquals([peer.say("a"), peer.say("b"), rig.receive(), peer.pipe.inbound.length], [true, true, undefined, 0]);
});

test("RFC 30: PUSH gives a peer that has left nothing more", () => {
  const rig = new Rig(new PushPattern());
  const [gone, here] = [rig.join(), rig.join()];
  rig.leave(gone);
  for (let i = 0; i < 3; i++) rig.send(`${i}`);
  assertEquals([gone.queue, here.queue], [[], ["0", "1", "2"]]);
  rig.leave(here);
  assertEquals(rig.send("4"), false);
});

test("RFC 30: PULL SHALL receive incoming messages from its peers using a fair-queuing strategy", () => {
  const rig = new Rig(new PullPattern());
  const [a, b] = [rig.join(), rig.join()];
  for (let i = 0; i < 3; i++) a.say(`a${i}`);
  for (let i = 0; i < 3; i++) b.say(`b${i}|x`);
  assertEquals(rig.receiveAll(), ["a0", "b0|x", "a1", "b1|x", "a2", "b2|x"]);
  assertEquals(rig.pattern.dropped, 0);
});

test("RFC 30: PULL SHALL deliver what a peer has sent whole, also after it has gone", () => {
  const rig = new Rig(new PullPattern());
  const [a, b] = [rig.join(), rig.join()];
  a.say("a1");
  a.say("a2");
  rig.leave(a);
  b.say("b");
  assertEquals(rig.receiveAll().sort(), ["a1", "a2", "b"]);
});

test("RFC 30: PULL SHALL NOT send", () => {
  const rig = new Rig(new PullPattern());
  const peer = rig.join();
  assertEquals([rig.send("a"), peer.queue], [false, []]);
});
