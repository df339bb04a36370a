/**
 * Randomness that a test can repeat: the same seed gives the same numbers on every runtime.
 *
 * @module
 */

/** Numbers from a seed (xorshift, 32 bits). */
export class Random {
  #state: number;

  /** `seed`: any integer but 0. */
  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** An integer from 0 to `limit` − 1. */
  below(limit: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return Math.floor(this.#state / 0x100000000 * limit);
  }

  /** Octets, each any value below `values`. */
  octets(length: number, values = 256): Uint8Array<ArrayBuffer> {
    const octets = new Uint8Array(length);
    for (let i = 0; i < length; i++) octets[i] = this.below(values);
    return octets;
  }

  /** One of `choices`. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}
