/**
 * What the figures are from: the machine, and the versions of all that takes part.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { arch, cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { binaryOf, ROOT, runProgram } from "../tests/processes.ts";

/** Where and when figures were taken. */
export interface Machine {
  readonly date: string;
  readonly processor: string;
  readonly processors: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Asks everyone. `libzmq` is the version of libzmq in C, if it is there. */
export async function describeMachine(libzmq: string | undefined): Promise<Machine> {
  const versions: Record<string, string> = {};
  for (const runtime of ["node", "bun", "deno"] as const) {
    const { stdout } = await runProgram(binaryOf(runtime), ["--version"]);
    versions[runtime] = stdout.match(/\d+\.\d+\.\d+/)?.[0] ?? "unknown";
  }
  versions.zeromq = packageVersion("node_modules/zeromq");
  if (libzmq !== undefined) versions.libzmq = libzmq;
  versions.zerostream = packageVersion(".");
  const [processor] = cpus();
  return {
    date: new Date().toISOString(),
    processor: processor?.model ?? "unknown",
    processors: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    versions,
  };
}

function packageVersion(folder: string): string {
  return (JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) as { version: string }).version;
}
