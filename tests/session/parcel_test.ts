import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../src/errors.ts";
import { Control, type Message } from "../../src/message.ts";
import { pack, packedSize, unpack } from "../../src/session/parcel.ts";
import { hex, test, toHex } from "../harness.ts";
import { Random } from "../random.ts";

function sizeOf(items: readonly (Message | Control)[]): number {
  return items.reduce((sum, item) => sum + packedSize(item), 0);
}

function unpacked(octets: unknown, bodies: unknown): (Message | Control)[] {
  const items: (Message | Control)[] = [];
  unpack(octets, bodies, (item) => items.push(item));
  return items;
}

test("frames lie behind each other, each behind its length and whether more come", () => {
  const items = [[hex("41 42")], [hex("43"), hex("")], [new Uint8Array(300).fill(7)]];
  const [octets, bodies] = pack(items, sizeOf(items));
  assertEquals(
    toHex(octets),
    "08 00 41 42 " + // 2 << 2
      "05 00 43 00 00 " + // 1 << 2 | more, then nothing
      "B0 04" + " 07".repeat(300), // 300 << 2 = 1200 = 04B0
  );
  assertEquals(bodies, []);
  assertEquals(unpacked(octets, bodies), items);
});

test("a body of 16 KiB has memory of its own, one octet less has not", () => {
  const long = new Uint8Array(16384);
  const items = [[new Uint8Array(16383)], [long, hex("01")], [hex("02"), long]];
  const [octets, bodies] = pack(items, sizeOf(items));
  assertEquals(bodies.map((body) => body === long), [true, true]);
  assertEquals(toHex(octets.subarray(0, 2)), "FC FF");
  assertEquals(toHex(octets.subarray(16385)), "03 00 04 00 01 05 00 02 02 00");
  assertEquals(unpacked(octets, bodies), items);
});

test("subscriptions keep their place among messages", () => {
  const items = [new Control("subscribe", hex("41")), [hex("42")], new Control("cancel", hex(""))];
  const [octets, bodies] = pack(items, sizeOf(items));
  assertEquals(toHex(octets), "06 00 04 00 41 04 00 42 0A 00 00 00");
  assertEquals(unpacked(octets, bodies), items);
});

test("groups are told from topics", () => {
  const items = [new Control("join", hex("41")), [hex("41"), hex("42")], new Control("leave", hex("41"))];
  const [octets, bodies] = pack(items, sizeOf(items));
  assertEquals(toHex(octets), "16 00 04 00 41 05 00 41 04 00 42 1A 00 04 00 41");
  assertEquals(unpacked(octets, bodies), items);
});

test("nothing is an empty parcel", () => {
  assertEquals(unpacked(...pack([], 0)), []);
});

for (
  const [found, octets, bodies] of [
    ["it is no octets and bodies", undefined, []],
    ["it is no octets and bodies", hex(""), undefined],
    ["it is no octets and bodies", new ArrayBuffer(2), []],
    ["a frame's head is cut short", hex("04"), []],
    ["a frame's body is cut short", hex("08 00 41"), []],
    ["a body is missing", hex("02 00"), []],
    ["a body is missing", hex("02 00"), ["text"]],
    ["its last message is cut short", hex("05 00 41"), []],
    ["its last message is cut short", hex("06 00"), []],
    ["there are bodies that no frame has", hex("04 00 41"), [hex("01")]],
    ["a subscription is out of place", hex("05 00 41 06 00 00 00"), []],
    ["a subscription is out of place", hex("06 00 06 00 00 00"), []],
    ["a subscription is out of place", hex("0E 00 00 00"), []],
    ["a subscription is out of place", hex("07 00 00 00"), []],
    ["a topic has several frames", hex("06 00 05 00 41 00 00"), []],
  ] as const
) {
  test(`a malformed parcel is refused: ${found}, ${octets instanceof Uint8Array ? toHex(octets) : octets}`, () => {
    const error = assertThrows(() => unpacked(octets, bodies), ProtocolError);
    assertEquals(
      error.message,
      `Cannot read what the other thread posted: ${found}, wanted whole messages`,
    );
  });
}

test("whatever octets come, they are a parcel that packs to the same, or are refused", () => {
  const random = new Random(1);
  const next = (limit: number): number => random.below(limit);
  for (let round = 0; round < 20_000; round++) {
    const octets = new Uint8Array(next(12));
    for (let i = 0; i < octets.length; i++) octets[i] = next(4) === 0 ? next(256) : next(12);
    const bodies = Array.from({ length: next(2) }, () => new Uint8Array(16384));
    let items: (Message | Control)[];
    try {
      items = unpacked(octets, bodies);
    } catch (error) {
      assertEquals(error instanceof ProtocolError, true, `${toHex(octets)}: ${error}`);
      continue;
    }
    const [again, same] = pack(items, sizeOf(items));
    assertEquals([toHex(again), same], [toHex(octets), bodies]);
  }
});
