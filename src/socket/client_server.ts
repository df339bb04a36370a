/**
 * CLIENT, SERVER and PEER: messages of one part, answered by the number of whoever sent them
 * ({@link https://rfc.zeromq.org/spec/41/ | RFC 41}, {@link https://rfc.zeromq.org/spec/51/ | RFC 51}).
 *
 * @module
 */

import { EndpointError, show, StateError, wrongRange, wrongType } from "../errors.ts";
import { EMPTY } from "../message.ts";
import { DealerPattern } from "../pattern/dealer.ts";
import { ServerPattern } from "../pattern/server.ts";
import { SinglePartPattern } from "../pattern/single_part.ts";
import type { Receiving, Sending } from "./faces.ts";
import { FormedSocket } from "./formed.ts";
import type { ClientOptions, PeerOptions, Properties, ServerOptions } from "./options.ts";
import { coreOf, type Socket } from "./socket.ts";

/** What a {@link Client} does, and its options as properties. */
export interface Client extends Sending, Receiving, Properties<ClientOptions> {}

/**
 * CLIENT: sends to each SERVER in turn, receives from each in turn; messages have one part. While there is none with
 * room, `send` waits; nothing is dropped. To send several parts is refused with a `TypeError` (`EINVAL`); if they come,
 * they are dropped.
 *
 * @example A question and its answer
 * ```ts
 * import { Client, Server, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new Server();
 * await using client = new Client();
 * client.connect(await server.bind("tcp://127.0.0.1:*"));
 * await client.send("who am I?");
 * const [id, question] = await server.receive();
 * assertEquals(text(question), "who am I?");
 * await server.send([id!, "you are you"]);
 * assertEquals((await client.receive()).map(text), ["you are you"]);
 * ```
 */
export class Client extends FormedSocket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link ClientOptions}.
   * @throws {TypeError} If an option is unknown to CLIENT, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: ClientOptions) {
    super("CLIENT", options, (core) => new SinglePartPattern("CLIENT", new DealerPattern(core.options)));
  }
}

/** What a {@link Server} does, and its options as properties. */
export interface Server extends Sending, Receiving, Properties<ServerOptions> {}

/**
 * SERVER: knows its peers by numbers that it gives them itself. A received message is two frames: the routing id of
 * whoever sent it, four octets, and the body. So is a sent one, and it goes to that peer: `send` rejects with an
 * {@link UnreachableError} (`EHOSTUNREACH`) if there is no such peer, and waits while its queue is full. What has another
 * form is refused with a `TypeError` or a `RangeError` (`EINVAL`); messages of several parts that come are dropped.
 *
 * The id is libzmq's `zmq_msg_routing_id`, the most significant octet first; it is never zero, and never on the wire. A
 * peer that dialled has another one after each reconnection. See {@link Client} for an example.
 */
export class Server extends FormedSocket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link ServerOptions}.
   * @throws {TypeError} If an option is unknown to SERVER, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: ServerOptions) {
    super("SERVER", options, (core) => new ServerPattern("SERVER", core.random32(), core.options));
  }

  /**
   * Ends the connection to a peer: what is queued for it has `linger` to go out, what has come from it and was not
   * received is dropped. A peer that dialled may dial again, and is another then. libzmq: `zmq_disconnect_peer`.
   *
   * @example Sending a client away
   * ```ts
   * import { Client, Server, UnreachableError } from "@zerostream/zmq";
   * import { assertRejects } from "@std/assert";
   *
   * await using server = new Server();
   * await using client = new Client();
   * client.connect(await server.bind("tcp://127.0.0.1:*"));
   * await client.send("hello");
   * const [id] = await server.receive();
   * server.disconnectPeer(id!);
   * await assertRejects(() => server.send([id!, "are you there?"]), UnreachableError);
   * ```
   *
   * @param routingId The peer's routing id, as messages from it have it.
   * @throws {UnreachableError} If there is no such peer.
   * @throws {ClosedError} If the socket is closed.
   * @throws {TypeError} If the routing id is not octets.
   * @throws {RangeError} If it is not four of them.
   */
  disconnectPeer(routingId: Uint8Array): void {
    disconnectPeer(this, routingId);
  }
}

/** What a {@link Peer} does, and its options as properties. */
export interface Peer extends Sending, Receiving, Properties<PeerOptions> {}

/**
 * PEER: talks to any number of other PEERs, each way, as a {@link Server} does to its clients: a message is the routing id
 * of a peer, four octets, and the body.
 *
 * @example Two peers
 * ```ts
 * import { Peer, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using one = new Peer();
 * await using other = new Peer();
 * const id = other.connectPeer(await one.bind("tcp://127.0.0.1:*"));
 * await other.send([id, "ping"]);
 * const [from, ping] = await one.receive();
 * assertEquals(text(ping), "ping");
 * await one.send([from!, "pong"]);
 * const [answerer, pong] = await other.receive();
 * assertEquals([answerer, text(pong)], [id, "pong"]);
 * ```
 */
export class Peer extends FormedSocket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link PeerOptions}.
   * @throws {TypeError} If an option is unknown to PEER, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: PeerOptions) {
    super("PEER", options, (core) => new ServerPattern("PEER", core.random32(), core.options));
  }

  /**
   * Connects to an endpoint, as `connect` does, and tells what the peer there is called: it can be sent to at once, and
   * keeps its routing id whenever it is dialled again. libzmq: `zmq_connect_peer`.
   *
   * @param endpoint `tcp://host:port`, `tcp://source:port;host:port`, `ipc://path` or `inproc://name`.
   * @returns The routing id, four octets.
   * @throws {EndpointError} If the endpoint is malformed (`EINVAL`), its transport unknown (`EPROTONOSUPPORT`), or an
   * `inproc` name is bound by a socket that is no PEER (`EINVAL`).
   * @throws {StateError} If the socket is `immediate`: there is no peer then before there is a connection.
   * @throws {ClosedError} If the socket is closed.
   */
  connectPeer(endpoint: string): Uint8Array {
    const { endpoints, options, pattern } = coreOf(this);
    endpoints.check(endpoint, "connect");
    if (options.immediate) {
      throw new StateError(
        `Cannot connect to ${show(endpoint)} as a peer: the socket is immediate, wanted one that need not wait`,
      );
    }
    endpoints.connect(endpoint, EMPTY);
    const id = (pattern as ServerPattern).lastDialledId;
    if (id !== undefined) return id;
    const message = `Cannot connect to ${show(endpoint)}: the socket there is no PEER, wanted one`;
    throw new EndpointError("EINVAL", endpoint, message);
  }

  /**
   * Ends the connection to a peer; an endpoint that was connected is not dialled again. What is queued for the peer has
   * `linger` to go out, what has come from it and was not received is dropped. libzmq: `zmq_disconnect_peer`.
   *
   * @param routingId The peer's routing id, as messages from it or {@link connectPeer} have it.
   * @throws {UnreachableError} If there is no such peer.
   * @throws {ClosedError} If the socket is closed.
   * @throws {TypeError} If the routing id is not octets.
   * @throws {RangeError} If it is not four of them.
   */
  disconnectPeer(routingId: Uint8Array): void {
    disconnectPeer(this, routingId);
  }
}

function disconnectPeer(socket: Socket, routingId: Uint8Array): void {
  const core = coreOf(socket);
  if (core.isClosed) throw core.closedError("disconnect a peer");
  if (!(routingId instanceof Uint8Array)) {
    throw wrongType(`Cannot disconnect a peer: routing id is ${show(routingId)}, wanted octets (Uint8Array)`);
  }
  if (routingId.length !== 4) {
    throw wrongRange(`Cannot disconnect a peer: the routing id is ${routingId.length} octets, wanted 4`);
  }
  const pipe = (core.pattern as ServerPattern).find("disconnect a peer", routingId);
  // Every pipe that can be addressed is some connection's.
  const connection = core.endpoints.connections.find((one) => one.pipe === pipe)!;
  pipe.inbound.clear();
  void connection.close(core.options.linger);
  if (connection.dialled && core.observed) core.emit({ type: "close", endpoint: connection.endpoint });
}
