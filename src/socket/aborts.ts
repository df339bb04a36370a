/**
 * Many who wait for one signal, behind one listener: to leave costs each of them the same, however many there are.
 * (A runtime looks for a listener that is removed among all of a signal's, and some warn of the eleventh.)
 *
 * @module
 */

import { show, wrongType } from "../errors.ts";

/** What a waiting call can be given besides its arguments. */
export interface WaitOptions {
  /** Ends the wait: the call rejects with the signal's reason, and nothing has been sent or received. */
  readonly signal?: AbortSignal | undefined;
}

/** Who is told of one signal. */
interface Audience {
  readonly members: Set<(reason: unknown) => void>;
  readonly listener: () => void;
}

/** The signals that somebody waits for, and whom to tell. */
export class Aborts {
  readonly #audiences: Map<AbortSignal, Audience> = new Map();

  /** Calls `tell` when `signal` is aborted, which it is not yet. */
  add(signal: AbortSignal, tell: (reason: unknown) => void): void {
    let audience = this.#audiences.get(signal);
    if (audience === undefined) {
      const members = new Set<(reason: unknown) => void>();
      const listener = (): void => {
        for (const member of members) member(signal.reason);
      };
      this.#audiences.set(signal, audience = { members, listener });
      signal.addEventListener("abort", listener);
    }
    audience.members.add(tell);
  }

  /** Calls it no more. */
  delete(signal: AbortSignal, tell: (reason: unknown) => void): void {
    const audience = this.#audiences.get(signal);
    if (audience?.members.delete(tell) !== true || audience.members.size > 0) return;
    this.#audiences.delete(signal);
    signal.removeEventListener("abort", audience.listener);
  }
}

/** Reads a call's options. A signal of the wrong kind is the caller's mistake. */
export function signalOf(what: string, options: WaitOptions | undefined): AbortSignal | undefined {
  if (options === undefined) return undefined;
  if (typeof options !== "object" || options === null || isSignal(options)) {
    throw wrongType(`Cannot ${what}: options are ${show(options)}, wanted an object such as { signal }`);
  }
  const { signal } = options;
  if (signal === undefined || isSignal(signal)) return signal;
  throw wrongType(`Cannot ${what}: signal is ${show(signal)}, wanted an AbortSignal`);
}

/** By shape, since another realm (a test runner's, a frame's) has an `AbortSignal` of its own. */
function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}
