/**
 * Node's adapter: tcp and ipc over `node:net`, tls over `node:tls`, udp over `node:dgram`. Importing it touches nothing; it
 * can be bundled for, and loaded in,
 * any runtime.
 *
 * @module
 */

import type { DatagramTransport } from "../../transport/datagram.ts";
import type { Transport } from "../../transport/link.ts";
import { NodeIpc } from "./ipc.ts";
import { NodeTcp } from "./tcp.ts";
import { NodeTls } from "./tls.ts";
import { NodeUdp } from "./udp.ts";

export type * from "../../transport/datagram.ts";
export type * from "../../transport/link.ts";

// Marked as pure: a bundle that asks for one of them leaves the other out.

/** tcp over `node:net`. */
export const tcp: Transport = /* @__PURE__ */ new NodeTcp();

/** ipc, Unix sockets, over `node:net`. */
export const ipc: Transport = /* @__PURE__ */ new NodeIpc();

/** tls over `node:tls`. */
export const tls: Transport = /* @__PURE__ */ new NodeTls();

/** udp, datagrams, over `node:dgram`. */
export const udp: DatagramTransport = /* @__PURE__ */ new NodeUdp();

/** All that this adapter provides. */
export const transports: readonly Transport[] = [tcp, ipc, tls, udp];
