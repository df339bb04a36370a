import { assertEquals } from "@std/assert";
import { Meter, short, shortTime } from "../../examples/dashboard/page/meter.ts";
import { test } from "../harness.ts";

test("what came in half a second is told by the second", () => {
  const meter = new Meter(1000);
  for (let age = 1; age <= 100; age++) meter.add(10, age);
  assertEquals(meter.take(1500), { rate: 200, octets: 2000, median: 50, tail: 99 });
  assertEquals(meter.take(2000), { rate: 0, octets: 0, median: null, tail: null });
  assertEquals(meter.total, 100);
});

test("a message of unknown age counts, and has none", () => {
  const meter = new Meter(0);
  meter.add(4, NaN);
  assertEquals(meter.take(1000), { rate: 1, octets: 4, median: null, tail: null });
  meter.add(4, 7);
  assertEquals(meter.take(2000), { rate: 1, octets: 4, median: 7, tail: 7 });
});

test("numbers and times are short", () => {
  assertEquals([0, 0.4, 9.6, 12, 9999, 12_000, 3_400_000].map(short), [
    "0",
    "0.4",
    "9.6",
    "12",
    "9999",
    "12 k",
    "3.4 M",
  ]);
  assertEquals([null, 0.24, 12.4, 20_000].map(shortTime), ["–", "0.2 ms", "12 ms", "20 k ms"]);
});
