/**
 * Calls that wait, served first in, first out. One may leave from the middle in constant time: its signal was aborted,
 * or its time ran out.
 *
 * @module
 */

import { TimeoutError, wrongType } from "../errors.ts";
import type { Clock } from "../session/clock.ts";

/** What a waiting call can be given besides its arguments. */
export interface WaitOptions {
  /** Ends the wait: the call rejects with the signal's reason, and nothing has been sent or received. */
  readonly signal?: AbortSignal | undefined;
}

/** One waiting call. */
class Waiter<In, Out> {
  previous: Waiter<In, Out> | undefined;
  next: Waiter<In, Out> | undefined;
  readonly item: In;
  readonly resolve: (value: Out) => void;
  readonly reject: (error: unknown) => void;
  /** Lets go of the signal and the timer. */
  release: () => void = () => {};

  constructor(item: In, resolve: (value: Out) => void, reject: (error: unknown) => void) {
    this.item = item;
    this.resolve = resolve;
    this.reject = reject;
  }
}

/** A line of waiting calls. Each brought an `In`, and is to get an `Out`. */
export class Waiters<In, Out> {
  /** How many wait. */
  length = 0;
  readonly #clock: Clock;
  #first: Waiter<In, Out> | undefined;
  #last: Waiter<In, Out> | undefined;

  /** `clock` measures the times given to {@link wait}. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What the first in line brought. Only if there is one. */
  get first(): In {
    return this.#first!.item;
  }

  /**
   * Waits in line.
   *
   * @param timeout Milliseconds; `Infinity`: no limit.
   * @param what What is being tried, for the error: `send`.
   */
  wait(item: In, timeout: number, what: string, signal: AbortSignal | undefined): Promise<Out> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (timeout <= 0) return Promise.reject(late(what, 0));
    return new Promise((resolve, reject) => {
      const waiter = new Waiter<In, Out>(item, resolve, reject);
      waiter.previous = this.#last;
      if (this.#last === undefined) this.#first = waiter;
      else this.#last.next = waiter;
      this.#last = waiter;
      this.length++;
      if (signal === undefined && timeout === Infinity) return;
      const leave = (error: unknown): void => {
        this.#remove(waiter);
        reject(error);
      };
      const aborted = (): void => leave(signal!.reason);
      const cancel = timeout === Infinity ? undefined : this.#clock.after(timeout, () => leave(late(what, timeout)));
      signal?.addEventListener("abort", aborted);
      waiter.release = () => {
        cancel?.();
        signal?.removeEventListener("abort", aborted);
      };
    });
  }

  /** Lets the first in line go with its result. */
  resolve(value: Out): void {
    const waiter = this.#first!;
    this.#remove(waiter);
    waiter.resolve(value);
  }

  /** Lets the first in line go with an error. */
  reject(error: unknown): void {
    const waiter = this.#first!;
    this.#remove(waiter);
    waiter.reject(error);
  }

  /** Lets everyone go with an error. */
  rejectAll(error: () => unknown): void {
    while (this.length > 0) this.reject(error());
  }

  #remove(waiter: Waiter<In, Out>): void {
    const { previous, next } = waiter;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    this.length--;
    waiter.release();
  }
}

function late(what: string, timeout: number): TimeoutError {
  const found = timeout === 0 ? "it would have to wait, and the timeout is 0" : `nothing came of it in ${timeout} ms`;
  return new TimeoutError(`Cannot ${what}: ${found}`);
}

/** Reads a call's options. A signal of the wrong kind is the caller's mistake. */
export function signalOf(what: string, options: WaitOptions | undefined): AbortSignal | undefined {
  const signal = options?.signal;
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  throw wrongType(`Cannot ${what}: signal is ${typeof signal}, wanted an AbortSignal`);
}
