/**
 * A connection of Deno's as a {@link Link}. It moves octets and knows no ZMTP.
 *
 * Chunks: Deno reads into memory of ours, see {@link Slab}, or into the handler's room. Writes: Deno may take a part
 * only, so the rest follows in a loop, and the loan lasts as long as the loop. Everything is a promise; `closed()` waits
 * until none is pending, so that nothing of the connection is left when it is called.
 *
 * @module
 */

import type { Link, LinkHandler } from "../../transport/link.ts";
import { Slab } from "../../transport/slab.ts";
import type { Connection } from "./sockets.ts";

/** A connection over `Deno.connect` or `Deno.listen`. */
export class DenoLink implements Link {
  readonly local: string;
  readonly remote: string;
  readonly #connection: Connection;
  readonly #slab = new Slab();
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
  /** Whether `closed()` has been called. */
  #told = false;
  /** Ends the loan of a write that cannot be. */
  #release: (() => void) | undefined;
  /** Tells that the write that was pending has failed. */
  #failed: (() => void) | undefined;

  /** `local` and `remote` are the connection's ends as endpoints. */
  constructor(connection: Connection, local: string, remote: string) {
    this.#connection = connection;
    this.local = local;
    this.remote = remote;
  }

  start(handler: LinkHandler): void {
    this.#handler = handler;
    if (this.#gone) queueMicrotask(() => handler.closed(this.#error));
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
    this.#reading ??= this.#read();
  }

  close(): void {
    if (this.#closing || this.#gone) return;
    this.#closing = true;
    this.#shutdown();
    this.resume();
  }

  abort(): void {
    this.#closing = true;
    this.#end();
  }

  unref(): void {
    this.#connection.unref?.();
  }

  /** Reads until paused or ended. */
  async #read(): Promise<void> {
    const connection = this.#connection;
    const slab = this.#slab;
    while (!this.#paused) {
      const room = this.#handler?.room?.();
      let count: number | null;
      try {
        count = await connection.read(room ?? slab.room());
      } catch (error) {
        this.#end(error);
        break;
      }
      if (count === null) {
        this.#ended = true;
        // The peer's end is the connection's, unless our own close is still sending.
        if (!this.#closing || this.#shut) this.#end();
        break;
      }
      if (this.#gone) break;
      if (count > 0 && !this.#closing) {
        if (room !== undefined) this.#handler!.data(room.subarray(0, count));
        else if (this.#handler!.data(slab.take(count)) === false) slab.giveBack(count);
      }
    }
    this.#reading = undefined;
  }

  async #send(bytes: Uint8Array): Promise<void> {
    try {
      let sent = await this.#connection.write(bytes);
      while (sent < bytes.length) sent += await this.#connection.write(bytes.subarray(sent));
    } catch {
      // The reading side will say what happened, after the peer's last octets: there may be some. It reads, even if it
      // was paused, since there is nothing else to wait for.
      this.#writing = undefined;
      this.#failed?.();
      this.resume();
      if (!this.#told) await this.#refuse();
    }
  }

  /** What a write gets that cannot be: a loan that ends when `closed()` has been called. */
  #refuse(): Promise<void> {
    return new Promise((resolve) => this.#release = resolve);
  }

  async #shutdown(): Promise<void> {
    await this.#writing;
    if (this.#gone) return;
    try {
      await this.#connection.closeWrite();
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
    this.#connection.close();
    this.#farewell();
  }

  async #farewell(): Promise<void> {
    // A write that fails now would wait for us.
    if (this.#writing !== undefined) await Promise.race([this.#writing, new Promise<void>((r) => this.#failed = r)]);
    await this.#reading;
    this.#told = true;
    this.#handler?.closed(this.#error);
    this.#release?.();
  }
}
