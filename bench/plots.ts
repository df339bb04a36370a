/**
 * The sheets that the bench draws: how it stands beside libzmq, and how cost grows.
 *
 * @module
 */

import type { Machine } from "./machine.ts";
import { type Bar, type BarPanel, type LinePanel, type Panel, sheet, type Style } from "./plot.ts";
import type { Result } from "./results.ts";
import { rowOf } from "./results.ts";

/** How everyone looks. */
const STYLES: ReadonlyMap<string, Style> = new Map<string, Style>([
  ["node", { name: "@zerostream/zmq on Node", colour: "#009e73", mark: "circle" }],
  ["bun", { name: "on Bun", colour: "#e69f00", mark: "square" }],
  ["deno", { name: "on Deno", colour: "#0072b2", mark: "diamond" }],
  ["zeromq", { name: "npm zeromq on Node", colour: "#999999", mark: "cross" }],
  ["libzmq", { name: "libzmq in C", colour: "#222222", mark: "triangle", outlined: true }],
]);

/** Rows of a panel: what they are called, and which they are. */
type Rows = readonly (readonly [string, string])[];

const BY_SIZE: Rows = [
  ["64 B, await", "throughput tcp 64B await"],
  ["64 B, try…", "throughput tcp 64B try"],
  ["64 B, streams", "throughput tcp 64B stream"],
  ["1 KiB", "throughput tcp 1KiB await"],
  ["16 KiB", "throughput tcp 16KiB await"],
  ["1 MiB", "throughput tcp 1MiB await"],
];
const BY_PATTERN: Rows = [
  ["3 parts of 64 B", "parts"],
  ["DEALER → ROUTER", "dealer"],
  ["PUB → 1 SUB", "publish 1"],
  ["PUB → 10 SUB", "publish 10"],
  ["PUB → 100 SUB", "publish 100"],
  ["PUSH → PULL over ipc", "throughput ipc 64B await"],
];

/** The sheets, by name; those that nothing was measured for are not there. */
export function plots(results: readonly Result[], machine: Machine): Map<string, string> {
  const from = `${machine.processors} × ${machine.processor}, ${machine.system}, ${machine.date.slice(0, 10)}: ${
    Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`).join(", ")
  }`;
  const sheets = new Map<string, string>();
  const add = (name: string, title: string, rows: readonly (readonly (Panel | undefined)[])[]) => {
    const present = rows.map((row) => row.filter((panel) => panel !== undefined)).filter((row) => row.length > 0);
    if (present.length > 0) sheets.set(name, sheet(title, from, present, STYLES));
  };
  add("throughput", "Messages a second beside libzmq in C", [
    [ratios("PUSH → PULL over tcp, by size of message", results, BY_SIZE)],
    [ratios("Patterns and transports, 64 B", results, BY_PATTERN)],
    [
      bars("REQ ⇄ REP, 64 B over tcp", "median round trip, µs: less is better", results, [["round trip", "roundtrip"]]),
      bars("PUSH → PULL in one process", "messages a second, 64 B", results, [
        ["await", "throughput inproc 64B await"],
        ["try…", "throughput inproc 64B try"],
      ]),
      bars("writable → readable", "messages a second, 64 B over tcp", results, [[
        "streams",
        "throughput tcp 64B stream",
      ]]),
    ],
  ]);
  const all = scaled(results, (value, at) => value * at);
  const cost = scaled(results, (value) => 1e6 / value);
  const kib = scaled(results, (value) => value / 1024);
  add("growth", "How cost grows", [
    [
      lines("Many peers send to one PULL", "messages a second", "peers", results, "collect"),
      lines("One XPUB sends to many", "messages delivered a second, to all together", "subscribers", all, "publish"),
    ],
    [
      lines("XPUB, all topics published", "µs for each message", "subscriptions", cost, "matching", "xpub all"),
      lines("XPUB, 10 topics published", "µs for each message", "subscriptions", cost, "matching", "xpub hot"),
      lines("SUB, all topics published", "µs for each message", "subscriptions", cost, "matching", "sub all"),
      lines("SUB, 10 topics published", "µs for each message", "subscriptions", cost, "matching", "sub hot"),
    ],
    [
      lines("Idle connections", "KiB of memory for each", "connections", kib, "memory"),
      lines("Disconnect one among many", "µs", "endpoints", results, "teardown", "disconnect"),
      lines("Unsubscribe one among many", "µs", "subscriptions", results, "teardown", "unsubscribe"),
      lines("Close one among many", "µs", "sockets", results, "teardown", "close"),
    ],
    [
      courses("Much through one connection: the sender", results, "soak", "sender"),
      courses("Much through one connection: the receiver", results, "soak", "receiver"),
    ],
  ]);
  add("latency", "Latency and fairness", [
    [latency(results, "half of peak", "PUSH → PULL, 64 B, at half of each one's own peak")],
    [latency(results, "100000 msg/s", "PUSH → PULL, 64 B, at 100 000 messages a second")],
    [fairness(results, "receiver"), fairness(results, "sender")],
    [
      bars("From start to first message", "ms", results, [
        ["runtime alone", "startup runtime alone"],
        ["first message", "startup first message"],
        ["npm package", "startup first message, npm package"],
      ]),
    ],
  ]);
  return sheets;
}

function ratios(title: string, results: readonly Result[], rows: Rows): BarPanel | undefined {
  const compared = results.flatMap((result) => result.ratio === undefined ? [] : [{ ...result, figure: result.ratio }]);
  const panel = bars(title, "times the rate of libzmq in C, median of pairs; whiskers: least and most", compared, rows);
  return panel && { ...panel, line: { at: 1, name: "libzmq in C = 1.0" } };
}

function bars(title: string, axis: string, results: readonly Result[], rows: Rows): BarPanel | undefined {
  const groups = rows.map(([name, row]) => ({ name, bars: barsOf(results.filter((result) => rowOf(result) === row)) }))
    .filter(({ bars }) => bars.length > 0);
  return groups.length === 0 ? undefined : { type: "bars", title, axis, groups };
}

function barsOf(results: readonly Result[]): Bar[] {
  return inOrder(results).map(({ peer, figure: { median, low, high } }) => {
    return { series: peer, value: median, low, high };
  });
}

function lines(
  title: string,
  axis: string,
  across: string,
  results: readonly Result[],
  measure: string,
  kind = "",
): LinePanel | undefined {
  const found = results.filter((result) =>
    result.measure === measure && result.at !== undefined && result.row === `${kind} ${result.at}`.trim()
  );
  const drawn = [...Map.groupBy(inOrder(found), ({ peer }) => peer)].map(([series, own]) => {
    return { series, points: own.map(({ at, figure }) => [at!, figure.median] as const) };
  });
  if (drawn.length === 0) return undefined;
  return { type: "lines", title, axis, across, lines: drawn, logAcross: true };
}

function courses(title: string, results: readonly Result[], measure: string, row: string): LinePanel | undefined {
  const drawn = inOrder(results.filter((result) => result.measure === measure && result.row === row))
    .flatMap(({ peer, course }) => course === undefined ? [] : [{ series: peer, points: course }]);
  if (drawn.length === 0) return undefined;
  return { type: "lines", title, axis: "resident memory, MiB", across: "seconds", lines: drawn };
}

function latency(results: readonly Result[], row: string, title: string): BarPanel | undefined {
  const found = inOrder(results.filter((result) => result.measure === "latency" && result.row === row));
  if (found.length === 0) return undefined;
  const groups = ["p50", "p99", "p99.9"].map((name) => ({
    name,
    bars: found.map((result) => {
      return { series: result.peer, value: name === "p50" ? result.figure.median : result.also![`${name} µs`]! };
    }),
  }));
  return { type: "bars", title, axis: "µs from when a message was due to when it was received", groups, log: true };
}

function fairness(results: readonly Result[], end: string): BarPanel | undefined {
  const panel = bars(`A timer of 1 ms beside a flood: the ${end}`, "ms late, p99", results, [
    ["64 B, await", `fairness ${end} 64B await`],
    ["64 B, try…", `fairness ${end} 64B try`],
    ["64 B, streams", `fairness ${end} 64B stream`],
    ["1 MiB", `fairness ${end} 1MiB await`],
  ]);
  return panel && { ...panel, line: { at: 10, name: "10 ms" } };
}

/** Figures in another unit. */
function scaled(results: readonly Result[], scale: (value: number, at: number) => number): Result[] {
  return results.map((result) => {
    const { median, low, high, runs } = result.figure;
    const at = result.at ?? 1;
    return { ...result, figure: { median: scale(median, at), low: scale(low, at), high: scale(high, at), runs } };
  });
}

/** In the order of the legend, and of what grows. */
function inOrder(results: readonly Result[]): Result[] {
  const names = [...STYLES.keys()];
  return results.filter(({ peer }) => names.includes(peer)).sort((a, b) =>
    names.indexOf(a.peer) - names.indexOf(b.peer) || (a.at ?? 0) - (b.at ?? 0)
  );
}
