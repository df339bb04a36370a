/**
 * A socket of Bun's as a {@link Link}. It moves octets and knows no ZMTP.
 *
 * Chunks: asked for as `uint8array`, each is a plain `Uint8Array` over memory of its own. Writes: Bun's `write` takes
 * what the system takes, 4 MiB of 16 perhaps, and keeps nothing; the rest stays on loan until `drain`, which also
 * comes when nothing waits for it. `close` can come from within a call of ours, so its news waits for a microtask.
 *
 * @module
 */

import type { KeepAlive, Link, LinkHandler } from "../../transport/link.ts";
import type { Socket } from "./sockets.ts";

/** A connection over `Bun.connect` or `Bun.listen`. */
export class BunLink implements Link {
  readonly local: string;
  readonly remote: string;
  readonly #socket: Socket<unknown>;
  #handler: LinkHandler | undefined;
  #paused = true;
  #closing = false;
  /** Whether the peer has ended its direction while we were still sending. */
  #ended = false;
  #closed = false;
  /** Whether `closed()` has been called. */
  #told = false;
  #error: Error | undefined;
  /** What of a write is still on loan. */
  #rest: Uint8Array | undefined;
  #settle: (() => void) | undefined;

  /** `socket` is connected and paused; `local` and `remote` are its ends as endpoints. */
  constructor(socket: Socket<unknown>, local: string, remote: string) {
    this.#socket = socket;
    this.local = local;
    this.remote = remote;
  }

  start(handler: LinkHandler): void {
    this.#handler = handler;
    if (this.#closed) queueMicrotask(() => handler.closed(this.#error));
    else this.resume();
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#told || bytes.length === 0) return undefined;
    if (!this.#closed && !this.#closing) {
      const taken = this.#socket.write(bytes);
      if (taken === bytes.length) return undefined;
      // Less than nothing is a socket that was closed under us: `closed()` is on its way.
      if (taken >= 0) this.#rest = taken === 0 ? bytes : bytes.subarray(taken);
    }
    return new Promise((resolve) => this.#settle = resolve);
  }

  pause(): void {
    if (this.#closing || this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  close(): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    if (this.#rest === undefined) this.#socket.shutdown();
    this.resume();
  }

  abort(): void {
    if (this.#closed) return;
    this.#closing = true;
    this.#socket.end();
  }

  unref(): void {
    this.#socket.unref();
  }

  /** Bun has read a chunk. Hot: once per chunk. */
  onData(chunk: Uint8Array): void {
    if (!this.#closing) this.#handler!.data(chunk);
  }

  /** Bun has room for more. */
  onDrain(): void {
    const rest = this.#rest;
    if (rest === undefined || this.#closed) return;
    const taken = this.#socket.write(rest);
    if (taken < 0) return;
    if (taken < rest.length) {
      this.#rest = rest.subarray(taken);
      // A write that was cut short makes Bun read again.
      if (this.#paused) this.#socket.pause();
      return;
    }
    this.#release();
    if (this.#ended) this.#socket.end();
    else if (this.#closing) this.#socket.shutdown();
  }

  /** The peer has ended its direction: that is the end, unless our own close is still sending. */
  onEnd(): void {
    this.#ended = true;
    if (!this.#closing || this.#rest === undefined) this.#socket.end();
  }

  /** Bun has closed the socket. */
  onClose(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#ended && !this.#closing) this.#error = error;
    queueMicrotask(() => {
      this.#told = true;
      this.#handler?.closed(this.#error);
      this.#release();
    });
  }

  #release(): void {
    const settle = this.#settle;
    this.#rest = undefined;
    this.#settle = undefined;
    settle?.();
  }
}

/** Sets keep-alive, in seconds above and milliseconds below. */
export function setKeepAlive(socket: Socket<unknown>, options: KeepAlive | undefined): void {
  if (options !== undefined) socket.setKeepAlive(options.enabled, (options.idle ?? 0) * 1000);
}
