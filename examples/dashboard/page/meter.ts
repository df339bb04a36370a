/**
 * What passes, counted in spans of time: how many messages and octets, and how old they were. Pure: time is an argument.
 *
 * @module
 */

/** What one span came to. */
export interface Span {
  /** Messages a second. */
  readonly rate: number;
  /** Octets a second. */
  readonly octets: number;
  /** The age that half of the messages did not exceed, in milliseconds; `null` if there were none. */
  readonly median: number | null;
  /** The age that 99 of 100 did not exceed. */
  readonly tail: number | null;
}

/** Counts messages between two looks at it. */
export class Meter {
  /** Messages since the beginning. */
  total = 0;
  #messages = 0;
  #octets = 0;
  #ages: number[] = [];
  #since: number;

  /** `now`: milliseconds, of any clock that does not go back. */
  constructor(now: number) {
    this.#since = now;
  }

  /** A message has come, `age` milliseconds after it was sent; `NaN`: nobody knows. */
  add(octets: number, age: number): void {
    this.total++;
    this.#messages++;
    this.#octets += octets;
    if (!Number.isNaN(age)) this.#ages.push(age);
  }

  /** What came since the last look. */
  take(now: number): Span {
    const seconds = Math.max(1, now - this.#since) / 1000;
    const ages = this.#ages.sort((one, other) => one - other);
    const span = {
      rate: this.#messages / seconds,
      octets: this.#octets / seconds,
      median: share(ages, 0.5),
      tail: share(ages, 0.99),
    };
    this.#since = now;
    this.#messages = this.#octets = 0;
    this.#ages = [];
    return span;
  }
}

/** The value that a share of some sorted ones does not exceed. */
function share(sorted: readonly number[], part: number): number | null {
  return sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)]!;
}

/** A number for people: `12`, `1.2 k`, `3.4 M`. */
export function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} k`;
  return value.toFixed(value < 10 && value > 0 ? 1 : 0);
}

/** Milliseconds for people. */
export function shortTime(milliseconds: number | null): string {
  if (milliseconds === null) return "–";
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${short(milliseconds)} ms`;
}
