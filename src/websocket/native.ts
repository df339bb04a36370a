/**
 * WebSockets of the platform's own: for browsers and edge servers, which have no sockets, and for those that an HTTP
 * server has upgraded. They can only ask for the sub-protocol `ZWS2.0`: a token of RFC 6455 has no slash in it, as
 * `ZWS2.0/CURVE` has; and they cannot send a PING.
 *
 * @module
 */

import { NotSupportedError, wrongType, ZmqError } from "../errors.ts";
import { BARE } from "../engine/zws_handshake.ts";
import { parseTcpConnect, type Role } from "../transport/endpoint.ts";
import { type DialOptions, type Link, type Listener, NO_CAPABILITIES, type Transport } from "../transport/link.ts";
import { hostHeader, renamed, splitWebSocket } from "./endpoint.ts";
import { NativeLink, type WebSocketLike } from "./native_link.ts";

export type { WebSocketLike };

/** The platform's class. */
type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;

const CONNECTING = 0;

class NativeWebSockets implements Transport {
  readonly scheme: "ws" | "wss";
  readonly capabilities = NO_CAPABILITIES;

  constructor(scheme: "ws" | "wss") {
    this.scheme = scheme;
  }

  check(endpoint: string, role: Role, options?: object): void {
    if (role === "bind") {
      throw new NotSupportedError(
        `Cannot bind to ${JSON.stringify(endpoint)}: a WebSocket of this platform only connects`,
      );
    }
    const { authority } = splitWebSocket(endpoint, role);
    try {
      if (parseTcpConnect(`tcp://${authority}`).source === undefined) {
        refuseOptions(endpoint, options);
        return;
      }
    } catch (error) {
      throw renamed(error, endpoint);
    }
    throw new NotSupportedError(
      `Cannot connect to ${JSON.stringify(endpoint)}: a WebSocket of this platform has no source address to choose`,
    );
  }

  async connect(endpoint: string, { signal }: DialOptions): Promise<Link> {
    const { authority, path } = splitWebSocket(endpoint, "connect");
    signal.throwIfAborted();
    const { WebSocket } = globalThis as unknown as { readonly WebSocket?: WebSocketClass };
    if (WebSocket === undefined) throw new NotSupportedError("Cannot connect: this platform has no WebSocket");
    const url = `${this.scheme}://${hostHeader(this.scheme, authority)}${path}`;
    const socket = new WebSocket(url, [BARE]);
    const abort = (): void => void socket.close();
    signal.addEventListener("abort", abort);
    try {
      return await linkOf(socket, `${this.scheme}://${authority}`, [BARE]);
    } catch (error) {
      signal.throwIfAborted();
      const code = error instanceof NotSupportedError ? "EPROTO" : "ECONNREFUSED";
      throw new ZmqError(code, `Cannot connect to ${JSON.stringify(endpoint)}: ${(error as Error).message}`, {
        cause: error,
      });
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  listen(endpoint: string): Promise<Listener> {
    return Promise.reject(
      new NotSupportedError(`Cannot bind to ${JSON.stringify(endpoint)}: there is no way to listen`),
    );
  }
}

function refuseOptions(endpoint: string, options: object | undefined): void {
  const { heartbeatInterval = 0, curveSecretKey = null, plainUsername = null, plainServer = false } =
    (options ?? {}) as Readonly<Partial<Record<string, unknown>>>;
  const where = `Cannot connect to ${JSON.stringify(endpoint)}: a WebSocket of this platform`;
  if (heartbeatInterval !== 0 && heartbeatInterval !== Infinity) {
    throw new NotSupportedError(`${where} sends no PING, wanted heartbeatInterval: 0`);
  }
  if (curveSecretKey === null && plainUsername === null && plainServer === false) return;
  throw new NotSupportedError(`${where} has NULL alone, wanted no other mechanism: its sub-protocol has a slash in it`);
}

/** The platform's own WebSockets, as transports for `ws` and `wss` that connect and cannot bind. */
export const webSockets: readonly Transport[] = /* @__PURE__ */ (() => [
  new NativeWebSockets("ws"),
  new NativeWebSockets("wss"),
])();

/**
 * Makes a link of a WebSocket that is open, or about to be: one of the platform's own, of npm `ws`, or one that
 * `Deno.upgradeWebSocket` has made. From then on it is the link's: nobody else may send, or listen to messages.
 *
 * @param socket The WebSocket. Its sub-protocol must be `ZWS2.0`, or unknown, as it is to Deno's server.
 * @param remote The other end, for events; its `url` unless given.
 * @returns The link, once the WebSocket is open.
 * @throws {TypeError} (rejects) If it is no WebSocket.
 * @throws {NotSupportedError} (rejects) If its sub-protocol is another.
 * @throws {ZmqError} (rejects) `ECONNREFUSED` if it does not open.
 */
// deno-lint-ignore require-await -- what it throws becomes a rejection
export async function webSocketLink(socket: WebSocketLike, remote?: string): Promise<Link> {
  if (typeof socket?.addEventListener !== "function" || typeof socket.send !== "function") {
    throw wrongType("Cannot make a link: wanted a WebSocket");
  }
  const { url } = socket as { readonly url?: string };
  return linkOf(socket, remote ?? (url || "ws://"), [BARE, ""]);
}

async function linkOf(socket: WebSocketLike, remote: string, protocols: readonly string[]): Promise<Link> {
  // Made at once, so that nothing is missed.
  const link = new NativeLink(socket, "", remote);
  if (socket.readyState === CONNECTING) {
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => reject(new ZmqError("ECONNREFUSED", "the WebSocket did not open"));
      socket.addEventListener("open", () => resolve());
      socket.addEventListener("error", fail);
      socket.addEventListener("close", fail);
    });
  }
  if (protocols.includes(socket.protocol)) return link;
  socket.close();
  throw new NotSupportedError(`its sub-protocol is ${JSON.stringify(socket.protocol)}, wanted "${BARE}"`);
}
