/**
 * DEALER ({@link https://rfc.zeromq.org/spec/28/ | RFC 28}): round robin out, fair queue in, nothing added and nothing
 * taken away. It SHALL block on sending when it has no available peers.
 *
 * @module
 */

import { EMPTY, type Message } from "../message.ts";
import { FairQueue } from "../pipe/fair_queue.ts";
import { LoadBalancer } from "../pipe/load_balancer.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { Pattern, PatternOptions } from "./pattern.ts";

/** The rules of DEALER. */
export class DealerPattern implements Pattern {
  /** DEALER drops nothing. */
  readonly dropped = 0;
  readonly #out = new LoadBalancer();
  readonly #in = new FairQueue();
  readonly #options: PatternOptions;

  /** Heeds `helloMessage`, `hiccupMessage` and `probeRouter`. */
  constructor(options: PatternOptions) {
    this.#options = options;
  }

  /** A pipe joins both ways. */
  attach(pipe: Pipe): void {
    this.#out.attach(pipe);
    this.#in.attach(pipe);
  }

  /** A pipe leaves; what it holds may be read. */
  detach(pipe: Pipe): void {
    this.#out.detach(pipe);
    this.#in.detach(pipe);
  }

  /** Greets the peer, and tells a ROUTER that we are here, if asked to. */
  ready(pipe: Pipe): void {
    const { helloMessage, hiccupMessage, probeRouter } = this.#options;
    if (helloMessage !== undefined) pipe.prelude([helloMessage]);
    if (probeRouter) pipe.prelude([EMPTY]);
    // In this process nothing is connected again.
    if (pipe.dialled && !pipe.local) pipe.lastWord = hiccupMessage && [hiccupMessage.slice()];
  }

  /** The queue waits for the next connection. */
  hiccup(): void {}

  /** A pipe has messages. */
  readable(pipe: Pipe): void {
    this.#in.readable(pipe);
  }

  /** A pipe has room. */
  writable(pipe: Pipe): void {
    this.#out.writable(pipe);
  }

  /** Sends to the next peer. */
  send(message: Message): boolean {
    return this.#out.send(message);
  }

  /** The next message, of each peer in turn. */
  receive(): Message | undefined {
    return this.#in.read() as Message | undefined;
  }
}
