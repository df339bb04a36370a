/**
 * Values under prefixes, found by walking a text once however many there are: a radix tree of octets. A publisher
 * keeps the pipes that subscribed under each prefix, a subscriber how often it did.
 *
 * @module
 */

import { EMPTY } from "../message.ts";

interface Node<V> {
  /** The octets between the parent and this node. */
  label: Uint8Array;
  /** The nodes below, by the first octet of their labels. */
  children: Map<number, Node<V>> | undefined;
  value: V | undefined;
}

/** A map from prefixes to values that can be asked for every prefix of a text. */
export class PrefixTrie<V> {
  readonly #root: Node<V> = { label: EMPTY, children: undefined, value: undefined };
  #size = 0;

  /** How many prefixes have a value. */
  get size(): number {
    return this.#size;
  }

  /** The value under exactly this prefix. */
  get(prefix: Uint8Array): V | undefined {
    let node = this.#root;
    let at = 0;
    while (at < prefix.length) {
      const child = node.children?.get(prefix[at]!);
      if (child === undefined || !startsAt(prefix, at, child.label)) return undefined;
      at += child.label.length;
      node = child;
    }
    return node.value;
  }

  /** Puts a value under a prefix. The prefix is copied. */
  set(prefix: Uint8Array, value: V): void {
    let node = this.#root;
    let at = 0;
    while (at < prefix.length) {
      node.children ??= new Map();
      const child = node.children.get(prefix[at]!);
      if (child === undefined) {
        // Not `slice`: of a Node Buffer that would be no copy.
        const label = new Uint8Array(prefix.subarray(at));
        node.children.set(label[0]!, { label, children: undefined, value });
        this.#size++;
        return;
      }
      const shared = sharedLength(prefix, at, child.label);
      if (shared < child.label.length) {
        // The prefix parts from the label inside it: split the label there.
        const middle: Node<V> = { label: child.label.slice(0, shared), children: new Map(), value: undefined };
        child.label = child.label.slice(shared);
        middle.children!.set(child.label[0]!, child);
        node.children.set(middle.label[0]!, middle);
        node = middle;
      } else node = child;
      at += shared;
    }
    if (node.value === undefined) this.#size++;
    node.value = value;
  }

  /** Removes the value under a prefix. Answers whether there was one. */
  delete(prefix: Uint8Array): boolean {
    let grandparent: Node<V> | undefined;
    let parent: Node<V> | undefined;
    let node = this.#root;
    let at = 0;
    while (at < prefix.length) {
      const child = node.children?.get(prefix[at]!);
      if (child === undefined || !startsAt(prefix, at, child.label)) return false;
      at += child.label.length;
      grandparent = parent;
      parent = node;
      node = child;
    }
    if (node.value === undefined) return false;
    node.value = undefined;
    this.#size--;
    if (parent === undefined) return true;
    if (node.children === undefined || node.children.size === 0) {
      parent.children!.delete(node.label[0]!);
      if (parent.children!.size === 0) parent.children = undefined;
      this.#merge(grandparent, parent);
    } else this.#merge(parent, node);
    return true;
  }

  /** Calls `visit` with every value whose prefix `text` begins with, the shortest first. */
  match(text: Uint8Array, visit: (value: V) => void): void {
    // Hot: once per published message.
    let node = this.#root;
    let at = 0;
    for (;;) {
      if (node.value !== undefined) visit(node.value);
      if (at === text.length || node.children === undefined) return;
      const child = node.children.get(text[at]!);
      if (child === undefined || !startsAt(text, at, child.label)) return;
      at += child.label.length;
      node = child;
    }
  }

  /** Whether `text` begins with any prefix that has a value. */
  matches(text: Uint8Array): boolean {
    // Hot: once per received message.
    let node = this.#root;
    let at = 0;
    for (;;) {
      if (node.value !== undefined) return true;
      if (at === text.length || node.children === undefined) return false;
      const child = node.children.get(text[at]!);
      if (child === undefined || !startsAt(text, at, child.label)) return false;
      at += child.label.length;
      node = child;
    }
  }

  /** Every prefix that has a value, with it. */
  *entries(): Generator<[Uint8Array, V]> {
    const stack: { node: Node<V>; prefix: Uint8Array }[] = [{ node: this.#root, prefix: EMPTY }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (top.node.value !== undefined) yield [top.prefix, top.node.value];
      for (const child of top.node.children?.values() ?? []) {
        const prefix = new Uint8Array(top.prefix.length + child.label.length);
        prefix.set(top.prefix);
        prefix.set(child.label, top.prefix.length);
        stack.push({ node: child, prefix });
      }
    }
  }

  /** Joins a node that has no value and one child with that child. */
  #merge(parent: Node<V> | undefined, node: Node<V>): void {
    if (parent === undefined || node.value !== undefined || node.children === undefined || node.children.size !== 1) {
      return;
    }
    const [child] = node.children.values();
    const label = new Uint8Array(node.label.length + child!.label.length);
    label.set(node.label);
    label.set(child!.label, node.label.length);
    child!.label = label;
    parent.children!.set(label[0]!, child!);
  }
}

function startsAt(text: Uint8Array, at: number, label: Uint8Array): boolean {
  const length = label.length;
  if (text.length - at < length) return false;
  for (let i = 0; i < length; i++) if (text[at + i] !== label[i]) return false;
  return true;
}

function sharedLength(text: Uint8Array, at: number, label: Uint8Array): number {
  const end = Math.min(label.length, text.length - at);
  let shared = 0;
  while (shared < end && text[at + shared] === label[shared]) shared++;
  return shared;
}
