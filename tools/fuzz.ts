/**
 * `npm run fuzz`: inputs that are nearly right, for everything that takes octets from strangers, until it is
 * interrupted.
 *
 * ```sh
 * npm run fuzz                                       # until Ctrl-C
 * npm run fuzz -- --inputs 2000000                   # so many, shared out by the targets' weights
 * npm run fuzz -- --seconds 60                       # so long
 * npm run fuzz -- --target null,curve-server         # some targets; without a name, they are listed
 * npm run fuzz -- --seed 5                           # the same inputs again
 * npm run fuzz -- --target frames --input 00010004   # one input, in hexadecimal
 * npm run fuzz -- --target model                     # not octets but calls: sequences of commands, see tests/model
 * ```
 *
 * `--inputs` is for the model how many times as many sequences as usual. Ends with `N passed, N failed`, a target each. What breaks a promise is made as small as it can be, shown, and kept in
 * `tests/fuzz/regressions/`, where it is a test from then on. An input that takes ten seconds is taken for one that never
 * ends.
 *
 * @module
 */

import { readdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { hash } from "../tests/fuzz/octets.ts";
import { type Target, tried } from "../tests/fuzz/target.ts";
import { shares, TARGETS } from "../tests/fuzz/targets.ts";
import { hex, toHex } from "../tests/harness.ts";
import { binaryOf, ROOT, runProgram } from "../tests/processes.ts";
import { type Job, type Outcome, SHARED } from "./fuzz_worker.ts";

/** The most inputs of one job: what is told between them is told often enough. */
const JOB = 20_000;
/** Without an end to them, inputs come in rounds: so many milliseconds of each target, whatever its weight. */
const TURN = 2000;
/** How many times the usual number of sequences a round of the models has. */
const MODEL_TIMES = 10;
/** How many inputs tell how long one takes. */
const FIRST = 1000;
/** Milliseconds after which an input is taken for one that never ends. */
const LONGEST = 10_000;
/** Milliseconds between lines that tell how it goes. */
const NEWS = 10_000;

/** What a target has been through. */
interface Score {
  inputs: number;
  took: number;
  failures: number;
}

const { values } = parseArgs({
  options: {
    inputs: { type: "string" },
    seconds: { type: "string" },
    target: { type: "string" },
    seed: { type: "string" },
    input: { type: "string" },
    jobs: { type: "string", default: String(Math.max(1, Math.min(4, availableParallelism()))) },
  },
});

if (values.target === "model") process.exit(await runModels());
const targets = chosen(values.target);
if (values.input !== undefined) process.exit(runOne(values.input));

const scores = new Map<Target, Score>(targets.map((target) => [target, { inputs: 0, took: 0, failures: 0 }]));
const seed = values.seed === undefined ? Math.floor(Math.random() * 0x3fffffff) : numberOf("--seed", values.seed);
const limit = values.inputs === undefined ? undefined : numberOf("--inputs", values.inputs);
const started = performance.now();
const deadline = values.seconds === undefined ? Infinity : started + 1000 * numberOf("--seconds", values.seconds);
let stopped = false;
let done = 0;

process.on("SIGINT", () => stopped = true);
process.on("SIGTERM", () => stopped = true);
console.log(`seed ${seed}; ${targets.length} targets${limit === undefined ? "" : `, ${limit} inputs`}\n`);
const news = setInterval(tell, NEWS);
const queue = jobs();
await Promise.all(Array.from({ length: numberOf("--jobs", values.jobs) }, work));
clearInterval(news);
process.exit(summarize());

/** The jobs to do: in rounds, so that every target has had its turn soon. */
function* jobs(): IterableIterator<Job> {
  for (let round = 0; round === 0 || limit === undefined; round++) {
    const parts = [...(limit === undefined ? turns() : shares(limit, targets))].flatMap(([{ name }, inputs]) => {
      const count = Math.ceil(inputs / JOB);
      return Array.from({ length: count }, (_, i) => ({
        target: name,
        // Each job has a seed of its own, that depends on nothing but the first.
        seed: seed + Math.imul(round * 1000 + i, 0x9e3779b1) & 0x7fffffff,
        inputs: Math.min(JOB, inputs - i * JOB),
        order: i / count,
      }));
    });
    // The jobs of all targets in turn, the slow ones not at the end.
    for (const { target, seed, inputs } of parts.sort((one, other) => one.order - other.order)) {
      if (stopped || performance.now() >= deadline) return;
      yield { target, seed, inputs };
    }
  }
}

/** How many inputs of each target take as long. */
function turns(): Map<Target, number> {
  return new Map(targets.map((target) => {
    const { inputs, took } = scores.get(target)!;
    return [target, took === 0 ? FIRST : Math.max(FIRST, Math.ceil(inputs / took * TURN))];
  }));
}

/** Does jobs, one after the other, in a thread that can be ended whatever it does. */
async function work(): Promise<void> {
  let memory = new SharedArrayBuffer(SHARED);
  let worker: Worker | undefined;
  for (const job of queue) {
    worker ??= await startWorker(memory);
    const outcome = await runIn(worker, memory, job);
    const target = TARGETS.find(({ name }) => name === job.target)!;
    const score = scores.get(target)!;
    score.took += outcome.took;
    done += job.inputs;
    score.inputs += job.inputs;
    if (outcome.found !== undefined) {
      score.failures++;
      complain(target, outcome.found.input, `seed ${job.seed}: ${outcome.found.error}`);
    }
    if (outcome.lost) {
      void worker.terminate();
      worker = undefined;
      memory = new SharedArrayBuffer(SHARED);
    }
  }
  await worker?.terminate();
}

/** A worker that listens. */
function startWorker(memory: SharedArrayBuffer): Promise<Worker> {
  const worker = new Worker(new URL("./fuzz_worker.ts", import.meta.url), { workerData: { memory } });
  return new Promise((resolve, reject) => {
    worker.once("message", () => {
      worker.off("error", reject);
      resolve(worker);
    });
    worker.once("error", reject);
  });
}

/** One job; `lost`: its thread is of no use any more. */
function runIn(worker: Worker, memory: SharedArrayBuffer, job: Job): Promise<Outcome & { readonly lost?: boolean }> {
  const numbers = new Int32Array(memory, 0, 2);
  return new Promise((resolve) => {
    let count = -1;
    let since = performance.now();
    const settle = (outcome: Outcome & { readonly lost?: boolean }): void => {
      clearInterval(watch);
      worker.off("message", settle).off("error", fail);
      resolve(outcome);
    };
    const last = (): Uint8Array => new Uint8Array(memory, 8).slice(0, Atomics.load(numbers, 1));
    const fail = (error: Error): void =>
      settle({ took: 0, lost: true, found: { input: last(), error: error.stack ?? String(error) } });
    const watch = setInterval(() => {
      const now = Atomics.load(numbers, 0);
      // The first comes once the thread has loaded all that it needs.
      if (now !== count || now === 0) since = performance.now();
      count = now;
      if (performance.now() - since > LONGEST) fail(new Error(`It has not ended within ${LONGEST / 1000} s`));
    }, 500);
    worker.on("message", settle).on("error", fail);
    worker.postMessage(job);
  });
}

/** Shows what broke a promise, and keeps it. */
function complain({ name }: Target, input: Uint8Array, error: string): void {
  const digits = toHex(input);
  const file = `tests/fuzz/regressions/${name}-${hash(input).toString(16).padStart(8, "0")}.hex`;
  writeFileSync(join(ROOT, file), `; ${error.split("\n", 1)[0]}\n${digits}\n`);
  console.log(`FAIL  ${name}: ${error}\n`);
  console.log(`  kept in ${file}; again:`);
  console.log(`  npm run fuzz -- --target ${name} --input ${digits.replaceAll(" ", "")}\n`);
}

function tell(): void {
  const seconds = (performance.now() - started) / 1000;
  console.log(`${seconds.toFixed(0).padStart(6)} s  ${done} inputs, ${Math.round(done / seconds)} a second`);
}

/** A line for each target, and the sum; answers the exit code. */
function summarize(): number {
  tell();
  console.log();
  let failed = 0;
  for (const [{ name }, { inputs, took, failures }] of scores) {
    if (failures > 0) failed++;
    const rate = took === 0 ? "" : `${Math.round(inputs / took * 1000)} a second`;
    console.log(`${failures > 0 ? "FAIL" : "ok  "}  ${name.padEnd(22)} ${String(inputs).padStart(9)} inputs  ${rate}`);
  }
  console.log(`\n${scores.size - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Runs one input, and lets what it throws be seen. */
function runOne(digits: string): number {
  const [target, ...others] = targets;
  if (target === undefined || others.length > 0) {
    console.error("Cannot run an input: found no one target, wanted --target with its name");
    return 2;
  }
  const error = tried(target, hex(digits));
  if (error !== undefined) console.error(error);
  console.log(`\n${error === undefined ? "1 passed, 0 failed" : "0 passed, 1 failed"}`);
  return error === undefined ? 0 : 1;
}

/** Runs the models again and again, each time with another seed; answers the exit code. */
async function runModels(): Promise<number> {
  const files = readdirSync(join(ROOT, "tests/model")).filter((name) => name.endsWith("_test.ts"));
  const first = values.seed === undefined ? Math.floor(Math.random() * 0x3fffffff) : numberOf("--seed", values.seed);
  const times = values.inputs === undefined ? MODEL_TIMES : numberOf("--inputs", values.inputs);
  const until = values.seconds === undefined
    ? Infinity
    : performance.now() + 1000 * numberOf("--seconds", values.seconds);
  const sum = { passed: 0, failed: 0 };
  for (let seed = first; sum.failed === 0 && (seed === first || performance.now() < until); seed++) {
    for (const file of files) {
      const env = { MODEL_SEED: String(seed), MODEL_RUNS: String(times) };
      const args = ["--disable-warning=ExperimentalWarning", "--test", "--test-isolation=none", `tests/model/${file}`];
      const { code, stdout } = await runProgram(binaryOf("node"), args, { env, timeout: 3_600_000 });
      if (code === 0) sum.passed++;
      else sum.failed++;
      console.log(`${code === 0 ? "ok  " : "FAIL"}  ${file}  MODEL_SEED=${seed} MODEL_RUNS=${times}`);
      if (code !== 0) console.log(stdout);
    }
    if (values.inputs !== undefined && values.seconds === undefined) break;
  }
  console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
  return sum.failed === 0 ? 0 : 1;
}

function chosen(names: string | undefined): readonly Target[] {
  if (names === undefined) return TARGETS;
  return names.split(",").map((wanted) => {
    const target = TARGETS.find(({ name }) => name === wanted);
    if (target !== undefined) return target;
    console.error(`Cannot fuzz "${wanted}": wanted some of ${TARGETS.map(({ name }) => name).join(", ")}`);
    return process.exit(2);
  });
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  console.error(`Cannot fuzz: ${option} is "${text}", wanted a number`);
  return process.exit(2);
}
