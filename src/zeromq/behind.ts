/**
 * What is behind the faces of this room: a leaf, so that sockets, observers and proxies need not know each other.
 *
 * @module
 */

import type { SocketCore } from "../socket/core.ts";
import type { Socket } from "../socket/socket.ts";

/** A socket, as those that work with it see it. */
export interface Behind {
  /** The library's socket. */
  readonly library: Socket;
  /** What is behind that in turn. */
  readonly core: SocketCore;
  /** Whether it has been closed. */
  readonly closed: boolean;
  /** How many endpoints it is bound and connected to. */
  readonly endpoints: number;
  /** Throws if somebody has it: `EBUSY`. */
  check(): void;
  /** Somebody else has it now: whoever calls is told `EBUSY`. */
  block(): void;
  /** Closes it, whoever has it. */
  shut(): void;
}

const known: WeakMap<object, Behind> = new WeakMap();

/** Notes what is behind a socket. */
export function putBehind(socket: object, behind: Behind): void {
  known.set(socket, behind);
}

/** What is behind a socket. Throws if it is none: as the binding does, without a code. */
export function behindOf(socket: object): Behind {
  const found = known.get(socket);
  if (found === undefined) throw new Error("Invalid argument");
  return found;
}
