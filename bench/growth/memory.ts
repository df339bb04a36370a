/**
 * What a connection costs that does nothing: a PULL, whom many connect to and never send anything.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { type Peer, plays } from "../peers.ts";
import type { Result } from "../results.ts";
import type { Bench } from "../rounds.ts";
import { LIMIT, start, wordsOf } from "../run.ts";
import { summarise } from "../statistics.ts";

/** Milliseconds in which the last handshakes end at the server, and what they needed is let go. */
const REST = 500;

/** Files that a process has open besides. */
const SPARE = 200;

/** Measures everyone. */
export async function measureMemory(bench: Bench): Promise<Result[]> {
  const results: Result[] = [];
  const wanted = bench.quick ? [100, 1000] : [100, 1000, 10_000];
  const steps = wanted.filter((step) => step + SPARE <= mostFiles());
  if (steps.length < wanted.length) {
    bench.note(`memory: ${steps.at(-1) ?? 0} connections at most, raise the limit of open files (ulimit -n)`);
  }
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

/** How many files a process may have open, if it asks. */
function mostFiles(): number {
  try {
    const found = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return found === null ? Infinity : Number(found[1]);
  } catch {
    // Not Linux: whoever runs out of files will say so.
    return Infinity;
  }
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
