/**
 * STREAM: octets to and from peers that speak no ZMTP.
 *
 * @module
 */

import { zmtpTypes } from "../engine/compatibility.ts";
import { RawEngine } from "../engine/raw_engine.ts";
import { EndpointError, NotSupportedError, show } from "../errors.ts";
import { StreamPattern } from "../pattern/stream.ts";
import type { WaitOptions } from "./aborts.ts";
import type { Receiving, Sending } from "./faces.ts";
import { checkRoutingId, flag, OPTION_TABLE, type OptionRow } from "./option_table.ts";
import type { Properties, StreamOptions } from "./options.ts";
import type { RouterConnectOptions } from "./routing.ts";
import { coreOf, defineOptions, Socket } from "./socket.ts";

/** Options about what ZMTP has, and octets alone have not. */
const OF_ZMTP: readonly string[] = [
  "maxMessageSize",
  "maxMessageParts",
  "maxPingRate",
  "maxHandshakes",
  "minimumProtocol",
  "handshakeInterval",
  "heartbeatInterval",
  "heartbeatTimeout",
  "heartbeatTimeToLive",
  "metadata",
  "plainServer",
  "plainUsername",
  "plainPassword",
  "curveServer",
  "curvePublicKey",
  "curveSecretKey",
  "curveServerKey",
  "zapDomain",
  "zapEnforceDomain",
];

/**
 * Adds `notify` to the table of options, and says there what STREAM does not heed. Once; where no STREAM is imported
 * nothing of it is bundled.
 */
export function provideStreamOptions(): void {
  if (Object.hasOwn(OPTION_TABLE, "notify")) return;
  const rows: Record<string, OptionRow> = { notify: { ...flag, initial: true, heeds: ["STREAM"] } };
  const others = zmtpTypes();
  for (const name of OF_ZMTP) {
    const row = OPTION_TABLE[name];
    if (row !== undefined) rows[name] = { heeds: others, ...row };
  }
  Object.assign(OPTION_TABLE, rows);
  defineOptions(["notify"]);
}

/** What a {@link Stream} does, and its options as properties. */
export interface Stream extends Sending, Receiving, Properties<StreamOptions> {}

/**
 * STREAM: plain tcp (or ipc) connections, for peers that know nothing of ZeroMQ: browsers, devices, protocols of one's
 * own. There are no frames and no handshake. A received message is `[id, octets]`: which connection it came by, and what
 * one read brought, in pieces as the network made them. What is sent is `[id, octets, …]`, and all parts but the first
 * go out one after another. libzmq: `ZMQ_STREAM`.
 *
 * - With `notify`, the default, each connection begins and ends with an empty message, `[id, ""]`.
 * - Sending `[id, ""]` ends a connection for good, once what was sent before has gone out (`linger` is the limit).
 *   Messages for an id that is not connected, or no more, reject with `EHOSTUNREACH`. What is on its way from the peer
 *   is dropped then, and no empty message follows.
 * - An id is five octets, a zero and a number, unless `connect` was told another; it stays the same when an endpoint that
 *   we have connected is lost and dialled again, and so does what waits to be sent there.
 * - A peer that ends its direction has left, as in libzmq: what was still to be sent to it is lost.
 * - `peerOf(message)` has the connection's address as `peer`, and nothing that anyone has made sure of.
 * - It does tcp and ipc. No `handshake` event comes, and options about ZMTP and its security are no options here.
 *
 * @example Serving HTTP
 * ```ts
 * import { Stream, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new Stream({ notify: false });
 * const endpoint = await server.bind("tcp://127.0.0.1:*");
 * (async () => {
 *   for await (const [id, request] of server) {
 *     const path = text(request).split(" ")[1]!;
 *     await server.send([id!, `HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\nConnection: close\r\n\r\n`, path]);
 *     await server.send([id!, ""]);
 *   }
 * })();
 * const response = await fetch(`${endpoint.replace("tcp:", "http:")}/hello`);
 * assertEquals(await response.text(), "/hello");
 * ```
 *
 * @example Asking by HTTP
 * ```ts
 * import { Stream, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new Stream({ notify: false });
 * await using client = new Stream();
 * client.connect(await server.bind("tcp://127.0.0.1:*"));
 * const [id] = await client.receive(); // An empty message: the connection is there.
 * await client.send([id!, "GET / HTTP/1.0\r\n\r\n"]);
 * const [peer] = await server.receive();
 * await server.send([peer!, "HTTP/1.0 204 No Content\r\n\r\n"]);
 * await server.send([peer!, ""]);
 * let answer = "";
 * for await (const [, octets] of client) {
 *   if (octets!.length === 0) break; // The connection is over.
 *   answer += text(octets);
 * }
 * assertEquals(answer, "HTTP/1.0 204 No Content\r\n\r\n");
 * ```
 */
export class Stream extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link StreamOptions}.
   * @throws {TypeError} If an option is unknown to STREAM, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: StreamOptions) {
    provideStreamOptions();
    super("STREAM", options, (core) => {
      // Its own engine for each connection, in place of the one that all others have.
      core.engine = (handler) => new RawEngine(handler, core.store.get("notify") as boolean);
      return new StreamPattern(core.random32());
    });
  }

  /**
   * Binds an endpoint, as every socket does.
   *
   * @param endpoint `tcp://interface:port` or `ipc://path`; `*` or 0 for a free port, `*` for every interface.
   * @param options `signal` gives the call up.
   * @returns The endpoint as bound.
   * @throws {NotSupportedError} If the endpoint is neither of tcp nor of ipc.
   * @throws {EndpointError} If the endpoint is malformed (`EINVAL`).
   * @throws {ClosedError} If the socket is closed.
   * @throws {EndpointError} (rejects) If it cannot be bound: `EADDRINUSE`, `EACCES`, `ENODEV`, `ENOENT`, …
   */
  override bind(endpoint: string, options?: WaitOptions): Promise<string> {
    checkTransport(endpoint, "bind");
    return super.bind(endpoint, options);
  }

  /**
   * Connects to an endpoint, as every socket does, and may say what the connection is to be called.
   *
   * @param endpoint `tcp://host:port`, `tcp://source:port;host:port` or `ipc://path`.
   * @param options `routingId`: the connection's id here; with it, it can be sent to at once.
   * @throws {NotSupportedError} If the endpoint is neither of tcp nor of ipc.
   * @throws {EndpointError} If the endpoint is malformed (`EINVAL`), or the id in use (`EADDRINUSE`).
   * @throws {TypeError} If the id is neither text nor octets.
   * @throws {RangeError} If the id is not 1 to 255 octets, the first not zero.
   * @throws {ClosedError} If the socket is closed.
   */
  override connect(endpoint: string, options: RouterConnectOptions = {}): void {
    const { endpoints, pattern } = coreOf(this);
    checkTransport(endpoint, "connect to");
    endpoints.check(endpoint, "connect");
    const id = checkRoutingId(options.routingId);
    if (id.length > 0 && (pattern as StreamPattern).has(id)) {
      throw new EndpointError(
        "EADDRINUSE",
        endpoint,
        `Cannot connect to ${show(endpoint)}: a connection has the id given, wanted one that is free`,
      );
    }
    endpoints.connect(endpoint, id);
  }
}

/** What has no octets of its own cannot carry any. */
function checkTransport(endpoint: unknown, what: string): void {
  if (typeof endpoint !== "string" || /^(tcp|ipc):/.test(endpoint) || !endpoint.includes("://")) return;
  throw new NotSupportedError(`Cannot ${what} ${show(endpoint)}: a STREAM carries octets, wanted tcp or ipc`);
}
