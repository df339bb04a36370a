/** Who hears events: listeners, iterators, and those who wait for one. */
import { assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import { ClosedError, type SocketEvent, SocketEvents, type SocketEventType } from "../../mod.ts";
import { emitTo } from "../../src/monitor/socket_events.ts";
import { test } from "../harness.ts";
import { type Loose, microtasks, turn } from "../socket_fixture.ts";

const bind = (endpoint: string): SocketEvent => ({ type: "bind", endpoint });
const end: SocketEvent = { type: "end" };

test("a listener hears the events of its type, soon and never within the call that made them", async () => {
  const events = new SocketEvents();
  const heard: string[] = [];
  events.on("bind", ({ endpoint }) => heard.push(endpoint)).on("end", ({ type }) => heard.push(type));
  emitTo(events, bind("a"));
  emitTo(events, { type: "close", endpoint: "a" });
  emitTo(events, bind("b"));
  emitTo(events, end);
  assertEquals(heard, []);
  await microtasks();
  assertEquals(heard, ["a", "b", "end"]);
  emitTo(events, bind("after the end"));
  await microtasks();
  assertEquals(heard.length, 3);
});

test("the same listener is called once, and not at all once it is off", async () => {
  const events = new SocketEvents();
  let calls = 0;
  const listener = (): void => void calls++;
  events.on("bind", listener).on("bind", listener);
  emitTo(events, bind("a"));
  await microtasks();
  assertEquals(calls, 1);
  emitTo(events, bind("b"));
  events.off("bind", listener).off("bind", listener);
  emitTo(events, bind("c"));
  await microtasks();
  assertEquals(calls, 1);
});

test("who begins to listen in a listener hears the next event, not that one", async () => {
  const events = new SocketEvents();
  const heard: string[] = [];
  events.on("bind", ({ endpoint }) => {
    void events.once("bind").then((event) => heard.push(`${endpoint} then ${event.endpoint}`));
  });
  emitTo(events, bind("a"));
  await microtasks();
  assertEquals(heard, []);
  emitTo(events, bind("b"));
  await microtasks();
  assertEquals(heard, ["a then b"]);
});

test("what a listener throws is an uncaught error, and the other listeners hear the event", async () => {
  const events = new SocketEvents();
  let heard = 0;
  events.on("bind", () => {
    throw new Error("a listener's own");
  }).on("bind", () => heard++);
  // Each runtime tells of uncaught errors in its own way; what is thrown on a microtask is one for all of them.
  const thrown: unknown[] = [];
  const { queueMicrotask: real } = globalThis;
  globalThis.queueMicrotask = (task) =>
    real(() => {
      try {
        task();
      } catch (error) {
        thrown.push(error);
      }
    });
  try {
    emitTo(events, bind("a"));
    await microtasks();
  } finally {
    globalThis.queueMicrotask = real;
  }
  assertEquals([heard, thrown.map((error) => (error as Error).message)], [1, ["a listener's own"]]);
});

test("the first iterator finds what came before it, the others only what comes after", async () => {
  const events = new SocketEvents();
  emitTo(events, bind("a"));
  const first = events[Symbol.asyncIterator]();
  const second = events[Symbol.asyncIterator]();
  const waiting = second.next();
  emitTo(events, bind("b"));
  emitTo(events, end);
  const seen: SocketEvent[][] = [[], []];
  for await (const event of first) seen[0]!.push(event);
  for await (const event of second) seen[1]!.push(event);
  assertEquals(seen, [[bind("a"), bind("b"), end], [end]]);
  assertEquals(await waiting, { done: false, value: bind("b") });
  const late = events[Symbol.asyncIterator]();
  assertEquals(await late.next(), { done: true, value: undefined });
});

test("several calls of next are answered in order", async () => {
  const events = new SocketEvents();
  const iterator = events[Symbol.asyncIterator]();
  const calls = [iterator.next(), iterator.next(), iterator.next()];
  emitTo(events, bind("a"));
  emitTo(events, end);
  assertEquals(await Promise.all(calls), [
    { done: false, value: bind("a") },
    { done: false, value: end },
    { done: true, value: undefined },
  ]);
});

test("leaving the loop ends it, and the next loop begins with what comes then", async () => {
  const events = new SocketEvents();
  emitTo(events, bind("a"));
  emitTo(events, bind("b"));
  for await (const event of events) {
    assertEquals(event, bind("a"));
    break;
  }
  const iterator = events[Symbol.asyncIterator]();
  emitTo(events, bind("c"));
  assertEquals(await iterator.next(), { done: false, value: bind("c") });
  await iterator.return!();
  assertEquals(await iterator.next(), { done: true, value: undefined });
});

test("with no reader the newest 1024 events are kept", async () => {
  const events = new SocketEvents();
  for (let i = 0; i < 3000; i++) emitTo(events, bind(`${i}`));
  emitTo(events, end);
  const seen = [];
  for await (const event of events) seen.push(event);
  assertEquals([seen.length, seen[0], seen.at(-1)], [1024, bind("1977"), end]);
});

test("once resolves with the next event of its type, and leaves no listener", async () => {
  const events = new SocketEvents();
  const waiting = events.once("bind");
  emitTo(events, { type: "close", endpoint: "a" });
  emitTo(events, bind("a"));
  emitTo(events, bind("b"));
  assertEquals(await waiting, bind("a") as Loose);
});

test("once rejects with the signal's reason, and with ETERM when the socket closes first", async () => {
  const events = new SocketEvents();
  const abort = new AbortController();
  const aborted = assertRejects(() => events.once("bind", { signal: abort.signal }), Error, "enough");
  abort.abort(new Error("enough"));
  await aborted;
  await assertRejects(() => events.once("bind", { signal: abort.signal }), Error, "enough");
  const closed = assertRejects(() => events.once("bind"), ClosedError, 'Cannot wait for "bind": the socket is closed');
  const ended = events.once("end");
  emitTo(events, end);
  await closed;
  assertEquals(await ended, { type: "end" });
  assertEquals(await events.once("end"), { type: "end" });
  await assertRejects(() => events.once("connect"), ClosedError, 'Cannot wait for "connect"');
});

test("a name that no event has, and a listener that is no function, are found at the call", () => {
  const events = new SocketEvents();
  const bogus = "connected" as SocketEventType;
  const message = ' for "connected": there is no such event, wanted bind, bind:error, accept';
  assertThrows(() => events.on(bogus, () => {}), TypeError, `Cannot listen${message}`);
  assertThrows(() => events.off(bogus, () => {}), TypeError, `Cannot stop listening${message}`);
  assertThrows(() => void events.once(bogus), TypeError, `Cannot wait${message}`);
  const listener = 5 as Loose;
  assertThrows(() => events.on("bind", listener), TypeError, 'for "bind": listener is 5, wanted a function');
});

test("100 000 who wait once are served in linear time", async () => {
  const events = new SocketEvents();
  const waiting = Array.from({ length: 100_000 }, () => events.once("bind"));
  const begun = performance.now();
  emitTo(events, bind("a"));
  await Promise.all(waiting);
  assertLess(performance.now() - begun, 5000);
  await turn();
});
