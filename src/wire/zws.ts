/**
 * ZeroMQ frames inside WebSocket messages ({@link https://rfc.zeromq.org/spec/45/ | RFC 45}), written. One frame is one
 * unfragmented binary message, whose first octet is the frame's flags:
 *
 * | flags | a frame that is                    | in ZMTP |
 * | ----- | ---------------------------------- | ------- |
 * | 00    | the last, or only, of its message  | 00      |
 * | 01    | followed by another of its message | 01      |
 * | 02    | a command                          | 04      |
 *
 * A queue is kept as ZMTP frames, since it outlives connections; what a write takes of it is framed anew here, and
 * masked for a client.
 *
 * @module
 */

import { COMMAND, LONG, MORE, readSize } from "./frame.ts";
import { BINARY, FIN, LONGEST_HEADER, MASK, MASK_SIZE, Maskable, writeWebSocketHeader } from "./websocket.ts";

const SHORT_HEADER = 2;
const LONG_HEADER = 9;
/** What a frame can have in front of its body: a header, a mask, the flags. */
const LONGEST_HEAD = LONGEST_HEADER + 1;
/** Up to here a loop copies faster than a call of `set`. */
const TINY = 12;
/** A full slab of messages of 64 octets takes a tenth more. */
const BUFFER = 128 * 1024;
/** How many buffers are kept, for all connections together. */
const KEPT = 8;
/** How many masks are drawn at a time. */
const MASKS = 1024;

const spare: Maskable[] = [];

/** Fills octets at random, so that nobody can foresee a mask (RFC 6455, section 10.3). */
export type RandomFill = (octets: Uint8Array<ArrayBuffer>) => unknown;

/** The flags of ZMTP as RFC 45 has them. */
export function zwsFlags(flags: number): number {
  return (flags & MORE) | (flags & COMMAND) >>> 1;
}

/** Draws masks. */
export class Masks {
  readonly #fill: RandomFill;
  readonly #keys: Uint32Array<ArrayBuffer> = new Uint32Array(MASKS);
  #next = MASKS;

  /** `fill` draws many at a time. */
  constructor(fill: RandomFill) {
    this.#fill = fill;
  }

  /** The next. */
  next(): number {
    // Hot: once per frame of a client.
    if (this.#next === MASKS) {
      this.#fill(new Uint8Array(this.#keys.buffer));
      this.#next = 0;
    }
    return this.#keys[this.#next++]!;
  }
}

/** Frames what one connection sends. */
export class ZwsFraming {
  readonly #masks: Masks | undefined;
  /** The flags of a frame whose header has been read, and whose body is the next run; -1 if there is none. */
  #flags = -1;
  #out!: Maskable;
  #at = 0;

  /** `masks`: a client's; `undefined`: a server masks nothing. */
  constructor(masks: Masks | undefined) {
    this.#masks = masks;
  }

  /**
   * Frames runs of ZMTP frames, in order. A run ends where a frame does, or with a header whose body is all of the next.
   *
   * @returns What to send instead; give it to {@link release} once it has been sent.
   */
  frame(runs: readonly Uint8Array[]): Uint8Array {
    // Hot: once per write.
    this.#out = spare.pop() ?? new Maskable(new Uint8Array(BUFFER));
    this.#at = 0;
    for (const run of runs) {
      if (this.#flags < 0) this.#frameRun(run);
      else {
        this.#put(this.#flags, run, 0, run.length);
        this.#flags = -1;
      }
    }
    return this.#out.bytes.subarray(0, this.#at);
  }

  /** What {@link frame} answered has been sent. */
  release(octets: Uint8Array): void {
    if (octets.buffer.byteLength === BUFFER && spare.length < KEPT) {
      spare.push(new Maskable(new Uint8Array(octets.buffer)));
    }
  }

  #frameRun(run: Uint8Array): void {
    const end = run.length;
    for (let from = 0; from < end;) {
      // Hot: once per frame.
      const flags = run[from]!;
      const long = (flags & LONG) !== 0;
      const size = long ? readSize(run, from + 1) : run[from + 1]!;
      from += long ? LONG_HEADER : SHORT_HEADER;
      if (from === end && size > 0) {
        this.#flags = flags;
        return;
      }
      this.#put(flags, run, from, size);
      from += size;
    }
  }

  /** Writes a frame whose body is `size` octets of `run` from `from`. */
  #put(flags: number, run: Uint8Array, from: number, size: number): void {
    // Hot: once per frame.
    if (this.#out.bytes.length - this.#at < LONGEST_HEAD + size) this.#grow(LONGEST_HEAD + size);
    const out = this.#out;
    const { bytes } = out;
    const masks = this.#masks;
    const mask = masks === undefined ? 0 : MASK;
    let at = writeWebSocketHeader(bytes, this.#at, FIN | BINARY, mask, 1 + size);
    if (mask !== 0) at += MASK_SIZE;
    const payload = at;
    bytes[at++] = (flags & MORE) | (flags & COMMAND) >>> 1;
    if (size <= TINY) { for (let i = 0; i < size; i++) bytes[at + i] = run[from + i]!; }
    else bytes.set(from === 0 && size === run.length ? run : run.subarray(from, from + size), at);
    this.#at = at + size;
    if (masks === undefined) return;
    const key = masks.next();
    out.writeKey(payload - MASK_SIZE, key);
    out.mask(payload, this.#at, key);
  }

  #grow(more: number): void {
    const { bytes } = this.#out;
    const larger = new Uint8Array(Math.max(this.#at + more, 2 * bytes.length));
    larger.set(bytes.subarray(0, this.#at));
    if (bytes.length === BUFFER && spare.length < KEPT) spare.push(this.#out);
    this.#out = new Maskable(larger);
  }
}
