/**
 * `npm run bench`: throughput and round trip of this library on Deno, Bun and Node, side by side with the npm package
 * `zeromq`. `docs/performance.md` explains what is measured.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { type Case, chooseCases, type Contender, QUICK } from "./cases.ts";
import { markdown } from "./markdown.ts";
import { BASELINE } from "./peers.ts";
import { type Finding, run } from "./run.ts";
import { summarise } from "./statistics.ts";
import { floors, heading, line, type Result } from "./table.ts";

const USAGE = `npm run bench -- [options]

  --only <words>     64B 1KiB 16KiB 1MiB · tcp ipc inproc · deno bun node · await try · throughput roundtrip
                     with commas between; words of one kind add up, those of different kinds restrict each other
  --runs <n>         runs of each, 5 unless given
  --quick            3 shorter runs of each, and without --only just 64 B over tcp: under a minute
  --alone            without the npm package zeromq
  --json <file>      writes the figures to a file too
  --markdown <file>  and as the tables of docs/performance.md
`;

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    runs: { type: "string" },
    quick: { type: "boolean", default: false },
    alone: { type: "boolean", default: false },
    json: { type: "string" },
    markdown: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const runs = Number(options.runs ?? (options.quick ? 3 : 5));
/** Seconds that a run should take. */
const span = options.quick ? 0.5 : 1;

if (options.help) {
  console.log(USAGE);
} else {
  try {
    await bench();
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

async function bench(): Promise<void> {
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`Cannot run: runs is "${options.runs}", wanted 1 or more`);
  const words = options.only.split(/[\s,]+/).filter((word) => word !== "");
  const cases = chooseCases(options.quick && words.length === 0 ? QUICK : words);
  const [processor] = cpus();
  console.log(`${cpus().length} × ${processor?.model ?? "processor"}, ${runs} runs of about ${span} s\n`);
  const results: Result[] = [];
  for (const what of cases) {
    const contenders: Contender[] = [...what.contenders];
    if (!options.alone) contenders.unshift({ peer: BASELINE, calls: "await" });
    console.log(heading(what));
    for (const result of await measure(what, contenders)) {
      results.push(result);
      console.log(line(result));
    }
    console.log();
  }
  for (const floor of floors(results)) console.log(floor);
  if (options.markdown !== undefined) writeFileSync(options.markdown, markdown(results));
  if (options.json === undefined) return;
  const about = { date: new Date().toISOString(), processor: processor?.model, processors: cpus().length, runs, span };
  writeFileSync(options.json, JSON.stringify({ about, results }, undefined, 2) + "\n");
}

/** Measures every contender in turn, again and again: A B C A B C. So whatever else goes on meets all of them. */
async function measure(what: Case, contenders: readonly Contender[]): Promise<Result[]> {
  const counts: number[] = [];
  for (const contender of contenders) counts.push(await countFor(what, contender));
  const findings: Finding[][] = contenders.map(() => []);
  for (let round = 0; round < runs; round++) {
    for (const [i, contender] of contenders.entries()) findings[i]!.push(await run(what, contender, counts[i]!));
  }
  const baseline = options.alone ? undefined : findings[0]!;
  return contenders.map(({ peer, calls }, i) => {
    const own = findings[i]!;
    const compared = baseline === undefined || own === baseline
      ? undefined
      : summarise(own.map((finding, round) => figure(finding) / figure(baseline[round]!)));
    return {
      measure: what.measure,
      transport: what.transport,
      size: what.size.name,
      octets: what.size.octets,
      peer: peer.name,
      calls,
      count: counts[i]!,
      figure: summarise(own.map(figure)),
      p99: what.measure === "roundtrip" ? summarise(own.map(p99)) : undefined,
      ratio: compared,
    };
  });
}

/** How many messages make a run last about {@link span}: found by trying, since most of a short run is start-up. */
async function countFor(what: Case, contender: Contender): Promise<number> {
  let count = what.measure === "roundtrip" ? 1000 : Math.max(100, Math.min(20_000, (8 << 20) / what.size.octets));
  for (;;) {
    const { seconds } = await run(what, contender, count);
    const share = seconds / span;
    if (share > 0.6) return Math.round(count / share);
    count = Math.round(count * Math.min(20, 1 / share));
  }
}

/** What contenders are compared by: messages a second, or the median round trip in microseconds. */
function figure(finding: Finding): number {
  return finding.measure === "throughput" ? finding.rate : finding.p50;
}

function p99(finding: Finding): number {
  return finding.measure === "roundtrip" ? finding.p99 : NaN;
}
