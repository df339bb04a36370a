/**
 * Bun's adapter: tcp and ipc over `Bun.connect` and `Bun.listen`. Importing it touches nothing; it can be bundled for,
 * and loaded in, any runtime.
 *
 * @module
 */

import type { Transport } from "../../transport/link.ts";
import { BunIpc } from "./ipc.ts";
import { BunTcp } from "./tcp.ts";

export type * from "../../transport/link.ts";

/** tcp over `Bun.connect` and `Bun.listen`. */
export const tcp: Transport = new BunTcp();

/** ipc, Unix sockets, over `Bun.connect` and `Bun.listen`. */
export const ipc: Transport = new BunIpc();

/** All that this adapter provides. */
export const transports: readonly Transport[] = [tcp, ipc];
