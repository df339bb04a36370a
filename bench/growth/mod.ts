/**
 * Measures that are more than two processes and a rate: each is a program of its own.
 *
 * @module
 */

import type { Result } from "../results.ts";
import type { Bench } from "../rounds.ts";

/** A measure, and what it is called. */
export interface Growth {
  /** As `--only` calls it. */
  readonly name: string;
  /** What stands above its lines. */
  readonly title: string;
  /** Measures all contenders. */
  readonly measure: (bench: Bench) => Promise<Result[]>;
}

/** All of them, in the order in which they run. */
export const GROWTH: readonly Growth[] = [];
