/**
 * PUB and XPUB ({@link https://rfc.zeromq.org/spec/29/ | RFC 29}): a copy of each message for every peer that has
 * subscribed to a prefix of its first frame. They SHALL NOT block on sending, and SHALL drop for a peer whose queue is
 * full, unless `noDrop`. XPUB delivers the subscriptions that it hears of as messages: 1 or 0, then the topic.
 *
 * A peer's topics are a set: subscribing twice and cancelling once leaves nothing, as in libzmq. How large it may grow
 * has limits, unless the peer is of this process.
 *
 * @module
 */

import { Deque } from "../bytes/deque.ts";
import { ProtocolError } from "../errors.ts";
import { Control, keepPeer, type Message } from "../message.ts";
import { Distributor } from "../pipe/distributor.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { PrefixTrie } from "../pipe/prefix_trie.ts";
import type { Pattern, PatternOptions } from "./pattern.ts";

/**
 * How many unread notifications of one peer make an XPUB stop to read from it: enough for an honest one. A long one
 * counts once for each {@link NOTICE} octets.
 */
const MOST_PENDING = 65536;
const NOTICE = 256;

/** What an XPUB's application has not received yet. */
interface Notice {
  readonly message: Message;
  /** Who asked; absent once it is gone, and for what nobody asked. */
  readonly pipe: Pipe | undefined;
}

/** What one peer wants. */
interface Wanted {
  readonly topics: PrefixTrie<true>;
  /** The octets of all topics. */
  octets: number;
}

/** Who wants what: topics, and the peers that hold each. */
export class Subscriptions {
  /** Most topics have one holder, which needs no set. */
  readonly #byTopic: PrefixTrie<Pipe | Set<Pipe>> = new PrefixTrie();
  readonly #byPipe: Map<Pipe, Wanted> = new Map();
  #visit: (pipe: Pipe) => void = ignore;

  /** How many distinct topics there are. */
  get size(): number {
    return this.#byTopic.size;
  }

  /** Why a peer may not have another topic; `undefined`: it may. */
  fault(pipe: Pipe, topic: Uint8Array, most: number, mostOctets: number): string | undefined {
    const wanted = this.#byPipe.get(pipe);
    const size = wanted?.topics.size ?? 0;
    const octets = (wanted?.octets ?? 0) + topic.length;
    if (size < most && octets <= mostOctets || pipe.local || wanted?.topics.get(topic)) return undefined;
    return `it would be topic ${size + 1} of the peer, and octet ${octets}, limits are ${most} and ${mostOctets}`;
  }

  /** Answers whether nobody held the topic before. It is copied. Throws, and changes nothing, if there is no memory. */
  add(pipe: Pipe, topic: Uint8Array): boolean {
    let wanted = this.#byPipe.get(pipe);
    if (wanted === undefined) this.#byPipe.set(pipe, wanted = { topics: new PrefixTrie(), octets: 0 });
    const { topics } = wanted;
    const { size } = topics;
    topics.set(topic, true);
    const holders = this.#byTopic.get(topic);
    try {
      if (holders === undefined) this.#byTopic.set(topic, pipe);
      else if (holders instanceof Set) holders.add(pipe);
      else if (holders !== pipe) this.#byTopic.set(topic, new Set([holders, pipe]));
    } catch (error) {
      topics.delete(topic);
      throw error;
    }
    if (topics.size > size) wanted.octets += topic.length;
    return holders === undefined;
  }

  /** Answers whether nobody holds the topic now. */
  remove(pipe: Pipe, topic: Uint8Array): boolean {
    const wanted = this.#byPipe.get(pipe);
    if (wanted?.topics.delete(topic)) wanted.octets -= topic.length;
    return this.#removeHolder(pipe, topic);
  }

  /** Removes all that a peer holds, and calls `each` with every topic and whether nobody holds it now. */
  removeAll(pipe: Pipe, each: (topic: Uint8Array, unused: boolean) => void): void {
    const wanted = this.#byPipe.get(pipe);
    if (wanted === undefined) return;
    this.#byPipe.delete(pipe);
    for (const [topic] of wanted.topics.entries()) each(topic, this.#removeHolder(pipe, topic));
  }

  /** Calls `visit` with every peer that holds a prefix of `text`, perhaps several times. */
  match(text: Uint8Array, visit: (pipe: Pipe) => void): void {
    // Hot: once per message.
    this.#visit = visit;
    this.#byTopic.match(text, this.#visitAll);
  }

  /** Calls `visit` with every peer that holds exactly this topic. */
  find(topic: Uint8Array, visit: (pipe: Pipe) => void): void {
    // Hot: once per message of a RADIO.
    this.#visit = visit;
    const holders = this.#byTopic.get(topic);
    if (holders !== undefined) this.#visitAll(holders);
  }

  /** One function for all messages, instead of a closure for each. */
  readonly #visitAll = (holders: Pipe | Set<Pipe>): void => {
    const visit = this.#visit;
    if (holders instanceof Set) { for (const pipe of holders) visit(pipe); }
    else visit(holders);
  };

  /** Answers whether nobody holds the topic now. */
  #removeHolder(pipe: Pipe, topic: Uint8Array): boolean {
    const holders = this.#byTopic.get(topic);
    if (holders instanceof Set) {
      holders.delete(pipe);
      if (holders.size === 1) { for (const last of holders) this.#byTopic.set(topic, last); }
      return false;
    }
    if (holders === pipe) this.#byTopic.delete(topic);
    return holders === undefined || holders === pipe;
  }
}

function ignore(): void {}

/** The rules of XPUB, and without `notify` those of PUB. */
export class PublisherPattern implements Pattern {
  readonly #options: PatternOptions;
  readonly #notify: boolean;
  readonly #out = new Distributor();
  readonly #subscriptions = new Subscriptions();
  /** With `manual`: what peers asked for, granted or not. */
  readonly #asked = new Subscriptions();
  readonly #pending: Deque<Notice> = new Deque();
  /** How many of them each peer has caused, and how long they are: see {@link costOf}. */
  readonly #pendingOf: Map<Pipe, number> = new Map();
  /** Peers that are not read for now, since too much of theirs is pending. */
  readonly #waiting: Set<Pipe> = new Set();
  /** With `manual`: whose request the application received last. */
  #lastPipe: Pipe | undefined;
  /**
   * With `noDrop`: the message that waits, and the peer that had no room for it. Whatever else happens it need not be
   * tried again, which would cost a look at all peers for each of them.
   */
  #held: Message | undefined;
  #heldBy: Pipe | undefined;
  #heldInverted = false;
  /** With `manualLastValue`: the peer that was subscribed last, if the next message is for it alone. */
  #newest: Pipe | undefined;

  /** `notify`: whether the application hears of subscriptions. */
  constructor(options: PatternOptions, notify: boolean) {
    this.#options = options;
    this.#notify = notify;
  }

  /** Copies that found their peer's queue full. */
  get dropped(): number {
    return this.#out.dropped;
  }

  /** How many distinct topics are subscribed. */
  get topicsCount(): number {
    return this.#subscriptions.size;
  }

  /** A pipe joins; it gets nothing until it subscribes. */
  attach(pipe: Pipe): void {
    this.#out.attach(pipe);
  }

  /** A pipe leaves, and its subscriptions with it. */
  detach(pipe: Pipe): void {
    this.#out.detach(pipe);
    this.#waiting.delete(pipe);
    this.#pendingOf.delete(pipe);
    if (this.#lastPipe === pipe) this.#lastPipe = undefined;
    if (this.#newest === pipe) this.#newest = undefined;
    this.#letGo(pipe);
    this.#forget(pipe);
  }

  /** Removes the subscriptions of a peer. */
  #forget(pipe: Pipe): void {
    // With `manual` the application has heard every request, so it hears the end of each.
    const manual = this.#manual;
    const every = manual || this.#options.verbosity === "allSubsUnsubs";
    const tell = (topic: Uint8Array, unused: boolean): void => {
      if (unused || every) this.#tell(0, topic, undefined);
    };
    this.#asked.removeAll(pipe, manual ? tell : ignore);
    this.#subscriptions.removeAll(pipe, manual ? ignore : tell);
  }

  /** Welcomes a new subscriber, if asked to. */
  ready(pipe: Pipe): void {
    const welcome = this.#options.welcomeMessage;
    if (welcome !== undefined) pipe.prelude([welcome]);
  }

  /** What is queued for the peer, and what it wants, waits for the next connection. */
  hiccup(): void {}

  /** Subscriptions are applied as they come. */
  readable(pipe: Pipe): void {
    while ((this.#pendingOf.get(pipe) ?? 0) < MOST_PENDING) {
      const item = pipe.read();
      if (item === undefined) return;
      if (item instanceof Control) this.apply(pipe, item);
      else this.#hear(pipe, item);
    }
    this.#waiting.add(pipe);
  }

  /** A pipe has room. */
  writable(pipe: Pipe): void {
    this.#out.writable(pipe);
    this.#letGo(pipe);
  }

  /** Sends a copy to every peer that wants it. */
  send(message: Message): boolean {
    const out = this.#out;
    const { noDrop } = this.#options;
    if (noDrop && message === this.#held && this.#options.invertMatching === this.#heldInverted) return false;
    out.choose();
    this.match(this.#subscriptions, message, this.#newest === undefined ? out.add : this.#addNewest);
    if (this.#options.invertMatching) out.invert();
    if (noDrop) {
      this.#held = out.allWritable() ? undefined : message;
      this.#heldBy = out.blocking;
      this.#heldInverted = this.#options.invertMatching;
      if (this.#held !== undefined) return false;
    }
    out.send(message);
    this.#newest = undefined;
    return true;
  }

  /** XPUB: the next subscription, or message from a subscriber. */
  receive(): Message | undefined {
    const notice = this.#pending.shift();
    if (notice === undefined) return undefined;
    if (this.#manual) this.#lastPipe = notice.pipe?.alive ? notice.pipe : undefined;
    if (notice.pipe !== undefined) this.#received(notice.pipe, costOf(notice.message));
    return notice.message;
  }

  /** With `manual`: subscribes the peer whose request was received last. */
  grant(topic: Uint8Array): void {
    if (this.#lastPipe === undefined) return;
    this.#held = this.#heldBy = undefined;
    this.#subscriptions.add(this.#lastPipe, topic);
    if (this.#options.manualLastValue) this.#newest = this.#lastPipe;
  }

  /** With `manual`: unsubscribes the peer whose request was received last. */
  revoke(topic: Uint8Array): void {
    if (this.#lastPipe === undefined) return;
    this.#subscriptions.remove(this.#lastPipe, topic);
    this.#letGo(this.#lastPipe);
  }

  get #manual(): boolean {
    return this.#options.manual || this.#options.manualLastValue;
  }

  readonly #addNewest = (pipe: Pipe): void => {
    if (pipe === this.#newest) this.#out.add(pipe);
  };

  /** The message that waits may not have to wait for this peer any more. */
  #letGo(pipe: Pipe): void {
    if (this.#heldBy === pipe) this.#held = this.#heldBy = undefined;
  }

  /** A message from a subscriber: ZMTP 3.0 spells subscriptions so, and an XSUB may send data. */
  #hear(pipe: Pipe, message: Message): void {
    let rest: Message | undefined;
    for (let i = 0; i < message.length; i++) {
      const frame = message[i]!;
      const spoken = i === 0 || !this.#options.onlyFirstSubscribe;
      if (spoken && (frame[0] === 1 || frame[0] === 0)) {
        const type = frame[0] === 1 ? "subscribe" : "cancel";
        if (!this.apply(pipe, new Control(type, frame.subarray(1)), message)) return;
      } else (rest ??= []).push(frame);
    }
    if (rest !== undefined) this.#note(keepPeer(message, rest), pipe);
  }

  /** Calls `visit` with every peer that wants a message, perhaps several times. */
  protected match(subscriptions: Subscriptions, message: Message, visit: (pipe: Pipe) => void): void {
    subscriptions.match(message[0]!, visit);
  }

  /** Does what a peer asks for; `heard`: what it said so with. Answers whether it may stay. */
  protected apply(pipe: Pipe, control: Control, heard: Message | Control = control): boolean {
    this.#letGo(pipe);
    const { topic, type } = control;
    const { verbosity, maxSubscriptions, maxSubscriptionOctets } = this.#options;
    const manual = this.#manual;
    const subscriptions = manual ? this.#asked : this.#subscriptions;
    if (type === "cancel" || type === "leave") {
      const unused = subscriptions.remove(pipe, topic);
      if (unused || manual || verbosity === "allSubsUnsubs") this.#tell(0, topic, pipe, heard);
      return true;
    }
    const fault = subscriptions.fault(pipe, topic, maxSubscriptions, maxSubscriptionOctets);
    if (fault !== undefined) return this.refuse(pipe, type, fault);
    let first: boolean;
    try {
      first = subscriptions.add(pipe, topic);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return this.refuse(pipe, type, "there is no memory for another topic", error);
    }
    if (first || manual || verbosity !== null) this.#tell(1, topic, pipe, heard);
    return true;
  }

  /** Ends the connection of a peer that wants too much: neither that nor what else it wants is kept. */
  protected refuse(pipe: Pipe, tried: string, found: string, cause?: unknown): false {
    pipe.inbound.clear();
    this.#forget(pipe);
    pipe.refuse(new ProtocolError("traffic", `Cannot ${tried}: ${found}`, { cause }));
    return false;
  }

  #tell(what: 0 | 1, topic: Uint8Array, pipe: Pipe | undefined, heard?: Message | Control): void {
    if (!this.#notify) return;
    const frame = new Uint8Array(1 + topic.length);
    frame[0] = what;
    frame.set(topic, 1);
    this.#note(heard === undefined ? [frame] : keepPeer(heard, [frame]), pipe);
  }

  #note(message: Message, pipe: Pipe | undefined): void {
    if (!this.#notify) return;
    this.#pending.push({ message, pipe });
    if (pipe !== undefined) this.#pendingOf.set(pipe, (this.#pendingOf.get(pipe) ?? 0) + costOf(message));
  }

  /** One of a peer's notifications has been received: a peer that was held back may have room again. */
  #received(pipe: Pipe, cost: number): void {
    const left = (this.#pendingOf.get(pipe) ?? cost) - cost;
    if (left > 0) this.#pendingOf.set(pipe, left);
    else this.#pendingOf.delete(pipe);
    if (left < MOST_PENDING / 2 && this.#waiting.delete(pipe)) this.readable(pipe);
  }
}

function costOf(message: Message): number {
  let octets = 0;
  for (const frame of message) octets += frame.length;
  return 1 + Math.floor(octets / NOTICE);
}
