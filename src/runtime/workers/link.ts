/**
 * A Worker's socket as a {@link Link}. It moves octets and knows no ZMTP.
 *
 * Chunks: a stream takes the memory that it is to fill away from us, and with it every view of it, so neither a slab can
 * be filled piece by piece nor the handler's room be read into. Each read has memory of its own: as much as the traffic
 * fills, and used again if it was filled by a little only, which is copied out. Writes: a stream has taken the octets
 * when its promise says so, and until then they are on loan.
 *
 * @module
 */

import { NotSupportedError, show } from "../../errors.ts";
import type { Link, LinkHandler } from "../../transport/link.ts";
import type { ByteReader, ByteWriter } from "./sockets.ts";

/** The memory that a quiet connection waits with, in octets. */
const SMALLEST_READ = 4 * 1024;
/** The memory of a busy one, in octets. */
const LARGEST_READ = 128 * 1024;
/** What is smaller is copied, so that it does not keep all of the memory it came in. In octets. */
const WORTH_KEEPING = 2 * 1024;
/** Milliseconds that the reading side has to say why a write has failed. */
const LAST_WORDS = 1000;
/** How the runtime says that a connection was made for another request; it has no code and no class. */
const OF_ANOTHER_REQUEST = /different request/;

/** A connection over `cloudflare:sockets`. */
export class WorkersLink implements Link {
  readonly local: string;
  readonly remote: string;
  readonly #reader: ByteReader;
  readonly #writer: ByteWriter;
  readonly #hangUp: () => Promise<void>;
  #memory: ArrayBuffer = new ArrayBuffer(SMALLEST_READ);
  #handler: LinkHandler | undefined;
  #paused = true;
  #reading = false;
  #closing = false;
  /** Whether the peer has ended its direction, and whether we have. */
  #ended = false;
  #shut = false;
  #gone = false;
  /** Whether `closed()` has been called. */
  #told = false;
  #error: Error | undefined;
  #writing: Promise<void> | undefined;
  /** Ends the loan of a write that cannot be. */
  #release: (() => void) | undefined;

  /** `hangUp` closes what the two are of; `local` and `remote` are the connection's ends as endpoints. */
  constructor(reader: ByteReader, writer: ByteWriter, hangUp: () => Promise<void>, local: string, remote: string) {
    this.#reader = reader;
    this.#writer = writer;
    this.#hangUp = hangUp;
    this.local = local;
    this.remote = remote;
  }

  start(handler: LinkHandler): void {
    this.#handler = handler;
    if (this.#gone) queueMicrotask(() => this.#tell());
    else this.resume();
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#told || bytes.length === 0) return undefined;
    if (this.#gone || this.#closing) return this.#refuse();
    return this.#writing = this.#send(bytes);
  }

  pause(): void {
    if (!this.#closing) this.#paused = true;
  }

  resume(): void {
    if (this.#gone) return;
    this.#paused = false;
    if (!this.#reading) void this.#read();
  }

  close(): void {
    if (this.#closing || this.#gone) return;
    this.#closing = true;
    void this.#shutdown();
    this.resume();
  }

  abort(): void {
    this.#closing = true;
    this.#end();
  }

  /** Reads until paused or ended. */
  async #read(): Promise<void> {
    this.#reading = true;
    while (!this.#paused && !this.#gone) {
      let chunk: Uint8Array<ArrayBuffer> | undefined;
      try {
        const { done, value } = await this.#reader.read(new Uint8Array(this.#memory));
        if (!done) chunk = value;
      } catch (error) {
        this.#end(error);
        break;
      }
      if (this.#gone) break;
      if (chunk === undefined) {
        this.#ended = true;
        // The peer's end is the connection's, unless our own close is still sending.
        if (!this.#closing || this.#shut) this.#end();
        break;
      }
      this.#take(chunk);
    }
    this.#reading = false;
  }

  /** Hands up what was read, and sees to the memory of the next read. Hot: once per read. */
  #take(chunk: Uint8Array<ArrayBuffer>): void {
    const { buffer, length } = chunk;
    const small = length < WORTH_KEEPING;
    const kept = !this.#closing && this.#handler!.data(small ? chunk.slice() : chunk) !== false && !small;
    const size = buffer.byteLength;
    const next = length === size
      ? Math.min(2 * size, LARGEST_READ)
      : length < size / 4
      ? Math.max(size / 2, SMALLEST_READ)
      : size;
    this.#memory = kept || next !== size ? new ArrayBuffer(next) : buffer;
  }

  async #send(bytes: Uint8Array): Promise<void> {
    try {
      await this.#writer.write(bytes);
    } catch (error) {
      this.#writing = undefined;
      if (error instanceof Error && OF_ANOTHER_REQUEST.test(error.message)) this.#end(this.#misused(error));
      // The reading side will say what happened, after the peer's last octets: there may be some. It reads, even if it
      // was paused, since there is nothing else to wait for.
      this.resume();
      if (this.#told) return;
      const timer = setTimeout(() => this.#end(error), LAST_WORDS);
      await this.#refuse();
      clearTimeout(timer);
    }
  }

  /** Nothing more can be done with it: not even the request that it belongs to would be told of a failure. */
  #misused(cause: Error): NotSupportedError {
    return new NotSupportedError(
      `Cannot write to ${show(this.remote)}: the connection is another request's, wanted a socket for each request`,
      { cause },
    );
  }

  /** What a write gets that cannot be: a loan that ends when `closed()` has been called. */
  #refuse(): Promise<void> {
    return new Promise((resolve) => this.#release = resolve);
  }

  async #shutdown(): Promise<void> {
    await this.#writing;
    if (this.#gone) return;
    try {
      await this.#writer.close();
    } catch {
      // The connection has failed: the reading side says how.
    }
    this.#shut = true;
    if (this.#ended) this.#end();
  }

  #end(error?: unknown): void {
    if (this.#gone) return;
    this.#gone = true;
    if (error instanceof Error) this.#error = error;
    // Not the writer's `abort`: it throws away what it has, and the connection then stays open for as long as the request.
    // So a peer that does not read what it was sent keeps it open too; nothing here could cut that.
    quietly(() => this.#reader.cancel());
    quietly(this.#hangUp);
    if (this.#handler !== undefined) queueMicrotask(() => this.#tell());
  }

  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    this.#handler!.closed(this.#error);
    this.#release?.();
  }
}

/** What is over can fail to be ended, and that of another request cannot be touched. */
function quietly(work: () => Promise<void>): void {
  try {
    work().catch(() => {});
  } catch {
    // There is nothing left to end.
  }
}
