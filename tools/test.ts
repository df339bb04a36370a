/**
 * `npm test`: every file of `tests/` whose name ends in `_test.ts`, under Deno, Bun and Node, each file in a process of its own, a few at a time.
 *
 * ```sh
 * npm test                          # everything
 * npm test -- --only bun            # one runtime (or several: --only bun,node)
 * npm test -- wire engine/          # the files whose path contains one of these
 * npm test -- documentation         # the examples in doc comments, README.md and docs/, on Deno
 * npm test -- --jobs 1              # one process at a time
 * ```
 *
 * Ends with `N passed, N failed`, summed over the runtimes. A file that crashes, hangs, or runs no test is a failure.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { RuntimeName } from "../tests/harness.ts";
import { binaryOf, ROOT } from "../tests/processes.ts";
import { type Case, readCases } from "./junit.ts";

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];

/** Milliseconds a file may take before its process is killed. */
const LIMIT = 300_000;

/** How many files run beside each other, unless `--jobs` says. More makes tests wait for each other, not end sooner. */
const JOBS = Math.max(1, Math.min(4, availableParallelism()));

interface TestFile {
  /** From `tests/`: `wire/frame_test.ts`. */
  readonly name: string;
  /** From the repository's root; several only for {@link DOCUMENTATION}. */
  readonly paths: readonly string[];
  /** Whether nothing may run beside it. */
  readonly alone: boolean;
}

/** The name of what stands for all examples that are not programs of their own. Deno alone can run them. */
const DOCUMENTATION = "documentation";

interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, jobs: { type: "string", default: String(JOBS) } },
});
const only = values.only?.split(",") ?? RUNTIMES;
const runtimes = RUNTIMES.filter((runtime) => only.includes(runtime));
if (runtimes.length !== only.length) {
  console.error(`Cannot run on "${values.only}": wanted some of ${RUNTIMES.join(",")}`);
  process.exit(2);
}

const running = new Set<ChildProcess>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    for (const child of running) killGroup(child);
    process.exit(130);
  });
}

const folder = mkdtempSync(join(tmpdir(), "zmq-test-"));
let reports: Map<RuntimeName, Report[]>;
try {
  reports = await runAll();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(summarize(reports));

async function runAll(): Promise<Map<RuntimeName, Report[]>> {
  const files = listFiles();
  const reports = new Map<RuntimeName, Report[]>(runtimes.map((runtime) => [runtime, []]));
  console.log(`${files.length} test files on ${runtimes.join(", ")}\n`);
  const width = Math.max(...files.map(({ name }) => name.length), 0);

  const runFile = async (file: TestFile): Promise<void> => {
    const started = performance.now();
    const counts: string[] = [];
    const failures: string[] = [];
    for (const runtime of file.name === DOCUMENTATION ? runtimes.filter((name) => name === "deno") : runtimes) {
      const report = await runOn(runtime, file);
      reports.get(runtime)!.push(report);
      failures.push(...report.failures);
      counts.push(
        `${runtime} ${`${report.passed}`.padStart(3)}${report.failed > 0 ? ` (${report.failed} failed)` : ""}`,
      );
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
    console.log(
      `${failures.length > 0 ? "FAIL" : "ok  "}  ${file.name.padEnd(width)}  ${counts.join("  ")}  ${seconds} s`,
    );
    for (const failure of failures) console.log(indent(failure.split("\n", 1)[0]!)); // The rest is told at the end.
  };

  const together = files.filter((file) => !file.alone);
  const worker = async (): Promise<void> => {
    for (let file = together.shift(); file !== undefined; file = together.shift()) await runFile(file);
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, worker));
  for (const file of files.filter((file) => file.alone)) await runFile(file);
  return reports;
}

/** The test files that were asked for. */
function listFiles(): TestFile[] {
  const files: TestFile[] = listFolder("tests", "_test.ts").map((path) => ({
    name: path.slice("tests/".length),
    paths: [path],
    alone: /^\/\/ runs alone\b/m.test(readFileSync(join(ROOT, path), "utf8")),
  }));
  const documented = ["mod.ts", "README.md", ...listFolder("src", ".ts"), ...listFolder("docs", ".md")]
    .filter((path) => existsSync(join(ROOT, path)) && /^[ *]*```ts$/m.test(readFileSync(join(ROOT, path), "utf8")));
  // Its examples use the well-known ports that a reader would.
  if (documented.length > 0) files.push({ name: DOCUMENTATION, paths: documented, alone: true });
  return files.filter(({ name }) =>
    positionals.length === 0 || positionals.some((part) => `tests/${name}`.includes(part))
  );
}

/** The files in a folder and those below it whose names end so. */
function listFolder(folder: string, ending: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((name) => name.endsWith(ending))
    .sort();
}

async function runOn(runtime: RuntimeName, { name, paths }: TestFile): Promise<Report> {
  const path = name === DOCUMENTATION ? name : paths[0]!;
  const documentation = name === DOCUMENTATION ? ["--doc"] : [];
  const outfile = join(folder, `${runtime}-${name.replaceAll("/", "-")}.xml`);
  const args: Record<RuntimeName, string[]> = {
    deno: ["test", "-A", "--no-check", `--junit-path=${outfile}`, ...documentation, ...paths],
    bun: ["test", "--timeout=60000", "--reporter=junit", `--reporter-outfile=${outfile}`, `./${path}`],
    node: [
      "--disable-warning=ExperimentalWarning",
      "--test",
      // All of a file is imported before its first test runs, so that leaving by force misses none.
      "--test-isolation=none",
      "--test-force-exit",
      "--test-reporter=junit",
      `--test-reporter-destination=${outfile}`,
      path,
    ],
  };
  const { code, output } = await execute(binaryOf(runtime), args[runtime]);
  const cases = readReport(outfile);
  const failures = cases.filter(({ result }) => result === "failed").map((failed) => {
    // All that Deno says of a test that an error outside of it ended; what it was, only the output tells.
    const detail = failed.detail === "Cancelled" ? `Cancelled\n${tail(output)}` : failed.detail;
    return `${runtime}: ${path}: ${failed.name}\n${indent(withoutColours(detail))}`;
  });
  if (cases.length === 0) failures.push(`${runtime}: ${path}: ran no test (${code})\n${indent(tail(output))}`);
  else if (failures.length === 0 && code !== 0) {
    failures.push(`${runtime}: ${path}: every test passed, but the process failed (${code})\n${indent(tail(output))}`);
  }
  return {
    passed: cases.filter(({ result }) => result === "passed").length,
    failed: failures.length,
    skipped: cases.filter(({ result }) => result === "skipped").length,
    failures,
  };
}

/** Runs a program in a process group of its own, so that nothing it started outlives it. */
function execute(binary: string, args: readonly string[]): Promise<{ code: number | string; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(binary, [...args], {
      cwd: ROOT,
      detached: true,
      env: { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
    child.stderr.setEncoding("utf8").on("data", (text: string) => output += text);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child);
    }, LIMIT);
    const end = (code: number | string) => {
      clearTimeout(timer);
      running.delete(child);
      killGroup(child);
      resolve({ code: late ? `killed after ${LIMIT / 1000} s` : code, output });
    };
    child.on("error", (error) => end(error.message));
    // Not "close": a grandchild that was left behind may hold the pipes open.
    child.on("exit", (code, signal) => setImmediate(end, code ?? signal ?? "unknown"));
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch {
    // All of it is gone already.
  }
}

function readReport(path: string): Case[] {
  let xml: string;
  try {
    xml = readFileSync(path, "utf8");
  } catch {
    return []; // The process ended before it could write one.
  }
  return readCases(xml);
}

/** Prints every failure again, a line per runtime, and the sum; answers the exit code. */
function summarize(reports: Map<RuntimeName, Report[]>): number {
  const failures = [...reports.values()].flat().flatMap((report) => report.failures);
  if (failures.length > 0) console.log(`\nFailures:\n\n${failures.join("\n\n")}`);
  console.log();
  const sum = { passed: 0, failed: 0 };
  for (const [runtime, list] of reports) {
    const total = { passed: 0, failed: 0, skipped: 0 };
    for (const report of list) {
      total.passed += report.passed;
      total.failed += report.failed;
      total.skipped += report.skipped;
    }
    console.log(
      `${runtime.padEnd(4)}  ${total.passed} passed, ${total.failed} failed, ${total.skipped} left to another runtime`,
    );
    sum.passed += total.passed;
    sum.failed += total.failed;
  }
  if (sum.passed + sum.failed === 0) sum.failed = 1; // Nothing ran: that is no success.
  console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
  return sum.failed === 0 ? 0 : 1;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

function withoutColours(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}

function tail(text: string): string {
  return text.length > 6000 ? `… ${text.slice(-6000)}` : text;
}
