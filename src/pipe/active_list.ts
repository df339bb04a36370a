/**
 * A list whose front part is "active": members move between the parts, join and leave in constant time. The order of
 * the members changes as they do; only fairness is promised.
 *
 * @module
 */

/** A list of distinct members, some of them active. */
export class ActiveList<T> {
  readonly #members: T[] = [];
  readonly #places: Map<T, number> = new Map();
  #active = 0;

  /** How many members are active. */
  get active(): number {
    return this.#active;
  }

  /** How many members there are. */
  get length(): number {
    return this.#members.length;
  }

  /** The active member at `index`, 0 to {@link active} − 1. */
  at(index: number): T {
    return this.#members[index]!;
  }

  /** Whether `member` is in the list. */
  has(member: T): boolean {
    return this.#places.has(member);
  }

  /** Every member, active or not. */
  values(): readonly T[] {
    return this.#members;
  }

  /** Adds a member that is not in the list. */
  add(member: T, active: boolean): void {
    this.#places.set(member, this.#members.push(member) - 1);
    if (active) this.activate(member);
  }

  /** Removes a member, if it is there. */
  remove(member: T): void {
    this.deactivate(member);
    const place = this.#places.get(member);
    if (place === undefined) return;
    this.#swap(place, this.#members.length - 1);
    this.#members.pop();
    this.#places.delete(member);
  }

  /** Makes a member active; it goes to the end of the active ones. */
  activate(member: T): void {
    // Hot: once per message where each is read before the next comes. Who is next in line stays where it is, without a
    // look at the map: a twelfth of an `await receive` on Bun.
    if (this.#members[this.#active] === member) {
      this.#active++;
      return;
    }
    const place = this.#places.get(member);
    if (place === undefined || place < this.#active) return;
    this.#swap(place, this.#active++);
  }

  /** Makes a member inactive. */
  deactivate(member: T): void {
    // Hot: as above, for the last of the active ones.
    const last = this.#active - 1;
    if (last >= 0 && this.#members[last] === member) {
      this.#active = last;
      return;
    }
    const place = this.#places.get(member);
    if (place === undefined || place >= this.#active) return;
    this.#swap(place, --this.#active);
  }

  #swap(one: number, other: number): void {
    if (one === other) return;
    const members = this.#members;
    const a = members[one]!;
    const b = members[other]!;
    members[one] = b;
    members[other] = a;
    this.#places.set(b, one);
    this.#places.set(a, other);
  }
}
