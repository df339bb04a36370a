/**
 * Back-pressure between this library and libzmq: who does not read makes the other wait, and nothing is lost.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Dealer, Publisher, Pull, Push, Subscriber, text } from "../../mod.ts";
import { test } from "../harness.ts";
import { type Batch, checkMessage, countOf, messageOf } from "./contents.ts";
import { freshPath } from "./folder.ts";
import { leave, LocalPeer, RemotePeer } from "./peers.ts";
import { until, watch } from "./waiting.ts";

const ours = new LocalPeer();
const libzmq = await RemotePeer.libzmq();

/** 128 MiB: more than the kernel and all queues take together. */
const FLOOD: Batch = { seed: 21, shapes: [[65536], [65535, 1], [0, 65536]], count: 2048 };
const TINY = { sendHighWaterMark: 5, receiveHighWaterMark: 5 };

for (const transport of ["tcp://127.0.0.1:*", "ipc://*"]) {
  test(`${transport}: a libzmq PULL that does not read makes our PUSH mute, and then gets all`, async () => {
    await using push = new Push({ sendHighWaterMark: TINY.sendHighWaterMark });
    const events = watch(push);
    await using pull = await libzmq.socket("PULL", { receiveHighWaterMark: TINY.receiveHighWaterMark });
    push.connect(await pull.bind(transport));
    await events.next("handshake");
    let sent = 0;
    const sending = (async () => {
      for (; sent < countOf(FLOOD); sent++) await push.send(messageOf(FLOOD, sent));
    })();
    // However long nobody reads, this cannot end; it stops somewhere on the way.
    await until(() => push.stats().pendingSends === 1);
    assert(sent < countOf(FLOOD));
    assert(push.stats().queuedOut <= TINY.sendHighWaterMark + 1);
    assertEquals(push.trySend("out of turn"), false);
    await Promise.all([sending, pull.receiveBatch(FLOOD)]);
    assertEquals(sent, countOf(FLOOD));
  });

  test(`${transport}: our PULL that does not read makes a libzmq PUSH mute, and then gets all`, async () => {
    await using pull = new Pull({ receiveHighWaterMark: TINY.receiveHighWaterMark });
    await using push = await libzmq.socket("PUSH", { sendHighWaterMark: TINY.sendHighWaterMark });
    await push.connect(await pull.bind(transport));
    let done = false;
    const sending = push.sendBatch(FLOOD).then(() => done = true);
    await until(() => pull.stats().queuedIn >= TINY.receiveHighWaterMark);
    // What we hold is bounded by the mark and by one read, whatever the peer has.
    assert(pull.stats().queuedIn < 3 * TINY.receiveHighWaterMark + 10, `${pull.stats().queuedIn}`);
    assert(!done);
    for (let i = 0; i < countOf(FLOOD); i++) checkMessage(FLOOD, i, await pull.receive());
    await sending;
    assertEquals(pull.tryReceive(), undefined);
  });
}

test("a libzmq DEALER that does not read does not keep our DEALER from the other peer", async () => {
  await using dealer = new Dealer({ sendHighWaterMark: 2, immediate: true });
  const events = watch(dealer);
  await using lazy = await libzmq.socket("DEALER", { receiveHighWaterMark: 1 });
  await using eager = await libzmq.socket("DEALER");
  dealer.connect(await lazy.bind());
  dealer.connect(await eager.bind());
  await events.next("handshake");
  await events.next("handshake");
  let stop = false;
  const sending = (async () => {
    for (let i = 0; !stop; i++) await dealer.send(messageOf(FLOOD, i));
  })().catch(() => {});
  // Were the lazy one waited for, the eager one would get no more than the kernel holds for the lazy one.
  await eager.skip(400);
  stop = true;
  await dealer.close({ linger: 0 });
  await sending;
});

test("a slow libzmq SUB with a small queue gets whole messages, in order, from our PUB that drops the rest", async () => {
  await using pub = new Publisher({ sendHighWaterMark: 10 });
  await using sub = await libzmq.socket("SUB", { receiveHighWaterMark: 1 });
  await sub.subscribe("");
  await sub.connect(await pub.bind("tcp://127.0.0.1:*"));
  const first = sub.receive();
  await until(() => pub.topicsCount === 1);
  const body = new Uint8Array(200_000).fill(65);
  for (let i = 0; i < 300; i++) await pub.send([`${i}`, body, "end"]);
  assert(pub.stats().dropped > 0);
  await until(() => pub.stats().queuedOut === 0 || pub.stats().peers[0]!.queuedOut < 10);
  let last = Number((await first)[0]);
  // The last word waits for room: it is repeated until it is heard.
  let over = false;
  const telling = (async () => {
    while (!over) {
      await pub.send("over");
      await pub.send("over");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  for (;;) {
    const [number, octets, end] = await sub.receive();
    if (number === "over") break;
    assertEquals([octets!.length, end], [body.length, "end"]);
    assert(Number(number) > last);
    last = Number(number);
  }
  over = true;
  await telling;
});

test("our PULL that keeps the newest message only gets the last of what libzmq sent", async () => {
  await using pull = new Pull({ conflate: true });
  await using push = await libzmq.socket("PUSH");
  await push.connect(await pull.bind("tcp://127.0.0.1:*"));
  for (let i = 0; i < 100; i++) await push.send(`${i}`);
  await until(() => pull.stats().messagesIn === 100);
  assertEquals((await pull.receive()).map(text), ["99"]);
  assertEquals(pull.tryReceive(), undefined);
});

test("our PUSH that keeps the newest message only sends libzmq the last of what waited", async () => {
  const endpoint = freshPath();
  await using push = new Push({ conflate: true, reconnectInterval: 5 });
  push.connect(endpoint);
  for (let i = 0; i < 100; i++) await push.send([`${i}`, "whole"]);
  await using pull = await libzmq.socket("PULL");
  await pull.bind(endpoint);
  assertEquals(await pull.receive(), ["99", "whole"]);
});

test("our immediate PUSH sends nothing to an endpoint that is not there, a patient one half", async () => {
  const absent = freshPath();
  await using pull = await libzmq.socket("PULL");
  const endpoint = await pull.bind();
  await using immediate = new Push({ immediate: true, linger: 0, reconnectInterval: 5 });
  const events = watch(immediate);
  immediate.connect(absent);
  assertEquals(immediate.trySend("nobody"), false);
  immediate.connect(endpoint);
  await events.next("handshake");
  for (let i = 0; i < 10; i++) await immediate.send(`${i}`);
  for (let i = 0; i < 10; i++) assertEquals(await pull.receive(), [`${i}`]);
  await using patient = new Push({ linger: 0, reconnectInterval: 5 });
  patient.connect(absent);
  patient.connect(endpoint);
  for (let i = 0; i < 10; i++) await patient.send(`${i}`);
  assertEquals(patient.stats().peers.find((peer) => peer.endpoint === absent)?.queuedOut, 5);
  for (let i = 0; i < 5; i++) await pull.receive();
});

test("a libzmq message over our maxMessageSize ends its connection only, before it is read", async () => {
  await using pull = new Pull({ maxMessageSize: 1000 });
  const events = watch(pull);
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await using good = await libzmq.socket("PUSH");
  await good.connect(endpoint);
  for (const shape of [[1001], [1 << 22], [500, 501], [999, 1, 1]]) {
    await using bad = await libzmq.socket("PUSH", { reconnectInterval: 60_000 });
    await bad.connect(endpoint);
    await bad.sendBatch({ seed: 1, shapes: [[1000], shape, [1]] });
    checkMessage({ seed: 1, shapes: [[1000]] }, 0, await pull.receive());
    const { code, message } = await events.next("disconnect");
    assertEquals(code, "EPROTO", message);
    await good.send("fine");
    assertEquals((await pull.receive()).map(text), ["fine"]);
  }
});

test("our message over libzmq's maxMessageSize ends the connection, and is not sent again", async () => {
  await using pull = await libzmq.socket("PULL", { maxMessageSize: 1000 });
  await using push = new Push({ reconnectInterval: 5 });
  const events = watch(push);
  push.connect(await pull.bind());
  await push.send(new Uint8Array(1001));
  await events.next("disconnect");
  await push.send("fine");
  assertEquals(await pull.receive(), ["fine"]);
});

test("our SUB that does not read loses nothing that libzmq's publisher has accepted", async () => {
  await using sub = new Subscriber({ receiveHighWaterMark: 3 });
  await using pub = await libzmq.socket("XPUB", { sendHighWaterMark: 0 });
  sub.subscribe("");
  sub.connect(await pub.bind());
  await pub.receive();
  const batch: Batch = { seed: 31, shapes: [[100], [30_000, 0]], count: 1000 };
  await pub.sendBatch(batch);
  for (let i = 0; i < countOf(batch); i++) checkMessage(batch, i, await sub.receive());
});

for (const [from, to] of [[ours, libzmq], [libzmq, ours]] as const) {
  test(`${from.name} PUSH that closes with 40 MiB to go delivers it to a slow ${to.name} PULL`, async () => {
    await using pull = await to.socket("PULL", { receiveHighWaterMark: 1 });
    const push = await from.socket("PUSH", { sendHighWaterMark: 0, linger: 15_000 });
    await push.connect(await pull.bind());
    const batch: Batch = { seed: 41, shapes: [[1 << 20], [3, 0]], count: 80 };
    await push.sendBatch(batch);
    const closing = push.close(15_000);
    await pull.receiveBatch(batch);
    await closing;
  });
}

leave(libzmq);
