/**
 * A link with no network behind it: two ends in one process. What one writes the other gets on a microtask, unless the
 * test holds it up.
 *
 * @module
 */

import { concat } from "@std/bytes";
import type { Link, LinkHandler } from "../src/transport/link.ts";

/** One end. */
export class MemoryLink implements Link {
  readonly local: string;
  readonly remote: string;
  /** The other end. */
  peer!: MemoryLink;
  /** Every write, in order, as copies made at the time. */
  readonly writes: Uint8Array[] = [];
  /** Whether each write is on loan until {@link repay}; else it is taken at once. */
  lending = false;
  /** Set to {@link gatherAll}, it is a link that can gather. */
  gather?: (runs: readonly Uint8Array[]) => Promise<void> | undefined;
  /** The sizes of what each gathered write consisted of. */
  readonly gathered: number[][] = [];
  /** What was called, in order: `start`, `pause`, `resume`, `close`, `abort`. */
  readonly calls: string[] = [];
  /** Whether the peer's hanging up goes unanswered, as by a peer that has stalled. */
  stubborn = false;
  #handler: LinkHandler | undefined;
  #paused = false;
  #closing = false;
  #gone = false;
  #arrived: Uint8Array[] = [];
  /** Whether the peer has ended its direction. */
  #ended = false;
  #loans: { readonly bytes: Uint8Array; readonly settle: () => void }[] = [];

  constructor(local: string, remote: string) {
    this.local = local;
    this.remote = remote;
  }

  /** Two ends of one connection: who dialled, and who accepted. */
  static pair(dialler = "memory://dialler", listener = "memory://listener"): [MemoryLink, MemoryLink] {
    const one = new MemoryLink(dialler, listener);
    const other = new MemoryLink(listener, dialler);
    one.peer = other;
    other.peer = one;
    return [one, other];
  }

  start(handler: LinkHandler): void {
    this.calls.push("start");
    this.#handler = handler;
    this.#run();
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#loans.length > 0) throw new Error("A write while another is on loan");
    // A link that is gone takes nothing, and says so after `closed()`.
    if (this.#gone || this.#closing) return new Promise((resolve) => this.#loans.push({ bytes, settle: resolve }));
    this.writes.push(bytes.slice());
    if (this.lending) return new Promise((resolve) => this.#loans.push({ bytes, settle: resolve }));
    this.peer.#arrive(bytes.slice());
    return undefined;
  }

  /** One write of all. */
  gatherAll(runs: readonly Uint8Array[]): Promise<void> | undefined {
    this.gathered.push(runs.map(({ length }) => length));
    return this.write(concat(runs));
  }

  pause(): void {
    this.calls.push("pause");
    this.#paused = true;
  }

  resume(): void {
    this.calls.push("resume");
    this.#paused = false;
    this.#run();
  }

  close(): void {
    this.calls.push("close");
    if (this.#closing || this.#gone) return;
    this.#closing = true;
    this.#paused = false;
    this.#arrived = [];
    if (this.#loans.length === 0) this.#hangUp();
    this.#run();
  }

  abort(): void {
    this.calls.push("abort");
    this.#end();
    this.peer.#hear();
  }

  /** The octets on loan, if there are any. */
  get onLoan(): Uint8Array | undefined {
    return this.#loans[0]?.bytes;
  }

  /** Takes what is on loan: the whole of it, as it is now. */
  repay(): void {
    const loan = this.#loans.shift()!;
    this.peer.#arrive(loan.bytes.slice());
    loan.settle();
    if (this.#closing) this.#hangUp();
  }

  /** The network breaks, for both ends. */
  break(error: Error = Object.assign(new Error("reset"), { code: "ECONNRESET" })): void {
    this.#end(error);
    this.peer.#end(error);
  }

  /** All that was written, in one. */
  get written(): Uint8Array {
    return concat(this.writes);
  }

  #hangUp(): void {
    this.peer.#hear();
    if (this.#ended) this.#end();
  }

  #hear(): void {
    this.#ended = true;
    this.#run();
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#gone || this.#closing) return;
    this.#arrived.push(bytes);
    this.#run();
  }

  /** Hands over what has arrived, and then the end: later, as a runtime would. */
  #run(): void {
    queueMicrotask(() => {
      if (this.#handler === undefined || this.#paused || this.#gone) return;
      const bytes = this.#arrived.shift();
      if (bytes !== undefined) {
        this.#handler.data(bytes);
        this.#run();
      } else if (this.#ended && !this.stubborn && !(this.#closing && this.#loans.length > 0)) {
        this.#end();
        this.peer.#hear();
      }
    });
  }

  #end(error?: Error): void {
    if (this.#gone) return;
    this.#gone = true;
    queueMicrotask(() => {
      this.#handler?.closed(error);
      for (const { settle } of this.#loans.splice(0)) settle();
    });
  }
}
