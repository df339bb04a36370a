/**
 * ipc over `Deno.connect` and `Deno.listen`: Unix sockets.
 *
 * @module
 */

import type { Role } from "../../transport/endpoint.ts";
import { checkIpc, type Files, ipcPath, listenIpc } from "../../transport/ipc.ts";
import {
  type Capabilities,
  type DialOptions,
  type Link,
  type Listener,
  type ListenHandler,
  type ListenOptions,
  NO_CAPABILITIES,
  type Transport,
} from "../../transport/link.ts";
import { systemError } from "../../transport/system_error.ts";
import { accept, dial } from "./dial.ts";
import { DenoLink } from "./link.ts";
import { type DenoListener, theDeno } from "./sockets.ts";

/** The ipc transport of Deno. */
export class DenoIpc implements Transport {
  readonly scheme = "ipc";

  /** What this system has. */
  get capabilities(): Capabilities {
    return { ...NO_CAPABILITIES, abstract: theDeno().build.os === "linux" };
  }

  check(endpoint: string, role: Role): void {
    checkIpc(endpoint, role, theDeno().build.os, this.capabilities);
  }

  // deno-lint-ignore require-await -- what it throws becomes a rejection
  async connect(endpoint: string, options: DialOptions): Promise<Link> {
    return dialPath(endpoint, ipcPath(endpoint, "connect", theDeno().build.os)!, options.signal);
  }

  listen(endpoint: string, _options: ListenOptions, handler: ListenHandler): Promise<Listener> {
    const probe = (path: string): Promise<Link> => dialPath(endpoint, path, new AbortController().signal);
    // deno-lint-ignore require-await -- what it throws becomes a rejection
    return listenIpc(endpoint, theDeno().build.os, files, probe, async (path, bound) => {
      const listener = open(endpoint, path);
      return accept(endpoint, bound, listener, handler, (connection) => new DenoLink(connection, bound, bound));
    });
  }
}

export function open(endpoint: string, path: string): DenoListener {
  try {
    return theDeno().listen({ transport: "unix", path });
  } catch (error) {
    throw systemError(endpoint, "bind", error);
  }
}

async function dialPath(endpoint: string, path: string, signal: AbortSignal): Promise<Link> {
  return new DenoLink(await dial(endpoint, { transport: "unix", path }, signal), endpoint, endpoint);
}

const files: Files = {
  isSocket: async (path) => (await theDeno().lstat(path)).isSocket === true,
  unlink: (path) => theDeno().remove(path),
  makeDirectory: () => theDeno().makeTempDir({ prefix: "tmp" }),
  removeDirectory: (path) => theDeno().remove(path),
};
