/**
 * Node's adapter: tcp, ipc and tls over `node:net` and `node:tls`. Importing it touches nothing; it can be bundled for, and loaded in,
 * any runtime.
 *
 * @module
 */

import type { Transport } from "../../transport/link.ts";
import { NodeIpc } from "./ipc.ts";
import { NodeTcp } from "./tcp.ts";
import { NodeTls } from "./tls.ts";

export type * from "../../transport/link.ts";

// Marked as pure: a bundle that asks for one of them leaves the other out.

/** tcp over `node:net`. */
export const tcp: Transport = /* @__PURE__ */ new NodeTcp();

/** ipc, Unix sockets, over `node:net`. */
export const ipc: Transport = /* @__PURE__ */ new NodeIpc();

/** tls over `node:tls`. */
export const tls: Transport = /* @__PURE__ */ new NodeTls();

/** All that this adapter provides. */
export const transports: readonly Transport[] = [tcp, ipc, tls];
