/**
 * How users get the library, proved from empty folders: the npm tarball on Node 20, 22 and 24 and on Bun, and the
 * package as JSR would have it on Deno. It is about the package, not the runtime of the test, so it runs once, on Node.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { runtime, test } from "../harness.ts";
import { binaryOf, type Outcome, ROOT, runProgram } from "../processes.ts";
import { lendTypes, readManifest, stage, STD_LINKS } from "../../tools/stage.ts";

const OPTIONS = { skip: runtime !== "node", timeout: 240_000 };
const STEP = 120_000;

/** Runs on Node 20, which has no `await using`. */
const HELLO = `
import { Reply, Request, text } from "@zerostream/zmq";

const server = new Reply();
const endpoint = await server.bind("tcp://127.0.0.1:*");
const serving = (async () => {
  for await (const [question] of server) await server.send("RESPONSE: " + text(question));
})();

const client = new Request();
client.connect(endpoint);
await client.send("Hello, ZeroMQ!");
const [answer] = await client.receive();
console.log(text(answer));
await client.close();
await server.close();
await serving;
`;
const ANSWER = "RESPONSE: Hello, ZeroMQ!\n";

/** Both libraries that CURVE can have its boxes from, found and used. */
const BOXES = `
import { loadCrypto, makeKeyPair } from "@zerostream/zmq/crypto";

for (const name of ["libsodium", "noble"]) {
  const crypto = await loadCrypto(name);
  const [mine, yours] = [makeKeyPair(), crypto.keyPair()];
  const [nonce, box] = [new Uint8Array(24), new Uint8Array(5 + 16)];
  crypto.share(yours.publicKey, mine.secretKey).seal(nonce, new TextEncoder().encode("Hello"), box, 0);
  const opened = crypto.share(mine.publicKey, yours.secretKey).open(nonce, box, 0);
  console.log(crypto.name + ": " + new TextDecoder().decode(opened));
}
`;
const OPENED = "libsodium: Hello\nnoble: Hello\n";

/** What a TypeScript user with strict settings writes. */
const TYPED = `
import { Publisher, Reply, Request, Subscriber, text, ZmqError } from "@zerostream/zmq";

export async function ask(endpoint: string): Promise<string> {
  const client = new Request({ linger: 0 });
  try {
    client.connect(endpoint);
    await client.send(["Hello", new Uint8Array(2)]);
    const [answer]: Uint8Array[] = await client.receive();
    return answer === undefined ? "" : text(answer);
  } catch (error) {
    if (error instanceof ZmqError && error.code === "ETERM") return "";
    throw error;
  } finally {
    await client.close();
  }
}
export const sockets = [new Reply(), new Publisher(), new Subscriber()];
`;

let built: Promise<string> | undefined;
let packed: Promise<Map<string, string>> | undefined;

test("the npm package builds in one command, and carries what it should", async () => {
  const { manifest, files } = await inspect(await tarball());
  const { exports } = readManifest();
  assertEquals(Object.keys(manifest.exports), [...Object.keys(exports), "./package.json"]);
  assertEquals(manifest.scripts, undefined);
  assertEquals(manifest.dependencies, readPackage(ROOT).dependencies);
  for (const kind of ["optionalDependencies", "peerDependencies"]) assertEquals(manifest[kind], undefined);
  for (const target of Object.values(manifest.exports)) {
    for (const path of typeof target === "string" ? [target] : Object.values(target)) {
      assert(files.includes(path.slice(2)), `${path} is exported, and not in the package`);
    }
  }
  for (const file of ["LICENSE", "README.md"]) assert(files.includes(file), `${file} is missing`);
  assertEquals(files.filter((file) => /(?:_test|\.node|[^d]\.ts)$|^(?:tests|tools)\//.test(file)), []);
}, OPTIONS);

for (const name of ["node20", "node22", "node"] as const) {
  test(`npm install of the tarball runs on ${name === "node" ? "node24" : name}`, async () => {
    await inEmptyFolder(async (folder) => {
      writeFileSync(join(folder, "hello.mjs"), HELLO);
      await npmInstall(folder);
      assertEquals((await run(folder, binaryOf(name), ["hello.mjs"])).stdout, ANSWER);
    });
  }, OPTIONS);
}

test("bun add of the tarball runs on Bun", async () => {
  await inEmptyFolder(async (folder) => {
    writeFileSync(join(folder, "hello.mjs"), HELLO);
    const overrides = Object.fromEntries(await dependencies());
    writeFileSync(join(folder, "package.json"), JSON.stringify({ overrides }));
    await run(folder, binaryOf("bun"), ["add", await tarball()]);
    assertEquals((await run(folder, binaryOf("bun"), ["hello.mjs"])).stdout, ANSWER);
  });
}, OPTIONS);

test("every entry point of the tarball loads on every runtime, whichever it is for", async () => {
  await inEmptyFolder(async (folder) => {
    await npmInstall(folder);
    const names = Object.keys(readManifest().exports).map((name) => `@zerostream/zmq${name.slice(1)}`);
    const lines = names.map((name) => `console.log(Object.keys(await import("${name}")).length > 0);`);
    writeFileSync(join(folder, "load.mjs"), lines.join("\n"));
    const expected = "true\n".repeat(names.length);
    for (const name of ["node20", "node", "bun"] as const) {
      assertEquals((await run(folder, binaryOf(name), ["load.mjs"])).stdout, expected, name);
    }
    const deno = ["run", "-A", "--quiet", "--node-modules-dir=manual", "load.mjs"];
    assertEquals((await run(folder, binaryOf("deno"), deno)).stdout, expected, "deno");
  });
}, OPTIONS);

test("the tarball's cryptography is found on every runtime by who asks for it, and missed by nobody else", async () => {
  await inEmptyFolder(async (folder) => {
    await npmInstall(folder);
    writeFileSync(join(folder, "boxes.mjs"), BOXES);
    for (const name of ["node20", "node22", "node", "bun"] as const) {
      assertEquals((await run(folder, binaryOf(name), ["boxes.mjs"])).stdout, OPENED, name);
    }
    const deno = ["run", "--quiet", "--no-prompt", "--node-modules-dir=manual"];
    assertEquals((await run(folder, binaryOf("deno"), [...deno, "boxes.mjs"])).stdout, OPENED, "deno");

    // Who uses neither needs neither.
    for (const name of ["libsodium-sumo", "@noble"]) rmSync(join(folder, "node_modules", name), { recursive: true });
    writeFileSync(join(folder, "hello.mjs"), HELLO);
    assertEquals((await run(folder, binaryOf("node"), ["hello.mjs"])).stdout, ANSWER);
    assertEquals((await run(folder, binaryOf("bun"), ["hello.mjs"])).stdout, ANSWER);
    assertEquals((await run(folder, binaryOf("deno"), [...deno, "-A", "hello.mjs"])).stdout, ANSWER);
  });
}, OPTIONS);

test("the sources, imported by their path from elsewhere, find the cryptography beside them", async () => {
  await inEmptyFolder(async (folder) => {
    const from = JSON.stringify(join(ROOT, "src/crypto/mod.ts"));
    const lines = [
      `import ${JSON.stringify(join(ROOT, "mod.ts"))};`,
      `import { loadCrypto } from ${from};`,
      "console.log((await loadCrypto()).name);",
    ];
    writeFileSync(join(folder, "program.ts"), lines.join("\n"));
    for (const [name, flags] of [["node", []], ["bun", []], ["deno", ["run", "-A", "--quiet"]]] as const) {
      assertEquals((await run(folder, binaryOf(name), [...flags, "program.ts"])).stdout, "libsodium\n", name);
    }
  });
}, OPTIONS);

test("the tarball's declarations satisfy a strict TypeScript project", async () => {
  await inEmptyFolder(async (folder) => {
    await npmInstall(folder);
    writeFileSync(join(folder, "typed.mts"), TYPED);
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const flags = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
    const target = ["--module", "nodenext", "--target", "es2022", "--lib", "es2023,esnext.disposable,dom"];
    await run(folder, binaryOf("node"), [tsc, ...flags, ...target, "typed.mts"]);
  });
}, OPTIONS);

test("the core bundles for a browser, and no bundle asks for a module of Node", async () => {
  await inEmptyFolder(async (folder) => {
    await npmInstall(folder);
    for (const entry of ["@zerostream/zmq", "@zerostream/zmq/core", "@zerostream/zmq/crypto"]) {
      writeFileSync(join(folder, "entry.mjs"), `export * from "${entry}";`);
      const flags = ["build", "entry.mjs", "--target=browser", "--format=esm", "--outfile=bundle.js"];
      await run(folder, binaryOf("bun"), flags);
      const bundle = readFileSync(join(folder, "bundle.js"), "utf8");
      assertEquals(bundle.match(/^import\b.*|\b(?:require|import)\("(?!\.).*/gm), null, entry);
    }
  });
}, OPTIONS);

test("a program bundled with the package keeps its transports", async () => {
  await inEmptyFolder(async (folder) => {
    await npmInstall(folder);
    writeFileSync(join(folder, "hello.mjs"), HELLO);
    await run(folder, binaryOf("bun"), ["build", "hello.mjs", "--target=node", "--format=esm", "--outfile=bundle.mjs"]);
    assertEquals((await run(folder, binaryOf("node"), ["bundle.mjs"])).stdout, ANSWER);
  });
}, OPTIONS);

test("the staged package runs on Deno by its name", async () => {
  await inEmptyFolder(async (folder) => {
    const { name, version } = readManifest();
    stage(join(folder, "package"));
    // Deno would download what the package imports from npm; here it is told where that is.
    for (const name of (await dependencies()).keys()) {
      cpSync(join(ROOT, "node_modules", name), join(folder, "project/node_modules", name), { recursive: true });
    }
    writeFileSync(
      join(folder, "project/deno.json"),
      JSON.stringify({
        imports: { [name]: `jsr:${name}@^${version}` },
        links: ["../package", ...STD_LINKS],
        nodeModulesDir: "manual",
        lock: false,
      }),
    );
    writeFileSync(join(folder, "project/hello.ts"), HELLO);
    const flags = ["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1", "hello.ts"];
    assertEquals((await run(join(folder, "project"), binaryOf("deno"), flags)).stdout, ANSWER);
    writeFileSync(join(folder, "project/boxes.js"), BOXES);
    const boxes = ["run", "--quiet", "--no-prompt", "boxes.js"];
    assertEquals((await run(join(folder, "project"), binaryOf("deno"), boxes)).stdout, OPENED);
  });
}, OPTIONS);

test("publishing to JSR would succeed, with no slow types and nothing but the package", async () => {
  await inEmptyFolder(async (folder) => {
    const files = stage(folder);
    lendTypes(folder);
    const { stderr } = await run(folder, binaryOf("deno"), ["publish", "--dry-run", "--allow-dirty"]);
    const { name, version } = readManifest();
    assertStringIncludes(stderr, `${name}@${version}`);
    assertEquals(stderr.match(/warning/gi), null, stderr);
    for (const file of files) assertStringIncludes(stderr, `/${file} `);
  });
}, OPTIONS);

interface NpmManifest {
  readonly exports: Record<string, string | Record<string, string>>;
  readonly [key: string]: unknown;
}

/** The tarball, built once for all tests of this file. */
function tarball(): Promise<string> {
  return built ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), "zmq-npm-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    await run(ROOT, binaryOf("node"), ["tools/npm.ts", "--out", folder]);
    const found = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    assert(found !== undefined, "the build made no tarball");
    return join(folder, found);
  })();
}

/** The packages that ours depends on, and they on, by name: tarballs of what is installed here, so that no test asks a registry. */
function dependencies(): Promise<Map<string, string>> {
  return packed ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), "zmq-dependencies-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    const tarballs = new Map<string, string>();
    const pack = async (name: string): Promise<void> => {
      if (tarballs.has(name)) return;
      const from = join(ROOT, "node_modules", name);
      const { stdout } = await run(folder, "npm", ["pack", "--ignore-scripts", "--silent", from]);
      tarballs.set(name, join(folder, stdout.trim()));
      for (const next of Object.keys(readPackage(from).dependencies ?? {})) await pack(next);
    };
    for (const name of Object.keys(readPackage(ROOT).dependencies ?? {})) await pack(name);
    return tarballs;
  })();
}

function readPackage(folder: string): { readonly dependencies?: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

async function inspect(path: string): Promise<{ manifest: NpmManifest; files: string[] }> {
  const folder = join(path, "../npm");
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as NpmManifest;
  const { stdout } = await run(folder, "tar", ["-tzf", path]);
  return { manifest, files: stdout.trim().split("\n").map((name) => name.replace(/^package\//, "")) };
}

async function npmInstall(folder: string): Promise<void> {
  writeFileSync(join(folder, "package.json"), "{}");
  const flags = ["--offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await run(folder, "npm", ["install", ...flags, await tarball(), ...(await dependencies()).values()]);
}

async function run(cwd: string, binary: string, args: readonly string[]): Promise<Outcome> {
  const outcome = await runProgram(binary, args, { cwd, timeout: STEP });
  if (outcome.code !== 0) {
    throw new Error(`${binary} ${args.join(" ")} ended with ${outcome.code}\n${outcome.stdout}\n${outcome.stderr}`);
  }
  return outcome;
}

async function inEmptyFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "zmq-empty-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
