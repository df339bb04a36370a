/**
 * RFC 49/SCATTERGATHER: one test for each SHALL that a socket type's rules can keep by themselves.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { PullPattern, PushPattern } from "../../src/pattern/pipeline.ts";
import { SinglePartPattern } from "../../src/pattern/single_part.ts";
import { test } from "../harness.ts";
import { Rig } from "../pipe_fixture.ts";

const scatter = () => new Rig(new SinglePartPattern("SCATTER", new PushPattern()));
const gather = () => new Rig(new SinglePartPattern("GATHER", new PullPattern()));

test("RFC 49: SCATTER SHALL NOT accept further messages when it has no available peers", () => {
  assertEquals(scatter().send("a"), false);
});

test("RFC 49: SCATTER SHALL consider a peer as available only when it has an outgoing queue that is not full", () => {
  const rig = scatter();
  const [small, large] = [rig.join({ sendHighWaterMark: 1 }), rig.join()];
  for (let i = 0; i < 4; i++) rig.send(`${i}`);
  assertEquals([small.queue, large.queue], [["0"], ["1", "2", "3"]]);
});

test("RFC 49: SCATTER SHALL route outgoing messages to available peers using a round-robin strategy", () => {
  const rig = scatter();
  const peers = [rig.join(), rig.join(), rig.join()];
  for (let i = 0; i < 6; i++) rig.send(`${i}`);
  assertEquals(peers.map((peer) => peer.queue), [["0", "3"], ["1", "4"], ["2", "5"]]);
});

test("RFC 49: SCATTER SHALL block when it has no available peers, and SHALL NOT discard what it cannot queue", () => {
  const rig = scatter();
  const peer = rig.join({ sendHighWaterMark: 1 });
  assertEquals([rig.send("1"), rig.send("2"), peer.queue, rig.pattern.dropped], [true, false, ["1"], 0]);
  peer.flush();
  assertEquals([rig.woken, rig.send("2"), peer.queue], [1, true, ["2"]]);
});

test("RFC 49: SCATTER MUST NOT send multi-part messages", () => {
  const rig = scatter();
  const peer = rig.join();
  assertThrows(
    () => rig.send("a|b"),
    TypeError,
    "Cannot send on a SCATTER socket: the message has 2 parts, wanted one",
  );
  assertEquals(peer.queue, []);
});

test("RFC 49: SCATTER SHALL only send: what comes all the same is thrown away", () => {
  const rig = scatter();
  const peer = rig.join({ receiveHighWaterMark: 1 });
  assertEquals([peer.say("a"), peer.say("b"), rig.receive()], [true, true, undefined]);
});

test("RFC 49: GATHER SHALL receive incoming messages from its peers using a fair-queuing strategy", () => {
  const rig = gather();
  const [a, b] = [rig.join(), rig.join()];
  for (let i = 0; i < 2; i++) a.say(`a${i}`);
  for (let i = 0; i < 2; i++) b.say(`b${i}`);
  assertEquals(rig.receiveAll(), ["a0", "b0", "a1", "b1"]);
});

test("RFC 49: GATHER SHALL deliver what a peer has sent whole, also after it has gone", () => {
  const rig = gather();
  const peer = rig.join();
  peer.say("a");
  rig.leave(peer);
  assertEquals(rig.receiveAll(), ["a"]);
});

test("RFC 49: GATHER MUST discard any part of a multipart message", () => {
  const rig = gather();
  const peer = rig.join();
  for (const text of ["a|b", "c", "|", "d"]) peer.say(text);
  assertEquals([rig.receiveAll(), rig.pattern.dropped], [["c", "d"], 2]);
});

test("RFC 49: GATHER SHALL only receive", () => {
  const rig = gather();
  const peer = rig.join();
  assertEquals([rig.send("a"), peer.queue], [false, []]);
});
