/**
 * Every target.
 *
 * @module
 */

import { CURVE_TARGETS } from "./curve_targets.ts";
import { ENGINE_TARGETS } from "./engine_targets.ts";
import { OLD_TARGETS } from "./old_targets.ts";
import { REPLY_TARGETS } from "./reply_targets.ts";
import type { Target } from "./target.ts";
import { TEXT_TARGETS } from "./text_targets.ts";
import { WIRE_TARGETS } from "./wire_targets.ts";

/** All targets, in the order in which they are run. */
export const TARGETS: readonly Target[] = [
  ...WIRE_TARGETS,
  ...TEXT_TARGETS,
  ...REPLY_TARGETS,
  ...ENGINE_TARGETS,
  ...CURVE_TARGETS,
  ...OLD_TARGETS,
];

/** How many of so many inputs are each target's, by their weights. */
export function shares(inputs: number, targets: readonly Target[] = TARGETS): Map<Target, number> {
  const weights = targets.reduce((sum, { weight }) => sum + weight, 0);
  const given = new Map<Target, number>();
  let left = inputs;
  for (const [i, target] of targets.entries()) {
    const share = i === targets.length - 1 ? left : Math.round(inputs * target.weight / weights);
    given.set(target, share);
    left -= share;
  }
  return given;
}
