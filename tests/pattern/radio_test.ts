import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../src/errors.ts";
import type { PatternOptions } from "../../src/pattern/pattern.ts";
import { RadioPattern } from "../../src/pattern/radio.ts";
import { test } from "../harness.ts";
import { message, PATTERN_OPTIONS, Rig } from "../pipe_fixture.ts";

const radio = (options: Partial<PatternOptions> = {}) => new Rig(new RadioPattern({ ...PATTERN_OPTIONS, ...options }));

test("a group's messages go to those who have joined it, once each, and to nobody after LEAVE", () => {
  const rig = radio();
  const [one, other] = [rig.join(), rig.join()];
  for (const peer of [one, other]) peer.join("a");
  one.join("a");
  one.join("ab");
  rig.send("a|1");
  rig.send("ab|2");
  one.leave("a");
  rig.send("a|3");
  assertEquals([one.queue, other.queue], [["a|1", "ab|2"], ["a|1", "a|3"]]);
  assertEquals([rig.pattern.topicsCount, rig.pattern.dropped], [2, 0]);
  rig.leave(one);
  assertEquals(rig.pattern.topicsCount, 1);
});

test("the empty group is a group like others, and no wildcard", () => {
  const rig = radio();
  const peer = rig.join();
  peer.join("");
  rig.send("a|1");
  rig.send("|2");
  assertEquals(peer.queue, ["|2"]);
});

test("with noDrop it waits for the slowest of a group, and nobody gets the message before", () => {
  const rig = radio({ noDrop: true });
  const [slow, quick] = [rig.join({ sendHighWaterMark: 1 }), rig.join()];
  for (const peer of [slow, quick]) peer.join("g");
  assertEquals([rig.send("g|1"), rig.send("g|2"), rig.send("other|3")], [true, false, true]);
  assertEquals(quick.queue, ["g|1"]);
  slow.flush();
  assertEquals([rig.send("g|2"), quick.queue, rig.pattern.dropped], [true, ["g|1", "g|2"], 0]);
});

test("a peer that joins more than it may is sent away, and what it had joined is forgotten", () => {
  for (const options of [{ maxSubscriptions: 2 }, { maxSubscriptionOctets: 2 }]) {
    const rig = radio(options);
    const [greedy, other] = [rig.join(), rig.join()];
    other.join("a");
    for (const group of ["a", "b", "a", "b"]) greedy.join(group);
    assertEquals([greedy.refused, rig.pattern.topicsCount], [undefined, 2]);
    greedy.join("c");
    assertEquals(greedy.refused instanceof ProtocolError, true);
    assertEquals(greedy.refused?.message.startsWith("Cannot join: it would be topic 3 of the peer, and octet 3"), true);
    rig.send("a|1");
    assertEquals([greedy.queue, other.queue, rig.pattern.topicsCount], [[], ["a|1"], 1]);
  }
});

test("a peer that joins what can be no group is sent away", () => {
  const cases: [string, string][] = [
    ["x".repeat(256), "Cannot join: the group is 256 octets, wanted 255 at the most"],
    ["a\0b", "Cannot join: the group has a zero octet, wanted none"],
  ];
  for (const [group, wanted] of cases) {
    const rig = radio();
    const peer = rig.join();
    peer.join("x".repeat(255));
    assertEquals([peer.refused, rig.pattern.topicsCount], [undefined, 1]);
    peer.join(group);
    assertEquals([peer.refused?.message, rig.pattern.topicsCount], [wanted, 0]);
  }
});

test("a message that is not a group and a body is refused", () => {
  const { pattern } = radio();
  const cases: [string, string][] = [
    ["g", "the message has 1 part, wanted two: a group and a body"],
    ["g|a|b", "the message has 3 parts, wanted two: a group and a body"],
    [`${"x".repeat(256)}|a`, "the group is 256 octets, wanted 255 at the most"],
    ["a\0|a", "the group has a zero octet, wanted none"],
  ];
  for (const [text, found] of cases) {
    for (const call of [() => pattern.check(message(text)), () => pattern.send(message(text))]) {
      const error = assertThrows(call, Error, `Cannot send on a RADIO socket: ${found}`);
      assertEquals((error as { code?: string }).code, "EINVAL");
    }
  }
});
