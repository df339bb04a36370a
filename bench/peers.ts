/**
 * Who is measured. A peer is one small program that plays one part of a measurement; each implementation has one, and
 * all are started with the same words:
 *
 * ```text
 * <role> <endpoint> octets=64 count=100000 warm=25000 calls=await parts=1 …
 * ```
 *
 * | word     | means                                                                          | unless given |
 * | -------- | ------------------------------------------------------------------------------ | ------------ |
 * | `octets` | octets in each frame                                                           | 64           |
 * | `count`  | messages, or round trips, that are timed; for each of the `peers` that is told | 1            |
 * | `warm`   | messages that go before those, untimed: compilers warm up, connections are made | 1           |
 * | `calls`  | `await`, `try` or `stream`, see {@link Calls}                                  | `await`      |
 * | `parts`  | frames in each message                                                         | 1            |
 * | `peers`  | how many connections the other side makes                                      | 1            |
 * | `topics` | how many topics are subscribed to, and published by turns; 0: the empty one    | 0            |
 * | `hot`    | how many of the topics are published; 0: all                                   | 0            |
 * | `drop`   | 1: a publisher drops what does not fit; 0: it waits                            | 0            |
 * | `rate`   | messages a second, for `pace`                                                  | none         |
 * | `helps`  | 1: somebody else is measured; with topics, match and filter nothing, where possible | 0          |
 * | `curve`  | 1: with CURVE, under keys that everyone knows; who binds is its server         | 0            |
 * | `timer`  | 1: also say how late a timer of 1 ms fires, see `late`                         | 0            |
 *
 * | role                | binds | does                                                 | answers, one JSON object a line        |
 * | ------------------- | ----- | ---------------------------------------------------- | -------------------------------------- |
 * | `pull`, `router`    | yes   | receives `warm + count` messages                     | `{"seconds"}` of `count` messages      |
 * | `push`, `dealer`    |       | sends them, over `peers` connections                 | nothing                                |
 * | `inproc`            | yes   | both of `pull` and `push` in one process             | `{"seconds"}`                          |
 * | `reply`             | yes   | answers `warm + count` requests                      | nothing                                |
 * | `request`           |       | makes `warm + count` round trips, in a row           | `{"seconds", "p50", "p99", "p999"}`    |
 * | `publish`           | yes   | waits for all subscriptions, then sends              | nothing                                |
 * | `subscribe`         |       | receives `warm + count` messages on `peers` sockets  | `{"seconds"}` until all have all       |
 * | `flood`             | yes   | waits for all subscriptions, sends until stdin ends  | `{"seconds", "sent"}`                  |
 * | `stall`             |       | subscribes on `peers` sockets and reads nothing      | nothing                                |
 * | `observe`           | yes   | receives what `pace` sends                           | `{"seconds", "p50", "p99", "p999"}`    |
 * | `pace`              |       | sends at an even `rate`, each message with the time it was due | nothing                      |
 * | `idle`              | yes   | accepts connections; for each line of stdin, answers | `{"resident"}` octets of memory        |
 * | `handshakes`        |       | `warm + count` times a fresh socket: connects, shakes hands, closes | `{"seconds"}` of `count` |
 * | `dial`              |       | makes `peers` connections                            | `{"connected"}` when all have shaken hands |
 *
 * Who binds says `{"endpoint"}` first. Times are in seconds, percentiles in microseconds. `pace` writes the time, in
 * seconds since 1970, into the first 8 octets of a message: a little-endian double. With `timer=1`, `pull` and `push` add
 * `{"late": {"p50", "p99", "max"}}`, milliseconds: the one with its seconds, the other when its stdin has ended.
 * `pull`, `router`, `inproc`, `request`, `subscribe`, `handshakes` and `observe` end by themselves; the others stay until their
 * stdin ends, since not every implementation delivers what it has queued when its process ends. `version` alone is
 * answered with `{"version"}`. A peer in any language can join: give it a program that keeps to this, and a line in
 * {@link PEERS}.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { commandFor } from "../tests/processes.ts";

/**
 * How messages are sent and received: each call awaited; `trySend` and `tryReceive` until one has to wait; or through
 * `writable` and `readable`. Who has only one way takes that.
 */
export type Calls = "await" | "try" | "stream";

/** An implementation on a runtime. */
export interface Peer {
  /** What it is called in tables and after `--only`. */
  readonly name: string;
  /** The calls it has. */
  readonly calls: readonly Calls[];
  /** The roles that it plays; all, unless given. */
  readonly roles?: readonly string[];
  /** Its program, and the arguments that go before the role. */
  readonly command: readonly [string, readonly string[]];
}

/** This library, on each runtime. */
export const OURS: readonly Peer[] = [
  { name: "node", calls: ["await", "try", "stream"], command: commandOf("node", "zerostream.ts") },
  { name: "bun", calls: ["await", "try", "stream"], command: commandOf("bun", "zerostream.ts") },
  { name: "deno", calls: ["await", "try", "stream"], command: commandOf("deno", "zerostream.ts") },
];

/** The npm package `zeromq` on Node: libzmq behind a native binding. */
export const ZEROMQ: Peer = {
  name: "zeromq",
  calls: ["await"],
  roles: ["pull", "push", "router", "dealer", "inproc", "reply", "request", "publish", "idle"],
  command: commandOf("node", "zeromq.ts"),
};

/** libzmq in C, once {@link buildLibzmq} has built it. */
export function libzmq(binary: string): Peer {
  return { name: "libzmq", calls: ["await"], command: [binary, []] };
}

/** Everyone's name, in the order of tables. */
export const NAMES: readonly string[] = [...OURS.map((peer) => peer.name), "zeromq", "libzmq"];

/** Whether a peer can play a role with these calls. */
export function plays(peer: Peer, role: string, calls: Calls): boolean {
  return peer.calls.includes(calls) && (peer.roles === undefined || peer.roles.includes(role));
}

/** With the garbage collector within the program's reach, so that memory is what is used. */
function commandOf(runtime: "deno" | "bun" | "node", name: string): [string, string[]] {
  const flags = { deno: ["--v8-flags=--expose-gc"], bun: [], node: ["--expose-gc"] }[runtime];
  return commandFor(runtime, fileURLToPath(new URL(`./peers/${name}`, import.meta.url)), { flags });
}
