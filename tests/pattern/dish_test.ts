import { assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { ProtocolError, ZmqError } from "../../src/errors.ts";
import { DishPattern } from "../../src/pattern/dish.ts";
import { test } from "../harness.ts";
import { PATTERN_OPTIONS, Rig } from "../pipe_fixture.ts";

const dish = () => new Rig(new DishPattern(PATTERN_OPTIONS));
const join = (rig: Rig<DishPattern>, ...groups: string[]) => rig.pattern.join(groups.map(latin1));
const leave = (rig: Rig<DishPattern>, ...groups: string[]) => rig.pattern.leave(groups.map(latin1));

test("every radio is told what is joined and left, and a new one all that is joined", () => {
  const rig = dish();
  join(rig, "a", "b");
  const early = rig.join();
  leave(rig, "a");
  join(rig, "c");
  const late = rig.join();
  assertEquals([early.queue.slice(0, 2).sort(), early.queue.slice(2)], [["+a", "+b"], ["-a", "+c"]]);
  assertEquals(late.queue.sort(), ["+b", "+c"]);
});

test("a radio that was lost is told again when it is back, and not before", () => {
  const rig = dish();
  join(rig, "a");
  const radio = rig.join({ dialled: true });
  rig.hiccup(radio);
  join(rig, "b");
  leave(rig, "a");
  assertEquals(radio.queue, []);
  rig.ready(radio);
  assertEquals(radio.queue, ["+b"]);
});

test("messages of other groups are dropped here too, and counted", () => {
  const rig = dish();
  const radio = rig.join();
  join(rig, "a", "");
  for (const text of ["ab|1", "a|2", "|3", "b|4"]) radio.say(text);
  leave(rig, "a");
  radio.say("a|5");
  assertEquals([rig.receiveAll(), rig.pattern.dropped], [["|3"], 4]);
});

test("to join twice, or leave what is not joined, is EINVAL, and nothing changes", () => {
  const rig = dish();
  const radio = rig.join();
  join(rig, "a");
  const cases: [() => void, string][] = [
    [() => join(rig, "b", "a"), 'Cannot join: the group "a" is joined already, wanted one that is not'],
    [() => join(rig, "b", "b"), 'Cannot join: the group "b" is joined already, wanted one that is not'],
    [() => leave(rig, "a", "b"), 'Cannot leave: the group "b" is not joined, wanted one that is'],
    [() => leave(rig, "a", "a"), 'Cannot leave: the group "a" is not joined, wanted one that is'],
  ];
  for (const [call, wanted] of cases) {
    const error = assertThrows(call, ZmqError);
    assertEquals([error.code, error.message], ["EINVAL", wanted]);
  }
  assertEquals([radio.queue, rig.pattern.topicsCount], [["+a"], 1]);
});

test("a group is 0 to 255 octets, none of which is zero", () => {
  const rig = dish();
  join(rig, "", "x".repeat(255));
  assertThrows(() => join(rig, "x".repeat(256)), RangeError, "Cannot join: the group is 256 octets, wanted 255");
  assertThrows(() => leave(rig, "a\0"), RangeError, "Cannot leave: the group has a zero octet, wanted none");
  assertEquals(rig.pattern.topicsCount, 2);
});

test("a radio whose messages are no group and body is sent away, and what it sent behind is dropped", () => {
  const cases: [string, string][] = [
    ["g", "it has 1 frames, wanted a group and a body"],
    ["g|a|b", "it has 3 frames, wanted a group and a body"],
    [`${"x".repeat(256)}|a`, "the group is 256 octets, wanted 255 at the most"],
    ["g\0|a", "the group has a zero octet, wanted none"],
  ];
  for (const [text, fault] of cases) {
    const rig = dish();
    const [bad, good] = [rig.join(), rig.join()];
    join(rig, "g");
    for (const said of ["g|before", text, "g|behind"]) bad.say(said);
    for (const said of ["g|1", "g|2"]) good.say(said);
    assertEquals(rig.receiveAll().sort(), ["g|1", "g|2", "g|before"]);
    assertEquals([bad.refused instanceof ProtocolError, bad.refused?.message], [true, `Cannot take message: ${fault}`]);
    assertEquals(good.refused, undefined);
  }
});
