/**
 * What several runs say together.
 *
 * @module
 */

/** The middle of some numbers, and how far they lie apart. */
export interface Summary {
  /** The median. */
  readonly median: number;
  /** The least. */
  readonly low: number;
  /** The greatest. */
  readonly high: number;
  /** How many there were. */
  readonly runs: number;
}

/** Summarises at least one number. */
export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, low: sorted[0]!, high: sorted.at(-1)!, runs: sorted.length };
}
