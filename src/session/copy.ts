/**
 * A message of one's own: what crosses from socket to socket within a process is copied, so that a sender may change
 * what it has sent.
 *
 * @module
 */

import { BY_REFERENCE, EMPTY, type Message } from "../message.ts";

/** Copies share memory: a `Uint8Array` with memory of its own costs up to ten times a view. */
const SLAB = 65536;
let slab = new Uint8Array(0);
let at = 0;

/**
 * Copies a message. Frames of 16 KiB and more are on loan, so they are passed on as views of the sender's memory. Every
 * frame is a plain `Uint8Array`, whatever the sender's was.
 */
export function copyMessage(message: Message): Message {
  // Hot: once per message.
  const count = message.length;
  const copy: Message = new Array(count);
  for (let i = 0; i < count; i++) {
    const frame = message[i]!;
    const size = frame.length;
    if (size === 0) copy[i] = EMPTY;
    else if (size >= BY_REFERENCE) copy[i] = new Uint8Array(frame.buffer, frame.byteOffset, size);
    else {
      if (slab.length - at < size) {
        slab = new Uint8Array(SLAB);
        at = 0;
      }
      slab.set(frame, at);
      copy[i] = slab.subarray(at, at += size);
    }
  }
  return copy;
}
