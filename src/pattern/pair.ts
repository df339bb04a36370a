/**
 * PAIR ({@link https://rfc.zeromq.org/spec/31/ | RFC 31}): exactly one peer. It SHALL accept only one connection at a
 * time and refuse others; it SHALL block on sending when it has no peer, or the peer's queue is full.
 *
 * @module
 */

import { ZmqError } from "../errors.ts";
import type { Message } from "../message.ts";
import { FairQueue } from "../pipe/fair_queue.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { Pattern } from "./pattern.ts";

/** The rules of PAIR. */
export class PairPattern implements Pattern {
  /** PAIR drops nothing. */
  readonly dropped = 0;
  #peer: Pipe | undefined;
  /** Reading goes through a queue, so that what a former peer left can still be read. */
  readonly #in = new FairQueue();
  readonly #type: string;

  /** `type`: what the socket is called where a peer is refused. */
  constructor(type = "PAIR") {
    this.#type = type;
  }

  /** The first pipe becomes the peer. */
  attach(pipe: Pipe): void {
    if (this.#peer === undefined) this.#adopt(pipe);
  }

  /** The peer is gone: there may be another. */
  detach(pipe: Pipe): void {
    if (pipe === this.#peer) this.#peer = undefined;
    this.#in.detach(pipe);
  }

  /** Refuses everyone but the peer. */
  ready(pipe: Pipe): void {
    if (this.#peer === undefined) this.#adopt(pipe);
    if (this.#peer !== pipe) {
      pipe.refuse(new ZmqError("EPROTO", `Cannot accept peer: a ${this.#type} has one peer at a time, and has it`));
    }
  }

  /** The queue waits for the next connection. */
  hiccup(): void {}

  /** A pipe has messages. */
  readable(pipe: Pipe): void {
    this.#in.readable(pipe);
  }

  /** The socket asks again by itself. */
  writable(): void {}

  /** Sends to the peer. */
  send(message: Message): boolean {
    const peer = this.#peer;
    if (peer === undefined || !peer.canWrite()) return false;
    peer.write(message);
    return true;
  }

  /** The next message. */
  receive(): Message | undefined {
    return this.#in.read() as Message | undefined;
  }

  #adopt(pipe: Pipe): void {
    this.#peer = pipe;
    this.#in.attach(pipe);
  }
}
