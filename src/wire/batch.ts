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
 * What goes to many peers at once is framed once, in {@link SharedFrames}: as long as they all get the same, their
 * batches' segments are of that one slab, and nothing is copied for any of them.
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
/** How long a run in shared memory must be to go out as it is when the next message does not follow upon it. */
const WORTH_A_WRITE = 16384;
/** How long it must be to go out as it is when the next message is at the beginning of new memory, as everyone's is. */
const WORTH_THE_MEMORY = 1024;
/** Up to here a loop copies faster than a call of `set`. */
const TINY = 12;

/** Memory that segments share. */
interface Slab {
  readonly bytes: Uint8Array;
  /** Who holds it: segments that are not released yet, and those who have it open. */
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
  /** How far the slab may be filled; 0 if it is not ours to fill. */
  #limit = 0;
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

  /**
   * Queues a message that others get too. `frames` has it framed; where it does not follow upon what is queued, or was
   * too long for `frames`, it is queued as if it were ours alone.
   */
  appendShared(message: Message, frames: SharedFrames): void {
    // Hot: once per subscriber and message.
    const { start, end } = frames;
    const slab = frames.slab as Slab | undefined;
    if (slab === undefined) return this.append(message);
    if (this.#slab !== slab || this.#at !== start) {
      if (!this.#canAdopt(start)) return this.append(message);
      this.#cut(true);
      this.#close();
      slab.uses++;
      this.#slab = slab;
      this.#start = start;
    }
    this.#at = this.#lastEnd = end;
    this.length += end - start;
    this.messages++;
    this.#openMessages++;
    if (this.#openFirstEnd < 0) this.#openFirstEnd = end - this.#start;
  }

  /** Queues a single frame that counts as no message: a command, or a subscription as ZMTP 3.0 spells it. */
  appendControl(flags: number, body: Uint8Array): void {
    // Copied whatever its length: by reference it would look like the inside of a message.
    this.#copy(flags, body);
    this.#lastEnd = this.#at;
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

  /** Whether the next segment is a body of a slab's length or more, which is lent and not copied. */
  get longNext(): boolean {
    return this.#segments.length > 0 && this.#segments.at(0)!.bytes.length >= SLAB;
  }

  /** Gives a segment's memory back: its octets may be overwritten from now on. */
  release(segment: Segment): void {
    const { slab } = segment as Run;
    if (slab !== undefined) drop(slab);
    // A peer with nothing queued and nothing on loan holds no memory.
    const open = this.#slab;
    if (open !== undefined && this.length === 0 && (open.uses === 1 || this.#limit === 0)) this.#close();
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
    if (this.length === 0) this.#close();
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
    if (this.length === 0) this.#close();
    return true;
  }

  // Hot: once per frame.
  #frame(more: number, body: Uint8Array): void {
    if (body.length >= BY_REFERENCE) this.#frameByReference(more, body);
    else this.#copy(more, body);
  }

  // Hot: once per frame.
  #copy(flags: number, body: Uint8Array): void {
    const slab = this.#room(body.length + LONG_HEADER);
    const from = this.#at;
    this.#at = writeFrame(slab.bytes, from, flags, body);
    this.length += this.#at - from;
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
    if (this.#limit - this.#at >= size) return this.#slab!;
    this.#cut(true);
    if (this.#limit > 0 && this.#segments.length > 0) this.#busy = true;
    this.#close();
    return this.#open(size > SLAB ? size : this.#busy || size > SMALL_SLAB ? SLAB : SMALL_SLAB);
  }

  #open(size: number): Slab {
    const slab = newSlab(size);
    this.#slab = slab;
    this.#start = this.#at = this.#lastEnd = 0;
    this.#limit = size;
    return slab;
  }

  /** Lets go of the open slab. Only if the open region is empty. */
  #close(): void {
    const slab = this.#slab;
    if (slab === undefined) return;
    this.#slab = undefined;
    this.#start = this.#at = this.#limit = 0;
    drop(slab);
  }

  /**
   * Whether the open region may go on in shared memory, at `start`, behind which lies what not everyone got, or at 0,
   * where new memory begins. If not, it is in memory of ours then.
   */
  #canAdopt(start: number): boolean {
    const open = this.#at - this.#start;
    if (open === 0) return true;
    if (this.#limit > 0) return false;
    if (open >= (start === 0 ? WORTH_THE_MEMORY : WORTH_A_WRITE)) return true;
    // A write of its own for these few would cost more than to copy them.
    const shared = this.#slab!;
    const run = shared.bytes.subarray(this.#start, this.#at);
    this.#open(this.#busy || open > SMALL_SLAB / 2 ? SLAB : SMALL_SLAB).bytes.set(run);
    this.#at = this.#lastEnd = open;
    drop(shared);
    return false;
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

/** Messages that many peers get, framed once for all of them. One for each socket, so that they follow each other. */
export class SharedFrames {
  /** The memory of the message that was framed last, a batch's business; `undefined` if it has no place here. */
  slab: object | undefined;
  /** Where it begins. */
  start = 0;
  /** Where it ends. */
  end = 0;
  #memory: Slab | undefined;

  /** Frames a message. One that is as long as a write, or has a body that goes by reference, is not for sharing. */
  frame(message: Message): void {
    // Hot: once per published message.
    let length = 0;
    for (let i = 0; i < message.length; i++) {
      const size = message[i]!.length;
      length += size + LONG_HEADER;
      if (size >= BY_REFERENCE) length = Infinity;
    }
    if (length > SLAB) return void (this.slab = undefined);
    const slab = this.#room(length);
    const bytes = slab.bytes;
    this.slab = slab;
    let at = this.start = this.end;
    for (let i = 0; i < message.length; i++) {
      at = writeFrame(bytes, at, i < message.length - 1 ? MORE : 0, message[i]!);
    }
    this.end = at;
  }

  #room(size: number): Slab {
    let memory = this.#memory;
    // When everyone has sent everything, it is ours to fill again.
    if (memory?.uses === 1) this.end = 0;
    if (memory !== undefined && memory.bytes.length - this.end >= size) return memory;
    if (memory !== undefined) drop(memory);
    const small = size <= SMALL_SLAB && (memory === undefined || this.end === 0);
    this.end = 0;
    return this.#memory = memory = newSlab(small ? SMALL_SLAB : SLAB);
  }
}

/** Memory that whoever asks for it holds. */
function newSlab(size: number): Slab {
  const pool = size === SLAB ? spare : size === SMALL_SLAB ? spareSmall : undefined;
  const slab = pool?.pop() ?? { bytes: new Uint8Array(size), uses: 0 };
  slab.uses = 1;
  return slab;
}

/** One holder less. */
function drop(slab: Slab): void {
  if (--slab.uses > 0) return;
  const size = slab.bytes.length;
  const pool = size === SLAB ? spare : size === SMALL_SLAB ? spareSmall : undefined;
  if (pool !== undefined && pool.length < KEPT) pool.push(slab);
}

/** Writes a frame. Answers where it ends. */
function writeFrame(bytes: Uint8Array, from: number, flags: number, body: Uint8Array): number {
  // Hot: once per frame.
  const size = body.length;
  const at = writeHeader(bytes, from, flags, size);
  if (size <= TINY) { for (let i = 0; i < size; i++) bytes[at + i] = body[i]!; }
  else bytes.set(body, at);
  return at + size;
}

/** Writes a frame's header, short if it can be. Answers where the body goes. */
export function writeHeader(bytes: Uint8Array, at: number, flags: number, size: number): number {
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
  writeFrame(octets, 0, flags, body);
  return octets;
}
