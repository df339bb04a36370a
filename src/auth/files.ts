/**
 * The few things done with certificates' files, through the module that Node, Deno and Bun all have; given as an
 * argument to those who need them, so that tests can give others.
 *
 * A file is written beside its place, under a name that no reader of certificates takes for one, and put there when it
 * is whole. It has its mode from the first instant.
 *
 * @module
 */

import { type ErrorCode, NotSupportedError, show, ZmqError } from "../errors.ts";
import { errnoOf } from "../transport/system_error.ts";

/** What tells one state of a file from another. */
export interface FileState {
  /** Whether it is a file, links followed: no folder, no device. */
  readonly isFile: boolean;
  /** Octets. */
  readonly size: number;
  /** When its octets last changed, in milliseconds since 1970. */
  readonly modified: number;
  /** When it last changed in any way, in milliseconds since 1970. */
  readonly changed: number;
  /** Which file it is, on its disk. */
  readonly number: number;
}

/** What is done with files. All of it rejects with the system's own errors. */
export interface CertificateFiles {
  /** The first octets of a file, at most so many. */
  read(path: string, most: number): Promise<Uint8Array>;
  /** Writes a whole file. Fails with `EEXIST` if it is there and is not to be overwritten. */
  write(path: string, octets: Uint8Array, mode: number, overwrite: boolean): Promise<void>;
  /** Removes a file. */
  remove(path: string): Promise<void>;
  /** The names in a folder. */
  list(path: string): Promise<string[]>;
  /** The state of a file. */
  state(path: string): Promise<FileState>;
}

/** The mode of a file that only keeps a place. */
const EMPTY_MODE = 0o600;

interface Handle {
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  writeFile(octets: Uint8Array): Promise<void>;
  stat(): Promise<{ isFile(): boolean }>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

interface NodeFiles {
  open(path: string, flags: string, mode?: number): Promise<Handle>;
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<
    {
      readonly size: number;
      readonly mtimeMs: number;
      readonly ctimeMs: number;
      readonly ino: number;
      isFile(): boolean;
    }
  >;
}

/**
 * The system's files.
 *
 * @param what What cannot be done where there are none, e.g. `read certificate`.
 * @throws {NotSupportedError} If the runtime gives out no modules of its own: browsers, edge servers.
 */
export function systemFiles(what: string, scope: object = globalThis): CertificateFiles {
  const { process } = scope as { readonly process?: { getBuiltinModule?(name: string): unknown } };
  const fs = process?.getBuiltinModule?.("node:fs/promises") as NodeFiles | undefined;
  if (fs !== undefined) return filesOf(fs);
  throw new NotSupportedError(`Cannot ${what}: there are no files here, wanted Deno, Bun or Node; or use its text`);
}

function filesOf(fs: NodeFiles): CertificateFiles {
  return {
    read: (path, most) => read(fs, path, most),
    write: (path, octets, mode, overwrite) => write(fs, path, octets, mode, overwrite),
    remove: (path) => fs.unlink(path),
    list: (path) => fs.readdir(path),
    async state(path) {
      const found = await fs.stat(path);
      const { size, mtimeMs: modified, ctimeMs: changed, ino: number } = found;
      return { isFile: found.isFile(), size, modified, changed, number };
    },
  };
}

async function read(fs: NodeFiles, path: string, most: number): Promise<Uint8Array> {
  const file = await fs.open(path, "r");
  try {
    // A pipe or a device might have no end, or nothing to read for ever.
    if (!(await file.stat()).isFile()) throw Object.assign(new Error("it is no file"), { code: "EINVAL" });
    const octets = new Uint8Array(most);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(octets, length, most - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === most) return octets.subarray(0, length);
    }
  } finally {
    await file.close();
  }
}

async function write(
  fs: NodeFiles,
  path: string,
  octets: Uint8Array,
  mode: number,
  overwrite: boolean,
): Promise<void> {
  const made = besides(path);
  const file = await fs.open(made, "wx", mode);
  try {
    try {
      await file.writeFile(octets);
      await file.sync();
    } finally {
      await file.close();
    }
    if (overwrite) await fs.rename(made, path);
    else await place(fs, made, path);
  } catch (error) {
    // What went wrong is told; that something is left behind would hide it.
    await fs.unlink(made).catch(() => {});
    throw error;
  }
}

/** Puts a file where none is yet: by a second name, since renaming would replace what is there. */
async function place(fs: NodeFiles, made: string, path: string): Promise<void> {
  try {
    await fs.link(made, path);
  } catch (error) {
    if (errorCode(error) === "EEXIST") throw error;
    // Some disks know no second names: an empty file takes the place first.
    await (await fs.open(path, "wx", EMPTY_MODE)).close();
    try {
      return await fs.rename(made, path);
    } catch (fault) {
      await fs.unlink(path);
      throw fault;
    }
  }
  await fs.unlink(made);
}

/** A fresh name in the same folder. Hidden, and called a secret: neither CZMQ nor pyzmq nor we read it. */
function besides(path: string): string {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  return `${path.slice(0, at)}.${crypto.randomUUID()}_secret`;
}

function errorCode(error: unknown): unknown {
  return (error as { readonly code?: unknown } | null)?.code;
}

/** What the system said of a file, in the library's words. */
export function fileError(what: string, path: string, error: unknown): ZmqError | RangeError {
  if (error instanceof ZmqError || error instanceof RangeError) return error;
  const tried = `Cannot ${what} ${show(path)}`;
  const options = { cause: error };
  if (errorCode(error) === "EEXIST") {
    return new ZmqError(
      "EEXIST",
      `${tried}: the file is there already, wanted overwrite: true or another path`,
      options,
    );
  }
  const code = errnoOf(error);
  return new ZmqError(code, `${tried}: ${MEANINGS[code] ?? `the system says ${show(errorCode(error))}`}`, options);
}

const MEANINGS: { readonly [code in ErrorCode]?: string } = {
  ENOENT: "no such file or folder, wanted one that exists",
  EACCES: "permission is denied, wanted the right to use it",
  EINVAL: "it is no file, wanted one",
};
