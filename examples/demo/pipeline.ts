/**
 * The first part: a folder travels from Deno through Bun and libzmq to Node, and every octet is checked.
 *
 * ```text
 *                 ┌─ PULL  worker 1 (Bun)    PUSH ─┐
 *  source  PUSH ──┼─ PULL  worker 2 (Bun)    PUSH ─┼── PULL  sink
 *  (Deno)         └─ PULL  worker 3 (libzmq) PUSH ─┘         (Node)
 * ```
 *
 * This process conducts: it starts the others, pulls their reports, and publishes `start` and `stop`.
 *
 * @module
 */

import { Pull, XPublisher } from "@zerostream/zmq";
import { Crew, type RuntimeName } from "./crew.ts";
import { Desk } from "./desk.ts";
import type { Counts } from "./messages.ts";
import { heading, mark, megabytes, table, thousands } from "./screen.ts";

const WORKERS = ["worker 1", "worker 2", "worker 3"];
const EVERYONE = ["source", ...WORKERS, "sink"];

/** Failures that are shown one by one. */
const SHOWN = 5;

/** What is to be carried, and how. */
export interface PipelineOptions {
  /** The folder whose files are carried. */
  readonly folder: string;
  /** What the folder is called on the screen. */
  readonly title: string;
  /** Whether a worker is to change one bit, for everyone to see that it is noticed. */
  readonly tamper: boolean;
}

/**
 * Carries every file of a folder, and shows how it goes.
 *
 * @throws {Error} If a file did not come whole, or a process fell.
 */
export async function runPipeline({ folder, title, tamper }: PipelineOptions): Promise<void> {
  heading(`1  A pipeline carries every file of ${title}`);
  await using crew = new Crew();
  await using reports = new Pull();
  await using control = new XPublisher({ verbosity: "allSubs" });
  using desk = new Desk(crew, reports);
  const lines = [await reports.bind("tcp://127.0.0.1:*"), await control.bind("tcp://127.0.0.1:*")];

  /** Starts someone, and waits until they are there. Answers what they have bound. */
  const join = async (name: string, runtime: RuntimeName, program: string, ...args: string[]): Promise<string> => {
    const pid = crew.start(name, runtime, program, [...lines, ...args]);
    const { about, endpoint = "" } = await desk.hear("ready");
    // What is published reaches those who have subscribed by then: the XPUB receives each subscription, so wait for it.
    await crew.orTrouble(control.receive());
    abouts.set(name, about);
    roster.set(name, `  ${name.padEnd(10)}${about.padEnd(15)}process ${String(pid).padEnd(9)}${endpoint}`.trimEnd());
    return endpoint;
  };
  const abouts = new Map<string, string>();
  const roster = new Map<string, string>();
  const sink = await join("sink", "node", "sink.ts");
  const source = await join("source", "deno", "source.ts", sink, folder);
  await join("worker 1", "bun", "worker.ts", source, sink, tamper ? "tamper" : "");
  await join("worker 2", "bun", "worker.ts", source, sink);
  await join("worker 3", "node", "libzmq_worker.ts", source, sink);
  for (const name of EVERYONE) console.log(roster.get(name));
  console.log();

  const started = performance.now();
  await control.send("start");
  const { counts: total } = await desk.hear("total");
  desk.watch(total);
  await desk.hear("complete");
  const seconds = (performance.now() - started) / 1000;
  await control.send("stop");
  for (const _ of EVERYONE) await desk.hear("stopped");
  await crew.ended();
  desk.unwatch();
  showTable(desk, abouts, seconds);
  const wrong = [...desk.wrong, ...findLosses(desk, total)];
  console.log(
    `\n  ${mark(wrong.length === 0)} ${thousands(total.files! - desk.wrong.length)} of ${thousands(total.files!)} ` +
      "files came whole, with the SHA-256 of a second reading",
  );
  if (wrong.length === 0) return;
  const shown = wrong.slice(0, SHOWN).map((what) => `\n  - ${what}`).join("");
  throw new Error(
    `${wrong.length} ${wrong.length === 1 ? "check" : "checks"} of the pipeline failed:${shown}` +
      (wrong.length > SHOWN ? "\n  - …" : ""),
  );
}

function showTable(desk: Desk, abouts: ReadonlyMap<string, string>, seconds: number): void {
  const rows = EVERYONE.map((name) => {
    const counts = desk.countsOf(name);
    const longest = desk.longest.get(name);
    return [
      `${name.padEnd(9)} ${abouts.get(name)!.split(" ")[0]}`,
      counts.files === undefined ? "" : thousands(counts.files),
      thousands(counts.bytes),
      thousands(counts.messages),
      (counts.bytes / 1e6 / seconds).toFixed(1),
      longest === undefined ? "–" : String(longest),
      longest === undefined ? "–" : String((counts.queuedIn ?? 0) + (counts.queuedOut ?? 0)),
    ];
  });
  console.log();
  table(["", "files", "bytes", "messages", "MB/s", "queue: most", "at the end"], rows);
  const { bytes } = desk.countsOf("sink");
  console.log("\n  –  libzmq does not tell how long its queues are");
  console.log(`\n  ${megabytes(bytes)} MB in ${seconds.toFixed(1)} s`);
}

/** What is missing, or too much, in the books of any two who should agree. */
function findLosses(desk: Desk, total: Counts): string[] {
  const source = desk.countsOf("source");
  const sink = desk.countsOf("sink");
  const losses: string[] = [];
  const compare = (what: string, found: number | undefined, wanted: number | undefined): void => {
    if (found !== wanted) losses.push(`${what}: found ${found}, wanted ${wanted}`);
  };
  compare("octets at the source", source.bytes, total.bytes);
  compare("files at the sink", sink.files, total.files);
  compare("octets at the sink", sink.bytes, source.bytes);
  compare("messages at the sink", sink.messages, source.messages);
  for (const worker of WORKERS) {
    const counts = desk.countsOf(worker);
    const through = sink.through?.[worker] ?? { bytes: 0, messages: 0 };
    compare(`messages from ${worker}`, through.messages, counts.messages);
    compare(`octets from ${worker}`, through.bytes, counts.bytes);
  }
  for (const name of EVERYONE) {
    const { queuedIn = 0, queuedOut = 0 } = desk.countsOf(name);
    compare(`messages left in the queues of ${name}`, queuedIn + queuedOut, 0);
  }
  return losses;
}
