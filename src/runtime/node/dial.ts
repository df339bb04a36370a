/**
 * Dialling and giving up, for tcp and ipc alike.
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
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const intake = new Intake();
    const socket = connect(endpoint, { ...where, onread: intake });
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
      socket.removeAllListeners("error");
      socket.removeAllListeners("connect");
    };
    socket.on("error", (error) => {
      settle();
      reject(systemError(endpoint, "connect", error));
    });
    socket.on("connect", () => {
      settle();
      resolve(link(socket, intake));
    });
    signal.addEventListener("abort", abort);
  });
}

function connect(endpoint: string, where: ConnectOptions): Socket {
  try {
    return builtin("node:net").connect(where);
  } catch (error) {
    throw systemError(endpoint, "connect", error);
  }
}
