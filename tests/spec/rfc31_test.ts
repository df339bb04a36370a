/**
 * RFC 31/EXPAIR: one test for each SHALL that a socket type's rules can keep by themselves.
 */
import { assertEquals } from "@std/assert";
import { PairPattern } from "../../src/pattern/pair.ts";
import { test } from "../harness.ts";
import { Rig } from "../pipe_fixture.ts";

const pair = () => new Rig(new PairPattern());
const ONE = "Cannot accept peer: a PAIR has one peer at a time, and has it";

test("RFC 31: PAIR SHALL accept only one connection at a time, and refuse others", () => {
  const rig = pair();
  const first = rig.join();
  const second = rig.join();
  assertEquals([first.refused, second.refused?.message], [undefined, ONE]);
  second.say("intruder");
  assertEquals(rig.receive(), undefined);
  rig.send("a");
  assertEquals([first.queue, second.queue], [["a"], []]);
  rig.leave(second);
  assertEquals(rig.send("b"), true);
});

test("RFC 31: PAIR that has connected owns its peer from then on, and refuses all who come before it is there", () => {
  const rig = pair();
  const dialled = rig.join({ dialled: true, ready: false });
  const other = rig.join();
  assertEquals(other.refused?.message, ONE);
  rig.leave(other);
  rig.send("early");
  rig.ready(dialled);
  assertEquals([dialled.refused, dialled.queue], [undefined, ["early"]]);
});

test("RFC 31: PAIR SHALL block on sending when it has no peer, or the peer's queue is full", () => {
  const rig = pair();
  assertEquals(rig.send("a"), false);
  const peer = rig.join({ sendHighWaterMark: 1 });
  assertEquals([rig.send("a"), rig.send("b")], [true, false]);
  peer.flush();
  assertEquals([rig.woken, rig.send("b"), peer.queue, rig.pattern.dropped], [1, true, ["b"], 0]);
});

test("RFC 31: PAIR SHALL NOT modify messages in either direction", () => {
  const rig = pair();
  const peer = rig.join();
  for (const text of ["", "|a", "a||b"]) {
    rig.send(text);
    peer.say(text);
    assertEquals([peer.flush(), rig.receive()], [[text], text]);
  }
});

test("RFC 31: after its peer has gone PAIR takes the next, and what the first has sent can still be read", () => {
  const rig = pair();
  const first = rig.join();
  first.say("old");
  rig.leave(first);
  assertEquals(rig.send("nobody"), false);
  const next = rig.join();
  assertEquals(next.refused, undefined);
  next.say("new");
  assertEquals(rig.receiveAll().sort(), ["new", "old"]);
  rig.send("x");
  assertEquals(next.queue, ["x"]);
});

test("RFC 31: a connected PAIR keeps its peer through a lost connection", () => {
  const rig = pair();
  const peer = rig.join({ dialled: true });
  rig.hiccup(peer);
  assertEquals(rig.send("a"), true);
  const other = rig.join();
  assertEquals(other.refused?.message, ONE);
  rig.ready(peer);
  assertEquals([peer.refused, peer.queue], [undefined, ["a"]]);
});

test("RFC 31: a PAIR that was turned away while another was there becomes the peer when it comes again", () => {
  const rig = pair();
  const first = rig.join();
  const second = rig.join({ dialled: true });
  assertEquals(second.refused?.message, ONE);
  rig.leave(first);
  rig.ready(second);
  rig.send("a");
  second.say("b");
  assertEquals([second.queue, rig.receive()], [["a"], "b"]);
});
