/**
 * Mechanisms beside libzmq: roles the other way round, who may come in, who may not, and what each side is told.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { Context, Dealer, Pair, Pull, Push, Reply, Router, text } from "../../mod.ts";
import { test } from "../harness.ts";
import { CLIENT_PUBLIC, CURVE_CLIENT, CURVE_SERVER, PLAIN_CLIENT, PLAIN_SERVER, SERVER_SECRET, ZAP } from "./keys.ts";
import { greet } from "./matrix.ts";
import { leave, LocalPeer, RemotePeer } from "./peers.ts";
import { watch } from "./waiting.ts";

const libzmq = await RemotePeer.libzmq();
const ours = new LocalPeer();

/** Judges in a context of ours: answers every question alike, and remembers them. */
async function judging(status: string, userId = "", metadata: Uint8Array = new Uint8Array()) {
  const context = new Context();
  const zap = new Reply({ context });
  await zap.bind(ZAP);
  const questions: string[][] = [];
  (async () => {
    for await (const frames of zap) {
      questions.push(frames.map(text));
      await zap.send(["1.0", frames[1]!, status, status === "200" ? "" : "not you", userId, metadata]);
    }
  })();
  return {
    context,
    questions,
    [Symbol.asyncDispose]: async () => {
      await zap.close();
      await context.close();
    },
  };
}

test("CURVE: a server may connect, and a client bind; libzmq is either", async () => {
  for (const ourRole of [CURVE_SERVER, CURVE_CLIENT]) {
    await using binder = new Pair(ourRole);
    const endpoint = await binder.bind("tcp://127.0.0.1:*");
    await using other = await libzmq.socket("PAIR", ourRole === CURVE_SERVER ? CURVE_CLIENT : CURVE_SERVER);
    await other.connect(endpoint);
    await other.send("hello", "and more");
    assertEquals((await binder.receive()).map(text), ["hello", "and more"]);
    await binder.send("well met");
    assertEquals(await other.receive(), ["well met"]);
  }
});

test("CURVE over ipc, with heartbeats, to libzmq and back", async () => {
  await using server = new Router({ ...CURVE_SERVER, heartbeatInterval: 20 });
  const endpoint = await server.bind("ipc://*");
  await using client = await libzmq.socket("DEALER", { ...CURVE_CLIENT, heartbeatInterval: 20 });
  await client.connect(endpoint);
  await client.send("hello");
  const [id] = await server.receive();
  while (server.peers[0]?.roundTrip === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  await server.send([id!, "well met"]);
  assertEquals(await client.receive(), ["well met"]);
});

test("CURVE: subscriptions are sealed as commands to 3.1, both ways round", async () => {
  for (const [first, second] of [[ours, libzmq], [libzmq, ours]] as const) {
    await using publisher = await first.socket("PUB", CURVE_SERVER);
    await using subscriber = await second.socket("SUB", CURVE_CLIENT);
    await subscriber.connect(await publisher.bind("tcp://127.0.0.1:*"));
    await subscriber.subscribe("news");
    await greet(publisher, subscriber, "news");
    await publisher.send("weather");
    await publisher.send("news today");
    assertEquals(await subscriber.receive(), ["news today"]);
  }
});

test("CURVE: a libzmq client with another server's key is turned away, and its neighbour served", async () => {
  await using pull = new Pull(CURVE_SERVER);
  const events = watch(pull);
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await using bad = await libzmq.socket("PUSH", { ...CURVE_CLIENT, curveServerKey: CLIENT_PUBLIC });
  await bad.connect(endpoint);
  assertMatch((await events.next("handshake:error:protocol")).message!, /Cannot open HELLO: its box was sealed/);
  await using good = await libzmq.socket("PUSH", CURVE_CLIENT);
  await good.connect(endpoint);
  await good.send("hello");
  assertEquals((await pull.receive()).map(text), ["hello"]);
});

for (
  const [mechanism, server, client, shown] of [
    ["PLAIN", PLAIN_SERVER, PLAIN_CLIENT, ["admin", "secret"]],
    ["CURVE", CURVE_SERVER, CURVE_CLIENT, undefined],
  ] as const
) {
  test(`${mechanism}: a libzmq client is judged, let in and known by its name`, async () => {
    await using judge = await judging("200", "joe");
    await using pull = new Pull({ ...server, context: judge.context, zapDomain: "home", linger: 0 });
    const names: string[] = [];
    pull.events.on("handshake", (event) => names.push(event.mechanism, event.userId));
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    await using push = await libzmq.socket("PUSH", client);
    await push.connect(endpoint);
    await push.send("hello");
    assertEquals((await pull.receive()).map(text), ["hello"]);
    assertEquals(names, [mechanism, "joe"]);
    const [version, id, domain, address, identity, name, ...credentials] = judge.questions[0]!;
    assertEquals([version, id, domain, address, identity, name], ["1.0", "1", "home", "127.0.0.1", "", mechanism]);
    if (shown !== undefined) assertEquals(credentials, [...shown]);
    else assertEquals(credentials.length, 1);
  });

  test(`${mechanism}: a libzmq client is judged and denied, and told so`, async () => {
    await using judge = await judging("400");
    await using pull = new Pull({ ...server, context: judge.context, linger: 0 });
    const events = watch(pull);
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    await using push = await libzmq.socket("PUSH", client);
    await push.connect(endpoint);
    assertMatch((await events.next("handshake:error:auth")).message!, /denied with 400 "not you"/);
    // libzmq's PLAIN client knows ERROR by libzmq's own misspelling alone.
    await push.event(mechanism === "PLAIN" ? "handshake:error:protocol" : "handshake:error:auth");
    assertEquals(pull.peers, []);
  });

  test(`${mechanism}: libzmq judges us, lets us in, and denies us`, async () => {
    for (const status of ["200", "400"]) {
      await using zap = await libzmq.socket("REP");
      await zap.bind(ZAP);
      await using pull = await libzmq.socket("PULL", { ...server, linger: 0 });
      await using push = new Push({ ...client, linger: 0 });
      const events = watch(push);
      push.connect(await pull.bind("tcp://127.0.0.1:*"));
      const question = await zap.receive();
      assertEquals(question[5], mechanism);
      await zap.send("1.0", question[1]!, status, "", "joe", "");
      if (status === "200") {
        await push.send("hello");
        assertEquals(await pull.receive(), ["hello"]);
      } else {
        assertMatch((await events.next("handshake:error:auth")).message!, /refuses us with ERROR "400"/);
        await events.next("close");
      }
      await zap.unbind(ZAP);
    }
  });
}

test("PLAIN: with nobody to judge, a server of ours lets nobody in, as libzmq's does", async () => {
  await using pull = new Pull({ plainServer: true, context: new Context() });
  const events = watch(pull);
  await using push = await libzmq.socket("PUSH", PLAIN_CLIENT);
  await push.connect(await pull.bind("tcp://127.0.0.1:*"));
  assertMatch((await events.next("handshake:error:other")).message!, /nobody judges it/);
  assertEquals(pull.peers, []);
});

test("NULL with a domain: peers are judged by address, dialled ones too", async () => {
  await using judge = await judging("200", "joe");
  const { context } = judge;
  await using pull = new Pull({ context, zapDomain: "home", linger: 0 });
  const names: string[] = [];
  pull.events.on("handshake", (event) => names.push(event.userId));
  await using push = await libzmq.socket("PUSH");
  await push.connect(await pull.bind("tcp://127.0.0.1:*"));
  await push.send("hello");
  assertEquals((await pull.receive()).map(text), ["hello"]);
  assertEquals([names, judge.questions[0]!.slice(2)], [["joe"], ["home", "127.0.0.1", "", "NULL"]]);

  await using dealer = new Dealer({ context, zapDomain: "home", linger: 0 });
  await using router = await libzmq.socket("ROUTER");
  dealer.connect(await router.bind("tcp://127.0.0.1:*"));
  await dealer.send("hello");
  assertEquals((await router.receive()).at(-1), "hello");
  assertEquals(judge.questions.length, 2);
});

test("CURVE: one connection's boxes are under its own keys, whoever else of the process shakes hands or leaves", async () => {
  await using push = new Push({ ...CURVE_CLIENT, linger: 0 });
  const events = watch(push);
  await using pull = await libzmq.socket("PULL", CURVE_SERVER);
  await using other = await libzmq.socket("PULL", CURVE_SERVER);
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  const endpoint = await other.bind("tcp://127.0.0.1:*");
  await events.next("handshake");
  let over = false;
  const sending = (async () => {
    for (; !over; await new Promise((resolve) => setTimeout(resolve))) push.trySend("again");
  })();
  for (let round = 0; round < 10; round++) {
    // It says nothing, so that the next box is the first one's again.
    await using neighbour = new Push({ ...CURVE_CLIENT, linger: 0 });
    const shaken = watch(neighbour).next("handshake");
    neighbour.connect(endpoint);
    await shaken;
  }
  over = true;
  await sending;
  push.trySend("last");
  while ((await pull.receive())[0] !== "last");
  assertEquals(events.names.filter((name) => name === "disconnect"), []);
});

test("a peer that was configured for a mechanism never falls back to NULL", async () => {
  for (const options of [CURVE_SERVER, CURVE_CLIENT, PLAIN_SERVER, PLAIN_CLIENT]) {
    await using pull = new Pull(options);
    const events = watch(pull);
    await using push = await libzmq.socket("PUSH");
    await push.connect(await pull.bind("tcp://127.0.0.1:*"));
    await events.next("handshake:error:protocol", "handshake:error:other");
    assertEquals(pull.peers, []);
  }
});

test("no key and no password is in any error", async () => {
  const secrets = [SERVER_SECRET, PLAIN_CLIENT.plainPassword];
  const found: string[] = [];
  await using pull = new Pull(CURVE_SERVER);
  pull.events.on("handshake:error:protocol", ({ error }) => found.push(String(error), JSON.stringify(error)));
  const events = watch(pull);
  await using push = await libzmq.socket("PUSH", PLAIN_CLIENT);
  await push.connect(await pull.bind("tcp://127.0.0.1:*"));
  await events.next("handshake:error:protocol", "handshake:error:other");
  for (const secret of secrets) assertEquals(found.filter((words) => words.includes(secret)), []);
});

leave(libzmq);
