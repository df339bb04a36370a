/**
 * Round robin over the pipes that have room: the outgoing strategy of PUSH, DEALER and REQ
 * ({@link https://rfc.zeromq.org/spec/30/ | RFC 30}, {@link https://rfc.zeromq.org/spec/28/ | RFC 28}).
 *
 * @module
 */

import type { Message } from "../message.ts";
import { ActiveList } from "./active_list.ts";
import type { Pipe } from "./pipe.ts";

/** Spreads messages over pipes, one each in turn. */
export class LoadBalancer {
  readonly #pipes: ActiveList<Pipe> = new ActiveList();
  #next = 0;

  /** How many pipes there are, full ones included. */
  get length(): number {
    return this.#pipes.length;
  }

  /** A pipe joins. */
  attach(pipe: Pipe): void {
    this.#pipes.add(pipe, true);
  }

  /** A pipe leaves. */
  detach(pipe: Pipe): void {
    this.#pipes.remove(pipe);
  }

  /** A pipe has room again. */
  writable(pipe: Pipe): void {
    this.#pipes.activate(pipe);
  }

  /** The pipe whose turn it is, or `undefined` if none has room. */
  pick(): Pipe | undefined {
    // Hot: once per message.
    const pipes = this.#pipes;
    while (pipes.active > 0) {
      if (this.#next >= pipes.active) this.#next = 0;
      const pipe = pipes.at(this.#next);
      if (pipe.canWrite()) {
        this.#next++;
        return pipe;
      }
      pipes.deactivate(pipe);
    }
    return undefined;
  }

  /** Sends a message through the pipe whose turn it is; `false`: none has room. */
  send(message: Message): boolean {
    const pipe = this.pick();
    if (pipe === undefined) return false;
    pipe.write(message);
    return true;
  }
}
