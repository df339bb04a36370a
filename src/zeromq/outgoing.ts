/**
 * Messages on their way out: whatever npm `zeromq` takes, as what the library sends.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { type Message as Frames, toMessage } from "../message.ts";

/** One part of a message as it is received. */
export type Message = Buffer;

/**
 * One part of a message as it may be sent: octets of any shape, or text; a number is sent as text, `null` as an empty
 * part.
 */
export type MessageLike = ArrayBufferView | ArrayBuffer | SharedArrayBuffer | string | number | null;

/** The frames of what was given to `send`; none, for an empty array. */
export function outgoing(message: unknown): Frames {
  // Hot: once per message.
  if (typeof message === "string" || message instanceof Uint8Array) return toMessage(message);
  if (!Array.isArray(message)) return toMessage(partOf(message));
  return message.length === 0 ? [] : toMessage(Array.from(message, partOf));
}

function partOf(part: unknown): string | ArrayBufferView | ArrayBuffer | null {
  if (typeof part === "string" || part === null || ArrayBuffer.isView(part) || part instanceof ArrayBuffer) return part;
  if (typeof SharedArrayBuffer === "function" && part instanceof SharedArrayBuffer) return new Uint8Array(part);
  // Whatever else there is has its text sent; a symbol has none, and throws.
  return `${part as string}`;
}
