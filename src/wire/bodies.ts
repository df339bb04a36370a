/**
 * Octets without framing: what lies in a queue as frames goes out as their bodies alone, one after another.
 *
 * @module
 */

import { LONG, readSize } from "./frame.ts";

const SHORT_HEADER = 2;
const LONG_HEADER = 9;

/** Takes the headers out of what lies in a queue, in the way in which a mechanism seals it. */
export class Bodies {
  /** Whether the next run is the body of a frame whose header has been passed over. */
  #bodyNext = false;

  /** The bodies of runs of frames. A run ends where a frame does, or with a header whose body is all of the next. */
  seal(runs: readonly Uint8Array[]): Uint8Array {
    // Hot: once per write.
    let most = 0;
    for (const run of runs) most += run.length;
    const octets = new Uint8Array(most);
    let to = 0;
    for (const run of runs) {
      if (this.#bodyNext) {
        octets.set(run, to);
        to += run.length;
        this.#bodyNext = false;
        continue;
      }
      for (let at = 0; at < run.length;) {
        const long = (run[at]! & LONG) !== 0;
        const size = long ? readSize(run, at + 1) : run[at + 1]!;
        const body = at + (long ? LONG_HEADER : SHORT_HEADER);
        this.#bodyNext = body === run.length && size > 0;
        at = this.#bodyNext ? body : body + size;
        octets.set(run.subarray(body, at), to);
        to += at - body;
      }
    }
    return octets.subarray(0, to);
  }

  /** What {@link seal} answered is nobody's any more. */
  release(): void {}
}
