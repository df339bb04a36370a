/**
 * Time, as sessions and sockets see it: given from outside, so that a test can hold it still.
 *
 * A turn is one round of the runtime's event loop. Work for the end of a turn runs once the loop has no more to do in
 * this one: after every message that was sent in it.
 *
 * @module
 */

/** A source of time. */
export interface Clock {
  /** Milliseconds from some start; never goes back. */
  now(): number;
  /** Calls `task` once, `delay` milliseconds from now. Answers a function that prevents it. */
  after(delay: number, task: () => void): () => void;
  /**
   * Which turn this is; it is another number after the turn's end.
   *
   * @param loosely Whether a guess will do, which costs the runtime nothing: what lies further apart than some
   * microseconds may get different numbers then, though it is of one turn.
   */
  turn(loosely?: boolean): number;
  /** Calls `task` at the end of this turn. */
  atTurnEnd(task: () => void): void;
  /** A number from 0 up to 1, 1 excluded. */
  random(): number;
}

/** What prevents nothing: the timer that there is not. */
export function notSet(): void {}

/** Longer waits overflow the 32 bits that timers have, and would end at once. */
const LONGEST_DELAY = 0x7fffffff;

/** What lies further apart, in milliseconds, is taken for two turns: less than a round trip, more than between two sends. */
const APART = 0.01;

/** So many guesses may follow each other: a loop of writes, each of them long, is one turn however long it takes. */
const MOST_GUESSES = 8;

/** What calls a task at the end of a turn. All runtimes but browsers have the first. */
export interface Scheduling {
  /** Calls `task` once the turn is over. */
  readonly setImmediate?: ((task: () => void) => unknown) | undefined;
  /** A way to send oneself a message, which comes once the turn is over. */
  readonly MessageChannel: typeof MessageChannel;
}

/** Runs tasks at the ends of turns: one call of the runtime however many there are. */
export class Turns {
  readonly #scheduling: Scheduling;
  #number = 0;
  /** Whether the runtime will tell us of the turn's end. */
  #armed = false;
  /** When a guess was last asked for, and how often it was a new turn since the last one that ended for certain. */
  #asked = -Infinity;
  #guesses = 0;
  #tasks: (() => void)[] = [];
  #schedule: (() => void) | undefined;

  /** `scheduling`: the global object, or what stands for it. */
  constructor(scheduling: Scheduling) {
    this.#scheduling = scheduling;
  }

  /** Which turn this is. */
  number(): number {
    this.#arm();
    return this.#number;
  }

  /**
   * Which turn this is, or may be. To be told of every turn's end makes Node look for I/O once more in each: 10 µs of a
   * round trip of 60.
   *
   * @param now Milliseconds.
   */
  guess(now: number): number {
    if (!this.#armed && now - this.#asked > APART) {
      if (this.#guesses++ < MOST_GUESSES) this.#number++;
      else this.#arm();
    }
    this.#asked = now;
    return this.#number;
  }

  /** Calls `task` at the end of this turn. */
  add(task: () => void): void {
    this.#tasks.push(task);
    this.#arm();
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    (this.#schedule ??= this.#scheduler())();
  }

  readonly #end = (): void => {
    this.#armed = false;
    this.#guesses = 0;
    this.#number++;
    const tasks = this.#tasks;
    this.#tasks = [];
    let done = 0;
    try {
      while (done < tasks.length) tasks[done++]!();
    } finally {
      // A task that throws is reported as what it is, and takes no other with it.
      if (done < tasks.length) {
        this.#tasks = tasks.slice(done).concat(this.#tasks);
        this.#arm();
      }
    }
  };

  #scheduler(): () => void {
    const { setImmediate, MessageChannel } = this.#scheduling;
    const end = this.#end;
    if (setImmediate !== undefined) return () => setImmediate(end);
    // Timers are clamped to milliseconds where there is no setImmediate; a message channel is not.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = end;
    return () => port2.postMessage(0);
  }
}

const turns = new Turns(globalThis as Scheduling);

/** The runtime's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delay: number, task: () => void): () => void {
    if (delay === Infinity) return notSet;
    const timer = setTimeout(task, Math.min(delay, LONGEST_DELAY));
    return () => clearTimeout(timer);
  },
  turn: (loosely?: boolean) => loosely ? turns.guess(performance.now()) : turns.number(),
  atTurnEnd: (task: () => void) => turns.add(task),
  random: Math.random,
};
