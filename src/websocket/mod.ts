/**
 * WebSockets without any runtime: `ws` and `wss` over transports of one's own choice. The main entry point has what is
 * here already.
 *
 * @module
 */

export { type WebSocketLike, webSocketLink, webSockets } from "./native.ts";
export { webSocketOver } from "./transport.ts";
