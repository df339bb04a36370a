/**
 * ZeroMQ frames inside WebSocket messages ({@link https://rfc.zeromq.org/spec/45/ | RFC 45}), read: as `frame.ts` does
 * for ZMTP. What comes must be masked if we are the server, and must not be if we are the client (RFC 6455, section
 * 5.1). Peers are to send each frame as one unfragmented message; fragments are put together nevertheless, since
 * browsers and proxies may make them.
 *
 * @module
 */

import { Deque } from "../bytes/deque.ts";
import { ProtocolError } from "../errors.ts";
import { EMPTY } from "../message.ts";
import { COMMAND, COMMAND_LIMIT, type FrameSink, type FrameSource } from "./frame.ts";
import {
  BINARY,
  BROKEN,
  CONTINUATION,
  CONTROL_LIMIT,
  FIN,
  headerSize,
  LONGEST_HEADER,
  MASK,
  MASK_SIZE,
  Maskable,
  payloadSize,
  PONG,
  TEXT,
  TOO_BIG,
  UNACCEPTABLE,
} from "./websocket.ts";

/** An unfinished payload up to this long gets its memory at once. */
const SMALL = 8192;
/** A longer one gets at most this many times the memory of what has come of it. */
const AHEAD = 16;
/** Less room than this is not worth a read: there is more by now. */
const LEAST_ROOM = 1024;
/** How much of a payload must be missing for {@link ZwsDecoder.room} to be worth a read of its own. */
const WORTH_A_READ = 16384;
/** The most fragments of one message: each costs work, even an empty one. */
const MAX_FRAGMENTS = 65536;
const OPCODE = 0x0f;
const RESERVED = 0x70;
const CONTROL = 8;
/** The flags octet of a frame that another of its message follows, and that of a command. */
const FLAG_MORE = 1;
const FLAG_COMMAND = 2;

/** Who takes what is no ZeroMQ frame. */
export interface ControlSink {
  /** PING, PONG or CLOSE. `payload` is the decoder's own again when this returns. Answers as {@link FrameSink.frame}. */
  control(opcode: number, payload: Uint8Array): boolean;
}

/** Cuts chunks into frames. What is unfinished or unwanted yet is kept; nothing is allocated on a peer's word. */
export class ZwsDecoder implements FrameSource {
  /** The most octets that the frames of one message may have together; a command may have 64 KiB in any case. */
  limit: number;
  /** Who gets the frames, with the flags of ZMTP. */
  sink: FrameSink;
  /** The phase that an error names. */
  phase: ProtocolError["phase"] = "handshake";
  /** What CLOSE is to say of the error that was thrown. */
  fault: number = BROKEN;

  readonly #controls: ControlSink;
  /** The MASK bit as it must be. */
  readonly #mask: number;
  /** The header of the frame that is not complete. */
  readonly #header = new Uint8Array(LONGEST_HEADER);
  #headerLength = 0;
  /** How many octets of its payload have not come; -1: nor has its header. */
  #left = -1;
  /** The payload of the message that is not complete: `#have` octets, of this frame those from `#start`. */
  #body = EMPTY;
  #have = 0;
  #start = 0;
  /** How many fragments of it are complete. */
  #fragments = 0;
  /** The payload of a control frame that is not complete. */
  readonly #control = new Uint8Array(CONTROL_LIMIT);
  #controlHave = 0;
  /** The octets of the ZeroMQ message's earlier frames. */
  #total = 0;
  /** Whether the chunk at hand is kept. */
  #kept = false;
  /** Chunks that came, or stayed, while the sink wanted no more. */
  readonly #held = new Deque<Uint8Array>();
  #stopped = false;

  /**
   * @param masked Whether what comes is a client's.
   * @param limit See {@link limit}.
   */
  constructor(masked: boolean, sink: FrameSink, controls: ControlSink, limit: number) {
    this.#mask = masked ? MASK : 0;
    this.sink = sink;
    this.#controls = controls;
    this.limit = limit;
  }

  /** Whether the sink has asked for a stop: call {@link resume} when it can take more. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Hands the frames of `chunk` to the sink, unmasked in their place.
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

  /** Where the next octets had best be read to: the place of a long payload's rest, which then need not be copied. */
  room(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#left < WORTH_A_READ || this.#stopped) return undefined;
    if (this.#body.length - this.#have < LEAST_ROOM) this.#makeRoom(this.#have);
    return this.#body.subarray(this.#have, this.#have + this.#left);
  }

  #run(chunk: Uint8Array): boolean {
    const end = chunk.length;
    let at = 0;
    this.#kept = false;
    while (at < end) {
      if (this.#headerLength === 0 && this.#fragments === 0) at = this.#takeWhole(chunk, at);
      if (!this.#stopped && at < end) at = this.#take(chunk, at);
      if (this.#stopped) {
        if (at < end) this.#held.unshift(chunk.subarray(at));
        return true;
      }
    }
    return this.#kept;
  }

  /** Takes the frames from `at` that are messages by themselves, and here as a whole. Answers how far it got. */
  #takeWhole(chunk: Uint8Array, start: number): number {
    const { sink } = this;
    const { buffer, byteOffset: offset, length: end } = chunk;
    const mask = this.#mask;
    const maskSize = mask === 0 ? 0 : MASK_SIZE;
    const memory = mask === 0 ? undefined : new Maskable(chunk);
    // The sink may change the limit for what comes next; what has come so far was counted against this one.
    const limit = this.limit;
    let room = limit - this.#total;
    let at = start;
    // Hot: once per frame. Locals only, and no allocation but the body's view.
    while (end - at > 2 && chunk[at] === (FIN | BINARY)) {
      let size = chunk[at + 1]! ^ mask;
      let from = at + 2 + maskSize;
      if (size > 125) {
        if (size > 127) break;
        from += size === 126 ? 2 : 8;
        if (from > end) break;
        size = payloadSize(chunk, at);
      }
      // What is too long, as only a command may be, is judged elsewhere.
      if (size === 0 || size - 1 > room || end - from < size) break;
      at = from + size;
      memory?.mask(from, at, memory.key(from - MASK_SIZE));
      const flags = chunk[from]!;
      if (flags > FLAG_COMMAND) throw this.#refuseFlags(flags);
      if (flags === FLAG_MORE) room -= size - 1;
      else if (flags === 0) room = limit;
      // Not `subarray`, which V8 takes a half longer for.
      const body = new Uint8Array(buffer, offset + from + 1, size - 1);
      if (sink.frame(flags === FLAG_COMMAND ? COMMAND : flags, body)) continue;
      this.#stopped = true;
      break;
    }
    this.#total = limit - room;
    if (at > start) this.#kept = true;
    return at;
  }

  /** Takes what there is from `at` of one frame of any kind. Answers where that, or the chunk, ends. */
  #take(chunk: Uint8Array, start: number): number {
    const header = this.#header;
    let at = start;
    while (this.#left < 0) {
      if (at === chunk.length) return at;
      const length = this.#headerLength = this.#headerLength + 1;
      header[length - 1] = chunk[at++]!;
      if (length === 2) this.#judgeKind(header[0]!, header[1]!);
      if (length >= 2 && length === headerSize(header[1]!)) this.#open(payloadSize(header, 0));
    }
    return this.#fill(chunk, at);
  }

  /** A header is complete. */
  #open(size: number): void {
    this.#left = size;
    this.#controlHave = 0;
    if (this.#isControl) return;
    this.#start = this.#have;
    this.#judgeSize(this.#have > 0 ? this.#body[0] : undefined);
  }

  get #isControl(): boolean {
    return (this.#header[0]! & CONTROL) !== 0;
  }

  /** Takes octets of the payload from `at`, and hands it over once it is complete. Answers how far it got. */
  #fill(chunk: Uint8Array, at: number): number {
    const left = this.#left;
    const count = Math.min(left, chunk.length - at);
    const end = at + count;
    this.#left = left - count;
    if (this.#isControl) {
      this.#control.set(chunk.subarray(at, end), this.#controlHave);
      this.#controlHave += count;
    } else if (count > 0) this.#append(chunk, at, end);
    if (count === left) this.#finish();
    return end;
  }

  #append(chunk: Uint8Array, at: number, end: number): void {
    const have = this.#have;
    const now = this.#have = have + end - at;
    const last = (this.#header[0]! & FIN) !== 0 && this.#left === 0;
    if (have === 0 && last && chunk.buffer !== this.#body.buffer) {
      // All of it: it can stay where it is.
      this.#body = new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset + at, now);
      this.#kept = true;
    } else if (chunk.buffer !== this.#body.buffer) {
      // What was read into its place is there already.
      if (now > this.#body.length) this.#makeRoom(now, have);
      this.#body.set(chunk.subarray(at, end), have);
    }
    if (have > 0) return;
    const key = this.#mask === 0 ? 0 : this.#header[this.#headerLength - MASK_SIZE]!;
    this.#judgeSize(this.#body[0]! ^ key);
  }

  /** A frame is complete. */
  #finish(): void {
    const first = this.#header[0]!;
    const key = this.#mask === 0 ? 0 : new Maskable(this.#header).key(this.#headerLength - MASK_SIZE);
    this.#headerLength = 0;
    this.#left = -1;
    if ((first & CONTROL) !== 0) {
      const payload = this.#control.subarray(0, this.#controlHave);
      new Maskable(this.#control).mask(0, payload.length, key);
      if (!this.#controls.control(first & OPCODE, payload)) this.#stopped = true;
      return;
    }
    const body = this.#body;
    const have = this.#have;
    if (key !== 0) new Maskable(body).mask(this.#start, have, key);
    if ((first & FIN) === 0) {
      if (++this.#fragments > MAX_FRAGMENTS) throw this.#refuse(`it has more than ${MAX_FRAGMENTS} fragments`);
      return;
    }
    if (have === 0) throw this.#refuse("it is empty, wanted flags");
    this.#body = EMPTY;
    this.#have = this.#fragments = 0;
    const flags = body[0]!;
    if (flags === FLAG_MORE) this.#total += have - 1;
    else if (flags === 0) this.#total = 0;
    if (!this.sink.frame(flags === FLAG_COMMAND ? COMMAND : flags, body.subarray(1, have))) this.#stopped = true;
  }

  /** Memory for the unfinished payload, `octets` of which will then have come, and `filled` are there. */
  #makeRoom(octets: number, filled: number = octets): void {
    const ahead = Math.min(octets + this.#left, Math.max(SMALL, octets * AHEAD));
    // Of a message in fragments nobody knows how long it will be.
    const body = new Uint8Array(this.#fragments === 0 ? ahead : Math.max(ahead, 2 * this.#body.length));
    body.set(this.#body.subarray(0, filled));
    this.#body = body;
  }

  /** Throws if a frame must not be, or not be here. */
  #judgeKind(first: number, second: number): void {
    const opcode = first & OPCODE;
    if ((first & RESERVED) !== 0) throw this.#refuse("a reserved bit is set, and no extension was agreed on");
    if ((second & MASK) !== this.#mask) {
      throw this.#refuse(this.#mask === 0 ? "it is masked, wanted a server's" : "it is not masked, wanted a client's");
    }
    if (opcode >= CONTROL) {
      if (opcode > PONG) throw this.#refuse(`its opcode is ${opcode}`);
      if ((first & FIN) === 0 || (second & 127) > CONTROL_LIMIT) {
        throw this.#refuse(`it is a control frame, wanted it whole and ${CONTROL_LIMIT} octets at the most`);
      }
      return;
    }
    if (opcode === TEXT) this.fault = UNACCEPTABLE;
    if (opcode === TEXT) throw this.#refuse("it is text, wanted octets");
    if (opcode > BINARY) throw this.#refuse(`its opcode is ${opcode}`);
    const begun = this.#fragments > 0;
    if (begun === (opcode === CONTINUATION)) return;
    throw this.#refuse(begun ? "another message begins before the last has ended" : "it goes on with no message");
  }

  /** Throws if the message is too long for its flags, as far as both are known. */
  #judgeSize(flags: number | undefined): void {
    if (flags !== undefined && flags > FLAG_COMMAND) throw this.#refuseFlags(flags);
    const size = this.#have + this.#left - 1;
    const left = this.limit - this.#total;
    if (size <= left || size <= COMMAND_LIMIT && (flags === undefined || flags === FLAG_COMMAND)) return;
    this.fault = TOO_BIG;
    const before = this.#total > 0 ? ` after ${this.#total} octets of the same message` : "";
    throw new ProtocolError(
      this.phase,
      `Cannot read frame: body is ${size} octets${before}, limit is ${this.limit}`,
    );
  }

  #refuse(found: string): ProtocolError {
    return new ProtocolError(this.phase, `Cannot read WebSocket frame: ${found}`);
  }

  #refuseFlags(flags: number): ProtocolError {
    const named = `0x${flags.toString(16).padStart(2, "0")}`;
    return new ProtocolError(this.phase, `Cannot read frame: flags are ${named}, wanted 0x00, 0x01 or 0x02`);
  }
}
