/**
 * The demonstration, on a small folder: it tells the truth, whichever that is.
 *
 * @module
 */

// runs alone

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { runtime, test } from "../harness.ts";
import { commandFor, ROOT, runScript } from "../processes.ts";

const DEMO = join(ROOT, "examples/demo/main.ts");

/** It starts Deno, Bun and Node by itself; once is enough. */
const ONCE = { skip: runtime !== "node", timeout: 60_000 };

/** Octets in a chunk. */
const CHUNK = 256 * 1024;

const FILES: Readonly<Record<string, Uint8Array | string>> = {
  "empty": "",
  "text.txt": "hello",
  "one chunk": octets(CHUNK),
  "under/two chunks and a bit.bin": octets(2 * CHUNK + 1),
  "under/übung/eleven.bin": octets(11 * CHUNK),
};

/** A folder with those files, a symbolic link, and an empty folder; gone at the end of the block. */
function makeFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "zmq-demo-"));
  mkdirSync(join(path, "under/übung"), { recursive: true });
  mkdirSync(join(path, "nothing here"));
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(path, name), content);
  symlinkSync("text.txt", join(path, "link"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function octets(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7) & 0xff);
}

test("the demo carries every file whole, and everyone talks with everyone", async () => {
  using folder = makeFolder();
  const { code, stdout, stderr } = await runScript("node", DEMO, [folder.path], { timeout: 50_000 });
  assertEquals(code, 0, stdout + stderr);
  const bytes = Object.values(FILES).reduce((sum, content) => sum + content.length, 0);
  const row = (name: string) => numbersOf(stdout, name);
  // files, octets, messages; then rates and queues.
  assertEquals(row("source    Deno").slice(0, 3), [5, bytes, 1 + 1 + 1 + 3 + 11]);
  assertEquals(row("sink      Node").slice(0, 3), [5, bytes, 1 + 1 + 1 + 3 + 11]);
  const workers = ["worker 1  Bun", "worker 2  Bun", "worker 3  libzmq"].map((name) => row(name).slice(0, 2));
  assertEquals(workers.reduce((sum, [count]) => sum + count!, 0), bytes);
  assertEquals(workers.reduce((sum, [, count]) => sum + count!, 0), 17);
  assertStringIncludes(stdout, "✓ 5 of 5 files came whole");
  assertStringIncludes(stdout, "✓ 24 of 24 conversations went well");
  for (const line of stdout.split("\n")) assertEquals(line.length <= 80, true, `A line is too wide: ${line}`);
}, ONCE);

test("the demo fails when one bit changes on the way, and names the file", async () => {
  using folder = makeFolder();
  const { code, stdout } = await runScript("node", DEMO, [folder.path, "--tamper"], { timeout: 50_000 });
  assertEquals(code, 1, stdout);
  assertStringIncludes(stdout, "✗ 4 of 5 files came whole");
  assertMatch(
    stdout,
    /✗ 1 check of the pipeline failed:\n {2}- .+ came with SHA-256 [0-9a-f]{16}…, wanted [0-9a-f]{16}…/,
  );
}, ONCE);

test("the demo fails when a worker is killed, and names it", async () => {
  // Large enough to be on its way still.
  const [node, flags] = commandFor("node", DEMO);
  const demo = spawn(node, [...flags, "node_modules/bun"], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => demo.once("close", resolve));
  let stdout = "";
  let killed = false;
  for await (const text of demo.stdout.setEncoding("utf8")) {
    stdout += text;
    const found = stdout.match(/worker 2 .* process (\d+)\s/);
    if (killed || found === null) continue;
    killed = true;
    process.kill(Number(found[1]), "SIGKILL");
  }
  assertEquals(await ended, 1, stdout);
  assertStringIncludes(stdout, "✗ worker 2 was killed (SIGKILL) before the work was done");
}, ONCE);

test("the demo says so when there is no such folder", async () => {
  const { code, stdout } = await runScript("node", DEMO, ["no/such/folder"]);
  assertEquals(code, 1);
  assertStringIncludes(stdout, `✗ There is no folder ${join(ROOT, "no/such/folder")}`);
}, ONCE);

/** The whole numbers of a table's row: groups of three digits belong together, cells are two spaces apart or more. */
function numbersOf(stdout: string, name: string): number[] {
  const line = stdout.split("\n").find((line) => line.startsWith(`  ${name} `) && !line.includes("process"));
  assertEquals(line === undefined, false, `There is no row for ${name}:\n${stdout}`);
  return line!.slice(name.length + 2).trim().split(/\s{2,}/).map((cell) => Number(cell.replaceAll(" ", "")));
}
