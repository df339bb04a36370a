/**
 * A link whose TLS handshake has still to be completed. It is handed over as soon as its connection stands, so that
 * whoever holds it has one bound for all that a stranger can make last: the handshake's time, the number of those who
 * are shaking hands. What is written meanwhile stays on loan, and not an octet of it leaves before the handshake is
 * complete and the peer's certificate verified.
 *
 * ```text
 * securing ─┬─ secured() ─► the link that runs within
 *           └─ failed(), abort() ─► closed
 * ```
 *
 * @module
 */

import type { Link, LinkHandler } from "./link.ts";

/** The link within. */
export type InnerLink = Link & Required<Pick<Link, "gather">>;

/** A write that waits. */
interface Held {
  readonly runs: readonly Uint8Array[];
  readonly settle: () => void;
}

/** The connection that is secured. */
interface Below {
  /** Gives it up, now. */
  destroy(): unknown;
  /** Lets the process end although it is open. */
  unref(): unknown;
}

/** A link that becomes one. */
export class SecuringLink implements Link {
  readonly local: string;
  readonly remote: string;
  readonly #below: Below;
  #inner: InnerLink | undefined;
  #handler: LinkHandler | undefined;
  #held: Held | undefined;
  #paused = false;
  #closing = false;
  #aborted = false;
  #gone = false;
  /** Whether `closed()` has been called. */
  #told = false;
  #error: Error | undefined;

  /** `local` and `remote` are its ends as endpoints; `failed` is called when what is `below` has been destroyed. */
  constructor(local: string, remote: string, below: Below) {
    this.local = local;
    this.remote = remote;
    this.#below = below;
  }

  /** The handshake is complete: `inner` is the link within, not started. */
  secured(inner: InnerLink): void {
    if (this.#inner !== undefined || this.#gone) return;
    this.#inner = inner;
    if (this.#aborted) inner.abort();
    if (this.#handler !== undefined) this.#begin(this.#handler);
    else if (this.#closing) inner.close();
  }

  /** The connection is gone before. */
  failed(error: Error | undefined): void {
    if (this.#inner !== undefined || this.#gone) return;
    this.#gone = true;
    if (!this.#aborted) this.#error = error;
    if (this.#handler !== undefined) queueMicrotask(() => this.#tell());
  }

  start(handler: LinkHandler): void {
    this.#handler = handler;
    if (this.#inner !== undefined) this.#begin(handler);
    else if (this.#gone) queueMicrotask(() => this.#tell());
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    // Hot: once per write.
    return this.#inner === undefined ? this.#hold([bytes]) : this.#inner.write(bytes);
  }

  gather(runs: readonly Uint8Array[]): Promise<void> | undefined {
    return this.#inner === undefined ? this.#hold(runs) : this.#inner.gather(runs);
  }

  pause(): void {
    this.#paused = true;
    this.#inner?.pause();
  }

  resume(): void {
    this.#paused = false;
    // What has not been started is not read.
    if (this.#handler !== undefined) this.#inner?.resume();
  }

  close(): void {
    this.#closing = true;
    if (this.#inner !== undefined) return this.#inner.close();
    // With nothing to send there is no need of a handshake.
    if (this.#held === undefined) this.abort();
  }

  abort(): void {
    this.#aborted = true;
    if (this.#inner !== undefined) this.#inner.abort();
    else if (!this.#gone) this.#below.destroy();
  }

  unref(): void {
    this.#below.unref();
  }

  #hold(runs: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#told || runs.every(({ length }) => length === 0)) return undefined;
    return new Promise((settle) => this.#held = { runs, settle });
  }

  #begin(handler: LinkHandler): void {
    const inner = this.#inner!;
    inner.start(handler);
    if (this.#paused) inner.pause();
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) {
      const loan = inner.gather(held.runs);
      if (loan === undefined) held.settle();
      else loan.then(held.settle);
    }
    if (this.#closing) inner.close();
  }

  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    this.#handler?.closed(this.#error);
    this.#held?.settle();
    this.#held = undefined;
  }
}
