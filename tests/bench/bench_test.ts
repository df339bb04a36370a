/**
 * The bench measures what it is told to, and its figures add up.
 *
 * @module
 */

// runs alone

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseCases } from "../../bench/cases.ts";
import { summarise } from "../../bench/statistics.ts";
import type { Result } from "../../bench/table.ts";
import { runtime, test } from "../harness.ts";
import { ROOT, runScript } from "../processes.ts";

const ONCE = { skip: runtime !== "node", timeout: 60_000 };

test("words of one kind add up, words of different kinds restrict each other", () => {
  const chosen = chooseCases(["64B", "1MiB", "ipc", "bun", "try"]);
  assertEquals(
    chosen.map(({ measure, transport, size, contenders }) => [measure, transport, size.name, contenders.length]),
    [["throughput", "ipc", "64B", 1], ["throughput", "ipc", "1MiB", 1]],
  );
  assertEquals(chosen[0]!.contenders[0]!.calls, "try");
  assertThrows(() => chooseCases(["2KiB"]), Error, `Cannot choose "2KiB"`);
}, ONCE);

test("a summary is the median and the ends", () => {
  assertEquals(summarise([5, 1, 3]), { median: 3, low: 1, high: 5 });
  assertEquals(summarise([4, 1, 3, 2]), { median: 2.5, low: 1, high: 4 });
}, ONCE);

test("the bench compares both ends of a pipeline with zeromq, and writes its figures down", async () => {
  const folder = mkdtempSync(join(tmpdir(), "zmq-bench-test-"));
  try {
    const file = join(folder, "figures.json");
    const args = ["--quick", "--runs", "1", "--only", "64B,tcp,node,await", "--json", file];
    const { code, stdout, stderr } = await runScript("node", join(ROOT, "bench/main.ts"), args, { timeout: 50_000 });
    assertEquals(code, 0, stdout + stderr);
    const { results } = JSON.parse(readFileSync(file, "utf8")) as { results: Result[] };
    assertEquals(
      results.map(({ measure, peer }) => `${measure} ${peer}`),
      ["throughput zeromq", "throughput node", "roundtrip zeromq", "roundtrip node"],
    );
    const [zeromq, node] = results;
    assertEquals(node!.ratio!.median, node!.figure.median / zeromq!.figure.median);
    assertStringIncludes(stdout, "PUSH → PULL, 64B over tcp");
    assertStringIncludes(stdout, "node: throughput is ");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, ONCE);
