/**
 * Builds `bench/peers/libzmq.c` with the system's compiler against the system's libzmq, once for each version of it.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ROOT } from "../tests/processes.ts";

const SOURCE = fileURLToPath(new URL("./peers/libzmq.c", import.meta.url));
const FLAGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra"];
const LIBRARIES = ["-lzmq", "-lpthread"];

/** The program, or why there is none. */
export type Built = { readonly binary: string; readonly version: string } | { readonly missing: string };

/**
 * Builds the program, unless it has been built from this source before.
 *
 * @param path Where compilers are looked for; the environment's `PATH` unless given.
 */
export function buildLibzmq(path: string = process.env.PATH ?? ""): Built {
  const env = { ...process.env, PATH: path };
  const compiler = [process.env.CC, "cc", "gcc", "clang"].find((name) =>
    name !== undefined && name !== "" && spawnSync(name, ["--version"], { env }).status === 0
  );
  if (compiler === undefined) return missing("no C compiler", "gcc libzmq3-dev");
  const header = spawnSync(compiler, ["-E", "-x", "c", "-"], { env, input: "#include <zmq.h>\n" });
  if (header.status !== 0) return missing("no zmq.h", "libzmq3-dev");

  // What the header and the flags are is part of what is built, as the source is.
  const hash = createHash("sha256").update(readFileSync(SOURCE)).update(header.stdout).update(FLAGS.join(" "));
  const folder = join(ROOT, "node_modules/.cache/zerostream-bench");
  const binary = join(folder, `libzmq-${hash.digest("hex").slice(0, 16)}`);
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    const fresh = `${binary}.${process.pid}`;
    const built = spawnSync(compiler, [...FLAGS, SOURCE, "-o", fresh, ...LIBRARIES], { env, encoding: "utf8" });
    if (built.status !== 0) return missing(`it does not build (${built.stderr.trim().split("\n")[0]})`, "libzmq3-dev");
    renameSync(fresh, binary);
  }
  const asked = spawnSync(binary, ["version"], { encoding: "utf8" });
  if (asked.status !== 0) return missing(`it does not run (${asked.stderr.trim()})`, "libzmq5");
  return { binary, version: (JSON.parse(asked.stdout) as { version: string }).version };
}

function missing(what: string, packages: string): Built {
  const why = what.startsWith("no ") ? `there is ${what}` : what;
  return { missing: `libzmq in C: skipped, ${why}: apt-get install ${packages}` };
}
