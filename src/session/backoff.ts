/**
 * How long to wait before an endpoint is dialled again, as libzmq has it: without a maximum, the interval and up to as
 * much again at random; with one, the interval doubled at each failure up to that maximum. Unlike libzmq, the doubled
 * wait is spread too, by up to a quarter less, so that a crowd of clients does not come back as one; and it starts
 * over only after a handshake, not after a mere connection. A peer that breaks the protocol, or hangs up at once, is
 * dialled ever more rarely, even if it shakes hands each time. Pure.
 *
 * @module
 */

/** How rarely a peer is dialled that is of no use, in milliseconds, if no maximum is set. */
const SLOWEST_AFTER_ERROR = 30_000;
/** The same of one that only hangs up at once, again and again: perhaps a proxy whose server is away. */
export const SLOWEST_AFTER_HANG_UPS = 2000;

/** More doublings than this end in no number worth waiting for. */
const MOST_DOUBLINGS = 30;

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
  #shaken = false;

  /** The peer has shaken hands: start over. */
  shaken(): void {
    this.#shaken = true;
    this.#failures = 0;
  }

  /**
   * The next wait.
   *
   * @param random From 0 up to 1.
   * @param error Whether the peer had broken the protocol, or hung up at once.
   * @param slowest How long it may come to be for that, in milliseconds, if no maximum is set.
   * @returns Milliseconds; `Infinity`: never again.
   */
  next(
    { interval, maximum }: BackoffOptions,
    random: number,
    error: boolean,
    slowest: number = SLOWEST_AFTER_ERROR,
  ): number {
    if (interval <= 0 || interval === Infinity) return Infinity;
    // Only a connection that was of use makes up for earlier errors.
    if (this.#shaken && !error) this.#errors = 0;
    this.#shaken = false;
    const grown = doubled(interval, this.#failures++);
    const wait = maximum > 0 ? spread(Math.min(grown, maximum), random) : interval + random * interval;
    if (!error) return wait;
    const most = maximum > 0 ? maximum : slowest;
    return Math.max(wait, spread(Math.min(doubled(interval, this.#errors++), most), random));
  }
}

function doubled(interval: number, times: number): number {
  return interval * 2 ** Math.min(times, MOST_DOUBLINGS);
}

function spread(wait: number, random: number): number {
  return wait * (1 - random / 4);
}
