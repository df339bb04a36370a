/**
 * What is fuzzed, and how: a target builds correct inputs, they are changed a little, and it says what must be true of
 * any. fast-check runs them: a seed gives the same inputs on every runtime, and an input that breaks a promise is made
 * as small as it can be.
 *
 * @module
 */

import fc from "fast-check";
import { Random } from "../random.ts";
import { corpusOf } from "./corpus.ts";
import { mutate } from "./mutate.ts";
import { joined } from "./octets.ts";

/** One thing that takes octets from strangers. */
export interface Target {
  /** A name without spaces, e.g. `curve-server`. */
  readonly name: string;
  /** Its share of the inputs, beside the others'. */
  readonly weight: number;
  /** A correct input. */
  build(random: Random): Uint8Array;
  /** Takes any input. Throws if a promise is broken, and for nothing else. */
  run(input: Uint8Array): void;
}

/** An input that broke a promise. */
export interface Finding {
  /** Its target's name. */
  readonly target: string;
  /** The smallest that still breaks it. */
  readonly input: Uint8Array;
  /** What was thrown. */
  readonly error: unknown;
}

/** Two of three inputs are built, the others from the corpus; three of four are changed. */
class Inputs extends fc.Arbitrary<Uint8Array> {
  readonly #target: Target;
  readonly #corpus: readonly Uint8Array[];

  constructor(target: Target) {
    super();
    this.#target = target;
    this.#corpus = corpusOf(target.name);
  }

  override generate(source: fc.Random): fc.Value<Uint8Array> {
    // One draw seeds all: fast-check's own numbers are better, and ten times slower.
    const random = new Random(source.nextInt(1, 0x7fffffff));
    random.below(2);
    const known = this.#corpus.length > 0 && random.below(3) === 0;
    const input = known ? random.pick(this.#corpus) : this.#target.build(random);
    return new fc.Value(random.below(4) === 0 ? input : mutate(input, random), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Uint8Array {
    return value instanceof Uint8Array;
  }

  /** Shorter ones first, by half, a quarter, …, an octet; then with zeros, and smaller octets. */
  override shrink(input: Uint8Array): fc.Stream<fc.Value<Uint8Array>> {
    return fc.stream(smaller(input)).map((octets) => new fc.Value(octets, undefined));
  }
}

function* smaller(input: Uint8Array): IterableIterator<Uint8Array> {
  for (let size = input.length; size >= 1; size = size >> 1) {
    for (let at = 0; at < input.length; at += size) {
      yield joined(input.subarray(0, at), input.subarray(at + size));
    }
  }
  for (let at = 0; at < input.length; at++) {
    for (const octet of new Set([0, input[at]! >> 1, input[at]! - 1])) {
      if (octet < 0 || octet >= input[at]!) continue;
      const simpler = input.slice();
      simpler[at] = octet;
      yield simpler;
    }
  }
}

/**
 * Runs inputs of a target.
 *
 * @param before Called with each input before it is run.
 * @returns The first that broke a promise, made small; `undefined` if none did.
 */
export function fuzz(
  target: Target,
  seed: number,
  inputs: number,
  before?: (input: Uint8Array) => void,
): Finding | undefined {
  const property = fc.property(new Inputs(target), (input) => {
    before?.(input);
    target.run(input);
  });
  const { stackTraceLimit } = Error;
  // Most inputs end in an error, and a stack takes longer than all the rest.
  Error.stackTraceLimit = 0;
  try {
    const { failed, counterexample, errorInstance } = fc.check(property, { seed, numRuns: inputs });
    if (!failed) return undefined;
    Error.stackTraceLimit = stackTraceLimit;
    const [input] = counterexample!;
    return { target: target.name, input, error: tried(target, input) ?? errorInstance };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** What an input throws; `undefined` if it keeps all promises. */
export function tried(target: Target, input: Uint8Array): unknown {
  try {
    target.run(input);
    return undefined;
  } catch (error) {
    return error;
  }
}
