/**
 * Listening at once over `node:net`. Where a host is named Node's own `listen` waits for a lookup, even of an address,
 * so tcp is given the handle that `net._createServerHandle` makes: undocumented, and what `node:cluster` binds with in
 * every version since 0.6. Where it is not there, nothing can be bound at once.
 *
 * @module
 */

import { NotSupportedError, show } from "../../errors.ts";
import { addressAtOnce, type FilesAtOnce, listenIpcAtOnce } from "../../transport/at_once.ts";
import { formatTcp } from "../../transport/endpoint.ts";
import type { Link, Listener, ListenHandler, ListenOptions } from "../../transport/link.ts";
import { systemError } from "../../transport/system_error.ts";
import { builtin, type Net, platform, type Server, type Socket } from "./builtin.ts";
import { adopt } from "./intake.ts";
import { NodeLink } from "./link.ts";
import { interfaces } from "./names.ts";
import { link } from "./tcp.ts";

/** What listens, once it has been bound: closed by the server, or by us if there is none. */
interface Handle {
  close(): void;
}

/** `node:net`, with what is in no documentation. */
interface NetWithHandles extends Net {
  /** Binds an address, or a path, of which the type is -1. Answers a negative number if that fails. */
  _createServerHandle?(address: string, port: number, type: 4 | 6 | -1): Handle | number;
}

/** `node:fs`, at once. */
interface Fs {
  lstatSync(path: string): { isSocket(): boolean };
  unlinkSync(path: string): void;
  rmdirSync(path: string): void;
  mkdtempSync(prefix: string): string;
}

interface Modules {
  "node:fs": Fs;
  "node:util": { getSystemErrorName(number: number): string };
  "node:cluster": { readonly isWorker: boolean };
}

type Bind = NonNullable<NetWithHandles["_createServerHandle"]>;

/** Listens at once, on tcp or ipc. Throws what {@link Transport.listen} rejects with. */
export function listenAtOnce(endpoint: string, options: ListenOptions, handler: ListenHandler): Listener {
  const net = builtin("node:net") as NetWithHandles;
  const bind = net._createServerHandle?.bind(net);
  // A worker of a cluster asks the primary, and waits for its answer.
  if (bind === undefined || more("node:cluster").isWorker) {
    throw new NotSupportedError(`Cannot bind to ${show(endpoint)} at once: Node has no way to, wanted "await bind()"`);
  }
  return endpoint.startsWith("ipc:")
    ? listenIpcAtOnce(endpoint, platform(), filesAtOnce, (path, bound) => listenAt(bind, path, bound, options, handler))
    : listenTcp(bind, endpoint, options, handler);
}

function listenTcp(bind: Bind, endpoint: string, options: ListenOptions, handler: ListenHandler): Listener {
  const { host, port } = addressAtOnce(endpoint, options, interfaces);
  const handle = bind(host, port, host.includes(":") ? 6 : 4);
  if (typeof handle === "number") throw systemError(endpoint, "bind", named(handle));
  const server = serve(endpoint, handler, (accepted) => link(...adopt(accepted), options));
  server.listen(handle, options.backlog);
  const bound = server.address() as { readonly address: string; readonly port: number } | null;
  // What a handle keeps back until it listens is that its address is in use, and nothing else.
  if (bound === null) throw systemError(endpoint, "bind", undefined, "EADDRINUSE");
  return listenerOf(server, formatTcp(bound.address, bound.port));
}

/** A path is bound at once by `listen` itself, which tells what went wrong later: a second attempt tells at once. */
function listenAt(bind: Bind, path: string, bound: string, options: ListenOptions, handler: ListenHandler): Listener {
  const server = serve(bound, handler, (accepted) => new NodeLink(...adopt(accepted), bound, bound));
  server.listen({ path, backlog: options.backlog });
  if (server.listening) return listenerOf(server, bound);
  const handle = bind(path, -1, -1);
  if (typeof handle !== "number") {
    // Whoever had the path has just gone.
    handle.close();
    throw systemError(bound, "bind", undefined, "EADDRINUSE");
  }
  const error = named(handle);
  const end = path.lastIndexOf("/");
  // Node says `EACCES` where the system said `ENOENT`: the directory is not there.
  if (error.code === "EACCES") more("node:fs").lstatSync(end < 0 ? "." : path.slice(0, end + 1));
  throw systemError(bound, "bind", error);
}

function serve(endpoint: string, handler: ListenHandler, make: (accepted: Socket) => Link): AtOnce {
  const server = builtin("node:net").createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
  server.on("error", (error) => {
    // What it could not be bound for has been thrown by then.
    if ((server as AtOnce).listening) handler.failed(systemError(endpoint, "bind", error));
  });
  server.on("connection", (socket) => {
    // What was accepted before the server was closed is told of afterwards.
    if ((server as AtOnce).listening) handler.accept(make(socket));
    else socket.destroy();
  });
  return server as AtOnce;
}

interface AtOnce extends Omit<Server, "listen"> {
  readonly listening: boolean;
  listen(where: { path: string; backlog: number }): void;
  listen(handle: Handle, backlog: number): void;
}

function listenerOf(server: AtOnce, endpoint: string): Listener {
  return {
    endpoint,
    close(): Promise<void> {
      server.close();
      return Promise.resolve();
    },
    unref: () => server.unref(),
  };
}

/** An error of the system, by its number. */
function named(number: number): Error & { readonly code: string } {
  const code = more("node:util").getSystemErrorName(number);
  return Object.assign(new Error(`bind ${code}`), { code });
}

/** What is done with files at once, on Node and on Bun. */
export const filesAtOnce: FilesAtOnce = {
  isSocket: (path) => more("node:fs").lstatSync(path).isSocket(),
  unlink: (path) => more("node:fs").unlinkSync(path),
  makeDirectory: () => more("node:fs").mkdtempSync(`${builtin("node:os").tmpdir()}/tmp`),
  removeDirectory: (path) => more("node:fs").rmdirSync(path),
};

/** Modules that nothing else here needs. */
function more<Name extends keyof Modules>(name: Name): Modules[Name] {
  const { process } = globalThis as unknown as { readonly process: { getBuiltinModule(name: string): unknown } };
  return process.getBuiltinModule(name) as Modules[Name];
}
