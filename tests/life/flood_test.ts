/**
 * More than a peer can take: senders wait, publishers drop and count, and memory stays where it is.
 */
import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { Dealer, Publisher, Pull, Push, Router, Subscriber, text } from "../../mod.ts";
import { test } from "../harness.ts";
import { next, numbers, peers, RawPeer, receive, turn, until, vacant } from "../life_fixture.ts";

const MEGABYTE = 1024 * 1024;

for (const scheme of ["tcp", "ipc", "inproc"] as const) {
  test(`${scheme}: a slow reader slows its sender down; memory stays flat, and nothing is lost`, async () => {
    const mark = 100;
    const size = 16_000;
    const total = 12_000;
    await using pull = new Pull({ receiveHighWaterMark: mark });
    await using push = new Push({ sendHighWaterMark: mark });
    push.connect(await pull.bind(scheme === "inproc" ? "inproc://flood" : await vacant(scheme)));
    await peers(push, 1);
    const sending = (async () => {
      const body = new Uint8Array(size);
      for (let i = 0; i < total; i++) await push.send([String(i), body]);
    })();
    let memory = 0;
    for (let i = 0; i < total; i++) {
      const [number, body] = await pull.receive();
      assertEquals([text(number), body!.length], [String(i), size]);
      if (i % 200 > 0) continue;
      // The sender has all the time it could want.
      await turn();
      await turn();
      const { queuedOut } = push.stats();
      const { queuedIn } = pull.stats();
      assert(queuedOut <= 2 * mark + 10 && queuedIn <= 2 * mark + 10, `${queuedOut} out, ${queuedIn} in`);
      // What the runtime takes to run at all is not counted.
      const used = process.memoryUsage().rss;
      if (i === 3000) memory = used;
      if (i > 3000) assert(used - memory < 80 * MEGABYTE, `${(used - memory) / MEGABYTE} MiB more at ${i}`);
    }
    await sending;
  }, { timeout: 60_000 });
}

test("a reader that stops reads on where it was, however long it took", async () => {
  await using pull = new Pull({ receiveHighWaterMark: 5 });
  await using push = new Push({ sendHighWaterMark: 5 });
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  const total = 20_000;
  const sending = (async () => {
    for (const number of numbers(1, total)) await push.send([number, "x".repeat(1000)]);
  })();
  // All that the kernel holds, and both queues, are full.
  let queued = -1;
  while (queued !== push.stats().messagesOut || push.stats().pendingSends === 0) {
    queued = push.stats().messagesOut;
    for (let i = 0; i < 20; i++) await turn();
  }
  for (const number of numbers(1, total)) assertEquals(text((await pull.receive())[0]), number);
  await sending;
  assertEquals(push.stats().messagesOut, total);
});

test("a publisher drops what a slow subscriber cannot take, and counts it", async () => {
  await using peer = await RawPeer.listen();
  await using pub = new Publisher({ sendHighWaterMark: 10, linger: 0 });
  pub.connect(peer.endpoint);
  const connection = await peer.accept();
  connection.shakeHands("SUB");
  connection.say("04 0A 09 53 55 42 53 43 52 49 42 45");
  connection.stall();
  await until(() => pub.stats().bytesIn > 64 + 27);
  const body = new Uint8Array(100_000);
  let sent = 0;
  while (pub.stats().dropped < 100) {
    await pub.send(body);
    if (++sent % 10 === 0) await turn();
  }
  const { dropped, messagesOut, queuedOut, peers: [one] } = pub.stats();
  assertEquals(dropped, one!.dropped);
  // Messages on loan to the link are counted as out already, and as queued still.
  assert(messagesOut + dropped <= sent && sent <= messagesOut + dropped + queuedOut, `${sent}`);
});

test("a fast subscriber misses nothing because of a slow one", async () => {
  await using peer = await RawPeer.listen();
  await using pub = new Publisher({ sendHighWaterMark: 10, linger: 0 });
  const endpoint = await pub.bind("tcp://127.0.0.1:*");
  pub.connect(peer.endpoint);
  const connection = await peer.accept();
  connection.shakeHands("SUB");
  connection.say("04 0A 09 53 55 42 53 43 52 49 42 45");
  connection.stall();
  await using sub = new Subscriber();
  sub.subscribe("");
  const subscribed = next(pub, "handshake");
  sub.connect(endpoint);
  await subscribed;
  const body = "x".repeat(50_000);
  await until(() => {
    pub.trySend("are you there?");
    return sub.stats().queuedIn > 0;
  });
  for (const number of numbers(1, 500)) {
    await pub.send([number, body]);
    let heard: string | undefined;
    do heard = text((await sub.receive())[0]); while (heard === "are you there?");
    assertEquals(heard, number);
  }
  assert(pub.stats().dropped > 0);
});

test("a router drops what has no route or no room, and counts it", async () => {
  await using router = new Router({ sendHighWaterMark: 3 });
  await using dealer = new Dealer({ routingId: "d", receiveHighWaterMark: 3 });
  dealer.connect(await router.bind("inproc://router"));
  for (const number of numbers(1, 10)) await router.send(["d", number]);
  await router.send(["nobody", "x"]);
  assertEquals(router.stats().dropped, 4 + 1);
  assertEquals(await receive(dealer, 6), numbers(1, 6));
});
