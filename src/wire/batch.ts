/**
 * Frames, written: a queue of whole messages, kept as the octets that will go out. What `send` takes is copied here
 * once, behind its header, into a slab of up to 64 KiB that one write will carry; a body of 16 KiB and more is kept
 * by reference instead. The framing is that of ZMTP 3.0 and 3.1 alike, so a queue outlives the connection it was
 * meant for.
 *
 * ```text
 * append → ┌ slab ───────────────────────┐ → take → on loan to the link → release
 *          │ cut, queued │ open region … │
 *          └─────────────────────────────┘
 *          segments: a run of frames, up to a long body's header │ the long body │ a run of frames …
 * ```
 *
 * @module
 */

import { Deque } from "../bytes/deque.ts";
import { BY_REFERENCE, type Message } from "../message.ts";
import { LONG, MORE } from "./frame.ts";

/** The size of a full slab: one write of this much costs hardly more than one of a frame, and more gains nothing. */
export const SLAB = 65536;
/** The first slab of a queue that has been quiet, so that a peer with little queued holds no 64 KiB. */
const SMALL_SLAB = 4096;
/** How many unused slabs of each size are kept, for all batches together. */
const KEPT = 32;
const LONG_HEADER = 9;
/** Up to here a loop copies faster than a call of `set`. */
const TINY = 12;

/** Memory that segments share. */
interface Slab {
  readonly bytes: Uint8Array;
  /** How many segments of it are not released yet. */
  uses: number;
}

/** A run of octets to write. */
export interface Segment {
  /** The octets. They stay as they are until the segment is released. */
  readonly bytes: Uint8Array;
  /** How many messages end in it. */
  readonly messages: number;
  /** Where the first of them ends; -1 if none does. */
  readonly firstEnd: number;
  /** Whether it ends where a message does. */
  readonly endsMessage: boolean;
  /** Whether it ends where a frame does: only then may a command be written before the next segment. */
  readonly endsFrame: boolean;
}

interface Run extends Segment {
  /** The memory behind it; absent for a body by reference. */
  readonly slab: Slab | undefined;
}

const spare: Slab[] = [];
const spareSmall: Slab[] = [];

/** A queue of messages, as octets. */
export class Batch {
  /** Whole messages queued and not taken. */
  messages = 0;
  /** Octets queued and not taken. */
  length = 0;

  readonly #segments = new Deque<Run>();
  #slab: Slab | undefined;
  /** The open region of the slab, which is no segment yet: from `#start` to `#at`. */
  #start = 0;
  #at = 0;
  #openMessages = 0;
  #openFirstEnd = -1;
  /** Where the last message or command in the open region ended. */
  #lastEnd = 0;
  /** Whether the last segment taken ended inside a message. */
  #torn = false;
  /** Whether a small slab was too small of late. */
  #busy = false;

  /** Queues a message. Bodies under 16 KiB are copied now; longer ones must stay as they are until released. */
  append(message: Message): void {
    // Hot: once per message.
    const last = message.length - 1;
    for (let i = 0; i < last; i++) this.#frame(MORE, message[i]!);
    const body = message[last]!;
    this.#frame(0, body);
    this.messages++;
    if (body.length >= BY_REFERENCE) return;
    this.#openMessages++;
    this.#lastEnd = this.#at;
    if (this.#openFirstEnd < 0) this.#openFirstEnd = this.#at - this.#start;
  }

  /** Queues a single frame that counts as no message: a command, or a subscription as ZMTP 3.0 spells it. */
  appendControl(flags: number, body: Uint8Array): void {
    // Copied whatever its length: by reference it would look like the inside of a message.
    const size = body.length;
    const slab = this.#room(size + LONG_HEADER);
    this.#at = writeHeader(slab.bytes, this.#at, flags, size);
    slab.bytes.set(body, this.#at);
    this.length += size + (size < 256 ? 2 : LONG_HEADER);
    this.#lastEnd = this.#at += size;
  }

  /** Takes the next run of octets, or `undefined` if there is none. It must be released. */
  take(): Segment | undefined {
    if (this.#segments.length === 0) {
      this.#busy = this.#at - this.#start > SMALL_SLAB;
      this.#cut(true);
    }
    const segment = this.#segments.shift();
    if (segment === undefined) return undefined;
    this.messages -= segment.messages;
    this.length -= segment.bytes.length;
    this.#torn = !segment.endsMessage;
    return segment;
  }

  /** Gives a segment's memory back: its octets may be overwritten from now on. */
  release(segment: Segment): void {
    const { slab } = segment as Run;
    if (slab === undefined || --slab.uses > 0) return;
    if (slab === this.#slab) {
      if (this.#at > this.#start) return;
      this.#slab = undefined;
      this.#start = this.#at = 0;
    }
    giveBack(slab);
  }

  /** Forgets what is queued, but for the rest of a message whose beginning has been taken. */
  clear(): void {
    if (this.length === 0) return;
    this.#cut(true);
    let kept = 0;
    for (let count = this.#segments.length; count > 0; count--) {
      const segment = this.#segments.shift()!;
      if (!this.#torn || kept < 0) {
        this.release(segment);
        continue;
      }
      const end = segment.firstEnd;
      this.#segments.push(end < 0 ? segment : firstOf(segment));
      kept = end < 0 ? kept + 1 : -1;
    }
    this.messages = 0;
    this.length = 0;
    for (let i = 0; i < this.#segments.length; i++) {
      const segment = this.#segments.at(i)!;
      this.messages += segment.messages;
      this.length += segment.bytes.length;
    }
  }

  /**
   * The connection is gone: forgets the rest of a message whose beginning it took. Every message that is still whole
   * stays queued.
   *
   * @returns Whether there was such a rest.
   */
  discardTorn(): boolean {
    if (!this.#torn) return false;
    this.#torn = false;
    this.#cut(true);
    for (let segment = this.#segments.shift(); segment !== undefined; segment = this.#segments.shift()) {
      const end = segment.firstEnd;
      if (end < 0) {
        this.length -= segment.bytes.length;
        this.release(segment);
        continue;
      }
      this.messages--;
      this.length -= end;
      if (end === segment.bytes.length) this.release(segment);
      else {
        // It begins with a message now, so nobody will ask again where its first one ends.
        const messages = segment.messages - 1;
        this.#segments.unshift({ ...segment, bytes: segment.bytes.subarray(end), messages, firstEnd: -1 });
      }
      break;
    }
    return true;
  }

  // Hot: once per frame.
  #frame(more: number, body: Uint8Array): void {
    const size = body.length;
    if (size >= BY_REFERENCE) return this.#frameByReference(more, body);
    let slab = this.#slab;
    if (slab === undefined || slab.bytes.length - this.#at < size + LONG_HEADER) slab = this.#room(size + LONG_HEADER);
    const bytes = slab.bytes;
    const from = this.#at;
    const at = writeHeader(bytes, from, more, size);
    if (size <= TINY) { for (let i = 0; i < size; i++) bytes[at + i] = body[i]!; }
    else bytes.set(body, at);
    this.#at = at + size;
    this.length += at + size - from;
  }

  #frameByReference(more: number, body: Uint8Array): void {
    const slab = this.#room(LONG_HEADER);
    this.#at = writeHeader(slab.bytes, this.#at, more, body.length);
    this.#cut(false);
    const last = more === 0;
    this.#segments.push({
      bytes: body,
      messages: last ? 1 : 0,
      firstEnd: last ? body.length : -1,
      endsMessage: last,
      endsFrame: true,
      slab: undefined,
    });
    this.length += LONG_HEADER + body.length;
  }

  /** Makes the open region a segment. */
  #cut(endsFrame: boolean): void {
    const slab = this.#slab;
    if (slab === undefined || this.#at === this.#start) return;
    slab.uses++;
    this.#segments.push({
      bytes: slab.bytes.subarray(this.#start, this.#at),
      messages: this.#openMessages,
      firstEnd: this.#openFirstEnd,
      endsMessage: endsFrame && this.#lastEnd === this.#at,
      endsFrame,
      slab,
    });
    this.#start = this.#at;
    this.#openMessages = 0;
    this.#openFirstEnd = -1;
  }

  /** A slab with room for `size` octets more: the open one, or a new one. */
  #room(size: number): Slab {
    const open = this.#slab;
    if (open !== undefined && open.bytes.length - this.#at >= size) return open;
    this.#cut(true);
    if (open !== undefined && open.uses === 0) giveBack(open);
    if (open !== undefined && this.#segments.length > 0) this.#busy = true;
    const wanted = size > SLAB ? size : this.#busy || size > SMALL_SLAB ? SLAB : SMALL_SLAB;
    const pool = wanted === SLAB ? spare : wanted === SMALL_SLAB ? spareSmall : undefined;
    const slab = pool?.pop() ?? { bytes: new Uint8Array(wanted), uses: 0 };
    this.#slab = slab;
    this.#start = this.#at = this.#lastEnd = 0;
    return slab;
  }
}

/** A segment without what follows its first message. */
function firstOf(segment: Run): Run {
  return {
    ...segment,
    bytes: segment.bytes.subarray(0, segment.firstEnd),
    messages: 1,
    endsMessage: true,
    endsFrame: true,
  };
}

function giveBack(slab: Slab): void {
  const size = slab.bytes.length;
  const pool = size === SLAB ? spare : size === SMALL_SLAB ? spareSmall : undefined;
  if (pool !== undefined && pool.length < KEPT) pool.push(slab);
}

/** Writes a frame's header, short if it can be. Answers where the body goes. */
function writeHeader(bytes: Uint8Array, at: number, flags: number, size: number): number {
  if (size < 256) {
    bytes[at] = flags;
    bytes[at + 1] = size;
    return at + 2;
  }
  const high = Math.floor(size / 0x100000000);
  bytes[at] = flags | LONG;
  bytes[at + 1] = 0;
  bytes[at + 2] = high >>> 16;
  bytes[at + 3] = high >>> 8;
  bytes[at + 4] = high;
  bytes[at + 5] = size >>> 24;
  bytes[at + 6] = size >>> 16;
  bytes[at + 7] = size >>> 8;
  bytes[at + 8] = size;
  return at + LONG_HEADER;
}

/** One frame as octets of its own, for what goes out past the queue. */
export function encodeFrame(flags: number, body: Uint8Array): Uint8Array {
  const octets = new Uint8Array(body.length + (body.length < 256 ? 2 : LONG_HEADER));
  octets.set(body, writeHeader(octets, 0, flags, body.length));
  return octets;
}
