/**
 * A pair of WHATWG streams of octets as a {@link Link}
 * ({@link https://streams.spec.whatwg.org/ | Streams Standard}): whatever any program has that can be read and written
 * is a connection. It moves octets, and knows no ZMTP and no runtime.
 *
 * Chunks are handed up as they come: who enqueues a chunk has given it away. A stream of octets reads into memory that
 * fits the traffic: with Deno's connections twice as fast as by chunks of its own, and a frame that is kept keeps less.
 * Octets written are copied, since no promise
 * of a stream tells when its chunk is free again: a `TransformStream` hands the very chunk to its reader, who may keep
 * it, and a stream of octets takes the chunk's memory away altogether. So their loan ends when the write does.
 *
 * | here                             | there                                             |
 * | -------------------------------- | ------------------------------------------------- |
 * | paused                           | nothing is read; the stream's own mark does the rest |
 * | a write is on loan               | the stream is not `ready`                         |
 * | close                            | `close()` of the writable; the readable is read to its end |
 * | abort                            | `abort()` of the writable, `cancel()` of the readable |
 * | the peer has closed              | the readable is done; the writable is closed      |
 * | the link has failed              | the readable or the writable has an error         |
 *
 * @module
 */

import { show, ZmqError } from "../errors.ts";
import type { Link, LinkHandler } from "./link.ts";

/** Two streams of octets: a `TransformStream`'s ends, a `Deno.Conn`, a socket of an edge, a process's pipes. */
export interface DuplexStream {
  /** What the peer says: chunks of octets, as views or as `ArrayBuffer`s. */
  readonly readable: ReadableStream<ArrayBufferView | ArrayBuffer>;
  /** What the peer is told, as `Uint8Array`s that are the stream's to keep. */
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
  /**
   * Ends our direction and leaves the peer's open, where to close `writable` would end both: a `Deno.Conn` has it. Used
   * instead of that if it is there.
   */
  closeWrite?(): Promise<void>;
}

/** What of a clock a link needs. */
export interface Timing {
  /** Calls `task` once, `delay` milliseconds from now. Answers a function that prevents it. */
  after(delay: number, task: () => void): () => void;
  /** Calls `task` at the end of this turn of the event loop. */
  atTurnEnd(task: () => void): void;
}

/** How long, in milliseconds, one stream may take to say what the other's end or failure has made of it. */
export const GRACE = 1000;
/** The longest chunk that is written, in octets. */
const CHUNK = 256 * 1024;
/** Where there is memory of ours to read into: its octets, at least and at most. It grows while reads fill it. */
const SMALLEST_ROOM = 2048;
const LARGEST_ROOM = 128 * 1024;
/** So many chunks may follow each other before others have their turn: a stream with more at hand gives it at once. */
const MOST_IN_A_TURN = 256;

/** A pair of streams, locked from now on. */
export class StreamLink implements Link {
  readonly local: string;
  readonly remote: string;
  readonly #reader: ReadableStreamDefaultReader<unknown> | ReadableStreamBYOBReader;
  /** Whether the readable is a stream of octets, which reads into memory of ours: of so many octets next time. */
  readonly #placing: boolean;
  #room = SMALLEST_ROOM;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #timing: Timing;
  readonly #closeWrite: (() => Promise<void>) | undefined;
  #handler: LinkHandler | undefined;
  #paused = true;
  #closing = false;
  /** Whether the peer has ended its direction, and whether we have. */
  #ended = false;
  #shut = false;
  /** Whether the writable has been closed. */
  #closed = false;
  #gone = false;
  #error: Error | undefined;
  #reading: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  /** Whether both streams have ended, and whether `closed()` has been called. */
  #settled = false;
  #told = false;
  #cancelGrace: () => void = nothing;
  /** Ends the loan of the write that is under way, or cannot be. */
  #release: () => void = nothing;

  /**
   * `name` is our end, `peer` the other.
   *
   * @throws {TypeError} If one of the streams is locked.
   */
  constructor(duplex: DuplexStream, name: string, peer: string, timing: Timing) {
    const { readable, writable } = duplex;
    const placing = placingReader(readable);
    this.#placing = placing !== undefined;
    this.#reader = placing ?? readable.getReader();
    try {
      this.#writer = writable.getWriter();
    } catch (error) {
      this.#reader.releaseLock();
      throw error;
    }
    this.local = name;
    this.remote = peer;
    this.#timing = timing;
    this.#closeWrite = typeof duplex.closeWrite === "function" ? () => duplex.closeWrite!() : undefined;
    // What they reject with comes by the calls that fail; unheard it would end the process.
    this.#reader.closed.then(() => this.#finished(), nothing);
    this.#writer.closed.catch(nothing);
    this.#writer.ready.catch(nothing);
  }

  start(handler: LinkHandler): void {
    this.#handler = handler;
    if (this.#settled) queueMicrotask(() => this.#tell(handler));
    else this.resume();
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    return this.gather([bytes]);
  }

  gather(runs: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#told || runs.every(({ length }) => length === 0)) return undefined;
    const before = this.#release;
    const loan = new Promise<void>((resolve) => {
      this.#release = () => {
        before();
        resolve();
      };
    });
    // A link that takes nothing any more says so first: the loan ends when `closed()` has been called.
    if (!this.#gone && !this.#closing) this.#writing = this.#send(runs);
    return loan;
  }

  pause(): void {
    if (!this.#closing) this.#paused = true;
  }

  resume(): void {
    if (this.#gone || this.#ended || this.#handler === undefined) return;
    this.#paused = false;
    this.#reading ??= this.#read();
  }

  close(): void {
    if (this.#closing || this.#gone) return;
    this.#closing = true;
    this.#shutdown();
    // Also if it was never started: what the peer still says is thrown away.
    this.#handler ??= DEAF;
    this.resume();
  }

  abort(): void {
    this.#closing = true;
    this.#end();
  }

  /** Reads until paused or ended. */
  async #read(): Promise<void> {
    let chunks = 0;
    while (!this.#paused) {
      // Hot: once per chunk.
      let result: ReadableStreamReadResult<unknown>;
      try {
        result = await this.#next();
      } catch (error) {
        this.#ended = true;
        // Where our own end was the end of both directions there is nothing to be told.
        this.#end(this.#shut ? undefined : this.#failure("readable", error));
        break;
      }
      if (this.#gone) break;
      if (result.done) {
        this.#finish();
        break;
      }
      if (!this.#closing && !this.#take(result.value)) break;
      if (++chunks % MOST_IN_A_TURN === 0) await new Promise<void>((resolve) => this.#timing.atTurnEnd(resolve));
    }
    this.#reading = undefined;
  }

  #next(): Promise<ReadableStreamReadResult<unknown>> {
    if (!this.#placing) return (this.#reader as ReadableStreamDefaultReader<unknown>).read();
    return (this.#reader as ReadableStreamBYOBReader).read(new Uint8Array(this.#room));
  }

  /** Hands a chunk up. Answers whether it was one. */
  #take(value: unknown): boolean {
    const chunk = octetsOf(value);
    if (chunk === undefined) {
      const found = `a chunk of its readable is ${show(value)}, wanted octets (a Uint8Array, a view or an ArrayBuffer)`;
      this.#end(new ZmqError("EPROTO", `Cannot read from ${show(this.local)}: ${found}`));
      return false;
    }
    const { length } = chunk;
    // Who keeps a frame keeps what was read with it, and the rest of its memory too.
    if (length >= this.#room) this.#room = Math.min(this.#room * 2, LARGEST_ROOM);
    else if (length < this.#room / 4) this.#room = Math.max(this.#room / 2, SMALLEST_ROOM);
    if (length > 0) this.#handler!.data(chunk);
    return true;
  }

  /** The peer's end is the link's, unless our own close is still sending. */
  #finish(): void {
    this.#ended = true;
    if (!this.#closing || this.#shut) this.#end();
  }

  /**
   * The readable is done. Where it reads into our memory, and its source does not know that such a read must be answered
   * even then, that is all that tells of it.
   */
  #finished(): void {
    if (!this.#placing) return;
    // The read before may have its chunk still to be handed up.
    this.#timing.atTurnEnd(() => {
      if (this.#ended || this.#gone || this.#reading === undefined) return;
      this.#reading = undefined;
      this.#finish();
    });
  }

  /** Writes runs of octets as chunks of their own, none of them long: what is on its way cannot be stopped. */
  async #send(runs: readonly Uint8Array[]): Promise<void> {
    try {
      for (const chunk of chunksOf(runs)) {
        await this.#writer.write(chunk);
        if (this.#gone) return;
      }
    } catch (error) {
      this.#broken(error);
      return;
    } finally {
      this.#writing = undefined;
    }
    const release = this.#release;
    this.#release = nothing;
    release();
  }

  async #shutdown(): Promise<void> {
    await this.#writing;
    if (this.#gone) return;
    try {
      await (this.#closeWrite ?? this.#close)();
    } catch (error) {
      this.#broken(error);
    }
    this.#shut = true;
    if (this.#ended) this.#end();
  }

  readonly #close = (): Promise<void> => {
    this.#closed = true;
    return this.#writer.close();
  };

  /**
   * The writable has failed. There may be last octets of the peer's, and the reason, to be read: even if it was paused,
   * since there is nothing else to wait for. A readable that stays silent knows of neither.
   */
  #broken(error: unknown): void {
    if (this.#gone) return;
    this.resume();
    const failure = this.#failure("writable", error);
    this.#cancelGrace();
    if (this.#ended) this.#end(failure);
    else this.#cancelGrace = this.#timing.after(GRACE, () => this.#end(failure));
  }

  #failure(which: string, cause: unknown): Error {
    // The streams of our own other end, perhaps, which we have aborted.
    const words = cause instanceof Error ? cause.message : show(cause);
    return new ZmqError("ECONNRESET", `Cannot go on with ${show(this.local)}: its ${which} has failed (${words})`, {
      cause,
    });
  }

  /** Ends both streams, and says so once they have ended, or have taken too long over it. */
  #end(error?: Error): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#error = error;
    this.#cancelGrace();
    const reason = error ?? new ZmqError("ECONNRESET", `Cannot go on with ${show(this.local)}: its socket has let go`);
    const ends: Promise<unknown>[] = [];
    if (!this.#ended) ends.push(this.#reader.cancel(reason));
    // Who has ended in good order is told the same way, behind the chunk that is on its way.
    const orderly = this.#ended && error === undefined && !this.#closing;
    if (orderly || this.#shut && !this.#closed) ends.push(this.#close());
    else if (!this.#shut) ends.push(this.#writer.abort(reason));
    const settle = (): void => {
      if (this.#settled) return;
      this.#settled = true;
      this.#cancelGrace();
      this.#reader.releaseLock();
      this.#writer.releaseLock();
      if (this.#handler !== undefined) this.#tell(this.#handler);
    };
    this.#cancelGrace = this.#timing.after(GRACE, () => {
      this.#writer.abort(reason).catch(nothing);
      settle();
    });
    // What they reject with has been told, or is the end of what has ended.
    Promise.allSettled([...ends, this.#reading]).then(settle);
  }

  #tell(handler: LinkHandler): void {
    this.#told = true;
    handler.closed(this.#error);
    this.#release();
  }
}

/** A reader that reads into memory of ours; `undefined` if the stream has none. */
function placingReader(readable: ReadableStream<unknown>): ReadableStreamBYOBReader | undefined {
  try {
    return readable.getReader({ mode: "byob" });
  } catch {
    // It is no stream of octets.
    return undefined;
  }
}

/** Copies runs of octets into chunks of up to {@link CHUNK}, each with memory of just its length. */
function* chunksOf(runs: readonly Uint8Array[]): Generator<Uint8Array<ArrayBuffer>> {
  let left = 0;
  for (const run of runs) left += run.length;
  let chunk = new Uint8Array(Math.min(left, CHUNK));
  let at = 0;
  for (const run of runs) {
    for (let from = 0; from < run.length;) {
      const piece = run.subarray(from, from + chunk.length - at);
      chunk.set(piece, at);
      from += piece.length;
      at += piece.length;
      left -= piece.length;
      if (at < chunk.length) continue;
      yield chunk;
      chunk = new Uint8Array(Math.min(left, CHUNK));
      at = 0;
    }
  }
}

/** Hears of nothing. */
const DEAF: LinkHandler = { data: nothing, closed: nothing };

function nothing(): void {}

/** A chunk as a plain `Uint8Array`; `undefined` if it is something else. Memory that may change is copied. */
function octetsOf(chunk: unknown): Uint8Array | undefined {
  // Hot: once per chunk.
  if (ArrayBuffer.isView(chunk)) {
    const { buffer, byteOffset, byteLength } = chunk;
    if (!(buffer instanceof ArrayBuffer)) return new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength));
    return chunk.constructor === Uint8Array ? chunk as Uint8Array : new Uint8Array(buffer, byteOffset, byteLength);
  }
  return chunk instanceof ArrayBuffer ? new Uint8Array(chunk) : undefined;
}
