/**
 * How long messages are on their way while there is room to spare: sent at an even rate, and timed from when each was
 * due. Once at half of what the contender can do at most, once at a rate that all can keep.
 *
 * @module
 */

import { CASES } from "../cases.ts";
import type { Peer } from "../peers.ts";
import type { Result } from "../results.ts";
import { type Bench, countFor } from "../rounds.ts";
import { type Finding, type Part, run } from "../run.ts";
import { summarise } from "../statistics.ts";

/** Messages a second. */
const COMMON_RATE = 100_000;

/** Seconds before anything counts. */
const WARM = 1.5;

/** Measures this library and the baseline. */
export async function measureLatency(bench: Bench): Promise<Result[]> {
  const { baseline, growthRuns } = bench;
  const inC = baseline?.name === "libzmq" ? baseline : undefined;
  const peers = inC === undefined ? bench.ours : [...bench.ours, inC];
  const halves = new Map<Peer, number>();
  for (const peer of peers) halves.set(peer, Math.round(await peakOf(peer, bench) / 2));

  const results: Result[] = [];
  for (const row of ["half of peak", `${COMMON_RATE} msg/s`]) {
    const rateOf = (peer: Peer) => row === "half of peak" ? halves.get(peer)! : COMMON_RATE;
    const found = new Map<Peer, { own: Finding; beside: Finding | undefined }[]>(peers.map((peer) => [peer, []]));
    for (let round = 0; round < growthRuns; round++) {
      for (const peer of bench.ours) {
        const beside = inC && await observe(inC, rateOf(inC), bench);
        if (beside !== undefined) found.get(inC!)!.push({ own: beside, beside: undefined });
        found.get(peer)!.push({ own: await observe(peer, rateOf(peer), bench), beside });
      }
    }
    for (const [peer, pairs] of found) {
      if (pairs.length === 0) continue;
      const ratios = pairs.flatMap(({ own, beside }) => beside === undefined ? [] : [own.p50! / beside.p50!]);
      const median = (pick: (finding: Finding) => number) => summarise(pairs.map(({ own }) => pick(own))).median;
      const count = Math.round(rateOf(peer) * bench.span);
      results.push({
        measure: "latency",
        row,
        peer: peer.name,
        unit: "µs",
        figure: summarise(pairs.map(({ own }) => own.p50!)),
        ...(ratios.length === 0 ? {} : { ratio: summarise(ratios) }),
        also: {
          "p99 µs": median((finding) => finding.p99!),
          "p99.9 µs": median((finding) => finding.p999!),
          "msg/s wanted": rateOf(peer),
          "msg/s kept": median((finding) => count / finding.seconds),
        },
      });
    }
  }
  return results;
}

async function peakOf(peer: Peer, bench: Bench): Promise<number> {
  const what = CASES.find(({ measure, row }) => measure === "throughput" && row === "tcp 64B await")!;
  const count = await countFor(what, peer, bench);
  const rates: number[] = [];
  for (let i = 0; i < 3; i++) rates.push(count / (await run(what, peer, peer, count)).seconds);
  return summarise(rates).median;
}

async function observe(peer: Peer, rate: number, { span }: Bench): Promise<Finding> {
  const what: Part = {
    transport: "tcp",
    size: { name: "64B", octets: 64 },
    calls: "await",
    play: { binds: "observe", connects: "pace", tells: "binds", tested: "both" },
    // Compilers and connections are done, and what has piled up meanwhile is gone, before anything counts.
    words: { rate, warm: Math.round(rate * WARM) },
  };
  return await run(what, peer, peer, Math.round(rate * span));
}
