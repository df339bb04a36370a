/**
 * Results as a person reads them.
 *
 * @module
 */

import type { Result } from "./results.ts";
import type { Summary } from "./statistics.ts";
import type { Verdict } from "./targets.ts";

const TITLE = 52;

/** What stands above the lines of some results. */
export function heading(title: string, unit: string, baseline: string | undefined): string {
  const ratio = baseline === undefined ? "" : `× ${baseline}`;
  return `${title.padEnd(TITLE)}${unit.padStart(13)}${"spread".padStart(9)}${ratio.padStart(15)}`;
}

/** One result's line; `row` is said too if it tells results apart. */
export function line({ row, peer, unit, figure, ratio, also }: Result, rows: boolean): string {
  const name = `  ${peer}${rows ? ` ${row}` : ""}`.padEnd(TITLE);
  const rest = Object.entries(also ?? {}).map(([name, value]) => `${name} ${amount(value)}`);
  return [
    name,
    amount(figure.median, unit).padStart(13),
    spread(figure).padStart(9),
    (ratio === undefined ? "" : `${ratio.median.toFixed(2)} ${spread(ratio)}`).padStart(15),
    rest.length === 0 ? "" : `   ${rest.join(", ")}`,
  ].join("");
}

/** Whether each target was met: a line for each that was measured. */
export function verdicts(all: readonly Verdict[]): string[] {
  const width = Math.max(0, ...all.map(({ target }) => target.title.length));
  return all.map(({ target, peer, wanted, found, met }) => {
    const title = target.title.padEnd(width);
    return `${met ? "met  " : "BELOW"} ${title}  ${peer.padEnd(4)}  ${amount(found).padStart(10)}  (${target.wanted} ${
      amount(wanted)
    })`;
  });
}

/** Half the distance between best and worst, in percent of the median; nothing for a single run. */
export function spread({ median, low, high, runs }: Summary): string {
  return runs < 2 || median === 0 ? "" : `±${(((high - low) / 2 / Math.abs(median)) * 100).toFixed(0)} %`;
}

/** A number in as many digits as tell something: `1 234 567`, `12.3`, `0.85`. */
export function amount(value: number, unit = ""): string {
  if (!Number.isFinite(value)) return "—";
  const size = Math.abs(value);
  if (unit.endsWith("/s") || size >= 1000) return thousands(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** 1234567 → `1 234 567`. */
export function thousands(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, " ");
}
