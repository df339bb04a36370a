/**
 * Memory to read into, of a size that fits the traffic. A connection waits with 2 to 16 KiB of its own. While there is
 * more than that to read it borrows 128 KiB, and gives the rest back once it has read all: so those who have been busy
 * hold no more than the others. What has been filled is handed up as views and never written again, unless it is given
 * back.
 *
 * @module
 */

/** The slab of a new or quiet connection, in octets. */
export const SMALLEST_SLAB = 2 * 1024;
/** The largest slab that a connection waits with, in octets. */
export const LARGEST_WAITING_SLAB = 16 * 1024;
/** The slab of a busy connection, in octets. */
export const LARGEST_SLAB = 128 * 1024;
/** A slab with less than this part of it left is left behind, so that reads do not come in splinters. */
const LEAST_LEFT = 1 / 4;
/** How many reads of the usual size a slab should hold. */
const READS_PER_SLAB = 4;
/** How many large slabs are kept for those who are busy next. */
const KEPT = 8;

/** Memory that is filled from front to back. */
interface Memory {
  readonly octets: Uint8Array;
  filled: number;
}

/** Large slabs that nobody reads into, with room left. */
const spare: Memory[] = [];

/** A run of memory; another one when it is nearly full, or too large to wait with. */
export class Slab {
  readonly #keep: (memory: ArrayBuffer) => void;
  #memory: Memory;
  /** How many octets have been read into it for us, in how many reads. */
  #octets = 0;
  #reads = 0;
  /** Whether the last read filled it to the end, so that there is more to read at once. */
  #flooded = false;

  /** `keep` is told of all new memory, which must not be taken away from under a read. */
  constructor(keep: (memory: ArrayBuffer) => void = () => {}) {
    this.#keep = keep;
    this.#memory = this.#make(SMALLEST_SLAB);
  }

  /** Where the next read goes. Hot: once per read. */
  room(): Uint8Array {
    const size = this.#memory.octets.length;
    if (hasLittle(this.#memory) || size > LARGEST_WAITING_SLAB && !this.#flooded) this.#renew();
    const { octets, filled } = this.#memory;
    return filled === 0 ? octets : octets.subarray(filled);
  }

  /** What a read of `count` octets has just filled: ours no more. Hot: once per read. */
  take(count: number): Uint8Array {
    const memory = this.#memory;
    const { octets, filled } = memory;
    const end = memory.filled = filled + count;
    this.#flooded = end === octets.length;
    this.#octets += count;
    this.#reads++;
    return octets.subarray(filled, end);
  }

  /** What {@link take} gave last, `count` octets, has been read and is not needed: it can be filled again. */
  giveBack(count: number): void {
    const memory = this.#memory;
    memory.filled -= count;
    this.#octets -= count;
    this.#reads--;
    // Whose chunks all come back would never be seen to need more.
    if (this.#flooded && memory.octets.length < LARGEST_SLAB) this.#memory = this.#large();
  }

  #large(): Memory {
    return spare.pop() ?? this.#make(LARGEST_SLAB);
  }

  #make(size: number): Memory {
    const octets = new Uint8Array(size);
    this.#keep(octets.buffer);
    return { octets, filled: 0 };
  }

  #renew(): void {
    const old = this.#memory;
    if (old.octets.length === LARGEST_SLAB && !hasLittle(old) && spare.length < KEPT) spare.push(old);
    const wanted = this.#octets / this.#reads * READS_PER_SLAB;
    if (this.#flooded && wanted > LARGEST_WAITING_SLAB) {
      this.#memory = this.#large();
    } else {
      let size = SMALLEST_SLAB;
      while (size < wanted && size < LARGEST_WAITING_SLAB) size *= 2;
      this.#memory = this.#make(size);
    }
    this.#octets = 0;
    this.#reads = 0;
  }
}

function hasLittle({ octets, filled }: Memory): boolean {
  return octets.length - filled < octets.length * LEAST_LEFT;
}
