/** What an application gets from a peer that is lost: behind all that has come, once for each connection. */
import { assertEquals } from "@std/assert";
import { InprocNames } from "../../src/session/inproc.ts";
import { Session } from "../../src/session/session.ts";
import { latin1 } from "../../src/bytes/ascii.ts";
import type { Pipe } from "../../src/pipe/pipe.ts";
import { GREETING, ready } from "../engine_fixture.ts";
import { hex, test } from "../harness.ts";
import { Host, joined as joinedHere, NONE } from "../inproc_fixture.ts";
import { settled } from "../manual_clock.ts";
import { MemoryLink } from "../memory_link.ts";
import { answer, dialled, joined, TestHost } from "../session_fixture.ts";

const leaveWord = (pipe: Pipe): void => void (pipe.lastWord = [latin1("bye")]);

/** A host whose peers leave a last word. */
function told(type: "PUSH" | "PULL", options = {}): TestHost {
  const host = new TestHost(type, options);
  host.greet = leaveWord;
  return host;
}

test("an accepted peer that leaves: its last word comes behind its messages, and before the pipe is given up", async () => {
  const host = told("PULL");
  const [near, far] = MemoryLink.pair();
  new Session(host, "memory://listener", false).accept(near);
  const order: string[] = [];
  host.readable = (pipe) => {
    order.push(`readable ${pipe.connected}`);
    host.receive(pipe);
  };
  host.detach = () => void order.push("detach");
  far.start({ data: () => {}, closed: () => {} });
  far.write(hex(GREETING + ready("PUSH")));
  await settled();
  far.write(hex("00 01 61 00 01 62"));
  far.close();
  await settled();
  assertEquals(host.received, ["a", "b", "bye"]);
  assertEquals(order.at(-1), "detach");
  near.abort();
});

test("whatever the high-water mark: a peer that is held back has its last word too", async () => {
  const host = told("PULL", { receiveHighWaterMark: 1 });
  host.receiving = false;
  let pipe: Pipe | undefined;
  host.welcome = (joined) => pipe = joined;
  const [near, far] = MemoryLink.pair();
  new Session(host, "memory://listener", false).accept(near);
  far.start({ data: () => {}, closed: () => {} });
  far.write(hex(GREETING + ready("PUSH")));
  await settled();
  far.write(hex("00 01 61 00 01 62 00 01 63"));
  await settled();
  assertEquals(pipe!.inbound.length, 1);
  far.close();
  await settled();
  near.abort();
  await settled();
  host.receive(pipe!);
  assertEquals(host.received, ["a", "b", "c", "bye"]);
});

test("a peer that breaks the protocol is lost like one that leaves", async () => {
  const host = told("PULL");
  const [near, far] = MemoryLink.pair();
  new Session(host, "memory://listener", false).accept(near);
  far.start({ data: () => {}, closed: () => {} });
  far.write(hex(GREETING + ready("PUSH")));
  await settled();
  far.write(hex("00 01 61 ff"));
  await settled();
  assertEquals(host.received, ["a", "bye"]);
  far.close();
  await settled();
  assertEquals(host.received, ["a", "bye"]);
});

test("a peer that leaves before its handshake is complete has no last word", async () => {
  const host = told("PULL");
  const [near, far] = MemoryLink.pair();
  new Session(host, "memory://listener", false).accept(near);
  far.start({ data: () => {}, closed: () => {} });
  far.write(hex(GREETING));
  await settled();
  far.close();
  await settled();
  assertEquals(host.received, []);
});

test("a session that we close ourselves leaves none, whoever hangs up first", async () => {
  const push = told("PUSH");
  const pull = told("PULL");
  const { session, accepted } = await joined(push, pull);
  const closing = accepted.close(0);
  await settled();
  void session.close(0);
  await settled();
  await closing;
  assertEquals([push.received, pull.received], [["bye"], []]);
});

test("a dialled endpoint has one for each connection that is lost, and none for attempts that fail", async () => {
  const host = told("PUSH");
  const other = new TestHost("PULL");
  const session = dialled(host);
  for (let round = 1; round <= 2; round++) {
    const { far } = await answer(host, other);
    await host.clock.endTurn();
    far.abort();
    await settled();
    assertEquals(host.received, Array(round).fill("bye"));
    await host.clock.advance(60_000);
  }
  host.dials.shift()!.fail(new Error("nobody"));
  await settled();
  assertEquals(host.received.length, 2);
  await session.close(0);
});

test("an immediate socket has it before its pipe is given up", async () => {
  const host = told("PUSH", { immediate: true });
  const session = dialled(host);
  const { far } = await answer(host, new TestHost("PULL"));
  await host.clock.endTurn();
  far.abort();
  await settled();
  assertEquals(host.received, ["bye"]);
  await session.close(0);
});

test("inproc: one end has the last word of the other, if that closes", async () => {
  const { push, pull } = joinedHere();
  for (const host of [push, pull]) leaveWord(host.connections[0]!.pipe);
  pull.receiving = false;
  const { pipe } = pull.connections[0]!;
  push.connections[0]!.pipe.write([latin1("1")]);
  await push.connections[0]!.close(0);
  pull.receive(pipe);
  assertEquals([push.received, pull.received], [[], ["1", "bye"]]);
});

test("inproc: the end that closes has none", async () => {
  const names = new InprocNames();
  const [binder, connecter] = [new Host("PULL"), new Host("PUSH")];
  binder.greet = connecter.greet = leaveWord;
  names.bind("inproc://word", binder);
  names.connect("inproc://word", connecter, NONE);
  await binder.connections[0]!.close(0);
  assertEquals([binder.received, connecter.received], [[], ["bye"]]);
});
