/**
 * A Worker's socket as the two streams that a `StreamLink` works with: its own, but for three things.
 *
 * - To abort a socket's writable throws away what that has, and leaves the connection open for as long as the request.
 *   Here it closes the socket, which lets what was written go out. A peer that does not read it keeps the connection open
 *   all the same: nothing a Worker has could cut that.
 * - A connection counts as open until its socket is closed, even if both directions have ended. Here it is, once the link
 *   lets go.
 * - Whatever is done with it for another request than its own throws. Here that is a rejection, and says so of a write.
 *
 * @module
 */

import { NotSupportedError, show } from "../../errors.ts";
import type { DuplexStream } from "../../transport/stream_link.ts";
import type { ByteWriter, WorkerSocket } from "./sockets.ts";

/** How the runtime says that a connection was made for another request; the error has no code and no class. */
const OF_ANOTHER_REQUEST = /different request/;

/** The two streams of a socket. `name` is what errors call it. */
export function duplexOf(socket: WorkerSocket, name: string): DuplexStream {
  const getReader = (): Reader => new Reader(socket.readable.getReader({ mode: "byob" }));
  const getWriter = (): Writer => new Writer(socket, socket.writable.getWriter(), name);
  return { readable: { getReader }, writable: { getWriter } } as unknown as DuplexStream;
}

class Reader {
  readonly closed: Promise<unknown>;
  readonly #reader: ReadableStreamBYOBReader;

  constructor(reader: ReadableStreamBYOBReader) {
    this.#reader = reader;
    this.closed = reader.closed;
  }

  read(view: Uint8Array<ArrayBuffer>): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
    return this.#reader.read(view);
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  /** The socket is closed, and its streams are nobody else's. */
  releaseLock(): void {}
}

class Writer implements ByteWriter {
  readonly ready: Promise<void> = Promise.resolve();
  readonly closed: Promise<unknown>;
  readonly #socket: WorkerSocket;
  readonly #writer: ByteWriter;
  readonly #name: string;

  constructor(socket: WorkerSocket, writer: ByteWriter, name: string) {
    this.#socket = socket;
    this.#writer = writer;
    this.#name = name;
    this.closed = writer.closed;
  }

  async write(octets: Uint8Array): Promise<void> {
    try {
      await this.#writer.write(octets);
    } catch (cause) {
      if (!(cause instanceof Error && OF_ANOTHER_REQUEST.test(cause.message))) throw cause;
      const found = "the connection is another request's, wanted a socket for each request";
      throw new NotSupportedError(`Cannot write to ${show(this.#name)}: ${found}`, { cause });
    }
  }

  async close(): Promise<void> {
    await this.#writer.close();
  }

  async abort(): Promise<void> {
    await this.#socket.close();
  }

  releaseLock(): void {
    this.abort().catch(() => {}); // It is closed, or another request's.
  }
}
