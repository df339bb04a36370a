/**
 * Every scenario that both packages play.
 *
 * @module
 */

import { type Scenario, type Seen, shapeOf, type Zmq } from "./observing.ts";
import { SCENARIOS as DRAFTS } from "./scenarios/drafts.ts";
import { SCENARIOS as ENDPOINTS } from "./scenarios/endpoints.ts";
import { SCENARIOS as LAPSES } from "./scenarios/lapses.ts";
import { SCENARIOS as MESSAGES } from "./scenarios/messages.ts";
import { SCENARIOS as OBSERVERS } from "./scenarios/observers.ts";
import { SCENARIOS as OPTIONS } from "./scenarios/options.ts";
import { SCENARIOS as PATTERNS } from "./scenarios/patterns.ts";

/** All scenarios. */
export const SCENARIOS: readonly Scenario[] = [
  ...OPTIONS,
  ...MESSAGES,
  ...PATTERNS,
  ...ENDPOINTS,
  ...OBSERVERS,
  ...LAPSES,
  ...DRAFTS,
];

/** Plays one scenario. What it throws is what it saw. */
export async function observe({ run }: Scenario, zmq: Zmq): Promise<Seen> {
  try {
    return await run(zmq);
  } catch (error) {
    return { failed: shapeOf(error) };
  }
}

/** Plays all scenarios that share a process, one after another, or the one whose name is given. */
export async function observeAll(zmq: Zmq, name: string | undefined): Promise<Record<string, Seen>> {
  const seen: Record<string, Seen> = {};
  for (const scenario of SCENARIOS) {
    const meant = name === undefined ? scenario.apart !== true : scenario.name === name;
    if (meant) seen[scenario.name] = await observe(scenario, zmq);
  }
  return seen;
}
