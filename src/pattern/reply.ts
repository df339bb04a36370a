/**
 * REP ({@link https://rfc.zeromq.org/spec/28/ | RFC 28}): a request from each peer in turn, and a reply to it before the
 * next. It SHALL keep the address envelope, up to and including the first empty frame, and put it before the reply;
 * it SHALL silently discard a reply to a peer that is gone, and a request with no envelope.
 *
 * @module
 */

import { StateError } from "../errors.ts";
import { keepPeer, type Message } from "../message.ts";
import { FairQueue } from "../pipe/fair_queue.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { Pattern } from "./pattern.ts";

/** The rules of REP. */
export class ReplyPattern implements Pattern {
  /** Replies to peers that were gone or full, and requests without an envelope. */
  dropped = 0;
  readonly #in = new FairQueue();
  /** Whom a reply is owed, and the frames that go before it. */
  #requester: Pipe | undefined;
  #envelope: Message = [];

  /** A pipe joins. */
  attach(pipe: Pipe): void {
    this.#in.attach(pipe);
  }

  /** A pipe leaves; its requests may be read, and the replies go nowhere. */
  detach(pipe: Pipe): void {
    this.#in.detach(pipe);
  }

  /** REP has nothing to say first. */
  ready(): void {}

  /** Nothing changes. */
  hiccup(): void {}

  /** A pipe has requests. */
  readable(pipe: Pipe): void {
    this.#in.readable(pipe);
  }

  /** REP never waits for room. */
  writable(): void {}

  /** Answers the last request. */
  send(message: Message): boolean {
    const requester = this.#requester;
    if (requester === undefined) {
      throw new StateError("Cannot send on a REP socket: no request has been received, wanted receive() first");
    }
    this.#requester = undefined;
    if (requester.canWrite()) requester.write(this.#envelope.concat(message));
    else this.dropped++;
    return true;
  }

  /** The next request; none while a reply is owed. */
  receive(): Message | undefined {
    if (this.#requester !== undefined) return undefined;
    for (;;) {
      const message = this.#in.read() as Message | undefined;
      if (message === undefined) return undefined;
      let delimiter = 0;
      while (delimiter < message.length && message[delimiter]!.length > 0) delimiter++;
      if (delimiter >= message.length - 1) {
        this.dropped++;
        continue;
      }
      this.#requester = this.#in.last;
      // The application is given what comes after the envelope, so it cannot change it.
      this.#envelope = message.slice(0, delimiter + 1);
      return keepPeer(message, message.slice(delimiter + 1));
    }
  }

  /** A second receive must wait until the first has been answered. */
  checkReceive(): void {
    if (this.#requester !== undefined) {
      throw new StateError("Cannot receive on a REP socket: a reply is owed, wanted send() first");
    }
  }
}
