/**
 * SUB and XSUB ({@link https://rfc.zeromq.org/spec/29/ | RFC 29}): subscriptions go to every publisher, messages come by
 * fair queue; SUB filters them once more, since a publisher may be slow to hear of a change. Subscribing twice needs
 * unsubscribing twice; the publisher hears of the first and of every further subscription, and of the last
 * unsubscription, as from libzmq.
 *
 * @module
 */

import { Control, type Message } from "../message.ts";
import { Distributor } from "../pipe/distributor.ts";
import { FairQueue } from "../pipe/fair_queue.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { PrefixTrie } from "../pipe/prefix_trie.ts";
import type { Pattern, PatternOptions } from "./pattern.ts";

/** What publishers are told when a topic is wanted, and when it is no longer. */
type Words = readonly [wanted: Control["type"], unwanted: Control["type"]];

/** The rules of XSUB, and with `filter` those of SUB. */
export class SubscriberPattern implements Pattern {
  /** Messages that matched no subscription. */
  #unmatched = 0;
  readonly #options: PatternOptions;
  readonly #filter: boolean;
  readonly #words: Words;
  readonly #in = new FairQueue();
  readonly #out = new Distributor();
  /** The pipes whose peers have been told what we want; the others will be once they are ready. */
  readonly #told: Set<Pipe> = new Set();
  /** How often each topic has been subscribed. */
  readonly #topics: PrefixTrie<number> = new PrefixTrie();

  /** `filter`: whether messages that match no subscription are dropped here too. */
  constructor(options: PatternOptions, filter: boolean, words: Words = ["subscribe", "cancel"]) {
    this.#options = options;
    this.#filter = filter;
    this.#words = words;
  }

  /** Messages that matched no subscription, and XSUB's that found no room. */
  get dropped(): number {
    return this.#unmatched + this.#out.dropped;
  }

  /** How many distinct topics are subscribed. */
  get topicsCount(): number {
    return this.#topics.size;
  }

  /** A pipe joins. */
  attach(pipe: Pipe): void {
    this.#in.attach(pipe);
    this.#out.attach(pipe);
  }

  /** A pipe leaves; what it holds may be read. */
  detach(pipe: Pipe): void {
    this.#told.delete(pipe);
    this.#in.detach(pipe);
    this.#out.detach(pipe);
  }

  /** Tells a publisher all that we want, before anything else. */
  ready(pipe: Pipe): void {
    this.#told.add(pipe);
    for (const [topic] of this.#topics.entries()) pipe.control(new Control(this.#words[0], topic));
  }

  /** What was queued for the publisher was for that connection alone. */
  hiccup(pipe: Pipe): void {
    this.#told.delete(pipe);
    pipe.clear();
  }

  /** A pipe has messages. */
  readable(pipe: Pipe): void {
    this.#in.readable(pipe);
  }

  /** A pipe has room. */
  writable(pipe: Pipe): void {
    this.#out.writable(pipe);
  }

  /** Wants messages that begin with `topic`, which is copied. */
  subscribe(topic: Uint8Array): void {
    this.#topics.set(topic, (this.#topics.get(topic) ?? 0) + 1);
    this.#tell(0, topic);
  }

  /** Wants them no longer, if this was the last subscription to `topic`. Without one it does nothing. */
  unsubscribe(topic: Uint8Array): void {
    const count = this.#topics.get(topic);
    if (count !== undefined && count > 1) this.#topics.set(topic, count - 1);
    const last = count === 1 && this.#topics.delete(topic);
    if (last || this.#options.verboseUnsubscribe) this.#tell(1, topic);
  }

  /** XSUB: frames that begin with 1 or 0 (un)subscribe; the others are a message for every publisher. */
  send(message: Message): boolean {
    let rest: Message | undefined;
    for (let i = 0; i < message.length; i++) {
      const frame = message[i]!;
      const spoken = i === 0 || !this.#options.onlyFirstSubscribe;
      if (spoken && frame[0] === 1) this.subscribe(frame.subarray(1));
      else if (spoken && frame[0] === 0) this.unsubscribe(frame.subarray(1));
      else (rest ??= []).push(frame);
    }
    if (rest !== undefined) {
      this.#out.choose();
      this.#out.addAll();
      this.#out.send(rest);
    }
    return true;
  }

  /** The next message that matches, of each publisher in turn. */
  receive(): Message | undefined {
    for (;;) {
      const message = this.#in.read() as Message | undefined;
      if (message === undefined || !this.#filter) return message;
      if (this.matches(message, this.#in.last!) !== this.#options.invertMatching) return message;
      this.#unmatched++;
    }
  }

  /** Whether exactly this topic is subscribed. */
  protected has(topic: Uint8Array): boolean {
    return this.#topics.get(topic) !== undefined;
  }

  /** Whether a message, which has come by `pipe`, is wanted. */
  protected matches(message: Message, _pipe: Pipe): boolean {
    return this.#topics.matches(message[0]!);
  }

  #tell(which: 0 | 1, topic: Uint8Array): void {
    // Not `slice`: of a Node Buffer that would be no copy.
    const control = new Control(this.#words[which], new Uint8Array(topic));
    for (const pipe of this.#told) pipe.control(control);
  }
}
