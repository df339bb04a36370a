/**
 * Plots are valid SVG, with bars and lines where they should be.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { markdown } from "../../bench/markdown.ts";
import { type BarPanel, sheet, short, type Style } from "../../bench/plot.ts";
import { plots } from "../../bench/plots.ts";
import { pngOf } from "../../bench/png.ts";
import type { Result } from "../../bench/results.ts";
import { summarise } from "../../bench/statistics.ts";
import { amount, heading, line, verdicts } from "../../bench/table.ts";
import { judge } from "../../bench/targets.ts";
import { runtime, test } from "../harness.ts";

const ONCE = { skip: runtime !== "node", timeout: 60_000 };
const STYLES = new Map<string, Style>([
  ["node", { name: "on Node", colour: "#009e73", mark: "circle" }],
  ["libzmq", { name: "libzmq in C", colour: "#222222", mark: "triangle", outlined: true }],
]);
const PANEL: BarPanel = {
  type: "bars",
  title: "Rates <&>",
  axis: "times",
  line: { at: 1, name: "libzmq = 1.0" },
  groups: [
    { name: "64 B", bars: [{ series: "node", value: 2, low: 1.5, high: 2.25 }] },
    { name: "1 KiB", bars: [{ series: "node", value: 1 }] },
  ],
};
const MACHINE = {
  date: "2026-01-02",
  processor: "P",
  processors: 2,
  memoryGiB: 4,
  system: "S",
  versions: { bun: "1" },
};

test("a bar is as high as its value, and the line is where one is", () => {
  const svg = sheet("Sheet", "from here", [[PANEL]], STYLES);
  wellFormed(svg);
  const bars = [...svg.matchAll(/<rect class="bar" x="([\d.]+)" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g)];
  assertEquals(bars.length, 2);
  const [[, , top, height], [, , lowTop, lowHeight]] = bars as [RegExpExecArray, RegExpExecArray];
  assert(Math.abs(Number(height) - 2 * Number(lowHeight)) < 0.3, `${height} is twice ${lowHeight}`);
  assertEquals(Number(top) + Number(height), Number(lowTop) + Number(lowHeight), "both stand on the same ground");
  assertStringIncludes(svg, `<path class="line" d="M62 ${lowTop}H`);
  assertStringIncludes(svg, "Rates &#60;&#38;&#62;");
}, ONCE);

test("the legend has those who are drawn, and nobody else", () => {
  const svg = sheet("Sheet", "", [[PANEL]], STYLES);
  assertStringIncludes(svg, ">on Node</text>");
  assertEquals(svg.includes(">libzmq in C</text>"), false);
}, ONCE);

test("lines go through their points, also on scales of powers of ten", () => {
  for (const log of [true, false]) {
    const lines = [{ series: "node", points: [[1, 10], [10, 100], [100, 1000]] as [number, number][] }];
    const svg = sheet(
      "S",
      "",
      [[{ type: "lines", title: "", axis: "", across: "", lines, log, logAcross: log }]],
      STYLES,
    );
    wellFormed(svg);
    const [, path] = /<path class="course" d="([^"]+)"/.exec(svg)!;
    const points = path!.split(/[ML]/).slice(1).map((point) => point.split(" ").map(Number)) as [number, number][];
    assertEquals(points.length, 3);
    const [[x1, y1], [x2, y2], [x3, y3]] = points as [[number, number], [number, number], [number, number]];
    assert(x1 < x2 && x2 < x3 && y1 > y2 && y2 > y3, path);
    if (log) assert(Math.abs((y1 - y2) - (y2 - y3)) < 0.3 && Math.abs((x2 - x1) - (x3 - x2)) < 0.3, path);
  }
}, ONCE);

test("a sheet of nothing but zeros, or of one point, is drawn all the same", () => {
  wellFormed(sheet("S", "", [[{ ...PANEL, groups: [{ name: "", bars: [{ series: "node", value: 0 }] }] }]], STYLES));
  const lines = [{ series: "node", points: [[1, 0]] as [number, number][] }];
  const panel = { type: "lines", title: "", axis: "", across: "", lines, log: true, logAcross: true } as const;
  const svg = sheet("S", "", [[panel]], STYLES);
  wellFormed(svg);
  assertEquals(svg.includes("NaN"), false);
}, ONCE);

test("what was measured is in the sheets, the tables and the verdicts; what was not leaves no gap", async () => {
  const results: Result[] = [
    result("throughput", "tcp 64B await", "node", "msg/s", 2_000_000, 0.85),
    result("throughput", "tcp 64B await", "bun", "msg/s", 2_000_000, 0.85),
    result("throughput", "tcp 64B await", "libzmq", "msg/s", 2_400_000),
    { ...result("memory", "10000", "deno", "octets each", 20_000), at: 10_000 },
    { ...result("soak", "sender", "bun", "MiB more", 1), course: [[0, 50], [1, 60], [2, 61]] },
    { ...result("latency", "half of peak", "node", "µs", 80), also: { "p99 µs": 900, "p99.9 µs": 2000 } },
  ];
  const sheets = plots(results, MACHINE);
  assertEquals([...sheets.keys()], ["throughput", "growth", "latency"]);
  for (const svg of sheets.values()) wellFormed(svg);
  assertEquals([...plots(results.slice(0, 3), MACHINE).keys()], ["throughput"]);
  const png = await pngOf(sheets.get("throughput")!, 1);
  assertEquals([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);

  const judged = judge(results);
  assertEquals(judged.map(({ peer, met }) => [peer, met]), [["node", true], ["bun", false], ["deno", true], [
    "bun",
    true,
  ]]);
  assertMatch(verdicts(judged).join("\n"), /^met .*node.*0\.85.*at least 0\.80\)\nBELOW .*bun.*0\.85/);
  const tables = markdown(results, judged);
  assertStringIncludes(tables, "| PUSH → PULL 64 B, await | at least 0.80 / 0.90 / 0.60 | 0.85 | **0.85** below |  |");
  assertStringIncludes(tables, "**0.85 ×** 2 000 000");
}, ONCE);

test("numbers are told in as many digits as tell something", () => {
  assertEquals([0.8512, 12.34, 123.4, 1234567].map((value) => amount(value)), ["0.85", "12.3", "123", "1 234 567"]);
  assertEquals([0.5, 10, 250, 1000, 65_536, 2_540_000].map(short), ["0.5", "10", "250", "1000", "65.5k", "2.54M"]);
  assertStringIncludes(heading("What", "msg/s", "libzmq"), "× libzmq");
  assertMatch(line(result("a", "b", "bun", "msg/s", 5000, 0.5), true), /^ {2}bun b +5 000 +0\.50/);
}, ONCE);

function result(measure: string, row: string, peer: string, unit: string, value: number, ratio?: number): Result {
  const compared = ratio === undefined ? {} : { ratio: summarise([ratio]) };
  return { measure, row, peer, unit, figure: summarise([value]), ...compared };
}

/** Every tag that is opened is closed, in order, and no attribute is broken. */
function wellFormed(svg: string): void {
  const open: string[] = [];
  const rest = svg.replace(/<(\/?)([a-z]+)((?: [A-Za-z:-]+="[^"<]*")*)(\/?)>/g, (_, closing, name, __, alone) => {
    if (closing) assertEquals(open.pop(), name);
    else if (!alone) open.push(name);
    return "";
  });
  assertEquals(open, []);
  assertEquals(rest.match(/[<>]/g), null, rest);
}
