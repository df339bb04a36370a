/**
 * RFC 52/CHANNEL: one test for each SHALL that a socket type's rules can keep by themselves.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { PairPattern } from "../../src/pattern/pair.ts";
import { SinglePartPattern } from "../../src/pattern/single_part.ts";
import { test } from "../harness.ts";
import { Rig } from "../pipe_fixture.ts";

const channel = () => new Rig(new SinglePartPattern("CHANNEL", new PairPattern("CHANNEL")));

test("RFC 52: CHANNEL MAY be connected to at most one peer", () => {
  const rig = channel();
  const [first, second] = [rig.join(), rig.join()];
  const one = "Cannot accept peer: a CHANNEL has one peer at a time, and has it";
  assertEquals([first.refused, second.refused?.message], [undefined, one]);
  rig.send("a");
  assertEquals([first.queue, second.queue], [["a"], []]);
});

test("RFC 52: CHANNEL SHALL block on sending when it has no peer, or the peer's queue is full", () => {
  const rig = channel();
  assertEquals(rig.send("a"), false);
  const peer = rig.join({ sendHighWaterMark: 1 });
  assertEquals([rig.send("a"), rig.send("b"), rig.pattern.dropped], [true, false, 0]);
  peer.flush();
  assertEquals([rig.woken, rig.send("b"), peer.queue], [1, true, ["b"]]);
});

test("RFC 52: CHANNEL SHALL NOT filter or modify messages in either direction", () => {
  const rig = channel();
  const peer = rig.join();
  for (const text of ["", "a", "\0\u00ff"]) {
    rig.send(text);
    peer.say(text);
    assertEquals([peer.flush(), rig.receive()], [[text], text]);
  }
});

test("RFC 52: CHANNEL SHALL maintain its queue whether or not the connection is established", () => {
  const rig = channel();
  const peer = rig.join({ dialled: true, ready: false });
  assertEquals([rig.send("early"), peer.queue], [true, ["early"]]);
});

test("RFC 52: if a peer that came disconnects, CHANNEL SHALL destroy its queue, and takes another", () => {
  const rig = channel();
  rig.leave(rig.join());
  assertEquals(rig.send("nobody"), false);
  const next = rig.join();
  assertEquals([next.refused, rig.send("a"), next.queue], [undefined, true, ["a"]]);
});

test("RFC 52: CHANNEL MUST NOT send multipart messages, and MUST discard those that come", () => {
  const rig = channel();
  const peer = rig.join();
  assertThrows(
    () => rig.send("a|b"),
    TypeError,
    "Cannot send on a CHANNEL socket: the message has 2 parts, wanted one",
  );
  for (const text of ["a|b", "c"]) peer.say(text);
  assertEquals([rig.receiveAll(), rig.pattern.dropped, peer.queue], [["c"], 1, []]);
});
