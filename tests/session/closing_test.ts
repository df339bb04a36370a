/**
 * Closing, at every state: what is queued has its linger time, what is not sent is counted, and nothing is left behind.
 */
import { assertEquals } from "@std/assert";
import { Session } from "../../src/session/session.ts";
import { GREETING, ready } from "../engine_fixture.ts";
import { hex, test } from "../harness.ts";
import { settled } from "../manual_clock.ts";
import { MemoryLink } from "../memory_link.ts";
import { answer, dialled, failure, joined, now, send, TestHost } from "../session_fixture.ts";

test("closing while dialling, with nothing to send, ends at once and gives the attempt up", async () => {
  const host = new TestHost("PUSH", { connectTimeout: 5000 });
  const session = dialled(host);
  const { signal, answer } = host.dials[0]!;
  assertEquals(await now(session.close(Infinity)), 0);
  assertEquals(signal.aborted, true);
  assertEquals(host.clock.timers, 0);
  assertEquals(host.told(), ["attach", "detach", "closed 0"]);
  const [near] = MemoryLink.pair();
  answer(near);
  await settled();
  assertEquals(host.heard(), ["connect:delay"], "the one who closes is not told of it");
});

test("a link that is made after closing is cut", async () => {
  const host = new TestHost("PUSH");
  const { promise, resolve } = Promise.withResolvers<MemoryLink>();
  host.dial = () => promise;
  const session = dialled(host);
  assertEquals(await now(session.close(0)), 0);
  const [near] = MemoryLink.pair();
  resolve(near);
  await settled();
  assertEquals(near.calls, ["abort"]);
  assertEquals(host.clock.timers, 0);
});

test("closing while waiting to dial again, with nothing to send, ends at once", async () => {
  const host = new TestHost("PUSH");
  const session = dialled(host);
  host.dials.shift()!.fail(failure("ECONNREFUSED"));
  await settled();
  assertEquals(host.clock.timers, 1);
  assertEquals(await now(session.close(Infinity)), 0);
  assertEquals(host.clock.timers, 0);
});

test("linger 0 drops what is queued, at once, and counts it", async () => {
  const host = new TestHost("PUSH");
  const session = dialled(host);
  send(session, "1", "2", "3|4");
  assertEquals(await now(session.close(0)), 3);
  assertEquals(host.told(), ["attach", "detach", "closed 3"]);
  assertEquals(host.clock.timers, 0);
});

test("what is queued for an endpoint that was never reached has its linger time, to the millisecond", async () => {
  const host = new TestHost("PUSH", { reconnectInterval: 300 });
  const session = dialled(host);
  send(session, "1", "2");
  const closing = session.close(1000);
  for (let i = 0; i < 3; i++) {
    host.dials.shift()!.fail(failure("ECONNREFUSED"));
    await settled();
    await host.clock.advance(300);
  }
  await host.clock.advance(99);
  assertEquals(await now(closing), "pending");
  await host.clock.advance(1);
  assertEquals(await now(closing), 2);
  assertEquals(host.dials[0]!.signal.aborted, true);
  assertEquals(host.clock.timers, 0);
});

test("a peer that comes within the linger time gets what is queued, and then the session ends", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", {}, push.clock);
  const session = dialled(push);
  send(session, "1", "2");
  const closing = session.close(5000);
  push.dials.shift()!.fail(failure("ECONNREFUSED"));
  await push.clock.advance(100);
  await answer(push, pull);
  await push.clock.endTurn();
  assertEquals(pull.received, ["1", "2"]);
  assertEquals(await now(closing), 0);
  assertEquals(push.clock.timers, 0);
});

test("linger Infinity waits for as long as it takes", async () => {
  const push = new TestHost("PUSH", { reconnectInterval: 1000 });
  const session = dialled(push);
  send(session, "1");
  const closing = session.close(Infinity);
  for (let i = 0; i < 100; i++) {
    push.dials.shift()!.fail(failure("ECONNREFUSED"));
    await settled();
    await push.clock.advance(1000);
  }
  assertEquals(await now(closing), "pending");
  const pull = new TestHost("PULL", {}, push.clock);
  await answer(push, pull);
  await push.clock.endTurn();
  assertEquals([await now(closing), pull.received], [0, ["1"]]);
});

test("closing in the middle of a handshake, with nothing to send, says good-bye", async () => {
  for (const lending of [false, true]) {
    const host = new TestHost("PUSH");
    const session = dialled(host);
    const [near, far] = MemoryLink.pair();
    near.lending = lending;
    far.start({ data: () => {}, closed: () => {} });
    host.dials.shift()!.answer(near);
    await settled();
    const closing = session.close(Infinity);
    assertEquals(near.calls.at(-1), "close");
    if (lending) near.repay();
    assertEquals(await now(closing), 0);
    assertEquals(host.clock.timers, 0);
    assertEquals(host.heard(), ["connect:delay", "connect"]);
  }
});

test("closing in the middle of a handshake, with something to send, finishes it first", async () => {
  const push = new TestHost("PUSH");
  const session = dialled(push);
  send(session, "1");
  const { near, far } = await answer(push);
  let octets = 0;
  far.start({ data: (chunk) => octets += chunk.length, closed: () => {} });
  const closing = session.close(5000);
  assertEquals(near.calls.includes("close"), false);
  far.write(hex(GREETING + ready("PULL")));
  await push.clock.endTurn();
  assertEquals(await now(closing), 0);
  assertEquals(octets, 64 + 28 + 3);
});

test("closing with a peer that reads sends everything first", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", {}, push.clock);
  const { session } = await joined(push, pull);
  send(session, "1", "2", "3");
  const closing = session.close(5000);
  assertEquals(await now(closing), 0);
  assertEquals(pull.received, ["1", "2", "3"]);
  assertEquals(push.clock.timers, 0);
});

test("a peer that does not read has the linger time, and what it did not take is counted", async () => {
  const push = new TestHost("PUSH");
  const { session, near } = await joined(push, new TestHost("PULL", {}, push.clock));
  near.lending = true;
  send(session, "1", "2");
  await push.clock.endTurn();
  send(session, "3");
  const closing = session.close(700);
  await push.clock.advance(699);
  assertEquals([near.calls.at(-1), await now(closing)], ["resume", "pending"]);
  await push.clock.advance(1);
  assertEquals([near.calls.at(-1), await now(closing)], ["abort", 3]);
  assertEquals(push.clock.timers, 0);
});

test("a connection that is lost while closing is dialled again for what is still queued", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", {}, push.clock);
  const { session, near } = await joined(push, pull);
  near.lending = true;
  send(session, "1");
  await push.clock.endTurn();
  send(session, "2");
  const closing = session.close(5000);
  near.break();
  await push.clock.advance(100);
  await answer(push, pull);
  await push.clock.endTurn();
  assertEquals(pull.received, ["2"]);
  assertEquals(await now(closing), 1, "the one that was on its way counts as unsent");
});

test("an accepted connection that is lost while closing is the end", async () => {
  const pull = new TestHost("PULL");
  const push = new TestHost("PUSH", {}, pull.clock);
  const { accepted, near, far } = await joined(pull, push);
  far.lending = true;
  send(accepted, "1");
  await pull.clock.endTurn();
  send(accepted, "2");
  const closing = accepted.close(5000);
  near.break();
  assertEquals(await now(closing), 2);
  assertEquals(push.told(), ["attach", "ready", "detach", "closed 2"]);
});

test("a second close can shorten the linger time, and not lengthen it", async () => {
  const host = new TestHost("PUSH", { reconnectInterval: 10_000 });
  const session = dialled(host);
  host.dials.shift()!.fail(failure("ECONNREFUSED"));
  await settled();
  send(session, "1");
  const first = session.close(Infinity);
  assertEquals(session.close(5000), first);
  session.close(60_000);
  session.close(500);
  session.close(1000);
  await host.clock.advance(499);
  assertEquals(await now(first), "pending");
  await host.clock.advance(1);
  assertEquals(await now(first), 1);
  assertEquals(await now(session.close(0)), 1);
});

test("a second close with linger 0 drops at once what the first one wanted sent", async () => {
  const push = new TestHost("PUSH");
  const { session, near } = await joined(push, new TestHost("PULL", {}, push.clock));
  near.lending = true;
  send(session, "1");
  await push.clock.endTurn();
  send(session, "2", "3");
  const closing = session.close(5000);
  session.close(0);
  assertEquals(near.calls.at(-1), "abort");
  assertEquals(await now(closing), 3);
  assertEquals(push.clock.timers, 0);
});

test("closing what has ended by itself answers 0", async () => {
  const host = new TestHost("PUSH", { reconnectInterval: 0 });
  const session = dialled(host);
  send(session, "1");
  host.dials.shift()!.fail(failure("ECONNREFUSED"));
  await settled();
  assertEquals(await now(session.close(1000)), 0);
  assertEquals(host.told(), ["attach", "detach", "closed 1"]);
});

test("a peer that floods a closing socket is read and thrown away", async () => {
  const pull = new TestHost("PULL", { receiveHighWaterMark: 1 });
  pull.receiving = false;
  const push = new TestHost("PUSH", {}, pull.clock);
  const { session, accepted, near } = await joined(pull, push);
  send(accepted, "1", "2", "3");
  await pull.clock.endTurn();
  assertEquals(near.calls.at(-1), "pause");
  const closing = session.close(1000);
  assertEquals(await now(closing), 0);
  assertEquals(session.stats().queuedIn, 0);
});

test("what an accepted peer had sent can be received after its connection was closed", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", {}, push.clock);
  pull.receiving = false;
  const { session, accepted } = await joined(push, pull);
  send(session, "1", "2");
  await push.clock.endTurn();
  assertEquals(await now(accepted.close(0)), 0);
  pull.receive(accepted.pipe);
  assertEquals(pull.received, ["1", "2"]);
});

test("a session that was never used can be closed", async () => {
  const host = new TestHost("PUSH");
  assertEquals(await now(new Session(host, "memory://listener", false).close(0)), 0);
});
