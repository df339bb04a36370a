/**
 * The adapter of Cloudflare Workers: tcp and tls over `connect` of `cloudflare:sockets`, for sockets that connect. A
 * Worker cannot bind. Only a Worker can load it; nothing is opened, timed or drawn at random until a socket connects, so
 * it can be imported, and a context made, at the top of a module.
 *
 * ```ts ignore
 * import { Context, Request, text } from "@zerostream/zmq/core";
 * import { transports } from "@zerostream/zmq/workers";
 *
 * const context = new Context({ transports });
 *
 * export default {
 *   async fetch(request: Request): Promise<Response> {
 *     await using client = new Request({ context });
 *     client.connect("tcp://queue.example.com:5555");
 *     const [answer] = await client.request("Hello", { timeout: 1000 });
 *     return new Response(answer);
 *   },
 * };
 * ```
 *
 * @module
 */

// @ts-ignore: only a Worker has it
import { connect as connectOfWorkers } from "cloudflare:sockets";
import type { Transport } from "../../transport/link.ts";
import { useRequestClock } from "./clock.ts";
import type { Connect } from "./sockets.ts";
import { WorkersIpc, WorkersTcp } from "./tcp.ts";

export type * from "../../transport/link.ts";

useRequestClock();

const connect: Connect = connectOfWorkers as Connect;

// Marked as pure: a bundle that asks for one of them leaves the others out.

/** tcp over `cloudflare:sockets`. */
export const tcp: Transport = /* @__PURE__ */ new WorkersTcp(connect);

/** tls over `cloudflare:sockets`: the runtime's own trust, and the host's name. */
export const tls: Transport = /* @__PURE__ */ new WorkersTcp(connect, true);

/** What `ipc://` is told: that there is none. */
export const ipc: Transport = /* @__PURE__ */ new WorkersIpc();

/** All that this adapter provides. */
export const transports: readonly Transport[] = [tcp, tls, ipc];
