/**
 * Sockets whose messages have one part, over the rules of those that have any number: CLIENT
 * ({@link https://rfc.zeromq.org/spec/41/ | RFC 41}) over DEALER's, SCATTER and GATHER
 * ({@link https://rfc.zeromq.org/spec/49/ | RFC 49}) over PUSH's and PULL's, CHANNEL
 * ({@link https://rfc.zeromq.org/spec/52/ | RFC 52}) over PAIR's. They MUST NOT send multipart messages, and MUST discard
 * those that come.
 *
 * @module
 */

import { wrongType } from "../errors.ts";
import type { Message } from "../message.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { Pattern } from "./pattern.ts";

/** Other rules, for messages of one part. */
export class SinglePartPattern implements Pattern {
  readonly #type: string;
  readonly #rules: Pattern;
  /** Messages of several parts that have come. */
  #discarded = 0;

  /** `type`: what the socket is called where a message is refused; `rules`: where the others go. */
  constructor(type: string, rules: Pattern) {
    this.#type = type;
    this.#rules = rules;
  }

  /** Messages of several parts, and what the rules drop. */
  get dropped(): number {
    return this.#discarded + this.#rules.dropped;
  }

  /** A pipe joins. */
  attach(pipe: Pipe): void {
    this.#rules.attach(pipe);
  }

  /** A pipe leaves. */
  detach(pipe: Pipe): void {
    this.#rules.detach(pipe);
  }

  /** The peer has shaken hands. */
  ready(pipe: Pipe): void {
    this.#rules.ready(pipe);
  }

  /** A pipe waits for the next connection. */
  hiccup(pipe: Pipe): void {
    this.#rules.hiccup(pipe);
  }

  /** A pipe has messages. */
  readable(pipe: Pipe): void {
    this.#rules.readable(pipe);
  }

  /** A pipe has room. */
  writable(pipe: Pipe): void {
    this.#rules.writable(pipe);
  }

  /** A message has one part. */
  check(message: Message): void {
    if (message.length !== 1) throw refuseParts(this.#type, message, "one");
  }

  /** Sends as the rules say. */
  send(message: Message): boolean {
    this.check(message);
    return this.#rules.send(message);
  }

  /** The next message that has one part. */
  receive(): Message | undefined {
    for (;;) {
      const message = this.#rules.receive();
      if (message === undefined || message.length === 1) return message;
      this.#discarded++;
    }
  }
}

/** The error for a message with another number of parts than its type sends. */
export function refuseParts(type: string, message: Message, wanted: string): TypeError {
  const { length } = message;
  return wrongType(
    `Cannot send on a ${type} socket: the message has ${length} part${length === 1 ? "" : "s"}, wanted ${wanted}`,
  );
}
