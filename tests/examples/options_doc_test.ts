/** docs/options.md lists every option of the library's own tables, with its default and the sockets that heed it. */
import { assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NotSupportedError } from "../../mod.ts";
import { detectTransports } from "../../src/runtime/detect.ts";
import { zmtpTypes } from "../../src/engine/compatibility.ts";
import { CONTEXT_OPTION_TABLE, OPTION_TABLE, type OptionRow } from "../../src/socket/option_table.ts";
import { runtime, test } from "../harness.ts";
import { ROOT } from "../processes.ts";

const page = readFileSync(join(ROOT, "docs/options.md"), "utf8");

/** The rows of the tables under a heading, or under all, whose first cell is the name of an option. */
function rows(heading?: string): string[][] {
  const start = heading === undefined ? 0 : page.indexOf(`\n## ${heading}\n`) + 1;
  const end = heading === undefined ? page.length : page.indexOf("\n## ", start);
  return page.slice(start, end < 0 ? page.length : end).split("\n")
    .filter((line) => /^\| `\w+`/.test(line))
    .map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
}

function nameOf(row: readonly string[]): string {
  return /^`(\w+)`$/.exec(row[0]!)?.[1] ?? "";
}

/** A default as the page spells it. */
function spell(value: unknown): string {
  return `\`${typeof value === "object" || typeof value === "string" ? JSON.stringify(value) : String(value)}\``;
}

function isSupported(row: OptionRow): boolean {
  try {
    row.check("an option", Symbol("neither this nor that"));
    return true;
  } catch (error) {
    return !(error instanceof NotSupportedError);
  }
}

/** Name, default, sockets: as the library has them. */
function supported(table: Readonly<Record<string, OptionRow>>): string[][] {
  return Object.entries(table).filter(([, row]) => isSupported(row))
    .map(([name, row]) => [name, spell(row.initial), heeders(row).toSorted().join(" ")]).sort();
}

function heeders({ heeds }: OptionRow): string[] {
  if (heeds === undefined) return ["all"];
  return zmtpTypes().every((type) => heeds.includes(type)) ? ["all", "but", "STREAM"] : [...heeds];
}

const SECTIONS = [
  "Every socket",
  "Sending and receiving",
  "Request and reply",
  "Peers that come and go",
  "Publish and subscribe",
  "Security",
];

test("docs/options.md lists the options of sockets, their defaults, and who heeds them", () => {
  const listed = SECTIONS.flatMap(rows)
    .map((row) => [nameOf(row), row[1]!, row[3]!.split(" ").toSorted().join(" ")]).sort();
  assertEquals(listed, supported(OPTION_TABLE));
});

test("docs/options.md lists the options of contexts, and their defaults", () => {
  const listed = rows("Options of a context").map((row) => [nameOf(row), row[1]!, "all"]).sort();
  assertEquals(listed, supported(CONTEXT_OPTION_TABLE));
});

test("docs/options.md lists what is not supported, and what it reads as", () => {
  const listed = rows("Options that are not supported").map((row) => [nameOf(row), row[1]!]).sort();
  const known = Object.entries({ ...OPTION_TABLE, ...CONTEXT_OPTION_TABLE }).filter(([, row]) => !isSupported(row))
    .map(([name, row]) => [name, spell(row.initial)]).sort();
  assertEquals(listed, known);
});

test("docs/options.md says of this runtime what its tcp can do", () => {
  const section = page.slice(page.indexOf("\n## Options and runtimes\n"), page.indexOf("\n## Defaults that differ"));
  const cells = section.split("\n").filter((line) => line.startsWith("|")).map((line) =>
    line.slice(1, -1).split("|").map((cell) => cell.trim())
  );
  const column = cells[0]!.findIndex((head) => head.toLowerCase() === (runtime === "node" ? "node 24" : runtime));
  const said = cells.slice(2).map((row) => row[column] === "yes");
  const { capabilities } = [...detectTransports()].find(({ scheme }) => scheme === "tcp")!;
  const { keepAlive, keepAliveIdle, keepAliveProbes, typeOfService, backlog, sourceAddress } = capabilities;
  assertEquals(said, [keepAlive, keepAliveIdle, keepAliveProbes, typeOfService, backlog, sourceAddress]);
});
