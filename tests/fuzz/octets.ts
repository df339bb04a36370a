/**
 * Octets, written and read piece by piece: what generators build inputs with, and targets take them apart with.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";

/** Octets that grow. */
export class Writer {
  #octets = new Uint8Array(640);
  #length = 0;

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** Appends one octet, of which the lowest eight bits count. */
  octet(value: number): this {
    this.#reserve(1);
    this.#octets[this.#length++] = value;
    return this;
  }

  /** Appends octets, or text of one octet a character. */
  put(what: Uint8Array | string): this {
    const octets = typeof what === "string" ? latin1(what) : what;
    this.#reserve(octets.length);
    this.#octets.set(octets, this.#length);
    this.#length += octets.length;
    return this;
  }

  /** Appends a number in four octets, the greatest first. */
  uint32(value: number): this {
    return this.octet(value >>> 24).octet(value >>> 16).octet(value >>> 8).octet(value);
  }

  /** Appends a frame as RFC 37 has it; a size above 255, or `long`, takes eight octets. */
  frame(flags: number, body: Uint8Array, long = body.length > 255): this {
    if (long) this.octet(flags | 2).uint32(0).uint32(body.length);
    else this.octet(flags).octet(body.length);
    return this.put(body);
  }

  /** A copy of all. */
  done(): Uint8Array<ArrayBuffer> {
    return this.#octets.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#octets.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#octets.length, this.#length + count));
    larger.set(this.#octets.subarray(0, this.#length));
    this.#octets = larger;
  }
}

/** Reads an input from its front. Behind its end there are zeros, so that every input can be read. */
export class Reader {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /** Whether anything is left. */
  get more(): boolean {
    return this.#at < this.#octets.length;
  }

  /** The next octet. */
  octet(): number {
    return this.#octets[this.#at++] ?? 0;
  }

  /** So many octets, or those that are left. */
  take(count: number): Uint8Array {
    const start = Math.min(this.#at, this.#octets.length);
    this.#at = Math.min(start + count, this.#octets.length);
    return this.#octets.subarray(start, this.#at);
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.take(this.#octets.length);
  }
}

/** A number that differs for most octets that differ (FNV-1a). */
export function hash(octets: Uint8Array): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < octets.length; i++) value = Math.imul(value ^ octets[i]!, 0x01000193);
  return value >>> 0;
}

/**
 * The pieces of `octets` for a seed: 0 is all in one, 1 the first hundred each by itself, others are cut here and there.
 * Each is a copy, in memory of its own, as a runtime hands them up: whoever writes where it should not is found out.
 */
export function pieces(octets: Uint8Array, seed: number): Uint8Array[] {
  if (seed === 0) return [octets.slice()];
  const cut: Uint8Array[] = [];
  let state = seed;
  for (let at = 0; at < octets.length;) {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    const most = seed === 1 ? at < 100 ? 1 : 200 : seed < 16 ? seed * (at < 100 ? 1 : 8) : seed;
    const long = 1 + (state >>> 24) % most;
    cut.push(octets.slice(at, at += long));
  }
  return cut;
}

/** Octets one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** As `assertEquals`, which takes its time where there is nothing to complain of. */
export function same<T>(actual: T, expected: T, words?: string): void {
  if (actual === expected) return;
  if (Array.isArray(actual) && Array.isArray(expected) && actual.length === expected.length) {
    if (actual.every((item, i) => item === expected[i])) return;
  }
  assertEquals(actual, expected, words);
}

/** What a stranger's octets made us say is fit for a log: nothing that moves a terminal's cursor, and not endless. */
export function checkShown({ message }: Error): void {
  // deno-lint-ignore no-control-regex -- these are what must not be there
  if (!/^Cannot [^\x00-\x1f\x7f-\x9f]{1,500}$/.test(message)) {
    throw new Error(`This is not fit for a log: ${JSON.stringify(message)}`);
  }
}
