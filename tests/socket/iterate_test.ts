/** `for await` over a socket: what it takes, what it leaves, and how it ends. */
import { assertEquals, assertRejects } from "@std/assert";
import { Pull, Push, Reply, Request, text, TimeoutError } from "../../mod.ts";
import { test } from "../harness.ts";
import { isPending, type Loose, meet, texts, until } from "../socket_fixture.ts";

test("for await takes messages as they come, and ends when the socket is closed", async () => {
  await using push = new Push();
  const pull = new Pull();
  await meet(pull, push);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const [frame] of pull) seen.push(text(frame));
  })();
  for (const word of ["one", "two", "three"]) await push.send(word);
  await until(() => seen.length === 3);
  await pull.close();
  await reading;
  assertEquals(seen, ["one", "two", "three"]);
});

test("leaving the loop leaves the socket open, and what was not taken in it", async () => {
  await using push = new Push();
  await using pull = new Pull();
  await meet(pull, push);
  for (let i = 0; i < 4; i++) await push.send(`${i}`);
  for await (const [frame] of pull) {
    assertEquals(text(frame), "0");
    break;
  }
  await assertRejects(
    async () => {
      for await (const [frame] of pull) throw new Error(`saw ${text(frame)}`);
    },
    Error,
    "saw 1",
  );
  assertEquals(texts(await pull.receive()), ["2"]);
  for await (const [frame] of pull) {
    assertEquals(text(frame), "3");
    break;
  }
  assertEquals(pull.closed, false);
});

test("an iterator that returns takes nothing more, also not for calls of next that wait", async () => {
  await using push = new Push();
  await using pull = new Pull();
  await meet(pull, push);
  const iterator = pull[Symbol.asyncIterator]();
  const waiting = [iterator.next(), iterator.next()];
  assertEquals(pull.stats().pendingReceives, 2);
  await iterator.return!();
  assertEquals(pull.stats().pendingReceives, 0);
  for (const one of waiting) assertEquals(await one, { done: true, value: undefined });
  await push.send("for another");
  assertEquals(await iterator.next(), { done: true, value: undefined });
  assertEquals(texts(await pull.receive()), ["for another"]);
});

test("two loops over one socket share its messages, each going to one of them", async () => {
  await using push = new Push();
  const pull = new Pull();
  await meet(pull, push);
  const seen: string[][] = [[], []];
  const loops = seen.map(async (mine) => {
    for await (const [frame] of pull) mine.push(text(frame));
  });
  for (let i = 0; i < 100; i++) await push.send(`${i}`);
  await until(() => seen.flat().length === 100);
  await pull.close();
  await Promise.all(loops);
  assertEquals(seen.flat().map(Number).sort((a, b) => a - b), Array.from({ length: 100 }, (_, i) => i));
  assertEquals(seen.every((mine) => mine.length > 0), true);
});

test("several calls of next are served in order, among calls of receive", async () => {
  await using push = new Push();
  await using pull = new Pull();
  await meet(pull, push);
  const iterator = pull[Symbol.asyncIterator]();
  const calls = [iterator.next(), pull.receive(), iterator.next()];
  for (const word of ["a", "b", "c"]) await push.send(word);
  const [first, second, third] = await Promise.all(calls) as Loose[];
  assertEquals([first.value, second, third.value].map(texts), [["a"], ["b"], ["c"]]);
});

test("receiveTimeout ends a wait of the loop too, and the loop may begin again", async () => {
  await using push = new Push();
  await using pull = new Pull({ receiveTimeout: 10 });
  await assertRejects(async () => {
    for await (const _ of pull);
  }, TimeoutError);
  await meet(pull, push);
  await push.send("late");
  pull.receiveTimeout = Infinity;
  for await (const [frame] of pull) {
    assertEquals(text(frame), "late");
    break;
  }
});

test("over a Reply the loop waits for each request to be answered", async () => {
  await using reply = new Reply();
  await using one = new Request();
  await using other = new Request();
  one.connect(await reply.bind("tcp://127.0.0.1:*"));
  other.connect(reply.lastEndpoint!);
  const answers = Promise.all([one.request("1"), other.request("2")]);
  const iterator = reply[Symbol.asyncIterator]();
  const first = await iterator.next();
  const second = iterator.next();
  assertEquals(await isPending(second), true);
  await reply.send(first.value![0]!);
  await reply.send((await second).value![0]!);
  assertEquals((await answers).map((frames) => text(frames[0])), ["1", "2"]);
});

test("over a Request the loop waits for each reply", async () => {
  await using reply = new Reply();
  await using request = new Request();
  await meet(reply, request);
  const iterator = request[Symbol.asyncIterator]();
  const next = iterator.next();
  await request.send("?");
  await reply.send(await reply.receive());
  assertEquals(texts((await next).value), ["?"]);
});
