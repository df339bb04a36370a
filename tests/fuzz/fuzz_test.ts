import { assert, assertEquals } from "@std/assert";
import { Random } from "../random.ts";
import { test, toHex } from "../harness.ts";
import { corpora, corpusOf, regressions } from "./corpus.ts";
import { mutate } from "./mutate.ts";
import { hash, joined, pieces } from "./octets.ts";
import { fuzz, type Target, tried } from "./target.ts";
import { shares, TARGETS } from "./targets.ts";

/** A small share; `npm run fuzz` runs as many as one likes. */
const INPUTS = 20_000;
const SEED = 37;

for (const [target, inputs] of shares(INPUTS)) {
  test(`${target.name}: ${inputs} inputs that are nearly right break no promise`, () => {
    const found = fuzz(target, SEED, inputs);
    if (found !== undefined) {
      throw new Error(`npm run fuzz -- --target ${target.name} --input ${toHex(found.input).replaceAll(" ", "")}`, {
        cause: found.error,
      });
    }
  }, { timeout: 60_000 });
}

for (const { name, target, input } of regressions(TARGETS.map(({ name }) => name))) {
  test(`what once broke a promise keeps it: ${name}`, () => {
    TARGETS.find(({ name }) => name === target)!.run(input);
  });
}

test("every target has a corpus, and what is in it breaks no promise", () => {
  assertEquals(corpora(), TARGETS.map(({ name }) => name).sort());
  for (const target of TARGETS) {
    for (const input of corpusOf(target.name)) target.run(input);
  }
});

test("a broken promise is found, with the smallest input that shows it", () => {
  const target: Target = {
    name: "none",
    weight: 1,
    build: (random) => random.octets(20),
    run(input) {
      if (input.includes(7) && input.includes(200)) throw new Error("both are there");
    },
  };
  const found = fuzz(target, SEED, 20_000)!;
  assertEquals([...found.input].sort(), [200, 7].sort());
  assertEquals((found.error as Error).message, "both are there");
  assert(tried(target, found.input) instanceof Error);
});

test("a seed gives the same inputs each time, and another seed others", () => {
  const inputs = (seed: number): string[] => {
    const seen: string[] = [];
    fuzz(TARGETS[0]!, seed, 50, (input) => seen.push(toHex(input)));
    return seen;
  };
  assertEquals(inputs(1), inputs(1));
  assert(inputs(1).join() !== inputs(2).join());
});

test("a seed gives the same inputs on every runtime", () => {
  const random = new Random(5);
  let octets: Uint8Array = Uint8Array.of(1, 2, 3, 4);
  let sum = 0;
  for (let i = 0; i < 200; i++) {
    octets = mutate(octets.length > 100 ? octets.subarray(0, 10) : octets, random);
    sum = (sum * 31 + hash(octets)) % 1_000_000_007;
  }
  assertEquals(sum, 991047509);
});

test("pieces are the whole, whatever the seed", () => {
  const octets = new Random(3).octets(500);
  for (let seed = 0; seed < 256; seed++) assertEquals(joined(...pieces(octets, seed)), octets, `seed ${seed}`);
});
