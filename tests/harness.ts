/**
 * What every test file starts from. One file runs under all three runtimes:
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { hex, test } from "../harness.ts";
 *
 * test("reads a short frame", () => {
 *   assertEquals(decode(hex("00 01 41")), ["A"]);
 * });
 * ```
 *
 * `test` is `Deno.test` on Deno, with its leak sanitizers; `node:test` on Node, with a sanitizer of our own that finds
 * what Deno's cannot see; `bun:test` on Bun.
 *
 * A test that need not run three times (of the repository, not of the code) says `{ skip: runtime !== "node" }`. A file
 * whose tests cannot share the machine (fixed ports, measurements) has the line `// runs alone` in it:
 * `npm test` then runs nothing beside it.
 *
 * The fourth runtime, workerd, runs no test file: what Cloudflare Workers do is tested from Node, which starts it and has
 * it do things (`tests/workers/workerd.ts`), and counts as Node's.
 *
 * @module
 */

import process from "node:process";

/** Which of the three this test is running on. */
export type RuntimeName = "deno" | "bun" | "node";

/** The runtime this test is running on. */
export const runtime: RuntimeName = "Deno" in globalThis ? "deno" : "Bun" in globalThis ? "bun" : "node";

/** How a test is to be run. */
export interface TestOptions {
  /** Milliseconds after which the test fails; 20000 unless given. The same on every runtime. */
  readonly timeout?: number;
  /** Whether to leave the test out. Say why in the test's name, or in a comment. */
  readonly skip?: boolean;
  /**
   * `false` turns the leak sanitizers off for this test: only for a body that must leave something open which is not
   * ours (a native module, say).
   */
  readonly sanitize?: boolean;
}

/** Milliseconds a test has unless its options say otherwise. */
const DEFAULT_TIMEOUT = 20_000;

/** The runner's own limit lies this many milliseconds behind ours, so that ours reports first. */
const GRACE = 5_000;

type Body = () => void | Promise<void>;
type Define = (name: string, body: Body, options: Required<TestOptions>) => void;

const define: Define = await runner();

/**
 * Defines a test.
 *
 * @param name A sentence that is true when the test passes, or the SHALL of an RFC.
 * @param body What throws if it is not true.
 * @param options The test's limit, and whether it is left out.
 */
export function test(name: string, body: Body, options: TestOptions = {}): void {
  const { timeout = DEFAULT_TIMEOUT, skip = false, sanitize = true } = options;
  define(name, () => within(timeout, body), { timeout, skip, sanitize });
}

/**
 * The octets written as hexadecimal digits, with any white space between them. What follows a `;` to the end of its
 * line is a comment, so that a drawing from an RFC can be pasted with its words.
 *
 * ```ts
 * hex(`FF 00 00 00 00 00 00 00 01 7F ; signature
 *      03 01                         ; version`);
 * ```
 *
 * @throws {SyntaxError} If there is anything but pairs of hexadecimal digits.
 */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  const packed = digits.replace(/;.*$/gm, "").replace(/\s+/g, "");
  if (packed.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(packed)) {
    throw new SyntaxError(`Cannot read octets: found "${digits}", wanted pairs of hexadecimal digits`);
  }
  const octets = new Uint8Array(packed.length / 2);
  for (let i = 0; i < octets.length; i++) octets[i] = Number.parseInt(packed.slice(2 * i, 2 * i + 2), 16);
  return octets;
}

/** The other way: `FF 00 7F`. For messages of assertions, and to compare long octets readably. */
export function toHex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0").toUpperCase()).join(" ");
}

/** Runs `body`, failing it after `timeout` milliseconds. The timer never outlives the test. */
async function within(timeout: number, body: Body): Promise<void> {
  const running = body();
  if (running === undefined) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The test did not end within ${timeout} ms`)), timeout);
  });
  try {
    await Promise.race([running, expired]);
  } finally {
    clearTimeout(timer);
  }
}

async function runner(): Promise<Define> {
  if (runtime === "deno") {
    return (name, fn, { skip, sanitize }) => {
      if (sanitize) Deno.test({ name, fn, ignore: skip });
      else Deno.test({ name, fn, ignore: skip, sanitizeOps: false, sanitizeResources: false, sanitizeExit: false });
    };
  }
  if (runtime === "bun") {
    const specifier = "bun:test";
    const bun: { test: BunTest } = await import(specifier);
    return (name, body, { timeout, skip }) => {
      if (skip) bun.test.skip(name, body);
      else bun.test(name, body, timeout + GRACE);
    };
  }
  const node = await import("node:test");
  return (name, body, { timeout, skip, sanitize }) => {
    void node.test(name, { timeout: timeout + GRACE, skip }, sanitize ? () => sanitized(body) : body);
  };
}

/** Milliseconds that what a test closed on Node has to be gone. */
const CLOSING = 1_000;

/** Fails if `body` leaves open, on Node, what was not open before it. */
async function sanitized(body: Body): Promise<void> {
  const before = openResources();
  await body();
  const deadline = performance.now() + CLOSING;
  for (let turn = 0;; turn++) {
    const left = openResources();
    for (const kind of before) {
      const at = left.indexOf(kind);
      if (at >= 0) left.splice(at, 1);
    }
    if (left.length === 0) return;
    if (performance.now() > deadline) throw new Error(`The test left open: ${left.join(", ")}`);
    // The first look is one turn later; a timer of ours would be counted with the rest if it were not gone by then.
    await new Promise((resolve) => turn === 0 ? setImmediate(resolve) : setTimeout(resolve, 5));
  }
}

/** The kinds of what keeps Node alive: servers, connections, pipes, processes, timers. */
function openResources(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => /Wrap$|^Timeout$|^Immediate$/.test(kind));
}

/** The little of `bun:test` used here. */
interface BunTest {
  (name: string, body: Body, timeout: number): void;
  skip(name: string, body: Body): void;
}
