/**
 * What happens to messages as connections come and go: whole, in order, none twice.
 */
import { assertEquals } from "@std/assert";
import { GREETING, ready } from "../engine_fixture.ts";
import { hex, test } from "../harness.ts";
import { settled } from "../manual_clock.ts";
import { answer, dialled, failure, joined, send, TestHost } from "../session_fixture.ts";

/** A body that is sent by reference, and so in a write of its own. */
const LONG = "x".repeat(20_000);

test("what is sent before there is a peer waits for it", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", {}, push.clock);
  const session = dialled(push);
  send(session, "a", "b|c");
  assertEquals(session.stats().queuedOut, 2);
  await answer(push, pull);
  await push.clock.endTurn();
  assertEquals(pull.received, ["a", "b|c"]);
  assertEquals(session.stats().queuedOut, 0);
});

test("what is sent while there is no connection goes out on the next, in order", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", {}, push.clock);
  const { session, near } = await joined(push, pull);
  send(session, "1");
  await push.clock.endTurn();
  near.break();
  await settled();
  send(session, "2", "3");
  await push.clock.advance(100);
  send(session, "4");
  await answer(push, pull);
  await push.clock.endTurn();
  send(session, "5");
  await push.clock.endTurn();
  assertEquals(pull.received, ["1", "2", "3", "4", "5"]);
  assertEquals(session.stats().reconnects, 1);
});

test("what is on loan when the connection breaks is not sent again, and what is behind it is", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", {}, push.clock);
  const { session, near } = await joined(push, pull);
  near.lending = true;
  send(session, "1", "2");
  await push.clock.endTurn();
  send(session, "3", "4");
  assertEquals(session.stats().queuedOut, 4);
  near.break();
  await settled();
  assertEquals(session.stats().queuedOut, 2);
  await push.clock.advance(100);
  await answer(push, pull);
  await push.clock.endTurn();
  assertEquals(pull.received, ["3", "4"]);
});

test("a message that was half sent is never finished on another connection", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", {}, push.clock);
  const { session, near } = await joined(push, pull);
  near.lending = true;
  send(session, `1|${LONG}|${LONG}`, "2", `3|${LONG}`);
  await push.clock.endTurn();
  near.repay();
  await settled();
  near.break();
  await settled();
  assertEquals(session.stats().queuedOut, 2);
  await push.clock.advance(100);
  await answer(push, pull);
  await push.clock.endTurn();
  assertEquals(pull.received, ["2", `3|${LONG}`]);
});

test("a message that was half received is never delivered", async () => {
  const pull = new TestHost("PULL");
  dialled(pull);
  const { far } = await answer(pull);
  far.start({ data: () => {}, closed: () => {} });
  far.write(hex(`${GREETING}${ready("PUSH")} 00 01 41 01 01 42 01 01 43`));
  await settled();
  far.break();
  await pull.clock.advance(100);
  const push = new TestHost("PUSH", {}, pull.clock);
  await answer(pull, push);
  await pull.clock.endTurn();
  assertEquals(pull.received, ["A"]);
});

test("what had come before the connection was lost can still be received, whatever the high-water mark", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", { receiveHighWaterMark: 2 }, push.clock);
  pull.receiving = false;
  const { session, accepted, near, far } = await joined(push, pull);
  send(session, "1", "2", "3", "4|5", "6");
  await push.clock.endTurn();
  assertEquals(far.calls.at(-1), "pause");
  assertEquals(accepted.stats().queuedIn, 2);
  near.break();
  await settled();
  assertEquals(pull.told(), ["attach", "ready", "detach", "closed 0"]);
  pull.receive(accepted.pipe);
  assertEquals(pull.received, ["1", "2", "3", "4|5", "6"]);
});

test("a full queue stops the reading, and half of it read starts it again", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", { receiveHighWaterMark: 4 }, push.clock);
  pull.receiving = false;
  const { session, accepted, far } = await joined(push, pull);
  send(session, ..."123456789");
  await push.clock.endTurn();
  assertEquals(far.calls.slice(1), ["pause"]);
  pull.receive(accepted.pipe, 1);
  await settled();
  assertEquals(far.calls.slice(1), ["pause"]);
  pull.receive(accepted.pipe, 1);
  await settled();
  assertEquals(far.calls.slice(1), ["pause", "resume", "pause"]);
  assertEquals(accepted.stats().queuedIn, 4);
  pull.receive(accepted.pipe, 4);
  await settled();
  pull.receive(accepted.pipe);
  assertEquals(pull.received, [..."123456789"]);
});

test("a queue that a lost connection left full does not stop the next one's reading for good", async () => {
  const pull = new TestHost("PULL", { receiveHighWaterMark: 2 });
  pull.receiving = false;
  const session = dialled(pull);
  const push = new TestHost("PUSH", {}, pull.clock);
  const first = await answer(pull, push);
  send(first.accepted, "1", "2", "3");
  await pull.clock.endTurn();
  first.near.break();
  await pull.clock.advance(100);
  assertEquals(session.stats().queuedIn, 3);
  const second = await answer(pull, push);
  await pull.clock.endTurn();
  send(second.accepted, "4", "5", "6");
  await pull.clock.endTurn();
  for (let i = 0; i < 6; i++) {
    pull.receive(session.pipe, 1);
    await settled();
  }
  assertEquals(pull.received, ["1", "2", "3", "4", "5", "6"]);
});

test("an accepted peer that leaves takes its queue with it, and what it lost is counted", async () => {
  const push = new TestHost("PULL");
  const pull = new TestHost("PUSH", {}, push.clock);
  const { accepted, far, near } = await joined(push, pull);
  far.lending = true;
  send(accepted, "1", "2");
  await push.clock.endTurn();
  send(accepted, "3");
  near.abort();
  await settled();
  assertEquals(pull.told(), ["attach", "ready", "detach", "closed 3"]);
  assertEquals(accepted.pipe.alive, false);
});

test("an immediate socket has a pipe only while there is a peer", async () => {
  const push = new TestHost("PUSH", { immediate: true });
  const pull = new TestHost("PULL", {}, push.clock);
  const session = dialled(push);
  const first = session.pipe;
  assertEquals(push.told(), []);
  push.dials.shift()!.fail(failure("ECONNREFUSED"));
  await settled();
  assertEquals(session.pipe, first, "nothing was in it");
  await push.clock.advance(100);
  const { near } = await answer(push, pull);
  assertEquals(push.told(), ["attach", "ready"]);
  near.lending = true;
  send(session, "1");
  await push.clock.endTurn();
  send(session, "2");
  near.break();
  await settled();
  assertEquals(push.told(), ["detach"]);
  assertEquals([first.alive, session.pipe === first, session.pipe.alive], [false, false, true]);
  assertEquals(session.stats().dropped, 1, "what was queued; what was on its way may have come");
  await push.clock.advance(100);
  await answer(push, pull);
  assertEquals(push.told(), ["attach", "ready"]);
  send(session, "3");
  await push.clock.endTurn();
  assertEquals(pull.received, ["3"]);
});

test("an immediate socket's pipe is gone as soon as its connection is being ended", async () => {
  const push = new TestHost("PUSH", { immediate: true });
  const { session, far } = await joined(push, new TestHost("PULL", {}, push.clock));
  far.stubborn = true;
  push.told();
  session.pipe.refuse(new Error("no"));
  assertEquals(push.told(), ["detach"]);
  assertEquals(session.pipe.alive, false);
});

test("what a pattern says to a new peer goes before what waited for one", async () => {
  const push = new TestHost("PUSH", { immediate: true });
  const pull = new TestHost("PULL", {}, push.clock);
  const session = dialled(push);
  push.welcome = () => send(session, LONG, LONG, LONG, LONG, "x".repeat(15_000), "x".repeat(15_000));
  push.greet = (pipe) => pipe.prelude([new TextEncoder().encode("hello")]);
  await answer(push, pull);
  await push.clock.endTurn();
  assertEquals(pull.received.map((text) => text.slice(0, 5)), ["hello", ...Array(6).fill("xxxxx")]);
});

test("the routing id given to connect is the pipe's, and the next one's too", async () => {
  const push = new TestHost("PUSH", { immediate: true });
  const { Session } = await import("../../src/session/session.ts");
  const session = new Session(push, "memory://listener", true, hex("41"));
  session.dial();
  assertEquals(session.pipe.givenId, hex("41"));
  const { near } = await answer(push, new TestHost("PULL", {}, push.clock));
  near.break();
  await settled();
  assertEquals(session.pipe.givenId, hex("41"));
});

test("counters do not go back when a connection is lost", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", {}, push.clock);
  const session = dialled(pull);
  for (let i = 1; i <= 3; i++) {
    const { accepted, near } = await answer(pull, push);
    send(accepted, "a", "b");
    await pull.clock.endTurn();
    near.break();
    await pull.clock.advance(100);
    const { messagesIn, bytesIn, reconnects, peer } = session.stats();
    assertEquals([messagesIn, bytesIn % i, reconnects, peer], [2 * i, 0, i - 1, undefined]);
  }
});
