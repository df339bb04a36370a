/**
 * SOCKS5, for those entry points that have it.
 *
 * @module
 */

import { dialThroughSocks } from "../transport/socks_link.ts";
import { provideSocksDialler } from "./socks_dialler.ts";

/** Lets sockets dial through SOCKS5 proxies. For `mod.ts` alone; it is not exported to users. */
export function provideSocks(): void {
  provideSocksDialler(dialThroughSocks);
}
