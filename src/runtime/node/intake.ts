/**
 * Where a `net.Socket` reads to: a {@link Slab}, or the place of a long body's rest. Against `data` events, which hand
 * over memory of Node's own, 64 KiB at a time, that halves the processor's time for a body of 1 MiB.
 *
 * @module
 */

import type { LinkHandler } from "../../transport/link.ts";
import { Slab } from "../../transport/slab.ts";
import { builtin, type Reading, type Socket } from "./builtin.ts";

/** What Node is to know of reading when it makes a socket, which is before there is a link. */
export class Intake implements Reading {
  #handler: LinkHandler | undefined;
  // Node writes to a slab for as long as it is not asked for another, whoever else may have got a part of it by then.
  readonly #slab = new Slab(builtin("node:worker_threads").markAsUntransferable);
  /** Where the handler wants the octets that are being read. */
  #room: Uint8Array | undefined;

  /** Chunks are for `handler` from now on. Nothing is read before. */
  open(handler: LinkHandler): void {
    this.#handler = handler;
  }

  /** Chunks are for nobody any more. */
  shut(): void {
    this.#handler = undefined;
  }

  /** Node asks where to read to. Hot: once per chunk. */
  readonly buffer = (): Uint8Array => {
    this.#room = this.#handler?.room?.();
    return this.#room ?? this.#slab.room();
  };

  /** Node has read. Hot: once per chunk. */
  readonly callback = (count: number): boolean => {
    const slab = this.#slab;
    if (this.#room !== undefined) this.#handler?.data(this.#room.subarray(0, count));
    else if (this.#handler?.data(slab.take(count)) === false) slab.giveBack(count);
    return true;
  };

  /** Node has read into memory of its own. The handler is not to meet a `Buffer`. */
  readonly data = (chunk: Uint8Array): void => {
    this.#handler?.data(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  };
}

/**
 * Only who dials can tell `node:net` where to read to. So an accepted socket's handle is given to a socket made by us;
 * the first one ends without it, which settles its server's accounts.
 *
 * @param accepted Paused.
 */
export function adopt(accepted: Socket): [Socket, Intake] {
  const intake = new Intake();
  const handle = accepted._handle;
  if (typeof handle?.useUserBuffer !== "function") {
    accepted.on("data", intake.data);
    // To listen for data is to read.
    accepted.pause();
    return [accepted, intake];
  }
  accepted._handle = null;
  accepted.destroy();
  const { Socket } = builtin("node:net");
  const socket = new Socket({ handle, allowHalfOpen: true, onread: intake });
  // Else Node reads at once.
  socket.pause();
  return [socket, intake];
}
