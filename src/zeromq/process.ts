/**
 * What the runtime's process is asked: warnings, where the binding would write them, and its platform.
 *
 * @module
 */

import process from "node:process";

/** Tells the program's author, through the runtime's own channel. */
export function warn(message: string): void {
  process.emitWarning(message);
}

/** Whether this is Windows, which has no `ipc`. */
export function isWindows(): boolean {
  return process.platform === "win32";
}
