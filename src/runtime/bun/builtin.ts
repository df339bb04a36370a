/**
 * What Bun offers only through Node's modules: the machine's interfaces, and files.
 *
 * @module
 */

import type { Files } from "../../transport/ipc.ts";
import type { Interface } from "../../transport/tcp.ts";

interface Os {
  networkInterfaces(): { readonly [name: string]: readonly { readonly address: string }[] | undefined };
  tmpdir(): string;
}

interface Fs {
  lstat(path: string): Promise<{ isSocket(): boolean }>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  mkdtemp(prefix: string): Promise<string>;
}

interface Process {
  readonly platform: string;
  getBuiltinModule(name: "node:os"): Os;
  getBuiltinModule(name: "node:fs/promises"): Fs;
}

/** The operating system: `linux`, `darwin`, `win32`. */
export function platform(): string {
  return process().platform;
}

/** The machine's interfaces, one address each. */
export function* interfaces(): Iterable<Interface> {
  for (const [name, addresses] of Object.entries(process().getBuiltinModule("node:os").networkInterfaces())) {
    for (const { address } of addresses ?? []) yield { name, address };
  }
}

/** What ipc does with files. */
export const files: Files = {
  isSocket: async (path) => (await fs().lstat(path)).isSocket(),
  unlink: (path) => fs().unlink(path),
  makeDirectory: () => fs().mkdtemp(`${process().getBuiltinModule("node:os").tmpdir()}/tmp`),
  removeDirectory: (path) => fs().rmdir(path),
};

function fs(): Fs {
  return process().getBuiltinModule("node:fs/promises");
}

function process(): Process {
  return (globalThis as unknown as { readonly process: Process }).process;
}
