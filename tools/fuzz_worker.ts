/**
 * One worker of `npm run fuzz`: runs what it is told to, and leaves each input where the main thread can find it if
 * this one hangs.
 *
 * @module
 */

import { parentPort, workerData } from "node:worker_threads";
import { type Finding, fuzz } from "../tests/fuzz/target.ts";
import { TARGETS } from "../tests/fuzz/targets.ts";
import { LONGEST_INPUT } from "../tests/fuzz/mutate.ts";

/** Some inputs of one target. */
export interface Job {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
}

/** What became of a job. */
export interface Outcome {
  /** The smallest input that breaks a promise, and what it throws. */
  readonly found?: { readonly input: Uint8Array; readonly error: string };
  /** How long it took, in milliseconds. */
  readonly took: number;
}

/** Octets that main thread and worker share: a count of inputs, the length of the last, and the input itself. */
export const SHARED: number = 8 + LONGEST_INPUT;

const job = (memory: SharedArrayBuffer): (job: Job) => Outcome => {
  const numbers = new Int32Array(memory, 0, 2);
  const place = new Uint8Array(memory, 8);
  const before = (input: Uint8Array): void => {
    Atomics.store(numbers, 1, input.length);
    place.set(input.length > LONGEST_INPUT ? input.subarray(0, LONGEST_INPUT) : input);
    Atomics.add(numbers, 0, 1);
  };
  return ({ target: name, seed, inputs }) => {
    const started = performance.now();
    const target = TARGETS.find((one) => one.name === name)!;
    const found = fuzz(target, seed, inputs, before);
    const took = performance.now() - started;
    return found === undefined ? { took } : { took, found: { input: found.input, error: words(found) } };
  };
};

function words({ error }: Finding): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

if (parentPort !== null) {
  const run = job((workerData as { memory: SharedArrayBuffer }).memory);
  parentPort.on("message", (task: Job) => parentPort!.postMessage(run(task)));
  // On Deno, what is sent before somebody listens is lost.
  parentPort.postMessage("ready");
}
