/**
 * What one slow subscriber costs the others: a publisher that drops what does not fit floods 99 subscribers, alone and
 * beside one that never reads, by turns.
 *
 * @module
 */

import { type Peer, plays } from "../peers.ts";
import type { Result } from "../results.ts";
import type { Bench } from "../rounds.ts";
import { LIMIT, start, wordsOf } from "../run.ts";
import { summarise } from "../statistics.ts";
import { growthOfCourse, MemoryCourse } from "./process_memory.ts";

const FAST = 99;

interface Flood {
  /** Messages a second, for each of the fast subscribers. */
  readonly rate: number;
  /** The publisher's memory: pairs of seconds and MiB. */
  readonly course: [number, number][];
}

/** Measures this library, and libzmq in C. */
export async function measureSlow(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  const publishers = [...bench.ours, ...(bench.baseline === undefined ? [] : [bench.baseline])];
  for (const peer of publishers.filter((peer) => plays(peer, "flood", "await"))) {
    const trial = await flood(peer, bench.helper, 0, 2000);
    // Memory shows only in time: three times as long as other runs.
    const count = Math.max(1000, Math.round(trial.rate * bench.span * 3));
    const shares: number[] = [];
    const rates: number[] = [];
    let course: [number, number][] = [];
    for (let round = 0; round < bench.growthRuns; round++) {
      const alone = await flood(peer, bench.helper, 0, count);
      const beside = await flood(peer, bench.helper, 1, count);
      shares.push(beside.rate / alone.rate);
      rates.push(alone.rate);
      course = beside.course;
    }
    results.push({
      measure: "slow",
      row: "",
      peer: peer.name,
      unit: "share of their rate",
      figure: summarise(shares),
      also: { "growth MiB": growthOfCourse(course), "msg/s alone": summarise(rates).median },
      course,
    });
  }
  return results;
}

async function flood(peer: Peer, helper: Peer, slow: number, count: number): Promise<Flood> {
  const warm = Math.round(count / 4);
  await using publisher = start(peer, ["flood", "tcp://127.0.0.1:*", ...wordsOf({ peers: FAST + slow, drop: 1 })]);
  const { endpoint } = await publisher.receive<{ endpoint: string }>(LIMIT);
  await using stalled = start(helper, ["stall", endpoint, ...wordsOf({ peers: slow })]);
  await using fast = start(helper, ["subscribe", endpoint, ...wordsOf({ peers: FAST, count, warm })]);
  const memory = new MemoryCourse(publisher.pid!, 50);
  const { seconds } = await fast.receive<{ seconds: number }>(LIMIT);
  const course = memory.stop();
  publisher.closeInput();
  stalled.closeInput();
  await publisher.receive(LIMIT);
  for (const child of [fast, stalled, publisher]) await child.succeeded(LIMIT);
  return { rate: count / seconds, course };
}
