/**
 * How large the library is in a bundle: made by Bun from the sources, minified and gzipped. What counts is a program
 * that asks for one pair of sockets and one adapter's tcp; the whole of an entry point is measured for comparison.
 *
 * ```sh
 * node tools/run.mjs tools/size.ts   # prints them all
 * ```
 *
 * @module
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { binaryOf, ROOT, runProgram } from "../tests/processes.ts";

/** The most octets that a program's bundle may have, minified and gzipped. */
export const LARGEST_PROGRAM = 30_000;
/**
 * The same for one that publishes or subscribes: the topics of 100 000 subscribers side by side take 1.5 KB of code, how
 * many one peer may have 0.4 KB, and the places where RADIO, DISH and other transports join in another 0.2 KB.
 */
export const LARGEST_PUBLISHER = 32_650;

const PAIRS = [
  ["Push", "Pull"],
  ["Request", "Reply"],
  ["Publisher", "Subscriber"],
  ["XPublisher", "XSubscriber"],
  ["Dealer", "Router"],
  ["Pair", "Pair"],
] as const;

/** One bundle. */
export interface BundleSize {
  /** What it is of. */
  readonly name: string;
  /** Octets, minified. */
  readonly minified: number;
  /** Octets, minified and gzipped. */
  readonly gzipped: number;
  /** The most octets that it may have, minified and gzipped, if it is a program's. */
  readonly limit: number | undefined;
}

/** Bundles programs and entry points, and answers how large each came out. */
export async function bundleSizes(): Promise<BundleSize[]> {
  const folder = mkdtempSync(join(tmpdir(), "zmq-size-"));
  try {
    const sizes: BundleSize[] = [];
    // One at a time: what one entry point of several asks for, all get.
    for (const entry of [...programs(), ...wholes()]) sizes.push(await measure(entry, folder));
    return sizes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ name, text, limit }: Entry, folder: string): Promise<BundleSize> {
  writeFileSync(join(folder, "entry.mjs"), text);
  const flags = ["--minify", "--target=browser", "--format=esm", "--packages=external", "--outfile=bundle.js"];
  const limits = { cwd: folder, timeout: 60_000 };
  const { code, stderr } = await runProgram(binaryOf("bun"), ["build", "entry.mjs", ...flags], limits);
  if (code !== 0) throw new Error(`bun build ended with exit code ${code}\n${stderr}`);
  const bundle = readFileSync(join(folder, "bundle.js"));
  return { name, minified: bundle.length, gzipped: gzipSync(bundle, { level: 9 }).length, limit };
}

interface Entry {
  readonly name: string;
  readonly text: string;
  readonly limit: number | undefined;
}

function* programs(): Generator<Entry> {
  for (const runtime of ["node", "bun", "deno"]) {
    for (const [one, other] of PAIRS) {
      const text = `
        import * as zmq from "${from("src/core.ts")}";
        import { tcp } from "${from(`src/runtime/${runtime}/mod.ts`)}";
        const context = new zmq.Context({ transports: [tcp] });
        const one = new zmq.${one}({ context });
        const other = new zmq.${other}({ context });
        other.connect(await one.bind("tcp://127.0.0.1:*"));`;
      const limit = one.endsWith("Publisher") ? LARGEST_PUBLISHER : LARGEST_PROGRAM;
      yield { name: `${one} and ${other}, tcp of ${runtime}`, text, limit };
    }
  }
}

function* wholes(): Generator<Entry> {
  for (const path of ["src/engine/mod.ts", "src/core.ts", "mod.ts"]) {
    yield { name: `all of ${path}`, text: `export * from "${from(path)}";`, limit: undefined };
  }
}

function from(path: string): string {
  return join(ROOT, path).replaceAll("\\", "/");
}

/** Sizes as lines of a table, the largest first. */
export function sizeLines(sizes: readonly BundleSize[]): string[] {
  return [...sizes].sort((one, other) => other.gzipped - one.gzipped).map(({ name, minified, gzipped }) => {
    return `${String(gzipped).padStart(7)} of ${String(minified).padStart(6)} octets  ${name}`;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const line of sizeLines(await bundleSizes())) console.log(line);
}
