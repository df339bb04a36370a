/**
 * A clock that stands still until it is told to move, and the promises' own work in between.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { Clock } from "../src/session/clock.ts";

/** Lets everything run that waits for nothing but its turn: microtasks, however many beget each other. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A timer that has been set. */
interface Timer {
  readonly due: number;
  readonly task: () => void;
}

/** Time in a test's hands. It begins at 1000, so that no time is 0 by chance. */
export class ManualClock implements Clock {
  /** What {@link random} answers. */
  chance = 0;
  #now = 1000;
  #turn = 1;
  #timers: Timer[] = [];
  #tasks: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  after(delay: number, task: () => void): () => void {
    if (delay === Infinity) return () => {};
    const timer = { due: this.#now + delay, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  turn(): number {
    return this.#turn;
  }

  atTurnEnd(task: () => void): void {
    this.#tasks.push(task);
  }

  random(): number {
    return this.chance;
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Milliseconds until the next timer; `undefined` if none is set. */
  get next(): number | undefined {
    return this.#timers.length === 0 ? undefined : Math.min(...this.#timers.map(({ due }) => due)) - this.#now;
  }

  /** Ends the turn: runs what waits for that, and lets everything settle. */
  async endTurn(): Promise<void> {
    this.#turn++;
    for (const task of this.#tasks.splice(0)) task();
    await settled();
  }

  /** So many milliseconds pass within this turn: no timer comes. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Moves on by so many milliseconds, timer by timer, each in a turn of its own. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await this.endTurn();
    for (;;) {
      const timer = this.#timers.reduce<Timer | undefined>(
        (least, one) => least && least.due <= one.due ? least : one,
        undefined,
      );
      if (timer === undefined || timer.due > end) break;
      this.#timers = this.#timers.filter((other) => other !== timer);
      this.#now = Math.max(this.#now, timer.due);
      timer.task();
      await this.endTurn();
    }
    this.#now = end;
  }
}
