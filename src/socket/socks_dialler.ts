/**
 * Where sockets find the way through a SOCKS5 proxy. `mod.ts` names it here; without it, as in `./core`, there is none,
 * and a bundle is 1.4 KB smaller.
 *
 * @module
 */

import type { dialThroughSocks } from "../transport/socks_link.ts";

let dialler: typeof dialThroughSocks | undefined;

/** Names the way. */
export function provideSocksDialler(through: typeof dialThroughSocks): void {
  dialler = through;
}

/** The way, if there is one. */
export function socksDialler(): typeof dialThroughSocks | undefined {
  return dialler;
}
