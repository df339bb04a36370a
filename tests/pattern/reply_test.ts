import { assertEquals, assertThrows } from "@std/assert";
import { StateError } from "../../src/errors.ts";
import { ReplyPattern } from "../../src/pattern/reply.ts";
import { test } from "../harness.ts";
import { Rig } from "../pipe_fixture.ts";

const rep = () => new Rig(new ReplyPattern());

test("out of turn, send and receive say what they wanted first", () => {
  const rig = rep();
  const peer = rig.join();
  const early = assertThrows(() => rig.send("a"), StateError);
  assertEquals(early.message, "Cannot send on a REP socket: no request has been received, wanted receive() first");
  rig.pattern.checkReceive();
  peer.say("|q");
  rig.receive();
  const twice = assertThrows(() => rig.pattern.checkReceive(), StateError);
  assertEquals(twice.message, "Cannot receive on a REP socket: a reply is owed, wanted send() first");
});

test("an envelope of any length, up to the first empty frame, goes before the reply as it came", () => {
  const rig = rep();
  const peer = rig.join();
  for (const [envelope, question] of [["", "q"], ["a|", "q|"], ["a|b|c|", "|q"], ["\0\u00ff|", ""]] as const) {
    peer.say(`${envelope}|${question}`);
    assertEquals(rig.receive(), question);
    rig.send("r|s");
    assertEquals(peer.flush(), [`${envelope}|r|s`]);
  }
});

test("a message without an empty frame, or with nothing after it, is thrown away, and the next one tried", () => {
  const rig = rep();
  const peer = rig.join();
  for (const bad of ["a", "a|b", "", "a|"]) peer.say(bad);
  peer.say("|good");
  assertEquals([rig.receive(), rig.pattern.dropped, peer.refused], ["good", 4, undefined]);
});

test("one bad peer does not keep others from being heard", () => {
  const rig = rep();
  const [bad, good] = [rig.join(), rig.join()];
  for (let i = 0; i < 100; i++) bad.say("x");
  good.say("|q");
  assertEquals(rig.receive(), "q");
});

test("a request whose peer has gone can be received, and its reply goes nowhere", () => {
  const rig = rep();
  const peer = rig.join();
  peer.say("|q");
  rig.leave(peer);
  assertEquals([rig.receive(), rig.send("r"), peer.queue], ["q", true, []]);
  assertEquals(rig.receive(), undefined);
});

test("what the application does with the frames it was given does not change the envelope", () => {
  const rig = rep();
  const peer = rig.join();
  peer.say("a||q");
  const frames = rig.pattern.receive()!;
  frames[0]!.fill(0);
  frames.length = 0;
  rig.send("r");
  assertEquals(peer.queue, ["a||r"]);
});
