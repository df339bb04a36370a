/**
 * Bun's adapter: tcp and ipc over `Bun.connect` and `Bun.listen`, tls over `node:tls`. Importing it touches nothing; it can be bundled for,
 * and loaded in, any runtime.
 *
 * @module
 */

import type { Transport } from "../../transport/link.ts";
import { NodeTls } from "../node/tls.ts";
import { BunIpc } from "./ipc.ts";
import { BunTcp } from "./tcp.ts";

export type * from "../../transport/link.ts";

// Marked as pure: a bundle that asks for one of them leaves the other out.

/** tcp over `Bun.connect` and `Bun.listen`. */
export const tcp: Transport = /* @__PURE__ */ new BunTcp();

/** ipc, Unix sockets, over `Bun.connect` and `Bun.listen`. */
export const ipc: Transport = /* @__PURE__ */ new BunIpc();

/**
 * tls over `node:tls`, which Bun has: one set of rules for certificates on all runtimes, and one way to be told of what
 * breaks them.
 */
export const tls: Transport = /* @__PURE__ */ new NodeTls();

/** All that this adapter provides. */
export const transports: readonly Transport[] = [tcp, ipc, tls];
