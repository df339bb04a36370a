import { assertEquals } from "@std/assert";
import { transports as bun } from "../../src/runtime/bun/mod.ts";
import { transports as deno } from "../../src/runtime/deno/mod.ts";
import { detectTransports } from "../../src/runtime/detect.ts";
import { transports as node } from "../../src/runtime/node/mod.ts";
import { runtime, test } from "../harness.ts";

test("each runtime gets its own adapter", () => {
  assertEquals(detectTransports(), { bun, deno, node }[runtime]);
});

test("every adapter loads on every runtime, and serves tcp, ipc and udp", () => {
  for (const transports of [bun, deno, node]) {
    assertEquals(transports.map(({ scheme }) => scheme), ["tcp", "ipc", "udp"]);
  }
});

test("an adapter is found by what a runtime has: Bun before Deno before Node, or none", () => {
  const [Bun, Deno] = [{ listen: (): void => {} }, { connect: (): void => {} }];
  const process = { getBuiltinModule: (): void => {} };
  assertEquals(detectTransports({ Bun, Deno, process }), bun);
  assertEquals(detectTransports({ Deno, process }), deno);
  assertEquals(detectTransports({ process }), node);
  // Deno and Bun on an edge without sockets, an old Node, a browser.
  assertEquals(detectTransports({ Deno: {}, Bun: {}, process: { version: "v18" } }), []);
  assertEquals(detectTransports({}), []);
});
