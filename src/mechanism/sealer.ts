/**
 * Seals what lies in a queue: a run of frames in, a run of sealed frames out. A queue stays as it is until its octets
 * go out, since it outlives connections and keys do not.
 *
 * @module
 */

import { type Desk, DESK_SIZE } from "../crypto/backend.ts";
import { writeHeader } from "../wire/batch.ts";
import { COMMAND, LONG, MORE, readSize } from "../wire/frame.ts";

const FLAGS = MORE | COMMAND;
const SHORT_HEADER = 2;
const LONG_HEADER = 9;
/** A full slab of messages of 64 octets takes half as much again. */
const BUFFER = 128 * 1024;
/** How many buffers are kept, for all connections together. */
const KEPT = 8;

const NONE = /* @__PURE__ */ new Uint8Array(0);

const spare: Uint8Array[] = [];

/** How one frame is sealed. */
export interface FrameSealing {
  /** How many octets a sealed frame's body has beyond the body that it seals. */
  readonly overhead: number;
  /** Where bodies and sealed bodies lie. */
  readonly desk: Desk;
  /**
   * Seals `length` octets that lie on the desk from `body`, and the frame's flags with them, and writes to the desk at
   * `out`. As many octets before the body as there are more in the outcome are overwritten.
   */
  sealOnDesk(flags: number, body: number, length: number, out: number): void;
  /** Seals a body of any length, and the frame's flags with it, into `out` at `at`. */
  sealFrame(flags: number, body: Uint8Array, out: Uint8Array, at: number): void;
}

/** Seals the frames of one connection. */
export class Sealer {
  readonly #sealing: FrameSealing;
  /** The flags of a frame whose header has been read, and whose body is the next run; -1 if there is none. */
  #flags = -1;
  /** Where what is sealed goes, and how far it has been filled. */
  #out: Uint8Array = NONE;
  #at = 0;

  /** `sealing` does each frame. */
  constructor(sealing: FrameSealing) {
    this.#sealing = sealing;
  }

  /** Seals runs of frames, in order. A run ends where a frame does, or with a header whose body is all of the next. */
  seal(runs: readonly Uint8Array[]): Uint8Array {
    // Hot: once per write.
    const size = this.#sizeOf(runs);
    const out = this.#out = size > BUFFER ? new Uint8Array(size) : spare.pop() ?? new Uint8Array(BUFFER);
    this.#at = 0;
    let most = 0;
    for (const run of runs) {
      most = Math.max(most, run.length);
      if (this.#flags < 0) this.#sealRun(run);
      else {
        const flags = this.#flags;
        this.#flags = -1;
        this.#sealBody(flags, run);
      }
    }
    // Nothing stays of the texts.
    const { memory, input } = this.#sealing.desk;
    memory.fill(0, input, input + Math.min(DESK_SIZE, most + 1));
    this.#out = NONE;
    return out.subarray(0, this.#at);
  }

  /** What {@link seal} answered has been sent. */
  release(octets: Uint8Array): void {
    if (octets.buffer.byteLength === BUFFER && spare.length < KEPT) spare.push(new Uint8Array(octets.buffer));
  }

  /** Seals whole frames. As many as have room go to the desk together, are sealed there, and come back together. */
  #sealRun(run: Uint8Array): void {
    const sealing = this.#sealing;
    const { overhead, desk: { memory, input, output } } = sealing;
    const end = run.length;
    let put = output;
    for (let from = 0; from < end;) {
      const there = Math.min(end, from + DESK_SIZE);
      memory.set(there - from === end ? run : run.subarray(from, there), input);
      const begun = from;
      const shift = input - from;
      while (from < there) {
        // Hot: once per frame.
        const flags = run[from]!;
        const long = (flags & LONG) !== 0;
        const body = from + (long ? LONG_HEADER : SHORT_HEADER);
        if (body > there) break;
        const size = long ? readSize(run, from + 1) : run[from + 1]!;
        if (body === end && size > 0) {
          this.#flags = flags & FLAGS;
          from = end;
          break;
        }
        if (body + size > there) break;
        const sealed = size + overhead;
        if (put + LONG_HEADER + sealed > output + DESK_SIZE) put = this.#takeFrom(put);
        // What is longer than the desk even so is done by itself, below.
        if (LONG_HEADER + sealed > DESK_SIZE) break;
        put = writeHeader(memory, put, 0, sealed);
        sealing.sealOnDesk(flags & FLAGS, body + shift, size, put);
        put += sealed;
        from = body + size;
      }
      if (from > begun) continue;
      put = this.#takeFrom(put);
      const flags = run[from]!;
      const long = (flags & LONG) !== 0;
      const body = from + (long ? LONG_HEADER : SHORT_HEADER);
      from = body + (long ? readSize(run, begun + 1) : run[begun + 1]!);
      this.#sealLong(flags & FLAGS, run.subarray(body, from));
    }
    this.#takeFrom(put);
  }

  /** Copies what has been sealed from the desk. Answers where the desk's output begins. */
  #takeFrom(put: number): number {
    const { memory, output } = this.#sealing.desk;
    if (put > output) this.#out.set(memory.subarray(output, put), this.#at);
    this.#at += put - output;
    return output;
  }

  /** Seals a body that is a run by itself. */
  #sealBody(flags: number, body: Uint8Array): void {
    const sealing = this.#sealing;
    const { desk: { memory, input, output }, overhead } = sealing;
    const sealed = body.length + overhead;
    if (LONG_HEADER + sealed > DESK_SIZE) return this.#sealLong(flags, body);
    memory.set(body, input + 1);
    const put = writeHeader(memory, output, 0, sealed);
    sealing.sealOnDesk(flags, input + 1, body.length, put);
    this.#takeFrom(put + sealed);
  }

  #sealLong(flags: number, body: Uint8Array): void {
    const sealed = body.length + this.#sealing.overhead;
    const at = writeHeader(this.#out, this.#at, 0, sealed);
    this.#sealing.sealFrame(flags, body, this.#out, at);
    this.#at = at + sealed;
  }

  /** How much room the sealed frames may take. */
  #sizeOf(runs: readonly Uint8Array[]): number {
    const more = this.#sealing.overhead + LONG_HEADER;
    let size = 0;
    let isBody = this.#flags >= 0;
    for (const run of runs) {
      size += run.length;
      const end = isBody ? 0 : run.length;
      isBody = false;
      for (let from = 0; from < end;) {
        size += more;
        const long = (run[from]! & LONG) !== 0;
        const body = from + (long ? LONG_HEADER : SHORT_HEADER);
        isBody = body === end && (long || run[from + 1] !== 0);
        from = isBody ? end : body + (long ? readSize(run, from + 1) : run[from + 1]!);
      }
    }
    return size + more;
  }
}
