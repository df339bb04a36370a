/** `request()`: one call, its tries and its one reply. */
import { assert, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import { ClosedError, Reply, Request, Router, StateError, text, TimeoutError } from "../../mod.ts";
import { test } from "../harness.ts";
import { type Loose, meet, texts, turn, until } from "../socket_fixture.ts";

test("any number of requests may be in flight, and each gets its own reply, in whatever order they come", async () => {
  await using router = new Router();
  await using request = new Request();
  await meet(router, request);
  const answers = Array.from({ length: 50 }, (_, i) => request.request(`question ${i}`));
  const asked = [];
  for (let i = 0; i < 50; i++) asked.push(await router.receive());
  for (const [id, number, delimiter, question] of asked.reverse()) {
    await router.send([id!, number!, delimiter!, `answer to ${text(question)}`]);
  }
  const expected = answers.map((_, i) => `answer to question ${i}`);
  assertEquals((await Promise.all(answers)).map((frames) => text(frames[0])), expected);
});

test("a message of several parts goes and comes whole", async () => {
  await using reply = new Reply();
  await using request = new Request();
  await meet(reply, request);
  const answer = request.request(["a", "", Uint8Array.of(1)]);
  await reply.send(["b", ...await reply.receive()]);
  assertEquals((await answer).map((frame) => [...frame]), [[98], [97], [], [1]]);
});

test("a request without a reply in time rejects with EAGAIN, and its late reply is nobody's", async () => {
  await using router = new Router();
  await using request = new Request();
  await meet(router, request);
  const error = await assertRejects(() => request.request("slow", { timeout: 20 }), TimeoutError);
  assertEquals([error.code, error.message], ["EAGAIN", "Cannot complete request: no reply came in 20 ms, wanted one"]);
  const [id, number, delimiter] = await router.receive();
  const next = request.request("quick");
  await router.send([id!, number!, delimiter!, "late"]);
  const [, nextNumber] = await router.receive();
  await router.send([id!, nextNumber!, delimiter!, "in time"]);
  assertEquals(texts(await next), ["in time"]);
  assertEquals(request.stats().dropped, 1);
});

test("a retry asks the next peer, and the first reply to any try counts", async () => {
  await using silent = new Router();
  await using reply = new Reply();
  await using request = new Request();
  await meet(silent, request);
  await meet(reply, request);
  const answer = request.request("anyone?", { timeout: 50, retries: 3 });
  assertEquals(text((await reply.receive())[0]), "anyone?");
  await reply.send("I am");
  assertEquals(texts(await answer), ["I am"]);
  assert(silent.stats().messagesIn <= 2);
});

test("when all tries have gone unanswered the error says how many", async () => {
  await using silent = new Router();
  await using request = new Request();
  await meet(silent, request);
  const message = "Cannot complete request: no reply came in 10 ms, 3 times, wanted one";
  await assertRejects(() => request.request("anyone?", { timeout: 10, retries: 2 }), TimeoutError, message);
  await until(() => silent.stats().messagesIn === 3);
  const numbers = [];
  for (let i = 0; i < 3; i++) numbers.push((await silent.receive())[1]!.join());
  assertEquals(new Set(numbers).size, 1);
});

test("a request waits for a peer, and one given up while it waits is never sent", async () => {
  await using request = new Request();
  const abort = new AbortController();
  const given = assertRejects(() => request.request("given up", { signal: abort.signal }), Error, "enough");
  const late = assertRejects(() => request.request("late", { timeout: 5 }), TimeoutError);
  const kept = request.request("kept");
  abort.abort(new Error("enough"));
  await Promise.all([given, late]);
  assertEquals(request.stats().pendingSends, 1);
  await using reply = new Reply();
  await meet(reply, request);
  assertEquals(texts(await reply.receive()), ["kept"]);
  await reply.send("yes");
  assertEquals(texts(await kept), ["yes"]);
  assertEquals(reply.tryReceive(), undefined);
  await assertRejects(() => request.request("?", { signal: abort.signal }), Error, "enough");
});

test("a request that is aborted in flight rejects at once, and its reply is dropped", async () => {
  await using reply = new Reply();
  await using request = new Request();
  await meet(reply, request);
  const abort = new AbortController();
  const given = assertRejects(() => request.request("?", { signal: abort.signal }), DOMException);
  const question = await reply.receive();
  abort.abort();
  await given;
  await reply.send(question);
  await until(() => request.stats().dropped === 1);
});

test("sendTimeout bounds the wait for a peer", async () => {
  await using request = new Request({ sendTimeout: 10 });
  await assertRejects(() => request.request("?"), TimeoutError, "Cannot send: no peer had room in 10 ms");
  request.sendTimeout = 0;
  await assertRejects(() => request.request("?", { timeout: 5, retries: 5 }), TimeoutError, "sendTimeout is 0");
  assertEquals(request.stats().pendingSends, 0);
});

test("beside requests, send and receive keep their strict turns", async () => {
  await using router = new Router();
  await using request = new Request();
  await meet(router, request);
  const called = request.request("called");
  await request.send("sent");
  await assertRejects(() => request.send("again"), StateError, "wanted receive() first");
  const also = request.request("also called");
  const asked = [await router.receive(), await router.receive(), await router.receive()];
  for (const frames of asked.reverse()) await router.send(frames);
  assertEquals(texts(await called), ["called"]);
  assertEquals(texts(await also), ["also called"]);
  assertEquals(texts(await request.receive()), ["sent"]);
  await assertRejects(() => request.receive(), StateError, "wanted send() first");
});

test("when the socket is closed every request rejects with ETERM", async () => {
  await using router = new Router();
  const request = new Request();
  await meet(router, request);
  const asked = Array.from({ length: 10 }, () => request.request("?", { timeout: 60_000 }));
  const rejected = asked.map((one) => assertRejects(() => one, ClosedError, "the REQ socket is closed"));
  await request.close({ linger: 0 });
  await Promise.all(rejected);
});

test("what a request is given is checked at the call", async () => {
  await using request = new Request();
  const wrong = (call: () => unknown, Kind: typeof TypeError | typeof RangeError, message: string): void => {
    assertThrows(call, Kind, message);
  };
  const ask = (options: unknown) => () => request.request("?", options as Loose);
  wrong(() => request.request(5 as Loose), TypeError, "Cannot send a message: the message is 5");
  wrong(ask(5), TypeError, "Cannot request: options are 5, wanted an object such as { timeout: 1000 }");
  wrong(ask({ timeout: "1" }), TypeError, 'Cannot request: timeout is "1", wanted milliseconds, 0 or more');
  wrong(ask({ timeout: -1 }), RangeError, "Cannot request: timeout is -1, wanted milliseconds, 0 or more");
  wrong(ask({ timeout: NaN }), RangeError, "Cannot request: timeout is NaN, wanted milliseconds");
  wrong(ask({ retries: 0.5 }), RangeError, "Cannot request: retries is 0.5, wanted a whole number, 0 or more");
  wrong(ask({ retries: "1" }), TypeError, 'Cannot request: retries is "1", wanted a whole number');
  wrong(ask({ signal: 5 }), TypeError, "Cannot request: signal is 5, wanted an AbortSignal");
  assertEquals(request.stats().pendingSends, 0);
});

test("100 000 requests that are given up by one signal are so in linear time", async () => {
  await using request = new Request();
  const count = 100_000;
  const abort = new AbortController();
  const all = Array.from({ length: count }, () => request.request("?", { signal: abort.signal }));
  const settled = Promise.allSettled(all);
  const begun = performance.now();
  abort.abort();
  await settled;
  assertLess(performance.now() - begun, 8000);
  assertEquals(request.stats().pendingSends, 0);
  await turn();
});
