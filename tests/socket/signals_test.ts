/** A signal that outlives a call has nothing left of it, however the call ended. */
import { assertEquals, assertRejects } from "@std/assert";
import { Pair, proxy, Pull, Push, Reply, Request } from "../../mod.ts";
import { test } from "../harness.ts";
import { countingSignal, meet, texts, turn } from "../socket_fixture.ts";

test("a call that need not wait never looks at its signal again", async () => {
  const { signal, listeners } = countingSignal();
  await using push = new Push();
  await using pull = new Pull();
  await meet(pull, push);
  for (let i = 0; i < 3; i++) {
    await push.send("x", { signal });
    assertEquals(texts(await pull.receive({ signal })), ["x"]);
  }
  assertEquals(await pull.bind("tcp://127.0.0.1:*", { signal }), pull.lastEndpoint!);
  assertEquals(listeners(), 0);
});

test("many calls of one socket that wait have one listener, and none when they are served", async () => {
  const { signal, listeners } = countingSignal();
  await using one = new Pair();
  await using other = new Pair();
  const calls = [
    ...Array.from({ length: 10 }, (_, i) => one.send(`${i}`, { signal })),
    ...Array.from({ length: 10 }, () => one.receive({ signal })),
  ];
  assertEquals(listeners(), 1);
  await meet(other, one);
  for (let i = 0; i < 10; i++) await other.send(await other.receive());
  await Promise.all(calls);
  assertEquals(listeners(), 0);
});

test("a request has let go of its signal when it has its reply, and when it has failed", async () => {
  const { signal, listeners } = countingSignal();
  await using reply = new Reply();
  await using request = new Request();
  await meet(reply, request);
  const answer = request.request("?", { signal });
  assertEquals(listeners(), 1);
  await reply.send(await reply.receive());
  await answer;
  assertEquals(listeners(), 0);
  await assertRejects(() => request.request("?", { signal, timeout: 1 }));
  assertEquals(listeners(), 0);
});

test("a proxy and a wait for an event let go of theirs", async () => {
  const { signal, listeners } = countingSignal();
  await using front = new Pull();
  await using back = new Push();
  const running = proxy(front, back, { signal });
  const bound = front.events.once("bind", { signal });
  assertEquals(listeners(), 2);
  await front.bind("inproc://signals");
  await bound;
  await back.close();
  await running;
  assertEquals(listeners(), 0);
});

test("an aborted signal that is given to every call makes each reject with its reason", async () => {
  const { signal, abort, listeners } = countingSignal();
  await using pair = new Pair();
  await using request = new Request();
  const calls = [
    () => pair.send("x", { signal }),
    () => pair.receive({ signal }),
    () => request.request("x", { signal }),
    () => proxy(pair, pair, { signal }),
    () => pair.events.once("bind", { signal }),
  ];
  const waiting = calls.map((call) => assertRejects(call, Error, "the reason"));
  await turn();
  abort(new Error("the reason"));
  await Promise.all(waiting);
  for (const call of [...calls, () => pair.bind("inproc://never", { signal })]) {
    await assertRejects(call, Error, "the reason");
  }
  assertEquals([listeners(), pair.lastEndpoint], [0, undefined]);
});
