/**
 * Values under prefixes, found by walking a text once however many there are: a radix tree of octets. A publisher
 * keeps the pipes that subscribed under each prefix, a subscriber how often it did.
 *
 * A call takes time in proportion to the octets it is given, but for moving house now and then, and memory is in
 * proportion to the octets of all prefixes: peers choose them, and none is worse than another.
 *
 * @module
 */

import { ROOT, TrieNodes } from "./trie_nodes.ts";

/** A map from prefixes to values that can be asked for every prefix of a text. */
export class PrefixTrie<V> {
  readonly #nodes: TrieNodes = new TrieNodes();
  /** Values by the numbers that nodes give; what 0 names is never there. */
  #values: (V | undefined)[] = [undefined];
  /** Numbers that are free again. */
  #free: number[] = [];
  #size = 0;

  /** How many prefixes have a value. */
  get size(): number {
    return this.#size;
  }

  /** How many octets of memory the prefixes take, values aside. */
  get memory(): number {
    return this.#nodes.memory;
  }

  /** The value under exactly this prefix. */
  get(prefix: Uint8Array): V | undefined {
    const nodes = this.#nodes;
    let node = ROOT;
    for (let at = 0; at < prefix.length; at += nodes.labelLength(node)) {
      node = nodes.step(node, prefix, at);
      if (node === 0) return undefined;
    }
    return this.#values[nodes.value(node)];
  }

  /**
   * Puts a value under a prefix. The prefix is copied.
   *
   * @throws {RangeError} If there is no memory for it. All others are as they were.
   */
  set(prefix: Uint8Array, value: V): void {
    const nodes = this.#nodes;
    let node = ROOT;
    let at = 0;
    while (at < prefix.length) {
      const below = nodes.below(node, prefix[at]!);
      if (below === 0) {
        node = nodes.add(node, prefix, at);
        at += nodes.labelLength(node);
      } else {
        const shared = nodes.shared(below, prefix, at);
        // The prefix parts from the label inside it.
        if (shared < nodes.labelLength(below)) nodes.split(below, shared);
        node = below;
        at += shared;
      }
    }
    let number = nodes.value(node);
    if (number === 0) {
      number = this.#free.pop() ?? this.#values.length;
      nodes.setValue(node, number);
      this.#size++;
    }
    this.#values[number] = value;
  }

  /** Removes the value under a prefix. Answers whether there was one. */
  delete(prefix: Uint8Array): boolean {
    const nodes = this.#nodes;
    let node = ROOT;
    // The last node on the way that stays in any case, and the one after it.
    let stays = ROOT;
    let next = ROOT;
    for (let at = 0; at < prefix.length; at += nodes.labelLength(node)) {
      const below = nodes.step(node, prefix, at);
      if (below === 0) return false;
      if (node === ROOT || nodes.value(node) !== 0 || nodes.count(node) > 1) {
        stays = node;
        next = below;
      }
      node = below;
    }
    const number = nodes.value(node);
    if (number === 0) return false;
    nodes.setValue(node, 0);
    this.#values[number] = undefined;
    this.#free.push(number);
    this.#size--;
    if (node !== ROOT && nodes.count(node) === 0) nodes.prune(stays, next);
    if (nodes.sparse) this.#pack();
    return true;
  }

  /** Calls `visit` with every value whose prefix `text` begins with, the shortest first. It must change nothing here. */
  match(text: Uint8Array, visit: (value: V) => void): void {
    // Hot: once per published message.
    const nodes = this.#nodes;
    let node = ROOT;
    let at = 0;
    for (;;) {
      const number = nodes.value(node);
      if (number !== 0) visit(this.#values[number]!);
      if (at === text.length) return;
      node = nodes.step(node, text, at);
      if (node === 0) return;
      at += nodes.labelLength(node);
    }
  }

  /** Whether `text` begins with any prefix that has a value. */
  matches(text: Uint8Array): boolean {
    // Hot: once per received message.
    const nodes = this.#nodes;
    let node = ROOT;
    let at = 0;
    for (;;) {
      if (nodes.value(node) !== 0) return true;
      if (at === text.length) return false;
      node = nodes.step(node, text, at);
      if (node === 0) return false;
      at += nodes.labelLength(node);
    }
  }

  /** Every prefix that has a value, with it. Nothing may be changed meanwhile. */
  *entries(): Generator<[Uint8Array, V]> {
    const nodes = this.#nodes;
    // One array for all prefixes, since a long one is many nodes: those to come share what is before their labels.
    let octets = new Uint8Array(128);
    const toVisit = [ROOT];
    const lengths = [0];
    const below: number[] = [];
    for (let node = toVisit.pop(); node !== undefined; node = toVisit.pop()) {
      const before = lengths.pop()!;
      if (octets.length < before + nodes.labelLength(node)) {
        const longer = new Uint8Array(2 * octets.length);
        longer.set(octets);
        octets = longer;
      }
      const length = before + nodes.copyLabel(node, octets, before);
      const number = nodes.value(node);
      if (number !== 0) yield [octets.slice(0, length), this.#values[number]!];
      nodes.list(node, below);
      while (below.length > 0) {
        toVisit.push(below.pop()!);
        lengths.push(length);
      }
    }
  }

  /** Gives memory back. */
  #pack(): void {
    const values: (V | undefined)[] = [undefined];
    try {
      this.#nodes.pack((number) => values.push(this.#values[number]) - 1);
    } catch {
      // There is no memory to move to, and nothing has been moved.
      return;
    }
    this.#values = values;
    this.#free = [];
  }
}
