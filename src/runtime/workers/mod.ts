/**
 * The adapter of Cloudflare Workers: tcp and tls over `connect` of `cloudflare:sockets`, for sockets that connect. A
 * Worker cannot bind. Importing it opens nothing, sets no timer and draws nothing at random, so that it can be done, and a
 * context be made, at the top of a module; `cloudflare:sockets` is loaded when the first socket dials.
 *
 * ```ts ignore
 * import { Context, Request as Client } from "@zerostream/zmq/core";
 * import { transports } from "@zerostream/zmq/workers";
 *
 * const context = new Context({ transports });
 *
 * export default {
 *   async fetch(): Promise<Response> {
 *     await using client = new Client({ context });
 *     client.connect("tcp://queue.example.com:5555");
 *     const [answer] = await client.request("Hello", { timeout: 1000 });
 *     return new Response(answer);
 *   },
 * };
 * ```
 *
 * @module
 */

import type { Transport } from "../../transport/link.ts";
import { useRequestClock } from "./clock.ts";
import type { Connect } from "./sockets.ts";
import { WorkersIpc, WorkersTcp } from "./tcp.ts";

export type * from "../../transport/link.ts";

useRequestClock();

async function load(): Promise<Connect> {
  // @ts-ignore: only a Worker has it
  return (await import("cloudflare:sockets")).connect as Connect;
}

// Marked as pure: a bundle that asks for one of them leaves the others out.

/** tcp over `cloudflare:sockets`. */
export const tcp: Transport = /* @__PURE__ */ new WorkersTcp(load);

/** tls over `cloudflare:sockets`: it trusts whom the runtime trusts, and the peer must have the name that is dialled. */
export const tls: Transport = /* @__PURE__ */ new WorkersTcp(load, true);

/** What `ipc://` is told: that there is none. */
export const ipc: Transport = /* @__PURE__ */ new WorkersIpc();

/** All that this adapter provides. */
export const transports: readonly Transport[] = [tcp, tls, ipc];
