/**
 * A socket behind a path of an HTTP server that is there already.
 *
 * @module
 */

import { latin1 } from "./bytes/ascii.ts";
import { show, wrongType } from "./errors.ts";
import type { Socket as NodeSocket } from "./runtime/node/builtin.ts";
import { Intake } from "./runtime/node/intake.ts";
import { NodeLink } from "./runtime/node/link.ts";
import { coreOf, type Socket } from "./socket/socket.ts";
import type { SocketCore } from "./socket/core.ts";
import { formatTcp } from "./transport/endpoint.ts";
import type { Link } from "./transport/link.ts";
import { WebSocketLink } from "./websocket/link.ts";
import { type WebSocketLike, webSocketLink } from "./websocket/native.ts";
import { encodeRefusal, isAsked, isTarget, judgeRequest } from "./wire/upgrade.ts";

/** What of a request of `node:http` is used. */
export interface NodeRequest {
  /** `GET`. */
  readonly method?: string | undefined;
  /** What is asked for. */
  readonly url?: string | undefined;
  /** Names and values by turns, as they came. */
  readonly rawHeaders: readonly string[];
}

/** What of a request of the Fetch standard is used. */
export interface FetchRequest {
  /** `GET`. */
  readonly method: string;
  /** The whole address. */
  readonly url: string;
  /** The headers. */
  readonly headers: Iterable<readonly [string, string]>;
}

/** What of Bun's server is used. */
export interface UpgradingServer {
  /** Upgrades a request. */
  upgrade(request: never, options: { readonly headers: Record<string, string>; readonly data: unknown }): boolean;
}

/** What of one of Bun's WebSockets is used. */
export interface ServerWebSocket {
  /** What `upgrade` was given. */
  readonly data: unknown;
  /** 1: open. */
  readonly readyState: number;
  /** Sends a message. */
  send(message: Uint8Array<ArrayBuffer>): unknown;
  /** Closes. */
  close(code?: number): unknown;
  /** Closes without a farewell. */
  terminate(): unknown;
  /** Octets that wait. */
  getBufferedAmount(): number;
}

/** What `Bun.serve` takes as `websocket`. */
export interface UpgradeHandlers {
  /** A WebSocket is open. */
  open(socket: ServerWebSocket): void;
  /** A message has come. */
  message(socket: ServerWebSocket, message: string | Uint8Array): void;
  /** A WebSocket is gone. */
  close(socket: ServerWebSocket, code: number, reason: string): void;
  /** The longest message, in octets. */
  readonly maxPayloadLength: number;
  /** Whether who falls silent is closed: heartbeats are the socket's business. */
  readonly idleTimeout: number;
}

/**
 * Puts a socket behind a path of an HTTP server. The socket need not be bound; closing it ends its WebSockets, and the
 * server stays. The socket's `wsAllowedOrigins`, `maxHandshakes`, `maxConnections` and mechanism hold here too; so does `tcpAcceptFilter` where the
 * server is of `node:http`, while others do not tell the address of who connects.
 *
 * @example Node's HTTP server
 * ```ts
 * import { Push, Reply, Request, text, webSocketUpgrade } from "@zerostream/zmq";
 * import { createServer } from "node:http";
 * import { assertEquals } from "@std/assert";
 *
 * await using service = new Reply();
 * const upgrade = webSocketUpgrade(service, { path: "/zmq" });
 * const server = createServer((_, response) => response.end("a page"));
 * server.on("upgrade", (request, socket, head) => {
 *   if (!upgrade.node(request, socket, head)) socket.destroy();
 * });
 * await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
 *
 * await using client = new Request();
 * client.connect(`ws://127.0.0.1:${(server.address() as { port: number }).port}/zmq`);
 * await client.send("hello");
 * await service.send(await service.receive());
 * assertEquals(text((await client.receive())[0]), "hello");
 * await client.close();
 * await service.close();
 * await new Promise((resolve) => server.close(resolve));
 * ```
 *
 * @param socket Any socket.
 * @param options `path`: where, e.g. `/zmq`; `/`, the default, for any path.
 * @returns What the server's handlers call.
 * @throws {TypeError} If the path is none.
 */
export function webSocketUpgrade(socket: Socket, options: { readonly path?: string } = {}): WebSocketUpgrade {
  const { path = "/" } = options;
  if (typeof path === "string" && isTarget(path)) return new WebSocketUpgrade(coreOf(socket), path);
  throw wrongType(`Cannot upgrade: path is ${show(path)}, wanted text such as "/zmq"`);
}

/** A socket behind a path. Made by {@link webSocketUpgrade}. */
export class WebSocketUpgrade {
  /** For `Bun.serve`, as its `websocket`. */
  readonly handlers: UpgradeHandlers;
  readonly #core: SocketCore;
  readonly #path: string;
  readonly #endpoint: string;

  /** For {@link webSocketUpgrade} alone. @internal */
  constructor(core: SocketCore, path: string) {
    this.#core = core;
    this.#path = path;
    this.#endpoint = `ws://${path}`;
    const { maxMessageSize } = core.options;
    this.handlers = {
      open: (socket) => (socket.data as Adopted).open(socket, this),
      message: (socket, message) => (socket.data as Adopted).message(message),
      close: (socket, code, reason) => (socket.data as Adopted).closed(code, reason),
      maxPayloadLength: Math.min(0x7fffffff, maxMessageSize + 1),
      idleTimeout: 0,
    };
  }

  /**
   * For the `upgrade` event of `node:http` and `node:https`. Every mechanism can be had, and heartbeats.
   *
   * @returns `false` if the path is another: the request is then for somebody else, and untouched.
   */
  node(request: NodeRequest, socket: object, head: Uint8Array): boolean {
    if (!isAsked(this.#path, request.url ?? "/")) return false;
    // Whoever asked may be gone, if somebody has thought about it meanwhile: of that nothing would tell again.
    if ((socket as NodeSocket).destroyed) return true;
    const { rawHeaders, method = "GET", url = "/" } = request;
    let text = `${method} ${url} HTTP/1.1\r\n`;
    for (let i = 0; i < rawHeaders.length; i += 2) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
    const octets = latin1(`${text}\r\n`);
    const early = new Uint8Array(octets.length + head.length);
    early.set(octets);
    early.set(head, octets.length);
    this.#admit(new WebSocketLink(linkOf(socket as NodeSocket), { type: "server", path: this.#path }, early));
    return true;
  }

  /**
   * For servers of the Fetch standard: what to answer a request that must not be upgraded, because of its path, its
   * origin or what it asks for. `undefined`: it may be, with the sub-protocol `ZWS2.0`.
   *
   * @example Deno's HTTP server
   * ```ts ignore
   * Deno.serve((request) => {
   *   const refusal = upgrade.refusal(request);
   *   if (refusal !== undefined) return refusal;
   *   const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "ZWS2.0" });
   *   upgrade.accept(socket);
   *   return response;
   * });
   * ```
   */
  refusal(request: FetchRequest): Response | undefined {
    const { pathname, search } = new URL(request.url);
    const headers = new Map(Array.from(request.headers, ([name, value]) => [name.toLowerCase(), value] as const));
    const line = `${request.method} ${pathname}${search} HTTP/1.1`;
    const welcome = { path: this.#path, origins: this.#origins, protocols: ["ZWS2.0"] };
    const judged = judgeRequest({ line, headers }, welcome);
    if (!("found" in judged)) return undefined;
    const text = new TextDecoder().decode(encodeRefusal(judged.status));
    return new Response(text.slice(text.indexOf("\r\n\r\n") + 4), { status: judged.status });
  }

  /**
   * Takes a WebSocket that a server has upgraded, or is about to: Deno's, or one of npm `ws`. Only the NULL mechanism can
   * be had, and no heartbeats.
   *
   * @returns Once it has been taken, or turned out to be of no use.
   */
  async accept(socket: WebSocketLike): Promise<void> {
    let link: Link;
    try {
      link = await webSocketLink(socket, this.#endpoint);
    } catch (error) {
      if (this.#core.observed) {
        this.#core.emit({ type: "accept:error", endpoint: this.#endpoint, error: error as Error });
      }
      return;
    }
    this.#admit(link);
  }

  /**
   * For `Bun.serve`: upgrades a request, whose WebSocket {@link handlers} serve from then on. Only the NULL mechanism can
   * be had, and no heartbeats.
   *
   * @example Bun's HTTP server
   * ```ts ignore
   * Bun.serve({
   *   fetch: (request, server) => upgrade.bun(request, server) ? undefined : upgrade.refusal(request),
   *   websocket: upgrade.handlers,
   * });
   * ```
   *
   * @returns `false` if it must not be upgraded: {@link refusal} says what to answer.
   */
  bun(request: FetchRequest, server: UpgradingServer): boolean {
    if (this.refusal(request) !== undefined) return false;
    const headers = { "Sec-WebSocket-Protocol": "ZWS2.0" };
    return server.upgrade(request as never, { headers, data: new Adopted() });
  }

  get #origins(): readonly string[] {
    return (this.#core.options as { readonly wsAllowedOrigins?: readonly string[] }).wsAllowedOrigins ?? [];
  }

  #admit(link: Link): void {
    this.#core.endpoints.door(this.#endpoint).accept(link);
  }
}

/** A socket of Node's that an HTTP server has read a request from. */
function linkOf(socket: NodeSocket): Link {
  const intake = new Intake();
  socket.on("data", intake.data);
  // To listen for data is to read.
  socket.pause();
  const { localAddress = "", localPort = 0, remoteAddress = "", remotePort = 0 } = socket;
  return new NodeLink(socket, intake, formatTcp(localAddress, localPort), formatTcp(remoteAddress, remotePort));
}

/** One of Bun's WebSockets, with the face of the standard's. */
class Adopted implements WebSocketLike {
  binaryType = "arraybuffer";
  readonly protocol = "ZWS2.0";
  readonly #listeners: Record<string, ((event: never) => void)[]> = {};
  #socket: ServerWebSocket | undefined;

  get readyState(): number {
    return this.#socket?.readyState ?? 0;
  }

  get bufferedAmount(): number {
    return this.#socket?.getBufferedAmount() ?? 0;
  }

  open(socket: ServerWebSocket, upgrade: WebSocketUpgrade): void {
    this.#socket = socket;
    void upgrade.accept(this);
  }

  message(message: string | Uint8Array): void {
    // Bun's are its own until this returns.
    this.#tell("message", { data: typeof message === "string" ? message : new Uint8Array(message).buffer });
  }

  send(message: Uint8Array<ArrayBuffer>): void {
    this.#socket!.send(message);
  }

  close(code?: number): void {
    this.#socket!.close(code);
  }

  terminate(): void {
    this.#socket!.terminate();
  }

  closed(code: number, reason: string): void {
    this.#tell("close", { code, reason });
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    (this.#listeners[type] ??= []).push(listener);
  }

  #tell(type: string, event: object): void {
    for (const listener of this.#listeners[type] ?? []) listener(event as never);
  }
}
