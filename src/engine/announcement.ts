/**
 * What a socket tells of itself in its handshake.
 *
 * @module
 */

import { latin1 } from "../bytes/ascii.ts";
import type { Metadata } from "../wire/metadata.ts";
import { sendsIdentity, type SocketType } from "./compatibility.ts";

/** The metadata of a socket: its type, its routing id if its type sends one, and the application's properties. */
export function metadataOf(
  socketType: SocketType,
  routingId: Uint8Array,
  properties: Iterable<readonly [string, Uint8Array]>,
): Metadata {
  const metadata = new Map<string, Uint8Array>([["Socket-Type", latin1(socketType)]]);
  if (sendsIdentity(socketType)) metadata.set("Identity", routingId);
  for (const [name, value] of properties) metadata.set(name, value);
  return metadata;
}
