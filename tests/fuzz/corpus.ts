/**
 * Inputs that are kept: where fuzzing starts from (`corpus/<target>.hex`), and what once broke a promise
 * (`regressions/<target>-<words>.hex`). An input a line, in hexadecimal, words about it behind a `;`.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hex } from "../harness.ts";

/** An input that once broke a promise, or nearly. */
export interface Regression {
  /** What it is called: the file's name without its end, and the line's number. */
  readonly name: string;
  readonly target: string;
  readonly input: Uint8Array;
}

const CORPUS = new URL("./corpus/", import.meta.url);
const REGRESSIONS = new URL("./regressions/", import.meta.url);

/** What fuzzing of a target starts from. */
export function corpusOf(target: string): Uint8Array[] {
  const file = new URL(`${target}.hex`, CORPUS);
  return existsSync(file) ? linesOf(file) : [];
}

/** The names of targets that have a corpus. */
export function corpora(): string[] {
  return filesIn(CORPUS).map((name) => name.slice(0, -".hex".length)).sort();
}

/** Every input that is to be run for ever. `targets`: all names. */
export function regressions(targets: readonly string[]): Regression[] {
  return filesIn(REGRESSIONS).flatMap((file) => {
    // Of `curve-server` and `curve`, the longer is meant.
    const [target] = targets.filter((name) => file.startsWith(`${name}-`)).sort((a, b) => b.length - a.length);
    if (target === undefined) throw new Error(`Cannot run ${file}: found no target that its name begins with`);
    const stem = file.slice(0, -".hex".length);
    return linesOf(new URL(file, REGRESSIONS)).map((input, i) => ({ name: `${stem}:${i + 1}`, target, input }));
  });
}

function filesIn(folder: URL): string[] {
  return existsSync(folder) ? readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith(".hex")).sort() : [];
}

function linesOf(file: URL): Uint8Array[] {
  return readFileSync(file, "utf8").split("\n").filter((line) => /^[^;]*[0-9a-f]/i.test(line)).map((line) => hex(line));
}
