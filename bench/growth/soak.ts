/**
 * Whether anything is kept that should be let go: 24 GB through one connection, and the memory of both ends on the way.
 *
 * @module
 */

import type { Peer } from "../peers.ts";
import type { Result } from "../results.ts";
import type { Bench } from "../rounds.ts";
import { start, wordsOf } from "../run.ts";
import { summarise } from "../statistics.ts";
import { growthOfCourse, MemoryCourse } from "./process_memory.ts";

const OCTETS = 65536;
const LIMIT = 600_000;

/** Measures this library, and libzmq in C. */
export async function measureSoak(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  const inC = bench.baseline?.name === "libzmq" ? [bench.baseline] : [];
  for (const peer of [...bench.ours, ...inC]) {
    const count = Math.round((bench.quick ? 2e9 : 24e9) / OCTETS);
    const { seconds, courses } = await soak(peer, count);
    for (const [row, course] of Object.entries(courses)) {
      results.push({
        measure: "soak",
        row,
        peer: peer.name,
        unit: "MiB more",
        figure: summarise([growthOfCourse(course)]),
        also: {
          "MiB at most": Math.max(...course.map(([, value]) => value)),
          "MB/s": (count * OCTETS) / seconds / 1e6,
        },
        course,
      });
    }
  }
  return results;
}

async function soak(
  peer: Peer,
  count: number,
): Promise<{ seconds: number; courses: Record<string, [number, number][]> }> {
  const words = wordsOf({ octets: OCTETS, count });
  await using receiver = start(peer, ["pull", "tcp://127.0.0.1:*", ...words]);
  const { endpoint } = await receiver.receive<{ endpoint: string }>(LIMIT);
  await using sender = start(peer, ["push", endpoint, ...words]);
  const memory = { sender: new MemoryCourse(sender.pid!, 200), receiver: new MemoryCourse(receiver.pid!, 200) };
  const { seconds } = await receiver.receive<{ seconds: number }>(LIMIT);
  const courses = { sender: memory.sender.stop(), receiver: memory.receiver.stop() };
  sender.closeInput();
  for (const child of [sender, receiver]) await child.succeeded(LIMIT);
  return { seconds, courses };
}
