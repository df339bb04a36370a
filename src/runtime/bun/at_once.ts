/**
 * Listening at once over `Bun.listen`, which never waits.
 *
 * @module
 */

import { addressAtOnce, listenIpcAtOnce } from "../../transport/at_once.ts";
import { formatTcp } from "../../transport/endpoint.ts";
import type { Listener, ListenHandler, ListenOptions } from "../../transport/link.ts";
import { filesAtOnce } from "../node/at_once.ts";
import { interfaces, platform } from "./builtin.ts";
import { listen, listenerOf } from "./dial.ts";
import { BunLink } from "./link.ts";
import { link } from "./tcp.ts";

/** Listens at once, on tcp or ipc. Throws what {@link Transport.listen} rejects with. */
export function listenAtOnce(endpoint: string, options: ListenOptions, handler: ListenHandler): Listener {
  if (!endpoint.startsWith("ipc:")) {
    const { host: hostname, port } = addressAtOnce(endpoint, options, interfaces);
    const listener = listen(endpoint, { hostname, port }, handler, (socket) => link(socket, options));
    return listenerOf(listener, formatTcp(hostname, listener.port));
  }
  return listenIpcAtOnce(endpoint, platform(), filesAtOnce, (path, bound) => {
    const listener = listen(endpoint, { unix: path }, handler, (socket) => new BunLink(socket, bound, bound));
    return listenerOf(listener, bound);
  });
}
