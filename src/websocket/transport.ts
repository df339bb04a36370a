/**
 * `ws` over tcp, and `wss` over tls: a transport made of another one. The upgrade belongs to the conversation, so that
 * whoever has not finished it counts as one that shakes hands.
 *
 * @module
 */

import { NotSupportedError, wrongType } from "../errors.ts";
import type { Role } from "../transport/endpoint.ts";
import type {
  Capabilities,
  DialOptions,
  Link,
  Listener,
  ListenHandler,
  ListenOptions,
  Transport,
} from "../transport/link.ts";
import { hostHeader, renamed, splitWebSocket } from "./endpoint.ts";
import { WebSocketLink } from "./link.ts";
import { webSockets } from "./native.ts";

/** What carries a WebSocket, and under which scheme. */
const SCHEMES: Readonly<Record<string, "ws" | "wss">> = { tcp: "ws", tls: "wss" };

/**
 * Makes the transport of WebSockets over another one: `ws` over `tcp`, `wss` over `tls`. The main entry point has them
 * already; this is for contexts with transports of one's own choice.
 *
 * @example Sockets over WebSocket with one adapter alone
 * ```ts
 * import { Context, Pull, Push, text } from "@zerostream/zmq/core";
 * import { tcp } from "@zerostream/zmq/deno";
 * import { webSocketOver } from "@zerostream/zmq/ws";
 * import { assertEquals } from "@std/assert";
 *
 * const context = new Context({ transports: [webSocketOver(tcp)] });
 * await using pull = new Pull({ context });
 * await using push = new Push({ context });
 * push.connect(await pull.bind("ws://127.0.0.1:*"));
 * await push.send("hello");
 * assertEquals(text((await pull.receive())[0]), "hello");
 * ```
 *
 * @param transport The transport below, whose scheme is `tcp` or `tls`.
 * @returns The transport of `ws` or `wss`.
 * @throws {TypeError} If it is another.
 */
export function webSocketOver(transport: Transport): Transport {
  const scheme = SCHEMES[transport.scheme];
  if (scheme !== undefined) return new WebSocketTransport(scheme, transport);
  throw wrongType(`Cannot make a WebSocket transport: the one below is "${transport.scheme}", wanted "tcp" or "tls"`);
}

/** The transports that there are, and those of WebSockets over them; where there are none, the platform's WebSockets. */
export function withWebSockets(transports: readonly Transport[]): readonly Transport[] {
  if (transports.length === 0) return webSockets;
  return [...transports, ...transports.filter(({ scheme }) => scheme in SCHEMES).map(webSocketOver)];
}

class WebSocketTransport implements Transport {
  readonly scheme: "ws" | "wss";
  readonly #below: Transport;
  /**
   * Endpoints whose servers have refused to upgrade. A sub-protocol of libzmq's has a slash, which RFC 6455 forbids:
   * servers on npm `ws` 8 and on `Deno.upgradeWebSocket` refuse all of an offer that has one in it. They are offered
   * `ZWS2.0` alone next.
   */
  readonly #strict: Set<string> = new Set();

  constructor(scheme: "ws" | "wss", below: Transport) {
    this.scheme = scheme;
    this.#below = below;
  }

  /** What the transport below can do. */
  get capabilities(): Capabilities {
    return this.#below.capabilities;
  }

  check(endpoint: string, role: Role, options: { readonly socksProxy?: unknown } = {}): void {
    const { authority } = splitWebSocket(endpoint, role);
    if (role === "connect" && options.socksProxy !== undefined) {
      const found = "socksProxy is for tcp alone, wanted it to be null";
      throw new NotSupportedError(`Cannot connect to ${JSON.stringify(endpoint)}: ${found}`);
    }
    try {
      this.#below.check(this.#lower(authority), role);
    } catch (error) {
      throw renamed(error, endpoint);
    }
  }

  async connect(endpoint: string, options: DialOptions): Promise<Link> {
    const { authority, path } = splitWebSocket(endpoint, "connect");
    const host = hostHeader(this.scheme, authority);
    const strict = this.#strict;
    const bareOnly = strict.has(endpoint);
    const refused = (): void => void (bareOnly ? strict.delete(endpoint) : strict.add(endpoint));
    try {
      const link = await this.#below.connect(this.#lower(authority), options);
      return new WebSocketLink(link, { type: "client", host, path, bareOnly, refused });
    } catch (error) {
      throw renamed(error, endpoint);
    }
  }

  async listen(endpoint: string, options: ListenOptions, handler: ListenHandler): Promise<Listener> {
    const { authority, path } = splitWebSocket(endpoint, "bind");
    try {
      const listener = await this.#below.listen(this.#lower(authority), options, {
        accept: (link) => handler.accept(new WebSocketLink(link, { type: "server", path })),
        failed: (error) => handler.failed(error),
      });
      const bound = listener.endpoint.slice(listener.endpoint.indexOf("://"));
      return {
        endpoint: `${this.scheme}${bound}${path}`,
        close: () => listener.close(),
        unref: () => listener.unref?.(),
      };
    } catch (error) {
      throw renamed(error, endpoint);
    }
  }

  #lower(authority: string): string {
    return `${this.#below.scheme}://${authority}`;
  }
}
