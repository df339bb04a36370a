import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { keyOf, latin1 } from "../../src/bytes/ascii.ts";
import { PrefixTrie } from "../../src/pipe/prefix_trie.ts";
import { test } from "../harness.ts";
import { Random } from "../random.ts";

function matches<V>(trie: PrefixTrie<V>, text: Uint8Array): V[] {
  const values: V[] = [];
  trie.match(text, (value) => void values.push(value));
  return values;
}

test("an empty prefix is a prefix of everything, the empty text included", () => {
  const trie = new PrefixTrie<number>();
  assertEquals([trie.size, trie.matches(latin1("")), matches(trie, latin1("a"))], [0, false, []]);
  trie.set(latin1(""), 0);
  assertEquals([trie.size, trie.get(latin1("")), trie.matches(latin1("")), matches(trie, latin1("a"))], [1, 0, true, [
    0,
  ]]);
  assertEquals([trie.delete(latin1("")), trie.delete(latin1("")), trie.size], [true, false, 0]);
  assertEquals(trie.matches(latin1("a")), false);
});

test("a text matches every prefix it begins with, the shortest first, and no other", () => {
  const trie = new PrefixTrie<string>();
  for (const prefix of ["abcd", "ab", "", "abx", "b", "abcdef"]) trie.set(latin1(prefix), prefix);
  assertEquals(matches(trie, latin1("abcde")), ["", "ab", "abcd"]);
  assertEquals(matches(trie, latin1("abc")), ["", "ab"]);
  assertEquals(matches(trie, latin1("a")), [""]);
  assertEquals(matches(trie, latin1("abcdefgh")), ["", "ab", "abcd", "abcdef"]);
});

test("values may be replaced, and removed whatever is around them", () => {
  const prefixes = ["", "a", "ab", "abc", "abd", "b", "bcd", "bce"];
  for (const gone of prefixes) {
    const trie = new PrefixTrie<string>();
    for (const prefix of prefixes) trie.set(latin1(prefix), "old");
    for (const prefix of prefixes) trie.set(latin1(prefix), prefix);
    assertEquals(trie.delete(latin1(gone)), true);
    assertEquals(trie.delete(latin1(gone)), false);
    assertEquals(trie.size, prefixes.length - 1);
    for (const prefix of prefixes) assertEquals(trie.get(latin1(prefix)), prefix === gone ? undefined : prefix);
  }
});

test("random calls do what a plain map and startsWith do", () => {
  const random = new Random(17);
  for (let round = 0; round < 20; round++) {
    const trie = new PrefixTrie<number>();
    const plain = new Map<string, number>();
    for (let step = 0; step < 400; step++) {
      // Two letters only, so that prefixes share much.
      const prefix = random.octets(random.below(9), 2);
      const what = random.below(3);
      if (what === 0) assertEquals(trie.delete(prefix), plain.delete(keyOf(prefix)));
      else if (what === 1) {
        trie.set(prefix, step);
        plain.set(keyOf(prefix), step);
      }
      assertEquals([trie.size, trie.get(prefix)], [plain.size, plain.get(keyOf(prefix))]);
      const text = random.octets(random.below(12), 2);
      const wanted = [...plain].filter(([key]) => keyOf(text).startsWith(key)).sort((a, b) =>
        a[0].length - b[0].length
      );
      assertEquals(matches(trie, text), wanted.map(([, value]) => value));
      assertEquals(trie.matches(text), wanted.length > 0);
    }
    assertEquals(new Map(Array.from(trie.entries(), ([prefix, value]) => [keyOf(prefix), value])), plain);
    for (const key of [...plain.keys()]) trie.delete(latin1(key));
    assertEquals([trie.size, [...trie.entries()]], [0, []]);
  }
});

test("a prefix is copied, whatever kind of octets it is", () => {
  // `slice` of a Buffer is a view.
  const trie = new PrefixTrie<number>();
  const prefix = Buffer.from("ABC");
  trie.set(prefix, 1);
  prefix.fill(90);
  assertEquals([trie.get(latin1("ABC")), trie.get(latin1("ZZZ"))], [1, undefined]);
  const longer = Buffer.from("ABCD");
  trie.set(longer, 2);
  longer.fill(90);
  assertEquals(trie.get(latin1("ABCD")), 2);
});

test("matching reads a text once, and no more with 100 000 prefixes than with one", () => {
  /** How often any octet of the text is read while it is matched. */
  const reads = (prefixes: readonly string[], text: string): number => {
    const trie = new PrefixTrie<number>();
    for (const prefix of prefixes) trie.set(latin1(prefix), 1);
    let count = 0;
    const octets = new Proxy(latin1(text), {
      get(target, property) {
        if (property === "length") return target.length;
        count++;
        return target[property as unknown as number];
      },
    });
    trie.match(octets, () => {});
    trie.matches(octets);
    return count;
  };
  const many = Array.from({ length: 100_000 }, (_, i) => `topic.${i.toString(36)}.`);
  const text = "topic.zzz.temperature";
  const alone = reads(["topic.zzz."], text);
  const crowded = reads(many, text);
  // Each octet is read once to choose a branch and once to compare a label, at the most, by each of the two calls.
  assertEquals(alone <= 4 * text.length, true, `${alone} reads`);
  assertEquals(crowded <= 4 * text.length, true, `${crowded} reads`);
});

test("100 000 prefixes are found, listed and removed", () => {
  const trie = new PrefixTrie<number>();
  for (let i = 0; i < 100_000; i++) trie.set(latin1(`topic.${i}`), i);
  assertEquals(trie.size, 100_000);
  assertEquals(matches(trie, latin1("topic.98765.x")), [9, 98, 987, 9876, 98765]);
  let sum = 0;
  for (const [, value] of trie.entries()) sum += value;
  assertEquals(sum, 99_999 * 50_000);
  for (let i = 0; i < 100_000; i++) trie.delete(latin1(`topic.${i}`));
  assertEquals([trie.size, trie.matches(latin1("topic.5"))], [0, false]);
});

test("a prefix of a million octets is as good as any", () => {
  const trie = new PrefixTrie<number>();
  const long = new Uint8Array(1_000_000).fill(1);
  trie.set(long, 1);
  trie.set(long.subarray(0, 999_999), 2);
  assertEquals(matches(trie, long), [2, 1]);
  trie.delete(long.subarray(0, 999_999));
  assertEquals(matches(trie, long), [1]);
});

/** Makes random calls, and checks each answer against a plain map asked for every prefix. */
function compare(seed: number, steps: number, prefixOf: (random: Random) => Uint8Array): void {
  const random = new Random(seed);
  const trie = new PrefixTrie<number>();
  const plain = new Map<string, number>();
  const check = (text: Uint8Array): void => {
    const key = keyOf(text);
    const wanted: number[] = [];
    for (let length = 0; length <= key.length; length++) {
      const value = plain.get(key.slice(0, length));
      if (value !== undefined) wanted.push(value);
    }
    assertEquals(matches(trie, text), wanted);
    assertEquals(trie.matches(text), wanted.length > 0);
  };
  for (let step = 0; step < steps; step++) {
    const prefix = prefixOf(random);
    // Now more come than go, now more go than come.
    if (random.below(100) < (Math.floor(step / 1000) % 2 === 0 ? 70 : 20)) {
      trie.set(prefix, step);
      plain.set(keyOf(prefix), step);
    } else {
      // What is there more often than not.
      const key = random.below(2) === 0 ? [...plain.keys()][random.below(plain.size)] : undefined;
      const gone = key === undefined ? prefix : latin1(key);
      assertEquals(trie.delete(gone), plain.delete(keyOf(gone)));
    }
    assertEquals([trie.size, trie.get(prefix)], [plain.size, plain.get(keyOf(prefix))]);
    check(prefix);
    check(prefixOf(random));
  }
  assertEquals(new Map(Array.from(trie.entries(), ([prefix, value]) => [keyOf(prefix), value])), plain);
  for (const [key, value] of [...plain]) {
    assertEquals(trie.get(latin1(key)), value);
    assertEquals(trie.delete(latin1(key)), true);
    plain.delete(key);
    check(latin1(key));
  }
  assertEquals([trie.size, [...trie.entries()], trie.matches(latin1("a"))], [0, [], false]);
}

const LONG = new Random(5).octets(400);
const SHAPES: Record<string, (random: Random) => Uint8Array> = {
  "prefixes of each other": (random) => random.octets(random.below(600), 1),
  "words of two letters": (random) => random.octets(random.below(14), 2),
  "words of all octets": (random) => random.octets(random.below(3)),
  "octets that want the same place": (random) => random.octets(random.below(4), 8).map((octet) => octet * 32),
  "a long way that is left anywhere": (random) => {
    const octets = LONG.slice(0, random.below(LONG.length));
    if (random.below(3) > 0) octets[random.below(octets.length)] = random.below(256);
    return octets;
  },
  "names with much in common": (random) =>
    latin1(`sensors/building-${random.below(20)}/room-${random.below(30)}${random.pick(["", "/t", "/temperature"])}`),
};
for (const [index, [name, prefixOf]] of Object.entries(SHAPES).entries()) {
  test(`random calls with ${name} do what a plain map asked for every prefix does`, () => {
    compare(index + 1, 3000, prefixOf);
  });
}

test("memory is in proportion to the octets of all prefixes, and given back", () => {
  const trie = new PrefixTrie<number>();
  const names = Array.from({ length: 100_000 }, (_, i) => latin1(`topic.${i * 7919 % 100_000}`));
  const before = trie.memory;
  for (const name of names) trie.set(name, 1);
  assertEquals(trie.memory < 80 * names.length, true, `${trie.memory} octets for ${names.length} names`);
  for (const name of names.slice(1000)) trie.delete(name);
  assertEquals(trie.memory < 200 * 1000, true, `${trie.memory} octets for 1000 names`);
  for (const name of names.slice(0, 1000)) trie.delete(name);
  assertEquals(trie.memory <= 4 * before, true, `${trie.memory} octets for none, ${before} at first`);
});

test("a long prefix that was cut everywhere takes little more when the others have gone", () => {
  const trie = new PrefixTrie<number>();
  const long = new Random(3).octets(65_536);
  const others = Array.from({ length: 1000 }, (_, i) => {
    const other = long.slice(0, 2 * i + 1);
    other[2 * i]! ^= 1 + i % 255;
    return other;
  });
  trie.set(long, 0);
  const alone = trie.memory;
  for (let round = 0; round < 3; round++) {
    for (const other of others) trie.set(other, 1);
    assertEquals(matches(trie, long), [0]);
    for (const other of others) assertEquals(trie.delete(other), true);
  }
  assertEquals([trie.size, matches(trie, long), trie.matches(others[7]!)], [1, [0], false]);
  assertEquals(trie.memory < 2 * alone && alone < 4 * long.length, true, `${alone} octets, then ${trie.memory}`);
});

test("prefixes of each other, each an octet longer, are found, listed and removed in any order", () => {
  const trie = new PrefixTrie<number>();
  const long = new Random(9).octets(3000);
  for (let i = 0; i < long.length; i++) trie.set(long.subarray(0, i * 1009 % 3000), i * 1009 % 3000);
  assertEquals(matches(trie, long), Array.from(long, (_, i) => i));
  assertEquals(Array.from(trie.entries(), ([prefix]) => prefix.length).sort((a, b) => a - b).at(-1), 2999);
  for (let i = 0; i < long.length; i += 2) trie.delete(long.subarray(0, i));
  assertEquals(matches(trie, long), Array.from({ length: 1500 }, (_, i) => 2 * i + 1));
});
