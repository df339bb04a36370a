/**
 * The bench measures what it is told to, and its figures add up.
 *
 * @module
 */

// runs alone

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { choose, QUICK } from "../../bench/choose.ts";
import { growthOf, type Result } from "../../bench/results.ts";
import { summarise } from "../../bench/statistics.ts";
import { judge, TARGETS } from "../../bench/targets.ts";
import { runtime, test } from "../harness.ts";
import { ROOT, runScript } from "../processes.ts";

const ONCE = { skip: runtime !== "node", timeout: 60_000 };

test("words of one kind add up, words of different kinds restrict each other", () => {
  const { cases, growth, peers } = choose(["64B", "1MiB", "tcp", "bun", "throughput"]);
  assertEquals(cases.map(({ row }) => row), ["tcp 64B await", "tcp 64B try", "tcp 64B stream", "tcp 1MiB await"]);
  assertEquals([growth, peers], [[], ["bun"]]);
  assertEquals(choose(["publish", "10", "100"]).cases.map(({ row }) => row), ["10", "100"]);
  assertThrows(() => choose(["2KiB"]), Error, `Cannot choose "2KiB"`);
  assertThrows(() => choose(["roundtrip", "1KiB"]), Error, "nothing is all of it");
}, ONCE);

test("what has no target is measured when it is asked for", () => {
  assertEquals(choose(["ipc", "1MiB", "try"]).cases.map(({ row }) => row), ["ipc 1MiB try"]);
  assertEquals(choose(["ipc"]).cases.map(({ row }) => row), ["ipc 64B await"]);
  assertEquals(choose(["ipc"], true).cases.length, 12);
}, ONCE);

test("the short bench is one rate and one round trip", () => {
  assertEquals(choose(QUICK).cases.map(({ measure }) => measure), ["throughput", "roundtrip"]);
}, ONCE);

test("a summary is the median and the ends", () => {
  assertEquals(summarise([5, 1, 3]), { median: 3, low: 1, high: 5, runs: 3 });
  assertEquals(summarise([4, 1, 3, 2]), { median: 2.5, low: 1, high: 4, runs: 4 });
}, ONCE);

test("growth is the cost of the most work, in times that of the least", () => {
  const found = (at: number, rate: number, unit: string): Result => {
    return { measure: "matching", row: `sub ${at}`, peer: "bun", unit, at, figure: summarise([rate]) };
  };
  const rates = growthOf([found(10, 900, "msg/s"), found(1000, 500, "msg/s"), found(100_000, 300, "msg/s")]);
  assertEquals(rates.map(({ row, figure }) => [row, figure.median]), [["sub growth", 3]]);
  assertEquals(growthOf([found(10, 2, "µs"), found(1000, 3, "µs")])[0]!.figure.median, 1.5);
}, ONCE);

test("a target is met or not, and what was not measured is not judged", () => {
  const result: Result = {
    measure: "roundtrip",
    row: "",
    peer: "node",
    unit: "µs",
    figure: summarise([50]),
    ratio: summarise([0.84]),
  };
  const [verdict, ...others] = judge([result]);
  assertEquals(others, []);
  assertEquals([verdict!.met, verdict!.wanted, verdict!.found], [true, 0.85, 0.84]);
  assertEquals(judge([{ ...result, ratio: summarise([0.86]) }])[0]!.met, false);
  assertEquals(judge([{ ...result, measure: "parts", ratio: summarise([0.79]) }])[0]!.met, false);
}, ONCE);

test("every target is about a row that the bench measures", () => {
  const { cases, growth } = choose([]);
  const rows = cases.map(({ measure, row }) => `${measure} ${row}`.trim());
  for (const { row } of TARGETS) {
    assert(rows.includes(row) || growth.includes(row.split(" ")[0]!) || row.endsWith(" growth"), row);
  }
}, ONCE);

test("the bench compares pair by pair, and writes its figures down", async () => {
  const folder = mkdtempSync(join(tmpdir(), "zmq-bench-test-"));
  try {
    const file = join(folder, "figures.json");
    const args = ["--quick", "--runs", "1", "--only", "throughput,64B,tcp,node,await", "--json", file];
    const { code, stdout, stderr } = await runScript("node", join(ROOT, "bench/main.ts"), args, { timeout: 50_000 });
    assertEquals(code, 0, stdout + stderr);
    const { about, results } = JSON.parse(readFileSync(file, "utf8"));
    assertEquals(results.map(({ peer }: Result) => peer), ["node", about.baseline]);
    const [node, baseline] = results as Result[];
    assertEquals(node!.ratio!.median, node!.figure.median / baseline!.figure.median);
    assertStringIncludes(stdout, "PUSH → PULL, 64B over tcp");
    assertStringIncludes(stdout, "PUSH → PULL 64 B, await  node");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, ONCE);
