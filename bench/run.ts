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
import type { Case } from "./cases.ts";
import type { Peer } from "./peers.ts";

/** What a run found, as its teller said it. */
export interface Finding {
  /** The time of all that was timed. */
  readonly seconds: number;
  /** Percentiles in microseconds, where there are some. */
  readonly p50?: number;
  readonly p99?: number;
  readonly p999?: number;
  /** How late a timer fired at the receiver, and at the sender, in milliseconds. */
  readonly late?: Lateness;
  readonly senderLate?: Lateness;
}

/** Milliseconds. */
export interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Milliseconds after which a run is given up. */
export const LIMIT = 60_000;

let paths = 0;

/** What is measured of a case. */
export type Part = Pick<Case, "size" | "calls" | "play" | "words"> & { readonly transport: Case["transport"] | "ws" };

/**
 * Measures one contender once.
 *
 * @param what What to measure.
 * @param peer The contender.
 * @param helper Who plays the part that is not the contender's.
 * @param count How many messages are timed. Half as many go before, to warm up.
 */
export async function run(what: Part, peer: Peer, helper: Peer, count: number): Promise<Finding> {
  const { transport, size, calls, play, words } = what;
  const warm = Math.max(1, Math.round(count / 2));
  const rest = wordsOf({ octets: size.octets, count, warm, calls, ...words });
  const path = join(tmpdir(), `zmq-bench-${process.pid}-${++paths}`);
  const binding =
    { tcp: "tcp://127.0.0.1:*", ipc: `ipc://${path}`, inproc: "inproc://bench", ws: "ws://127.0.0.1:*" }[transport];
  const binder = play.tested === "connects" ? helper : peer;
  const connector = play.tested === "binds" ? helper : peer;
  const help = (part: "binds" | "connects") =>
    play.tested === part || play.tested === "both" ? [] : wordsOf({ helps: 1 });
  try {
    await using bound = start(binder, [play.binds, binding, ...rest, ...help("binds")]);
    if (play.connects === undefined) {
      const finding = await bound.receive<Finding & Record<string, unknown>>(LIMIT);
      await bound.succeeded(LIMIT);
      return finding;
    }
    const { endpoint } = await bound.receive<{ endpoint: string }>(LIMIT);
    await using connected = start(connector, [play.connects, endpoint, ...rest, ...help("connects")]);
    const teller = play.tells === "binds" ? bound : connected;
    let finding = await Promise.race([
      teller.receive<Finding & Record<string, unknown>>(LIMIT),
      failureOf(teller === bound ? connected : bound),
    ]);
    if (finding.late !== undefined) {
      connected.closeInput();
      const { late } = await connected.receive<{ late: Lateness }>(LIMIT);
      finding = { ...finding, senderLate: late };
    }
    for (const child of [connected, bound]) {
      child.closeInput();
      await child.succeeded(LIMIT);
    }
    return finding;
  } finally {
    rmSync(path, { force: true });
  }
}

/** Starts a program that plays a part. */
export function start({ name, command: [binary, args] }: Peer, role: readonly string[]): RuntimeProcess {
  return new RuntimeProcess(`${name} ${role[0]}`, binary, [...args, ...role]);
}

/** Words as programs take them. */
export function wordsOf(words: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(words).map(([key, value]) => `${key}=${value}`);
}

/** Rejects if a process that should wait for the end of its input ends in any other way; else never settles. */
function failureOf(child: RuntimeProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.exited.then(({ code }) => {
      if (code !== 0) child.succeeded().catch(reject);
    });
  });
}
