/**
 * How the tests of `examples/` start them.
 *
 * @module
 */

import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { RuntimeName } from "../harness.ts";
import { binaryOf, type Outcome, ROOT, type RuntimeProcess, spawnRuntime } from "../processes.ts";

/** The three, to try each with each. */
export const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];

/** Milliseconds for one test here: it starts several programs. */
export const LIMIT = 90_000;

/** The path of an example: `rep_server.ts`. */
export function pathOf(example: string): string {
  return join(ROOT, "examples", example);
}

/** Starts an example. */
export function start(runtime: RuntimeName, example: string, ...args: (string | number)[]): RuntimeProcess {
  return spawnRuntime(runtime, pathOf(example), args.map(String));
}

/** Runs an example to its end, which must be a good one. */
export async function run(runtime: RuntimeName, example: string, ...args: (string | number)[]): Promise<Outcome> {
  await using child = start(runtime, example, ...args);
  return await child.succeeded();
}

/** Calls `body` with a fresh folder, and removes it. */
export async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "zmq-examples-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A search path that begins with `folder`, in which the pinned runtimes have their plain names. */
export function searchPath(folder: string): string {
  for (const name of RUNTIMES) symlinkSync(binaryOf(name), join(folder, name));
  return `${folder}:${process.env["PATH"] ?? ""}`;
}
