/**
 * What can be measured, and the choice that `--only` makes.
 *
 * @module
 */

import { type Calls, type Peer, PEERS } from "./peers.ts";

/** One thing to be measured, for every peer that can. */
export interface Case {
  /** Messages a second from PUSH to PULL, or the time of a round trip from REQ to REP and back. */
  readonly measure: "throughput" | "roundtrip";
  /** What carries the messages. */
  readonly transport: "tcp" | "ipc" | "inproc";
  /** How large a message is. */
  readonly size: Size;
  /** Who is measured, and how each calls: those of {@link BASELINE} are added by whoever runs the case. */
  readonly contenders: readonly Contender[];
}

/** A peer, and how it calls. */
export interface Contender {
  /** Who. */
  readonly peer: Peer;
  /** How. */
  readonly calls: Calls;
}

/** A message's size, and what it is called. */
export interface Size {
  /** `64B`, `1KiB`, … */
  readonly name: string;
  /** In octets. */
  readonly octets: number;
}

const SIZES: readonly Size[] = [
  { name: "64B", octets: 64 },
  { name: "1KiB", octets: 1024 },
  { name: "16KiB", octets: 16 * 1024 },
  { name: "1MiB", octets: 1024 * 1024 },
];
const MEASURES = ["throughput", "roundtrip"] as const;
const TRANSPORTS = ["tcp", "ipc", "inproc"] as const;
const CALLS: readonly Calls[] = ["await", "try"];

/** What the floor is about: all that `--quick` measures. */
export const QUICK: readonly string[] = ["64B", "tcp", "await"];

/**
 * The cases that some words choose. Words of one kind add up, words of different kinds restrict each other:
 * `64B 1KiB tcp` is both sizes over tcp.
 *
 * @param words Sizes, transports, peers, calls and measures; none of a kind means all of it.
 * @throws {Error} If a word is unknown.
 */
export function chooseCases(words: readonly string[]): Case[] {
  const kinds: readonly (readonly string[])[] = [
    MEASURES,
    TRANSPORTS,
    SIZES.map((size) => size.name),
    PEERS.map((peer) => peer.name),
    CALLS,
  ];
  const unknown = words.find((word) => !kinds.some((kind) => kind.includes(word)));
  if (unknown !== undefined) throw new Error(`Cannot choose "${unknown}": there is ${kinds.flat().join(", ")}`);
  const chosen = (kind: readonly string[], word: string) =>
    words.includes(word) || !words.some((other) => kind.includes(other));
  const [measures, transports, sizes, peers, calls] = kinds.map((kind) => kind.filter((word) => chosen(kind, word)));

  const cases: Case[] = [];
  for (const measure of MEASURES.filter((measure) => measures!.includes(measure))) {
    for (const transport of TRANSPORTS.filter((transport) => transports!.includes(transport))) {
      for (const size of SIZES.filter((size) => sizes!.includes(size.name))) {
        // A round trip's time is that of the calls and the wake-ups: one transport and one size show it.
        if (measure === "roundtrip" && (transport !== "tcp" || size !== SIZES[0])) continue;
        const contenders: Contender[] = [];
        for (const kind of CALLS.filter((kind) => calls!.includes(kind))) {
          if (measure === "roundtrip" && kind === "try") continue;
          for (const peer of PEERS) {
            if (peers!.includes(peer.name) && peer.calls.includes(kind)) contenders.push({ peer, calls: kind });
          }
        }
        if (contenders.length > 0) cases.push({ measure, transport, size, contenders });
      }
    }
  }
  return cases;
}
