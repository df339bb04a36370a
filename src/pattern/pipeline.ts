/**
 * PUSH and PULL ({@link https://rfc.zeromq.org/spec/30/ | RFC 30}).
 *
 * - PUSH SHALL route outgoing messages to available peers using a round-robin strategy, SHALL block on sending when
 *   it has no available peers, and SHALL NOT discard messages that it cannot queue.
 * - PULL SHALL receive incoming messages from its peers using a fair-queuing strategy.
 *
 * @module
 */

import type { Message } from "../message.ts";
import { FairQueue } from "../pipe/fair_queue.ts";
import { LoadBalancer } from "../pipe/load_balancer.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { Pattern } from "./pattern.ts";

/** The rules of PUSH. */
export class PushPattern implements Pattern {
  /** PUSH drops nothing. */
  readonly dropped = 0;
  readonly #out = new LoadBalancer();

  /** A pipe joins the round. */
  attach(pipe: Pipe): void {
    this.#out.attach(pipe);
  }

  /** A pipe leaves the round. */
  detach(pipe: Pipe): void {
    this.#out.detach(pipe);
  }

  /** PUSH has nothing to say first. */
  ready(): void {}

  /** The queue waits for the next connection. */
  hiccup(): void {}

  /** PULL sends nothing; what comes all the same is thrown away. */
  readable(pipe: Pipe): void {
    while (pipe.read() !== undefined);
  }

  /** A pipe joins the round again. */
  writable(pipe: Pipe): void {
    this.#out.writable(pipe);
  }

  /** Sends to the next pipe that has room. */
  send(message: Message): boolean {
    return this.#out.send(message);
  }

  /** PUSH receives nothing. */
  receive(): undefined {}
}

/** The rules of PULL. */
export class PullPattern implements Pattern {
  /** PULL drops nothing. */
  readonly dropped = 0;
  readonly #in = new FairQueue();

  /** A pipe joins the queue. */
  attach(pipe: Pipe): void {
    this.#in.attach(pipe);
  }

  /** A pipe leaves the queue when it has been read. */
  detach(pipe: Pipe): void {
    this.#in.detach(pipe);
  }

  /** PULL has nothing to say first. */
  ready(): void {}

  /** Nothing is lost that had come whole. */
  hiccup(): void {}

  /** A pipe has messages. */
  readable(pipe: Pipe): void {
    this.#in.readable(pipe);
  }

  /** PULL writes nothing. */
  writable(): void {}

  /** PULL sends nothing. */
  send(): boolean {
    return false;
  }

  /** The next message, of each peer in turn. */
  receive(): Message | undefined {
    return this.#in.read() as Message | undefined;
  }
}
