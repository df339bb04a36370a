import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { BY_REFERENCE, type Message } from "../../src/message.ts";
import { copyMessage } from "../../src/session/copy.ts";
import { test } from "../harness.ts";
import { Random } from "../random.ts";

test("a copy has the same octets, and none of the memory", () => {
  const random = new Random(7);
  for (let round = 0; round < 300; round++) {
    const message: Message = Array.from({ length: 1 + random.below(5) }, () => random.octets(random.below(2000)));
    const wanted = message.map((frame) => frame.slice());
    const copy = copyMessage(message);
    for (const frame of message) frame.fill(0xff);
    assertEquals(copy, wanted);
  }
});

test("copies do not change as more are made", () => {
  const copies: Message[] = [];
  for (let i = 0; i < 256; i++) copies.push(copyMessage([new Uint8Array(1000).fill(i), Uint8Array.of(i)]));
  for (const [i, [long, short]] of copies.entries()) {
    assertEquals([long!.every((octet) => octet === i), short], [true, Uint8Array.of(i)]);
  }
});

test("a Buffer of Node's is copied too, and comes out as a plain Uint8Array", () => {
  for (const length of [1, 100, BY_REFERENCE - 1, BY_REFERENCE]) {
    const buffer = Buffer.alloc(length, 1);
    const [frame] = copyMessage([buffer]);
    assertEquals(frame!.constructor, Uint8Array);
    buffer.fill(2);
    assertEquals(frame![0], length < BY_REFERENCE ? 1 : 2, `${length} octets`);
  }
});

test("a copy is as long as what was copied, wherever its memory lies", () => {
  for (const length of [0, 1, 12, 13, 64, 999, 1000, 1001, BY_REFERENCE - 1]) {
    const memory = new Uint8Array(length + 2).fill(1, 1, length + 1);
    const [frame] = copyMessage([memory.subarray(1, length + 1)]);
    memory.fill(2);
    assertEquals(frame, new Uint8Array(length).fill(1), `${length} octets`);
  }
});

test("long frames are views of the sender's memory, and no more of it than theirs", () => {
  const memory = new Uint8Array(3 * BY_REFERENCE);
  const [frame] = copyMessage([memory.subarray(5, 5 + BY_REFERENCE)]);
  assertEquals([frame!.buffer, frame!.byteOffset, frame!.length], [memory.buffer, 5, BY_REFERENCE]);
});

test("whoever takes a copy's memory away disturbs no later copy", () => {
  const [frame] = copyMessage([Uint8Array.of(1, 2, 3)]);
  structuredClone(frame, { transfer: [frame!.buffer as ArrayBuffer] });
  assertEquals(copyMessage([Uint8Array.of(4, 5)]), [Uint8Array.of(4, 5)]);
});
