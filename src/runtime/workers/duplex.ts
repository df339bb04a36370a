/**
 * A Worker's socket as two streams that a `StreamLink` can work with: those it has, but for what they do otherwise than
 * streams should, or could do better.
 *
 * - To abort its writable throws away what that has, and leaves the connection open for as long as the request. Here it
 *   closes the socket, which lets what was written go out. A peer that does not read it keeps the connection open all
 *   the same: nothing a Worker has could cut that.
 * - Its readable gives 4 KiB at a time unless it is handed memory to fill. A stream takes that memory away from us, and
 *   with it every view of it. So each read has memory of its own, as much as the traffic fills; it is used again if only
 *   a little of it was filled, which is copied out.
 * - Whatever is done with it for another request than its own fails, and that request hears nothing of it: not even its
 *   reads end. Here they do.
 *
 * @module
 */

import { NotSupportedError, show } from "../../errors.ts";
import type { DuplexStream } from "../../transport/stream_link.ts";
import type { ByteReader, ByteResult, ByteWriter, WorkerSocket } from "./sockets.ts";

/** The memory that a quiet connection waits with, in octets. */
const SMALLEST_READ = 4 * 1024;
/** The memory of a busy one, in octets. */
const LARGEST_READ = 128 * 1024;
/** What is smaller is copied, so that it does not keep all of the memory it came in. In octets. */
const WORTH_KEEPING = 2 * 1024;

/** How the runtime says that a connection was made for another request; the error has no code and no class. */
const OF_ANOTHER_REQUEST = /different request/;

/** The two streams of a socket, locked from now on. `name` is what errors call it. */
export function duplexOf(socket: WorkerSocket, name: string): DuplexStream {
  const misuse = Promise.withResolvers<never>();
  misuse.promise.catch(() => {}); // Who reads is told, and who reads no more need not be.
  const reader = new Reader(socket.readable.getReader({ mode: "byob" }), misuse.promise);
  const writer = new Writer(socket, socket.writable.getWriter(), name, misuse.reject);
  return { readable: { getReader: () => reader }, writable: { getWriter: () => writer } } as unknown as DuplexStream;
}

class Reader {
  readonly closed: Promise<unknown>;
  readonly #reader: ByteReader;
  readonly #misuse: Promise<never>;
  #memory: ArrayBuffer = new ArrayBuffer(SMALLEST_READ);

  constructor(reader: ByteReader, misuse: Promise<never>) {
    this.#reader = reader;
    this.#misuse = misuse;
    this.closed = reader.closed;
  }

  async read(): Promise<ByteResult> {
    // Hot: once per read.
    const result = await Promise.race([this.#reader.read(new Uint8Array(this.#memory)), this.#misuse]);
    const { done, value } = result;
    if (done || value === undefined) return { done: true };
    const { buffer, length } = value;
    const size = buffer.byteLength;
    const wanted = length === size
      ? Math.min(2 * size, LARGEST_READ)
      : length < size / 4
      ? Math.max(size / 2, SMALLEST_READ)
      : size;
    const small = length < WORTH_KEEPING;
    this.#memory = small && wanted === size ? buffer : new ArrayBuffer(wanted);
    return small ? { done: false, value: value.slice() } : result;
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  releaseLock(): void {}
}

class Writer {
  readonly ready: Promise<void> = Promise.resolve();
  readonly closed: Promise<unknown>;
  readonly #socket: WorkerSocket;
  readonly #writer: ByteWriter;
  readonly #name: string;
  readonly #misused: (error: Error) => void;

  constructor(socket: WorkerSocket, writer: ByteWriter, name: string, misused: (error: Error) => void) {
    this.#socket = socket;
    this.#writer = writer;
    this.#name = name;
    this.#misused = misused;
    this.closed = writer.closed;
  }

  async write(octets: Uint8Array): Promise<void> {
    try {
      await this.#writer.write(octets);
    } catch (cause) {
      if (!(cause instanceof Error && OF_ANOTHER_REQUEST.test(cause.message))) throw cause;
      const found = "the connection is another request's, wanted a socket for each request";
      const error = new NotSupportedError(`Cannot write to ${show(this.#name)}: ${found}`, { cause });
      this.#misused(error);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#writer.close();
  }

  async abort(): Promise<void> {
    await this.#socket.close();
  }

  /** There is nothing more to be had of the connection: it counts as open until its socket is closed. */
  releaseLock(): void {
    this.abort().catch(() => {}); // It is closed, or another request's.
  }
}
