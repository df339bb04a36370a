/**
 * What goes with a message and is no part of it: whom a SERVER heard and answers, and the group of a RADIO and a DISH. For
 * the library these are the first of two frames.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Message as Frames } from "../message.ts";
import { errnoError } from "./errno.ts";
import { readGroup } from "./groups.ts";
import type { TypeName } from "./option_table.ts";

/** Puts what `options` say before the parts of a message. Throws what the binding would. */
export type Seal = (parts: Frames, options: unknown) => Frames;

/** What a program is told of a message: its parts, and what came with it. */
export type Open = (frames: readonly Buffer[]) => object[];

const ID = 4;
const LONGEST_GROUP = 255;
const ZERO = Uint8Array.of(0);

/** Types whose `send` is told where to. */
export const SEALS: Partial<Record<TypeName, Seal>> = {
  SERVER(parts, options) {
    const { routingId } = options as { readonly routingId?: unknown };
    if (routingId === undefined) throw errnoError("EINVAL");
    if (typeof routingId !== "number") throw new TypeError("A number was expected");
    const number = routingId >>> 0;
    if (number === 0 && parts.length > 0) throw errnoError("EINVAL");
    const id = new Uint8Array(ID);
    new DataView(id.buffer).setUint32(0, number);
    return [id, ...parts];
  },
  RADIO(parts, options) {
    const { group } = options as { readonly group?: unknown };
    if (group === undefined) throw errnoError("EINVAL");
    const name = readGroup(group);
    if (name.length <= LONGEST_GROUP) return [name, ...parts];
    const message = `Cannot send: group is ${name.length} octets, limit is ${LONGEST_GROUP}`;
    throw errnoError("EINVAL", { cause: new RangeError(message) });
  },
};

/** Types whose `receive` tells where from; an address ends with a zero octet, as libzmq's do. */
export const OPENS: Partial<Record<TypeName, Open>> = {
  SERVER: ([id, body]) => [body!, { routingId: id!.readUInt32BE(0) }],
  DISH: ([group, body]) => [body!, { group: group! }],
  DGRAM: ([address, body]) => [Buffer.concat([address!, ZERO]), body!],
};

/** Throws, as the binding does, if `send` is not told where to. */
export function checkOptions(options: unknown): void {
  if (typeof options !== "object" && typeof options !== "function" || options === null) {
    throw new TypeError("Options must be an object");
  }
}
