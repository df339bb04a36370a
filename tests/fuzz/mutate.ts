/**
 * What makes of a correct input one that is nearly so.
 *
 * @module
 */

import type { Random } from "../random.ts";
import { joined } from "./octets.ts";

/** The longest input, in octets: more than one command of a handshake may have, twice. */
export const LONGEST_INPUT = 150_000;

/** Octets at which something changes: flags, short and long sizes, signs. */
const TELLING = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 32, 33, 63, 64, 127, 128, 129, 192, 224, 254, 255] as const;

type Mutation = (octets: Uint8Array, random: Random) => Uint8Array;

/** One of each kind; those that stand here twice are the ones that get further. */
const MUTATIONS: readonly Mutation[] = [
  // A bit.
  (octets, random) => set(octets, random, (octet) => octet ^ 1 << random.below(8)),
  (octets, random) => set(octets, random, (octet) => octet ^ 1 << random.below(8)),
  // An octet.
  (octets, random) => set(octets, random, () => random.pick(TELLING)),
  (octets, random) => set(octets, random, () => random.below(256)),
  // A length, or what may be one: off by one.
  (octets, random) => set(octets, random, (octet) => octet + (random.below(2) === 0 ? 1 : -1)),
  (octets, random) => set(octets, random, (octet) => octet + (random.below(2) === 0 ? 1 : -1)),
  // Cut off, or begun late.
  (octets, random) => octets.slice(0, random.below(octets.length + 1)),
  (octets, random) => octets.slice(random.below(Math.min(octets.length, 8) + 1)),
  // Left out, doubled, moved.
  (octets, random) => {
    const [from, to] = range(octets, random);
    return joined(octets.subarray(0, from), octets.subarray(to));
  },
  (octets, random) => {
    const [from, to] = range(octets, random);
    return joined(octets.subarray(0, to), octets.subarray(from));
  },
  (octets, random) => {
    const [from, to] = range(octets, random);
    const at = random.below(octets.length + 1);
    return joined(octets.subarray(0, at), octets.subarray(from, to), octets.subarray(at));
  },
  // Put in.
  (octets, random) => {
    const at = random.below(octets.length + 1);
    const alike = random.pick([2, 256]);
    return joined(octets.subarray(0, at), random.octets(1 + random.below(8), alike), octets.subarray(at));
  },
];

/** Changes an input a little: once, or a few times. The input itself stays as it is. */
export function mutate(input: Uint8Array, random: Random): Uint8Array {
  let octets = input;
  for (let times = 1 + random.below(3); times > 0; times--) octets = random.pick(MUTATIONS)(octets, random);
  return octets.length > LONGEST_INPUT ? octets.slice(0, LONGEST_INPUT) : octets;
}

function set(octets: Uint8Array, random: Random, change: (octet: number) => number): Uint8Array {
  const copy = octets.slice();
  if (copy.length === 0) return copy;
  const at = place(copy.length, random);
  copy[at] = change(copy[at]!);
  return copy;
}

/** A place, as often among the last as anywhere: what comes late in an input is what few inputs get to. */
function place(length: number, random: Random): number {
  return random.below(2) === 0 ? random.below(length) : length - 1 - random.below(Math.min(length, 64));
}

function range(octets: Uint8Array, random: Random): [number, number] {
  const from = random.below(octets.length + 1);
  return [from, Math.min(octets.length, from + 1 + random.below(random.pick([2, 12, 80])))];
}
