/**
 * What was found: one shape for all that can be measured, so that tables, plots and targets need to know no other.
 *
 * @module
 */

import { summarise, type Summary } from "./statistics.ts";

/** One figure of one peer. */
export interface Result {
  /** What was measured, as `--only` calls it: `throughput`. */
  readonly measure: string;
  /** Which of its rows this is: `tcp 64B await`. */
  readonly row: string;
  /** Who. */
  readonly peer: string;
  /** Of what the figure is: `msg/s`, `µs`, `KiB`, … */
  readonly unit: string;
  /** What was found. */
  readonly figure: Summary;
  /** The figure, divided by the baseline's of the same pair. */
  readonly ratio?: Summary;
  /** Where the row stands when cost is drawn as work grows: how many peers, topics, … */
  readonly at?: number;
  /** What else was seen, each named with its unit: `p99 µs`. */
  readonly also?: Readonly<Record<string, number>>;
  /** A course over time: pairs of seconds and values in `unit`. */
  readonly course?: readonly (readonly [number, number])[];
}

/** A row's full name: `throughput tcp 64B await`. */
export function rowOf({ measure, row }: Pick<Result, "measure" | "row">): string {
  return row === "" ? measure : `${measure} ${row}`;
}

/** How many times the cost of the least work that of the most is, for what was measured as work grows. */
export function growthOf(results: readonly Result[]): Result[] {
  const grown: Result[] = [];
  const kinds = Map.groupBy(
    results.filter(({ at, row }) => at !== undefined && row.endsWith(` ${at}`)),
    ({ measure, row, at, peer }) => JSON.stringify([measure, row.slice(0, -` ${at}`.length), peer]),
  );
  for (const [key, found] of kinds) {
    const [measure, row, peer] = JSON.parse(key) as [string, string, string];
    const [least, ...others] = found.sort((a, b) => a.at! - b.at!);
    const most = others.at(-1);
    if (most === undefined) continue;
    const factor = most.figure.median / least!.figure.median;
    const figure = summarise([most.unit === "msg/s" ? 1 / factor : factor]);
    grown.push({ measure, row: `${row} growth`, peer, unit: `× the cost at ${least!.at}, at ${most.at}`, figure });
  }
  return grown;
}
