/**
 * What a person sees, in 80 columns: a line of progress, numbers with units, tables.
 *
 * @module
 */

import process from "node:process";
import { styleText } from "node:util";

const COLUMNS = 76;

/** A heading of a part. */
export function heading(text: string): void {
  console.log(`\n${styleText("bold", text)}\n`);
}

/** A tick, or a cross. */
export function mark(good: boolean): string {
  return good ? styleText("green", "✓") : styleText("red", "✗");
}

/** 1234567 → `1 234 567`. */
export function thousands(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, " ");
}

/** Octets as megabytes. */
export function megabytes(octets: number): string {
  return (octets / 1e6).toFixed(1).replace(/\B(?=(\d{3})+\.)/g, " ");
}

/** A table with its first column to the left and the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string => {
    return "  " + row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]! + 2)).join("");
  };
  console.log(styleText("dim", line(head)));
  for (const row of rows) console.log(line(row));
}

/** A line that is written over again and again; where nobody can do that, a new line each second. */
export class ProgressLine {
  readonly #live = process.stdout.isTTY === true;
  #last = 0;

  /** Shows how far things are: `share` is from 0 to 1. */
  show(share: number, text: string): void {
    const now = performance.now();
    if (!this.#live && now - this.#last < 1000) return;
    this.#last = now;
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    if (!this.#live) return console.log(`  ${percent}  ${text}`);
    const width = COLUMNS - percent.length - text.length - 6;
    const done = Math.round(share * width);
    const bar = "█".repeat(done) + styleText("dim", "░".repeat(width - done));
    process.stdout.write(`\r  ${bar} ${percent}  ${text} `);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#live && this.#last > 0) process.stdout.write(`\r${" ".repeat(COLUMNS + 2)}\r`);
    this.#last = 0;
  }
}
