/**
 * The library for where there are no sockets, browsers above all: every socket type over the platform's own WebSocket,
 * which connects and cannot bind, and over `inproc`. It asks for the sub-protocol `ZWS2.0`, which libzmq, `jszmq` and
 * this library serve; so there is the NULL mechanism only, and peers do not tell their types. `wss` encrypts.
 *
 * @example A page that subscribes
 * ```ts
 * import { Publisher, text } from "@zerostream/zmq";
 * import { Subscriber } from "@zerostream/zmq/web";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new Publisher({ wsAllowedOrigins: ["https://example.com"] });
 * const endpoint = await server.bind("ws://127.0.0.1:*");
 *
 * await using page = new Subscriber(); // In https://example.com, say.
 * page.subscribe("news");
 * page.connect(endpoint);
 * while (server.peers.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
 * await server.send("news: all is well");
 * assertEquals(text((await page.receive())[0]), "news: all is well");
 * ```
 *
 * @module
 */

import { defaultTransports, provideTransports } from "./socket/default_transports.ts";
import { webSockets } from "./websocket/native.ts";

export * from "./core.ts";
export { type WebSocketLike, webSocketLink, webSockets } from "./websocket/native.ts";

// Whoever has the main entry point too keeps what that has found.
if ([...defaultTransports()].length === 0) provideTransports(() => webSockets);
