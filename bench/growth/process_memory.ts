/**
 * Another process's resident memory, as Linux tells it.
 *
 * @module
 */

import { readFileSync } from "node:fs";

/** Samples a process's memory until told to stop. */
export class MemoryCourse {
  readonly #pid: number;
  readonly #started = performance.now();
  readonly #course: [number, number][] = [];
  readonly #timer: ReturnType<typeof setInterval>;

  /** Begins at once; `interval` in milliseconds. */
  constructor(pid: number, interval: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#sample(), interval);
    this.#sample();
  }

  /** Ends it: pairs of seconds and MiB. */
  stop(): [number, number][] {
    this.#sample();
    clearInterval(this.#timer);
    return this.#course;
  }

  #sample(): void {
    const octets = residentOf(this.#pid);
    if (octets !== undefined) this.#course.push([(performance.now() - this.#started) / 1000, octets / 2 ** 20]);
  }
}

/** Octets that a process has in memory; `undefined` if it is gone, or the system is not Linux. */
export function residentOf(pid: number): number | undefined {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found === null ? undefined : Number(found[1]) * 1024;
  } catch {
    // Not Linux, or it has just ended: there is nothing to tell either way.
    return undefined;
  }
}

/** How much higher the end of a course lies than its beginning, the first quarter aside: medians of quarters. */
export function growthOfCourse(course: readonly (readonly [number, number])[]): number {
  const quarter = (i: number) => {
    const values = course.slice(Math.floor((course.length * i) / 4), Math.ceil((course.length * (i + 1)) / 4));
    return values.map(([, value]) => value).sort((a, b) => a - b)[values.length >> 1] ?? NaN;
  };
  return quarter(3) - quarter(1);
}
