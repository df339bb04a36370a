/**
 * The groups of a DISH, and their names.
 *
 * @module
 */

import { textFrame } from "../message.ts";
import { Dish } from "../socket/radio_dish.ts";
import type { Socket } from "../socket/socket.ts";
import { errnoError } from "./errno.ts";

/**
 * Joins or leaves groups one by one, as there: those that can be, before it throws for one that cannot. `check` throws
 * while nothing can be done with the socket.
 */
export function changeGroups(
  socket: Socket,
  tried: "join" | "leave",
  groups: readonly unknown[],
  check: () => void,
): void {
  let failed: Error | undefined;
  for (const group of groups) {
    check();
    const name = readGroup(group);
    try {
      if (!(socket instanceof Dish)) failed = errnoError("ENOTSUP");
      else socket[tried](name);
    } catch (error) {
      failed ??= errnoError("EINVAL", { cause: error });
    }
  }
  if (failed !== undefined) throw failed;
}

/** The octets of a group's name: as there, a zero octet ends it. */
export function readGroup(group: unknown): Uint8Array {
  if (typeof group !== "string" && !ArrayBuffer.isView(group)) throw new TypeError("Value must be a string or buffer");
  const octets = typeof group === "string"
    ? textFrame(group)
    : new Uint8Array(group.buffer, group.byteOffset, group.byteLength).slice();
  const end = octets.indexOf(0);
  return end < 0 ? octets : octets.subarray(0, end);
}
