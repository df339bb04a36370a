/**
 * Both ends of an inproc connection end as one; an end that is alone has its linger time.
 */
import { assertEquals } from "@std/assert";
import { InprocNames } from "../../src/session/inproc.ts";
import { test } from "../harness.ts";
import { ENDPOINT, Host, joined, NONE, send } from "../inproc_fixture.ts";

test("one end closes: both are over, once, and what had come can still be read by the other", async () => {
  for (const closer of ["push", "pull"] as const) {
    const { push, pull } = joined();
    pull.receiving = false;
    send(push.pipe, "1", "2");
    const { pipe } = pull;
    const connection = { push, pull }[closer].connections[0]!;
    assertEquals(await connection.close(Infinity), 0);
    assertEquals([push.told(), pull.told()], Array(2).fill(["attach", "ready", "detach", "closed 0"]));
    assertEquals(pipe.alive, false);
    pull.receive(pipe);
    assertEquals(pull.received, ["1", "2"]);
    assertEquals(await connection.close(0), 0);
    assertEquals([push.told(), pull.told()], [[], []]);
  }
});

test("what an end that connected has received and not read is dropped when it closes", async () => {
  const { push, pull } = joined();
  push.receiving = false;
  send(pull.pipe, "1");
  const { pipe } = push;
  await push.connections[0]!.close(0);
  assertEquals(pipe.inbound.length, 0);
});

test("a closed end with something to send waits for a binder for as long as linger says", async () => {
  const names = new InprocNames();
  const push = new Host("PUSH");
  const closing = names.connect(ENDPOINT, push, NONE);
  send(push.pipe, "1", "2");
  const unsent = closing.close(300);
  assertEquals(push.told(), ["attach", "detach"]);
  await push.clock.advance(299);
  assertEquals(push.connections.length, 1);
  await push.clock.advance(1);
  assertEquals([await unsent, push.told(), push.clock.timers], [2, ["closed 2"], 0]);
  const late = new Host("PULL");
  names.bind(ENDPOINT, late);
  assertEquals(late.told(), []);
});

test("a binder that comes in that time gets it all, and then both ends are over", async () => {
  const names = new InprocNames();
  const push = new Host("PUSH");
  const pull = new Host("PULL");
  const connection = names.connect(ENDPOINT, push, NONE);
  send(push.pipe, "1", "2");
  const unsent = connection.close(300);
  names.bind(ENDPOINT, pull);
  assertEquals([await unsent, pull.received, push.clock.timers], [0, ["1", "2"], 0]);
  assertEquals(push.told(), ["attach", "detach", "closed 0"]);
  assertEquals(pull.told(), ["attach", "ready", "detach", "closed 0"]);
});

test("linger 0, and nothing to send, end it at once; a second close can shorten the first's time", async () => {
  const names = new InprocNames();
  for (const [queued, first, second] of [[0, Infinity, 0], [2, 0, 0], [2, Infinity, 0], [2, 1000, 10]] as const) {
    const push = new Host("PUSH");
    const connection = names.connect(ENDPOINT, push, NONE);
    for (let i = 0; i < queued; i++) send(push.pipe, "x");
    const unsent = connection.close(first);
    assertEquals(connection.close(second), unsent);
    await push.clock.advance(10);
    assertEquals([await unsent, push.clock.timers, push.connections.length], [queued, 0, 0]);
  }
});

test("an end that was closed before a bind is not joined", async () => {
  const names = new InprocNames();
  const push = new Host("PUSH");
  await names.connect(ENDPOINT, push, NONE).close(0);
  const pull = new Host("PULL");
  names.bind(ENDPOINT, pull);
  assertEquals(pull.told(), []);
});
