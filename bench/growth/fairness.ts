/**
 * Whether the rest of a program gets its turns while a flood passes: a timer of 1 ms in the process of each end.
 *
 * @module
 */

import { SIZES } from "../cases.ts";
import type { Result } from "../results.ts";
import { type Bench, countFor } from "../rounds.ts";
import { type Lateness, type Part, run } from "../run.ts";
import { summarise } from "../statistics.ts";

/** Measures this library on each runtime, with each way to call, for small messages and for large ones. */
export async function measureFairness(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  const floods = [["64B", "await"], ["64B", "try"], ["64B", "stream"], ["1MiB", "await"]] as const;
  for (const [name, calls] of floods) {
    const what: Part = {
      transport: "tcp",
      size: SIZES.find((size) => size.name === name)!,
      calls,
      play: { binds: "pull", connects: "push", tells: "binds", tested: "both" },
      words: { timer: 1 },
    };
    for (const peer of bench.ours) {
      // Long enough for a hundredth of all ticks to be several.
      const count = 2 * await countFor(what, peer, bench);
      const late: Record<"sender" | "receiver", Lateness[]> = { sender: [], receiver: [] };
      for (let i = 0; i < bench.growthRuns; i++) {
        const finding = await run(what, peer, peer, count);
        late.receiver.push(finding.late!);
        late.sender.push(finding.senderLate!);
      }
      for (const end of ["sender", "receiver"] as const) {
        results.push({
          measure: "fairness",
          row: `${end} ${name} ${calls}`,
          peer: peer.name,
          unit: "ms",
          figure: summarise(late[end].map(({ p99 }) => p99)),
          also: {
            "p50 ms": summarise(late[end].map(({ p50 }) => p50)).median,
            "max ms": Math.max(...late[end].map(({ max }) => max)),
          },
        });
      }
    }
  }
  return results;
}
