/**
 * Which adapter this runtime wants, told by what it has rather than by what it calls itself. Bun comes first, for it
 * has Node's modules too; then Deno, for the same reason.
 *
 * @module
 */

import type { Transport } from "../transport/link.ts";
import { transports as ofBun } from "./bun/mod.ts";
import { bun } from "./bun/sockets.ts";
import { transports as ofDeno } from "./deno/mod.ts";
import { deno } from "./deno/sockets.ts";
import { hasBuiltins } from "./node/builtin.ts";
import { transports as ofNode } from "./node/mod.ts";

/**
 * Finds the transports of the runtime this runs on.
 *
 * @param scope Where a runtime's own objects are: the global object, unless a test says otherwise.
 * @returns Bun's, Deno's or Node's own; empty where there are no sockets, as in a browser.
 */
export function detectTransports(scope: object = globalThis): readonly Transport[] {
  if (typeof bun(scope)?.listen === "function") return ofBun;
  if (typeof deno(scope)?.connect === "function") return ofDeno;
  if (hasBuiltins(scope)) return ofNode;
  return [];
}
