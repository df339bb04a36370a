/** What is for browsers pulls in nothing that they have not. */
import { assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { runtime, test } from "../harness.ts";
import { ROOT, runScript } from "../processes.ts";

/** Every file that a file imports, and what those import. */
function reached(path: string, found: Map<string, string[]> = new Map()): Map<string, string[]> {
  if (found.has(path)) return found;
  const code = readFileSync(`${ROOT}/${path}`, "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const specifiers = Array.from(code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g), (match) => match[1]!);
  found.set(path, specifiers);
  for (const specifier of specifiers) {
    if (specifier.startsWith(".")) reached(new URL(specifier, `file:///${path}`).pathname.slice(1), found);
  }
  return found;
}

for (const entry of ["src/web.ts", "src/websocket/mod.ts"]) {
  test(`${entry} imports no adapter, no package and no module of a runtime`, () => {
    const found = reached(entry);
    assertEquals(found.has("src/engine/zws_engine.ts"), true);
    assertEquals([...found.keys()].filter((path) => path.startsWith("src/runtime/")), []);
    const packages = [...found.values()].flat().filter((specifier) => !specifier.startsWith("."));
    // Keys and boxes are loaded by who asks for them.
    assertEquals(packages.filter((name) => !/^(?:libsodium-sumo|@noble\/)/.test(name)), []);
  });
}

test("who imports ./web and the main entry point has the latter's transports, in either order", async () => {
  for (const order of ["web-first", "main-first"]) {
    const { code, stdout, stderr } = await runScript(runtime, new URL("./both.ts", import.meta.url), [order]);
    assertEquals([code, stdout.trim()], [0, "ws://127.0.0.1"], stderr);
  }
});

test("./web alone has the platform's own WebSocket", async () => {
  const { code, stdout, stderr } = await runScript(runtime, new URL("./both.ts", import.meta.url), ["web"]);
  assertEquals([code, stdout.trim()], [0, "ENOTSUP EPROTONOSUPPORT"], stderr);
});
