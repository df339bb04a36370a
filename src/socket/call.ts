/**
 * One call of `request()`: a numbered request, its reply, and the tries between.
 *
 * @module
 */

import { show, TimeoutError, wrongRange, wrongType } from "../errors.ts";
import type { Message } from "../message.ts";
import type { RequestPattern } from "../pattern/request.ts";
import type { WaitOptions } from "./aborts.ts";
import type { SocketCore } from "./core.ts";
import type { Waiter } from "./waiters.ts";

/** How a call is made. */
export interface CallOptions extends WaitOptions {
  /** Milliseconds for each try, 0 or more; `Infinity` unless given. */
  readonly timeout?: number | undefined;
  /** How often the request is sent again when they pass, to the next peer; 0 unless given. */
  readonly retries?: number | undefined;
}

/** Sends a request, again after each `timeout` up to `retries` times, and waits for the first reply to any of them. */
export function callPeer(
  core: SocketCore,
  message: Message,
  { timeout = Infinity, retries = 0 }: CallOptions,
  signal: AbortSignal | undefined,
): Promise<Message> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const pattern = core.pattern as RequestPattern;
    let tries = 0;
    let ended = false;
    /** The try that waits for a peer with room, if one does. */
    let request: Message | undefined;
    let waiter: Waiter | undefined;
    let cancelTimer: () => void = () => {};
    const giveUp = (): void => {
      if (request !== undefined) pattern.discard(request);
      request = undefined;
      if (waiter !== undefined) core.giveUpSending(waiter, undefined);
      waiter = undefined;
    };
    const end = (): void => {
      ended = true;
      giveUp();
      pattern.forget(number);
      cancelTimer();
      stopListening();
      if (signal !== undefined) core.aborts.delete(signal, fail);
    };
    const fail = (error: unknown): void => {
      end();
      reject(error);
    };
    const number = pattern.open((reply) => {
      end();
      resolve(reply);
    });
    const stopListening = core.onClose(() => fail(core.closedError("complete request")));
    if (signal !== undefined) core.aborts.add(signal, fail);
    const attempt = (): void => {
      tries++;
      const prepared = request = pattern.prepare(number, message);
      if (core.tryPost(prepared)) request = undefined;
      else {
        waiter = core.enterSenders(prepared, core.options.sendTimeout, () => request = undefined, (error) => {
          // Given up by us, who have seen to the rest.
          if (request === prepared) fail(error);
        });
      }
      if (ended || timeout === Infinity) return;
      cancelTimer = core.clock.after(timeout, () => {
        giveUp();
        if (tries <= retries) return attempt();
        const often = tries === 1 ? "" : `, ${tries} times`;
        fail(new TimeoutError(`Cannot complete request: no reply came in ${timeout} ms${often}, wanted one`));
      });
    };
    attempt();
  });
}

/** Reads the options of a call. */
export function checkCall(options: CallOptions): void {
  if (typeof options !== "object" || options === null) {
    throw wrongType(`Cannot request: options are ${show(options)}, wanted an object such as { timeout: 1000 }`);
  }
  const { timeout, retries } = options;
  if (timeout !== undefined && !(typeof timeout === "number" && timeout >= 0)) {
    refuse("timeout", timeout, "milliseconds, 0 or more, or Infinity");
  }
  const fits = typeof retries === "number" && retries >= 0 && (Number.isInteger(retries) || retries === Infinity);
  if (retries !== undefined && !fits) refuse("retries", retries, "a whole number, 0 or more, or Infinity");
}

function refuse(name: string, value: unknown, wanted: string): never {
  const wrong = typeof value === "number" ? wrongRange : wrongType;
  throw wrong(`Cannot request: ${name} is ${show(value)}, wanted ${wanted}`);
}
