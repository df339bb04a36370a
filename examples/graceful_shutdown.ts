/**
 * Ending without loss: a worker that takes jobs and sends results, and on Ctrl-C or SIGTERM finishes what it has begun.
 *
 * ```sh
 * deno run --allow-net --allow-run --allow-sys examples/graceful_shutdown.ts
 * bun examples/graceful_shutdown.ts
 * node examples/graceful_shutdown.ts
 * ```
 *
 * A queue between two programs is empty only when both ends say so. So things end from the top down: the source stops,
 * lets its queue drain and sends an empty message as its last; the worker works up to that, passes it on, and closes;
 * the sink has then seen everything. Nobody asks how long to sleep.
 *
 * Alone, the program is source, worker and sink in one, and sends itself a SIGTERM after a second. With the argument
 * `worker` it is worker and sink only, and `graceful_shutdown.py` is the source that is told to stop.
 */

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Pull, Push, text } from "@zerostream/zmq";

const JOBS = "tcp://127.0.0.1:5561";
const RESULTS = "tcp://127.0.0.1:5562";
/** How long a queue may take to drain, in milliseconds. After that its messages are given up, and counted. */
const PATIENCE = 10_000;

/** Makes jobs until it is told to stop. */
async function source(signal: AbortSignal): Promise<number> {
  const jobs = new Push();
  jobs.connect(JOBS);
  let sent = 0;
  try {
    // A `send` that waits for room is given up by the signal; what is queued already is not.
    for (;;) {
      await jobs.send(`job ${sent + 1}`, { signal });
      sent++;
      await sleep(1, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await jobs.send(null);
  const { unsent } = await jobs.close({ linger: PATIENCE });
  return sent - unsent;
}

/** Works until the empty message comes. */
async function worker(): Promise<number> {
  await using jobs = new Pull();
  const results = new Push();
  await jobs.bind(JOBS);
  results.connect(RESULTS);
  let done = 0;
  for await (const [job] of jobs) {
    if (job!.length === 0) break;
    await results.send(`${text(job)} done`);
    done++;
  }
  await results.send(null);
  const { unsent } = await results.close({ linger: PATIENCE });
  return done - unsent;
}

/** Counts results until the empty message comes. */
async function sink(): Promise<number> {
  await using results = new Pull();
  await results.bind(RESULTS);
  let count = 0;
  for await (const [result] of results) {
    if (result!.length === 0) break;
    count++;
  }
  return count;
}

if (process.argv[2] === "worker") {
  // Ctrl-C reaches every program of a terminal. The worker ends when its source has ended, not before.
  process.on("SIGINT", () => console.log("Waiting for the source to end"));
  const [done, counted] = await Promise.all([worker(), sink()]);
  console.log(`${done} jobs done, ${counted} results`);
} else {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const timer = setTimeout(() => process.kill(process.pid, "SIGTERM"), 1000);
  const [sent, done, counted] = await Promise.all([source(stop.signal), worker(), sink()]);
  clearTimeout(timer);
  console.log(`${sent} jobs sent, ${done} done, ${counted} results`);
  process.exitCode = sent > 0 && sent === counted ? 0 : 1;
}
