/**
 * The draft sockets of the npm package `zeromq`, by name: `from "zeromq/draft"`. Their messages have one part, but those of
 * a {@link Datagram}; where a message goes, or came from, stands beside it.
 *
 * @example A service
 * ```ts
 * import { Client, Server } from "@zerostream/zmq/zeromq/draft";
 * import { assertEquals } from "@std/assert";
 *
 * const server = new Server();
 * await server.bind("tcp://127.0.0.1:*");
 * const client = new Client();
 * client.connect(server.lastEndpoint!);
 *
 * await client.send("Hello");
 * const [question, { routingId }] = await server.receive();
 * await server.send(question.toString().toUpperCase(), { routingId });
 * const [answer] = await client.receive();
 * assertEquals(answer.toString(), "HELLO");
 *
 * client.close();
 * server.close();
 * ```
 *
 * @module
 */

// Sockets find their transports, and PLAIN and CURVE, through the main entry point.
import "../../../mod.ts";
import { TYPE_NUMBERS } from "../option_table.ts";
import { defineOptions } from "../option_properties.ts";
import type { Message, MessageLike } from "../outgoing.ts";
import type { Prefix, Readable, SocketOptions, Writable } from "../properties.ts";
import { rowsOf } from "../settings.ts";
import { Socket } from "../socket.ts";

/** Whom a {@link Server} hears, or answers. */
export interface ServerRoutingOptions {
  /** The peer's number. */
  routingId: number;
}

/** What a {@link Server} can do. */
export interface Server
  extends Readable<[Message, ServerRoutingOptions]>, Writable<MessageLike, [ServerRoutingOptions]> {}

/**
 * SERVER: hears clients, and answers each by its number. It never waits for one: `send` rejects with `EAGAIN` while the
 * client's queue is full, with `EHOSTUNREACH` if there is no such client.
 */
export class Server extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Server>) {
    super(TYPE_NUMBERS.SERVER, options);
  }
}

/** What a {@link Client} can do. */
export interface Client extends Readable<[Message]>, Writable<MessageLike> {}

/** CLIENT: sends to each server in turn, receives from each. */
export class Client extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Client>) {
    super(TYPE_NUMBERS.CLIENT, options);
  }
}

/** Whom a {@link Radio} reaches. */
export interface RadioGroupOptions {
  /** Its name, 0 to 255 octets; a zero octet ends it. */
  group: Prefix;
}

/** What a {@link Radio} can do. */
export interface Radio extends Writable<MessageLike, [RadioGroupOptions]> {}

/** RADIO: sends each message to every dish that has joined exactly its group, and never waits. */
export class Radio extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Radio>) {
    super(TYPE_NUMBERS.RADIO, options);
  }
}

/** Through which group a {@link Dish} was reached. */
export interface DishGroupOptions {
  /** Its name. */
  group: Message;
}

/** What a {@link Dish} can do. */
export interface Dish extends Readable<[Message, DishGroupOptions]> {
  /**
   * Wants the messages of some groups.
   *
   * @param values Their names, 0 to 255 octets; a zero octet ends one.
   * @throws {TypeError} If one is neither text nor octets.
   * @throws {Error} `EINVAL` if one is joined already or too long: the others are joined; `EBADF` if the socket is closed,
   * `EBUSY` if it is being bound.
   */
  join(...values: Prefix[]): void;
  /**
   * Wants them no longer.
   *
   * @param values As for {@link join}.
   * @throws {TypeError} If one is neither text nor octets.
   * @throws {Error} `EINVAL` if one is not joined: the others are left; `EBADF` if the socket is closed, `EBUSY` if it is
   * being bound.
   */
  leave(...values: Prefix[]): void;
}

/** DISH: receives the messages of the groups that it has joined. */
export class Dish extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Dish>) {
    super(TYPE_NUMBERS.DISH, options);
  }
}

/** What a {@link Gather} can do. */
export interface Gather extends Readable<[Message]> {
  /** Does nothing, as in libzmq. Cannot be read. */
  conflate: boolean;
}

/** GATHER: receives work from each scatter in turn. */
export class Gather extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Gather>) {
    super(TYPE_NUMBERS.GATHER, options);
  }
}

/** What a {@link Scatter} can do. */
export interface Scatter extends Writable<MessageLike> {
  /** Does nothing, as in libzmq. Cannot be read. */
  conflate: boolean;
}

/** SCATTER: hands out work to each gather in turn. */
export class Scatter extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Scatter>) {
    super(TYPE_NUMBERS.SCATTER, options);
  }
}

/** What a {@link Datagram} can do. */
export interface Datagram extends Readable<[Message, Message]>, Writable<[MessageLike, MessageLike]> {}

/**
 * DGRAM: datagrams as they are, to and from any program. A message is an address, `127.0.0.1:5555`, and a body; the
 * address of one that is received ends with a zero octet, as libzmq's do.
 */
export class Datagram extends Socket {
  /** Makes a socket with some options. */
  constructor(options?: SocketOptions<Datagram>) {
    super(TYPE_NUMBERS.DGRAM, options);
  }
}

for (
  const [name, { prototype }] of Object.entries({
    SERVER: Server,
    CLIENT: Client,
    RADIO: Radio,
    DISH: Dish,
    GATHER: Gather,
    SCATTER: Scatter,
    DGRAM: Datagram,
  })
) {
  defineOptions(prototype, rowsOf(name as keyof typeof TYPE_NUMBERS));
}

/** All of it: of a CommonJS module, which npm `zeromq/draft` is, that is what `import draft from` gives. */
export * as default from "./mod.ts";
