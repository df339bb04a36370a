/**
 * Listening, for tcp, tls and ipc alike.
 *
 * @module
 */

import type { Link, ListenHandler } from "../../transport/link.ts";
import { systemError } from "../../transport/system_error.ts";
import { builtin, type Server, type Socket } from "./builtin.ts";

/** A server that listens. */
export interface Listening {
  /** What was bound. */
  address(): ReturnType<Server["address"]>;
  /** Stops accepting; fulfils when the name is free. Connections live on. */
  close(): Promise<void>;
}

/**
 * Listens.
 *
 * @param where An address and a port, or a path.
 * @param link Makes a link of an accepted socket, which is paused.
 * @param allowHalfOpen Whether the peer's end leaves our direction open.
 * @throws {EndpointError} What the system said.
 */
export function listen(
  endpoint: string,
  where: { host?: string; port?: number; path?: string; backlog: number },
  handler: ListenHandler,
  link: (accepted: Socket) => Link,
  allowHalfOpen = true,
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = builtin("node:net").createServer({ allowHalfOpen, noDelay: true, pauseOnConnect: true });
    let open = true;
    server.on("error", (error) => reject(systemError(endpoint, "bind", error)));
    server.on("listening", () => {
      server.removeAllListeners("error");
      server.on("error", (error) => handler.failed(systemError(endpoint, "bind", error)));
      resolve({
        address: () => server.address(),
        close(): Promise<void> {
          open = false;
          // Node closes the listening socket before this returns; its callback would wait for every connection too.
          server.close();
          return Promise.resolve();
        },
      });
    });
    server.on("connection", (socket) => {
      if (!open) return socket.destroy();
      handler.accept(link(socket));
    });
    server.listen(where);
  });
}
