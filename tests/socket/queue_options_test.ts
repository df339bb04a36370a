/** Options of queues: how many messages wait, for whom, and which are kept. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Context, Dealer, Publisher, Pull, Push, Router, Subscriber, TimeoutError } from "../../mod.ts";
import { test } from "../harness.ts";
import { MemoryTransport } from "../memory_transport.ts";
import { isPending, meet, texts, turn, until } from "../socket_fixture.ts";

/** How many messages a socket takes before it is full. */
function fill(push: Push | Dealer): number {
  let count = 0;
  while (push.trySend(`${count}`)) count++;
  return count;
}

test("sendHighWaterMark is how many messages may wait for each peer; 0 and Infinity are no limit", async () => {
  for (const [mark, taken] of [[1, 1], [7, 7], [1000, 1000]] as const) {
    await using push = new Push({ sendHighWaterMark: mark, linger: 0 });
    push.connect("inproc://one");
    assertEquals(fill(push), taken);
    push.connect("inproc://two");
    assertEquals(fill(push), taken);
  }
  for (const mark of [0, Infinity, -1]) {
    await using push = new Push({ sendHighWaterMark: mark, linger: 0 });
    push.connect("inproc://one");
    for (let i = 0; i < 5000; i++) assert(push.trySend("x"));
  }
});

test("over inproc the marks of both sides add up", async () => {
  await using push = new Push({ sendHighWaterMark: 2 });
  await using pull = new Pull({ receiveHighWaterMark: 3 });
  await meet(pull, push, "inproc://sum");
  assertEquals(fill(push), 5);
});

test("a mark that is raised makes room at once, for those who wait too", async () => {
  await using push = new Push({ sendHighWaterMark: 1, linger: 0 });
  push.connect("inproc://nobody");
  await push.send("1");
  const waiting = push.send("2");
  assertEquals(await isPending(waiting), true);
  push.sendHighWaterMark = 2;
  await waiting;
  assertEquals([push.trySend("3"), push.stats().queuedOut], [false, 2]);
  push.sendHighWaterMark = 0;
  assertEquals(push.trySend("3"), true);
});

test("receiveHighWaterMark holds a peer back over tcp, and raising it lets it go on", async () => {
  await using push = new Push({ sendHighWaterMark: 1 });
  await using pull = new Pull({ receiveHighWaterMark: 2 });
  await meet(pull, push);
  // Long enough that what the system buffers is a few dozen of them.
  const part = new Uint8Array(1 << 20);
  let sent = 0;
  for (let quiet = 0; quiet < 30; quiet++) {
    for (; push.trySend(part); sent++) quiet = 0;
    await turn();
  }
  // One chunk read from the network may hold several messages; these are too long for that.
  assertEquals(pull.stats().queuedIn, 2);
  assert(sent < 60, `${sent}`);
  pull.receiveHighWaterMark = 1000;
  await until(() => pull.stats().queuedIn === sent);
  for (let i = 0; i < sent; i++) assertEquals((await pull.receive())[0]!.length, part.length);
});

test("conflate keeps only the newest message, whole, out and in", async () => {
  await using push = new Push({ conflate: true, sendHighWaterMark: 1, linger: 0 });
  await using pull = new Pull({ conflate: true, receiveHighWaterMark: 1 });
  push.connect("inproc://newest");
  for (let i = 0; i <= 10; i++) await push.send([`${i}`, "of ten"]);
  assertEquals(push.stats().queuedOut, 1);
  await pull.bind("inproc://newest");
  assertEquals(texts(await pull.receive()), ["10", "of ten"]);
  for (let i = 0; i <= 5; i++) await push.send(`${i}`);
  assertEquals(texts(await pull.receive()), ["5"]);
  assertEquals(pull.tryReceive(), undefined);
});

test("a conflating subscriber gets the newest of what came over tcp", async () => {
  await using publisher = new Publisher();
  await using subscriber = new Subscriber({ conflate: true });
  subscriber.subscribe();
  await meet(publisher, subscriber);
  await until(() => publisher.topicsCount === 1);
  for (let i = 0; i <= 100; i++) await publisher.send(`${i}`);
  await until(() => subscriber.stats().messagesIn === 101);
  assertEquals([subscriber.stats().queuedIn, texts(await subscriber.receive())], [1, ["100"]]);
});

test("an immediate socket queues only for peers that are there", async () => {
  await using push = new Push({ immediate: true, sendTimeout: 0 });
  await using pull = new Pull();
  push.connect("tcp://127.0.0.1:1");
  await assertRejects(() => push.send("x"), TimeoutError);
  await meet(pull, push);
  for (let i = 0; i < 10; i++) await push.send(`${i}`);
  for (let i = 0; i < 10; i++) assertEquals(texts(await pull.receive()), [`${i}`]);
});

test("what an immediate socket loses with a connection is counted as dropped, and the next one begins afresh", async () => {
  const memory = new MemoryTransport();
  await using context = new Context({ transports: [memory], linger: 0 });
  const push = new Push({ context, immediate: true, reconnectInterval: 1 });
  const pull = new Pull({ context });
  await meet(pull, push, "memory://here");
  memory.links[0]![0].lending = true;
  await push.send("on its way");
  await turn();
  for (let i = 0; i < 5; i++) await push.send("queued");
  assertEquals(push.stats().queuedOut, 6);
  memory.links[0]![0].break();
  await until(() => memory.links.length === 2 && push.peers.length === 1);
  assertEquals([push.stats().queuedOut, push.stats().dropped], [0, 5]);
  await push.send("afresh");
  assertEquals(texts(await pull.receive()), ["afresh"]);
});

test("without immediate an absent peer has its share of the messages, and gets them when it comes", async () => {
  await using push = new Push({ reconnectInterval: 2 });
  await using here = new Pull();
  await meet(here, push);
  const late = new Pull();
  const endpoint = await late.bind("tcp://127.0.0.1:*");
  await late.unbind(endpoint);
  push.connect(endpoint);
  for (let i = 0; i < 10; i++) await push.send(`${i}`);
  await late.bind(endpoint);
  const shares = [];
  for (const pull of [here, late]) {
    const share = [];
    for (let i = 0; i < 5; i++) share.push(Number(texts(await pull.receive())![0]));
    shares.push(share);
  }
  assertEquals(shares.flat().sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await late.close();
});

test("a mandatory Router waits for room, and fails when there is no peer", async () => {
  await using context = new Context({ sendHighWaterMark: 1, receiveHighWaterMark: 1 });
  const router = new Router({ context, mandatory: true });
  const dealer = new Dealer({ context, routingId: "d" });
  await meet(router, dealer, "inproc://r");
  assertEquals([router.trySend(["d", "1"]), router.trySend(["d", "2"]), router.trySend(["d", "3"])], [
    true,
    true,
    false,
  ]);
  const waiting = router.send(["d", "3"]);
  assertEquals(await isPending(waiting), true);
  assertEquals(texts(await dealer.receive()), ["1"]);
  await waiting;
  router.mandatory = false;
  // Not mandatory: what finds no room is dropped.
  assertEquals([router.trySend(["d", "4"]), router.trySend(["d", "5"]), router.stats().dropped], [true, true, 2]);
});
