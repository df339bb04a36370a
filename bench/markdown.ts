/**
 * Results as the tables of `docs/performance.md`.
 *
 * @module
 */

import { BASELINE, PEERS } from "./peers.ts";
import { type Result, thousands } from "./table.ts";

const NAMES = [BASELINE.name, ...PEERS.map((peer) => peer.name)];

/** A table for each measure, with a row for each case and a column for each peer. */
export function markdown(results: readonly Result[]): string {
  const throughput = results.filter((result) => result.measure === "throughput");
  const roundtrip = results.filter((result) => result.measure === "roundtrip");
  const tables: string[] = [];
  if (throughput.length > 0) tables.push(tableOf("messages a second, PUSH → PULL", throughput));
  if (roundtrip.length > 0) tables.push(tableOf("µs, REQ → REP → REQ: median, and 99th percentile", roundtrip));
  return tables.join("\n");
}

function tableOf(title: string, results: readonly Result[]): string {
  const rows = new Map<string, Map<string, string>>();
  for (const result of results) {
    // What is compared with stands in the rows of `await` alone; it has no other calls.
    const name = `${result.transport}, ${result.size}${result.calls === "try" ? ", trySend, tryReceive" : ""}`;
    const row = rows.get(name) ?? new Map<string, string>();
    rows.set(name, row.set(result.peer, cell(result)));
  }
  const lines = [[title, ...NAMES], ["---", ...NAMES.map(() => "---:")]];
  for (const [name, row] of rows) lines.push([name, ...NAMES.map((peer) => row.get(peer) ?? "")]);
  return lines.map((line) => `| ${line.join(" | ")} |\n`).join("");
}

function cell({ figure, p99, ratio }: Result): string {
  const spread = `±${(((figure.high - figure.low) / 2 / figure.median) * 100).toFixed(0)} %`;
  const value = p99 === undefined ? thousands(figure.median) : `${figure.median.toFixed(0)}, ${p99.median.toFixed(0)}`;
  return ratio === undefined ? `${value} ${spread}` : `**${ratio.median.toFixed(2)} ×** ${value} ${spread}`;
}
