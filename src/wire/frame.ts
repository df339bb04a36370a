/**
 * Frames, read ({@link https://rfc.zeromq.org/spec/37/ | RFC 37}, "Framing"). Pure: chunks in, frames out, by callback.
 *
 * | octets | field                                                             |
 * | ------ | ----------------------------------------------------------------- |
 * | 0      | flags: bit 0 MORE, bit 1 LONG, bit 2 COMMAND; the others are zero |
 * | 1      | size, or with LONG eight octets of it, the greatest first         |
 * | …      | body                                                              |
 *
 * @module
 */

import { Deque } from "../bytes/deque.ts";
import { ProtocolError } from "../errors.ts";

/** Another frame of this message follows. */
export const MORE = 1;
/** The size takes eight octets. */
export const LONG = 2;
/** The frame is a command for ZMTP itself. */
export const COMMAND = 4;

const SHORT_HEADER = 2;
const LONG_HEADER = 9;
/** A command may always have this many octets, however short messages must be: PING and SUBSCRIBE go on. */
const COMMAND_LIMIT = 65536;
/** An unfinished body up to this long gets its memory at once; longer ones only as their octets arrive. */
const SMALL_BODY = 8192;

/** Who takes the frames. */
export interface FrameSink {
  /**
   * One frame. `body` is a view of the chunk it came in, or a buffer of its own.
   *
   * @returns Whether to go on: after `false` the decoder keeps the rest until {@link FrameDecoder.resume}.
   */
  frame(flags: number, body: Uint8Array): boolean;
}

/** Cuts chunks into frames. What is unfinished or unwanted yet is kept; nothing is allocated on a peer's word. */
export class FrameDecoder {
  /**
   * The most octets that the frames of one message may have together; finite. A command, which is judged by itself,
   * may have as many, or 64 KiB if that is more.
   */
  limit: number;
  /** The phase that an error names. */
  phase: ProtocolError["phase"] = "handshake";

  readonly #sink: FrameSink;
  /** The first octets of a header that is not complete. */
  readonly #header = new Uint8Array(LONG_HEADER);
  #headerLength = 0;
  /** The body that is not complete: its flags, size, and what has come of it. */
  #flags = 0;
  #size = -1;
  #have = 0;
  #small: Uint8Array | undefined;
  readonly #pieces: Uint8Array[] = [];
  /** How much of the last piece is gathered from small ones; 0 if the next small piece needs a new one. */
  #gathered = 0;
  /** The octets of this message's earlier frames. */
  #total = 0;
  /** Chunks that came, or stayed, while the sink wanted no more. */
  readonly #held = new Deque<Uint8Array>();
  #stopped = false;

  /** `limit`: see {@link limit}. */
  constructor(sink: FrameSink, limit: number) {
    this.#sink = sink;
    this.limit = limit;
  }

  /** Whether the sink has asked for a stop: call {@link resume} when it can take more. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Hands the frames of `chunk` to the sink. The chunk must not be changed afterwards.
   *
   * @throws {ProtocolError} If the octets break the grammar or a limit.
   */
  decode(chunk: Uint8Array): void {
    if (this.#stopped) this.#held.push(chunk);
    else this.#run(chunk);
  }

  /** Goes on after a stop. Throws as {@link decode} does. */
  resume(): void {
    this.#stopped = false;
    while (!this.#stopped) {
      const chunk = this.#held.shift();
      if (chunk === undefined) return;
      this.#run(chunk);
    }
  }

  #run(chunk: Uint8Array): void {
    let at = 0;
    if (this.#headerLength > 0 || this.#size >= 0) {
      at = this.#finish(chunk);
      if (this.#stopped) return this.#hold(chunk, at);
    }
    // Hot: once per frame. Locals only, and no allocation but the body's view.
    const sink = this.#sink;
    const end = chunk.length;
    // The sink may change the limit for what comes next; what has come so far was counted against this one.
    const limit = this.limit;
    let room = limit - this.#total;
    for (;;) {
      const left = end - at;
      if (left < SHORT_HEADER) break;
      const flags = chunk[at]!;
      let header = SHORT_HEADER;
      let size = chunk[at + 1]!;
      if ((flags & LONG) !== 0) {
        if (left < LONG_HEADER) break;
        header = LONG_HEADER;
        size = readSize(chunk, at + 1);
      }
      // Judge the header before waiting for the body, so a peer cannot make us buffer what we will refuse.
      if (flags > 6 || size > room || flags === 5) this.#judge(flags, size, limit - room);
      if (left - header < size) break;
      at += header + size;
      if ((flags & MORE) !== 0) room -= size;
      else if ((flags & COMMAND) === 0) room = limit;
      if (!sink.frame(flags, chunk.subarray(at - size, at))) {
        this.#total = limit - room;
        return this.#hold(chunk, at);
      }
    }
    this.#total = limit - room;
    if (at < end) this.#begin(chunk, at);
  }

  /** Keeps the rest of a chunk for later. It goes before what else is held: it came first. */
  #hold(chunk: Uint8Array, at: number): void {
    this.#stopped = true;
    if (at < chunk.length) this.#held.unshift(chunk.subarray(at));
  }

  /** Keeps the start of a frame that `chunk` does not complete. */
  #begin(chunk: Uint8Array, start: number): void {
    let at = start;
    const header = this.#header;
    const flags = chunk[at]!;
    this.#judge(flags, 0, 0);
    const wanted = (flags & LONG) === 0 ? SHORT_HEADER : LONG_HEADER;
    while (this.#headerLength < wanted && at < chunk.length) header[this.#headerLength++] = chunk[at++]!;
    if (this.#headerLength === wanted) this.#open(chunk, at);
  }

  /** The header is complete: takes what there is of the body from `at`. Answers where the frame, or the chunk, ends. */
  #open(chunk: Uint8Array, at: number): number {
    const header = this.#header;
    const flags = header[0]!;
    const size = (flags & LONG) === 0 ? header[1]! : readSize(header, 1);
    this.#judge(flags, size, this.#total);
    this.#headerLength = 0;
    this.#flags = flags;
    this.#size = size;
    this.#have = 0;
    return this.#fill(chunk, at);
  }

  /** Takes octets of the unfinished header and body from the front of `chunk`. Answers how far it got. */
  #finish(chunk: Uint8Array): number {
    if (this.#size >= 0) return this.#fill(chunk, 0);
    const header = this.#header;
    const wanted = (header[0]! & LONG) === 0 ? SHORT_HEADER : LONG_HEADER;
    let at = 0;
    while (this.#headerLength < wanted && at < chunk.length) header[this.#headerLength++] = chunk[at++]!;
    return this.#headerLength < wanted ? at : this.#open(chunk, at);
  }

  /** Takes octets of the unfinished body from `at`, and hands it over once it is complete. */
  #fill(chunk: Uint8Array, at: number): number {
    const size = this.#size;
    const end = Math.min(chunk.length, at + size - this.#have);
    const piece = chunk.subarray(at, end);
    if (size <= SMALL_BODY) {
      this.#small ??= new Uint8Array(size);
      this.#small.set(piece, this.#have);
    } else if (piece.length > 0) {
      this.#keep(piece);
    }
    this.#have += piece.length;
    if (this.#have < size) return end;
    const flags = this.#flags;
    const body = this.#small ?? this.#join(size);
    this.#small = undefined;
    this.#size = -1;
    if ((flags & MORE) !== 0) this.#total += size;
    else if ((flags & COMMAND) === 0) this.#total = 0;
    if (!this.#sink.frame(flags, body)) this.#stopped = true;
    return end;
  }

  /** Keeps a piece of a long body. Small pieces are gathered, so that a trickle of them does not cost a chunk each. */
  #keep(piece: Uint8Array): void {
    if (piece.length >= SMALL_BODY) {
      this.#pieces.push(piece);
      this.#gathered = 0;
      return;
    }
    let at = 0;
    while (at < piece.length) {
      if (this.#gathered === 0) this.#pieces.push(new Uint8Array(SMALL_BODY).subarray(0, 0));
      const last = this.#pieces.length - 1;
      const gatherer = new Uint8Array(this.#pieces[last]!.buffer);
      const some = piece.subarray(at, at + SMALL_BODY - this.#gathered);
      gatherer.set(some, this.#gathered);
      this.#gathered += some.length;
      this.#pieces[last] = gatherer.subarray(0, this.#gathered);
      if (this.#gathered === SMALL_BODY) this.#gathered = 0;
      at += some.length;
    }
  }

  #join(size: number): Uint8Array {
    const body = new Uint8Array(size);
    let at = 0;
    for (const piece of this.#pieces) {
      body.set(piece, at);
      at += piece.length;
    }
    this.#pieces.length = 0;
    this.#gathered = 0;
    return body;
  }

  /** Throws if a header breaks the grammar, or its body would break the limit after `total` octets of the message. */
  #judge(flags: number, size: number, total: number): void {
    const command = (flags & COMMAND) !== 0;
    const room = command ? Math.max(this.limit, COMMAND_LIMIT) : this.limit - total;
    if (flags <= 6 && flags !== 5 && size <= room) return;
    throw this.#refuse(flags, size, command ? 0 : total);
  }

  #refuse(flags: number, size: number, total: number): ProtocolError {
    const named = `0x${flags.toString(16).padStart(2, "0")}`;
    if (flags > 7) {
      return new ProtocolError(
        this.phase,
        `Cannot read frame: flags are ${named}, wanted the reserved bits 3-7 to be zero`,
      );
    }
    if ((flags & COMMAND) !== 0 && (flags & MORE) !== 0) {
      return new ProtocolError(this.phase, `Cannot read frame: flags are ${named}, wanted no MORE on a command`);
    }
    const before = total > 0 ? ` after ${total} octets of the same message` : "";
    const limit = (flags & COMMAND) === 0 ? this.limit : Math.max(this.limit, COMMAND_LIMIT);
    return new ProtocolError(this.phase, `Cannot read frame: body is ${size} octets${before}, limit is ${limit}`);
  }
}

/** Reads eight octets, the greatest first. Above 2^53 the value is inexact, and above every limit. */
function readSize(octets: Uint8Array, at: number): number {
  const high = octets[at]! * 0x1000000 + (octets[at + 1]! << 16 | octets[at + 2]! << 8 | octets[at + 3]!);
  const low = octets[at + 4]! * 0x1000000 + (octets[at + 5]! << 16 | octets[at + 6]! << 8 | octets[at + 7]!);
  return high * 0x100000000 + low;
}
