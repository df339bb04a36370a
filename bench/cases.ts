/**
 * What can be measured with two processes that play a part each, and against the baseline: the cases.
 *
 * @module
 */

import type { Calls } from "./peers.ts";

/** Which roles are played, and by whom. */
export interface Play {
  /** The role of the process that binds. */
  readonly binds: string;
  /** The role of the one that connects; without it, the first does both. */
  readonly connects?: string;
  /** Who says what was found. */
  readonly tells: "binds" | "connects";
  /** Who is the contender; the other is always libzmq in C, so that all contenders face the same. */
  readonly tested: "both" | "binds" | "connects";
}

/** One thing to be measured, for every peer that can. */
export interface Case {
  /** As `--only` calls it. */
  readonly measure: string;
  /** The row of the measure. */
  readonly row: string;
  /** What stands above its lines. */
  readonly title: string;
  /** What carries the messages. */
  readonly transport: Transport;
  /** How large a message is. */
  readonly size: Size;
  /** How the contender calls. */
  readonly calls: Calls;
  /** Who does what. */
  readonly play: Play;
  /** What the figure is: messages or handshakes a second, or the median of a round trip. */
  readonly unit: "msg/s" | "handshakes/s" | "µs";
  /** Further words for both programs. */
  readonly words: Readonly<Record<string, number>>;
  /** Where it stands when cost is drawn as work grows. */
  readonly at?: number;
  /** Whether the question is how cost grows. */
  readonly growth?: boolean;
  /** Whether it is measured without being asked for. */
  readonly wanted: boolean;
}

/** What carries the messages. */
export type Transport = (typeof TRANSPORTS)[number];

/** A message's size, and what it is called. */
export interface Size {
  /** `64B`, `1KiB`, … */
  readonly name: string;
  /** In octets. */
  readonly octets: number;
}

/** What carries messages. */
export const TRANSPORTS = ["tcp", "ipc", "inproc"] as const;

/** How large messages are. */
export const SIZES: readonly Size[] = [
  { name: "64B", octets: 64 },
  { name: "1KiB", octets: 1024 },
  { name: "16KiB", octets: 16 * 1024 },
  { name: "1MiB", octets: 1024 * 1024 },
];

const SMALL = SIZES[0]!;
const PIPELINE: Play = { binds: "pull", connects: "push", tells: "binds", tested: "both" };
const INPROC: Play = { binds: "inproc", tells: "binds", tested: "both" };
const ROUTING: Play = { binds: "router", connects: "dealer", tells: "binds", tested: "both" };
const REQUESTING: Play = { binds: "reply", connects: "request", tells: "connects", tested: "both" };
const COLLECTING: Play = { binds: "pull", connects: "push", tells: "binds", tested: "binds" };
const SHAKING: Play = { binds: "idle", connects: "handshakes", tells: "connects", tested: "binds" };
const PUBLISHING: Play = { binds: "publish", connects: "subscribe", tells: "connects", tested: "binds" };
const SUBSCRIBING: Play = { binds: "publish", connects: "subscribe", tells: "connects", tested: "connects" };
/** How many topics are subscribed, and how many of them are published, 0 for all. */
const MATCHED = [[10, 0], [1000, 0], [100_000, 0], [10, 10], [100_000, 10]] as const;
const CALLS_NAMES: Readonly<Record<Calls, string>> = {
  await: "await",
  try: "trySend, tryReceive",
  stream: "writable, readable",
};

/** All cases. */
export const CASES: readonly Case[] = [
  ...throughput(),
  small("parts", "", "PUSH → PULL, 3 parts of 64 B", PIPELINE, { parts: 3 }),
  small("dealer", "", "DEALER → ROUTER, 64 B", ROUTING, {}),
  { ...small("roundtrip", "", "REQ ⇄ REP, 64 B, median round trip", REQUESTING, {}), unit: "µs" },
  ...[1, 10, 100, 1000].map((peers) =>
    small("publish", `${peers}`, `XPUB → ${peers} SUB of libzmq, 64 B, published`, PUBLISHING, { peers }, peers)
  ).map((what) => what.at === 1000 ? { ...what, growth: true } : what),
  ...[1, 10, 100, 1000].map((peers) =>
    small("collect", `${peers}`, `${peers} PUSH of libzmq → PULL, 64 B`, COLLECTING, { peers }, peers)
  ).map((what) => ({ ...what, growth: true })),
  ...MATCHED.map(([topics, hot]) => matching("xpub", PUBLISHING, topics, hot)),
  ...SIZES.filter(({ octets }) => octets < 1 << 20).map((size) => ({
    ...small("curve", size.name, `PUSH → PULL with CURVE, ${size.name}`, PIPELINE, { curve: 1 }),
    size,
  })),
  {
    ...small("curve", "handshakes", "CURVE handshakes with libzmq's clients", SHAKING, { curve: 1 }),
    unit: "handshakes/s",
  },
  ...MATCHED.map(([topics, hot]) => matching("sub", SUBSCRIBING, topics, hot)),
];

/** Every transport, size and way to call; what has a target is wanted. */
function throughput(): Case[] {
  const cases: Case[] = [];
  for (const transport of TRANSPORTS) {
    for (const size of SIZES) {
      for (const calls of ["await", "try", "stream"] as const) {
        cases.push({
          measure: "throughput",
          row: `${transport} ${size.name} ${calls}`,
          title: `PUSH → PULL, ${size.name} over ${transport}, ${CALLS_NAMES[calls]}`,
          transport,
          size,
          calls,
          play: transport === "inproc" ? INPROC : PIPELINE,
          unit: "msg/s",
          words: {},
          wanted: (transport === "tcp" && calls === "await") || (transport === "tcp" && size === SMALL) ||
            (size === SMALL && (calls === "await" || transport === "inproc" && calls === "try")),
        });
      }
    }
  }
  return cases;
}

/** Subscriptions are matched; those that are not published as well, if only a few are `hot`. */
function matching(who: "xpub" | "sub", play: Play, topics: number, hot: number): Case {
  const [sender, receiver] = who === "xpub" ? ["XPUB", "libzmq's XSUB"] : ["libzmq's XPUB", "SUB"];
  const title = `${sender} → ${receiver}, ${hot || "all"} of ${topics} topics`;
  const row = `${who} ${hot === 0 ? "all" : "hot"} ${topics}`;
  return { ...small("matching", row, title, play, { topics, hot }, topics), growth: true };
}

/** 64 B over tcp, each call awaited. */
function small(
  measure: string,
  row: string,
  title: string,
  play: Play,
  words: Readonly<Record<string, number>>,
  at?: number,
): Case {
  const place = at === undefined ? {} : { at };
  const how = { transport: "tcp", size: SMALL, calls: "await", unit: "msg/s", wanted: true } as const;
  return { measure, row, title, play, words, ...how, ...place };
}
