/**
 * The rooms of `src/` and the arrows between them. Reads every import of every file and fails on one that the table
 * does not permit, and on the few other things that would break the house: a runtime named outside `runtime/`, an
 * import that a bundler would trip on, a file that has grown a second idea.
 */
import { assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "./harness.ts";
import { ROOT } from "./processes.ts";

/** Who may import whom. A room is a folder of `src/` or a file in it; `mod.ts` stands for the repository's. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  "message.ts": ["errors.ts"],
  "multipart.ts": ["errors.ts", "message.ts"],
  bytes: ["errors.ts"],
  wire: ["bytes", "errors.ts", "message.ts"],
  crypto: ["bytes", "errors.ts"],
  mechanism: ["wire", "crypto", "bytes", "errors.ts"],
  engine: ["mechanism", "wire", "bytes", "errors.ts", "message.ts"],
  pipe: ["bytes", "errors.ts", "message.ts"],
  pattern: ["pipe", "bytes", "errors.ts", "message.ts"],
  transport: ["bytes", "errors.ts"],
  runtime: ["transport", "bytes", "errors.ts"],
  websocket: ["engine", "mechanism", "wire", "transport", "bytes", "errors.ts", "message.ts"],
  monitor: ["bytes", "errors.ts"],
  streams: ["errors.ts", "message.ts"],
  session: ["engine", "mechanism", "wire", "pipe", "transport", "monitor", "bytes", "errors.ts", "message.ts"],
  socket: [
    "session",
    "pattern",
    "pipe",
    "streams",
    "monitor",
    "transport",
    "engine",
    "mechanism",
    "crypto",
    "wire",
    "bytes",
    "errors.ts",
    "message.ts",
  ],
  auth: ["socket", "session", "mechanism", "crypto", "transport", "wire", "bytes", "errors.ts", "message.ts"],
  "core.ts": [
    "socket",
    "session",
    "pattern",
    "pipe",
    "streams",
    "monitor",
    "transport",
    "engine",
    "mechanism",
    "crypto",
    "wire",
    "bytes",
    "errors.ts",
    "message.ts",
    "multipart.ts",
  ],
  "web.ts": ["core.ts", "socket", "websocket"],
  "web_socket_upgrade.ts": ["socket", "websocket", "runtime", "transport", "wire", "bytes", "errors.ts"],
  "mod.ts": [
    "core.ts",
    "web_socket_upgrade.ts",
    "auth",
    "socket",
    "crypto",
    "websocket",
    "runtime",
    "errors.ts",
    "message.ts",
  ],
  zeromq: ["mod.ts", "socket", "pattern", "monitor", "runtime", "errors.ts", "message.ts"],
};

/** What any room may import besides its own files. */
const PACKAGES: readonly string[] = ["@std/bytes", "@std/streams"];

/** What one file alone may import, by `await import()` in a function: whoever does not ask for it need not have it. */
const LOADED: Readonly<Record<string, readonly string[]>> = {
  "src/crypto/sodium.ts": ["libsodium-sumo"],
  "src/crypto/noble.ts": ["@noble/ciphers/salsa.js", "@noble/curves/ed25519.js"],
  "src/runtime/workers/mod.ts": ["cloudflare:sockets"],
};

/** What one file alone may import at once: the clock of all sockets, which a Worker has its own of. */
const ALONE: Readonly<Record<string, readonly string[]>> = {
  "src/runtime/workers/clock.ts": ["../../session/clock.ts"],
};

/**
 * What one room alone may import of Node's modules, which the three runtimes all have: `zeromq` is for those three, and
 * `Buffer` and `EventEmitter` are what its users are given.
 */
const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  zeromq: ["node:buffer", "node:events", "node:os", "node:process", "node:timers"],
};

/** What may name a runtime besides `src/runtime`: the way to the modules that come with one. */
const NAMERS: readonly string[] = ["src/crypto/builtin.ts", "src/auth/files.ts"];

/** Lines after which a file is likely to hold two ideas. */
const LONGEST = 450;

/** Names that say nothing about what is inside. */
const EMPTY_NAMES = /^(?:utils?|helpers?|common|types?|misc)(?:\.ts)?$/;

interface Source {
  /** From the repository's root, with slashes: `src/wire/frame.ts`. */
  readonly path: string;
  readonly text: string;
}

const sources: readonly Source[] = listSources();

test("the rooms' table has no arrow that comes back", () => {
  const done = new Set<string>();
  const visit = (room: string, trail: readonly string[]): void => {
    assertEquals(trail.includes(room), false, `${[...trail, room].join(" → ")}`);
    if (done.has(room)) return;
    for (const next of ROOMS[room]!) visit(next, [...trail, room]);
    done.add(room);
  };
  for (const room of Object.keys(ROOMS)) visit(room, []);
});

test("every import goes down the rooms' table", () => {
  assertEquals(sources.flatMap(importOffences), []);
});

test("only src/runtime, and who asks for node:crypto or node:fs, names a runtime, and nothing declares globals or writes to the console", () => {
  assertEquals(sources.flatMap(codeOffences), []);
});

test(`no source is over ${LONGEST} lines, and every name says what is inside`, () => {
  assertEquals(sources.flatMap(shapeOffences), []);
});

test("an import that is not permitted is found, however it is written", () => {
  const offences = (path: string, text: string) => importOffences({ path, text }).length;
  assertEquals(offences("src/wire/frame.ts", 'import { U64 } from "../bytes/u64.ts";'), 0);
  assertEquals(offences("src/wire/frame.ts", 'import { concat } from "@std/bytes";'), 0);
  assertEquals(offences("src/wire/frame.ts", 'import { grow } from "./batch.ts";'), 0);
  assertEquals(offences("src/wire/frame.ts", '/** ```ts\n * import { A } from "../session/a.ts";\n * ``` */'), 0);
  assertEquals(offences("src/wire/frame.ts", 'const s = "not // a comment"; // import "../session/a.ts";'), 0);
  assertEquals(offences("src/wire/frame.ts", 'import type {\n  Engine,\n} from "../engine/engine.ts";'), 1);
  assertEquals(offences("src/wire/frame.ts", 'export * from "../session/session.ts";'), 1);
  assertEquals(offences("src/wire/frame.ts", 'import "../session/session.ts";'), 1);
  assertEquals(offences("src/wire/frame.ts", 'const engine = await import("../engine/engine.ts");'), 1);
  assertEquals(offences("src/wire/frame.ts", 'let e: import("../engine/engine.ts").Engine;'), 1);
  assertEquals(offences("src/core.ts", 'export { tcp } from "./runtime/deno/mod.ts";'), 1);
  assertEquals(offences("src/runtime/node/tcp.ts", 'import { connect } from "node:net";'), 1);
  assertEquals(offences("src/runtime/node/tcp.ts", 'import { Link } from "../../transport/link.ts";'), 0);
  assertEquals(offences("src/wire/frame.ts", 'import { a } from "../attic/a.ts";'), 1);
  assertEquals(offences("src/wire/frame.ts", 'import { a } from "./batch";'), 1);
  assertEquals(offences("src/wire/frame.ts", 'import { test } from "../../tests/harness.ts";'), 1);
  assertEquals(offences("src/crypto/sodium.ts", 'const { default: load } = await import("libsodium-sumo");'), 0);
  assertEquals(offences("src/crypto/sodium.ts", 'import load from "libsodium-sumo";'), 1);
  assertEquals(offences("src/crypto/sodium.ts", 'export * from "libsodium-sumo";'), 1);
  assertEquals(offences("src/crypto/load.ts", 'await import("libsodium-sumo");'), 1);
  assertEquals(offences("src/crypto/sodium.ts", 'await import("libsodium-wrappers");'), 1);
  assertEquals(offences("src/crypto/noble.ts", 'await import("libsodium-sumo");'), 1);
  assertEquals(offences("mod.ts", 'export * from "./src/core.ts";\nexport * from "./src/runtime/detect.ts";'), 0);
  assertEquals(offences("mod.ts", 'export * from "./src/engine/mod.ts";'), 1);
  assertEquals(offences("src/zeromq/mod.ts", 'import { Buffer } from "node:buffer";\nimport "../../mod.ts";'), 0);
  assertEquals(offences("src/zeromq/mod.ts", 'import { connect } from "node:net";'), 1);
  assertEquals(offences("src/runtime/workers/mod.ts", 'await import("cloudflare:sockets");'), 0);
  assertEquals(offences("src/runtime/workers/mod.ts", 'import { connect } from "cloudflare:sockets";'), 1);
  assertEquals(offences("src/runtime/workers/tcp.ts", 'await import("cloudflare:sockets");'), 1);
  assertEquals(offences("src/runtime/workers/clock.ts", 'import { systemClock } from "../../session/clock.ts";'), 0);
  assertEquals(offences("src/runtime/workers/mod.ts", 'import { systemClock } from "../../session/clock.ts";'), 1);
  assertEquals(offences("src/socket/socket.ts", 'import { Buffer } from "node:buffer";'), 1);
  assertEquals(offences("src/socket/socket.ts", 'import { Proxy } from "../zeromq/mod.ts";'), 1);
});

test("a runtime's name is found in code, and not in words about it", () => {
  const offences = (text: string, path = "src/session/clock.ts") => codeOffences({ path, text }).length;
  assertEquals(offences("const now = Deno.now();"), 1);
  assertEquals(offences("globalThis.process?.exit()"), 1);
  assertEquals(offences("declare global {}"), 1);
  assertEquals(offences('console.log("here")'), 1);
  assertEquals(offences("Deno.connect({})", "src/runtime/deno/tcp.ts"), 0);
  assertEquals(offences("// Deno.connect fails here"), 0);
  assertEquals(offences('const words = "Bun.connect fails here";'), 0);
  assertEquals(offences("this.process.start(); subprocess.end();"), 0);
});

/** Every `.ts` file that is published. */
function listSources(): Source[] {
  const found = readdirSync(`${ROOT}/src`, { recursive: true, encoding: "utf8" })
    .map((name) => `src/${name.replaceAll("\\", "/")}`);
  if (readdirSync(ROOT).includes("mod.ts")) found.push("mod.ts");
  return found
    .filter((path) => path.endsWith(".ts"))
    .sort()
    .map((path) => ({ path, text: readFileSync(`${ROOT}/${path}`, "utf8") }));
}

function importOffences({ path, text }: Source): string[] {
  const room = roomOf(path);
  const permitted = room === undefined ? undefined : ROOMS[room];
  if (permitted === undefined) return [`${path} is in no room of the table`];
  const offences: string[] = [];
  const loaded = LOADED[path] ?? [];
  const { early, late } = importsOf(text);
  for (const specifier of [...early, ...late.filter((specifier) => !loaded.includes(specifier))]) {
    if (PACKAGES.includes(specifier) || BUILT_IN[room!]?.includes(specifier)) continue;
    if (ALONE[path]?.includes(specifier)) continue;
    const why = judge(path, room!, permitted, specifier);
    if (why !== undefined) offences.push(`${path} imports ${specifier}: ${why}`);
  }
  return offences;
}

function judge(path: string, room: string, permitted: readonly string[], specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return "only relative files, @std/bytes and @std/streams may be imported";
  if (!specifier.endsWith(".ts")) return "relative imports end in .ts";
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  const into = roomOf(target);
  if (into === room) return undefined;
  if (into === undefined || !(into in ROOMS)) return "it is in no room of the table";
  return permitted.includes(into) ? undefined : `${room} may import ${permitted.join(", ") || "nothing"}`;
}

/** `wire` for `src/wire/frame.ts`, `core.ts` for `src/core.ts`, `mod.ts` for `mod.ts`. */
function roomOf(path: string): string | undefined {
  const [top, room] = path.split("/");
  return top === "src" ? room : path === "mod.ts" ? "mod.ts" : undefined;
}

function codeOffences({ path, text }: Source): string[] {
  const code = withoutStrings(withoutComments(text));
  const offences: string[] = [];
  if (/\bdeclare\s+global\b/.test(code)) offences.push(`${path} declares globals: JSR refuses that`);
  if (/(?<![\w.#$])console\s*\./.test(code)) offences.push(`${path} writes to the console: make it an event`);
  const runtime = /(?<![\w.#$])(?:globalThis\s*\??\.\s*)?(Deno|Bun|process)\s*[?!]?\./.exec(code);
  if (runtime !== null && roomOf(path) !== "runtime" && roomOf(path) !== "zeromq" && !NAMERS.includes(path)) {
    offences.push(`${path} names ${runtime[1]}`);
  }
  return offences;
}

function shapeOffences({ path, text }: Source): string[] {
  const offences: string[] = [];
  const lines = text.trimEnd().split("\n").length;
  if (lines > LONGEST) offences.push(`${path} has ${lines} lines`);
  for (const name of path.split("/")) {
    if (EMPTY_NAMES.test(name)) offences.push(`${path}: "${name}" does not say what is inside`);
    if (!/^[a-z0-9_]+(?:\.ts)?$/.test(name)) offences.push(`${path}: "${name}" is not snake_case`);
  }
  return offences;
}

/** Every specifier that a file imports or re-exports, as types or values: at once, or later if it comes to that. */
function importsOf(text: string): { early: string[]; late: string[] } {
  const code = withoutComments(text);
  const find = (pattern: RegExp) => Array.from(code.matchAll(pattern), (match) => match[1]!);
  return {
    early: [
      ...find(/\b(?:import|export)\b[^;"'`()]*?\bfrom\s*["']([^"']+)["']/g),
      ...find(/\bimport\s*["']([^"']+)["']/g),
    ],
    late: find(/\bimport\s*\(\s*["'`]([^"'`]+)["'`]/g),
  };
}

const TOKENS = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

function withoutComments(text: string): string {
  return text.replace(TOKENS, (token) => token.startsWith("/") ? " " : token);
}

function withoutStrings(text: string): string {
  return text.replace(TOKENS, (token) => token.startsWith("`") ? token : '""');
}
