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
import { EMPTY } from "../message.ts";

/** Another frame of this message follows. */
export const MORE = 1;
/** The size takes eight octets. */
export const LONG = 2;
/** The frame is a command for ZMTP itself. */
export const COMMAND = 4;

const SHORT_HEADER = 2;
const LONG_HEADER = 9;
/** The header of a decoder whose chunks have not ended within a frame yet, as an idle connection's do not. */
const NO_HEADER = new Uint8Array(0);
/** A command may always have this many octets, however short messages must be: PING and SUBSCRIBE go on. */
export const COMMAND_LIMIT = 65536;
/** An unfinished body up to this long gets its memory at once. */
const SMALL_BODY = 8192;
/** A longer one gets at most this many times the memory of what has come of it: enough for most, and to copy little. */
const AHEAD = 16;
/** Less room than this is not worth a read: there is more by now. */
const LEAST_ROOM = 1024;
/** How much of a body must be missing for {@link FrameDecoder.room} to be worth a read of its own. */
const WORTH_A_READ = 16384;

/** Who takes the frames. */
export interface FrameSink {
  /**
   * One frame. `body` is a view of the chunk it came in, or a buffer of its own.
   *
   * @returns Whether to go on: after `false` the decoder keeps the rest until {@link FrameDecoder.resume}.
   */
  frame(flags: number, body: Uint8Array): boolean;
}

/** What cuts chunks into frames, ZMTP's or others; {@link FrameDecoder} says what each of it means. */
export type FrameSource = Pick<
  FrameDecoder,
  "limit" | "sink" | "phase" | "stopped" | "decode" | "resume" | "room"
>;

/** Cuts chunks into frames. What is unfinished or unwanted yet is kept; nothing is allocated on a peer's word. */
export class FrameDecoder {
  /**
   * The most octets that the frames of one message may have together; finite. A command may have what they leave, or
   * 64 KiB if that is more.
   */
  limit: number;
  /** Who gets the frames. After a stop it may be another. */
  sink: FrameSink;
  /** The phase that an error names. */
  phase: ProtocolError["phase"] = "handshake";

  /** The first octets of a header that is not complete. */
  #header = NO_HEADER;
  #headerLength = 0;
  /** The body that is not complete: its flags, size, and what has come of it. */
  #flags = 0;
  #size = -1;
  #have = 0;
  /** Its memory, of which the first `#have` octets are filled; it may be shorter than the body. */
  #body = EMPTY;
  /** The octets of this message's earlier frames. */
  #total = 0;
  /** Chunks that came, or stayed, while the sink wanted no more. */
  readonly #held = new Deque<Uint8Array>();
  #stopped = false;

  /** `limit`: see {@link limit}. */
  constructor(sink: FrameSink, limit: number) {
    this.sink = sink;
    this.limit = limit;
  }

  /** Whether the sink has asked for a stop: call {@link resume} when it can take more. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Hands the frames of `chunk` to the sink. The chunk must not be changed afterwards, unless nothing of it is kept.
   *
   * @returns Whether anything is kept: views that the sink got, or the chunk itself.
   * @throws {ProtocolError} If the octets break the grammar or a limit.
   */
  decode(chunk: Uint8Array): boolean {
    if (!this.#stopped) return this.#run(chunk);
    this.#held.push(chunk);
    return true;
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

  /**
   * Where the next octets had best be read to: the place of a long body's rest, which then need not be copied there.
   * `undefined`: anywhere. Hand what was read there to {@link decode}, before anything else.
   */
  room(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#size - this.#have < WORTH_A_READ || this.#stopped) return undefined;
    const left = this.#body.length - this.#have;
    if (left < LEAST_ROOM) this.#makeRoom(this.#have);
    return this.#body.subarray(this.#have);
  }

  #run(chunk: Uint8Array): boolean {
    let at = 0;
    if (this.#headerLength > 0 || this.#size >= 0) {
      at = this.#finish(chunk);
      if (this.#stopped) return this.#hold(chunk, at);
    }
    const first = at;
    // Hot: once per frame. Locals only, and no allocation but the body's view.
    const { sink } = this;
    const buffer = chunk.buffer;
    const offset = chunk.byteOffset;
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
      // Not `subarray`, which V8 takes a half longer for.
      if (!sink.frame(flags, new Uint8Array(buffer, offset + at - size, size))) {
        this.#total = limit - room;
        return this.#hold(chunk, at);
      }
    }
    this.#total = limit - room;
    if (at < end) this.#begin(chunk, at);
    return at > first;
  }

  /** Keeps the rest of a chunk for later. It goes before what else is held: it came first. */
  #hold(chunk: Uint8Array, at: number): true {
    this.#stopped = true;
    if (at < chunk.length) this.#held.unshift(chunk.subarray(at));
    return true;
  }

  /** Keeps the start of a frame that `chunk` does not complete. */
  #begin(chunk: Uint8Array, start: number): void {
    let at = start;
    if (this.#header === NO_HEADER) this.#header = new Uint8Array(LONG_HEADER);
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
    const have = this.#have;
    const end = Math.min(chunk.length, at + size - have);
    const now = have + end - at;
    // What was read into its place is there already.
    if (chunk.buffer !== this.#body.buffer || chunk.length === 0) {
      if (now > this.#body.length || have === 0) this.#makeRoom(now);
      this.#body.set(chunk.subarray(at, end), have);
    }
    this.#have = now;
    if (now < size) return end;
    const flags = this.#flags;
    const body = this.#body;
    this.#body = EMPTY;
    this.#size = -1;
    if ((flags & MORE) !== 0) this.#total += size;
    else if ((flags & COMMAND) === 0) this.#total = 0;
    if (!this.sink.frame(flags, body)) this.#stopped = true;
    return end;
  }

  /** Memory for the unfinished body, `octets` of which will then have come. */
  #makeRoom(octets: number): void {
    const body = new Uint8Array(Math.min(this.#size, Math.max(SMALL_BODY, octets * AHEAD)));
    body.set(this.#body.subarray(0, this.#have));
    this.#body = body;
  }

  /** Throws if a header breaks the grammar, or its body would break the limit after `total` octets of the message. */
  #judge(flags: number, size: number, total: number): void {
    const left = this.limit - total;
    const alone = (flags & COMMAND) !== 0 && left < COMMAND_LIMIT;
    if (flags <= 6 && flags !== 5 && size <= (alone ? COMMAND_LIMIT : left)) return;
    throw alone ? this.#refuse(flags, size, 0, COMMAND_LIMIT) : this.#refuse(flags, size, total, this.limit);
  }

  #refuse(flags: number, size: number, total: number, limit: number): ProtocolError {
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
    return new ProtocolError(this.phase, `Cannot read frame: body is ${size} octets${before}, limit is ${limit}`);
  }
}

/** Reads eight octets, the greatest first. Above 2^53 the value is inexact, and above every limit. */
export function readSize(octets: Uint8Array, at: number): number {
  const high = octets[at]! * 0x1000000 + (octets[at + 1]! << 16 | octets[at + 2]! << 8 | octets[at + 3]!);
  const low = octets[at + 4]! * 0x1000000 + (octets[at + 5]! << 16 | octets[at + 6]! << 8 | octets[at + 7]!);
  return high * 0x100000000 + low;
}
