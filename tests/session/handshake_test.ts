/**
 * How handshakes end that do not succeed, and how connections end that we end: with a farewell.
 */
import { assertEquals } from "@std/assert";
import { ZmqError } from "../../src/errors.ts";
import { FAREWELL } from "../../src/session/conversation.ts";
import { Session } from "../../src/session/session.ts";
import { GREETING, ready } from "../engine_fixture.ts";
import { hex, test } from "../harness.ts";
import { settled } from "../manual_clock.ts";
import { MemoryLink } from "../memory_link.ts";
import { answer, dialled, joined, send, TestHost } from "../session_fixture.ts";

/** A dialled session, and the raw end of its link. The peer has said `octets`. */
async function facing(host: TestHost, octets: string): Promise<MemoryLink> {
  const { far } = await answer(host);
  far.start({ data: () => {}, closed: () => {} });
  if (octets !== "") far.write(hex(octets));
  await settled();
  return far;
}

test("a handshake that is not complete in time ends the connection at once, and is tried again", async () => {
  const host = new TestHost("PUSH", { handshakeInterval: 3000 });
  dialled(host);
  const far = await facing(host, GREETING);
  await host.clock.advance(2999);
  assertEquals(far.peer.calls.includes("abort"), false);
  await host.clock.advance(1);
  assertEquals(far.peer.calls.slice(-1), ["abort"]);
  assertEquals(host.heard().slice(2), ["handshake:error:other ETIMEDOUT", "disconnect ETIMEDOUT", "connect:retry 100"]);
});

for (const limit of [0, Infinity]) {
  test(`a handshakeInterval of ${limit} is no limit`, async () => {
    const host = new TestHost("PUSH", { handshakeInterval: limit });
    dialled(host);
    await facing(host, GREETING);
    assertEquals(host.clock.timers, 0);
  });
}

test("the handshake's time is over with the handshake, for both sides", async () => {
  const host = new TestHost("PUSH");
  const pull = new TestHost("PULL", {}, host.clock);
  await joined(host, pull);
  assertEquals(host.clock.timers, 0);
});

test("an accepted peer that does not shake hands in time is cut, and not waited for", async () => {
  const host = new TestHost("PULL", { handshakeInterval: 50 });
  const session = new Session(host, "memory://listener", false);
  const [, far] = MemoryLink.pair();
  session.accept(far);
  await host.clock.advance(50);
  assertEquals(far.calls, ["start", "abort"]);
  assertEquals(host.heard(), ["accept", "handshake:error:other ETIMEDOUT", "disconnect ETIMEDOUT"]);
  assertEquals(host.told(), ["closed 0"]);
});

test("a peer of another type is told so, and dialled again ever more rarely", async () => {
  const host = new TestHost("PUSH");
  dialled(host);
  const seen: string[] = [];
  for (const wait of [100, 200, 400]) {
    host.heard();
    const far = await facing(host, GREETING + ready("PUB"));
    // The ERROR went out before the link was closed.
    assertEquals(new TextDecoder().decode(far.peer.written).includes("ERROR"), true);
    assertEquals(far.peer.calls.at(-1), "close");
    seen.push(...host.heard().slice(1));
    await host.clock.advance(wait);
  }
  const once = ["handshake:error:protocol EPROTO", "disconnect EPROTO"];
  assertEquals(seen, [...once, "connect:retry 100", ...once, "connect:retry 200", ...once, "connect:retry 400"]);
});

test("another mechanism, and ERROR, end it for good", async () => {
  for (
    const octets of [
      GREETING.replace("4E 55 4C 4C", "43 55 52 56"),
      `${GREETING} 04 09 05 45 52 52 4F 52 02 6E 6F`,
    ]
  ) {
    const host = new TestHost("PUSH");
    const session = dialled(host);
    send(session, "a");
    await facing(host, octets);
    assertEquals(host.heard().slice(2), ["handshake:error:protocol EPROTO", "disconnect EPROTO", "close EPROTO"]);
    assertEquals(host.told(), ["attach", "detach", "closed 1"]);
    assertEquals(host.clock.timers, 0);
  }
});

test("an ERROR with a status of authentication is told as that", async () => {
  const host = new TestHost("PUSH");
  dialled(host);
  await facing(host, `${GREETING} 04 0A 05 45 52 52 4F 52 03 34 30 30`);
  assertEquals(host.heard().slice(2), ["handshake:error:auth 400", "disconnect EPROTO", "close EPROTO"]);
});

test("a peer that does not hang up in turn is cut after the farewell's time", async () => {
  const host = new TestHost("PUSH");
  dialled(host);
  const { near, far } = await answer(host);
  far.stubborn = true;
  far.start({ data: () => {}, closed: () => {} });
  far.write(hex("00 01 02 03 04 05 06 07 08 09"));
  await settled();
  assertEquals(near.calls.at(-1), "close");
  await host.clock.advance(FAREWELL - 1);
  assertEquals(near.calls.at(-1), "close");
  assertEquals(host.heard(), ["connect:delay", "connect"]);
  await host.clock.advance(1);
  assertEquals(near.calls.at(-1), "abort");
  assertEquals(host.heard(), ["handshake:error:protocol EPROTO", "disconnect EPROTO", "connect:retry 100"]);
});

test("a pattern that refuses a peer ends its connection; a dialled one is tried again", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", {}, push.clock);
  push.greet = (pipe) => pipe.refuse(new ZmqError("EADDRINUSE", "Cannot accept peer"));
  await joined(push, pull);
  assertEquals(push.heard().slice(2), ["handshake PULL", "disconnect EADDRINUSE", "connect:retry 100"]);
  assertEquals(push.told(), ["attach", "ready", "hiccup"]);
  assertEquals(pull.heard(), ["accept", "handshake PUSH", "disconnect"]);
  assertEquals(pull.told(), ["attach", "ready", "detach", "closed 0"]);
});

test("a connection that is ending carries no more messages, and takes none in", async () => {
  const push = new TestHost("PUSH");
  const pull = new TestHost("PULL", {}, push.clock);
  const { session, near, far } = await joined(push, pull);
  far.stubborn = true;
  session.pipe.refuse(new ZmqError("EPROTO", "Cannot go on"));
  send(session, "later");
  await push.clock.advance(10);
  assertEquals(near.calls.at(-1), "close");
  assertEquals([session.stats().connected, session.stats().queuedOut], [false, 1]);
  assertEquals(pull.received, []);
});
