/**
 * Seals what lies in a queue: a run of frames in, a run of sealed frames out. A queue stays as it is until its octets
 * go out, since it outlives connections and keys do not.
 *
 * @module
 */

import { writeHeader } from "../wire/batch.ts";
import { COMMAND, LONG, MORE, readSize } from "../wire/frame.ts";

const SHORT_HEADER = 2;
const LONG_HEADER = 9;
/** A full slab of messages of 64 octets takes half as much again. */
const BUFFER = 128 * 1024;
/** How many buffers are kept, for all connections together. */
const KEPT = 8;

const spare: Uint8Array[] = [];

/** How one frame is sealed. */
export interface FrameSealing {
  /** How many octets a sealed frame's body has beyond the body that it seals. */
  readonly overhead: number;
  /** Seals a body, and the frame's flags with it, into `out` at `at`. */
  sealFrame(flags: number, body: Uint8Array, out: Uint8Array, at: number): void;
}

/** Seals the frames of one connection. */
export class Sealer {
  readonly #sealing: FrameSealing;
  /** The flags of a frame whose header has been read, and whose body is the next run; -1 if there is none. */
  #flags = -1;

  /** `sealing` does each frame. */
  constructor(sealing: FrameSealing) {
    this.#sealing = sealing;
  }

  /** Seals runs of frames, in order. A run ends where a frame does, or with a header whose body is all of the next. */
  seal(runs: readonly Uint8Array[]): Uint8Array {
    // Hot: once per write.
    const size = this.#sizeOf(runs);
    const out = size > BUFFER ? new Uint8Array(size) : spare.pop() ?? new Uint8Array(BUFFER);
    let at = 0;
    for (const run of runs) at = this.#sealRun(run, out, at);
    return out.subarray(0, at);
  }

  /** What {@link seal} answered has been sent. */
  release(octets: Uint8Array): void {
    if (octets.buffer.byteLength === BUFFER && spare.length < KEPT) spare.push(new Uint8Array(octets.buffer));
  }

  #sealRun(run: Uint8Array, out: Uint8Array, start: number): number {
    let at = start;
    if (this.#flags >= 0) {
      at = this.#sealFrame(this.#flags, run, out, at);
      this.#flags = -1;
      return at;
    }
    const end = run.length;
    for (let from = 0; from < end;) {
      // Hot: once per frame.
      const flags = run[from]!;
      const long = (flags & LONG) !== 0;
      const body = from + (long ? LONG_HEADER : SHORT_HEADER);
      if (body === end && (long || run[from + 1] !== 0)) {
        this.#flags = flags & (MORE | COMMAND);
        return at;
      }
      from = body + (long ? readSize(run, from + 1) : run[from + 1]!);
      at = this.#sealFrame(flags & (MORE | COMMAND), run.subarray(body, from), out, at);
    }
    return at;
  }

  #sealFrame(flags: number, body: Uint8Array, out: Uint8Array, start: number): number {
    const size = body.length + this.#sealing.overhead;
    const at = writeHeader(out, start, 0, size);
    this.#sealing.sealFrame(flags, body, out, at);
    return at + size;
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
