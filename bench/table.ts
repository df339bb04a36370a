/**
 * Results as a person reads them.
 *
 * @module
 */

import type { Case } from "./cases.ts";
import type { Calls } from "./peers.ts";
import type { Summary } from "./statistics.ts";

/** What was found about one peer in one case. */
export interface Result {
  readonly measure: Case["measure"];
  readonly transport: Case["transport"];
  readonly size: string;
  readonly octets: number;
  readonly peer: string;
  readonly calls: Calls;
  /** Messages, or round trips, in a run. */
  readonly count: number;
  /** Messages a second; or the median round trip, in microseconds. */
  readonly figure: Summary;
  /** The 99th percentile of round trips, in microseconds. */
  readonly p99: Summary | undefined;
  /** The figure, divided by the baseline's of the same round. */
  readonly ratio: Summary | undefined;
}

/** At 64 B over tcp, this many times the messages of the npm package `zeromq`. */
const FLOOR_RATIO = 4;

/** What stands above a case's lines. */
export function heading({ measure, transport, size }: Case): string {
  return measure === "throughput"
    ? `PUSH → PULL, ${size.name} over ${transport}`.padEnd(34) + "      msg/s      MB/s   spread  × zeromq"
    : `REQ ⇄ REP, ${size.name} over ${transport}`.padEnd(34) + "     p50 µs    p99 µs   spread  × zeromq";
}

/** One peer's line. */
export function line({ measure, octets, peer, calls, figure, p99, ratio }: Result): string {
  const name = `  ${peer}${calls === "try" ? " (trySend, tryReceive)" : ""}`.padEnd(34);
  const value = measure === "throughput" ? thousands(figure.median) : figure.median.toFixed(1);
  const second = p99 === undefined ? ((figure.median * octets) / 1e6).toFixed(1) : p99.median.toFixed(1);
  const spread = `±${(((figure.high - figure.low) / 2 / figure.median) * 100).toFixed(0)} %`;
  return [
    name,
    value.padStart(11),
    second.padStart(10),
    spread.padStart(9),
    (ratio === undefined ? "" : ratio.median.toFixed(2)).padStart(10),
  ].join("");
}

/** Whether what was measured is as fast as it must be: a line for each runtime. */
export function floors(results: readonly Result[]): string[] {
  const lines: string[] = [];
  for (const { measure, transport, size, peer, calls, ratio } of results) {
    if (ratio === undefined || calls !== "await" || transport !== "tcp" || size !== "64B") continue;
    const ok = measure === "throughput" ? ratio.median >= FLOOR_RATIO : ratio.median <= 1;
    const wanted = measure === "throughput" ? `at least ${FLOOR_RATIO}` : "at most 1";
    lines.push(
      `${ok ? "ok   " : "BELOW"} ${peer}: ${measure} is ${ratio.median.toFixed(2)} × zeromq's, wanted ${wanted}`,
    );
  }
  return lines;
}

/** 1234567 → `1 234 567`. */
export function thousands(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, " ");
}
