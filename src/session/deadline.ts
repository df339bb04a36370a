/**
 * The time by which something has to be over, however often that is said: the soonest counts. `inproc` has its own, for
 * the sake of small bundles: every program has that.
 *
 * @module
 */

import { type Clock, notSet } from "./clock.ts";

/** Such a time; none until {@link within} is called. */
export class Deadline {
  #at = Infinity;
  #cancel: () => void = notSet;

  /** Calls `task` in `delay` milliseconds, instead of what was to be called later than that. */
  within(clock: Clock, delay: number, task: () => void): void {
    const at = clock.now() + delay;
    if (at >= this.#at) return;
    this.#at = at;
    this.#cancel();
    this.#cancel = clock.after(delay, task);
  }

  /** Nothing is called any more. */
  clear(): void {
    this.#cancel();
  }
}
