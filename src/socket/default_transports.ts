/**
 * Where a context finds its transports if it is given none. `mod.ts` names the runtime's own here; without it, as in
 * `./core`, there are none, and nothing of any runtime is bundled.
 *
 * @module
 */

import type { Transport } from "../transport/link.ts";

let find: () => Iterable<Transport> = () => [];

/** Names where transports are found. For `mod.ts` alone; it is not exported to users. */
export function provideTransports(finder: () => Iterable<Transport>): void {
  find = finder;
}

/** The transports of a context that was given none. */
export function defaultTransports(): Iterable<Transport> {
  return find();
}
