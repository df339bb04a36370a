/**
 * Results as the tables of `docs/performance.md`.
 *
 * @module
 */

import { NAMES } from "./peers.ts";
import { type Result, rowOf } from "./results.ts";
import { amount, spread } from "./table.ts";
import { TARGETS, type Verdict } from "./targets.ts";

/** A table of targets and what became of them, and one for each unit of a measure: a row each, a column for each peer. */
export function markdown(results: readonly Result[], verdicts: readonly Verdict[]): string {
  const tables = Map.groupBy(results, ({ measure, unit }) => `${measure}, ${unit}`);
  return [
    ...(verdicts.length === 0 ? [] : [tableOfTargets(verdicts)]),
    ...[...tables].map(([title, results]) => tableOf(title, results)),
  ].join("\n");
}

function tableOfTargets(verdicts: readonly Verdict[]): string {
  const peers = NAMES.filter((name) => verdicts.some(({ peer }) => peer === name));
  const rows = TARGETS.filter((target) => verdicts.some((verdict) => verdict.target === target)).map((target) => [
    target.title,
    `${target.wanted} ${
      [...new Set([target.node, target.bun, target.deno])].map((value) => amount(value)).join(" / ")
    }`,
    ...peers.map((peer) => {
      const verdict = verdicts.find((verdict) => verdict.target === target && verdict.peer === peer);
      if (verdict === undefined) return "";
      return verdict.met ? amount(verdict.found) : `**${amount(verdict.found)}** below`;
    }),
  ]);
  return tableWith(["target", "node / bun / deno", ...peers], rows);
}

function tableOf(title: string, results: readonly Result[]): string {
  const peers = NAMES.filter((name) => results.some(({ peer }) => peer === name));
  const rows = Map.groupBy(results, ({ row }) => row);
  return tableWith(
    [title, ...peers],
    [...rows.values()].map((found) => [
      rowOf(found[0]!),
      ...peers.map((name) => found.filter(({ peer }) => peer === name).map(cell).join(" ")),
    ]),
  );
}

function cell({ figure, unit, ratio, also }: Result): string {
  const rest = Object.entries(also ?? {}).map(([name, value]) => `${name} ${amount(value)}`);
  const value = [`${amount(figure.median, unit)} ${spread(figure)}`.trim(), ...rest].join(", ");
  return ratio === undefined ? value : `**${ratio.median.toFixed(2)} ×** ${value}`;
}

function tableWith(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ["---", ...head.slice(1).map(() => "---:")], ...rows];
  return lines.map((line) => `| ${line.join(" | ")} |\n`).join("");
}
