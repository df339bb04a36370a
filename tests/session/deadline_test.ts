import { assertEquals } from "@std/assert";
import { Deadline } from "../../src/session/deadline.ts";
import { test } from "../harness.ts";
import { ManualClock } from "../manual_clock.ts";

test("of several deadlines the soonest counts, and it is told once", async () => {
  const clock = new ManualClock();
  const deadline = new Deadline();
  const told: string[] = [];
  for (const delay of [Infinity, 100, 200, 50, 50]) deadline.within(clock, delay, () => told.push(String(delay)));
  assertEquals(clock.timers, 1);
  await clock.advance(49);
  assertEquals(told, []);
  await clock.advance(500);
  assertEquals([told, clock.timers], [["50"], 0]);
});

test("a deadline that is cleared is not told", async () => {
  const clock = new ManualClock();
  const deadline = new Deadline();
  deadline.clear();
  deadline.within(clock, 10, () => {
    throw new Error("Told");
  });
  deadline.clear();
  assertEquals(clock.timers, 0);
  await clock.advance(20);
});
