/**
 * `npm run demo`: Deno, Bun, Node and libzmq work together. First a pipeline carries every file of a folder, with every
 * SHA-256 checked; then everyone asks everyone (REQ, REP), and everyone publishes to everyone (PUB, SUB).
 *
 * ```text
 * npm run demo                  the project's own node_modules
 * npm run demo -- <folder>      another folder
 * npm run demo -- --tamper      a worker changes one bit on the way, to show that it is noticed
 * ```
 *
 * The exit code is 0 only if every check held.
 *
 * @module
 */

import { statSync } from "node:fs";
import { relative, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { ROOT } from "../../tests/processes.ts";
import { runExchange } from "./exchange.ts";
import { runPipeline } from "./pipeline.ts";
import { mark } from "./screen.ts";

const { values: { tamper }, positionals: [given = "node_modules"] } = parseArgs({
  options: { tamper: { type: "boolean", default: false } },
  allowPositionals: true,
});
const folder = resolve(ROOT, given);
const started = performance.now();
try {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`There is no folder ${folder}`);
  await runPipeline({ folder, title: relative(ROOT, folder).startsWith("..") ? folder : given, tamper });
  await runExchange();
  const seconds = (performance.now() - started) / 1000;
  console.log(`\n${mark(true)} Every check held, in ${seconds.toFixed(1)} s.\n`);
} catch (error) {
  console.log(`\n${mark(false)} ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
