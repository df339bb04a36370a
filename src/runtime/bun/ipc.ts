/**
 * ipc over `Bun.connect` and `Bun.listen`: Unix sockets.
 *
 * @module
 */

import type { Role } from "../../transport/endpoint.ts";
import { checkIpc, ipcPath, listenIpc } from "../../transport/ipc.ts";
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
import { files, platform } from "./builtin.ts";
import { dial, listen, listenerOf } from "./dial.ts";
import { BunLink } from "./link.ts";

/** The ipc transport of Bun. */
export class BunIpc implements Transport {
  readonly scheme = "ipc";

  /** What this system has. */
  get capabilities(): Capabilities {
    return { ...NO_CAPABILITIES, abstract: platform() === "linux" };
  }

  check(endpoint: string, role: Role): void {
    checkIpc(endpoint, role, platform(), this.capabilities);
  }

  // deno-lint-ignore require-await -- what it throws becomes a rejection
  async connect(endpoint: string, options: DialOptions): Promise<Link> {
    return dialPath(endpoint, ipcPath(endpoint, "connect", platform())!, options.signal);
  }

  listen(endpoint: string, _options: ListenOptions, handler: ListenHandler): Promise<Listener> {
    const probe = (path: string): Promise<Link> => dialPath(endpoint, path, new AbortController().signal);
    // deno-lint-ignore require-await -- what it throws becomes a rejection
    return listenIpc(endpoint, platform(), files, probe, async (path, bound) => {
      const listener = listen(endpoint, { unix: path }, handler, (socket) => new BunLink(socket, bound, bound));
      return listenerOf(listener, bound);
    });
  }
}

function dialPath(endpoint: string, path: string, signal: AbortSignal): Promise<Link> {
  return dial(endpoint, { unix: path }, signal, (socket) => new BunLink(socket, endpoint, endpoint));
}
