/**
 * What a bundle weighs, for a browser or a worker: minified and gzipped.
 *
 * @module
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { binaryOf, ROOT, runProgram } from "../../tests/processes.ts";
import type { Result } from "../results.ts";
import type { Bench } from "../rounds.ts";
import { summarise } from "../statistics.ts";

/** What is bundled: each with all that it needs, and nothing else that can be shaken off. */
const BUNDLES: readonly (readonly [string, string])[] = [
  ["all of mod.ts", 'export * from "./mod.ts";'],
  ["all of the core", 'export * from "./src/core.ts";'],
  ["Push and Pull of mod.ts", 'export { Pull, Push } from "./mod.ts";'],
  ["Push and Pull of the core", 'export { Pull, Push } from "./src/core.ts";'],
  [
    "Request of the core, tcp of Workers",
    'export { Context, Request } from "./src/core.ts"; export { tcp } from "./src/runtime/workers/mod.ts";',
  ],
];

/** Bundles the library with Bun. */
export async function measureBundle(_: Bench): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), "zmq-bundle-"));
  try {
    const results: Result[] = [];
    for (const [row, entry] of BUNDLES) {
      writeFileSync(join(folder, "entry.ts"), entry.replaceAll("./", `${ROOT}/`));
      const args = ["build", "entry.ts", "--minify", "--target=browser", "--format=esm", "--outfile=bundle.js"];
      args.push("--external", "cloudflare:*");
      const { code, stdout, stderr } = await runProgram(binaryOf("bun"), args, { cwd: folder });
      if (code !== 0) throw new Error(`Cannot bundle ${row}: ${stdout}${stderr}`);
      const bundle = readFileSync(join(folder, "bundle.js"));
      results.push({
        measure: "bundle",
        row,
        peer: "bundle",
        unit: "KiB",
        figure: summarise([gzipSync(bundle, { level: 9 }).length / 1024]),
        also: { "KiB minified": bundle.length / 1024 },
      });
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
