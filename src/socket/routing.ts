/**
 * DEALER and ROUTER: request and reply without their rules of turn
 * ({@link https://rfc.zeromq.org/spec/28/ | RFC 28}).
 *
 * @module
 */

import { EndpointError, show } from "../errors.ts";
import { DealerPattern } from "../pattern/dealer.ts";
import { RouterPattern } from "../pattern/router.ts";
import type { Receiving, Sending } from "./faces.ts";
import { checkRoutingId } from "./option_table.ts";
import type { DealerOptions, Properties, RouterOptions } from "./options.ts";
import { coreOf, Socket } from "./socket.ts";

/** What a {@link Dealer} does, and its options as properties. */
export interface Dealer extends Sending, Receiving, Properties<DealerOptions> {}

/**
 * DEALER: sends to each peer in turn, receives from each in turn, and touches no frame. Talking to a REP takes an empty
 * frame before each message.
 *
 * @example Asking a REP, two questions at once
 * ```ts
 * import { Dealer, Reply, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using reply = new Reply();
 * await using dealer = new Dealer();
 * dealer.connect(await reply.bind("tcp://127.0.0.1:*"));
 * await dealer.send(["", "one"]);
 * await dealer.send(["", "two"]);
 * for (let i = 0; i < 2; i++) await reply.send(await reply.receive());
 * assertEquals((await dealer.receive()).map(text), ["", "one"]);
 * assertEquals((await dealer.receive()).map(text), ["", "two"]);
 * ```
 */
export class Dealer extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link DealerOptions}.
   * @throws {TypeError} If an option is unknown to DEALER, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: DealerOptions) {
    super("DEALER", options, (core) => new DealerPattern(core.options));
  }
}

/** How a {@link Router} connects. */
export interface RouterConnectOptions {
  /**
   * The routing id that the peer shall have here, 1 to 255 octets, the first not zero: it can be sent to at once.
   * libzmq: `ZMQ_CONNECT_ROUTING_ID`.
   */
  readonly routingId?: string | Uint8Array;
}

/** What a {@link Router} does, and its options as properties. */
export interface Router extends Sending, Receiving, Properties<RouterOptions> {}

/**
 * ROUTER: knows its peers by their routing ids. A received message begins with its sender's; a sent one goes to the peer
 * that its first frame names, and is dropped if there is none (see `mandatory`).
 *
 * @example Answering whoever asks
 * ```ts
 * import { Request, Router, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using router = new Router();
 * await using request = new Request();
 * request.connect(await router.bind("tcp://127.0.0.1:*"));
 * await request.send("who am I?");
 * const [id, delimiter, question] = await router.receive();
 * assertEquals(text(question), "who am I?");
 * await router.send([id!, delimiter!, "you are you"]);
 * assertEquals(text((await request.receive())[0]), "you are you");
 * ```
 */
export class Router extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link RouterOptions}.
   * @throws {TypeError} If an option is unknown to ROUTER, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: RouterOptions) {
    super("ROUTER", options, (core) => new RouterPattern(core.options, core.random32()));
  }

  /**
   * Connects to an endpoint, as every socket does, and may say what the peer is to be called.
   *
   * @param endpoint `tcp://host:port`, `tcp://source:port;host:port`, `ipc://path` or `inproc://name`.
   * @param options `routingId`: the peer's name here, whatever it announces.
   * @throws {EndpointError} If the endpoint is malformed, or the routing id in use (`EADDRINUSE`).
   * @throws {TypeError} If the routing id is neither text nor octets.
   * @throws {RangeError} If the routing id is not 1 to 255 octets, the first not zero.
   * @throws {ClosedError} If the socket is closed.
   */
  override connect(endpoint: string, options: RouterConnectOptions = {}): void {
    const { endpoints, pattern } = coreOf(this);
    endpoints.check(endpoint, "connect");
    const id = checkRoutingId(options.routingId);
    if (id.length > 0 && (pattern as RouterPattern).has(id)) {
      throw new EndpointError(
        "EADDRINUSE",
        endpoint,
        `Cannot connect to ${show(endpoint)}: a peer has the routing id given, wanted one that is free`,
      );
    }
    endpoints.connect(endpoint, id);
  }
}
