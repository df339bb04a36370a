/**
 * A pair of WHATWG streams of octets as a {@link Link}
 * ({@link https://streams.spec.whatwg.org/ | Streams Standard}): whatever any program has that can be read and written
 * is a connection. It moves octets, and knows no ZMTP and no runtime.
 *
 * Chunks are handed up as they come: who enqueues a chunk has given it away. Octets written are copied, since no promise
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
/** So many chunks may follow each other before others have their turn: a stream with more at hand gives it at once. */
const MOST_IN_A_TURN = 256;

/** A pair of streams, locked from now on. */
export class StreamLink implements Link {
  readonly local: string;
  readonly remote: string;
  readonly #reader: ReadableStreamDefaultReader<unknown>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #timing: Timing;
  #handler: LinkHandler | undefined;
  #paused = true;
  #closing = false;
  /** Whether the peer has ended its direction, and whether we have. */
  #ended = false;
  #shut = false;
  #gone = false;
  #error: Error | undefined;
  #reading: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  /** Whether both streams have ended, and whether `closed()` has been called. */
  #settled = false;
  #told = false;
  #cancelGrace: () => void = nothing;
  /** Ends the loan of a write that cannot be. */
  #release: () => void = nothing;

  /**
   * `name` is our end, `peer` the other.
   *
   * @throws {TypeError} If one of the streams is locked.
   */
  constructor({ readable, writable }: DuplexStream, name: string, peer: string, timing: Timing) {
    this.#reader = readable.getReader();
    try {
      this.#writer = writable.getWriter();
    } catch (error) {
      this.#reader.releaseLock();
      throw error;
    }
    this.local = name;
    this.remote = peer;
    this.#timing = timing;
    // What they reject with comes by the calls that fail; unheard it would end the process.
    this.#reader.closed.catch(nothing);
    this.#writer.closed.catch(nothing);
    this.#writer.ready.catch(nothing);
  }

  start(handler: LinkHandler): void {
    this.#handler = handler;
    if (this.#settled) queueMicrotask(() => this.#tell(handler));
    else this.resume();
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#told || bytes.length === 0) return undefined;
    return this.#gone || this.#closing ? this.#refuse() : this.#writing = this.#send(new Uint8Array(bytes));
  }

  gather(runs: readonly Uint8Array[]): Promise<void> | undefined {
    let length = 0;
    for (const run of runs) length += run.length;
    if (this.#told || length === 0) return undefined;
    if (this.#gone || this.#closing) return this.#refuse();
    const all = new Uint8Array(length);
    let at = 0;
    for (const run of runs) {
      all.set(run, at);
      at += run.length;
    }
    return this.#writing = this.#send(all);
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
    const reader = this.#reader;
    let chunks = 0;
    while (!this.#paused) {
      // Hot: once per chunk.
      let value: unknown;
      try {
        const result = await reader.read();
        this.#ended = result.done;
        value = result.value;
      } catch (error) {
        this.#ended = true;
        this.#end(this.#failure("readable", error));
        break;
      }
      if (this.#gone) break;
      if (this.#ended) {
        // The peer's end is the link's, unless our own close is still sending.
        if (!this.#closing || this.#shut) this.#end();
        break;
      }
      if (!this.#closing) {
        const chunk = octetsOf(value);
        if (chunk === undefined) {
          const found = `a chunk of its readable is ${
            show(value)
          }, wanted octets (a Uint8Array, a view or an ArrayBuffer)`;
          this.#end(new ZmqError("EPROTO", `Cannot read from ${show(this.local)}: ${found}`));
          break;
        }
        if (chunk.length > 0) this.#handler!.data(chunk);
      }
      if (++chunks % MOST_IN_A_TURN === 0) await new Promise<void>((resolve) => this.#timing.atTurnEnd(resolve));
    }
    this.#reading = undefined;
  }

  async #send(octets: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await this.#writer.write(octets);
      this.#writing = undefined;
    } catch (error) {
      this.#writing = undefined;
      this.#broken(error);
      if (!this.#told) await this.#refuse();
    }
  }

  /** What a write gets that cannot be: a loan that ends when `closed()` has been called. */
  #refuse(): Promise<void> {
    return new Promise((resolve) => {
      const release = this.#release;
      this.#release = () => {
        release();
        resolve();
      };
    });
  }

  async #shutdown(): Promise<void> {
    await this.#writing;
    if (this.#gone) return;
    try {
      await this.#writer.close();
    } catch (error) {
      this.#broken(error);
    }
    this.#shut = true;
    if (this.#ended) this.#end();
  }

  /**
   * The writable has failed. There may be last octets of the peer's, and the reason, to be read: even if it was paused,
   * since there is nothing else to wait for. A readable that stays silent knows of neither.
   */
  #broken(error: unknown): void {
    if (this.#gone) return;
    this.resume();
    const failure = this.#failure("writable", error);
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
    if (!this.#shut) {
      // Who has ended in good order is told the same way; but nothing is to be waited for that nobody reads.
      const orderly = this.#ended && error === undefined && !this.#closing && this.#writing === undefined;
      ends.push(orderly ? this.#writer.close() : this.#writer.abort(reason));
    }
    const settle = (): void => {
      if (this.#settled) return;
      this.#settled = true;
      this.#cancelGrace();
      this.#reader.releaseLock();
      this.#writer.releaseLock();
      if (this.#handler !== undefined) this.#tell(this.#handler);
    };
    this.#cancelGrace = this.#timing.after(GRACE, () => {
      if (!this.#shut) this.#writer.abort(reason).catch(nothing);
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
