/** The line of waiting calls, and the one listener that a signal gets however many wait for it. */
import { assert, assertEquals, assertLess, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { TimeoutError } from "../../src/errors.ts";
import { Aborts, signalOf, type WaitOptions } from "../../src/socket/aborts.ts";
import { lateToSend, Waiters } from "../../src/socket/waiters.ts";
import { test } from "../harness.ts";
import { ManualClock } from "../manual_clock.ts";
import { countingSignal } from "../socket_fixture.ts";

function line(): { waiters: Waiters<string, number>; clock: ManualClock } {
  const clock = new ManualClock();
  return { waiters: new Waiters(clock, new Aborts()), clock };
}

const late = (timeout: number): string => `late after ${timeout}`;

test("who waits is served first in, first out", async () => {
  const { waiters } = line();
  const served = ["a", "b", "c"].map((name) => waiters.wait(name, Infinity, late, undefined));
  assertEquals([waiters.length, waiters.first], [3, "a"]);
  waiters.resolve(1);
  waiters.resolve(2);
  assertEquals(waiters.first, "c");
  waiters.resolve(3);
  assertEquals([await Promise.all(served), waiters.length], [[1, 2, 3], 0]);
});

test("one who leaves from the middle is passed over, and the others keep their order", async () => {
  const { waiters } = line();
  const abort = new AbortController();
  const first = waiters.wait("a", Infinity, late, undefined);
  const second = waiters.wait("b", Infinity, late, abort.signal);
  const third = waiters.wait("c", Infinity, late, undefined);
  abort.abort(new Error("enough"));
  await assertRejects(() => second, Error, "enough");
  assertEquals(waiters.length, 2);
  waiters.resolve(1);
  waiters.resolve(3);
  assertEquals([await first, await third], [1, 3]);
});

test("a wait ends with a TimeoutError when its time has passed, and its timer with it", async () => {
  const { waiters, clock } = line();
  const waiting = ["a", "b"].map((name) => waiters.wait(name, 50, late, undefined));
  const rejected = waiting.map((one) => assertRejects(() => one, TimeoutError, "late after 50"));
  assertEquals(clock.timers, 2);
  await clock.advance(49);
  assertEquals(waiters.length, 2);
  await clock.advance(1);
  await Promise.all(rejected);
  assertEquals([waiters.length, clock.timers], [0, 0]);
});

test("whoever is served has no timer and no listener left", async () => {
  const { waiters, clock } = line();
  const { signal, listeners } = countingSignal();
  const waiting = waiters.wait("a", 50, late, signal);
  assertEquals([clock.timers, listeners()], [1, 1]);
  waiters.resolve(1);
  assertEquals([await waiting, clock.timers, listeners()], [1, 0, 0]);
});

test("a timeout of 0 never waits, nor does a signal that is aborted already", async () => {
  const { waiters } = line();
  await assertRejects(() => waiters.wait("a", 0, late, undefined), TimeoutError, "late after 0");
  await assertRejects(() => waiters.wait("a", 10, late, AbortSignal.abort(new Error("too late"))), Error, "too late");
  assertEquals(waiters.length, 0);
});

test("rejecting everyone leaves nobody", async () => {
  const { waiters } = line();
  const waiting = [1, 2, 3].map(() => waiters.wait("a", Infinity, late, undefined));
  waiters.rejectAll(() => new Error("closed"));
  for (const one of waiting) await assertRejects(() => one, Error, "closed");
  assertEquals(waiters.length, 0);
});

test("100 000 who wait for one signal have one listener between them, and leave in linear time", async () => {
  const { waiters } = line();
  const { signal, abort, listeners } = countingSignal();
  const count = 100_000;
  const waiting = Array.from({ length: count }, () => waiters.wait("a", Infinity, late, signal));
  const settled = Promise.allSettled(waiting);
  assertEquals(listeners(), 1);
  const begun = performance.now();
  abort(new Error("all"));
  const results = await settled;
  // Quadratic work, 10 000 000 000 steps, would take minutes.
  assertLess(performance.now() - begun, 5000);
  assert(results.every((result) => result.status === "rejected" && (result.reason as Error).message === "all"));
  assertEquals([waiters.length, listeners()], [0, 0]);
});

test("100 000 who leave one by one, the last first, do so in linear time", () => {
  const { waiters } = line();
  const failures: unknown[] = [];
  const fail = (error: unknown): void => void failures.push(error);
  const entered = Array.from(
    { length: 100_000 },
    () => waiters.enter("a", Infinity, late, undefined, () => {}, fail),
  );
  const begun = performance.now();
  for (const waiter of entered.reverse()) waiters.withdraw(waiter, "gone");
  assertLess(performance.now() - begun, 5000);
  assertEquals([waiters.length, failures.length], [0, 100_000]);
});

test("what is said of a timeout names the call and the time", () => {
  assertEquals(lateToSend(0), "Cannot send: no peer has room, and sendTimeout is 0");
  assertEquals(lateToSend(7), "Cannot send: no peer had room in 7 ms, wanted some within sendTimeout");
});

test("a call's options are read strictly", () => {
  const { signal } = new AbortController();
  assertStrictEquals(signalOf("send", { signal }), signal);
  assertEquals(signalOf("send", undefined), undefined);
  assertEquals(signalOf("send", {}), undefined);
  const wrong = (options: unknown, message: string): void => {
    assertThrows(() => signalOf("send", options as WaitOptions), TypeError, message);
  };
  wrong(signal, "Cannot send: options are an object (AbortSignal), wanted an object such as { signal }");
  wrong(5, "Cannot send: options are 5, wanted an object such as { signal }");
  wrong(null, "Cannot send: options are null, wanted");
  wrong({ signal: "stop" }, 'Cannot send: signal is "stop", wanted an AbortSignal');
  wrong({ signal: null }, "Cannot send: signal is null, wanted an AbortSignal");
});

test("a signal from another realm is known by its shape", () => {
  const strange = { aborted: false, addEventListener() {}, removeEventListener() {} };
  assertStrictEquals(signalOf("send", { signal: strange as unknown as AbortSignal }), strange);
});
