/**
 * Whole programs in the patterns of the guide, written for npm `zeromq`. Each runs with that package on Node, and with
 * one import changed on this runtime, and writes the same.
 */
import { assertEquals } from "@std/assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtime, test } from "../harness.ts";
import { ROOT, runScript } from "../processes.ts";

const FOLDER = join(ROOT, "tests/zeromq/programs");
const PROGRAMS = readdirSync(FOLDER).filter((name) => name.endsWith(".ts")).sort();

for (const name of PROGRAMS) {
  test(`${name} does the same with the import changed`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "zmq-programs-"));
    try {
      const program = join(FOLDER, name);
      const changed = join(folder, name.replace(/ts$/, "mts"));
      const text = readFileSync(program, "utf8");
      writeFileSync(changed, text.replace(/"zeromq(?:\/(v5-compat|draft)\.js)?"/g, (_, entry) => pathOf(entry)));
      const [theirs, ours] = await Promise.all([runScript("node", program), runScript(runtime, changed)]);
      assertEquals({ ...ours, stderr: "" }, { ...theirs, stderr: "" }, ours.stderr);
      assertEquals(ours.code, 0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, { timeout: 60_000 });
}

/** Where the face of version 6 is, or of its drafts, or of version 5, as a specifier. */
function pathOf(entry: string | undefined): string {
  const folder = entry === "draft" ? "draft" : entry === "v5-compat" ? "v5" : "";
  return JSON.stringify(join(ROOT, "src/zeromq", folder, "mod.ts"));
}
