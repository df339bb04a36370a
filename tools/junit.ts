/**
 * Reads what the test runners of Deno, Bun and Node write as JUnit XML: little of it, and a little different each.
 *
 * @module
 */

/** One test, as a report tells of it. */
export interface Case {
  /** The test's name. */
  readonly name: string;
  /** How it ended. */
  readonly result: "passed" | "failed" | "skipped";
  /** What a failed one said, else empty. */
  readonly detail: string;
  /** Seconds it took. */
  readonly seconds: number;
}

const ATTRIBUTE = /([\w:-]+)\s*=\s*"([^"]*)"/g;
// Attribute values may hold a bare ">", as Node writes them.
const CASE = /<testcase((?:\s+[\w:-]+\s*=\s*"[^"]*")*)\s*(?:\/>|>([\s\S]*?)<\/testcase>)/g;
const FAILURE = /<(?:failure|error)((?:\s+[\w:-]+\s*=\s*"[^"]*")*)\s*(?:\/>|>([\s\S]*?)<\/(?:failure|error)>)/;

/** The tests of a report, in its order. */
export function readCases(xml: string): Case[] {
  return Array.from(xml.matchAll(CASE), ([, head = "", body = ""]) => {
    const attributes = readAttributes(head);
    const failure = FAILURE.exec(body);
    const detail = failure === null
      ? ""
      : withoutWrapper(unescape(failure[2]?.trim() || readAttributes(failure[1] ?? "").message || "").trim());
    return {
      name: unescape(attributes.name ?? ""),
      result: failure !== null ? "failed" : /<skipped\b/.test(body) ? "skipped" : "passed",
      detail,
      seconds: Number(attributes.time ?? 0),
    };
  });
}

/** Node wraps what a test threw in an error of its own, and so tells everything twice. */
function withoutWrapper(detail: string): string {
  const wrapped = /^\[Error \[ERR_TEST_FAILURE\][\s\S]*?\n {2}cause: ([\s\S]*)\n\}$/.exec(detail);
  return wrapped?.[1]?.replace(/\n {2}/g, "\n") ?? detail;
}

function readAttributes(head: string): Record<string, string> {
  return Object.fromEntries(Array.from(head.matchAll(ATTRIBUTE), ([, name, value]) => [name, value]));
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescape(text: string): string {
  // Twice for quotes: Node escapes the ampersand of its own `&quot;`.
  return text.replace(/&amp;(quot|apos);/g, "&$1;").replace(
    /&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
    (whole, decimal, hexadecimal, name) => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
      return ENTITIES[name] ?? whole;
    },
  );
}
