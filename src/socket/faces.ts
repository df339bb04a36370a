/**
 * What sockets that send, and sockets that receive, have in common: written once, for all of them.
 *
 * @module
 */

import type { Frames, MessageInput } from "../message.ts";
import type { WaitOptions } from "./aborts.ts";

/** A socket that sends. */
export interface Sending {
  /**
   * Queues a message for the peers that are to have it. While no queue has room the call waits; any number may wait,
   * and they are served first in, first out.
   *
   * Parts of less than 16 KiB are copied: they may be changed once the promise has resolved. Longer ones are on loan
   * until the operating system has taken them: do not change them (or send a copy, `part.slice()`).
   *
   * @example Text, octets, and several parts
   * ```ts
   * import { Pull, Push, text } from "@zerostream/zmq";
   * import { assertEquals } from "@std/assert";
   *
   * await using push = new Push();
   * await using pull = new Pull();
   * push.connect(await pull.bind("tcp://127.0.0.1:*"));
   * await push.send("hello");
   * await push.send(["two", new Uint8Array([112, 97, 114, 116, 115])]);
   * assertEquals((await pull.receive()).map(text), ["hello"]);
   * assertEquals((await pull.receive()).map(text), ["two", "parts"]);
   * ```
   *
   * @param message One part, or an array of one or more: text (sent as UTF-8), octets, or `null` for an empty part.
   * @param options `signal` gives the call up while it waits: it rejects with the signal's reason and nothing is sent.
   * @returns When a queue has taken the whole message.
   * @throws {ClosedError} If the socket is closed.
   * @throws {TypeError} If a part is neither text, octets nor `null`, or there is none.
   * @throws {StateError} If the socket's writable stream is locked.
   * @throws {TimeoutError} (rejects) If `sendTimeout` passes first.
   * @throws {StateError} (rejects) If a REQ has no reply yet, or a REP no request.
   * @throws {UnreachableError} (rejects) If a ROUTER with `mandatory`, a SERVER or a PEER has no such peer.
   */
  send(message: MessageInput, options?: WaitOptions): Promise<void>;

  /**
   * Queues a message if that can be done now. Never waits, and never goes before a `send` that does.
   *
   * @param message As for {@link send}, with the same loan of long parts.
   * @returns Whether the message was taken.
   * @throws {ClosedError} If the socket is closed.
   * @throws {TypeError} If a part is neither text, octets nor `null`, or there is none.
   * @throws {StateError} If the socket's writable stream is locked, a REQ has no reply yet, or a REP no request.
   * @throws {UnreachableError} If a ROUTER with `mandatory` has no such peer.
   */
  trySend(message: MessageInput): boolean;

  /**
   * The socket as a stream to write messages to. A write is done when its message is queued; closing or aborting the
   * stream leaves the socket open, and the next look here finds a new stream. While it is locked, `send` throws. A write
   * waits as long as it takes: `sendTimeout` is for `send`.
   */
  readonly writable: WritableStream<MessageInput>;
}

/** A socket that receives. */
export interface Receiving {
  /**
   * The next message. While there is none the call waits; any number may wait, and they are served first in, first out.
   *
   * Each frame is a view of the chunk it came in: keeping a small frame keeps its whole chunk in memory, and
   * `frame.slice()` lets go.
   *
   * @example Giving up
   * ```ts
   * import { Pull } from "@zerostream/zmq";
   * import { assertRejects } from "@std/assert";
   *
   * await using pull = new Pull();
   * await assertRejects(() => pull.receive({ signal: AbortSignal.abort() }), DOMException);
   * ```
   *
   * @param options `signal` gives the call up while it waits: it rejects with the signal's reason and no message is lost.
   * @returns The message's frames.
   * @throws {ClosedError} If the socket is closed; a waiting call rejects with it.
   * @throws {StateError} If the socket's readable stream is locked.
   * @throws {TimeoutError} (rejects) If `receiveTimeout` passes first.
   * @throws {StateError} (rejects) If a REQ has sent nothing, or a REP owes a reply.
   */
  receive(options?: WaitOptions): Promise<Frames>;

  /**
   * Takes a message if one is ready. Never waits, and never goes before a `receive` that does.
   *
   * @returns The message's frames, as {@link receive} gives them, or `undefined` if none is ready.
   * @throws {ClosedError} If the socket is closed.
   * @throws {StateError} If the socket's readable stream is locked, a REQ has sent nothing, or a REP owes a reply.
   */
  tryReceive(): Frames | undefined;

  /**
   * The socket as a stream of messages. It takes one only when someone reads, so none is lost by cancelling it; that
   * leaves the socket open, and the next look here finds a new stream. While it is locked, `receive` throws. A read waits
   * as long as it takes: `receiveTimeout` is for `receive`. See {@link frames} for a stream of octets.
   */
  readonly readable: ReadableStream<Frames>;

  /**
   * Messages as they come, until the socket is closed; leaving the loop leaves the socket open, and loses nothing. On a
   * REP it waits for each request to be answered. If `receiveTimeout` passes it throws a {@link TimeoutError}.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Frames>;
}
