/**
 * How much a socket sends before others have their turn: a loop that never waits would else keep I/O and timers from
 * theirs.
 *
 * @module
 */

import type { Clock } from "../session/clock.ts";

/** After this many sends in one turn, callers wait for the next one. */
const SENDS_A_TURN = 4096;

/**
 * After this many such turns they wait for a timer. Deno looks for I/O only every 61st time while there is always
 * something else to do, and there is as long as turns follow one another.
 */
const TURNS_A_BREATH = 16;

/** The pace of one socket. */
export class Pace {
  readonly #clock: Clock;
  readonly #rested: () => void;
  readonly #done: Promise<void> = Promise.resolve();
  #turn = -1;
  #sends = 0;
  #nextTurn: Promise<void> | undefined;
  #rests = 0;

  /** `rested` is called when a turn has begun in which those who wait may send. */
  constructor(clock: Clock, rested: () => void) {
    this.#clock = clock;
    this.#rested = rested;
  }

  /** A message has been sent. */
  count(): void {
    this.#sends++;
  }

  /** What a `send` that need not wait answers: one promise for all of them, and once in a while the next turn's. */
  granted(): Promise<void> {
    // Hot: once per message.
    return ++this.#sends < SENDS_A_TURN || !this.resting ? this.#done : this.#nextTurn!;
  }

  /** Whether this turn has had its share of sends: those who wait have theirs in the next. */
  get resting(): boolean {
    // Hot: once per message.
    return this.#sends >= SENDS_A_TURN && this.#rest();
  }

  #rest(): boolean {
    const clock = this.#clock;
    const turn = clock.turn();
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#sends = 0;
      return false;
    }
    this.#nextTurn ??= new Promise((resolve) => {
      const rested = (): void => {
        this.#nextTurn = undefined;
        this.#sends = 0;
        resolve();
        this.#rested();
      };
      if (++this.#rests % TURNS_A_BREATH === 0) clock.after(0, rested);
      else clock.atTurnEnd(rested);
    });
    return true;
  }
}
