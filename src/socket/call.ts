/**
 * One call of `request()`: a numbered request, its reply, and the tries between.
 *
 * @module
 */

import { TimeoutError } from "../errors.ts";
import type { Message } from "../message.ts";
import type { RequestPattern } from "../pattern/request.ts";
import type { SocketCore } from "./core.ts";
import type { WaitOptions } from "./waiters.ts";

/** How a call is made. */
export interface CallOptions extends WaitOptions {
  /** Milliseconds for each try, 0 or more; `Infinity` unless given. */
  readonly timeout?: number;
  /** How often the request is sent again when they pass, to the next peer; 0 unless given. */
  readonly retries?: number;
}

/** Sends a request, again after each `timeout` up to `retries` times, and waits for the first reply to any of them. */
export function callPeer(
  core: SocketCore,
  pattern: RequestPattern,
  message: Message,
  timeout: number,
  retries: number,
  signal: AbortSignal | undefined,
): Promise<Message> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    let sending = new AbortController();
    let cancelTimer: () => void = () => {};
    let tries = 0;
    const end = (): void => {
      pattern.forget(number);
      cancelTimer();
      sending.abort();
      stopListening();
      signal?.removeEventListener("abort", aborted);
    };
    const fail = (error: unknown): void => {
      end();
      reject(error);
    };
    const aborted = (): void => fail(signal!.reason);
    const number = pattern.open((reply) => {
      end();
      resolve(reply);
    });
    const stopListening = core.onClose(fail);
    signal?.addEventListener("abort", aborted);
    const attempt = (): void => {
      tries++;
      sending = new AbortController();
      const { signal: given } = sending;
      const request = pattern.prepare(number, message);
      core.submit(request, given).catch((error) => {
        pattern.discard(request);
        // The try was given up by us: whoever did that has seen to the rest.
        if (!given.aborted) fail(error);
      });
      if (timeout === Infinity) return;
      cancelTimer = core.clock.after(timeout, () => {
        sending.abort();
        if (tries <= retries) return attempt();
        const times = tries === 1 ? "" : `, ${tries} times`;
        fail(new TimeoutError(`Cannot complete request: no reply came in ${timeout} ms${times}`));
      });
    };
    attempt();
  });
}
