/**
 * Listening at once over `Deno.listen`, which never waits.
 *
 * @module
 */

import { addressAtOnce, type FilesAtOnce, listenIpcAtOnce } from "../../transport/at_once.ts";
import { formatTcp } from "../../transport/endpoint.ts";
import type { Listener, ListenHandler, ListenOptions } from "../../transport/link.ts";
import { accept } from "./dial.ts";
import { open as openPath } from "./ipc.ts";
import { DenoLink } from "./link.ts";
import { type DenoRuntime, theDeno } from "./sockets.ts";
import { interfaces, link, open } from "./tcp.ts";

/** What Deno does with files at once. */
interface Files {
  lstatSync(path: string): { readonly isSocket: boolean | null };
  removeSync(path: string): void;
  makeTempDirSync(options: { readonly prefix: string }): string;
}

/** Listens at once, on tcp or ipc. Throws what {@link Transport.listen} rejects with. */
export function listenAtOnce(endpoint: string, options: ListenOptions, handler: ListenHandler): Listener {
  if (!endpoint.startsWith("ipc:")) {
    const { host, port } = addressAtOnce(endpoint, options, interfaces);
    const listener = open(endpoint, host, port, options);
    const bound = formatTcp(listener.addr.hostname!, listener.addr.port!);
    return accept(endpoint, bound, listener, handler, (connection) => link(connection, options));
  }
  return listenIpcAtOnce(endpoint, theDeno().build.os, files, (path, bound) => {
    const listener = openPath(endpoint, path);
    return accept(endpoint, bound, listener, handler, (connection) => new DenoLink(connection, bound, bound));
  });
}

const files: FilesAtOnce = {
  isSocket: (path) => filesOf().lstatSync(path).isSocket === true,
  unlink: (path) => filesOf().removeSync(path),
  makeDirectory: () => filesOf().makeTempDirSync({ prefix: "tmp" }),
  removeDirectory: (path) => filesOf().removeSync(path),
};

function filesOf(): Files {
  return theDeno() as DenoRuntime & Files;
}
