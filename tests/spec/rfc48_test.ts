/**
 * RFC 48/RADIO-DISH: one test for each SHALL that a socket type's rules can keep by themselves. DISH does not discard
 * when its queue is full, as the RFC has it, but makes the radio wait, as libzmq does.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { Control } from "../../src/message.ts";
import { DishPattern } from "../../src/pattern/dish.ts";
import { RadioPattern } from "../../src/pattern/radio.ts";
import { latin1 } from "../../src/bytes/ascii.ts";
import { test } from "../harness.ts";
import { PATTERN_OPTIONS, Rig } from "../pipe_fixture.ts";

const radio = () => new Rig(new RadioPattern(PATTERN_OPTIONS));
const dish = (...groups: string[]) => {
  const rig = new Rig(new DishPattern(PATTERN_OPTIONS));
  rig.pattern.join(groups.map(latin1));
  return rig;
};

test("RFC 48: RADIO SHALL NOT block on sending", () => {
  const rig = radio();
  assertEquals(rig.send("g|nobody"), true);
  rig.join({ sendHighWaterMark: 1 }).join("g");
  for (let i = 0; i < 3; i++) assertEquals(rig.send(`g|${i}`), true);
});

test("RFC 48: RADIO SHALL silently drop the message if the queue for a dish is full, and for it alone", () => {
  const rig = radio();
  const [slow, quick] = [rig.join({ sendHighWaterMark: 1 }), rig.join()];
  for (const peer of [slow, quick]) peer.join("g");
  for (const text of ["g|1", "g|2"]) rig.send(text);
  assertEquals([slow.queue, quick.queue, rig.pattern.dropped], [["g|1"], ["g|1", "g|2"], 1]);
});

test("RFC 48: RADIO SHALL perform a group membership check using exact matching algorithm", () => {
  const rig = radio();
  const peer = rig.join();
  peer.join("ab");
  for (const text of ["a|1", "ab|2", "abc|3", "AB|4", "|5"]) rig.send(text);
  assertEquals(peer.queue, ["ab|2"]);
});

test("RFC 48: RADIO SHALL NOT modify outgoing messages in any way", () => {
  const rig = radio();
  const peer = rig.join();
  peer.join("g");
  for (const text of ["g|", "g|\0\u00ff"]) rig.send(text);
  assertEquals(peer.queue, ["g|", "g|\0\u00ff"]);
});

test("RFC 48: RADIO SHALL silently discard any messages that dishes send it", () => {
  const rig = radio();
  const peer = rig.join({ receiveHighWaterMark: 1 });
  for (const text of ["\u0001g", "g|a", "x"]) assertEquals(peer.say(text), true);
  rig.send("g|1");
  assertEquals([peer.queue, peer.refused, peer.pipe.inbound.length], [[], undefined, 0]);
});

test("RFC 48: RADIO SHALL receive join and leave commands, and SHALL NOT deliver them to its application", () => {
  const rig = radio();
  const peer = rig.join();
  peer.join("g");
  rig.send("g|1");
  peer.leave("g");
  rig.send("g|2");
  assertEquals([peer.queue, rig.receive()], [["g|1"], undefined]);
});

test("RFC 48: if a dish that came disconnects, RADIO SHALL destroy its queue", () => {
  const rig = radio();
  const peer = rig.join();
  peer.join("g");
  rig.leave(peer);
  assertEquals([rig.send("g|1"), peer.queue, rig.pattern.dropped, rig.pattern.topicsCount], [true, [], 0, 0]);
});

test("RFC 48: RADIO MUST NOT send multipart messages", () => {
  const rig = radio();
  rig.join().join("g");
  assertThrows(() => rig.send("g|a|b"), TypeError, "the message has 3 parts, wanted two: a group and a body");
});

test("RFC 48: DISH SHALL receive using a fair-queuing strategy, and SHALL attach the group to the message", () => {
  const rig = dish("g", "h");
  const [a, b] = [rig.join(), rig.join()];
  for (let i = 0; i < 2; i++) a.say(`g|a${i}`);
  for (let i = 0; i < 2; i++) b.say(`h|b${i}`);
  assertEquals(rig.receiveAll(), ["g|a0", "h|b0", "g|a1", "h|b1"]);
});

test("RFC 48: DISH filters messages using an exact matching algorithm", () => {
  const rig = dish("ab");
  const peer = rig.join();
  for (const text of ["a|1", "ab|2", "abc|3", "|4"]) peer.say(text);
  assertEquals(rig.receiveAll(), ["ab|2"]);
});

test("RFC 48: DISH sends join and leave commands to radios", () => {
  const rig = dish("g");
  const peer = rig.join();
  rig.pattern.leave([latin1("g")]);
  assertEquals(peer.queue, ["+g", "-g"]);
  assertEquals([new Control("join", latin1("g")).type, new Control("leave", latin1("g")).type], ["join", "leave"]);
});

test("RFC 48: DISH SHALL maintain the queue whether or not the connection is established", () => {
  const rig = dish("g");
  const peer = rig.join({ dialled: true });
  peer.say("g|before");
  rig.hiccup(peer);
  assertEquals(rig.receive(), "g|before");
  rig.ready(peer);
  peer.say("g|after");
  assertEquals([rig.receive(), peer.queue], ["g|after", ["+g"]]);
});

test("RFC 48: a group's length MUST be between 0 and 255 octets, each of them 1 to 255", () => {
  dish("", "x".repeat(255), "\u0001", "\u00ff");
  for (const group of ["x".repeat(256), "\0", "a\0"]) assertThrows(() => dish(group), RangeError, "the group");
});
