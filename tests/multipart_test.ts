/** Messages of many parts. The octets are worked by hand from CZMQ's format, and were compared with CZMQ 4.2.1's. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { decodeMessage, encodeMessage, joinParts, Pair, Request, Router, splitEnvelope, text } from "../mod.ts";
import { hex, test } from "./harness.ts";
import { type Loose, meet, texts } from "./socket_fixture.ts";

const octets = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);
const filled = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(0xab);

for (
  const [name, message, envelope, body] of [
    ["a request through a ROUTER", ["id", "", "question"], ["id", ""], ["question"]],
    ["a request through two", ["one", "two", "", "a", "", "b"], ["one", "two", ""], ["a", "", "b"]],
    ["a DEALER's half of it", ["", "question"], [""], ["question"]],
    ["a body of nothing but an empty frame", ["id", "", ""], ["id", ""], [""]],
    ["an envelope alone", ["id", ""], ["id", ""], []],
    ["no envelope", ["id", "question"], [], ["id", "question"]],
    ["no frames", [], [], []],
  ] as const
) {
  test(`an envelope ends with the first empty frame: ${name}`, () => {
    const frames = message.map((part) => new TextEncoder().encode(part));
    const split = splitEnvelope(frames);
    assertEquals([texts(split.envelope), texts(split.body)], [[...envelope], [...body]]);
    assertEquals(frames.length, message.length);
    for (const [i, frame] of [...split.envelope, ...split.body].entries()) assert(frame === frames[i]);
  });
}

test("parts and messages are joined in order, and what they are made of is not changed", () => {
  const received = [octets(1), octets()];
  const joined = joinParts("a", received, null, ["b", new ArrayBuffer(2)]);
  assertEquals(joined, ["a", received[0]!, received[1]!, null, "b", new ArrayBuffer(2)]);
  assertEquals(received.length, 2);
  assertEquals(joinParts(), []);
});

test("a broker in the middle: an envelope goes with the request, and brings the answer back", async () => {
  await using router = new Router();
  await using worker = new Pair();
  await using behind = new Pair();
  await using client = new Request();
  await meet(router, client);
  await meet(behind, worker, "inproc://multipart-worker");
  const answer = client.request(["6", "7"]);
  const { envelope, body } = splitEnvelope(await router.receive());
  assertEquals([envelope.length, texts(body)], [3, ["6", "7"]]);
  // The whole message fits into one frame.
  await behind.send(encodeMessage(joinParts(envelope, body)));
  const [packed] = await worker.receive();
  const request = splitEnvelope(decodeMessage(packed!));
  await router.send(joinParts(request.envelope, "42"));
  assertEquals(texts(await answer), ["42"]);
});

for (
  const [name, frames, wire] of [
    ["an empty frame", [octets()], "00"],
    ["one octet", [filled(1)], "01 ab"],
    ["three frames", [octets(0x69, 0x64), octets(), octets(0x68, 0x65)], "02 69 64 00 02 68 65"],
    ["254 octets, the last with a short length", [filled(254)], `fe${"ab".repeat(254)}`],
    ["255 octets, the first with a long one", [filled(255)], `ff 00 00 00 ff${"ab".repeat(255)}`],
    ["256 octets", [filled(256)], `ff 00 00 01 00${"ab".repeat(256)}`],
    ["65536 octets and one more", [filled(65536), filled(1)], `ff 00 01 00 00${"ab".repeat(65536)} 01 ab`],
  ] as const
) {
  test(`CZMQ's format, both ways: ${name}`, () => {
    assertEquals(encodeMessage(frames), hex(wire));
    assertEquals(decodeMessage(hex(wire)), [...frames]);
  });
}

test("a short length in the long form is read as well, as CZMQ does", () => {
  assertEquals(decodeMessage(hex("ff 00 00 00 02 68 69")).map(text), ["hi"]);
});

test("every cut of a message is one of its beginnings, or refused", () => {
  const whole = hex(`02 69 64 00 ff 00 00 01 00${"ab".repeat(256)}`);
  const ends = [3, 4, whole.length];
  for (let cut = 0; cut <= whole.length; cut++) {
    const part = whole.subarray(0, cut);
    if (ends.includes(cut)) assertEquals(encodeMessage(decodeMessage(part)), part);
    else assertThrows(() => decodeMessage(part), RangeError, "Cannot decode message: ", `cut at ${cut}`);
  }
});

test("octets that are no message, and how many frames there may be", () => {
  const refused = (wire: string, why: string): void => {
    assertThrows(() => decodeMessage(hex(wire)), RangeError, `Cannot decode message: ${why}`);
  };
  refused("", "there are no octets, wanted at least one frame");
  refused("05 68 69", "frame 0 is 5 octets, and 2 follow, wanted all of it");
  refused("00 ff 00 00", "the length of frame 1 is cut off, wanted four octets after FF");
  refused("ff ff ff ff ff 00", "frame 0 is 4294967295 octets, and 1 follow");
  assertEquals(decodeMessage(octets(0, 0, 0), { maxParts: 3 }).length, 3);
  assertThrows(() => decodeMessage(octets(0, 0, 0), { maxParts: 2 }), RangeError, "it has more than 2 frames");
  assertEquals(decodeMessage(new Uint8Array(65536)).length, 65536);
  assertThrows(() => decodeMessage(new Uint8Array(65537)), RangeError, "it has more than 65536 frames");
  assertEquals(decodeMessage(new Uint8Array(65537), { maxParts: Infinity }).length, 65537);
});

test("what is to be encoded is what can be sent, and is copied", () => {
  const part = octets(1, 2);
  const encoded = encodeMessage(["é", null, part, new Uint16Array([0x0101]), new ArrayBuffer(1)]);
  part[0] = 9;
  assertEquals(encoded, hex("02 c3 a9 00 02 01 02 02 01 01 01 00"));
  assertEquals(encodeMessage("a"), hex("01 61"));
  const wrong = (message: Loose, why: string): void => {
    const error = assertThrows(() => encodeMessage(message), TypeError, `Cannot encode message: ${why}`);
    assertEquals((error as Loose).code, "EINVAL");
  };
  wrong([], "it has no parts, wanted at least one");
  wrong(5, "the message is 5, wanted text, octets");
  wrong(["a", [octets(1)]], "part 1 is an array of 1, wanted text, octets");
});

test("frames are plain views of what they were read from", () => {
  const buffer = Buffer.from("xx\x01a\x00").subarray(2);
  const frames = decodeMessage(buffer);
  assertEquals(frames.map((frame) => Object.getPrototypeOf(frame) === Uint8Array.prototype), [true, true]);
  buffer[1] = 0x62;
  assertEquals(frames.map(text), ["b", ""]);
});

test("octets in memory that threads share are copied", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(2));
  shared.set([1, 0x61]);
  const frames = decodeMessage(shared);
  shared[1] = 0x62;
  assertEquals(frames.map(text), ["a"]);
});

test("what decodeMessage is given is checked", () => {
  const wrong = (call: () => unknown, Kind: Loose, why: string): void =>
    void assertThrows(call, Kind, `Cannot decode message: ${why}`);
  wrong(() => decodeMessage("text" as Loose), TypeError, 'octets are "text", wanted a Uint8Array');
  wrong(() => decodeMessage(octets(0), 5 as Loose), TypeError, "options are 5, wanted an object");
  wrong(() => decodeMessage(octets(0), { maxParts: "1" as Loose }), TypeError, 'maxParts is "1", wanted a whole');
  for (const maxParts of [0, -1, 0.5, NaN]) {
    wrong(() => decodeMessage(octets(0), { maxParts }), RangeError, `maxParts is ${maxParts}, wanted a whole number`);
  }
});
