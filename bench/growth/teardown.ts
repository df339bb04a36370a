/**
 * What it costs to take one away among many: it must not matter how many there are. `programs/teardown.ts` does it.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { commandFor, RuntimeProcess } from "../../tests/processes.ts";
import type { Result } from "../results.ts";
import type { Bench } from "../rounds.ts";
import { summarise } from "../statistics.ts";

const PROGRAM = fileURLToPath(new URL("./programs/teardown.ts", import.meta.url));
const OPERATIONS = ["connect", "disconnect", "unbind", "open", "close", "subscribe", "unsubscribe", "close all"];
const LIMIT = 300_000;

/** Measures this library on each runtime. */
export async function measureTeardown(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  const steps = bench.quick ? [1000, 10_000] : [1000, 10_000, 100_000];
  for (const peer of bench.ours) {
    const [binary, args] = commandFor(peer.name as "node" | "bun" | "deno", PROGRAM);
    await using program = new RuntimeProcess(`${peer.name} teardown`, binary, [...args, ...steps.map(String)]);
    for (const at of steps) {
      const found = await program.receive<Record<string, number[]>>(LIMIT);
      for (const operation of OPERATIONS) {
        const figure = summarise(found[operation]!);
        results.push({ measure: "teardown", row: `${operation} ${at}`, peer: peer.name, unit: "µs each", at, figure });
      }
    }
    await program.succeeded(LIMIT);
  }
  return results.sort((a, b) => rank(a) - rank(b) || a.at! - b.at!);
}

function rank({ row, at }: Result): number {
  return OPERATIONS.indexOf(row.slice(0, -` ${at}`.length));
}
