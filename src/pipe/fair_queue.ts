/**
 * One message from each pipe in turn: the incoming strategy of every socket that reads from many peers
 * ({@link https://rfc.zeromq.org/spec/28/ | RFC 28}: "SHALL receive incoming messages using a fair-queuing strategy").
 *
 * @module
 */

import type { Control, Message } from "../message.ts";
import { ActiveList } from "./active_list.ts";
import type { Pipe } from "./pipe.ts";

/** Reads from pipes, one message each in turn. */
export class FairQueue {
  /** The pipe that the last message read came from. */
  last: Pipe | undefined;
  readonly #pipes: ActiveList<Pipe> = new ActiveList();
  #next = 0;

  /** A pipe joins. */
  attach(pipe: Pipe): void {
    this.#pipes.add(pipe, pipe.inbound.length > 0);
  }

  /** A pipe leaves: at once if it has nothing to read, else when that has been read. */
  detach(pipe: Pipe): void {
    if (pipe.inbound.length === 0) this.#pipes.remove(pipe);
  }

  /** A pipe leaves with whatever it holds. */
  remove(pipe: Pipe): void {
    this.#pipes.remove(pipe);
  }

  /** A pipe has something to read. */
  readable(pipe: Pipe): void {
    this.#pipes.activate(pipe);
  }

  /** Whether there is nothing to read. */
  get empty(): boolean {
    return this.#pipes.active === 0;
  }

  /** The next message, or `undefined` if no pipe has one. {@link last} is the pipe it came from. */
  read(): Message | Control | undefined {
    // Hot: once per message.
    const pipes = this.#pipes;
    while (pipes.active > 0) {
      if (this.#next >= pipes.active) this.#next = 0;
      const pipe = pipes.at(this.#next);
      const item = pipe.read();
      if (pipe.inbound.length > 0) this.#next++;
      else if (pipe.alive) pipes.deactivate(pipe);
      else pipes.remove(pipe);
      if (item === undefined) continue;
      this.last = pipe;
      return item;
    }
    return undefined;
  }
}
