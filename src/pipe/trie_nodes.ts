/**
 * The nodes of a prefix trie, side by side in one buffer instead of an object each: a walk then misses the processor's
 * caches once a node, where maps and arrays of their own cost it half a dozen misses.
 *
 * | octets | field                                                                    |
 * | ------ | ------------------------------------------------------------------------ |
 * | 0–3    | the block of the nodes below: the first one's number; 0: none            |
 * | 4–7    | the value's number; 0: none                                              |
 * | 8      | octets in the label; 0: a free place                                     |
 * | 9      | the exponent of the number of places in the block                        |
 * | 10     | how many nodes are below, less one                                       |
 * | 11–15  | the label: the octets between the node above and this one                |
 *
 * What is longer than a label is several nodes. The nodes below one node are a block of 1, 2, 4, … or 256 places, in
 * which each stands at its label's first octet modulo their number, or at the next free place after. Whatever octets a
 * peer may choose, a block is searched in at most as many steps as it has nodes, 96 (with 256 places there is one for
 * each octet), so no seed is needed.
 *
 * @module
 */

/** The node that all others are below. Its label is empty. */
export const ROOT = 0;

/** A node begins at its number shifted by so much, in words and in octets. */
const WORDS = 2;
const OCTETS = 4;
/** Words of a node. */
const BLOCK = 0;
const VALUE = 1;
/** Octets of a node. */
const LENGTH = 8;
const EXPONENT = 9;
const COUNT = 10;
const LABEL = 11;
/** How many octets a label may have. */
const LONGEST = 5;
/** The largest block: a place for every octet. */
const LARGEST = 8;
/** Octets are counted in 31 bits, which is cheap. */
const MOST_NODES = 2 ** 27;
const AT_FIRST = 4;

/** Nodes that know those below them. A node's number holds until the node above gains or loses one. */
export class TrieNodes {
  #words: Int32Array = new Int32Array(AT_FIRST << WORDS);
  #octets: Uint8Array = new Uint8Array(this.#words.buffer);
  /** How many places have been given out, the root's first. */
  #end = 1;
  /** How many of them are free again. */
  #spare = 0;
  /** Free blocks by the exponent of their size: the first of each, which names the next in place of its own block. */
  readonly #free: number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0];

  /** How many octets of memory the nodes take. */
  get memory(): number {
    return this.#octets.length;
  }

  /** Whether most places are free. */
  get sparse(): boolean {
    return this.#spare > AT_FIRST + this.#end / 2;
  }

  /** How many nodes are below a node. */
  count(node: number): number {
    return this.#words[node << WORDS | BLOCK] === 0 ? 0 : this.#octets[node << OCTETS | COUNT]! + 1;
  }

  /** The number of a node's value; 0: none. */
  value(node: number): number {
    return this.#words[node << WORDS | VALUE]!;
  }

  /** Gives a node the number of a value. */
  setValue(node: number, value: number): void {
    this.#words[node << WORDS | VALUE] = value;
  }

  /** How many octets a node's label has. */
  labelLength(node: number): number {
    return this.#octets[node << OCTETS | LENGTH]!;
  }

  /** The node below `node` whose label begins with `octet`; 0: none. */
  below(node: number, octet: number): number {
    // Hot: for every node on the way of a message's topic.
    const octets = this.#octets;
    const block = this.#words[node << WORDS | BLOCK]!;
    if (block === 0) return 0;
    const mask = (1 << octets[node << OCTETS | EXPONENT]!) - 1;
    for (let place = octet & mask, left = mask;; place = place + 1 & mask, left--) {
      const found = block + place;
      if (octets[found << OCTETS | LENGTH] === 0) return 0;
      if (octets[found << OCTETS | LABEL] === octet) return found;
      if (left === 0) return 0;
    }
  }

  /** The node below `node` whose whole label `text` has at `at`; 0: none. */
  step(node: number, text: Uint8Array, at: number): number {
    // Hot: for every node on the way of a message's topic.
    const found = this.below(node, text[at]!);
    if (found === 0) return 0;
    const octets = this.#octets;
    const length = octets[found << OCTETS | LENGTH]!;
    if (length === 1) return found;
    if (text.length - at < length) return 0;
    const label = found << OCTETS | LABEL;
    for (let i = 1; i < length; i++) if (octets[label + i] !== text[at + i]) return 0;
    return found;
  }

  /** How many octets of a node's label `text` has at `at`. */
  shared(node: number, text: Uint8Array, at: number): number {
    const end = Math.min(this.labelLength(node), text.length - at);
    const label = node << OCTETS | LABEL;
    let shared = 0;
    while (shared < end && this.#octets[label + shared] === text[at + shared]) shared++;
    return shared;
  }

  /** Writes a node's label to `target` at `at`, and answers how many octets it has. */
  copyLabel(node: number, target: Uint8Array, at: number): number {
    const length = this.labelLength(node);
    const label = node << OCTETS | LABEL;
    for (let i = 0; i < length; i++) target[at + i] = this.#octets[label + i]!;
    return length;
  }

  /** Adds to `list` the numbers of the nodes below a node. */
  list(node: number, list: number[]): void {
    const block = this.#block(node);
    const end = block === 0 ? 0 : block + (1 << this.#exponent(node));
    for (let below = block; below < end; below++) if (this.labelLength(below) > 0) list.push(below);
  }

  /** Adds a node below `node`, labelled with what `text` has from `from`, as much as there is room for. */
  add(node: number, text: Uint8Array, from: number): number {
    const count = this.count(node);
    const exponent = this.#exponent(node);
    if (count === 0) this.#lead(node, this.#take(0));
    else {
      if (count === mostIn(exponent)) this.#resize(node, exponent + 1);
      this.#octets[node << OCTETS | COUNT] = count;
    }
    const added = this.#place(node, text[from]!);
    const length = Math.min(LONGEST, text.length - from);
    const label = added << OCTETS | LABEL;
    for (let i = 0; i < length; i++) this.#octets[label + i] = text[from + i]!;
    this.#octets[added << OCTETS | LENGTH] = length;
    return added;
  }

  /** Cuts a node's label after `length` octets: the rest, the value and what is below go to a new node below it. */
  split(node: number, length: number): void {
    const tail = this.#take(0);
    this.#copy(node, tail);
    const octets = this.#octets;
    const label = tail << OCTETS | LABEL;
    octets.copyWithin(label, label + length, label + LONGEST);
    octets[tail << OCTETS | LENGTH]! -= length;
    octets[node << OCTETS | LENGTH] = length;
    this.#lead(node, tail);
    this.#words[node << WORDS | VALUE] = 0;
  }

  /** Removes a node from below `above`, and all that is below it: one, and below that one. */
  prune(above: number, gone: number): void {
    while (this.#block(gone) !== 0) {
      const first = this.#block(gone);
      let below = first;
      while (this.labelLength(below) === 0) below++;
      const [block, exponent] = [this.#block(below), this.#exponent(below)];
      this.#release(first, this.#exponent(gone));
      this.#words[gone << WORDS | BLOCK] = block;
      this.#octets[gone << OCTETS | EXPONENT] = exponent;
    }
    const block = this.#block(above);
    const count = this.count(above) - 1;
    const exponent = this.#exponent(above);
    this.#vacate(block, (1 << exponent) - 1, gone - block);
    this.#octets[above << OCTETS | COUNT] = count - 1;
    if (count === 0) {
      this.#words[above << WORDS | BLOCK] = 0;
      this.#release(block, exponent);
    } else if (count === 1 || count << 2 < 1 << exponent) this.#resize(above, count === 1 ? 0 : exponent - 1);
  }

  /**
   * Puts all nodes together, breadth first, and gives the rest of the memory back. Every number but the root's changes;
   * a value's becomes what `renumber` makes of it.
   */
  pack(renumber: (value: number) => number): void {
    const old = this.#words;
    const live = this.#end - this.#spare;
    const words = new Int32Array(live + (live >> 2) + AT_FIRST << WORDS);
    words.set(old.subarray(0, 1 << WORDS));
    this.#words = words;
    this.#octets = new Uint8Array(words.buffer);
    this.#end = 1;
    this.#spare = 0;
    this.#free.fill(0);
    for (let node = ROOT; node < this.#end; node++) {
      const value = this.value(node);
      if (value !== 0) this.setValue(node, renumber(value));
      const block = this.#block(node);
      if (block === 0) continue;
      const exponent = this.#exponent(node);
      const to = this.#take(exponent);
      words.set(old.subarray(block << WORDS, block + (1 << exponent) << WORDS), to << WORDS);
      words[node << WORDS | BLOCK] = to;
    }
  }

  #block(node: number): number {
    return this.#words[node << WORDS | BLOCK]!;
  }

  #exponent(node: number): number {
    return this.#octets[node << OCTETS | EXPONENT]!;
  }

  /** Puts a node above another that is alone in its block. */
  #lead(node: number, alone: number): void {
    this.#words[node << WORDS | BLOCK] = alone;
    this.#octets[node << OCTETS | EXPONENT] = 0;
    this.#octets[node << OCTETS | COUNT] = 0;
  }

  /** A free place in its block for a node below `node` whose label will begin with `octet`. */
  #place(node: number, octet: number): number {
    const block = this.#block(node);
    const mask = (1 << this.#exponent(node)) - 1;
    let place = octet & mask;
    while (this.labelLength(block + place) > 0) place = place + 1 & mask;
    return block + place;
  }

  /** Moves the nodes below a node to a block of another size. */
  #resize(node: number, exponent: number): void {
    const to = this.#take(exponent);
    const from = this.#block(node);
    const before = this.#exponent(node);
    this.#words[node << WORDS | BLOCK] = to;
    this.#octets[node << OCTETS | EXPONENT] = exponent;
    const end = from + (1 << before);
    for (let below = from; below < end; below++) {
      if (this.labelLength(below) === 0) continue;
      this.#copy(below, this.#place(node, this.#octets[below << OCTETS | LABEL]!));
    }
    this.#release(from, before);
  }

  /** Empties a place. Whoever had to pass it on the way from its own place moves into it, and so on. */
  #vacate(block: number, mask: number, hole: number): void {
    for (let place = hole + 1 & mask, left = mask; left > 0; place = place + 1 & mask, left--) {
      if (this.labelLength(block + place) === 0) break;
      const passed = place - this.#octets[block + place << OCTETS | LABEL]! & mask;
      if (passed < (place - hole & mask)) continue;
      this.#copy(block + place, block + hole);
      hole = place;
    }
    this.#words.fill(0, block + hole << WORDS, block + hole + 1 << WORDS);
  }

  /** Copies a node. */
  #copy(from: number, to: number): void {
    const words = this.#words;
    for (let i = 0; i < 1 << WORDS; i++) words[to << WORDS | i] = words[from << WORDS | i]!;
  }

  /** A block whose places are all free. */
  #take(exponent: number): number {
    const free = this.#free[exponent]!;
    if (free !== 0) {
      this.#free[exponent] = this.#block(free);
      this.#words[free << WORDS | BLOCK] = 0;
      this.#spare -= 1 << exponent;
      return free;
    }
    const block = this.#end;
    const end = block + (1 << exponent);
    if (end << WORDS > this.#words.length) this.#grow(end);
    this.#end = end;
    return block;
  }

  #release(block: number, exponent: number): void {
    this.#words.fill(0, block << WORDS, block + (1 << exponent) << WORDS);
    this.#words[block << WORDS | BLOCK] = this.#free[exponent]!;
    this.#free[exponent] = block;
    this.#spare += 1 << exponent;
  }

  #grow(end: number): void {
    if (end > MOST_NODES) throw new RangeError("Cannot add a prefix: all take 2 GiB, the limit");
    const words = new Int32Array(Math.min(MOST_NODES, end + (end >> 1)) << WORDS);
    words.set(this.#words);
    this.#words = words;
    this.#octets = new Uint8Array(words.buffer);
  }
}

/** How many nodes a block takes: it must be quick to find none in it, unless it is small, or none can be misplaced. */
function mostIn(exponent: number): number {
  return exponent < 3 || exponent === LARGEST ? 1 << exponent : 3 << exponent - 2;
}
