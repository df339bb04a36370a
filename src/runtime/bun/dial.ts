/**
 * Dialling, listening, and what Bun calls in between, for tcp and ipc alike.
 *
 * @module
 */

import type { Link, Listener, ListenHandler } from "../../transport/link.ts";
import { systemError } from "../../transport/system_error.ts";
import type { BunLink } from "./link.ts";
import { type BunListener, type Socket, type SocketHandler, theBun, type Where } from "./sockets.ts";

/** What hangs on a socket of ours: its link, once it is open. */
interface Attached {
  link: BunLink | undefined;
}

/** Makes a link of an open, paused socket. */
export type MakeLink = (socket: Socket<unknown>) => BunLink;

/**
 * Dials once.
 *
 * @param signal Gives up: the promise rejects with its reason at once. Bun cannot stop a dial, so should the connection
 * still come to stand, it is closed then.
 * @throws {EndpointError} What the system said.
 */
export function dial(endpoint: string, where: Where, signal: AbortSignal, make: MakeLink): Promise<Link> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = (): void => reject(signal.reason);
    const failed = (error: unknown): void => {
      signal.removeEventListener("abort", abort);
      reject(systemError(endpoint, "connect", error));
    };
    const socket = handlers((opened) => {
      signal.removeEventListener("abort", abort);
      if (signal.aborted) opened.end();
      else resolve(attach(opened, make));
    });
    signal.addEventListener("abort", abort);
    try {
      theBun().connect<Attached>({ ...where, socket, data: { link: undefined }, allowHalfOpen: true }).catch(failed);
    } catch (error) {
      failed(error);
    }
  });
}

/**
 * Listens.
 *
 * @throws {EndpointError} What the system said.
 */
export function listen(endpoint: string, where: Where, handler: ListenHandler, make: MakeLink): BunListener {
  const socket = handlers((opened) => {
    opened.data = { link: undefined };
    handler.accept(attach(opened, make));
  });
  try {
    return theBun().listen<Attached>({ ...where, socket, allowHalfOpen: true });
  } catch (error) {
    throw systemError(endpoint, "bind", error);
  }
}

/** What listens, by the name that it was bound to. */
export function listenerOf(listener: BunListener, endpoint: string): Listener {
  return {
    endpoint,
    close(): Promise<void> {
      listener.stop(false);
      return Promise.resolve();
    },
    unref: () => listener.unref(),
  };
}

function attach(socket: Socket<Attached>, make: MakeLink): BunLink {
  socket.pause();
  return socket.data.link = make(socket);
}

function handlers(open: (socket: Socket<Attached>) => void): SocketHandler<Attached> {
  return {
    binaryType: "uint8array",
    open,
    data: (socket, chunk) => socket.data.link?.onData(chunk),
    drain: (socket) => socket.data.link?.onDrain(),
    end: (socket) => socket.data.link?.onEnd(),
    close: (socket, error) => socket.data?.link?.onClose(error),
    error: (_socket, error) => {
      throw error;
    },
  };
}
