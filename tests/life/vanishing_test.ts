/**
 * Peers that break off, stall or talk nonsense. They are made of bare tcp, and say what no library would.
 */
import { assert, assertEquals } from "@std/assert";
import { Pair, Publisher, Pull, Push, Reply, Request } from "../../mod.ts";
import { GREETING, ready } from "../engine_fixture.ts";
import { test } from "../harness.ts";
import { next, numbers, peers, RawConnection, RawPeer, receive, spell, until, vacant } from "../life_fixture.ts";

const SOON = { reconnectInterval: 5 };

test("a peer that vanishes in the middle of a message leaves nothing of it", async () => {
  await using peer = await RawPeer.listen();
  await using pull = new Pull(SOON);
  pull.connect(peer.endpoint);
  // Whole, then in the middle of: the frames of a message, a body, a header.
  for (const torn of ["01 01 42", "00 05 42 42", "02 00 00"]) {
    const connection = await peer.accept();
    connection.say(`${GREETING} ${ready("PUSH")} 00 01 41 ${torn}`);
    assertEquals(await receive(pull, 1), ["A"]);
    const gone = next(pull, "disconnect");
    connection.vanish();
    await gone;
  }
  assertEquals(pull.stats().messagesIn, 3);
  assertEquals(pull.tryReceive(), undefined);
});

test("a peer that vanishes in the middle of its handshake is dialled again", async () => {
  await using peer = await RawPeer.listen();
  await using pull = new Pull(SOON);
  pull.connect(peer.endpoint);
  for (const said of ["", "FF 00 00 00 00", GREETING, `${GREETING} 04 1A 05`]) {
    const connection = await peer.accept();
    connection.say(said);
    const failed = next(pull, "handshake:error:other");
    connection.vanish();
    await failed;
  }
  const connection = await peer.accept();
  connection.say(`${GREETING} ${ready("PUSH")} 00 01 41`);
  assertEquals(await receive(pull, 1), ["A"]);
});

test("a peer that is accepted and vanishes is forgotten, whatever it has said", async () => {
  await using pull = new Pull({ linger: 0 });
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  for (const said of ["", "FF", GREETING, `${GREETING} ${ready("PUSH")} 01 01 41`]) {
    const gone = next(pull, "disconnect");
    const connection = await RawConnection.dial(endpoint);
    connection.say(said);
    connection.leave();
    await gone;
    await connection.gone;
  }
  assertEquals(pull.stats().peers, []);
});

test("a peer that talks nonsense is cut off, and the others are not", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await using push = new Push();
  push.connect(endpoint);
  await peers(pull, 1);
  const failed = next(pull, "handshake:error:protocol");
  const connection = await RawConnection.dial(endpoint);
  connection.say("47 45 54 20 2F 20 48 54 54 50 2F 31 2E 31 0D 0A"); // GET / HTTP/1.1
  assertEquals((await failed).error.message.startsWith("Cannot read greeting"), true);
  await connection.gone;
  await push.send("still here");
  assertEquals(await receive(pull, 1), ["still here"]);
});

test("what is queued for a peer that stalls and vanishes goes to the one that comes after it", async () => {
  const first = await RawPeer.listen(await vacant("tcp"));
  const { endpoint } = first;
  await using push = new Push({ ...SOON, sendHighWaterMark: 500 });
  push.connect(endpoint);
  const connection = await first.accept();
  connection.stall();
  connection.shakeHands("PULL");
  await peers(push, 1);
  // Until the kernel takes no more, and the queue neither.
  let sent = 0;
  const waiting = (async () => {
    while (push.stats().pendingSends < 2) await push.send([String(++sent), new Uint8Array(10_000)]);
  })();
  await until(() => push.stats().pendingSends === 1 && push.stats().queuedOut >= 500);
  const queued = push.stats().queuedOut;
  await first.close();
  await using second = new Pull();
  await second.bind(endpoint);
  const got = (await receive(second, 100)).map((line) => Number(line.split("|")[0]));
  // What was being written is lost, at most a batch or so; the rest arrives.
  assert(got[0]! <= sent - queued + 30, `${got[0]} of ${sent}, ${queued} queued`);
  assertEquals(got, numbers(got[0]!, got[0]! + 99).map(Number));
  void waiting;
  await second.close();
  assertEquals((await push.close({ linger: 0 })).unsent > 0, true);
  await waiting.catch(() => {});
});

test("a peer that stalls stops its sender, and nobody else", async () => {
  await using peer = await RawPeer.listen();
  await using push = new Push({ sendHighWaterMark: 10, linger: 0 });
  push.connect(peer.endpoint);
  const connection = await peer.accept();
  connection.stall();
  connection.shakeHands("PULL");
  await peers(push, 1);
  const body = new Uint8Array(100_000);
  while (push.trySend(body));
  await using pull = new Pull();
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  let going = true;
  const sending = (async () => {
    while (going) await push.send("x");
  })();
  assertEquals(await receive(pull, 1000), Array(1000).fill("x"));
  going = false;
  await sending;
});

test("a stalled peer is cut when the linger time is over, and what it did not take is counted", async () => {
  await using peer = await RawPeer.listen();
  const push = new Push({ sendHighWaterMark: 1000, linger: 50 });
  push.connect(peer.endpoint);
  const connection = await peer.accept();
  connection.stall();
  connection.shakeHands("PULL");
  await peers(push, 1);
  const body = new Uint8Array(100_000);
  while (push.trySend(body));
  const { unsent } = await push.close();
  assert(unsent > 0 && unsent <= 1000, `${unsent}`);
  connection.vanish();
  await connection.gone;
});

test("a stalled peer that is in the middle of its handshake does not hold up a close", async () => {
  await using peer = await RawPeer.listen();
  const push = new Push();
  push.connect(peer.endpoint);
  const connection = await peer.accept();
  connection.stall();
  connection.say("FF");
  assertEquals(await push.close({ linger: 0 }), { unsent: 0 });
  await connection.gone;
});

test("a reply without an envelope ends the connection, and the request is not answered by it", async () => {
  await using peer = await RawPeer.listen();
  await using request = new Request({ ...SOON, linger: 0 });
  request.connect(peer.endpoint);
  const connection = await peer.accept();
  connection.shakeHands("REP");
  await request.send("question");
  await until(() => connection.received > 64 + 40);
  connection.say("00 01 41");
  assertEquals((await next(request, "disconnect")).error?.message.startsWith("Cannot take reply"), true);
  await peer.accept();
  await using reply = new Reply();
  await request.close();
  await reply.close();
});

test("a flood of PINGs is answered, and does not pile up", async () => {
  await using peer = await RawPeer.listen();
  await using pull = new Pull(SOON);
  pull.connect(peer.endpoint);
  const connection = await peer.accept();
  connection.shakeHands("PUSH");
  await peers(pull, 1);
  for (let i = 0; i < 2000; i++) connection.say("04 07 04 50 49 4E 47 00 00");
  connection.say("00 01 41");
  assertEquals(spell(await pull.receive()), "A");
  await until(() => connection.received > 64 + 28);
});

test("what a peer says that is turned away is nobody's, however often it comes back", async () => {
  await using first = await RawPeer.listen();
  await using second = await RawPeer.listen();
  await using pair = new Pair(SOON);
  pair.connect(first.endpoint);
  (await first.accept()).shakeHands("PAIR");
  await peers(pair, 1);
  pair.connect(second.endpoint);
  for (let i = 0; i < 5; i++) {
    const refused = next(pair, "disconnect");
    const connection = await second.accept();
    connection.say(`${GREETING} ${ready("PAIR")} 00 01 41`);
    await refused;
    connection.leave();
  }
  assertEquals([pair.stats().queuedIn, pair.tryReceive()], [0, undefined]);
});

test("who subscribes to an endpoint that only empties its queue leaves nothing behind", async () => {
  await using peer = await RawPeer.listen();
  await using pub = new Publisher(SOON);
  const subscribe = `${GREETING} ${ready("SUB")} 04 0B 09 53 55 42 53 43 52 49 42 45 41`;
  pub.connect(peer.endpoint);
  const first = await peer.accept();
  first.say(subscribe);
  await until(() => pub.topicsCount === 1);
  const lost = next(pub, "disconnect");
  first.vanish();
  await lost;
  // The next connection says nothing yet, so what is sent stays queued.
  const again = await peer.accept();
  await pub.send("A last news");
  pub.disconnect(peer.endpoint);
  assertEquals(pub.topicsCount, 0);
  const greeting = again.received;
  again.say(subscribe);
  await until(() => again.received > greeting + 100);
  again.leave();
  await until(() => pub.stats().peers.length === 0);
  assertEquals([pub.topicsCount, pub.stats().messagesOut], [0, 1]);
});
