/**
 * A queue on a ring: push and shift in constant time, no allocation but when it grows.
 *
 * @module
 */

const SMALLEST = 8;
/** A ring of more than this is given up when it runs empty: most of those who once had many items wait with none. */
const KEPT = 64;
/** Of the rings that were given up, some are kept for whoever has many items next: so many, of this size at the most. */
const SPARES = 8;
const LARGEST_SPARE = 4096;

const spare: undefined[][] = [];

/** The ring of every queue that has held nothing yet, or has given its memory back: there are many such. */
const NONE: never[] = [];

/** A first-in, first-out queue. */
export class Deque<T> {
  #ring: (T | undefined)[] = NONE;
  #head = 0;
  #length = 0;
  /** Whether it has been long: then it grows faster the next time. */
  #wasLong = false;

  /** How many items wait. */
  get length(): number {
    return this.#length;
  }

  /** Appends at the end. */
  push(item: T): void {
    // Hot: once per message.
    const ring = this.#ring;
    if (this.#length === ring.length) return this.#grow(item);
    ring[(this.#head + this.#length) & (ring.length - 1)] = item;
    this.#length++;
  }

  /** Puts an item before all others. */
  unshift(item: T): void {
    if (this.#length < this.#ring.length) this.#length++;
    else this.#grow(item);
    const head = this.#head = (this.#head - 1) & (this.#ring.length - 1);
    // What grew has put it behind all others, where nothing may stay.
    this.#ring[(head + this.#length) & (this.#ring.length - 1)] = undefined;
    this.#ring[head] = item;
  }

  /** Removes and returns the first item, or `undefined` if there is none. */
  shift(): T | undefined {
    // Hot: once per message.
    if (this.#length === 0) return undefined;
    const ring = this.#ring;
    const head = this.#head;
    const item = ring[head];
    ring[head] = undefined;
    this.#head = (head + 1) & (ring.length - 1);
    if (--this.#length === 0 && ring.length > KEPT) this.#giveUp();
    return item;
  }

  /** The first item, left where it is. */
  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#ring[this.#head];
  }

  /** The item at `index` from the front, left where it is. */
  at(index: number): T | undefined {
    return index < this.#length ? this.#ring[(this.#head + index) & (this.#ring.length - 1)] : undefined;
  }

  /** Forgets all items, and the memory they took. */
  clear(): void {
    this.#ring = NONE;
    this.#head = 0;
    this.#length = 0;
  }

  #grow(item: T): void {
    const old = this.#ring;
    const ring: (T | undefined)[] = takeRing(Math.max(this.#wasLong ? KEPT : SMALLEST, old.length * 2));
    for (let i = 0; i < this.#length; i++) ring[i] = old[(this.#head + i) & (old.length - 1)];
    ring[this.#length++] = item;
    this.#ring = ring;
    this.#head = 0;
  }

  /** The ring, which holds nothing, is for others. */
  #giveUp(): void {
    if (this.#ring.length <= LARGEST_SPARE && spare.length < SPARES) spare.push(this.#ring as undefined[]);
    this.clear();
    this.#wasLong = true;
  }
}

/** A ring of at least `size` places, a power of two, with nothing in them. */
function takeRing(size: number): undefined[] {
  const last = spare.length - 1;
  if (size > KEPT && last >= 0 && spare[last]!.length >= size) return spare.pop()!;
  return new Array<undefined>(size).fill(undefined);
}
