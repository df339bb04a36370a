/**
 * The choice that `--only` makes.
 *
 * @module
 */

import { type Case, CASES, SIZES, TRANSPORTS } from "./cases.ts";
import { GROWTH } from "./growth/mod.ts";

/** What is to be measured, and on whom. */
export interface Choice {
  /** The cases for pairs. */
  readonly cases: readonly Case[];
  /** The names of the measures that are programs of their own. */
  readonly growth: readonly string[];
  /** The names of the contenders. */
  readonly peers: readonly string[];
}

/** Contenders, as they are called after `--only`. */
const PEERS = ["node", "bun", "deno", "zeromq"];
const CALLS = ["await", "try", "stream"];

/** Words for several measures. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  figures: ["throughput", "parts", "dealer", "roundtrip", "publish", "attach"],
  growth: ["collect", "matching", "latency", "memory", "slow", "soak", "teardown", "fairness", "hostile"],
  start: ["startup", "bundle"],
};

/** All that `--quick` measures, unless `--only` says otherwise. */
export const QUICK: readonly string[] = ["throughput", "roundtrip", "64B", "tcp", "await"];

/** Every word, a line for each kind. */
export const WORDS: readonly (readonly string[])[] = [
  Object.keys(SECTIONS),
  [...new Set(CASES.map((what) => what.measure)), ...GROWTH.map(({ name }) => name)],
  TRANSPORTS,
  SIZES.map((size) => size.name),
  CALLS,
  [...new Set(CASES.flatMap(({ at }) => at === undefined ? [] : [String(at)]))].sort((a, b) => Number(a) - Number(b)),
  PEERS,
];

/**
 * What some words choose. Words of one kind add up, words of different kinds restrict each other: `64B 1KiB tcp` is
 * both sizes over tcp. What knows no sizes is not chosen by one.
 *
 * @param words Sections, measures, transports, sizes, calls, numbers of peers or topics, contenders; none of a kind
 * means all of it.
 * @param all Whether to choose among all cases, not only those that are wanted by default.
 * @throws {Error} If a word is unknown, or nothing is chosen.
 */
export function choose(words: readonly string[], all = false): Choice {
  const known = WORDS.flat();
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined) throw new Error(`Cannot choose "${unknown}": there is ${known.join(", ")}`);
  const [, measures, transports, sizes, calls, numbers, peers] = WORDS.map((kind) =>
    words.filter((word) => kind.includes(word))
  );
  measures!.push(...words.flatMap((word) => SECTIONS[word] ?? []));
  const fits = (kind: readonly string[] | undefined, word: string) => kind!.length === 0 || kind!.includes(word);

  const cases = CASES.filter((what) =>
    fits(measures, what.measure) && fits(transports, what.transport) && fits(sizes, what.size.name) &&
    fits(calls, what.calls) && fits(numbers, String(what.at))
  );
  const wanted = all ? cases : cases.filter((what) => what.wanted);
  const shaped = [transports, sizes, calls, numbers].some((kind) => kind!.length > 0);
  const growth = GROWTH.map(({ name }) => name).filter((name) => !shaped && fits(measures, name));
  if (cases.length + growth.length === 0) throw new Error(`Cannot measure ${words.join(", ")}: nothing is all of it`);
  return {
    // Who names what is not wanted by default wants it.
    cases: wanted.length + growth.length === 0 ? cases : wanted,
    growth,
    peers: PEERS.filter((peer) => fits(peers, peer)),
  };
}
