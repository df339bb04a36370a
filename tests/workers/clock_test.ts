/** A Worker's turns, with time and timers held still. */
import { assertEquals } from "@std/assert";
import { makeRequestClock } from "../../src/runtime/workers/clock.ts";
import { test } from "../harness.ts";

/** A clock whose timers are run, or lost, by hand. */
function rig() {
  const timers: (() => void)[] = [];
  const time = { now: 0 };
  const clock = makeRequestClock(() => time.now, (task) => timers.push(task));
  return { clock, timers, time };
}

test("what waits for the end of a turn has a timer of its own, and is in the next turn then", () => {
  const { clock, timers } = rig();
  const first = clock.turn();
  const seen: number[] = [];
  clock.atTurnEnd(() => seen.push(clock.turn()));
  clock.atTurnEnd(() => seen.push(clock.turn()));
  // One tells of the turn's end, and two were asked for.
  assertEquals(timers.length, 3);
  timers.splice(1, 2).forEach((timer) => timer());
  assertEquals(seen.length, 2);
  assertEquals(seen.every((turn) => turn > first), true);
});

test("a turn lasts for as long as time stands still, and until a timer says so", () => {
  const { clock, timers, time } = rig();
  const first = clock.turn();
  assertEquals(clock.turn(), first);
  time.now += 1;
  assertEquals(clock.turn(), first);
  assertEquals(timers.length, 1);
  timers.shift()!();
  assertEquals(clock.turn() > first, true);
});

test("a loose turn is another one after some time, eight times in a row", () => {
  const { clock, timers, time } = rig();
  const turns = new Set<number>();
  for (let i = 0; i < 20; i++) {
    time.now += 1;
    turns.add(clock.turn(true));
    assertEquals(clock.turn(true), clock.turn(true));
  }
  assertEquals([turns.size, timers.length], [8, 1]);
  timers.shift()!();
  time.now += 1;
  assertEquals(turns.has(clock.turn(true)), false);
});

test("a timer that went with its request is not waited for longer than 50 ms", () => {
  const { clock, timers, time } = rig();
  const first = clock.turn();
  timers.shift(); // Its request is over.
  time.now += 49;
  assertEquals([clock.turn(), timers.length], [first, 0]);
  time.now += 1;
  assertEquals([clock.turn(), timers.length], [first, 1]);
  timers.shift()!();
  assertEquals(clock.turn() > first, true);
});
