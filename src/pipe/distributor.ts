/**
 * Fan-out: a copy for every chosen pipe that has room, the outgoing strategy of PUB, XPUB and XSUB
 * ({@link https://rfc.zeromq.org/spec/29/ | RFC 29}). A pipe that has none is passed over, until half of its queue
 * has gone.
 *
 * @module
 */

import type { Message } from "../message.ts";
import type { Pipe, Publication } from "./pipe.ts";

/** Sends copies of messages to many pipes. */
export class Distributor {
  /** Copies that found no room. */
  dropped = 0;
  /** Whom {@link allWritable} found without room. */
  blocking: Pipe | undefined;
  readonly #pipes: Set<Pipe> = new Set();
  /** Pipes that were full, and have not drained to half since. */
  readonly #full: Set<Pipe> = new Set();
  /** The pipes that are chosen, and how many of them count: to make an array for each message would cost as much as it. */
  #chosen: Pipe[] = [];
  #count = 0;
  /** Whether the chosen are being sent to: what that begets must choose elsewhere. */
  #sending = false;
  #mark = 0;
  readonly #publication: Publication = { framing: undefined, framed: false };

  /** How many pipes there are. */
  get size(): number {
    return this.#pipes.size;
  }

  /** A pipe joins. */
  attach(pipe: Pipe): void {
    this.#pipes.add(pipe);
  }

  /** A pipe leaves. */
  detach(pipe: Pipe): void {
    this.#pipes.delete(pipe);
    this.#full.delete(pipe);
    // It may be among the chosen of old.
    this.#chosen = [];
    this.#count = 0;
  }

  /** A pipe has room again. */
  writable(pipe: Pipe): void {
    this.#full.delete(pipe);
  }

  /** Begins to choose: no pipe is chosen. */
  choose(): void {
    if (this.#sending) this.#chosen = [];
    this.#count = 0;
    this.#mark++;
  }

  /** Chooses a pipe; once is enough. */
  readonly add = (pipe: Pipe): void => {
    // Hot: once per subscriber and message.
    if (pipe.mark === this.#mark) return;
    pipe.mark = this.#mark;
    this.#chosen[this.#count++] = pipe;
  };

  /** Chooses every pipe. */
  addAll(): void {
    for (const pipe of this.#pipes) this.add(pipe);
  }

  /** Chooses the pipes that are not chosen, and those alone. */
  invert(): void {
    const before = this.#mark;
    const inverted: Pipe[] = [];
    for (const pipe of this.#pipes) if (pipe.mark !== before) inverted.push(pipe);
    this.#chosen = inverted;
    this.#count = inverted.length;
    this.#mark++;
  }

  /**
   * Whether every chosen pipe has room. If not, {@link blocking} is the last that has none: they write in the order in
   * which they were chosen, so when that one has room the others should have it too.
   */
  allWritable(): boolean {
    const chosen = this.#chosen;
    this.blocking = undefined;
    for (let i = this.#count - 1; i >= 0; i--) {
      if (this.#hasRoom(chosen[i]!)) continue;
      this.blocking = chosen[i];
      return false;
    }
    return true;
  }

  /** Sends a copy to each chosen pipe that has room, and counts the others. */
  send(message: Message): void {
    // Hot: once per subscriber and message.
    const chosen = this.#chosen;
    const count = this.#count;
    // What an outlet's peer in this process answers at once may be published while we are at it.
    const within = this.#sending;
    const publication = count > 1 && !within ? this.#publication : undefined;
    if (publication !== undefined) publication.framed = false;
    this.#sending = true;
    for (let i = 0; i < count; i++) {
      const pipe = chosen[i]!;
      if (this.#hasRoom(pipe)) pipe.write(message, publication);
      else {
        pipe.dropped++;
        this.dropped++;
      }
    }
    this.#sending = within;
  }

  #hasRoom(pipe: Pipe): boolean {
    if (this.#full.size > 0 && this.#full.has(pipe)) return false;
    if (pipe.canWrite()) return true;
    if (pipe.alive) this.#full.add(pipe);
    return false;
  }
}
