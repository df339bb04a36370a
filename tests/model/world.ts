/**
 * What models are run in: time that stands still, a transport in memory, and calls whose ends are written down.
 *
 * @module
 */

import fc from "fast-check";
import process from "node:process";
import { Context } from "../../mod.ts";
import { systemClock } from "../../src/session/clock.ts";
import { ManualClock, settled } from "../manual_clock.ts";
import { CutTransport } from "./cut_transport.ts";

let clock = new ManualClock();

// Sockets have the runtime's clock. A test file has a process of its own, and this one's time stands still.
Object.assign(systemClock, {
  now: () => clock.now(),
  after: (delay: number, task: () => void) => clock.after(delay, task),
  turn: () => clock.turn(),
  atTurnEnd: (task: () => void) => clock.atTurnEnd(task),
  random: () => 0,
});

/** A context in which every sequence of commands begins anew. */
export class World {
  readonly transport: CutTransport = new CutTransport();
  readonly context: Context = new Context({ transports: [this.transport] });

  constructor() {
    clock = new ManualClock();
  }

  /** Lets so many milliseconds pass, and everything settle. */
  async pass(milliseconds: number): Promise<void> {
    await clock.advance(milliseconds);
    await this.settle();
  }

  /** Lets everything run that waits for no time. */
  async settle(): Promise<void> {
    // A turn's end begets writes, those beget reads in another socket, and so on: there and back, and once more.
    for (let i = 0; i < 4; i++) {
      await clock.endTurn();
      await settled();
    }
  }

  /** Throws if anything is left once all sockets are closed. */
  checkEmpty(): void {
    if (clock.timers > 0) throw new Error(`${clock.timers} timers are left`);
    if (this.transport.bound.length > 0) throw new Error(`still bound: ${this.transport.bound}`);
  }
}

/** How a call has ended, if it has. */
export class Call<T> {
  state: "waits" | "done" | "failed" = "waits";
  value!: T;
  error: unknown;

  constructor(promise: Promise<T>) {
    promise.then((value) => {
      this.state = "done";
      this.value = value;
    }, (error) => {
      this.state = "failed";
      this.error = error;
    });
  }
}

/** How many sequences are tried: `MODEL_RUNS` times as many as usual, which is 1. */
const TIMES = Number(process.env["MODEL_RUNS"] ?? 1);
/** The seed, if it is not to be the usual one. */
const SEED = Number(process.env["MODEL_SEED"] ?? 20);

/**
 * Tries sequences of commands. A failure shows the shortest that still fails, and the seed.
 *
 * @param command One command, as data.
 * @param run Does all of them, and throws if the library does not do what the model says.
 */
export async function tryModel<C>(
  runs: number,
  command: fc.Arbitrary<C>,
  run: (commands: readonly C[]) => Promise<void>,
): Promise<void> {
  const sequences = fc.array(command, { minLength: 1, maxLength: 40, size: "max" });
  await fc.assert(fc.asyncProperty(sequences, run), { seed: SEED, numRuns: Math.ceil(runs * TIMES) });
}
