/**
 * `npm run bench`: this library on Node, Bun and Deno beside libzmq in C, pair by pair. `docs/performance.md` explains
 * what is measured, `bench/targets.ts` says how fast it must be.
 *
 * @module
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { type Choice, choose, QUICK, WORDS } from "./choose.ts";
import { GROWTH } from "./growth/mod.ts";
import { ROOT } from "../tests/processes.ts";
import { buildLibzmq } from "./libzmq.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { markdown } from "./markdown.ts";
import { libzmq, OURS, ZEROMQ } from "./peers.ts";
import { plots } from "./plots.ts";
import { pngOf } from "./png.ts";
import { growthOf, type Result } from "./results.ts";
import { type Bench, measureCase } from "./rounds.ts";
import { heading, line, verdicts } from "./table.ts";
import { judge } from "./targets.ts";

const USAGE = `npm run bench -- [options]

  --only <words>     what to measure, with commas between; words of one kind (a line below) add up, those of
                     different kinds restrict each other
                       ${WORDS.map((kind) => kind.join(" ")).join("\n                       ")}
  --all              also what has no target: every size and way to call over every transport
  --runs <n>         pairs of runs, 5 unless given
  --quick            3 pairs of shorter runs, and without --only just 64 B over tcp and the round trip
  --alone            without libzmq and zeromq, while you try one thing and then another
  --json <file>      writes all that was found to a file
  --markdown <file>  writes it as tables
  --plots <folder>   draws it, as SVG and PNG; after a full run in bench/out unless given
  --from <file>      measures nothing: tells and draws what --json has written
`;

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    all: { type: "boolean", default: false },
    runs: { type: "string" },
    quick: { type: "boolean", default: false },
    alone: { type: "boolean", default: false },
    json: { type: "string" },
    markdown: { type: "string" },
    plots: { type: "string" },
    from: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(USAGE);
} else {
  try {
    await (options.from === undefined ? main() : tell(options.from));
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

async function main(): Promise<void> {
  const words = options.only.split(/[\s,]+/).filter((word) => word !== "");
  const choice = choose(options.quick && words.length === 0 ? QUICK : words, options.all);
  const bench = prepare(choice);
  const built = bench.built;
  const machine = await describeMachine("missing" in built ? undefined : built.version);
  console.log(`${machine.processors} × ${machine.processor}, ${machine.system}`);
  console.log(Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`).join(", "));
  console.log(`${bench.runs} pairs of runs of about ${bench.span} s, after half as long to warm up\n`);
  if ("missing" in built) console.log(`${built.missing}\n`);

  const results: Result[] = [];
  const failures: string[] = [];
  const attempt = async (
    title: string,
    unit: string | undefined,
    measure: () => Promise<Result[]>,
    beside = bench.baseline?.name,
  ) => {
    try {
      const found = await measure();
      if (found.length === 0) return;
      results.push(...found);
      console.log(heading(title, unit ?? found[0]!.unit, beside));
      const rows = unit === undefined && found.some(({ row }) => row !== "");
      for (const result of found) console.log(line(result, rows));
      console.log();
    } catch (error) {
      failures.push(title);
      console.log(`${title}: ${error instanceof Error ? error.message : error}\n`);
    }
  };
  for (const what of choice.cases) await attempt(what.title, what.unit, () => measureCase(what, bench));
  for (const { name, title, beside, measure } of GROWTH) {
    if (choice.growth.includes(name)) await attempt(title, undefined, () => measure(bench), beside);
  }
  results.push(...growthOf(results));
  const about = { ...machine, runs: bench.runs, span: bench.span, baseline: bench.baseline?.name };
  const full = words.length === 0 && !options.quick;
  await publish({ about, results }, full ? join(ROOT, "bench/out") : undefined);
  if (failures.length > 0) throw new Error(`Cannot say all: failed to measure ${failures.join("; ")}`);
}

/** All that was found, as `--json` writes it. */
interface Findings {
  readonly about: Machine & { readonly runs: number; readonly span: number; readonly baseline: string | undefined };
  readonly results: readonly Result[];
}

async function tell(file: string): Promise<void> {
  const { about, results } = JSON.parse(readFileSync(file, "utf8")) as Findings;
  for (const [title, found] of Map.groupBy(results, ({ measure, unit }) => `${measure}, ${unit}`)) {
    console.log(heading(title, found[0]!.unit, about.baseline));
    for (const result of found) console.log(line(result, true));
    console.log();
  }
  await publish({ about, results }, undefined);
}

/** Says what became of the targets, and writes what was asked for. */
async function publish({ about, results }: Findings, folder: string | undefined): Promise<void> {
  const judged = judge(results);
  for (const verdict of verdicts(judged)) console.log(verdict);
  const write = (file: string, content: string | Uint8Array) => {
    writeFileSync(file, content);
    console.log(`wrote ${file}`);
  };
  const into = options.plots ?? folder;
  if (into !== undefined) {
    mkdirSync(into, { recursive: true });
    for (const [name, svg] of plots(results, about)) {
      write(join(into, `${name}.svg`), svg);
      write(join(into, `${name}.png`), await pngOf(svg));
    }
  }
  const json = options.json ?? (folder === undefined ? undefined : join(folder, "figures.json"));
  const tables = options.markdown ?? (folder === undefined ? undefined : join(folder, "figures.md"));
  if (json !== undefined) write(json, JSON.stringify({ about, results, verdicts: judged }, undefined, 2) + "\n");
  if (tables !== undefined) write(tables, markdown(results, judged));
}

function prepare(choice: Choice): Bench & { built: ReturnType<typeof buildLibzmq> } {
  const runs = Number(options.runs ?? (options.quick ? 3 : 5));
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`Cannot run: runs is "${options.runs}", wanted 1 or more`);
  const built = buildLibzmq();
  const inC = "missing" in built ? undefined : libzmq(built.binary);
  const helper = inC ?? OURS[0]!;
  return {
    built,
    ours: OURS.filter((peer) => choice.peers.includes(peer.name)),
    zeromq: options.alone || !choice.peers.includes("zeromq") ? undefined : ZEROMQ,
    baseline: options.alone ? undefined : inC ?? ZEROMQ,
    helper,
    runs,
    growthRuns: options.runs === undefined ? 3 : runs,
    span: options.quick ? 0.4 : 0.6,
    quick: options.quick,
    note: (line) => console.log(`  ${line}`),
  };
}
