/**
 * Memory to read into, of a size that fits the traffic: an idle connection holds 8 KiB, a busy one reads up to
 * 128 KiB at a time. What has been filled is handed up as views and never written again, unless it is given back.
 *
 * @module
 */

/** The slab of a new or quiet connection, in octets. */
export const SMALLEST_SLAB = 8 * 1024;
/** The slab of a busy connection, in octets. */
export const LARGEST_SLAB = 128 * 1024;
/** A slab with less than this part of it left is left behind, so that reads do not come in splinters. */
const LEAST_LEFT = 1 / 4;
/** How many reads of the usual size a slab should hold. */
const READS_PER_SLAB = 4;

/** A run of memory, filled from front to back; a new one when it is nearly full. */
export class Slab {
  #memory = new Uint8Array(SMALLEST_SLAB);
  #filled = 0;
  #reads = 0;

  /** Where the next read goes. Hot: once per read. */
  room(): Uint8Array {
    const size = this.#memory.length;
    if (size - this.#filled < size * LEAST_LEFT) this.#renew();
    return this.#filled === 0 ? this.#memory : this.#memory.subarray(this.#filled);
  }

  /** What a read of `count` octets has just filled: ours no more. Hot: once per read. */
  take(count: number): Uint8Array {
    const chunk = this.#memory.subarray(this.#filled, this.#filled + count);
    this.#filled += count;
    this.#reads++;
    return chunk;
  }

  /** What {@link take} gave last, `count` octets, has been read and is not needed: it can be filled again. */
  giveBack(count: number): void {
    this.#filled -= count;
    this.#reads--;
    const size = this.#memory.length;
    if (count === size && size < LARGEST_SLAB) this.#memory = new Uint8Array(size * 2);
  }

  #renew(): void {
    const wanted = this.#filled / this.#reads * READS_PER_SLAB;
    let size = SMALLEST_SLAB;
    while (size < wanted && size < LARGEST_SLAB) size *= 2;
    this.#memory = new Uint8Array(size);
    this.#filled = 0;
    this.#reads = 0;
  }
}
