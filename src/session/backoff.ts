/**
 * How long to wait before an endpoint is dialled again, as libzmq has it: without a maximum, the interval and up to as
 * much again at random; with one, the interval doubled at each failure up to that maximum. Unlike libzmq, the doubled
 * wait is spread too, by up to a quarter less, so that a crowd of clients does not come back as one; and it starts
 * over only after a handshake, not after a mere connection. Pure.
 *
 * @module
 */

/** A peer that breaks the protocol is dialled again ever more rarely, down to this, in milliseconds. */
const SLOWEST_AFTER_ERROR = 30_000;

/** What is asked of a back-off. */
export interface BackoffOptions {
  /** Milliseconds; 0 or `Infinity`: never again. */
  readonly interval: number;
  /** Milliseconds; 0: no growth. */
  readonly maximum: number;
}

/** The waits of one endpoint. */
export class Backoff {
  #failures = 0;
  #errors = 0;

  /** The peer has shaken hands: start over. */
  reset(): void {
    this.#failures = 0;
    this.#errors = 0;
  }

  /**
   * The next wait.
   *
   * @param random From 0 up to 1.
   * @param error Whether the peer had broken the protocol.
   * @returns Milliseconds; `Infinity`: never again.
   */
  next({ interval, maximum }: BackoffOptions, random: number, error: boolean): number {
    if (interval <= 0 || interval === Infinity) return Infinity;
    const failures = this.#failures++;
    const doubled = interval * 2 ** Math.min(failures, 30);
    let wait = interval + random * interval;
    if (maximum > 0) wait = spread(Math.min(doubled, maximum), random);
    if (!error) return wait;
    const slow = interval * 2 ** Math.min(this.#errors++, 30);
    return Math.max(wait, spread(Math.min(slow, SLOWEST_AFTER_ERROR), random));
  }
}

function spread(wait: number, random: number): number {
  return wait * (1 - random / 4);
}
