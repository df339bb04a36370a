/**
 * The face of npm `zeromq` and npm `zeromq` itself: both play the same scenarios, the face on this runtime, the package
 * in a child on Node, the only one of the three that it runs on; and what they saw is the same.
 */
import { assertEquals } from "@std/assert";
import { test } from "./face_harness.ts";
import { runScript } from "../processes.ts";
import * as draft from "../../src/zeromq/draft/mod.ts";
import * as face from "../../src/zeromq/mod.ts";
import type { Seen, Zmq } from "./observing.ts";
import { observe, SCENARIOS } from "./scenarios.ts";

const observed = new Map<string | undefined, Promise<Record<string, Seen>>>();

/** What npm `zeromq` does: in the scenarios that share a process, asked once, or in one. */
function observedBy(name: string | undefined): Promise<Record<string, Seen>> {
  let seen = observed.get(name);
  if (seen === undefined) observed.set(name, seen = play(name === undefined ? [] : [name]));
  return seen;
}

async function play(args: readonly string[]): Promise<Record<string, Seen>> {
  const { code, stdout, stderr } = await runScript("node", new URL("./observe.ts", import.meta.url), args);
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

for (const scenario of SCENARIOS) {
  test(`as npm zeromq: ${scenario.name}`, async () => {
    const wanted = (await observedBy(scenario.apart ? scenario.name : undefined))[scenario.name];
    const seen = await observe(scenario, { ...face, draft } as unknown as Zmq);
    assertEquals(withoutLacks(JSON.parse(JSON.stringify(seen)), wanted), wanted);
  }, { timeout: 60_000 });
}

/** What was seen, but for what this runtime has no way to do, as docs/options.md says: that is taken as it should be. */
function withoutLacks(seen: Seen, wanted: Seen): Seen {
  if (typeof seen !== "object" || seen === null || typeof wanted !== "object" || wanted === null) return seen;
  const { threw } = seen as { readonly threw?: { readonly code?: string; readonly message?: string } };
  if (threw?.code === "ENOTSUP" && threw.message?.endsWith("this runtime has no way to do so")) return wanted;
  if (Array.isArray(seen)) return seen.map((one, index) => withoutLacks(one, (wanted as Seen[])[index]));
  return Object.fromEntries(
    Object.entries(seen).map(([key, one]) => [key, withoutLacks(one, (wanted as Record<string, Seen>)[key])]),
  );
}
