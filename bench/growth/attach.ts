/**
 * What is attached: PUSH → PULL through a pair of `TransformStream`s, and between two threads of one process.
 * `programs/attach.ts` does it; npm `zeromq` and libzmq have nothing to compare it with.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { commandFor, RuntimeProcess } from "../../tests/processes.ts";
import type { Result } from "../results.ts";
import type { Bench } from "../rounds.ts";
import { summarise } from "../statistics.ts";

const PROGRAM = fileURLToPath(new URL("./programs/attach.ts", import.meta.url));
const LIMIT = 120_000;
const GB = 1e9;

/** What passes, how long a message is, and how many make a run of half a second or more. */
const ROWS = [
  { row: "streams 64B", how: "streams", octets: 64, count: 1_000_000, transfer: false },
  { row: "streams 1MiB", how: "streams", octets: 1 << 20, count: 1000, transfer: false },
  { row: "threads 64B", how: "threads", octets: 64, count: 1_000_000, transfer: false },
  { row: "threads 1MiB transferred", how: "threads", octets: 1 << 20, count: 5000, transfer: true },
  { row: "threads 1MiB copied", how: "threads", octets: 1 << 20, count: 1500, transfer: false },
] as const;

/** Measures this library on each runtime. */
export async function measureAttach(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  for (const { row, how, octets, count, transfer } of ROWS) {
    const counted = bench.quick ? count / 4 : count;
    for (const peer of bench.ours) {
      const rates: number[] = [];
      const costs: number[] = [];
      for (let run = 0; run < bench.runs; run++) {
        const [binary, flags] = commandFor(peer.name as "node" | "bun" | "deno", PROGRAM);
        const words = [how, octets, counted, counted / 2, transfer ? 1 : 0].map(String);
        await using program = new RuntimeProcess(`${peer.name} attach`, binary, [...flags, ...words]);
        const { seconds, processor } = await program.receive<{ seconds: number; processor: number }>(LIMIT);
        await program.succeeded(LIMIT);
        rates.push(counted / seconds);
        costs.push(processor / counted * 1e6);
      }
      const figure = summarise(rates);
      const also = { "GB/s": figure.median * octets / GB, "processor µs": summarise(costs).median };
      results.push({ measure: "attach", row, peer: peer.name, unit: "msg/s", figure, also });
    }
  }
  return results;
}
