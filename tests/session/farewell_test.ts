/**
 * After all has been sent: how long a peer may take to hang up.
 */
import { assertEquals } from "@std/assert";
import { FAREWELL } from "../../src/session/conversation.ts";
import { LONGEST_FAREWELL } from "../../src/session/session.ts";
import { test } from "../harness.ts";
import { settled } from "../manual_clock.ts";
import { joined, now, send, TestHost } from "../session_fixture.ts";

test("a peer that was sent nothing and does not hang up gets the farewell's time, not the linger's", async () => {
  for (const linger of [0, 5000, Infinity]) {
    const push = new TestHost("PUSH");
    const { session, near, far } = await joined(push, new TestHost("PULL", {}, push.clock));
    far.stubborn = true;
    const closing = session.close(linger);
    await push.clock.advance(FAREWELL - 1);
    assertEquals([near.calls.at(-1), await now(closing)], ["close", "pending"]);
    await push.clock.advance(1);
    assertEquals([near.calls.at(-1), await now(closing)], ["abort", 0]);
    assertEquals(push.clock.timers, 0);
  }
});

for (const [linger, patience] of [[0, FAREWELL], [10, FAREWELL], [5000, 5000], [Infinity, LONGEST_FAREWELL]] as const) {
  test(`linger ${linger}: a peer that may still be reading what was sent has ${patience} ms to hang up`, async () => {
    const push = new TestHost("PUSH");
    const { session, near, far } = await joined(push, new TestHost("PULL", {}, push.clock));
    far.stubborn = true;
    send(session, "1");
    await push.clock.endTurn();
    const closing = session.close(linger);
    await push.clock.advance(patience - 1);
    assertEquals([near.calls.at(-1), await now(closing)], ["close", "pending"]);
    await push.clock.advance(1);
    assertEquals([near.calls.at(-1), await now(closing)], ["abort", 0]);
    assertEquals(push.clock.timers, 0);
  });
}

test("a second close can shorten the time of the farewell", async () => {
  const push = new TestHost("PUSH");
  const { session, near, far } = await joined(push, new TestHost("PULL", {}, push.clock));
  far.stubborn = true;
  send(session, "1");
  await push.clock.endTurn();
  const closing = session.close(20_000);
  await push.clock.advance(5000);
  session.close(0);
  session.close(10_000);
  await push.clock.advance(FAREWELL);
  assertEquals([near.calls.at(-1), await now(closing)], ["abort", 0]);
});

test("closing while a fault's farewell lasts waits for no more than that", async () => {
  const push = new TestHost("PUSH");
  const { session, near, far } = await joined(push, new TestHost("PULL", {}, push.clock));
  far.stubborn = true;
  session.pipe.refuse(new Error("no"));
  await settled();
  assertEquals(near.calls.at(-1), "close");
  const closing = session.close(0);
  await push.clock.advance(FAREWELL);
  assertEquals(await now(closing), 0);
  assertEquals(push.clock.timers, 0);
});
