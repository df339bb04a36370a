/**
 * A `net.Socket` as a {@link Link}. It moves octets and knows no ZMTP.
 *
 * Chunks: Node reads into an {@link Intake}. Writes: Node tries the system at once; what it does not take stays on loan
 * until the write's own callback. `drain` says nothing of that: it never comes after a `write()` that returned `true`.
 *
 * @module
 */

import type { KeepAlive, Link, LinkHandler } from "../../transport/link.ts";
import type { Socket } from "./builtin.ts";
import type { Intake } from "./intake.ts";

/** Linux's own defaults, which Node overwrites with a shorter interval unless it is told. */
const DEFAULT_IDLE = 7200;
const DEFAULT_INTERVAL = 75;
const DEFAULT_COUNT = 9;

/** A connection over `node:net`. */
export class NodeLink implements Link {
  readonly local: string;
  readonly remote: string;
  readonly #socket: Socket;
  readonly #intake: Intake;
  #handler: LinkHandler | undefined;
  #closing = false;
  #closed = false;
  #error: Error | undefined;
  /** Writes begun, and writes whose callback has come; they differ while octets are on loan. */
  #begun = 0;
  #done = 0;
  #settle: (() => void) | undefined;

  /**
   * `socket` is connected, paused, and made with `allowHalfOpen`; `intake` is what it reads into; `local` and `remote` are
   * its ends as endpoints; `explain` puts what the socket fails with into other words.
   */
  constructor(socket: Socket, intake: Intake, local: string, remote: string, explain?: (error: Error) => Error) {
    this.#socket = socket;
    this.#intake = intake;
    this.local = local;
    this.remote = remote;
    socket.on("error", (error) => this.#error ??= explain?.(error) ?? error);
    socket.on("end", () => this.#ended());
    socket.on("close", () => this.#finish());
  }

  start(handler: LinkHandler): void {
    this.#handler = handler;
    if (this.#closed) {
      queueMicrotask(() => handler.closed(this.#error));
      return;
    }
    this.#intake.open(handler);
    this.#socket.resume();
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#closed) return undefined;
    if (this.#open) {
      this.#begun++;
      this.#socket.write(bytes, this.#wrote);
    }
    return this.#loan();
  }

  gather(runs: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#closed) return undefined;
    if (this.#open) {
      const socket = this.#socket;
      this.#begun += runs.length;
      socket.cork();
      for (const bytes of runs) socket.write(bytes, this.#wrote);
      socket.uncork();
    }
    return this.#loan();
  }

  pause(): void {
    if (!this.#closing) this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    this.#intake.shut();
    this.#socket.end();
    this.#socket.resume();
  }

  abort(): void {
    this.#closing = true;
    this.#intake.shut();
    this.#error = undefined;
    this.#socket.destroy();
  }

  // One function for all writes: Node then keeps a counter instead of a queue of callbacks.
  readonly #wrote = (error?: Error | null): void => {
    this.#done++;
    // What has failed is not done: `closed()` comes first.
    if (error) return;
    if (this.#settle !== undefined && this.#done === this.#begun) this.#release();
  };

  get #open(): boolean {
    return !this.#closing && !this.#socket.destroyed && !this.#socket.errored;
  }

  /** What the write that has just been begun answers. */
  #loan(): Promise<void> | undefined {
    // A write that fails at once leaves nothing waiting either.
    if (this.#open && this.#socket.writableLength === 0) return undefined;
    return new Promise((resolve) => this.#settle = resolve);
  }

  #release(): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.();
  }

  /** The peer has ended its direction: that is the end, unless our own close is still sending. */
  #ended(): void {
    if (!this.#closing) this.#socket.destroy();
  }

  #finish(): void {
    this.#closed = true;
    this.#handler?.closed(this.#error);
    this.#release();
  }
}

/** Sets keep-alive, in seconds above and milliseconds below. */
export function setKeepAlive(socket: Socket, options: KeepAlive | undefined): void {
  if (options === undefined) return;
  const { enabled, idle, interval, count } = options;
  if (!enabled || (idle === undefined && interval === undefined && count === undefined)) {
    socket.setKeepAlive(enabled);
    return;
  }
  socket.setKeepAlive(
    true,
    (idle ?? DEFAULT_IDLE) * 1000,
    (interval ?? DEFAULT_INTERVAL) * 1000,
    count ?? DEFAULT_COUNT,
  );
}
