/**
 * PUSH → PULL over WebSockets: this library on each runtime, both ends on the same one, and npm `jszmq`, in turns.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { commandFor } from "../../tests/processes.ts";
import { SIZES } from "../cases.ts";
import type { Peer } from "../peers.ts";
import type { Result } from "../results.ts";
import { type Bench, countFor } from "../rounds.ts";
import { type Part, run } from "../run.ts";
import { summarise } from "../statistics.ts";

const JSZMQ: Peer = {
  name: "jszmq",
  calls: ["await"],
  roles: ["pull", "push"],
  command: commandFor("node", fileURLToPath(new URL("../peers/jszmq.ts", import.meta.url))),
};

/** Measures small messages and large ones. Figures of this library have their ratio to `jszmq`'s of the same turn. */
export async function measureWebSockets(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  for (const size of SIZES.filter(({ octets }) => octets < 1 << 20)) {
    const what: Part = {
      transport: "ws",
      size,
      calls: "await",
      play: { binds: "pull", connects: "push", tells: "binds", tested: "both" },
      words: {},
    };
    const counts = new Map<Peer, number>();
    for (const peer of [JSZMQ, ...bench.ours]) counts.set(peer, await countFor(what, peer, { ...bench, helper: peer }));
    const found = new Map<Peer, { rates: number[]; ratios: number[] }>();
    for (const peer of counts.keys()) found.set(peer, { rates: [], ratios: [] });
    for (let round = 0; round < bench.runs; round++) {
      let beside = 0;
      for (const [peer, count] of counts) {
        const rate = count / (await run(what, peer, peer, count)).seconds;
        found.get(peer)!.rates.push(rate);
        if (peer === JSZMQ) beside = rate;
        else found.get(peer)!.ratios.push(rate / beside);
      }
    }
    for (const [{ name: peer }, { rates, ratios }] of found) {
      const ratio = ratios.length === 0 ? {} : { ratio: summarise(ratios) };
      results.push({ measure: "ws", row: size.name, peer, unit: "msg/s", figure: summarise(rates), ...ratio });
    }
  }
  return results;
}
