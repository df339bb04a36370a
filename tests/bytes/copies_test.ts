import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { Copies } from "../../src/bytes/copies.ts";
import { test } from "../harness.ts";

test("a copy is of its own octets, plain, and shares memory with others", () => {
  const copies = new Copies(64);
  const made: Uint8Array[] = [];
  for (let i = 0; i < 40; i++) {
    const octets = Buffer.alloc(i % 20, i);
    const copy = copies.copy(octets);
    octets.fill(0xee);
    assertEquals(Object.getPrototypeOf(copy), Uint8Array.prototype);
    made.push(copy);
  }
  for (const [i, copy] of made.entries()) assertEquals(copy, new Uint8Array(i % 20).fill(i));
  assert(new Set(made.map(({ buffer }) => buffer)).size < 15);
});

test("whoever takes a copy's memory away disturbs no later copy", () => {
  const copies = new Copies(64);
  structuredClone(null, { transfer: [copies.copy(Uint8Array.of(1, 2)).buffer] });
  assertEquals(copies.copy(Uint8Array.of(3)), Uint8Array.of(3));
});
