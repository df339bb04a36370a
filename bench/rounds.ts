/**
 * A case, measured in turns: baseline and contender, A B A B, as often as asked. So whatever else the machine does
 * meets both, and each figure has its baseline next to it.
 *
 * @module
 */

import type { Case } from "./cases.ts";
import { type Peer, plays } from "./peers.ts";
import type { Result } from "./results.ts";
import { type Finding, type Part, run } from "./run.ts";
import { summarise } from "./statistics.ts";

/** Who takes part, and how much is done. */
export interface Bench {
  /** This library, on the runtimes that were chosen. */
  readonly ours: readonly Peer[];
  /** The npm package `zeromq`, if it is measured. */
  readonly zeromq: Peer | undefined;
  /** What all are compared with: libzmq in C, or without a compiler `zeromq`; `undefined` for `--alone`. */
  readonly baseline: Peer | undefined;
  /** Who plays the parts that are nobody's to win: libzmq in C if it is there. */
  readonly helper: Peer;
  /** How many pairs. */
  readonly runs: number;
  /** How many where the question is how cost grows: figures of one peer are compared with each other there. */
  readonly growthRuns: number;
  /** Seconds that a run should take. */
  readonly span: number;
  /** Whether to do less of everything. */
  readonly quick: boolean;
  /** Says what goes on, while it does. */
  readonly note: (line: string) => void;
}

/** The contenders that can play a case. */
export function contendersOf(what: Case, bench: Bench): Peer[] {
  const { play, calls } = what;
  const roles = [
    play.tested === "connects" ? undefined : play.binds,
    play.tested === "binds" ? undefined : play.connects,
  ];
  const able = (peer: Peer) => roles.every((role) => role === undefined || plays(peer, role, calls));
  const others = bench.zeromq === undefined || "topics" in what.words || "curve" in what.words ? [] : [bench.zeromq];
  return [...bench.ours, ...others].filter((peer) => peer !== bench.baseline && able(peer));
}

/** Measures every contender of a case. The baseline's result comes last. */
export async function measureCase(what: Case, bench: Bench): Promise<Result[]> {
  const { baseline, helper } = bench;
  const runs = what.growth ? bench.growthRuns : bench.runs;
  const contenders = contendersOf(what, bench);
  const results: Result[] = [];
  const counts = new Map<Peer, number>();
  for (const peer of baseline === undefined ? contenders : [baseline, ...contenders]) {
    counts.set(peer, await countFor(what, peer, bench));
  }
  const figureOf = async (peer: Peer) => {
    const finding = await run(what, peer, helper, counts.get(peer)!);
    return { finding, value: valueOf(what, finding, counts.get(peer)!) };
  };
  const found = new Map(contenders.map((peer) => [peer, [] as { own: Measured; beside: Measured | undefined }[]]));
  const all: Measured[] = [];
  let beside: Measured | undefined;
  for (let round = 0; round < runs; round++) {
    for (const peer of contenders) {
      // What is shown beside the library, and has no target, shares the baseline of the one before.
      if (baseline !== undefined && (peer !== bench.zeromq || beside === undefined)) {
        beside = await figureOf(baseline);
        all.push(beside);
      }
      found.get(peer)!.push({ own: await figureOf(peer), beside });
    }
  }
  for (const [peer, pairs] of found) {
    const ratios = pairs.flatMap(({ own, beside }) => beside === undefined ? [] : [own.value / beside.value]);
    results.push(resultOf(what, peer, pairs.map(({ own }) => own), ratios));
  }
  if (baseline !== undefined && all.length > 0) results.push(resultOf(what, baseline, all, []));
  return results;
}

interface Measured {
  readonly finding: Finding;
  readonly value: number;
}

function resultOf(what: Case, peer: Peer, found: readonly Measured[], ratios: readonly number[]): Result {
  const tails = found.map(({ finding }) => finding.p99);
  return {
    measure: what.measure,
    row: what.row,
    peer: peer.name,
    unit: what.unit,
    figure: summarise(found.map(({ value }) => value)),
    ...(ratios.length === 0 ? {} : { ratio: summarise(ratios) }),
    ...(what.at === undefined ? {} : { at: what.at }),
    ...(tails.includes(undefined) ? {} : { also: { "p99 µs": summarise(tails as number[]).median } }),
  };
}

/** What contenders are compared by: messages a second, or the median round trip in microseconds. */
function valueOf({ unit }: Case, finding: Finding, count: number): number {
  return unit === "µs" ? finding.p50! : count / finding.seconds;
}

/** What was found to last long enough, for cases that are alike. */
const known = new Map<string, number>();

/**
 * How many messages make a run last about {@link Bench.span}: found by trying, since while compilers still work
 * messages go at a fraction of their later speed.
 */
export async function countFor(what: Part, peer: Peer, { helper, span }: Bench): Promise<number> {
  const { size: { octets }, play, calls, transport, words } = what;
  const like = [peer.name, play.binds, play.connects, play.tested, octets, calls, transport, words.parts, words.curve]
    .join(" ");
  // A message to many is as much work as many messages; a round trip is as much as twenty, a handshake as hundreds.
  const share = play.connects === "handshakes"
    ? 400
    : play.binds === "reply"
    ? 20
    : play.binds === "publish"
    ? words.peers ?? 1
    : 1;
  const first = known.get(like) ?? Math.min(20_000, (8 << 20) / octets);
  let count = Math.max(100, Math.round(first / share));
  for (;;) {
    const part = (await run(what, peer, helper, count)).seconds / span;
    if (part > 0.6) {
      const found = Math.max(1, Math.round(count / part));
      // Half of it: the next case may be slower, and a run that is too long is time lost.
      known.set(like, (found * share) / 2);
      return found;
    }
    count = Math.round(count * Math.min(20, 1 / part));
  }
}
