/**
 * The socket types of npm `zeromq`. What each does is told where the library's own class is.
 *
 * @module
 */

import type { Message, MessageLike } from "./outgoing.ts";
import { SPECIAL, TYPE_NUMBERS } from "./option_table.ts";
import type { Prefix, Readable, SocketOptions, Writable } from "./properties.ts";
import { defineOptions } from "./option_properties.ts";
import { Socket } from "./socket.ts";
import { rowsOf } from "./settings.ts";

const VERBOSE = 40;
const VERBOSER = 78;

/** What a {@link Pair} can do. */
export interface Pair extends Writable, Readable {}

/** PAIR: one peer, both ways. */
export class Pair extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Pair>) {
    super(TYPE_NUMBERS.PAIR, options);
  }
}

/** What a {@link Publisher} can do. */
export interface Publisher extends Writable {
  /** Whether `send` waits for slow subscribers rather than have them miss messages. Cannot be read. */
  noDrop: boolean;
  /** Whether only the newest message is kept for each peer. Cannot be read. */
  conflate: boolean;
  /** Whether subscribers get what they did not subscribe to. */
  invertMatching: boolean;
}

/** PUB: sends to all who have subscribed. */
export class Publisher extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Publisher>) {
    super(TYPE_NUMBERS.PUB, options);
  }
}

/** What a {@link Subscriber} can do. */
export interface Subscriber extends Readable {
  /** Whether only the newest message is kept of each peer. Cannot be read. */
  conflate: boolean;
  /** Whether it gets what it did not subscribe to. */
  invertMatching: boolean;
}

/** SUB: receives what it has subscribed to. */
export class Subscriber extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Subscriber>) {
    super(TYPE_NUMBERS.SUB, options);
  }

  /** Wants messages that begin with any of some prefixes; with no prefix at all, every message. */
  subscribe(...prefixes: Prefix[]): void {
    for (const prefix of prefixes.length === 0 ? [null] : prefixes) this.setStringOption(SPECIAL.subscribe, prefix);
  }

  /** Wants them no longer. */
  unsubscribe(...prefixes: Prefix[]): void {
    for (const prefix of prefixes.length === 0 ? [null] : prefixes) this.setStringOption(SPECIAL.unsubscribe, prefix);
  }
}

/** What a {@link Request} can do. */
export interface Request extends Readable, Writable {
  /** The name that it announces, 1 to 255 octets; `null`: none. */
  routingId: string | null;
  /** Whether a ROUTER is told that it has connected. Cannot be read. */
  probeRouter: boolean;
  /** Whether requests are numbered, and replies must have their numbers. Cannot be read. */
  correlate: boolean;
  /** Whether another request may be sent before the reply to the last. Cannot be read. */
  relaxed: boolean;
}

/** REQ: asks, and receives the reply, in turn. */
export class Request extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Request>) {
    super(TYPE_NUMBERS.REQ, options);
  }
}

/** What a {@link Reply} can do. */
export interface Reply extends Readable, Writable {
  /** The name that it announces, 1 to 255 octets; `null`: none. */
  routingId: string | null;
}

/** REP: receives a request, and replies, in turn. */
export class Reply extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Reply>) {
    super(TYPE_NUMBERS.REP, options);
  }
}

/** What a {@link Dealer} can do. */
export interface Dealer extends Readable, Writable {
  /** The name that it announces, 1 to 255 octets; `null`: none. */
  routingId: string | null;
  /** Whether a ROUTER is told that it has connected. Cannot be read. */
  probeRouter: boolean;
  /** Whether only the newest message is kept for each peer, and of each. Cannot be read. */
  conflate: boolean;
}

/** DEALER: sends to each peer in turn, receives from each. */
export class Dealer extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Dealer>) {
    super(TYPE_NUMBERS.DEALER, options);
  }
}

/** How a {@link Router} connects. */
export interface RouterConnectOptions {
  /** The routing id that the peer shall have here. */
  routingId?: string;
}

/** What a {@link Router} can do. */
export interface Router extends Readable, Writable {
  /** The name that it announces, 1 to 255 octets; `null`: none. */
  routingId: string | null;
  /** Whether `send` rejects if there is no such peer. */
  mandatory: boolean;
  /** Whether a ROUTER is told that it has connected. Cannot be read. */
  probeRouter: boolean;
  /** Whether a new peer takes its name from an old one. Cannot be read. */
  handover: boolean;
}

/** ROUTER: sends to the peer that the first part names, receives with the sender's name before the message. */
export class Router extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Router>) {
    super(TYPE_NUMBERS.ROUTER, options);
  }

  /** Connects, and may say what the peer is to be called. */
  override connect(address: string, options: RouterConnectOptions = {}): void {
    if (options.routingId) this.setStringOption(SPECIAL.connectRoutingId, options.routingId);
    super.connect(address);
  }
}

/** What a {@link Pull} can do. */
export interface Pull extends Readable {
  /** Whether only the newest message is kept of each peer. Cannot be read. */
  conflate: boolean;
}

/** PULL: receives work from each peer in turn. */
export class Pull extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Pull>) {
    super(TYPE_NUMBERS.PULL, options);
  }
}

/** What a {@link Push} can do. */
export interface Push extends Writable {
  /** Whether only the newest message is kept for each peer. Cannot be read. */
  conflate: boolean;
}

/** PUSH: hands out work to each peer in turn. */
export class Push extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Push>) {
    super(TYPE_NUMBERS.PUSH, options);
  }
}

/** What an {@link XPublisher} can do. */
export interface XPublisher extends Readable, Writable {
  /** Whether `send` waits for slow subscribers rather than have them miss messages. Cannot be read. */
  noDrop: boolean;
  /** Whether subscriptions are for the program to grant. Cannot be read. */
  manual: boolean;
  /** A message that every new subscriber gets; `null`: none. Cannot be read. */
  welcomeMessage: string | null;
  /** Whether subscribers get what they did not subscribe to. */
  invertMatching: boolean;
}

/** XPUB: a PUB that receives subscriptions as messages. */
export class XPublisher extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<XPublisher>) {
    super(TYPE_NUMBERS.XPUB, options);
  }

  /** Which repeated subscriptions are received: none, `"allSubs"`, or cancellations too. Cannot be read. */
  set verbosity(value: null | "allSubs" | "allSubsUnsubs") {
    if (value === null) this.setBoolOption(VERBOSE, false);
    else if (value === "allSubs") this.setBoolOption(VERBOSE, true);
    else if (value === "allSubsUnsubs") this.setBoolOption(VERBOSER, true);
  }
}

/** What an {@link XSubscriber} can do. */
export interface XSubscriber extends Readable, Writable {}

/** XSUB: a SUB that subscribes by sending messages. */
export class XSubscriber extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<XSubscriber>) {
    super(TYPE_NUMBERS.XSUB, options);
  }
}

/** How a {@link Stream} connects. */
export interface StreamConnectOptions {
  /** The routing id that the peer shall have here. */
  routingId?: string;
}

/** What a {@link Stream} can do. */
export interface Stream extends Readable<[Message, Message]>, Writable<[MessageLike, MessageLike]> {
  /** Whether connections are told of. Cannot be read. */
  notify: boolean;
}

/** STREAM: octets to and from peers that speak no ZMTP, each by its id. */
export class Stream extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Stream>) {
    super(TYPE_NUMBERS.STREAM, options);
  }

  /** Connects, and may say what the peer is to be called. */
  override connect(address: string, options: StreamConnectOptions = {}): void {
    if (options.routingId) this.setStringOption(SPECIAL.connectRoutingId, options.routingId);
    super.connect(address);
  }
}

for (
  const [name, { prototype }] of Object.entries({
    PAIR: Pair,
    PUB: Publisher,
    SUB: Subscriber,
    REQ: Request,
    REP: Reply,
    DEALER: Dealer,
    ROUTER: Router,
    PULL: Pull,
    PUSH: Push,
    XPUB: XPublisher,
    XSUB: XSubscriber,
    STREAM: Stream,
  })
) {
  defineOptions(prototype, rowsOf(name as keyof typeof TYPE_NUMBERS));
}
