/**
 * ZMTP 1.0's frames ({@link https://rfc.zeromq.org/spec/13/ | RFC 13}), as those of ZMTP 2.0 and back. Both have a
 * length, flags and a body; here the length counts the flags too, and comes before them. Nothing else of the library
 * need know them: what comes is rewritten before it is cut into frames, what goes out after it has been queued.
 *
 * | octets | field                                                                            |
 * | ------ | -------------------------------------------------------------------------------- |
 * | 0      | length of flags and body, 1 to 254; or `FF`, and eight octets of it follow       |
 * | 1 or 9 | flags: bit 0 MORE; the others mean nothing                                       |
 * | …      | body                                                                             |
 *
 * @module
 */

import { ProtocolError } from "../errors.ts";
import { LONG, MORE, readSize } from "./frame.ts";

const SHORT_HEADER = 2;
const OLD_LONG_HEADER = 10;
const LONG_HEADER = 9;
/** The first octet of a header whose length takes eight. */
const LONG_LENGTH = 0xff;

/** Rewrites what a peer of ZMTP 1.0 sends. A header never gets longer, so there is at most as much as came. */
export class OldFrameReader {
  /** What the octets broke the grammar with, behind all that has been rewritten. Nothing is read after it. */
  fault: ProtocolError | undefined;
  readonly #header = new Uint8Array(OLD_LONG_HEADER);
  #headerLength = 0;
  /** How much of the body is still to come. */
  #left = 0;
  /** Whether nothing but the identity has begun: a stranger that speaks no ZMTP shows there. */
  #first = true;

  /** The octets of ZMTP 2.0 that `chunk` comes to, in memory of their own; what is no whole header yet waits. */
  read(chunk: Uint8Array): Uint8Array {
    const octets = new Uint8Array(chunk.length + this.#headerLength);
    const header = this.#header;
    let to = 0;
    for (let at = 0; at < chunk.length && this.fault === undefined;) {
      if (this.#left > 0) {
        const end = Math.min(chunk.length, at + this.#left);
        octets.set(chunk.subarray(at, end), to);
        to += end - at;
        this.#left -= end - at;
        at = end;
        continue;
      }
      header[this.#headerLength++] = chunk[at++]!;
      if (header[0] === 0) this.fault = this.#refuse("a frame's length is 0, wanted 1 or more: its flags count");
      else if (this.#headerLength === (header[0] === LONG_LENGTH ? OLD_LONG_HEADER : SHORT_HEADER)) {
        to = this.#rewrite(octets, to);
      }
    }
    return octets.subarray(0, to);
  }

  /** The header is complete. Answers where its body goes. */
  #rewrite(octets: Uint8Array, at: number): number {
    const header = this.#header;
    const long = this.#headerLength === OLD_LONG_HEADER;
    const length = long ? readSize(header, 1) : header[0]!;
    const flags = header[this.#headerLength - 1]!;
    this.#headerLength = 0;
    if (length === 0) {
      this.fault = this.#refuse("a frame's length is 0, wanted 1 or more: its flags count");
      return at;
    }
    if (this.#first && flags !== 0) {
      this.fault = new ProtocolError(
        "greeting",
        `Cannot read greeting: the first frame's flags are 0x${
          flags.toString(16).padStart(2, "0")
        }, so the peer speaks no ZMTP, wanted an identity's, 0x00`,
      );
      return at;
    }
    this.#first = false;
    this.#left = length - 1;
    octets[at] = (flags & MORE) | (long ? LONG : 0);
    if (!long) {
      octets[at + 1] = length - 1;
      return at + SHORT_HEADER;
    }
    octets.set(header.subarray(1, LONG_HEADER), at + 1);
    // Octet by octet, since a number has no room for all lengths: what is too long is refused where frames are judged.
    for (let last = at + LONG_HEADER - 1; octets[last]!-- === 0; last--);
    return at + LONG_HEADER;
  }

  #refuse(found: string): ProtocolError {
    return new ProtocolError(this.#first ? "handshake" : "traffic", `Cannot read frame: ${found}`);
  }
}

/** Rewrites what lies in a queue, in the way in which a mechanism seals it. */
export class OldFrameWriter {
  /** Whether the next run is the body of a frame whose header has been rewritten. */
  #bodyNext = false;

  /** Rewrites runs of frames, in order. A run ends where a frame does, or with a header whose body is all of the next. */
  seal(runs: readonly Uint8Array[]): Uint8Array {
    const octets = new Uint8Array(this.#walk(runs, undefined));
    this.#walk(runs, octets);
    return octets;
  }

  /** What {@link seal} answered is nobody's any more. */
  release(): void {}

  /** Writes to `octets`, or only answers how long they are to be. */
  #walk(runs: readonly Uint8Array[], octets: Uint8Array | undefined): number {
    let to = 0;
    let bodyNext = this.#bodyNext;
    for (const run of runs) {
      if (bodyNext) {
        octets?.set(run, to);
        to += run.length;
        bodyNext = false;
        continue;
      }
      for (let at = 0; at < run.length;) {
        const flags = run[at]!;
        const long = (flags & LONG) !== 0;
        const size = long ? readSize(run, at + 1) : run[at + 1]!;
        const body = at + (long ? LONG_HEADER : SHORT_HEADER);
        to = writeOldHeader(octets, to, flags & MORE, size + 1);
        bodyNext = body === run.length && size > 0;
        at = bodyNext ? body : body + size;
        if (bodyNext) continue;
        octets?.set(run.subarray(body, at), to);
        to += size;
      }
    }
    if (octets !== undefined) this.#bodyNext = bodyNext;
    return to;
  }
}

function writeOldHeader(octets: Uint8Array | undefined, at: number, flags: number, length: number): number {
  const long = length >= LONG_LENGTH;
  const end = at + (long ? OLD_LONG_HEADER : SHORT_HEADER);
  if (octets === undefined) return end;
  octets[at] = long ? LONG_LENGTH : length;
  if (long) {
    const view = new DataView(octets.buffer, at + 1);
    view.setUint32(0, Math.floor(length / 0x100000000));
    view.setUint32(4, length);
  }
  octets[end - 1] = flags;
  return end;
}
