/**
 * Heartbeats, as a session lives by them: zmtp's own rules are the engine's tests.
 */
import { assertEquals } from "@std/assert";
import { GREETING, ready } from "../engine_fixture.ts";
import { hex, test, toHex } from "../harness.ts";
import { settled } from "../manual_clock.ts";
import type { MemoryLink } from "../memory_link.ts";
import { answer, dialled, type HostOptions, joined, send, TestHost } from "../session_fixture.ts";

/** A PUSH, and the raw end of a PULL that has shaken hands and says nothing by itself. */
async function facing(options: HostOptions): Promise<{ host: TestHost; near: MemoryLink; far: MemoryLink }> {
  const host = new TestHost("PUSH", options);
  dialled(host);
  const { near, far } = await answer(host);
  far.start({ data: () => {}, closed: () => {} });
  far.write(hex(GREETING + ready("PULL")));
  await host.clock.endTurn();
  near.writes.length = 0;
  host.heard();
  return { host, near, far };
}

/** What went out since the last look. */
function sent(link: MemoryLink): string {
  return link.writes.splice(0).map(toHex).join(" ");
}

const PING = "04 09 04 50 49 4E 47 00 00";
const PONG = "04 05 04 50 4F 4E 47";

test("without heartbeats no timer runs", async () => {
  const { host } = await facing({});
  assertEquals(host.clock.timers, 0);
});

test("a PING goes out at each interval, though nothing else is sent", async () => {
  const { host, near, far } = await facing({ heartbeat: { interval: 100, timeout: 1000 } });
  await host.clock.advance(99);
  assertEquals(sent(near), "");
  await host.clock.advance(1);
  assertEquals(sent(near), `${PING} 00 01`);
  far.write(hex(`${PONG} 00 01`));
  await host.clock.advance(100);
  assertEquals(sent(near), `${PING} 00 02`);
  assertEquals(host.clock.timers, 1);
});

test("the round trip of the last heartbeat is in the stats", async () => {
  const push = new TestHost("PUSH", { heartbeat: { interval: 100, timeout: 1000 } });
  const { session, near } = await joined(push, new TestHost("PULL", {}, push.clock));
  assertEquals(session.stats().roundTrip, undefined);
  near.lending = true;
  await push.clock.advance(100);
  await push.clock.advance(7);
  near.repay();
  await push.clock.endTurn();
  assertEquals(session.stats().roundTrip, 7);
});

test("silence after a PING ends the connection at once, and it is dialled again", async () => {
  const { host, near } = await facing({ heartbeat: { interval: 100, timeout: 30 } });
  await host.clock.advance(129);
  assertEquals(host.heard(), []);
  await host.clock.advance(1);
  assertEquals(near.calls.at(-1), "abort");
  assertEquals(host.heard(), ["disconnect ETIMEDOUT", "connect:retry 100"]);
  assertEquals(host.clock.next, 100);
});

test("a peer's time to live is kept, though we send no heartbeats", async () => {
  const { host, near, far } = await facing({});
  far.write(hex("04 07 04 50 49 4E 47 00 05"));
  await settled();
  await host.clock.advance(499);
  assertEquals(sent(near), PONG);
  assertEquals(host.heard(), []);
  await host.clock.advance(1);
  assertEquals(host.heard(), ["disconnect ETIMEDOUT", "connect:retry 100"]);
});

test("anything that is heard puts the end of a time to live off", async () => {
  const { host, far } = await facing({});
  far.write(hex("04 07 04 50 49 4E 47 00 05"));
  await settled();
  await host.clock.advance(400);
  far.write(hex("00 01 41"));
  await settled();
  await host.clock.advance(10_000);
  assertEquals(host.heard(), []);
  assertEquals(host.clock.timers, 0);
});

test("a link that takes nothing gets one PING, and the beat goes on", async () => {
  const { host, near, far } = await facing({ heartbeat: { interval: 100, timeout: Infinity } });
  near.lending = true;
  await host.clock.advance(350);
  assertEquals(near.onLoan && toHex(near.onLoan), `${PING} 00 01`);
  near.repay();
  await settled();
  assertEquals(near.onLoan && toHex(near.onLoan), `${PING} 00 03`);
  far.abort();
  await settled();
});

test("a lost connection takes its beat with it, and the next one has its own", async () => {
  const { host, far } = await facing({ heartbeat: { interval: 100, timeout: 1000 } });
  far.abort();
  await settled();
  assertEquals(host.clock.timers, 1, "the wait to dial again");
  await host.clock.advance(100);
  assertEquals(host.clock.timers, 0);
});

test("a closing socket beats on while it sends, and answers, so that nobody thinks it dead", async () => {
  const { host, near, far } = await facing({ heartbeat: { interval: 100, timeout: 30 } });
  const session = host.last!;
  near.lending = true;
  send(session, "long");
  await host.clock.endTurn();
  assertEquals(toHex(near.onLoan!), "00 04 6C 6F 6E 67");
  const closing = session.close(10_000);
  for (let i = 0; i < 20; i++) {
    await host.clock.advance(50);
    far.write(hex("04 07 04 50 49 4E 47 00 00"));
    await settled();
  }
  assertEquals(host.heard(), []);
  near.lending = false;
  near.repay();
  await host.clock.endTurn();
  assertEquals(sent(near).includes(PONG), true);
  assertEquals(await closing, 0);
});
