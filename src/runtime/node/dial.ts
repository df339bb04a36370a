/**
 * Dialling and giving up, for tcp, tls and ipc alike.
 *
 * @module
 */

import type { Link } from "../../transport/link.ts";
import { systemError } from "../../transport/system_error.ts";
import { builtin, type ConnectOptions, type Socket } from "./builtin.ts";
import { Intake } from "./intake.ts";

/**
 * Dials once.
 *
 * @param signal Gives up: the promise rejects with its reason, and the socket is destroyed whatever it is doing.
 * @param link Makes a link of the socket, which is connected and paused.
 * @throws {EndpointError} What the system said.
 */
export function dial(
  endpoint: string,
  where: ConnectOptions,
  signal: AbortSignal,
  link: (socket: Socket, intake: Intake) => Link,
): Promise<Link> {
  const intake = new Intake();
  const connect = (): Socket => builtin("node:net").connect({ ...where, onread: intake });
  return dialBy(connect, endpoint, signal, (socket) => link(socket, intake));
}

/** As {@link dial}, with a socket of another kind. */
export function dialBy<S extends Socket>(
  connect: () => S,
  endpoint: string,
  signal: AbortSignal,
  link: (socket: S) => Link,
): Promise<Link> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = attempt(connect, endpoint);
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

function attempt<S>(connect: () => S, endpoint: string): S {
  try {
    return connect();
  } catch (error) {
    throw systemError(endpoint, "connect", error);
  }
}
