/**
 * Sockets over TLS: their options, and what their ends are told when it fails.
 *
 * @module
 */

import type { Socket, SocketEventType, ZmqError } from "../../mod.ts";
import { authority, local } from "../certificates.ts";

/** A server whose certificate is for this machine. */
export const SERVER = { tlsKey: local.key, tlsCertificate: local.certificate };
/** A client that trusts it. */
export const CLIENT = { tlsTrust: authority.certificate };
/** As either shows who it is. */
export const KNOWN = { ...SERVER, ...CLIENT };
/** A free port of this machine. */
export const FREE = "tls://127.0.0.1:*";

/**
 * The first failure of a type: its code and its words, with the peer's port written `P`. To be called before it can
 * come.
 */
export async function fault(socket: Socket, type: SocketEventType): Promise<string> {
  const { error } = await socket.events.once(type) as { error?: ZmqError };
  return `${error?.code} ${error?.message.replace(/(tls:\/\/[0-9.]+):[0-9]+/, "$1:P")}`;
}

/** What every failed handshake is told as. */
export function failed(found: string): string {
  return `EPROTO Cannot shake hands over TLS with tls://127.0.0.1:P: ${found}`;
}
