import { assert, assertEquals } from "@std/assert";
import { LARGEST_SLAB, LARGEST_WAITING_SLAB, Slab, SMALLEST_SLAB } from "../../src/transport/slab.ts";
import { test } from "../harness.ts";

/** Reads `count` octets, or as many as there is room for; how many. */
function read(slab: Slab, count: number, value = 1): Uint8Array {
  const room = slab.room();
  const filled = Math.min(count, room.length);
  room.fill(value, 0, filled);
  return slab.take(filled);
}

test("a new slab is small, and small reads keep it small", () => {
  const slab = new Slab();
  assertEquals(slab.room().length, SMALLEST_SLAB);
  for (let i = 0; i < 10_000; i++) {
    assertEquals(read(slab, 80).length, 80);
    assert(slab.room().length <= SMALLEST_SLAB);
  }
});

test("reads that fill it make it grow to its limit, and no further", () => {
  const slab = new Slab();
  const sizes: number[] = [];
  for (let i = 0; i < 6; i++) sizes.push(read(slab, Infinity).length);
  assertEquals(sizes.slice(0, 3), [SMALLEST_SLAB, 4 * SMALLEST_SLAB, LARGEST_SLAB]);
  assertEquals(sizes.slice(3), [LARGEST_SLAB, LARGEST_SLAB, LARGEST_SLAB]);
});

test("it shrinks again when reads do", () => {
  const slab = new Slab();
  for (let i = 0; i < 6; i++) read(slab, Infinity);
  let octets = 0;
  while (octets < 2 * LARGEST_SLAB) octets += read(slab, 100).length;
  assert(slab.room().length <= SMALLEST_SLAB);
});

test("there is always room for a quarter of a slab, and what was filled is never filled again", () => {
  const slab = new Slab();
  const chunks: Uint8Array[] = [];
  for (let i = 0; i < 2000; i++) {
    assert(slab.room().length >= SMALLEST_SLAB / 4);
    chunks.push(read(slab, 1 + i * 7919 % 20_000, i & 0xff));
  }
  for (const [i, chunk] of chunks.entries()) assert(chunk.every((octet) => octet === (i & 0xff)), `chunk ${i}`);
});

test("a read of nothing changes nothing", () => {
  const slab = new Slab();
  slab.room();
  assertEquals(slab.take(0).length, 0);
  assertEquals(slab.room().length, SMALLEST_SLAB);
});

test("what is given back is filled again, and a slab that such reads fill grows", () => {
  const slab = new Slab();
  read(slab, 100);
  const chunk = read(slab, 50);
  slab.giveBack(50);
  assertEquals(slab.room().byteOffset, chunk.byteOffset);
  assertEquals(slab.room().buffer === chunk.buffer, true);

  const sizes: number[] = [];
  const other = new Slab();
  read(other, 92); // Somebody keeps the beginning.
  for (let i = 0; i < 6; i++) {
    sizes.push(read(other, Infinity).length);
    other.giveBack(sizes.at(-1)!);
  }
  assertEquals(sizes[0], SMALLEST_SLAB - 92);
  assertEquals(sizes.at(-1), LARGEST_SLAB);
});

test("who has read all there was waits with little, however busy it has been", () => {
  const slabs = Array.from({ length: 100 }, () => new Slab());
  for (const slab of slabs) {
    while (read(slab, Infinity).length < LARGEST_SLAB);
    for (const last of [LARGEST_SLAB - 1, 1]) {
      read(slab, last);
      assert(slab.room().buffer.byteLength <= LARGEST_WAITING_SLAB);
    }
  }
});

test("the rest of a large slab that is given back goes to another, and to one at a time", () => {
  const slabs = Array.from({ length: 20 }, () => new Slab());
  const buffers = new Set<ArrayBufferLike>();
  const chunks: Uint8Array[] = [];
  for (let i = 0; i < 200; i++) {
    const slab = slabs[i % slabs.length]!;
    // Until it reads into a large slab, of which it then takes a little.
    while (slab.room().buffer.byteLength < LARGEST_SLAB) chunks.push(read(slab, Infinity, i));
    const chunk = read(slab, 100, i);
    assertEquals(chunk.length, 100);
    buffers.add(chunk.buffer);
    chunks.push(chunk);
    slab.room();
  }
  assert(buffers.size <= 2, `${buffers.size} large slabs for 20 who take 20 000 octets in turn`);
  for (const chunk of chunks) assert(chunk.every((octet) => octet === chunk[0]));
  assertEquals(
    new Set(
      chunks.filter(({ length }) => length === 100).map(({ buffer, byteOffset }) => {
        return `${[...buffers].indexOf(buffer)} ${byteOffset}`;
      }),
    ).size,
    200,
  );
});

test("all memory that is read into is told of before", () => {
  const told = new Set<ArrayBufferLike>();
  const slab = new Slab((memory) => told.add(memory));
  for (let i = 0; i < 40; i++) {
    const chunk = read(slab, i < 30 ? 50 * i : Infinity);
    // Large slabs may have been another's, which told of them.
    assert(told.has(chunk.buffer) || chunk.buffer.byteLength === LARGEST_SLAB);
  }
  assert(told.size > 2);
});
