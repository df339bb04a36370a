/**
 * What every runtime's adapter decides alike where it is to listen at once, without waiting for anything: there is no
 * time to look a name up, nor to ask whether somebody answers on a path.
 *
 * @module
 */

import { isIPv4, isIPv6 } from "./address.ts";
import { parseTcpBind, refuse } from "./endpoint.ts";
import { ipcPath } from "./ipc.ts";
import type { Listener, ListenOptions } from "./link.ts";
import { errnoOf, systemError } from "./system_error.ts";
import { bindHost, type Interface } from "./tcp.ts";

/** The few things done with files, at once. */
export interface FilesAtOnce {
  /** Whether a path is a Unix socket; links are not followed. */
  isSocket(path: string): boolean;
  /** Removes a file. */
  unlink(path: string): void;
  /** Makes a fresh directory of mode 0700 where temporary files go, and answers its path. */
  makeDirectory(): string;
  /** Removes an empty directory. */
  removeDirectory(path: string): void;
}

/**
 * The address and the port that a tcp endpoint is bound to.
 *
 * @throws {EndpointError} `ENODEV` if its host is a name that has to be looked up: libzmq never looks one up to bind.
 */
export function addressAtOnce(
  endpoint: string,
  { ipv6 }: ListenOptions,
  interfaces: () => Iterable<Interface>,
): { host: string; port: number } {
  const { host: given, port } = parseTcpBind(endpoint);
  const host = bindHost(endpoint, "bind", given, ipv6, interfaces);
  if (host === "localhost") return { host: ipv6 ? "::1" : "127.0.0.1", port };
  if (isIPv4(host) || isIPv6(host)) return { host, port };
  throw refuse("ENODEV", endpoint, "bind", "there is no time to look a name up, wanted an address or an interface");
}

/**
 * Binds an ipc endpoint: a wildcard in a fresh directory, an abstract name as it is. A path that is a socket already is
 * taken over, as by libzmq, whoever listens on it.
 *
 * @param listen Binds a path, or an abstract name with its leading null.
 * @throws {EndpointError} If it cannot be bound: whatever file or socket said so.
 */
export function listenIpcAtOnce(
  endpoint: string,
  os: string,
  files: FilesAtOnce,
  listen: (path: string, bound: string) => Listener,
): Listener {
  const path = ipcPath(endpoint, "bind", os);
  try {
    return path === undefined ? listenAnywhere(os, files, listen) : listenAt(path, endpoint, files, listen);
  } catch (error) {
    throw systemError(endpoint, "bind", error);
  }
}

function listenAt(
  path: string,
  endpoint: string,
  files: FilesAtOnce,
  listen: (path: string, bound: string) => Listener,
): Listener {
  try {
    return listen(path, endpoint);
  } catch (error) {
    if (errnoOf(error) !== "EADDRINUSE" || path.startsWith("\0") || !files.isSocket(path)) throw error;
  }
  files.unlink(path);
  return listen(path, endpoint);
}

function listenAnywhere(
  os: string,
  files: FilesAtOnce,
  listen: (path: string, bound: string) => Listener,
): Listener {
  const directory = files.makeDirectory();
  try {
    const bound = `ipc://${directory}/socket`;
    const listener = listen(ipcPath(bound, "bind", os)!, bound);
    return {
      endpoint: bound,
      async close(): Promise<void> {
        await listener.close();
        remove(directory, files);
      },
      unref: () => listener.unref?.(),
    };
  } catch (error) {
    remove(directory, files);
    throw error;
  }
}

function remove(directory: string, files: FilesAtOnce): void {
  try {
    files.removeDirectory(directory);
  } catch {
    // Somebody has put a file there, or removed it before us: theirs to deal with.
  }
}
