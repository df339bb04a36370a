/**
 * A Worker's turns. Timers belong to the request that has set them: they are dropped when it is over, and what they call
 * may use no other request's connections. So there is no one end of the turn for all sockets, as elsewhere: whoever waits
 * for it sets a timer of its own. And there are no `setImmediate` and no `MessageChannel` on Workers of an older date;
 * where there are, the latter's messages come on microtasks, which is no turn's end.
 *
 * @module
 */

import { type Clock, systemClock } from "../../session/clock.ts";

/** What lies further apart, in milliseconds, is taken for two turns. A Worker's time stands still but for I/O. */
const APART = 0.01;

/** So many guesses may follow each other, as in every clock. */
const MOST_GUESSES = 8;

/** Milliseconds after which the end of a turn is not waited for any more: the request that would have told is over. */
const LOST = 50;

/** What is a Worker's own. */
export type RequestClock = Pick<Clock, "turn" | "atTurnEnd">;

/**
 * Makes one.
 *
 * @param now Milliseconds.
 * @param soon Calls a task when the turn is over, in the request that asks.
 */
export function makeRequestClock(now: () => number, soon: (task: () => void) => void): RequestClock {
  let number = 0;
  let guesses = 0;
  let asked = -Infinity;
  /** When a timer was set that will tell of the turn's end. */
  let armedAt = -Infinity;
  const end = (): void => {
    armedAt = -Infinity;
    guesses = 0;
    number++;
  };
  const isArmed = (time: number): boolean => time - armedAt < LOST;
  const arm = (time: number): void => {
    if (isArmed(time)) return;
    armedAt = time;
    soon(end);
  };
  return {
    turn(loosely?: boolean): number {
      const time = now();
      if (!loosely) {
        arm(time);
        return number;
      }
      if (!isArmed(time) && time - asked > APART) {
        if (guesses++ < MOST_GUESSES) number++;
        else arm(time);
      }
      asked = time;
      return number;
    },
    atTurnEnd(task: () => void): void {
      soon(() => {
        end();
        task();
      });
    },
  };
}

/** Has every socket live by a Worker's turns, if this is one. */
export function useRequestClock(): void {
  const { navigator } = globalThis as { readonly navigator?: { readonly userAgent?: string } };
  if (navigator?.userAgent !== "Cloudflare-Workers") return;
  Object.assign(systemClock, makeRequestClock(() => performance.now(), (task) => void setTimeout(task, 0)));
}
