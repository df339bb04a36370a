/**
 * Which adapter this runtime wants, told by what it has rather than by what it calls itself. Bun comes first, for it
 * has Node's modules too; then Deno, for the same reason; then a Worker that gives its own modules out.
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
import { builtinConnect } from "./workers/sockets.ts";
import { transportsOver } from "./workers/transports.ts";

/**
 * Finds the transports of the runtime this runs on.
 *
 * @param scope Where a runtime's own objects are: the global object, unless a test says otherwise.
 * @returns Bun's, Deno's, a Worker's or Node's own; empty where there are no sockets, as in a browser.
 */
export function detectTransports(scope: object = globalThis): readonly Transport[] {
  if (typeof bun(scope)?.listen === "function") return ofBun;
  if (typeof deno(scope)?.connect === "function") return ofDeno;
  const connect = builtinConnect(scope);
  if (connect !== undefined) return transportsOver(connect);
  if (hasBuiltins(scope)) return ofNode;
  return [];
}
