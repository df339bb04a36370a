/**
 * The events of each side, in order, as libzmq's monitor has them; and listeners that close the session they hear of.
 */
import { assertEquals } from "@std/assert";
import type { SocketEventType } from "../../src/monitor/events.ts";
import { Session } from "../../src/session/session.ts";
import { hex, test } from "../harness.ts";
import { settled } from "../manual_clock.ts";
import { MemoryLink } from "../memory_link.ts";
import { answer, dialled, failure, joined, send, TestHost } from "../session_fixture.ts";

/** Two sockets on one clock. */
function two(): { push: TestHost; pull: TestHost } {
  const push = new TestHost("PUSH");
  return { push, pull: new TestHost("PULL", {}, push.clock) };
}

test("a client comes and closes: the server sees it come and go, the client tells nothing of its own closing", async () => {
  const { push, pull } = two();
  const { session } = await joined(push, pull);
  await session.close(0);
  assertEquals(push.heard(), ["connect:delay", "connect", "handshake PULL"]);
  assertEquals(pull.heard(), ["accept", "handshake PUSH", "disconnect"]);
});

test("the server closes: the client sees it go, and dials again", async () => {
  const { push, pull } = two();
  const { accepted } = await joined(push, pull);
  await accepted.close(0);
  assertEquals(push.heard(), ["connect:delay", "connect", "handshake PULL", "disconnect", "connect:retry 100"]);
  assertEquals(pull.heard(), ["accept", "handshake PUSH"]);
});

test("nobody is there: an attempt and a wait, again and again", async () => {
  const { push } = two();
  dialled(push);
  for (let i = 0; i < 3; i++) {
    push.dials.shift()!.fail(failure("ECONNREFUSED"));
    await settled();
    assertEquals(push.heard(), ["connect:delay", "connect:retry 100"]);
    await push.clock.advance(100);
  }
});

test("the peer leaves in the middle of the handshake: each side says so once", async () => {
  const { push, pull } = two();
  dialled(push);
  const [near, far] = MemoryLink.pair();
  // The server's words do not arrive, so the client's handshake cannot be complete.
  far.lending = true;
  push.dials.shift()!.answer(near);
  new Session(pull, "memory://listener", false).accept(far);
  await settled();
  near.break();
  await settled();
  const failed = ["handshake:error:other ECONNRESET", "disconnect ECONNRESET"];
  assertEquals(push.heard(), ["connect:delay", "connect", ...failed, "connect:retry 100"]);
  assertEquals(pull.heard(), ["accept", ...failed]);
});

test("two that do not fit: each side has its own error", async () => {
  const push = new TestHost("PUSH");
  const sub = new TestHost("SUB", {}, push.clock);
  dialled(push);
  await answer(push, sub);
  await push.clock.endTurn();
  const failed = ["handshake:error:protocol EPROTO", "disconnect EPROTO"];
  assertEquals(push.heard(), ["connect:delay", "connect", ...failed, "connect:retry 100"]);
  assertEquals(sub.heard(), ["accept", ...failed]);
});

test("a peer that breaks the protocol in traffic: disconnect has the error", async () => {
  const { push, pull } = two();
  const { far } = await joined(push, pull);
  push.heard();
  far.write(hex("F8 00"));
  await settled();
  assertEquals(push.heard(), ["disconnect EPROTO", "connect:retry 100"]);
  assertEquals(pull.heard().at(-1), "disconnect");
});

test("events carry the endpoint, the peer's address, and what the peer is", async () => {
  const { push, pull } = two();
  const seen: unknown[] = [];
  pull.hear = (event) => seen.push(event);
  await joined(push, pull);
  const endpoint = "memory://listener";
  const peer = "memory://dialler";
  assertEquals(seen[0], { type: "accept", endpoint, peer });
  const { properties, ...rest } = seen[1] as { properties: ReadonlyMap<string, Uint8Array> };
  assertEquals(rest, {
    type: "handshake",
    endpoint,
    peer,
    socketType: "PUSH",
    routingId: new Uint8Array(0),
    mechanism: "NULL",
    userId: "",
    version: "3.1",
  });
  assertEquals([...properties.keys()], ["Socket-Type"]);
});

test("with nobody to hear, no event is made", async () => {
  const { push, pull } = two();
  push.observed = false;
  const { near } = await joined(push, pull);
  near.break();
  await settled();
  assertEquals(push.heard(), []);
});

test("the peer is ready to be sent to when its handshake is told", async () => {
  const push = new TestHost("PUSH", { immediate: true });
  const pull = new TestHost("PULL", {}, push.clock);
  push.hear = ({ type }) => {
    if (type === "handshake") send(push.last!, "at once");
  };
  await joined(push, pull);
  assertEquals(pull.received, ["at once"]);
});

/** What makes each event happen to a dialled session. */
const HAPPENINGS: readonly [SocketEventType, (host: TestHost) => Promise<void>][] = [
  ["connect:delay", () => Promise.resolve()],
  ["connect:retry", async (host) => {
    host.dials.shift()!.fail(failure("ECONNREFUSED"));
    await settled();
  }],
  ["connect", async (host) => void await answer(host)],
  ["handshake", async (host) => void await answer(host, new TestHost("PULL", {}, host.clock))],
  ["handshake:error:other", async (host) => {
    (await answer(host)).far.abort();
    await settled();
  }],
  ["handshake:error:protocol", async (host) => {
    await answer(host, new TestHost("SUB", {}, host.clock));
    await settled();
  }],
  ["disconnect", async (host) => {
    (await answer(host, new TestHost("PULL", {}, host.clock))).near.break();
    await settled();
  }],
  ["close", async (host) => {
    host.options.reconnectInterval = 0;
    host.dials.shift()!.fail(failure("ECONNREFUSED"));
    await settled();
  }],
];

for (const [type, happen] of HAPPENINGS) {
  for (const queued of [0, 1]) {
    test(`a listener may close the session from within "${type}", with ${queued} queued`, async () => {
      const host = new TestHost("PUSH");
      const session = new Session(host, "memory://listener", true);
      if (queued > 0) send(session, "1");
      let closing: Promise<number> | undefined;
      host.hear = (event) => {
        if (event.type === type) closing = session.close(500);
      };
      session.dial();
      await happen(host);
      host.hear = () => {};
      // Whatever is dialled from now on finds nobody.
      for (let i = 0; i < 10; i++) {
        for (const dial of host.dials.splice(0)) dial.fail(failure("ECONNREFUSED"));
        await host.clock.advance(200);
      }
      await closing;
      assertEquals(host.clock.timers, 0);
      assertEquals(host.dials.length, 0);
      assertEquals(host.told().filter((line) => line.startsWith("closed")).length, 1);
    });
  }
}

test('a listener may close an accepted session from within "accept"', async () => {
  const { push, pull } = two();
  const session = new Session(pull, "memory://listener", false);
  let closing: Promise<number> | undefined;
  pull.hear = () => closing ??= session.close(0);
  dialled(push);
  const [near, far] = MemoryLink.pair();
  push.dials.shift()!.answer(near);
  session.accept(far);
  await settled();
  assertEquals(await closing, 0);
  assertEquals(pull.told(), ["closed 0"]);
  assertEquals(pull.clock.timers, 1, "the other side's wait");
});
