/**
 * How long it takes to be there: from the start of a process to its first message over tcp, which includes the import.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { binaryOf, commandFor, ROOT, runProgram, RuntimeProcess } from "../../tests/processes.ts";
import type { Result } from "../results.ts";
import type { Bench } from "../rounds.ts";
import { summarise } from "../statistics.ts";

const FIRST = fileURLToPath(new URL("./programs/first_message.ts", import.meta.url));
const NOTHING = fileURLToPath(new URL("./programs/nothing.ts", import.meta.url));
const LIMIT = 120_000;

interface Starter {
  readonly peer: string;
  readonly row: string;
  readonly command: readonly [string, readonly string[]];
}

/** Measures this library on each runtime, as its users run it, the runtimes alone, and `zeromq`. */
export async function measureStartup(bench: Bench): Promise<Result[]> {
  const starters: Starter[] = [];
  for (const { name } of bench.ours) {
    const runtime = name as "node" | "bun" | "deno";
    const start = (script: string, ...args: string[]) => {
      const [binary, flags] = commandFor(runtime, script);
      return [binary, [...flags, ...args]] as const;
    };
    starters.push({ peer: name, row: "runtime alone", command: start(NOTHING) });
    starters.push({ peer: name, row: "first message", command: start(FIRST, join(ROOT, "mod.ts")) });
    if (runtime === "node") {
      starters.push({ peer: name, row: "first message, npm package", command: start(FIRST, await buildPackage()) });
    }
  }
  if (bench.zeromq !== undefined) {
    const [binary, flags] = commandFor("node", FIRST);
    starters.push({ peer: "zeromq", row: "first message", command: [binary, [...flags, "zeromq"]] });
  }
  const found = new Map<Starter, number[]>(starters.map((starter) => [starter, []]));
  for (let round = 0; round < bench.runs * 2; round++) {
    for (const [starter, times] of found) times.push(await startOf(starter));
  }
  return [...found].map(([{ peer, row }, times]) => {
    return { measure: "startup", row, peer, unit: "ms", figure: summarise(times) };
  });
}

/** Milliseconds until a program has said its line. */
async function startOf({ peer, command: [binary, args] }: Starter): Promise<number> {
  const started = performance.now();
  await using program = new RuntimeProcess(peer, binary, args);
  await program.receive(LIMIT);
  const ended = performance.now();
  await program.succeeded(LIMIT);
  return ended - started;
}

/** The npm package's entry, built from the sources as they are now. */
async function buildPackage(): Promise<string> {
  const folder = join(ROOT, "node_modules/.cache/zerostream-bench/package");
  const { code, stderr } = await runProgram(binaryOf("node"), ["tools/npm.ts", "--out", folder], { timeout: LIMIT });
  const entry = join(folder, "npm/mod.js");
  if (code !== 0 || !existsSync(entry)) throw new Error(`Cannot build the npm package: ${stderr}`);
  return entry;
}
