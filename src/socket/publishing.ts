/**
 * PUB, SUB, XPUB and XSUB: news for those who subscribed to it ({@link https://rfc.zeromq.org/spec/29/ | RFC 29}).
 *
 * @module
 */

import { ClosedError, show, StateError, wrongType } from "../errors.ts";
import { EMPTY, textFrame } from "../message.ts";
import { PublisherPattern } from "../pattern/publisher.ts";
import { SubscriberPattern } from "../pattern/subscriber.ts";
import type { Receiving, Sending } from "./faces.ts";
import type {
  Properties,
  PublisherOptions,
  SubscriberOptions,
  XPublisherOptions,
  XSubscriberOptions,
} from "./options.ts";
import { coreOf, Socket } from "./socket.ts";

/** What a {@link Publisher} does, and its options as properties. */
export interface Publisher extends Sending, Properties<PublisherOptions> {}

/**
 * PUB: sends each message to every subscriber that has subscribed to a prefix of its first frame. It never waits: a
 * subscriber whose queue is full misses the message (see `noDrop`), and nobody gets what was sent before they subscribed.
 *
 * @example News
 * ```ts
 * import { Publisher, Subscriber, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using publisher = new Publisher();
 * await using subscriber = new Subscriber();
 * subscriber.subscribe("sport");
 * subscriber.connect(await publisher.bind("tcp://127.0.0.1:*"));
 * // A publisher does not wait for slow joiners: this one says when it is there.
 * while (publisher.topicsCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
 * await publisher.send(["weather", "rain"]);
 * await publisher.send(["sport", "1:0"]);
 * assertEquals((await subscriber.receive()).map(text), ["sport", "1:0"]);
 * ```
 */
export class Publisher extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link PublisherOptions}.
   * @throws {TypeError} If an option is unknown to PUB, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: PublisherOptions) {
    super("PUB", options, (core) => new PublisherPattern(core.options, false));
  }

  /** How many distinct topics are subscribed, over all peers. libzmq: `ZMQ_TOPICS_COUNT`. */
  get topicsCount(): number {
    return publisher(this).topicsCount;
  }
}

/** What a {@link Subscriber} does, and its options as properties. */
export interface Subscriber extends Receiving, Properties<SubscriberOptions> {}

/**
 * SUB: receives the messages whose first frame begins with any prefix that it has subscribed to; none before it has.
 * Subscriptions are told to every publisher, and told again after each reconnection. See {@link Publisher} for an
 * example.
 */
export class Subscriber extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link SubscriberOptions}.
   * @throws {TypeError} If an option is unknown to SUB, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: SubscriberOptions) {
    super("SUB", options, (core) => new SubscriberPattern(core.options, true));
  }

  /** How many distinct topics are subscribed. libzmq: `ZMQ_TOPICS_COUNT`. */
  get topicsCount(): number {
    return subscriber(this).topicsCount;
  }

  /**
   * Wants messages that begin with any of some prefixes. Subscribing twice needs unsubscribing twice.
   *
   * @param prefixes Text (UTF-8) or octets; an empty one, or none at all, means every message.
   * @throws {ClosedError} If the socket is closed.
   * @throws {TypeError} If a prefix is neither text nor octets.
   */
  subscribe(...prefixes: (string | Uint8Array)[]): void {
    for (const topic of topicsOf(this, "subscribe", prefixes)) subscriber(this).subscribe(topic);
  }

  /**
   * Wants them no longer. A prefix that is not subscribed is passed over.
   *
   * @param prefixes As for {@link subscribe}; none at all means the subscription to every message.
   * @throws {ClosedError} If the socket is closed.
   * @throws {TypeError} If a prefix is neither text nor octets.
   */
  unsubscribe(...prefixes: (string | Uint8Array)[]): void {
    for (const topic of topicsOf(this, "unsubscribe", prefixes)) subscriber(this).unsubscribe(topic);
  }
}

/** What an {@link XPublisher} does, and its options as properties. */
export interface XPublisher extends Sending, Receiving, Properties<XPublisherOptions> {}

/**
 * XPUB: a PUB that receives its subscribers' subscriptions as messages: 1 (or 0 for a cancellation), then the topic.
 *
 * @example Hearing of a subscription
 * ```ts
 * import { Subscriber, XPublisher } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using xpub = new XPublisher();
 * await using sub = new Subscriber();
 * sub.subscribe("A");
 * sub.connect(await xpub.bind("tcp://127.0.0.1:*"));
 * assertEquals([...(await xpub.receive())[0]!], [1, 65]);
 * ```
 */
export class XPublisher extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link XPublisherOptions}.
   * @throws {TypeError} If an option is unknown to XPUB, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: XPublisherOptions) {
    super("XPUB", options, (core) => new PublisherPattern(core.options, true));
  }

  /** How many distinct topics are subscribed, over all peers. libzmq: `ZMQ_TOPICS_COUNT`. */
  get topicsCount(): number {
    return publisher(this).topicsCount;
  }

  /**
   * With `manual`: gives the peer whose request was received last these topics, whatever it asked for.
   *
   * @param topics Text (UTF-8) or octets; an empty one, or none at all, means every message.
   * @throws {ClosedError} If the socket is closed.
   * @throws {StateError} If the socket is not `manual`.
   * @throws {TypeError} If a topic is neither text nor octets.
   */
  subscribe(...topics: (string | Uint8Array)[]): void {
    for (const topic of this.#manual("subscribe", topics)) publisher(this).grant(topic);
  }

  /**
   * With `manual`: takes these topics from the peer whose request was received last.
   *
   * @param topics As for {@link subscribe}.
   * @throws {ClosedError} If the socket is closed.
   * @throws {StateError} If the socket is not `manual`.
   * @throws {TypeError} If a topic is neither text nor octets.
   */
  unsubscribe(...topics: (string | Uint8Array)[]): void {
    for (const topic of this.#manual("unsubscribe", topics)) publisher(this).revoke(topic);
  }

  #manual(what: string, topics: (string | Uint8Array)[]): Uint8Array[] {
    const octets = topicsOf(this, what, topics);
    if (this.manual || this.manualLastValue) return octets;
    throw new StateError(`Cannot ${what} on an XPUB socket: it is not manual, wanted the option "manual"`);
  }
}

/** What an {@link XSubscriber} does, and its options as properties. */
export interface XSubscriber extends Sending, Receiving, Properties<XSubscriberOptions> {}

/**
 * XSUB: a SUB that can also send: a message that begins with 1 or 0 (un)subscribes, as an XPUB would receive it; any
 * other goes to every publisher. It filters nothing itself.
 */
export class XSubscriber extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link XSubscriberOptions}.
   * @throws {TypeError} If an option is unknown to XSUB, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: XSubscriberOptions) {
    super("XSUB", options, (core) => new SubscriberPattern(core.options, false));
  }

  /** How many distinct topics are subscribed. libzmq: `ZMQ_TOPICS_COUNT`. */
  get topicsCount(): number {
    return subscriber(this).topicsCount;
  }

  /**
   * Wants messages that begin with any of some prefixes: the same as sending 1 and the prefix.
   *
   * @param prefixes Text (UTF-8) or octets; an empty one, or none at all, means every message.
   * @throws {ClosedError} If the socket is closed.
   * @throws {TypeError} If a prefix is neither text nor octets.
   */
  subscribe(...prefixes: (string | Uint8Array)[]): void {
    for (const topic of topicsOf(this, "subscribe", prefixes)) subscriber(this).subscribe(topic);
  }

  /**
   * Wants them no longer: the same as sending 0 and the prefix.
   *
   * @param prefixes As for {@link subscribe}.
   * @throws {ClosedError} If the socket is closed.
   * @throws {TypeError} If a prefix is neither text nor octets.
   */
  unsubscribe(...prefixes: (string | Uint8Array)[]): void {
    for (const topic of topicsOf(this, "unsubscribe", prefixes)) subscriber(this).unsubscribe(topic);
  }
}

function publisher(socket: Socket): PublisherPattern {
  return coreOf(socket).pattern as PublisherPattern;
}

function subscriber(socket: Socket): SubscriberPattern {
  return coreOf(socket).pattern as SubscriberPattern;
}

/** The octets of some topics: all of them, or none if one is wrong. */
function topicsOf(socket: Socket, what: string, topics: readonly unknown[]): Uint8Array[] {
  if (socket.closed) throw new ClosedError(`Cannot ${what}: the ${socket.type} socket is closed`);
  if (topics.length === 0) return [EMPTY];
  return topics.map((topic) => {
    if (typeof topic === "string") return textFrame(topic);
    if (topic instanceof Uint8Array) return topic;
    throw wrongType(`Cannot ${what}: a prefix is ${show(topic)}, wanted text or octets (Uint8Array)`);
  });
}
