/** What `stats()` and `peers` count: per peer and in all, and that nothing counted is ever lost. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { Dealer, Publisher, Pull, Push, Router, type Socket, type SocketStats, Subscriber } from "../../mod.ts";
import { test } from "../harness.ts";
import { meet, texts, until } from "../socket_fixture.ts";

const COUNTED = ["messagesOut", "messagesIn", "bytesOut", "bytesIn", "dropped", "reconnects"] as const;

test("messages and octets are counted on both sides, handshakes included", async () => {
  await using push = new Push();
  await using pull = new Pull();
  await meet(pull, push);
  const [before] = [push.stats()];
  assertGreater(before.bytesOut, 64);
  for (const part of ["12345", "1234567890"]) await push.send([part, part]);
  await until(() => pull.stats().messagesIn === 2);
  const [sent, received] = [push.stats(), pull.stats()];
  assertEquals([sent.messagesOut, sent.messagesIn, received.messagesIn, received.messagesOut], [2, 0, 2, 0]);
  // A frame under 256 octets has a header of two.
  assertEquals([sent.bytesOut - before.bytesOut, sent.bytesOut], [38, received.bytesIn]);
  assertEquals([sent.queuedOut, received.queuedIn, sent.pendingSends, received.pendingReceives], [0, 2, 0, 0]);
});

test("each peer has its share, and peers are those that messages can pass to", async () => {
  await using pull = new Pull();
  await using one = new Push();
  await using other = new Push();
  const endpoint = await meet(pull, one);
  other.connect(endpoint);
  await until(() => pull.peers.length === 2);
  await one.send("1");
  await other.send("2");
  await other.send("3");
  await until(() => pull.stats().messagesIn === 3);
  const { peers } = pull.stats();
  assertEquals(peers.map(({ messagesIn }) => messagesIn).sort(), [1, 2]);
  assertEquals(peers.map(({ queuedIn }) => queuedIn).sort(), [1, 2]);
  for (const peer of peers) {
    assertEquals([peer.endpoint, peer.socketType, peer.connected, peer.reconnects], [endpoint, "PUSH", true, 0]);
    assertEquals([peer.roundTrip, [...peer.routingId]], [undefined, []]);
  }
  one.connect("inproc://nobody");
  assertEquals([one.stats().peers.length, one.peers.length], [2, 1]);
  const absent = one.stats().peers.find((peer) => !peer.connected)!;
  assertEquals([absent.peer, absent.socketType], [undefined, undefined]);
});

test("no number that counts ever goes back, whatever becomes of the peers", async () => {
  const last = new Map<Socket, SocketStats>();
  const look = (socket: Socket): void => {
    const now = socket.stats();
    for (const name of COUNTED) assert(now[name] >= (last.get(socket)?.[name] ?? 0), name);
    last.set(socket, now);
  };
  const pull = new Pull();
  for (const endpoint of ["tcp://127.0.0.1:*", "inproc://counted"]) {
    const push = new Push();
    const bound = await meet(pull, push, endpoint);
    for (let i = 0; i < 10; i++) await push.send("x");
    await until(() => pull.stats().messagesIn % 10 === 0 && pull.stats().queuedIn === 10);
    for (const socket of [push, pull]) look(socket);
    for (let i = 0; i < 10; i++) assertEquals(texts(await pull.receive()), ["x"]);
    push.disconnect(bound);
    await until(() => push.stats().peers.length === 0 && pull.peers.length === 0);
    for (const socket of [push, pull]) look(socket);
    await push.close();
    look(push);
    assertEquals(push.stats().messagesOut, 10);
  }
  await pull.close();
  look(pull);
  assertEquals(pull.stats().messagesIn, 20);
});

test("calls that wait are counted while they do", async () => {
  await using dealer = new Dealer();
  const abort = new AbortController();
  const { signal } = abort;
  const calls = [dealer.send("a", { signal }), dealer.receive({ signal }), dealer.receive({ signal })];
  const settled = Promise.allSettled(calls);
  assertEquals([dealer.stats().pendingSends, dealer.stats().pendingReceives], [1, 2]);
  abort.abort();
  await settled;
  assertEquals([dealer.stats().pendingSends, dealer.stats().pendingReceives], [0, 0]);
});

test("what is dropped by design is counted: no route, no room", async () => {
  await using router = new Router();
  await router.send(["nobody", "x"]);
  assertEquals(router.stats().dropped, 1);
  await using publisher = new Publisher({ sendHighWaterMark: 1 });
  await using subscriber = new Subscriber({ receiveHighWaterMark: 1 });
  subscriber.subscribe();
  await meet(publisher, subscriber, "inproc://news");
  for (let i = 0; i < 10; i++) await publisher.send("x");
  assertEquals(publisher.stats().dropped, 8);
  assertEquals(publisher.stats().peers[0]!.dropped, 8);
});

test("a peer that is lost and found again is counted as reconnected", async () => {
  await using push = new Push({ reconnectInterval: 2 });
  const first = new Pull();
  const endpoint = await meet(first, push);
  await first.close();
  await using second = new Pull();
  await second.bind(endpoint);
  await until(() => push.stats().reconnects === 1);
  assertEquals(push.stats().peers[0]!.reconnects, 1);
});

test("a heartbeat measures the round trip to its peer", async () => {
  await using push = new Push({ heartbeatInterval: 5 });
  await using pull = new Pull();
  await meet(pull, push);
  await until(() => push.peers[0]?.roundTrip !== undefined);
  const { roundTrip } = push.peers[0]!;
  assert(roundTrip! >= 0 && roundTrip! < 10_000, `${roundTrip}`);
});
