/**
 * When an endpoint is dialled, dialled again, and given up.
 */
import { assertEquals } from "@std/assert";
import { ProtocolError, RefusedError } from "../../src/errors.ts";
import { test } from "../harness.ts";
import { settled } from "../manual_clock.ts";
import { MemoryLink } from "../memory_link.ts";
import { answer, dialled, failure, joined, send, TestHost } from "../session_fixture.ts";

/** Lets the next attempt fail, and answers the events that came of it. */
async function fail(host: TestHost, code = "ECONNREFUSED"): Promise<string[]> {
  host.heard();
  host.dials.shift()!.fail(failure(code));
  await settled();
  return host.heard();
}

test("to connect is to dial at once", () => {
  const host = new TestHost("PUSH");
  dialled(host, "memory://there");
  assertEquals(host.dials.map(({ endpoint }) => endpoint), ["memory://there"]);
  assertEquals(host.heard(), ["connect:delay"]);
  assertEquals(host.told(), ["attach"]);
  assertEquals(host.clock.timers, 0);
});

test("what fails is dialled again after the interval, not a millisecond sooner", async () => {
  const host = new TestHost("PUSH", { reconnectInterval: 100 });
  dialled(host);
  for (const code of ["ECONNREFUSED", "ETIMEDOUT", "ENOTFOUND", "ENETUNREACH", "ENOENT"]) {
    assertEquals(await fail(host, code), ["connect:retry 100"]);
    await host.clock.advance(99);
    assertEquals(host.dials.length, 0);
    await host.clock.advance(1);
    assertEquals(host.dials.length, 1);
    assertEquals(host.heard(), ["connect:delay"]);
  }
});

test("the wait is spread by chance", async () => {
  const host = new TestHost("PUSH", { reconnectInterval: 100 });
  host.clock.chance = 0.25;
  dialled(host);
  assertEquals(await fail(host), ["connect:retry 125"]);
});

test("the wait grows to its maximum, and a connection without a handshake does not start it over", async () => {
  const host = new TestHost("PUSH", { reconnectInterval: 100, reconnectMaxInterval: 800 });
  dialled(host);
  assertEquals(await fail(host), ["connect:retry 100"]);
  await host.clock.advance(100);
  const { far } = await answer(host);
  far.abort();
  await settled();
  assertEquals(host.heard().at(-1), "connect:retry 200");
  await host.clock.advance(200);
  assertEquals(await fail(host), ["connect:retry 400"]);
  await host.clock.advance(400);
  assertEquals(await fail(host), ["connect:retry 800"]);
  await host.clock.advance(800);
  assertEquals(await fail(host), ["connect:retry 800"]);
  await host.clock.advance(800);
  const pull = new TestHost("PULL", {}, host.clock);
  const last = await answer(host, pull);
  await host.clock.endTurn();
  assertEquals(host.heard().at(-1), "handshake PULL");
  last.near.break();
  await settled();
  assertEquals(host.heard().at(-1), "connect:retry 100");
});

test("options hold from the next attempt on", async () => {
  const host = new TestHost("PUSH", { reconnectInterval: 100 });
  dialled(host);
  host.options.reconnectInterval = 7;
  assertEquals(await fail(host), ["connect:retry 7"]);
});

test("with an interval of 0 the first failure is the last", async () => {
  const host = new TestHost("PUSH", { reconnectInterval: 0 });
  const session = dialled(host);
  send(session, "a", "b");
  host.told();
  assertEquals(await fail(host), ["close ECONNREFUSED"]);
  assertEquals(host.told(), ["detach", "closed 2"]);
  assertEquals(host.clock.timers, 0);
  assertEquals(await session.close(0), 0);
});

test("an attempt that takes longer than connectTimeout is given up, and made again", async () => {
  const host = new TestHost("PUSH", { connectTimeout: 50, reconnectInterval: 10 });
  dialled(host);
  const { signal } = host.dials[0]!;
  await host.clock.advance(49);
  assertEquals(signal.aborted, false);
  await host.clock.advance(1);
  assertEquals(signal.aborted, true);
  assertEquals((signal.reason as Error).message, 'Cannot connect to "memory://listener": no answer in 50 ms');
  assertEquals(host.heard(), ["connect:delay", "connect:retry 10"]);
  host.dials.shift();
  await host.clock.advance(10);
  await answer(host, new TestHost("PULL", {}, host.clock));
  assertEquals(host.clock.timers, 0, "the attempt's time does not run on");
});

test("a link that is made as the time runs out is cut, and the endpoint dialled again", async () => {
  const host = new TestHost("PUSH", { connectTimeout: 50 });
  dialled(host);
  const [near] = MemoryLink.pair();
  const { promise, resolve } = Promise.withResolvers<MemoryLink>();
  // A transport that does not heed its signal.
  host.dial = () => promise;
  host.dials.shift()!.fail(failure("ENOENT"));
  await host.clock.advance(100 + 50);
  resolve(near);
  await settled();
  assertEquals(near.calls, ["abort"]);
  assertEquals(host.heard().at(-1), "connect:retry 100");
});

test("reconnectStop: refused gives up what refuses, and nothing else", async () => {
  const host = new TestHost("PUSH", { reconnectStop: ["refused"] });
  dialled(host);
  assertEquals(await fail(host, "ETIMEDOUT"), ["connect:retry 100"]);
  await host.clock.advance(100);
  const { far } = await answer(host);
  far.abort();
  await settled();
  assertEquals(host.heard().at(-1), "connect:retry 100");
  await host.clock.advance(100);
  assertEquals(await fail(host, "ECONNREFUSED"), ["close ECONNREFUSED"]);
  assertEquals(host.clock.timers, 0);
});

test("reconnectStop: handshake gives up who hangs up before it, not who does after", async () => {
  const host = new TestHost("PUSH", { reconnectStop: ["handshake"] });
  const pull = new TestHost("PULL", {}, host.clock);
  const { far } = await joined(host, pull);
  host.heard();
  far.abort();
  await settled();
  assertEquals(host.heard(), ["disconnect", "connect:retry 100"]);
  await host.clock.advance(100);
  assertEquals(await fail(host), ["connect:retry 100"]);
  await host.clock.advance(100);
  host.heard();
  (await answer(host)).far.abort();
  await settled();
  assertEquals(host.heard(), ["connect", "handshake:error:other EPIPE", "disconnect", "close"]);
});

test("a peer that refuses us is never dialled again", async () => {
  const host = new TestHost("PUSH");
  dialled(host);
  host.dials.shift()!.fail(new RefusedError("handshake", "Cannot shake hands", "no"));
  await settled();
  assertEquals(host.heard(), ["connect:delay", "close EPROTO"]);
});

test("errors of the protocol make the waits grow, whatever the options", async () => {
  const host = new TestHost("PUSH");
  dialled(host);
  const seen: string[] = [];
  for (const wait of [100, 200, 400, 800]) {
    host.heard();
    host.dials.shift()!.fail(new ProtocolError("greeting", "Cannot read greeting"));
    await settled();
    seen.push(...host.heard());
    await host.clock.advance(wait);
  }
  assertEquals(seen, ["connect:retry 100", "connect:retry 200", "connect:retry 400", "connect:retry 800"]);
});

test("a failed attempt is no lost connection: the queue stays, and the pattern hears nothing", async () => {
  const host = new TestHost("XSUB");
  const session = dialled(host);
  send(session, "a");
  host.told();
  await fail(host);
  assertEquals(host.told(), []);
  assertEquals(session.stats().queuedOut, 1);
});

for (const shakes of [false, true]) {
  const when = shakes ? "after its handshake" : "before its handshake";
  test(`a peer that accepts and hangs up at once, ${when}, is dialled ever more rarely, maximum or not`, async () => {
    const host = new TestHost("PUSH", { reconnectInterval: 100 });
    dialled(host);
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      const { far } = await answer(host, shakes ? new TestHost("PULL", {}, host.clock) : undefined);
      await host.clock.endTurn();
      far.abort();
      await settled();
      const wait = Number(/^connect:retry (\d+)$/.exec(host.heard().at(-1)!)![1]);
      waits.push(wait);
      await host.clock.advance(wait);
    }
    assertEquals(waits, [100, 100, 200, 400, 800, 1600, 2000, 2000, 2000, 2000, 2000, 2000]);
    // One connection that lasts makes up for it.
    const { far } = await answer(host, new TestHost("PULL", {}, host.clock));
    await host.clock.advance(100);
    far.abort();
    await settled();
    assertEquals(host.heard().at(-1), "connect:retry 100");
  });
}
