/**
 * `npm run check`: everything that can be judged without running the library. A line per check, then
 * `N passed, N failed`.
 *
 * @module
 */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { binaryOf, ROOT, runProgram } from "../tests/processes.ts";
import { type BundleSize, bundleSizes, LARGEST_PROGRAM, LARGEST_PUBLISHER, sizeLines } from "./size.ts";
import { entryPoints, lendTypes, stage } from "./stage.ts";

/** Milliseconds a check may take. */
const LIMIT = 300_000;

/** The keys that jsr.json has, and deno.json must repeat: where both files are, Deno reads only deno.json. */
const SHARED_KEYS = ["name", "version", "license", "exports", "imports", "publish"];

/**
 * Answers what is wrong, `undefined` if nothing is; `{ left }` says why there was nothing to check, `{ noted }` what was
 * found that is not wrong.
 */
type Check = () => Promise<string | { left: string } | { noted: string } | undefined>;

const CODE = present("mod.ts", "src", "tests", "examples", "bench", "tools");

const CHECKS: readonly (readonly [string, Check])[] = [
  ["formatting (deno fmt --check)", () => deno("fmt", "--check")],
  ["lint (deno lint)", () => deno("lint")],
  ["types, as Deno sees them (deno check)", () => deno("check", ...CODE)],
  ["types of the documentation's examples (deno check --doc)", checkExamples],
  ["types, as Node 20 has them (tsc)", checkNodeTypes],
  ["types of programs for npm zeromq, with it and with ours (tsc)", checkFaceTypes],
  ["documentation of every export (deno doc --lint)", checkDocs],
  ["rooms and their imports (tests/layering_test.ts)", checkLayering],
  ["manifests agree (deno.json, jsr.json, package.json)", checkManifests],
  ["the lock names no registry (package-lock.json)", checkLock],
  ["publishing (deno publish --dry-run)", checkPublishing],
  [
    `bundles (${LARGEST_PROGRAM} octets at the most, ${LARGEST_PUBLISHER} of one that publishes; minified, gzipped)`,
    checkSizes,
  ],
];

let passed = 0;
let failed = 0;
const failures: string[] = [];
for (const [name, check] of CHECKS) {
  const started = performance.now();
  let found: Awaited<ReturnType<Check>>;
  try {
    found = await check();
  } catch (error) {
    found = error instanceof Error ? error.message : String(error);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (typeof found === "object" && "left" in found) {
    console.log(`--    ${name}: ${found.left}`);
  } else if (typeof found !== "string") {
    passed++;
    console.log(`ok    ${name}  ${seconds} s`);
    if (found !== undefined) console.log(found.noted.replace(/^/gm, "      "));
  } else {
    failed++;
    failures.push(`${name}\n${found.trim().replace(/^(?=.)/gm, "  ")}`);
    console.log(`FAIL  ${name}  ${seconds} s`);
  }
}
if (failures.length > 0) console.log(`\n${failures.join("\n\n")}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function deno(...args: string[]): Promise<string | undefined> {
  return run(binaryOf("deno"), args);
}

async function run(binary: string, args: readonly string[], cwd: string = ROOT): Promise<string | undefined> {
  const env = { DENO_NO_UPDATE_CHECK: "1" };
  const { code, stdout, stderr } = await runProgram(binary, args, { timeout: LIMIT, cwd, env });
  return code === 0 ? undefined : `${stdout}\n${stderr}`;
}

async function checkNodeTypes() {
  if (!existsSync(join(ROOT, "mod.ts"))) return { left: "mod.ts is not there" };
  return await tsc("tsconfig.node.json");
}

/** The face of npm `zeromq`, and that what is written for that package has the types of both. */
async function checkFaceTypes() {
  const wrong = await Promise.all(["tsconfig.zeromq.json", "tsconfig.zeromq.npm.json"].map(tsc));
  return wrong.find((one) => one !== undefined);
}

function tsc(project: string): Promise<string | undefined> {
  return run(binaryOf("node"), [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", project]);
}

async function checkExamples() {
  if (!existsSync(join(ROOT, "mod.ts"))) return { left: "mod.ts is not there" };
  const pages = existsSync(join(ROOT, "docs"))
    ? readdirSync(join(ROOT, "docs")).filter((name) => /\.md$/.test(name))
    : [];
  return await deno("check", "--doc", "mod.ts", "src", ...present("README.md"), ...pages.map((name) => `docs/${name}`));
}

async function checkDocs() {
  const entries = entryPoints();
  return entries.length === 0 ? { left: "no entry point is there" } : await deno("doc", "--lint", ...entries);
}

async function checkLayering() {
  return await run(binaryOf("node"), ["--test", "--test-isolation=none", "tests/layering_test.ts"]);
}

function checkManifests(): Promise<string | undefined> {
  const [deno, jsr, npm] = ["deno.json", "jsr.json", "package.json"].map((name) => {
    return JSON.parse(readFileSync(join(ROOT, name), "utf8")) as Record<string, unknown>;
  });
  const wrong: string[] = [];
  const compare = (key: string, left: string, a: unknown, right: string, b: unknown) => {
    if (JSON.stringify(a) !== JSON.stringify(b)) {
      wrong.push(`"${key}" is ${JSON.stringify(a)} in ${left} and ${JSON.stringify(b)} in ${right}`);
    }
  };
  for (const key of new Set([...SHARED_KEYS, ...Object.keys(jsr!)])) {
    compare(key, "deno.json", deno![key], "jsr.json", jsr![key]);
  }
  for (const key of ["name", "version", "license", "exports"]) {
    compare(key, "package.json", npm![key], "jsr.json", jsr![key]);
  }
  const ranges = jsr!.imports as Record<string, string>;
  const packages = npm!.dependencies as Record<string, string>;
  for (const name of new Set([...Object.keys(packages), ...Object.keys(ranges)])) {
    const range = ranges[name];
    if (!name.startsWith("@std/")) {
      compare(name, "package.json", `npm:${name}@${packages[name]}`, "jsr.json", range);
      continue;
    }
    const { version } = JSON.parse(
      readFileSync(join(ROOT, "tools/std", name.slice("@std/".length), "deno.json"), "utf8"),
    );
    if (range !== `jsr:${name}@^${version}`) {
      wrong.push(`tools/std has ${name} ${version}, "imports" asks for ${range}`);
    }
  }
  return Promise.resolve(wrong.length > 0 ? wrong.join("\n") : undefined);
}

function checkLock(): Promise<string | undefined> {
  const lock = readFileSync(join(ROOT, "package-lock.json"), "utf8");
  const found = lock.match(/"https?:\/\/[^"]*\.tgz"/g) ?? [];
  return Promise.resolve(
    found.length > 0 ? `Found ${found.length} addresses, the first ${found[0]}; .npmrc keeps them out` : undefined,
  );
}

async function checkPublishing() {
  if (!existsSync(join(ROOT, "mod.ts"))) return { left: "mod.ts is not there" };
  const folder = mkdtempSync(join(tmpdir(), "zmq-publish-"));
  try {
    stage(folder);
    lendTypes(folder);
    return await run(binaryOf("deno"), ["publish", "--dry-run", "--allow-dirty"], folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkSizes() {
  if (!existsSync(join(ROOT, "mod.ts"))) return { left: "mod.ts is not there" };
  const sizes = await bundleSizes();
  const large = sizes.filter(({ limit, gzipped }) => limit !== undefined && gzipped > limit);
  if (large.length > 0) return sizeLines(large).join("\n");
  const programs = sizes.filter(({ limit }) => limit !== undefined);
  return { noted: sizeLines([...sizes.filter(({ limit }) => limit === undefined), largest(programs)]).join("\n") };
}

function largest(sizes: readonly BundleSize[]): BundleSize {
  return sizes.reduce((one, other) => one.gzipped >= other.gzipped ? one : other);
}

function present(...paths: string[]): string[] {
  return paths.filter((path) => existsSync(join(ROOT, path)));
}
