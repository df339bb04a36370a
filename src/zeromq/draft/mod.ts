/**
 * The draft sockets of the npm package `zeromq`, by name: this interface has none of them yet, so that to make one throws
 * `ENOTSUP`, as `capability.draft` says beforehand. The main entry point has them.
 *
 * @example Asking before
 * ```ts
 * import { capability } from "@zerostream/zmq/zeromq";
 * import { Server } from "@zerostream/zmq/zeromq/draft";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(capability.draft, false);
 * assertThrows(() => new Server(), Error, "Cannot make a SERVER socket");
 * ```
 *
 * @module
 */

import type { Message, MessageLike } from "../outgoing.ts";
import type { Prefix, Readable, SocketOptions, Writable } from "../properties.ts";
import { Socket } from "../socket.ts";

/** Whom a {@link Server} hears, or answers. */
export interface ServerRoutingOptions {
  /** The peer's number. */
  routingId: number;
}

/** What a {@link Server} could do. */
export interface Server
  extends Readable<[Message, ServerRoutingOptions]>, Writable<MessageLike, [ServerRoutingOptions]> {}

/** SERVER, which is not here yet: to make one throws `ENOTSUP`. */
export class Server extends Socket {
  /** Throws. */
  constructor(options?: SocketOptions<Server>) {
    super(12, options);
  }
}

/** What a {@link Client} could do. */
export interface Client extends Readable<[Message]>, Writable<MessageLike> {}

/** CLIENT, which is not here yet: to make one throws `ENOTSUP`. */
export class Client extends Socket {
  /** Throws. */
  constructor(options?: SocketOptions<Client>) {
    super(13, options);
  }
}

/** Whom a {@link Radio} reaches. */
export interface RadioGroupOptions {
  /** The group's name. */
  group: Prefix;
}

/** What a {@link Radio} could do. */
export interface Radio extends Writable<MessageLike, [RadioGroupOptions]> {}

/** RADIO, which is not here yet: to make one throws `ENOTSUP`. */
export class Radio extends Socket {
  /** Throws. */
  constructor(options?: SocketOptions<Radio>) {
    super(14, options);
  }
}

/** Through which group a {@link Dish} was reached. */
export interface DishGroupOptions {
  /** The group's name. */
  group: Message;
}

/** What a {@link Dish} could do. */
export interface Dish extends Readable<[Message, DishGroupOptions]> {
  /** Joins groups. */
  join(...values: Prefix[]): void;
  /** Leaves groups. */
  leave(...values: Prefix[]): void;
}

/** DISH, which is not here yet: to make one throws `ENOTSUP`. */
export class Dish extends Socket {
  /** Throws. */
  constructor(options?: SocketOptions<Dish>) {
    super(15, options);
  }
}

/** What a {@link Gather} could do. */
export interface Gather extends Readable<[Message]> {
  /** Whether only the newest message is kept of each peer. */
  conflate: boolean;
}

/** GATHER, which is not here yet: to make one throws `ENOTSUP`. */
export class Gather extends Socket {
  /** Throws. */
  constructor(options?: SocketOptions<Gather>) {
    super(16, options);
  }
}

/** What a {@link Scatter} could do. */
export interface Scatter extends Writable<MessageLike> {
  /** Whether only the newest message is kept for each peer. */
  conflate: boolean;
}

/** SCATTER, which is not here yet: to make one throws `ENOTSUP`. */
export class Scatter extends Socket {
  /** Throws. */
  constructor(options?: SocketOptions<Scatter>) {
    super(17, options);
  }
}

/** What a {@link Datagram} could do. */
export interface Datagram extends Readable<[Message, Message]>, Writable<[MessageLike, MessageLike]> {}

/** DGRAM, which is not here yet: to make one throws `ENOTSUP`. */
export class Datagram extends Socket {
  /** Throws. */
  constructor(options?: SocketOptions<Datagram>) {
    super(18, options);
  }
}
