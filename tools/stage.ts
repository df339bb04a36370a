/**
 * The package as it would be published, in a folder of its own: what `publish.include` names, and a deno.json that is
 * jsr.json plus links to the stand-ins of `@std`. The repository's own folder cannot be published from where the
 * registry is out of reach, since the stand-ins lie inside it.
 *
 * @module
 */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../tests/processes.ts";

/** What this reads of jsr.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly publish: { readonly include: readonly string[] };
}

/** The stand-ins' folders, as `links` of a deno.json anywhere. */
export const STD_LINKS: readonly string[] = ["assert", "bytes", "streams"].map((name) => join(ROOT, "tools/std", name));

/** Reads jsr.json. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(ROOT, "jsr.json"), "utf8"));
}

/** The entry points, from the repository's root, that are there. */
export function entryPoints(): string[] {
  return Object.values(readManifest().exports).map((path) => path.replace(/^\.\//, ""))
    .filter((path) => existsSync(join(ROOT, path)));
}

/** Copies the package into `folder`, which is made; answers the files' paths in it. */
export function stage(folder: string): string[] {
  const manifest = readManifest();
  const files = manifest.publish.include.flatMap(expand);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  const config = { ...manifest, links: STD_LINKS, nodeModulesDir: "manual", lock: false };
  writeFileSync(join(folder, "deno.json"), JSON.stringify(config, undefined, 2));
  return files;
}

/**
 * Lends a staged package the types of `node:`, which Deno looks for among a package's own modules where it may not
 * fetch them. They are not published.
 */
export function lendTypes(folder: string): void {
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
}

/** The files a pattern of `publish.include` names: one file, or everything under a folder with an ending. */
function expand(pattern: string): string[] {
  const [folder, ending] = pattern.split("/**/*");
  if (ending === undefined) return existsSync(join(ROOT, pattern)) ? [pattern] : [];
  return readdirSync(join(ROOT, folder!), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((name) => name.endsWith(ending))
    .sort();
}
