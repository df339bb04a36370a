/**
 * WebSockets without any runtime: `ws` and `wss` over transports of one's own choice. The main entry point has what is
 * here already.
 *
 * @module
 */

export { webSocketOver } from "./transport.ts";
