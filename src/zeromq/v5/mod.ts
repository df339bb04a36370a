/**
 * The interface of the npm package `zeromq`, version 5, as `zeromq/v5-compat` has it, over this library. For Deno, Bun
 * and Node. What differs is listed in docs/migrating.md.
 *
 * @example A program that was written for npm `zeromq` 5
 * ```ts
 * import * as zmq from "@zerostream/zmq/zeromq/v5";
 * import { assertEquals } from "@std/assert";
 *
 * const server = zmq.socket("rep");
 * server.on("message", (question) => server.send(question.toString().toUpperCase()));
 * await new Promise<void>((resolve, reject) => {
 *   server.bind("tcp://127.0.0.1:*", (error) => error === undefined ? resolve() : reject(error));
 * });
 *
 * const client = zmq.socket("req");
 * client.connect(server.last_endpoint);
 * const answer = new Promise((resolve) => client.on("message", (answer) => resolve(answer.toString())));
 * client.send("hello");
 * assertEquals(await answer, "HELLO");
 * client.close();
 * server.close();
 * ```
 *
 * @module
 */

import { context, curveKeyPair, version as version6 } from "../mod.ts";
import { Socket, type SocketType } from "./socket.ts";

export { options, type OptionValue, type ShortName } from "./options.ts";
export * from "./numbers.ts";
export { type Callback, Socket, type SocketType } from "./socket.ts";
export type { MessageLike } from "../outgoing.ts";

/** The version of libzmq whose behaviour this is. */
export const version: string = version6;

/** The context: what there is to set of it. */
export class Context {
  /** Throws: there is one context. */
  constructor() {
    throw new Error("Context cannot be instantiated in compatibility mode");
  }

  /** How many I/O threads there shall be: there are none here, so that anything but 1 throws `ENOTSUP`. */
  static setMaxThreads(value: number): void {
    context.ioThreads = value;
  }

  /** How many I/O threads there are said to be: 1. */
  static getMaxThreads(): number {
    return context.ioThreads;
  }

  /** How many sockets may be open at one time. */
  static setMaxSockets(value: number): void {
    context.maxSockets = value;
  }

  /** How many sockets may be open at one time. */
  static getMaxSockets(): number {
    return context.maxSockets;
  }
}

/**
 * Makes a socket.
 *
 * @param type Its type.
 * @param options Options, by their short names.
 */
// deno-lint-ignore no-explicit-any -- as there
export function createSocket(type: SocketType, options: { [key: string]: any } = {}): Socket {
  const socket = new Socket(type);
  for (const [name, value] of Object.entries(options)) socket[name] = value;
  return socket;
}

export { createSocket as socket };

/** Makes a CURVE key pair. */
export function curveKeypair(): { public: string; secret: string } {
  const { publicKey, secretKey } = curveKeyPair();
  return { public: publicKey, secret: secretKey };
}

/** Pairs of types that {@link proxy} takes, and how many parts of an answer `capture` is spared: its envelope. */
const PROXIED: Readonly<Record<string, number>> = {
  "push/pull": 0,
  "pull/push": 0,
  "xpub/xsub": 0,
  "router/dealer": 2,
  "xrep/xreq": 2,
};

/**
 * Moves messages between two sockets, both ways.
 *
 * @param frontend One socket.
 * @param backend The other.
 * @param capture Gets a copy of what the back end has received.
 */
export function proxy(frontend: Socket, backend: Socket, capture?: Socket): void {
  const envelope = PROXIED[`${frontend.type}/${backend.type}`];
  if (envelope === undefined) throw new Error("This socket type order is not supported in compatibility mode");
  frontend.on("message", (...parts) => void backend.send(parts));
  backend.on("message", (...parts) => {
    frontend.send(parts);
    capture?.send(parts.slice(envelope));
  });
}

/** All of it: of a CommonJS module, which npm `zeromq` is, that is what `import zmq from` gives. */
export * as default from "./mod.ts";
