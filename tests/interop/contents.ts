/**
 * Messages that both ends of a connection can make by themselves, so that only their sizes need telling: a batch is
 * sent by one and checked, octet by octet and in order, by the other.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** Some messages. It travels as JSON. */
export interface Batch {
  /** What tells the octets of one batch from another's. */
  readonly seed: number;
  /** The sizes of each message's parts, in octets. */
  readonly shapes: readonly (readonly number[])[];
  /** How many messages; the shapes are gone through again and again. Each once, unless given. */
  readonly count?: number;
}

const KIB = 1024;
const MIB = KIB * KIB;

/** Sizes at which framing, chunks and buffers change their ways. */
const EDGES = [0, 1, 255, 256, 8191, 8192, 8193, 65535, 65536];

/** Numbers of parts and where the empty ones stand. */
const PARTS = [
  [0, 0],
  [1, 0],
  [0, 1, 0],
  [255, 256, 0, 8192],
  [0, 65536, 0, 0, 65535, 1],
  Array.from({ length: 17 }, () => 0),
  Array.from({ length: 64 }, (_, i) => i % 5 === 0 ? 0 : i * 37),
];

/** Every size and every number of parts that is worth trying; up to 8 MiB in one part. */
export const EVERYTHING: Batch = { seed: 1, shapes: [...EDGES.map((size) => [size]), ...PARTS, [MIB], [8 * MIB], [0]] };

/** The same without what takes long. */
export const SLIM: Batch = { seed: 2, shapes: [...EDGES.map((size) => [size]), ...PARTS, [MIB]] };

/** Thousands of small messages. */
export const MANY: Batch = { seed: 3, shapes: [[16], [0, 5], [40, 1, 0], [200]], count: 4000 };

/** Fewer of them, for where each waits for an answer. */
export const SOME: Batch = { seed: 4, shapes: MANY.shapes, count: 200 };

/** How many messages a batch has. */
export function countOf(batch: Batch): number {
  return batch.count ?? batch.shapes.length;
}

/** A prime, so that no power of two repeats with it. */
const PERIOD = 65521;
const noise = makeNoise();

/** Message `index` of a batch. */
export function messageOf(batch: Batch, index: number): Uint8Array[] {
  return batch.shapes[index % batch.shapes.length]!.map((size, part) => {
    const octets = new Uint8Array(size);
    let from = (batch.seed * 7919 + index * 31 + part * 17) % PERIOD;
    for (let at = 0; at < size;) {
      const piece = noise.subarray(from, from + Math.min(PERIOD - from, size - at));
      octets.set(piece, at);
      at += piece.length;
      from = 0;
    }
    return octets;
  });
}

/**
 * Checks that a message is number `index` of a batch.
 *
 * @throws {Error} If it is not: it says what is different, briefly.
 */
export function checkMessage(batch: Batch, index: number, found: readonly Uint8Array[]): void {
  const wanted = messageOf(batch, index);
  const same = found.length === wanted.length && wanted.every((part, i) => Buffer.compare(part, found[i]!) === 0);
  if (same) return;
  const show = (message: readonly Uint8Array[]): string =>
    `[${
      message.map((part) => `${part.length}: ${Buffer.from(part.subarray(0, 8)).toString("hex")}`).join(", ").slice(
        0,
        300,
      )
    }]`;
  throw new Error(`Message ${index} is ${show(found)}, wanted ${show(wanted)}`);
}

function makeNoise(): Uint8Array {
  const octets = new Uint8Array(PERIOD);
  let state = 1;
  for (let i = 0; i < octets.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    octets[i] = state >>> 24;
  }
  return octets;
}
