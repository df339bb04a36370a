/**
 * What a connection costs that does nothing: a PULL, whom many connect to and never send anything.
 *
 * @module
 */

import { type Peer, plays } from "../peers.ts";
import type { Result } from "../results.ts";
import type { Bench } from "../rounds.ts";
import { LIMIT, start, wordsOf } from "../run.ts";
import { summarise } from "../statistics.ts";

/** Milliseconds in which the last handshakes end at the server, and what they needed is let go. */
const REST = 500;

/** Measures everyone. */
export async function measureMemory(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  const steps = bench.quick ? [100, 1000] : [100, 1000, 10_000];
  const others = [bench.zeromq, bench.baseline].filter((peer) => peer !== undefined);
  for (const peer of new Set([...bench.ours, ...others])) {
    if (!plays(peer, "idle", "await")) continue;
    for (const [at, octets] of await fill(peer, bench.helper, steps)) {
      const figure = summarise([octets]);
      results.push({ measure: "memory", row: `${at}`, peer: peer.name, unit: "octets each", at, figure });
    }
  }
  return results;
}

/** Pairs of connections, and the octets that each of them costs. */
async function fill(peer: Peer, helper: Peer, steps: readonly number[]): Promise<[number, number][]> {
  await using server = start(peer, ["idle", "tcp://127.0.0.1:*"]);
  const { endpoint } = await server.receive<{ endpoint: string }>(LIMIT);
  const weigh = async () => {
    await new Promise((resolve) => setTimeout(resolve, REST));
    server.send({});
    return (await server.receive<{ resident: number }>(LIMIT)).resident;
  };
  const found: [number, number][] = [];
  const dialers: ReturnType<typeof start>[] = [];
  try {
    const empty = await weigh();
    let before = 0;
    for (const connections of steps) {
      const dialer = start(helper, ["dial", endpoint, ...wordsOf({ peers: connections - before })]);
      dialers.push(dialer);
      before = connections;
      await dialer.receive(LIMIT);
      found.push([connections, (await weigh() - empty) / connections]);
    }
    return found;
  } finally {
    for (const dialer of dialers) await dialer.kill();
  }
}
