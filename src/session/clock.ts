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
  /** Which turn this is; it is another number after the turn's end. */
  turn(): number;
  /** Calls `task` at the end of this turn. */
  atTurnEnd(task: () => void): void;
  /** A number from 0 up to 1, 1 excluded. */
  random(): number;
}

/** Longer waits overflow the 32 bits that timers have, and would end at once. */
const LONGEST_DELAY = 0x7fffffff;

/** The scheduling functions that runtimes have beyond the standard's; all but browsers have the first. */
interface Scheduling {
  setImmediate?(task: () => void): unknown;
}

/** Runs tasks at the ends of turns: one call of the runtime however many there are. */
class Turns {
  #number = 0;
  #armed = false;
  #tasks: (() => void)[] = [];
  #schedule: (() => void) | undefined;

  number(): number {
    this.#arm();
    return this.#number;
  }

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
    const { setImmediate } = globalThis as Scheduling;
    const end = this.#end;
    if (setImmediate !== undefined) return () => setImmediate(end);
    // Timers are clamped to milliseconds where there is no setImmediate; a message channel is not.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = end;
    return () => port2.postMessage(0);
  }
}

const turns = new Turns();

/** The runtime's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delay: number, task: () => void): () => void {
    if (delay === Infinity) return () => {};
    const timer = setTimeout(task, Math.min(delay, LONGEST_DELAY));
    return () => clearTimeout(timer);
  },
  turn: () => turns.number(),
  atTurnEnd: (task: () => void) => turns.add(task),
  random: Math.random,
};
