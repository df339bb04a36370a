/**
 * `npm run build:npm`: the npm package, built in dist/npm and packed as dist/<name>-<version>.tgz. ECMAScript modules
 * and their declarations, an exports map that mirrors jsr.json's, no install script, and no dependency but what CURVE's
 * cryptography is loaded from when it is asked for.
 *
 * The TypeScript compiler emits the modules for Node 20, file by file. What they use of `@std` is copied in, from the
 * same re-publication of the official code that the tests run on: npm alone could not resolve `jsr:` specifiers. Bun
 * then joins all modules to one, `zmq.js`, which the entry points take what they export from: on Node, to import a
 * hundred small files took 76 ms, and to import this takes 12. Names and lines stay as they are, for the sake of stack
 * traces; the declarations stay apart, since only editors read them.
 *
 * ```sh
 * npm run build:npm                  # into dist/
 * npm run build:npm -- --out /tmp/x  # elsewhere
 * ```
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import ts from "typescript";
import { binaryOf, ROOT, runProgram } from "../tests/processes.ts";
import { entryPoints, readManifest } from "./stage.ts";

const RELATIVE_TS = /((?:from|import)\s*\(?\s*"\.{1,2}\/[^"]*)\.ts(")/g;
// At the start of a line, as the compiler writes them: those of examples in comments stay.
const STD_IMPORT = /^((?:import|export)\s*\{([^}]*)\}\s*from\s*)"@std\/(\w+)"/gm;
const EXPORTED = /^export\s+(?:async\s+)?(?:function\*?|class|const)\s+(\w+)/gm;

/** The modules that are more than a list of exports. */
const MAINS: readonly string[] = ["mod.js", "src/web.js"];
/** Where all code goes, but for what has Node's modules or a Worker's in it: that stays beside, for who asks for it. */
const ONE = "zmq.js";
const WITH_NODE = "src/zeromq/";
const WITH_WORKERS = "src/runtime/workers/mod.js";
const INNER_IMPORT = /^(import|export) \{([^}]*)\} from "(\.\/[^"]+)";/gm;
const FACE_IMPORT = /^import \{([^}]*)\} from "(\.[^"]+)";/gm;

const STD_LICENSE = `MIT License

Copyright 2018-2026 the Deno authors.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

const { values } = parseArgs({ options: { out: { type: "string", default: join(ROOT, "dist") } } });
const out = resolve(values.out);
const target = join(out, "npm");
const manifest = readManifest();
const own = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly description: string;
  readonly dependencies: Readonly<Record<string, string>>;
};

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
emit(entryPoints());
inlineStandardLibrary();
await joinModules();
verify();
for (const file of ["README.md", "CHANGELOG.md", "LICENSE"]) {
  if (existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(target, file));
}
writeFileSync(join(target, "package.json"), JSON.stringify(packageJson(), undefined, 2) + "\n");
console.log(relative(process.cwd(), pack()));

/** Compiles the entry points, and all they import, to `.js` and `.d.ts` beside each other. */
function emit(entries: readonly string[]): void {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022, // `using` is rewritten: Node 20 and 22 cannot parse it.
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"]
      .concat("lib.dom.asynciterable.d.ts"),
    types: ["node"], // For src/zeromq; tsconfig.node.json sees to it that nothing else needs them.
    rootDir: ROOT,
    outDir: target,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
    newLine: ts.NewLineKind.LineFeed,
  };
  const program = ts.createProgram(entries.map((entry) => join(ROOT, entry)), options);
  const result = program.emit(undefined, (path, text) => {
    // Declarations keep the `.ts` of their imports, for a consumer to trip on.
    const code = path.endsWith(".d.ts") ? text.replace(RELATIVE_TS, "$1.js$2") : text;
    write(path, code);
  });
  const problems = [...ts.getPreEmitDiagnostics(program), ...result.diagnostics];
  if (problems.length === 0) return;
  console.error(ts.formatDiagnosticsWithColorAndContext(problems, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => ROOT,
    getNewLine: () => "\n",
  }));
  fail(`the sources have ${problems.length} type errors`);
}

/** Points every import of `@std/…` at a copy of the modules that have the names used, and of what these import. */
function inlineStandardLibrary(): void {
  const used = new Map<string, Set<string>>();
  for (const path of emitted()) {
    const text = readFileSync(path, "utf8");
    for (const [, , names, library] of text.matchAll(STD_IMPORT)) {
      const set = used.get(library!) ?? new Set<string>();
      used.set(library!, set);
      for (const name of names!.split(",")) {
        const [original] = name.trim().split(/\s+as\s+/);
        if (original !== undefined && original !== "") set.add(original);
      }
    }
    const up = posix.relative(posix.dirname(relative(target, path).replaceAll("\\", "/")), "std");
    const base = up.startsWith(".") ? up : `./${up}`;
    writeFileSync(path, text.replace(STD_IMPORT, (_, head, __, library) => `${head}"${base}/${library}.js"`));
  }
  if (used.size === 0) return;
  const source = join(ROOT, "node_modules/deno-std");
  for (const [library, names] of used) {
    const modules = readdirSync(join(source, library)).filter((name) => name.endsWith(".js") && name !== "mod.js");
    const lines: string[] = [];
    for (const module of modules) {
      const exported = Array.from(
        readFileSync(join(source, library, module), "utf8").matchAll(EXPORTED),
        ([, n]) => n!,
      );
      const wanted = exported.filter((name) => names.delete(name));
      if (wanted.length === 0) continue;
      lines.push(`export { ${wanted.join(", ")} } from "./${library}/${module}";`);
      copyWithImports(source, `${library}/${module}`);
    }
    if (names.size > 0) fail(`@std/${library} has no ${[...names].join(", ")}`);
    write(join(target, "std", `${library}.js`), `${lines.join("\n")}\n`);
  }
  write(join(target, "std", "LICENSE"), STD_LICENSE);
}

function copyWithImports(source: string, path: string): void {
  const copy = join(target, "std", path);
  if (existsSync(copy)) return;
  const text = readFileSync(join(source, path), "utf8");
  write(copy, text);
  for (const [, specifier] of text.matchAll(/^(?:import|export)\b[^"]*"(\.[^"]+)";/gm)) {
    copyWithImports(source, posix.join(posix.dirname(path), specifier!));
  }
}

/**
 * Makes one module of all but `mod.js` and `web.js`. Those stay themselves, since to import them does something: they name
 * the transports that `core.js` must be without.
 */
async function joinModules(): Promise<void> {
  const entries = entryPoints().map((path) => path.replace(/\.ts$/, ".js"))
    .filter((path) => !MAINS.includes(path) && !staysBeside(path));
  const taken = new Map<string, unknown>();
  const lines: string[] = [];
  const faces = new Map<string, string>();
  for (const path of entries) {
    const names = Object.entries(await import(pathToFileURL(join(target, path)).href)).map(([name, value]) => {
      // Each adapter has a `tcp`.
      const alias = taken.has(name) && taken.get(name) !== value
        ? `${name}_${posix.dirname(path).split("/").at(-1)}`
        : name;
      const known = taken.has(alias);
      taken.set(alias, value);
      return { name, alias, known };
    });
    const own = names.filter(({ known }) => !known).map(({ name, alias }) => as(name, alias));
    if (own.length > 0) lines.push(`export { ${own.join(", ")} } from "./${path}";`);
    faces.set(path, `export { ${names.map(({ name, alias }) => as(alias, name)).join(", ")} } from "${up(path)}";\n`);
  }
  const named = new Set<string>();
  const mains = MAINS.map((main): [string, string] => {
    const text = readFileSync(join(target, main), "utf8").replace(
      INNER_IMPORT,
      (line, what: string, names: string, specifier: string) => {
        const path = posix.join(posix.dirname(main), specifier);
        if (entries.includes(path)) return line;
        const wanted = names.split(",").map((name) => name.trim()).filter((name) =>
          name !== "" && !taken.has(name) && !named.has(name)
        );
        for (const name of wanted) named.add(name);
        if (wanted.length > 0) lines.push(`export { ${wanted.join(", ")} } from "./${path}";`);
        return `${what} {${names}} from "${up(main)}";`;
      },
    );
    return [main, text];
  });
  const beside = new Map<string, string>();
  for (const path of emitted().map((path) => relative(target, path).replaceAll("\\", "/"))) {
    if (!staysBeside(path) || !path.endsWith(".js")) continue;
    beside.set(path, await pointAtOne(path, entries, taken, lines));
  }
  write(join(target, "entry.js"), lines.join("\n"));
  const flags = ["--target=browser", "--format=esm", "--packages=external", `--outfile=${ONE}`];
  const { code, stderr } = await runProgram(binaryOf("bun"), ["build", "entry.js", ...flags], {
    cwd: target,
    timeout: 60_000,
  });
  if (code !== 0) fail(`Bun cannot join the modules\n${stderr}`);
  for (const path of emitted()) if (path.endsWith(".js") && path !== join(target, ONE)) rmSync(path);
  for (const [path, text] of [...faces, ...beside, ...mains]) write(join(target, path), text);
}

/** The text of a module that stays beside the one that has all code, which gets to export what this imports. */
async function pointAtOne(
  path: string,
  entries: readonly string[],
  taken: Map<string, unknown>,
  lines: string[],
): Promise<string> {
  let text = readFileSync(join(target, path), "utf8");
  for (const [line, names, specifier] of text.matchAll(FACE_IMPORT)) {
    const from = posix.join(posix.dirname(path), specifier!);
    if (staysBeside(from) || MAINS.includes(from) || entries.includes(from)) continue;
    const module = await import(pathToFileURL(join(target, from)).href);
    for (const name of names!.split(",").map((name) => name.trim().split(/\s+as\s+/)[0]!)) {
      if (taken.has(name) && taken.get(name) !== module[name]) fail(`${path} imports another ${name}`);
      if (!taken.has(name)) lines.push(`export { ${name} } from "./${from}";`);
      taken.set(name, module[name]);
    }
    text = text.replace(line, `import {${names}} from "${posix.relative(posix.dirname(path), ONE)}";`);
  }
  return text;
}

/** The way from a module to the one that has all code. */
function up(path: string): string {
  const way = posix.relative(posix.dirname(path), ONE);
  return way.startsWith(".") ? way : `./${way}`;
}

function staysBeside(path: string): boolean {
  return path.startsWith(WITH_NODE) || path === WITH_WORKERS;
}

function as(name: string, alias: string): string {
  return name === alias ? name : `${name} as ${alias}`;
}

/**
 * Fails if a module imports anything but the package's own files, or, not before it is called, a dependency. What is
 * for Node's own users may import Node's modules, and what is for Workers theirs.
 */
function verify(): void {
  for (const path of emitted()) {
    const text = readFileSync(path, "utf8");
    for (const { fileName: specifier } of ts.preProcessFile(text).importedFiles) {
      const name = relative(target, path).replaceAll("\\", "/");
      const loaded = text.includes(`import("${specifier}")`) && !text.includes(`from "${specifier}"`);
      if (loaded && Object.keys(own.dependencies).some((name) => `${specifier}/`.startsWith(`${name}/`))) continue;
      const at = resolve(dirname(path), specifier);
      if (specifier.startsWith("node:") && name.startsWith(WITH_NODE)) continue;
      if (loaded && specifier.startsWith("cloudflare:") && name === WITH_WORKERS) continue;
      if (!specifier.startsWith(".")) fail(`${relative(target, path)} imports ${specifier}`);
      const declared = path.endsWith(".d.ts") && existsSync(at.replace(/\.js$/, ".d.ts"));
      if (!existsSync(at) && !declared) fail(`${relative(target, path)} imports ${specifier}, which is not there`);
    }
  }
}

function emitted(): string[] {
  return readdirSync(target, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js") || name.endsWith(".d.ts"))
    .map((name) => join(target, name));
}

function packageJson(): Record<string, unknown> {
  const entries = Object.entries(manifest.exports).filter(([, path]) => existsSync(join(ROOT, path)));
  const exports: [string, unknown][] = entries.map(([name, path]) => {
    const stem = path.replace(/\.ts$/, "");
    return [name, { types: `${stem}.d.ts`, default: `${stem}.js` }];
  });
  return {
    name: manifest.name,
    version: manifest.version,
    description: own.description,
    keywords: ["zeromq", "zmq", "0mq", "zmtp", "libzmq", "messaging", "sockets", "deno", "bun", "node"],
    license: manifest.license,
    type: "module",
    // These name the transports that are the default, or a Worker's clock: a bundler must not take them for mere lists of
    // exports.
    sideEffects: [...MAINS.map((path) => `./${path}`), `./${WITH_NODE}**/*.js`, `./${WITH_WORKERS}`],
    engines: { node: ">=20.16" },
    main: "./mod.js",
    types: "./mod.d.ts",
    exports: Object.fromEntries([...exports, ["./package.json", "./package.json"]]),
    dependencies: own.dependencies,
  };
}

/** Packs dist/npm; answers the tarball's path. */
function pack(): string {
  const npm = process.env.npm_execpath;
  const node = process.env.npm_node_execpath;
  const [program, first] = npm !== undefined && node !== undefined ? [node, [npm]] : ["npm", []];
  const { status, stdout, stderr } = spawnSync(program, [
    ...first,
    "pack",
    "--ignore-scripts",
    "--pack-destination",
    out,
  ], {
    cwd: target,
    encoding: "utf8",
  });
  if (status !== 0) fail(`npm pack ended with exit code ${status}\n${stderr}`);
  return join(out, stdout.trim().split("\n").at(-1)!);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function fail(why: string): never {
  console.error(`Cannot build the npm package: ${why}`);
  process.exit(1);
}
