/**
 * A message of one's own: what crosses from socket to socket within a process is copied, so that a sender may change
 * what it has sent.
 *
 * @module
 */

import { Copies } from "../bytes/copies.ts";
import { BY_REFERENCE, EMPTY, type Message } from "../message.ts";

/**
 * Up to so many octets a copy has memory of its own. JavaScriptCore keeps that beside the object, up to 1000 octets, and
 * makes it in half the time of a view: a third of what a message of 64 octets takes from socket to socket. On V8 it
 * would take up to twenty times that of a view. Only JavaScriptCore's errors know their line.
 */
const OWN = /* @__PURE__ */ "line" in /* @__PURE__ */ new Error() ? 1000 : 0;

const copies = /* @__PURE__ */ new Copies(65536);

/**
 * Copies a message. Frames of 16 KiB and more are on loan, so they are passed on as views of the sender's memory. Every
 * frame is a plain `Uint8Array`, whatever the sender's was.
 */
export function copyMessage(message: Message): Message {
  // Hot: once per message.
  const count = message.length;
  if (count === 1) return [copyFrame(message[0]!)];
  const copy: Message = new Array(count);
  for (let i = 0; i < count; i++) copy[i] = copyFrame(message[i]!);
  return copy;
}

function copyFrame(frame: Uint8Array): Uint8Array {
  // Hot: once per frame.
  const size = frame.length;
  if (size === 0) return EMPTY;
  if (size >= BY_REFERENCE) return new Uint8Array(frame.buffer, frame.byteOffset, size);
  return size <= OWN ? new Uint8Array(frame) : copies.copy(frame);
}
