/**
 * How fast it must be: for each row, what is asked of Node, Bun and Deno. Ratios are to libzmq in C, medians, on the
 * machine that the bench runs on and in the same minutes.
 *
 * @module
 */

import { type Result, rowOf } from "./results.ts";

/** What is asked of one row. */
export interface Target {
  /** As {@link rowOf} names it. */
  readonly row: string;
  /** What the row is, for people. */
  readonly title: string;
  /** What is judged: the ratio to libzmq, the figure, or one of those in `also`. */
  readonly by: "ratio" | "figure" | { readonly also: string };
  /** Whether it must be at least, or at most, what follows. */
  readonly wanted: "at least" | "at most";
  /** For each runtime. */
  readonly node: number;
  readonly bun: number;
  readonly deno: number;
}

/** How a target was met by one runtime. */
export interface Verdict {
  readonly target: Target;
  readonly peer: string;
  readonly wanted: number;
  readonly found: number;
  readonly met: boolean;
}

const KIB = 1024;

/** All targets, in the order in which they are told. */
export const TARGETS: readonly Target[] = [
  ratio("throughput tcp 64B await", "PUSH → PULL 64 B, await", 0.8, 0.9, 0.6),
  ratio("throughput tcp 64B try", "PUSH → PULL 64 B, trySend/tryReceive", 0.9, 1.0, 0.7),
  ratio("throughput tcp 1KiB await", "PUSH → PULL 1 KiB", 1.2, 1.2, 1.0),
  ratio("throughput tcp 16KiB await", "PUSH → PULL 16 KiB", 1.1, 1.1, 0.9),
  ratio("throughput tcp 1MiB await", "PUSH → PULL 1 MiB", 1.0, 1.0, 1.0),
  ratio("parts", "PUSH → PULL 3 × 64 B", 0.8, 0.8, 0.6),
  atLeast("throughput tcp 64B stream", "writable → readable 64 B, msg/s", 1e6, 1.5e6, 1.5e6),
  { ...ratio("roundtrip", "REQ/REP round trip, p50", 0.85, 0.75, 0.6), wanted: "at most" },
  ratio("throughput ipc 64B await", "ipc 64 B", 0.8, 0.9, 0.6),
  atLeast("throughput inproc 64B try", "inproc 64 B, trySend/tryReceive, msg/s", 5e6, 5e6, 5e6),
  ratio("publish 1", "PUB → 1 subscriber", 1.0, 1.0, 0.8),
  ratio("publish 10", "PUB → 10 subscribers", 1.0, 1.0, 0.8),
  ratio("publish 100", "PUB → 100 subscribers", 1.0, 1.0, 0.8),
  ratio("dealer", "DEALER → ROUTER 64 B", 0.8, 0.9, 0.6),
  ratio("curve 64B", "CURVE, PUSH → PULL 64 B", 0.6, 0.6, 0.6),
  ratio("curve 1KiB", "CURVE, PUSH → PULL 1 KiB", 0.8, 0.8, 0.8),
  ratio("curve 16KiB", "CURVE, PUSH → PULL 16 KiB", 0.8, 0.8, 0.8),
  ratio("curve handshakes", "CURVE handshakes a second", 0.5, 0.5, 0.5),
  ratio("ws 64B", "PUSH → PULL 64 B over WebSockets, beside jszmq", 5, 5, 5),
  atLeast("attach streams 64B", "attached streams, PUSH → PULL 64 B, msg/s", 1e6, 1e6, 1e6),
  atLeast("attach threads 64B", "between two threads, PUSH → PULL 64 B, msg/s", 1e6, 1e6, 1e6),
  {
    ...atLeast("attach threads 1MiB transferred", "between two threads, 1 MiB transferred, GB/s", 2, 2, 2),
    by: { also: "GB/s" },
  },
  atMost("memory 10000", "memory per idle connection at 10 000, octets", 24 * KIB, 24 * KIB, 32 * KIB),
  atMost("matching xpub hot growth", "XPUB, 10 of 100 000 topics against 10 of 10, times the cost", 2, 2, 2),
  atMost("matching xpub all growth", "XPUB, all of 100 000 topics against all of 10, times the cost", 2, 2, 2),
  atMost("matching sub hot growth", "SUB, 10 of 100 000 topics against 10 of 10, times the cost", 2, 2, 2),
  atMost("matching sub all growth", "SUB, all of 100 000 topics against all of 10, times the cost", 2, 2, 2),
  atLeast("slow", "99 fast subscribers beside a slow one, share of their rate", 0.9, 0.9, 0.9),
  { ...atMost("slow", "… publisher's memory, growth in MiB", 32, 32, 32), by: { also: "growth MiB" } },
  atMost("soak sender", "24 GB through one connection, sender's memory, growth in MiB", 64, 64, 64),
  atMost("soak receiver", "… receiver's memory, growth in MiB", 64, 64, 64),
  atMost("teardown disconnect growth", "disconnect of one, 100 000 against 1 000, times the cost", 4, 4, 4),
  atMost("teardown close growth", "close of one, 100 000 against 1 000, times the cost", 4, 4, 4),
  atMost("teardown unsubscribe growth", "unsubscribe of one, 100 000 against 1 000, times the cost", 4, 4, 4),
  atLeast("hostile worst", "an honest peer beside the worst of all attacks, share of its rate", 0.8, 0.8, 0.8),
  { ...atMost("hostile worst", "… memory of what is attacked, growth in MiB", 256, 256, 256), by: { also: "RSS MiB" } },
  ...["64B await", "64B try", "64B stream", "1MiB await"].flatMap((flood) => [
    atMost(`fairness sender ${flood}`, `1 ms timer at the sender, ${flood}, p99 ms late`, 10, 10, 10),
    atMost(`fairness receiver ${flood}`, `1 ms timer at the receiver, ${flood}, p99 ms late`, 10, 10, 10),
  ]),
];

/** Judges what was measured; what was not has no verdict. */
export function judge(results: readonly Result[]): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const target of TARGETS) {
    for (const peer of ["node", "bun", "deno"] as const) {
      const result = results.find((result) => result.peer === peer && rowOf(result) === target.row);
      const found = result === undefined ? undefined : valueOf(target, result);
      if (found === undefined) continue;
      const wanted = target[peer];
      verdicts.push({
        target,
        peer,
        wanted,
        found,
        met: target.wanted === "at least" ? found >= wanted : found <= wanted,
      });
    }
  }
  return verdicts;
}

function valueOf({ by }: Target, result: Result): number | undefined {
  if (by === "ratio") return result.ratio?.median;
  return by === "figure" ? result.figure.median : result.also?.[by.also];
}

function ratio(row: string, title: string, node: number, bun: number, deno: number): Target {
  return { row, title, by: "ratio", wanted: "at least", node, bun, deno };
}

function atLeast(row: string, title: string, node: number, bun: number, deno: number): Target {
  return { row, title, by: "figure", wanted: "at least", node, bun, deno };
}

function atMost(row: string, title: string, node: number, bun: number, deno: number): Target {
  return { row, title, by: "figure", wanted: "at most", node, bun, deno };
}
