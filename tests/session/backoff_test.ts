import { assertEquals } from "@std/assert";
import { Backoff } from "../../src/session/backoff.ts";
import { test } from "../harness.ts";

/** So many waits, with the least chance or another. */
function waits(backoff: Backoff, count: number, interval: number, maximum: number, chance = 0): number[] {
  return Array.from({ length: count }, () => backoff.next({ interval, maximum }, chance, false));
}

test("without a maximum each wait is the interval, and up to as much again", () => {
  assertEquals(waits(new Backoff(), 4, 100, 0), [100, 100, 100, 100]);
  assertEquals(waits(new Backoff(), 2, 100, 0, 0.5), [150, 150]);
  assertEquals(waits(new Backoff(), 1, 100, 0, 0.99), [199]);
});

test("with a maximum the wait doubles up to it, less a quarter at the most", () => {
  assertEquals(waits(new Backoff(), 6, 50, 400), [50, 100, 200, 400, 400, 400]);
  assertEquals(waits(new Backoff(), 4, 50, 400, 0.5), [43.75, 87.5, 175, 350]);
  assertEquals(waits(new Backoff(), 2, 50, 300), [50, 100]);
});

test("a maximum below the interval is the wait", () => {
  assertEquals(waits(new Backoff(), 3, 500, 200), [200, 200, 200]);
});

test("an interval of 0 or Infinity means never", () => {
  assertEquals(waits(new Backoff(), 2, 0, 0), [Infinity, Infinity]);
  assertEquals(waits(new Backoff(), 2, Infinity, 400), [Infinity, Infinity]);
});

test("however often it fails, the wait is a number that a timer can have", () => {
  const backoff = new Backoff();
  assertEquals(waits(backoff, 2000, 1, Infinity).at(-1), 2 ** 30);
});

test("a handshake starts the growth over", () => {
  const backoff = new Backoff();
  assertEquals(waits(backoff, 3, 50, 400), [50, 100, 200]);
  backoff.shaken();
  assertEquals(waits(backoff, 2, 50, 400), [50, 100]);
});

test("a peer that breaks the protocol is dialled ever more rarely, down to every 30 seconds", () => {
  const backoff = new Backoff();
  const errors = (count: number) =>
    Array.from({ length: count }, () => backoff.next({ interval: 100, maximum: 0 }, 0, true));
  assertEquals(errors(10), [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000]);
  assertEquals(errors(2), [30000, 30000]);
});

test("a maximum that was asked for holds after errors too", () => {
  const backoff = new Backoff();
  const next = () => backoff.next({ interval: 100, maximum: 300 }, 0, true);
  assertEquals([next(), next(), next(), next()], [100, 200, 300, 300]);
});

test("an interval longer than 30 seconds is not shortened by errors", () => {
  assertEquals(new Backoff().next({ interval: 60_000, maximum: 0 }, 0, true), 60_000);
});

test("a handshake that ends in an error again does not make up for the last one", () => {
  const backoff = new Backoff();
  const next = (error: boolean) => backoff.next({ interval: 100, maximum: 0 }, 0, error);
  const seen: number[] = [];
  for (let i = 0; i < 4; i++) {
    backoff.shaken();
    seen.push(next(true));
  }
  assertEquals(seen, [100, 200, 400, 800]);
  assertEquals(next(false), 100, "nobody was there: that says nothing of the peer");
  backoff.shaken();
  assertEquals(next(true), 1600);
  backoff.shaken();
  assertEquals(next(false), 100, "this connection was of use");
  backoff.shaken();
  assertEquals(next(true), 100);
});
