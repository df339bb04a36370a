import { assertEquals } from "@std/assert";
import { Deque } from "../../src/bytes/deque.ts";
import { test } from "../harness.ts";
import { Random } from "../random.ts";

test("a deque does what an array does, whatever the order of calls", () => {
  const random = new Random(7);
  for (let round = 0; round < 40; round++) {
    const deque = new Deque<number>();
    const array: number[] = [];
    // Some rounds mostly grow, some mostly shrink, so that the ring turns at every size.
    const growth = 2 + random.below(6);
    for (let step = 0; step < 400; step++) {
      const what = random.below(10);
      if (what < growth) {
        deque.push(step);
        array.push(step);
      } else if (what === growth) {
        deque.unshift(step);
        array.unshift(step);
      } else if (what === 9 && random.below(30) === 0) {
        deque.clear();
        array.length = 0;
      } else assertEquals(deque.shift(), array.shift());
      assertEquals(deque.length, array.length);
      assertEquals(deque.peek(), array[0]);
      const index = random.below(array.length + 2);
      assertEquals(deque.at(index), array[index]);
    }
    for (const item of array) assertEquals(deque.shift(), item);
    assertEquals(deque.shift(), undefined);
  }
});

test("a deque that has been long starts anew when it runs empty, and works as before", () => {
  const deque = new Deque<number>();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 5000; i++) deque.push(i);
    for (let i = 0; i < 5000; i++) assertEquals(deque.shift(), i);
    assertEquals(deque.length, 0);
    assertEquals(deque.shift(), undefined);
  }
});

test("items put before all others come first, also into a ring that is full or has no room yet", () => {
  for (const length of [0, 1, 7, 8, 9, 16]) {
    const deque = new Deque<string>();
    for (let i = 0; i < length; i++) deque.push(`${i}`);
    deque.unshift("b");
    deque.unshift("a");
    deque.push("z");
    const expected = ["a", "b", ...Array.from({ length }, (_, i) => `${i}`), "z"];
    assertEquals(Array.from({ length: length + 4 }, () => deque.shift()), [...expected, undefined], `of ${length}`);
  }
});

test("an undefined item is an item", () => {
  const deque = new Deque<undefined>();
  deque.push(undefined);
  assertEquals(deque.length, 1);
  deque.shift();
  assertEquals(deque.length, 0);
});

test("deques that grow long in turn use each other's memory, and keep their items apart", () => {
  const deques = Array.from({ length: 30 }, () => new Deque<string>());
  for (let round = 0; round < 4; round++) {
    for (const length of [3, 9, 65, 300, 5000]) {
      for (const [i, deque] of deques.entries()) {
        for (let item = 0; item < length; item++) deque.push(`${i} ${item}`);
        // Every third stays long meanwhile.
        if (i % 3 === 0) continue;
        for (let item = 0; item < length; item++) assertEquals(deque.shift(), `${i} ${item}`);
        assertEquals(deque.peek(), undefined);
      }
      for (const [i, deque] of deques.entries()) {
        for (let item = 0; i % 3 === 0 && item < length; item++) assertEquals(deque.shift(), `${i} ${item}`);
        assertEquals([deque.length, deque.at(0), deque.shift()], [0, undefined, undefined]);
      }
    }
  }
});
