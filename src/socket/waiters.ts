/**
 * Calls that wait, served first in, first out. One may leave from the middle in constant time: its signal was aborted,
 * its time ran out, or whoever waits has lost interest.
 *
 * @module
 */

import { TimeoutError } from "../errors.ts";
import type { Clock } from "../session/clock.ts";
import type { Aborts } from "./aborts.ts";

/** One waiting call. */
export interface Waiter {
  /** Whether it waits no more. */
  readonly gone: boolean;
}

/** One waiting call, as the line has it. */
class Place<In, Out> implements Waiter {
  gone = false;
  previous: Place<In, Out> | undefined;
  next: Place<In, Out> | undefined;
  readonly item: In;
  readonly resolve: (value: Out) => void;
  readonly reject: (error: unknown) => void;
  /** Lets go of the signal and the timer. */
  release: () => void = nothing;

  constructor(item: In, resolve: (value: Out) => void, reject: (error: unknown) => void) {
    this.item = item;
    this.resolve = resolve;
    this.reject = reject;
  }
}

function nothing(): void {}

/** One that never had to wait. */
const GONE: Waiter = { gone: true };

/** What settles the promise that was made last. */
const captured: { resolve: (value: unknown) => void; reject: (error: unknown) => void } = {
  resolve: nothing,
  reject: nothing,
};

/** One function for all promises, instead of a closure for each. */
function capture(resolve: (value: never) => void, reject: (error: unknown) => void): void {
  captured.resolve = resolve as (value: unknown) => void;
  captured.reject = reject;
}

/** A line of waiting calls. Each brought an `In`, and is to get an `Out`. */
export class Waiters<In, Out> {
  /** How many wait. */
  length = 0;
  readonly #clock: Clock;
  readonly #aborts: Aborts;
  #first: Place<In, Out> | undefined;
  #last: Place<In, Out> | undefined;

  /** `clock` measures the times given to {@link wait}; `aborts` watches the signals. */
  constructor(clock: Clock, aborts: Aborts) {
    this.#clock = clock;
    this.#aborts = aborts;
  }

  /** What the first in line brought. Only if there is one. */
  get first(): In {
    return this.#first!.item;
  }

  /**
   * Waits in line.
   *
   * @param timeout Milliseconds; `Infinity`: no limit.
   * @param late What to say when they have passed.
   */
  wait(item: In, timeout: number, late: (timeout: number) => string, signal: AbortSignal | undefined): Promise<Out> {
    // Hot: once per message where the receiver is the faster one.
    const promise = new Promise<Out>(capture);
    this.enter(item, timeout, late, signal, captured.resolve, captured.reject);
    return promise;
  }

  /** As {@link wait}, with callbacks. The waiter can be {@link withdraw}n. */
  enter(
    item: In,
    timeout: number,
    late: (timeout: number) => string,
    signal: AbortSignal | undefined,
    resolve: (value: Out) => void,
    reject: (error: unknown) => void,
  ): Waiter {
    if (signal?.aborted || timeout <= 0) {
      reject(signal?.aborted ? signal.reason : new TimeoutError(late(0)));
      return GONE;
    }
    const place = new Place<In, Out>(item, resolve, reject);
    place.previous = this.#last;
    if (this.#last === undefined) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
    this.length++;
    if (signal !== undefined || timeout !== Infinity) this.#watch(place, timeout, late, signal);
    return place;
  }

  /** Lets one go with an error, wherever it stands; if it has gone, nothing happens. */
  withdraw(waiter: Waiter, error: unknown): void {
    if (waiter.gone) return;
    const place = waiter as Place<In, Out>;
    this.#remove(place);
    place.reject(error);
  }

  /** Lets the first in line go with its result. */
  resolve(value: Out): void {
    const place = this.#first!;
    this.#remove(place);
    place.resolve(value);
  }

  /** Lets the first in line go with an error. */
  reject(error: unknown): void {
    this.withdraw(this.#first!, error);
  }

  /** Lets everyone go with an error. */
  rejectAll(error: () => unknown): void {
    while (this.length > 0) this.reject(error());
  }

  #watch(
    place: Place<In, Out>,
    timeout: number,
    late: (timeout: number) => string,
    signal: AbortSignal | undefined,
  ): void {
    const leave = (error: unknown): void => this.withdraw(place, error);
    const cancel = timeout === Infinity
      ? nothing
      : this.#clock.after(timeout, () => leave(new TimeoutError(late(timeout))));
    if (signal !== undefined) this.#aborts.add(signal, leave);
    place.release = () => {
      cancel();
      if (signal !== undefined) this.#aborts.delete(signal, leave);
    };
  }

  #remove(place: Place<In, Out>): void {
    const { previous, next } = place;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    place.gone = true;
    this.length--;
    place.release();
  }
}

/** What is said when `sendTimeout` has passed. */
export function lateToSend(timeout: number): string {
  return timeout === 0
    ? "Cannot send: no peer has room, and sendTimeout is 0"
    : `Cannot send: no peer had room in ${timeout} ms, wanted some within sendTimeout`;
}

/** What is said when `receiveTimeout` has passed. */
export function lateToReceive(timeout: number): string {
  return timeout === 0
    ? "Cannot receive: no message is there, and receiveTimeout is 0"
    : `Cannot receive: no message came in ${timeout} ms, wanted one within receiveTimeout`;
}
