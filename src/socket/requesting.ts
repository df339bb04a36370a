/**
 * REQ and REP: a question and its answer ({@link https://rfc.zeromq.org/spec/28/ | RFC 28}).
 *
 * @module
 */

import { type Frames, type MessageInput, toMessage } from "../message.ts";
import { ReplyPattern } from "../pattern/reply.ts";
import { RequestPattern } from "../pattern/request.ts";
import { signalOf } from "./aborts.ts";
import { type CallOptions, callPeer, checkCall } from "./call.ts";
import type { Receiving, Sending } from "./faces.ts";
import type { Properties, ReplyOptions, RequestOptions } from "./options.ts";
import { coreOf, Socket } from "./socket.ts";

/** What a {@link Request} does, and its options as properties. */
export interface Request extends Sending, Receiving, Properties<RequestOptions> {}

/**
 * REQ: sends a request to each REP or ROUTER in turn, and receives its reply before the next. {@link Request.request}
 * does both in one call, and knows no turns.
 *
 * @example A question and its answer
 * ```ts
 * import { Reply, Request, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using reply = new Reply();
 * await using request = new Request();
 * request.connect(await reply.bind("tcp://127.0.0.1:*"));
 * await request.send("6 x 7?");
 * assertEquals(text((await reply.receive())[0]), "6 x 7?");
 * await reply.send("42");
 * assertEquals(text((await request.receive())[0]), "42");
 * ```
 */
export class Request extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link RequestOptions}.
   * @throws {TypeError} If an option is unknown to REQ, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: RequestOptions) {
    super("REQ", options, (core) => new RequestPattern(core.options, core.random32()));
  }

  /**
   * Sends a request and waits for its reply. Each call is numbered on the wire (as with `correlate`), so that any number
   * may be in flight, also beside `send` and `receive`; and a reply that comes too late is never taken for another's.
   *
   * @example With a time limit, and a second try
   * ```ts
   * import { Reply, Request, text } from "@zerostream/zmq";
   * import { assertEquals } from "@std/assert";
   *
   * await using reply = new Reply();
   * await using request = new Request();
   * request.connect(await reply.bind("tcp://127.0.0.1:*"));
   * const answer = request.request("ping", { timeout: 1000, retries: 1 });
   * await reply.receive();
   * await reply.send("pong");
   * assertEquals(text((await answer)[0]), "pong");
   * ```
   *
   * @param message The request, as for `send`.
   * @param options `timeout`: milliseconds for each try, `Infinity` unless given; `retries`: how often the request is
   * sent again, to the next peer, when they pass, 0 unless given; `signal`: gives the call up.
   * @returns The reply's frames.
   * @throws {ClosedError} If the socket is closed; a waiting call rejects with it.
   * @throws {TypeError} If a part is neither text, octets nor `null`, or there is none.
   * @throws {RangeError} If `timeout` or `retries` is out of range.
   * @throws {TimeoutError} (rejects) If no reply came to any try.
   */
  request(message: MessageInput, options: CallOptions = {}): Promise<Frames> {
    const core = coreOf(this);
    core.checkSend();
    checkCall(options);
    const signal = signalOf("request", options);
    return callPeer(core, toMessage(message), options, signal) as Promise<Frames>;
  }
}

/** What a {@link Reply} does, and its options as properties. */
export interface Reply extends Sending, Receiving, Properties<ReplyOptions> {}

/**
 * REP: receives a request from each peer in turn, and sends its reply before the next. A reply to a peer that is gone is
 * dropped.
 *
 * @example A service
 * ```ts
 * import { Reply, Request, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using reply = new Reply();
 * const serving = (async () => {
 *   for await (const [question] of reply) await reply.send(`RESPONSE: ${text(question)}`);
 * })();
 * await using request = new Request();
 * request.connect(await reply.bind("tcp://127.0.0.1:*"));
 * assertEquals(text((await request.request("hello"))[0]), "RESPONSE: hello");
 * await reply.close();
 * await serving;
 * ```
 */
export class Reply extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link ReplyOptions}.
   * @throws {TypeError} If an option is unknown to REP, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: ReplyOptions) {
    super("REP", options, () => new ReplyPattern());
  }
}
