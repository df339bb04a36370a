/**
 * The interface of the npm package `zeromq`, version 6, over this library: a program that uses that package changes one
 * import, and has no native code any more. For Deno, Bun and Node.
 *
 * What differs is listed in docs/migrating.md. Programs that are new should use the main entry point instead: it has
 * streams, signals, any number of waiting calls, and errors that say more.
 *
 * @example A program that was written for npm `zeromq`
 * ```ts
 * import * as zmq from "@zerostream/zmq/zeromq";
 * import { assertEquals } from "@std/assert";
 *
 * const server = new zmq.Reply();
 * await server.bind("tcp://127.0.0.1:*");
 * const client = new zmq.Request();
 * client.connect(server.lastEndpoint!);
 *
 * await client.send("Hello");
 * const [question] = await server.receive();
 * await server.send(question!.toString().toUpperCase());
 * const [answer] = await client.receive();
 * assertEquals(answer!.toString(), "HELLO");
 *
 * client.close();
 * server.close();
 * ```
 *
 * @module
 */

// Sockets find their transports, and PLAIN and CURVE, through the main entry point.
import "../../mod.ts";
import { curveKeyPair as libraryKeyPair } from "../socket/curve.ts";
import { isWindows } from "./process.ts";

export { Context, context, type ContextOptions } from "./context.ts";
export type { ErrnoError } from "./errno.ts";
export type {
  AddressEvent,
  AuthError,
  BareEvent,
  ErrorEvent,
  Event,
  EventOfType,
  EventType,
  ProtoError,
  RetryEvent,
} from "./events.ts";
export { type EventSubscriber, Observer } from "./observer.ts";
export type { Message, MessageLike } from "./outgoing.ts";
export type {
  OptionName,
  Prefix,
  Readable,
  ReceiveType,
  SocketOptions,
  SocketProperties,
  Writable,
} from "./properties.ts";
export { Proxy } from "./proxy.ts";
export { Socket } from "./socket.ts";
export {
  Dealer,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type RouterConnectOptions,
  Stream,
  type StreamConnectOptions,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "./sockets.ts";

/** The version of libzmq whose interface and behaviour this is. */
export const version: string = "4.3.5";

/** What there is, besides `tcp` and `inproc`. */
export const capability: Partial<{
  ipc: boolean;
  pgm: boolean;
  tipc: boolean;
  norm: boolean;
  curve: boolean;
  gssapi: boolean;
  draft: boolean;
}> = { ipc: !isWindows(), pgm: false, tipc: false, norm: false, curve: true, gssapi: false, draft: true };

/**
 * Makes a CURVE key pair of random octets.
 *
 * @returns The two keys, each as 40 characters of Z85.
 */
export function curveKeyPair(): { publicKey: string; secretKey: string } {
  return { ...libraryKeyPair() };
}

/** All of it: of a CommonJS module, which npm `zeromq` is, that is what `import zmq from` gives. */
export * as default from "./mod.ts";
