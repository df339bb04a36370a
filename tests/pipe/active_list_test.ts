import { assertEquals } from "@std/assert";
import { ActiveList } from "../../src/pipe/active_list.ts";
import { test } from "../harness.ts";
import { Random } from "../random.ts";

test("members join, leave, become active and inactive, as in two sets", () => {
  const random = new Random(31);
  const list = new ActiveList<number>();
  const active = new Set<number>();
  const idle = new Set<number>();
  for (let step = 0; step < 5000; step++) {
    const member = random.below(20);
    const known = active.has(member) || idle.has(member);
    const what = random.below(4);
    if (what === 0 && !known) {
      const starts = random.below(2) === 0;
      list.add(member, starts);
      (starts ? active : idle).add(member);
    } else if (what === 1) {
      list.remove(member);
      active.delete(member);
      idle.delete(member);
    } else if (what === 2) {
      list.activate(member);
      if (idle.delete(member)) active.add(member);
    } else {
      list.deactivate(member);
      if (active.delete(member)) idle.add(member);
    }
    assertEquals([list.active, list.length, list.has(member)], [
      active.size,
      active.size + idle.size,
      active.has(member) || idle.has(member),
    ]);
    const front = new Set(Array.from({ length: list.active }, (_, i) => list.at(i)));
    assertEquals(front, active, `step ${step}`);
    assertEquals(new Set(list.values()), new Set([...active, ...idle]));
  }
});
