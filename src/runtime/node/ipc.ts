/**
 * ipc over `node:net`: Unix sockets.
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
import { errnoOf, systemError } from "../../transport/system_error.ts";
import { builtin, platform, type Socket } from "./builtin.ts";
import { dial } from "./dial.ts";
import { adopt, Intake } from "./intake.ts";
import { NodeLink } from "./link.ts";
import { listen } from "./listen.ts";

/** The ipc transport of Node. */
export class NodeIpc implements Transport {
  readonly scheme = "ipc";

  /** What this system has. */
  get capabilities(): Capabilities {
    return { ...NO_CAPABILITIES, backlog: true, abstract: platform() === "linux" };
  }

  check(endpoint: string, role: Role): void {
    checkIpc(endpoint, role, platform(), this.capabilities);
  }

  // deno-lint-ignore require-await -- what it throws becomes a rejection
  async connect(endpoint: string, options: DialOptions): Promise<Link> {
    return dialPath(endpoint, ipcPath(endpoint, "connect", platform())!, options.signal);
  }

  listen(endpoint: string, options: ListenOptions, handler: ListenHandler): Promise<Listener> {
    const probe = (path: string): Promise<Link> => dialPath(endpoint, path, new AbortController().signal);
    return listenIpc(endpoint, platform(), files, probe, async (path, bound) => {
      const where = { path, backlog: options.backlog };
      const link = (accepted: Socket): Link => new NodeLink(...adopt(accepted), bound, bound);
      const server = await listen(endpoint, where, handler, link).catch((error) => explain(endpoint, path, error));
      return { ...server, endpoint: bound };
    });
  }
}

function dialPath(endpoint: string, path: string, signal: AbortSignal): Promise<Link> {
  const intake = new Intake();
  const connect = (): Socket => builtin("node:net").connect({ path, allowHalfOpen: true, onread: intake });
  return dial(endpoint, connect, signal, (socket) => new NodeLink(socket, intake, endpoint, endpoint));
}

/** Node says `EACCES` where the system said `ENOENT`: the directory is not there. */
async function explain(endpoint: string, path: string, error: unknown): Promise<never> {
  if (errnoOf(error) === "EACCES") {
    const end = path.lastIndexOf("/");
    try {
      await builtin("node:fs/promises").lstat(end < 0 ? "." : path.slice(0, end + 1));
    } catch (reason) {
      throw systemError(endpoint, "bind", reason);
    }
  }
  throw error;
}

const files: Files = {
  isSocket: async (path) => (await builtin("node:fs/promises").lstat(path)).isSocket(),
  unlink: (path) => builtin("node:fs/promises").unlink(path),
  makeDirectory: () => builtin("node:fs/promises").mkdtemp(`${builtin("node:os").tmpdir()}/tmp`),
  removeDirectory: (path) => builtin("node:fs/promises").rmdir(path),
};
