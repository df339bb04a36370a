/**
 * Dialling and giving up, for tcp, tls and ipc alike.
 *
 * @module
 */

import type { Link } from "../../transport/link.ts";
import { systemError } from "../../transport/system_error.ts";
import type { Socket } from "./builtin.ts";

/**
 * Dials once.
 *
 * @param connect Makes the socket, which begins to dial.
 * @param signal Gives up: the promise rejects with its reason, and the socket is destroyed whatever it is doing.
 * @param link Makes a link of the socket, which is connected and paused.
 * @throws {EndpointError} What the system said.
 */
export function dial<S extends Socket>(
  endpoint: string,
  connect: () => S,
  signal: AbortSignal,
  link: (socket: S) => Link,
): Promise<Link> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = attempt(endpoint, connect);
    // Else Node starts reading as soon as it has connected.
    socket.pause();
    const abort = (): void => {
      settle();
      socket.on("error", () => {}); // What becomes of an abandoned socket is nobody's business.
      socket.destroy();
      reject(signal.reason);
    };
    const settle = (): void => {
      signal.removeEventListener("abort", abort);
      socket.removeListener("error", failed);
      socket.removeListener("connect", connected);
    };
    const failed = (error: Error): void => {
      settle();
      reject(systemError(endpoint, "connect", error));
    };
    const connected = (): void => {
      settle();
      resolve(link(socket));
    };
    socket.on("error", failed);
    socket.on("connect", connected);
    signal.addEventListener("abort", abort);
  });
}

function attempt<S>(endpoint: string, connect: () => S): S {
  try {
    return connect();
  } catch (error) {
    throw systemError(endpoint, "connect", error);
  }
}
