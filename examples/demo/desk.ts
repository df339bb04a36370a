/**
 * Where the reports of the pipeline come in, and are shown while it runs.
 *
 * @module
 */

import { json, type Pull } from "@zerostream/zmq";
import type { Crew } from "./crew.ts";
import type { Counts, Report } from "./messages.ts";
import { megabytes, ProgressLine } from "./screen.ts";

/** Milliseconds without progress after which the work is given up. */
const PATIENCE = 15_000;

const NOTHING: Counts = { bytes: 0, messages: 0 };

/** Reads reports. */
export class Desk implements Disposable {
  /** The longest that each one's queues have been seen; nothing for those who cannot tell. */
  readonly longest: Map<string, number> = new Map();
  /** Checks that failed. */
  readonly wrong: string[] = [];
  readonly #crew: Crew;
  readonly #reports: Pull;
  readonly #counts: Map<string, Counts> = new Map();
  readonly #line: ProgressLine = new ProgressLine();
  #total: Counts | undefined;
  #started = 0;
  /** When the sink last got something. */
  #moved = 0;

  /** `reports` is the socket to read, as long as the crew is well. */
  constructor(crew: Crew, reports: Pull) {
    this.#crew = crew;
    this.#reports = reports;
  }

  /** What someone has done so far. */
  countsOf(name: string): Counts {
    return this.#counts.get(name) ?? NOTHING;
  }

  /**
   * Waits for a report of one type. Takes note of all others that come before it.
   *
   * @throws {Error} If someone of the crew falls, or nothing goes on for too long.
   */
  async hear<Type extends Report["type"]>(type: Type): Promise<Report & { readonly type: Type }> {
    for (;;) {
      const signal = AbortSignal.timeout(PATIENCE);
      const [frame] = await this.#crew.orTrouble(this.#reports.receive({ signal }));
      const report = json<Report>(frame);
      if (report.type === "wrong") this.wrong.push(report.what);
      else if (report.type !== "ready" && report.type !== "total") this.#note(report.from, report.counts);
      if (report.type === type) return report as Report & { readonly type: Type };
    }
  }

  /** From now on, progress towards these numbers is shown. */
  watch(total: Counts): void {
    this.#total = total;
    this.#started = this.#moved = performance.now();
  }

  /** Shows progress no more. */
  unwatch(): void {
    this.#total = undefined;
    this.#line.clear();
  }

  /** Leaves a clean line, whatever happened. */
  [Symbol.dispose](): void {
    this.unwatch();
  }

  #note(from: string, counts: Counts): void {
    const now = performance.now();
    if (from === "sink" && counts.messages !== this.countsOf(from).messages) this.#moved = now;
    this.#counts.set(from, counts);
    const { queuedIn, queuedOut } = counts;
    if (queuedIn !== undefined || queuedOut !== undefined) {
      const length = (queuedIn ?? 0) + (queuedOut ?? 0);
      this.longest.set(from, Math.max(length, this.longest.get(from) ?? 0));
    }
    if (this.#total !== undefined) this.#show(this.#total, now);
  }

  #show(total: Counts, now: number): void {
    const { bytes, files = 0 } = this.countsOf("sink");
    if (now - this.#moved > PATIENCE) {
      throw new Error(
        `Nothing has come to the sink for ${PATIENCE / 1000} s: ${total.files! - files} files are missing`,
      );
    }
    const rate = bytes / 1e6 / ((now - this.#started) / 1000);
    let queued = 0;
    for (const { queuedIn = 0, queuedOut = 0 } of this.#counts.values()) queued += queuedIn + queuedOut;
    this.#line.show(
      total.bytes === 0 ? 1 : bytes / total.bytes,
      `${megabytes(bytes)} of ${megabytes(total.bytes)} MB  ${rate.toFixed(0).padStart(4)} MB/s  ` +
        `${String(queued).padStart(3)} queued`,
    );
  }
}
