/**
 * The turns of the event loop, as the binding deals with them: whoever calls again and again without ever waiting is
 * made to wait for the next turn now and then, and a call that waits keeps the process alive.
 *
 * @module
 */

import { setImmediate } from "node:timers";

/** After so many calls of a socket that did not wait, one does. */
export const CALLS_A_TURN = 512;

/** Every so many turns a timer is waited for: Deno looks for I/O only now and then while there is something else to do. */
const TURNS_A_BREATH = 16;

/** The longest that a timer can wait, about. */
const LONG = 2 ** 30;

let rests = 0;
let waiting = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Calls `task` in the next turn. */
export function inNextTurn(task: () => void): void {
  if (++rests % TURNS_A_BREATH === 0) setTimeout(task, 0);
  else setImmediate(task);
}

/** Keeps the process alive until {@link release} has been called as often as this. */
export function hold(): void {
  if (waiting++ === 0) timer = setInterval(() => {}, LONG);
}

/** Ends one {@link hold}. */
export function release(): void {
  if (--waiting === 0) clearInterval(timer);
}
