/**
 * What the TypeScript peers share: the words they are given, the clock, and what they say.
 *
 * @module
 */

import process from "node:process";
import type { Calls } from "../peers.ts";

/** The words of `bench/peers.ts`. */
export interface Words {
  readonly role: string;
  readonly endpoint: string;
  readonly octets: number;
  readonly count: number;
  readonly warm: number;
  readonly calls: Calls;
  readonly parts: number;
  readonly peers: number;
  readonly topics: number;
  readonly hot: number;
  readonly drop: boolean;
  readonly rate: number;
  readonly timer: boolean;
  readonly curve: boolean;
}

/** The keys of `curve=1`: of the server, and of its clients. `libzmq.c` has them too. */
export const KEYS = {
  server: ["rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"],
  client: ["Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"],
} as const;

/** Reads a program's arguments. */
export function readWords(argv: readonly string[]): Words {
  const [role, endpoint, ...rest] = argv.slice(2) as [string, string, ...string[]];
  const words = new Map(rest.map((word) => word.split("=") as [string, string]));
  const number = (key: string, otherwise: number) => Number(words.get(key) ?? otherwise);
  return {
    role,
    endpoint,
    octets: number("octets", 64),
    count: number("count", 1),
    warm: number("warm", 1),
    calls: (words.get("calls") ?? "await") as Calls,
    parts: number("parts", 1),
    peers: number("peers", 1),
    topics: number("topics", 0),
    hot: number("hot", 0),
    drop: number("drop", 0) === 1,
    rate: number("rate", 0),
    timer: number("timer", 0) === 1,
    curve: number("curve", 0) === 1,
  };
}

/** How many octets a topic has. */
export const TOPIC = 8;

/** All topics, one after the other, in digits: an array for each would be more memory to walk than what is measured. */
export function writeTopics(topics: number): Uint8Array {
  const digits = new Uint8Array(topics * TOPIC);
  for (let topic = 0; topic < topics; topic++) {
    let rest = topic;
    for (let at = TOPIC - 1; at >= 0; at--) {
      digits[topic * TOPIC + at] = 48 + rest % 10;
      rest = Math.floor(rest / 10);
    }
  }
  return digits;
}

/** Seconds, on a clock of this process. */
export function now(): number {
  return performance.now() / 1000;
}

/**
 * Makes a clock that all processes of a machine share: seconds since 1970, to a microsecond or two. `performance.now()`
 * counts from the start of each process, and so does `process.hrtime()` on Bun and Deno; `Date.now()` is for all, but
 * in whole milliseconds. So this watches it change, and takes the earliest sight of a change for true.
 */
export function commonClock(): () => number {
  let origin = -Infinity;
  for (let edges = 0; edges < 20; edges++) {
    const before = Date.now();
    let after = before;
    while (after === before) after = Date.now();
    origin = Math.max(origin, after / 1000 - now());
  }
  return () => origin + now();
}

/** Percentiles of times in seconds, as microseconds. Sorts the times. */
export function percentiles(times: Float64Array): { p50: number; p99: number; p999: number } {
  times.sort();
  const at = (share: number) => times[Math.floor(share * (times.length - 1))]! * 1e6;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}

/** Octets of memory in use, garbage aside. */
export function resident(): number {
  const { gc, Bun } = globalThis as { gc?: () => void; Bun?: { gc(full: boolean): void } };
  for (let i = 0; i < 3; i++) {
    if (Bun !== undefined) Bun.gc(true);
    else gc?.();
  }
  return process.memoryUsage().rss;
}

/** Writes a line. */
export function say(line: Record<string, unknown>): void {
  console.log(JSON.stringify(line));
}

/** A timer of 1 ms that is set again whenever it fires, and remembers how late it did. */
export class Timer {
  readonly #late: number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#set();
  }

  /** Ends it, and says how many milliseconds later than asked it fired. */
  stop(): { p50: number; p99: number; max: number } {
    clearTimeout(this.#timer);
    const times = Float64Array.from(this.#late).sort();
    const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? Infinity;
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  }

  #set(): void {
    const due = performance.now() + 1;
    this.#timer = setTimeout(() => {
      this.#late.push(performance.now() - due);
      this.#set();
    }, 1);
  }
}
