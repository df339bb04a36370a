/**
 * Who is measured. A peer is one small program that plays either end of a measurement; each implementation has one, and
 * all are started with the same arguments:
 *
 * ```text
 * <role> <endpoint> <octets in a message> <count of messages> <await | try>
 * ```
 *
 * | role      | does                                          | answers, one JSON object a line                     |
 * | --------- | --------------------------------------------- | --------------------------------------------------- |
 * | `pull`    | binds, receives `count` messages              | `{"endpoint"}` when bound, `{"seconds"}` at the end |
 * | `push`    | connects, sends `count` messages              | nothing                                             |
 * | `inproc`  | both of these in one process                  | `{"seconds"}` at the end                            |
 * | `reply`   | binds, answers `count` requests               | `{"endpoint"}` when bound                           |
 * | `request` | connects, makes `count` round trips, in a row | `{"seconds", "p50", "p99"}` at the end              |
 *
 * `seconds` is the time from the first message to the last, at the receiver; for `request`, that of all round trips.
 * `p50` and `p99` are round trips' times in microseconds; the first fifth warms up and is not among them. `push`
 * and `reply` stay, once done, until their stdin ends: not every implementation delivers what it has queued when its
 * process ends. The other roles end by themselves. A peer in any language can join: give it a program that keeps to this, and a line in {@link PEERS}.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { commandFor } from "../tests/processes.ts";

/** How messages are sent and received: each call awaited, or `trySend` and `tryReceive` until one has to wait. */
export type Calls = "await" | "try";

/** An implementation on a runtime. */
export interface Peer {
  /** What it is called in tables and after `--only`. */
  readonly name: string;
  /** The calls it has. */
  readonly calls: readonly Calls[];
  /** Its program, and the arguments that go before those of the role. */
  readonly command: readonly [string, readonly string[]];
}

/** The peer that others are compared with: the npm package `zeromq`, on Node. */
export const BASELINE: Peer = { name: "zeromq", calls: ["await"], command: commandFor("node", file("zeromq.ts")) };

/** This library, on each runtime. */
export const PEERS: readonly Peer[] = [
  { name: "deno", calls: ["await", "try"], command: commandFor("deno", file("zerostream.ts")) },
  { name: "bun", calls: ["await", "try"], command: commandFor("bun", file("zerostream.ts")) },
  { name: "node", calls: ["await", "try"], command: commandFor("node", file("zerostream.ts")) },
];

function file(name: string): string {
  return fileURLToPath(new URL(`./peers/${name}`, import.meta.url));
}
