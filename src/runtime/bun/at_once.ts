/**
 * Listening at once over `Bun.listen`, which never waits.
 *
 * @module
 */

import { addressAtOnce, type FilesAtOnce, listenIpcAtOnce } from "../../transport/at_once.ts";
import { formatTcp } from "../../transport/endpoint.ts";
import type { Listener, ListenHandler, ListenOptions } from "../../transport/link.ts";
import { interfaces, platform } from "./builtin.ts";
import { listen } from "./dial.ts";
import { BunLink } from "./link.ts";
import type { BunListener } from "./sockets.ts";
import { link } from "./tcp.ts";

interface Fs {
  lstatSync(path: string): { isSocket(): boolean };
  unlinkSync(path: string): void;
  rmdirSync(path: string): void;
  mkdtempSync(prefix: string): string;
}

interface Process {
  getBuiltinModule(name: "node:os"): { tmpdir(): string };
  getBuiltinModule(name: "node:fs"): Fs;
}

/** Listens at once, on tcp or ipc. Throws what {@link Transport.listen} rejects with. */
export function listenAtOnce(endpoint: string, options: ListenOptions, handler: ListenHandler): Listener {
  if (!endpoint.startsWith("ipc:")) {
    const { host: hostname, port } = addressAtOnce(endpoint, options, interfaces);
    const listener = listen(endpoint, { hostname, port }, handler, (socket) => link(socket, options));
    return listenerOf(listener, formatTcp(hostname, listener.port));
  }
  return listenIpcAtOnce(endpoint, platform(), files, (path, bound) => {
    const listener = listen(endpoint, { unix: path }, handler, (socket) => new BunLink(socket, bound, bound));
    return listenerOf(listener, bound);
  });
}

function listenerOf(listener: BunListener, endpoint: string): Listener {
  return {
    endpoint,
    close(): Promise<void> {
      listener.stop(false);
      return Promise.resolve();
    },
    unref: () => listener.unref(),
  };
}

const files: FilesAtOnce = {
  isSocket: (path) => fs().lstatSync(path).isSocket(),
  unlink: (path) => fs().unlinkSync(path),
  makeDirectory: () => fs().mkdtempSync(`${process().getBuiltinModule("node:os").tmpdir()}/tmp`),
  removeDirectory: (path) => fs().rmdirSync(path),
};

function fs(): Fs {
  return process().getBuiltinModule("node:fs");
}

function process(): Process {
  return (globalThis as unknown as { readonly process: Process }).process;
}
