/**
 * One run: two processes, one at each end (or one, for inproc), from start to end.
 *
 * @module
 */

import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { RuntimeProcess } from "../tests/processes.ts";
import type { Case, Contender } from "./cases.ts";
import type { Peer } from "./peers.ts";

/** What a run found, and the seconds it took: messages a second, or microseconds. */
export type Finding =
  | { readonly measure: "throughput"; readonly seconds: number; readonly rate: number }
  | { readonly measure: "roundtrip"; readonly seconds: number; readonly p50: number; readonly p99: number };

/** Milliseconds after which a run is given up. */
const LIMIT = 60_000;

let paths = 0;

/** Measures one contender once, with `count` messages. */
export async function run(what: Case, { peer, calls }: Contender, count: number): Promise<Finding> {
  const rest = [String(what.size.octets), String(count), calls];
  if (what.transport === "inproc") {
    await using both = start(peer, ["inproc", "inproc://bench", ...rest]);
    const { seconds } = await both.receive<{ seconds: number }>(LIMIT);
    await both.succeeded(LIMIT);
    return throughput(count, seconds);
  }
  const path = join(tmpdir(), `zmq-bench-${process.pid}-${++paths}`);
  const binding = what.transport === "tcp" ? "tcp://127.0.0.1:*" : `ipc://${path}`;
  const [receiving, sending] = what.measure === "throughput" ? ["pull", "push"] : ["reply", "request"];
  try {
    await using receiver = start(peer, [receiving!, binding, ...rest]);
    const { endpoint } = await receiver.receive<{ endpoint: string }>(LIMIT);
    await using sender = start(peer, [sending!, endpoint, ...rest]);
    const finding: Finding = what.measure === "throughput"
      ? throughput(count, (await receiver.receive<{ seconds: number }>(LIMIT)).seconds)
      : { measure: what.measure, ...await sender.receive<{ seconds: number; p50: number; p99: number }>(LIMIT) };
    for (const process of [sender, receiver]) {
      process.closeInput();
      await process.succeeded(LIMIT);
    }
    return finding;
  } finally {
    rmSync(path, { force: true });
  }
}

/** The clock starts with the first message, so that one is not counted. */
function throughput(count: number, seconds: number): Finding {
  return { measure: "throughput", seconds, rate: (count - 1) / seconds };
}

function start({ name, command: [binary, args] }: Peer, role: readonly string[]): RuntimeProcess {
  return new RuntimeProcess(`${name} ${role[0]}`, binary, [...args, ...role]);
}
