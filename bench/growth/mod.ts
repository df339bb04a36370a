/**
 * Measures that are more than two processes and a rate: each is a program of its own.
 *
 * @module
 */

import type { Result } from "../results.ts";
import type { Bench } from "../rounds.ts";
import { measureAttach } from "./attach.ts";
import { measureBundle } from "./bundle.ts";
import { measureFairness } from "./fairness.ts";
import { measureHostile } from "./hostile.ts";
import { measureLatency } from "./latency.ts";
import { measureMemory } from "./memory.ts";
import { measureSlow } from "./slow.ts";
import { measureSoak } from "./soak.ts";
import { measureStartup } from "./startup.ts";
import { measureTeardown } from "./teardown.ts";
import { measureWebSockets } from "./web_sockets.ts";

/** A measure, and what it is called. */
export interface Growth {
  /** As `--only` calls it. */
  readonly name: string;
  /** What stands above its lines. */
  readonly title: string;
  /** What ratios are to, if not to the baseline of all. */
  readonly beside?: string;
  /** Measures all contenders. */
  readonly measure: (bench: Bench) => Promise<Result[]>;
}

/** All of them, in the order in which they run. */
export const GROWTH: readonly Growth[] = [
  { name: "latency", title: "PUSH → PULL at a steady rate, 64 B: lateness", measure: measureLatency },
  { name: "fairness", title: "1 ms timer beside a flood: p99 of lateness", measure: measureFairness },
  { name: "slow", title: "XPUB → 99 fast SUB beside one that stalls", measure: measureSlow },
  { name: "memory", title: "PULL with idle connections: memory of each", measure: measureMemory },
  { name: "soak", title: "24 GB through one connection: memory's growth", measure: measureSoak },
  { name: "hostile", title: "An honest peer's 50 000 msg/s beside attackers", measure: measureHostile },
  { name: "teardown", title: "One among many taken away", measure: measureTeardown },
  { name: "ws", title: "PUSH → PULL over WebSockets", beside: "jszmq", measure: measureWebSockets },
  { name: "attach", title: "PUSH → PULL over attached streams, and between threads", measure: measureAttach },
  { name: "startup", title: "From start to the first message over tcp", measure: measureStartup },
  { name: "bundle", title: "Bundle for a browser, minified and gzipped", measure: measureBundle },
];
