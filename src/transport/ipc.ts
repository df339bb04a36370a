/**
 * What every runtime's ipc adapter decides alike: how long a path may be, when a name that is taken may be taken over,
 * and what is left behind. Files and sockets come in as arguments.
 *
 * libzmq unlinks whatever is at the path and binds, so that a second bind silently takes the name from the first.
 * Here a name is taken over only if it is a socket that nobody answers on, left behind by a process that died; else
 * the bind fails with `EADDRINUSE`. And what a bind has made, its close removes.
 *
 * @module
 */

import { NotSupportedError, show } from "../errors.ts";
import { parseIpc, type Role } from "./endpoint.ts";
import type { Capabilities, Link, Listener } from "./link.ts";
import { errnoOf, systemError } from "./system_error.ts";

/** The longest path on Linux, whose `sun_path` is 108 octets with the null. */
const MAX_PATH_LINUX = 107;
/** The longest path elsewhere: macOS and the BSDs have 104 octets. */
const MAX_PATH_ELSEWHERE = 103;

/** The few things done with files. */
export interface Files {
  /** Whether a path is a Unix socket; links are not followed. */
  isSocket(path: string): Promise<boolean>;
  /** Removes a file. */
  unlink(path: string): Promise<void>;
  /** Makes a fresh directory of mode 0700 where temporary files go, and answers its path. */
  makeDirectory(): Promise<string>;
  /** Removes an empty directory. */
  removeDirectory(path: string): Promise<void>;
}

/** What binds: a path (or an abstract name, with its leading null) in, a listener out. */
export type ListenAt = (path: string, bound: string) => Promise<Listener>;

/**
 * The path a runtime is to dial, or to bind: an abstract name gets its leading null.
 *
 * @param os `linux`, `darwin`, …: paths may be longer on Linux.
 * @returns `undefined` for the wildcard.
 * @throws {EndpointError} As {@link parseIpc}.
 */
export function ipcPath(endpoint: string, role: Role, os: string): string | undefined {
  const address = parseIpc(endpoint, role, os === "linux" ? MAX_PATH_LINUX : MAX_PATH_ELSEWHERE);
  switch (address.type) {
    case "path":
      return address.path;
    case "abstract":
      return `\0${address.name}`;
    case "wildcard":
      return undefined;
  }
}

/**
 * Checks an ipc endpoint against what the runtime can do.
 *
 * @throws {EndpointError} As {@link parseIpc}.
 * @throws {NotSupportedError} If it is an abstract name and there are none here, or on Windows, whose named pipes are
 * not what other ZeroMQ libraries speak.
 */
export function checkIpc(endpoint: string, role: Role, os: string, capabilities: Capabilities): void {
  const tried = `Cannot ${role === "bind" ? "bind to" : "connect to"} ${show(endpoint)}`;
  if (os.startsWith("win")) throw new NotSupportedError(`${tried}: this is Windows, wanted a system with Unix sockets`);
  if (ipcPath(endpoint, role, os)?.startsWith("\0") && !capabilities.abstract) {
    throw new NotSupportedError(`${tried}: abstract names are Linux's, wanted a path`);
  }
}

/**
 * Binds an ipc endpoint: a wildcard in a fresh directory, a path taken over if it is stale, an abstract name as it is.
 *
 * @param probe Dials a path, to see whether somebody answers.
 * @throws {EndpointError} (rejects) If it cannot be bound: whatever file or socket said so.
 */
export async function listenIpc(
  endpoint: string,
  os: string,
  files: Files,
  probe: (path: string) => Promise<Link>,
  listen: ListenAt,
): Promise<Listener> {
  const path = ipcPath(endpoint, "bind", os);
  try {
    return path === undefined
      ? await listenAnywhere(os, files, listen)
      : await listenAt(path, endpoint, files, probe, listen);
  } catch (error) {
    throw systemError(endpoint, "bind", error);
  }
}

async function listenAt(
  path: string,
  endpoint: string,
  files: Files,
  probe: (path: string) => Promise<Link>,
  listen: ListenAt,
): Promise<Listener> {
  try {
    return await listen(path, endpoint);
  } catch (error) {
    if (errnoOf(error) !== "EADDRINUSE" || path.startsWith("\0") || !await isStale(path, files, probe)) throw error;
  }
  await files.unlink(path);
  return await listen(path, endpoint);
}

/** Whether a path is a socket that refuses connections. */
async function isStale(path: string, files: Files, probe: (path: string) => Promise<Link>): Promise<boolean> {
  try {
    if (!await files.isSocket(path)) return false;
    (await probe(path)).abort();
    return false;
  } catch (error) {
    return errnoOf(error) === "ECONNREFUSED";
  }
}

async function listenAnywhere(os: string, files: Files, listen: ListenAt): Promise<Listener> {
  const directory = await files.makeDirectory();
  try {
    const bound = `ipc://${directory}/socket`;
    const listener = await listen(ipcPath(bound, "bind", os)!, bound);
    return {
      endpoint: listener.endpoint,
      async close(): Promise<void> {
        await listener.close();
        await remove(directory, files);
      },
      unref: () => listener.unref?.(),
    };
  } catch (error) {
    await remove(directory, files);
    throw error;
  }
}

async function remove(directory: string, files: Files): Promise<void> {
  try {
    await files.removeDirectory(directory);
  } catch {
    // Somebody has put a file there, or removed it before us: theirs to deal with.
  }
}
