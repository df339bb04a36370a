/**
 * Deno's adapter: tcp and ipc over `Deno.connect` and `Deno.listen`, tls over `node:tls`. Importing it touches nothing; it can be bundled
 * for, and loaded in, any runtime.
 *
 * @module
 */

import type { Transport } from "../../transport/link.ts";
import { DenoIpc } from "./ipc.ts";
import { DenoTcp } from "./tcp.ts";
import { DenoTls } from "./tls.ts";

export type * from "../../transport/link.ts";

// Marked as pure: a bundle that asks for one of them leaves the other out.

/** tcp over `Deno.connect` and `Deno.listen`. */
export const tcp: Transport = /* @__PURE__ */ new DenoTcp();

/** ipc, Unix sockets, over `Deno.connect` and `Deno.listen`. */
export const ipc: Transport = /* @__PURE__ */ new DenoIpc();

/** tls over `node:tls`, which Deno has. */
export const tls: Transport = /* @__PURE__ */ new DenoTls();

/** All that this adapter provides. */
export const transports: readonly Transport[] = [tcp, ipc, tls];
