/**
 * Where the sockets of ipc lie: a folder of this process's own, that goes with it. libzmq leaves its files behind.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** The folder. */
export const FOLDER: string = mkdtempSync(join(tmpdir(), "zmq-"));

process.on("exit", removeFolder);

/** Removes it, and all in it. */
export function removeFolder(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}

let names = 0;

/** A fresh ipc endpoint, bound by nobody. */
export function freshPath(): string {
  return `ipc://${FOLDER}/${names++}`;
}
