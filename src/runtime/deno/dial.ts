/**
 * Dialling and accepting, for tcp and ipc alike.
 *
 * @module
 */

import type { Link, Listener, ListenHandler } from "../../transport/link.ts";
import { systemError } from "../../transport/system_error.ts";
import { type Connection, type DenoListener, type DialWhere, theDeno } from "./sockets.ts";

/** How long accepting rests after a failure, such as too many open files: it would fail again at once. */
const REST_MS = 100;

/**
 * Dials once.
 *
 * @param signal Gives up: the promise rejects with its reason, and nothing stays open.
 * @throws {EndpointError} What the system said.
 */
export async function dial(endpoint: string, where: DialWhere, signal: AbortSignal): Promise<Connection> {
  signal.throwIfAborted();
  const controller = new AbortController();
  // Deno asks the signal once more when it has connected, and if it then throws, drops the connection without closing
  // it. So it gets a signal of our own, which never throws.
  controller.signal.throwIfAborted = () => {};
  const abort = (): void => controller.abort();
  signal.addEventListener("abort", abort);
  try {
    const connection = await theDeno().connect({ ...where, signal: controller.signal });
    if (!signal.aborted) return connection;
    connection.close();
  } catch (error) {
    if (!signal.aborted) throw systemError(endpoint, "connect", error);
  } finally {
    signal.removeEventListener("abort", abort);
  }
  throw signal.reason;
}

/**
 * Accepts until closed.
 *
 * @param endpoint As the caller gave it, for errors.
 * @param bound As it was bound.
 */
export function accept(
  endpoint: string,
  bound: string,
  listener: DenoListener,
  handler: ListenHandler,
  link: (connection: Connection) => Link,
): Listener {
  let open = true;
  let wake: (() => void) | undefined;
  const run = async (): Promise<void> => {
    while (open) {
      try {
        const connection = await listener.accept();
        // A peer that has gone already can fail here too: its socket takes no option any more.
        if (open) handler.accept(link(connection));
        else connection.close();
      } catch (error) {
        if (!open) break;
        handler.failed(systemError(endpoint, "bind", error));
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, REST_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  };
  const running = run();
  return {
    endpoint: bound,
    close(): Promise<void> {
      if (open) {
        open = false;
        listener.close();
        wake?.();
      }
      return running;
    },
    unref: () => listener.unref?.(),
  };
}
