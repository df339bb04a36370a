/**
 * REQ and its options against libzmq's REP and ROUTER, and libzmq's REQ against ours.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Reply, Request, Router, text, TimeoutError } from "../../mod.ts";
import { test } from "../harness.ts";
import { leave, LocalPeer, type Peer, RemotePeer } from "./peers.ts";
import { watch } from "./waiting.ts";

const ours = new LocalPeer();
const libzmq = await RemotePeer.libzmq();

/** Who asks, and who answers. */
const PAIRS: readonly (readonly [Peer, Peer])[] = [[ours, libzmq], [libzmq, ours]];

for (const [asks, answers] of PAIRS) {
  test(`${asks.name} REQ that correlates numbers its requests, and ${answers.name} REP gives the numbers back`, async () => {
    await using request = await asks.socket("REQ", { correlate: true });
    await using router = await answers.socket("ROUTER");
    await using reply = await answers.socket("REP");
    await request.connect(await router.bind());
    const numbers = new Set<string>();
    for (let i = 0; i < 3; i++) {
      await request.send(`${i}`);
      const [id, number, delimiter, question] = await router.receive();
      assertEquals([number!.length, delimiter, question], [4, "", `${i}`]);
      numbers.add(number!);
      await router.send(id!, "0000", "", "a wrong number");
      await router.send(id!, number!, "", "right");
      assertEquals(await request.receive(), ["right"]);
    }
    assertEquals(numbers.size, 3);
    await using other = await asks.socket("REQ", { correlate: true });
    await other.connect(await reply.bind());
    await Promise.all([other.send("hi", ""), reply.echo(1)]);
    assertEquals(await other.receive(), ["hi", ""]);
  });

  test(`${asks.name} REQ that is relaxed asks ${answers.name} again, and takes no late answer`, async () => {
    await using request = await asks.socket("REQ", { correlate: true, relaxed: true });
    await using router = await answers.socket("ROUTER");
    await request.connect(await router.bind());
    await request.send("one");
    const [id, first] = await router.receive();
    await request.send("two");
    const [, second] = await router.receive();
    await router.send(id!, first!, "", "late");
    await router.send(id!, second!, "", "in time");
    assertEquals(await request.receive(), ["in time"]);
  });

  test(`${asks.name} REQ asks each ${answers.name} REP in turn`, async () => {
    await using request = await asks.socket("REQ");
    const replies = [await answers.socket("REP"), await answers.socket("REP"), await answers.socket("REP")];
    for (const reply of replies) {
      await request.connect(await reply.bind());
      await request.event("handshake");
    }
    const asked = replies.map((reply) => reply.echo(4));
    for (let i = 0; i < 12; i++) {
      await request.send(`${i}`);
      assertEquals(await request.receive(), [`${i}`]);
    }
    await Promise.all(asked);
    for (const reply of replies) await reply.close();
  });

  test(`${answers.name} REP gives back the whole envelope to ${asks.name} DEALER`, async () => {
    await using dealer = await asks.socket("DEALER");
    await using reply = await answers.socket("REP");
    await dealer.connect(await reply.bind());
    const echoing = reply.echo(2);
    await dealer.send("no delimiter");
    await dealer.send("last frame is the delimiter", "");
    await dealer.send("hop 1", "hop 2", "", "question", "");
    await dealer.send("", "plain");
    assertEquals(await dealer.receive(), ["hop 1", "hop 2", "", "question", ""]);
    assertEquals(await dealer.receive(), ["", "plain"]);
    await echoing;
  });

  test(`${asks.name} REQ goes through a ${answers.name} ROUTER and DEALER to a ${asks.name} REP`, async () => {
    await using request = await asks.socket("REQ");
    await using front = await answers.socket("ROUTER");
    await using back = await answers.socket("DEALER");
    await using reply = await asks.socket("REP");
    await request.connect(await front.bind());
    await reply.connect(await back.bind());
    const echoing = reply.echo(5);
    for (let i = 0; i < 5; i++) {
      await request.send("question", `${i}`, "");
      await back.send(...await front.receive());
      await front.send(...await back.receive());
      assertEquals(await request.receive(), ["question", `${i}`, ""]);
    }
    await echoing;
  });
}

test("a hundred calls of request() are in flight to libzmq ROUTER, answered in reverse", async () => {
  await using request = new Request();
  await using router = await libzmq.socket("ROUTER");
  request.connect(await router.bind());
  const calls = Array.from({ length: 100 }, (_, i) => request.request([`${i}`, ""]));
  const received = [];
  for (let i = 0; i < 100; i++) received.push(await router.receive());
  for (const [id, number, delimiter, question] of received.reverse()) {
    await router.send(id!, number!, delimiter!, `answer ${question}`);
  }
  for (const [i, call] of calls.entries()) assertEquals((await call).map(text), [`answer ${i}`]);
});

test("fifty calls of request() are answered by libzmq REPs, each once", async () => {
  await using request = new Request();
  const replies = [await libzmq.socket("REP"), await libzmq.socket("REP")];
  const events = watch(request);
  for (const reply of replies) {
    request.connect(await reply.bind());
    await events.next("handshake");
  }
  const echoing = replies.map((reply) => reply.echo(25));
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => request.request(`${i}`)));
  assertEquals(answers.map(([answer]) => text(answer)), Array.from({ length: 50 }, (_, i) => `${i}`));
  await Promise.all(echoing);
  for (const reply of replies) await reply.close();
});

test("a libzmq ROUTER that answers too late answers nobody", async () => {
  await using request = new Request();
  await using router = await libzmq.socket("ROUTER");
  request.connect(await router.bind());
  await assertRejects(() => request.request("one", { timeout: 50 }), TimeoutError);
  const [id, first] = await router.receive();
  const call = request.request("two");
  const [, second] = await router.receive();
  await router.send(id!, first!, "", "late");
  await router.send(id!, second!, "", "in time");
  assertEquals((await call).map(text), ["in time"]);
});

test("request() tries again when libzmq REP dies with the question", async () => {
  await using request = new Request({ reconnectInterval: 5 });
  const first = await libzmq.socket("REP");
  const endpoint = await first.bind();
  request.connect(endpoint);
  const call = request.request("are you there?", { timeout: 1000, retries: Infinity });
  await first.receive();
  await first.leave(endpoint);
  await using second = await libzmq.socket("REP");
  await second.bind(endpoint);
  await second.echo(1);
  assertEquals((await call).map(text), ["are you there?"]);
});

test("a libzmq ROUTER that answers without a delimiter is hung up on, and dialled again", async () => {
  await using request = new Request({ reconnectInterval: 5, relaxed: true, correlate: true });
  const events = watch(request);
  await using router = await libzmq.socket("ROUTER");
  request.connect(await router.bind());
  await request.send("one");
  const [id] = await router.receive();
  await router.send(id!, "no delimiter");
  const { message } = await events.next("disconnect");
  assert(message !== undefined && message.length > 0);
  await events.next("handshake");
  await events.next("handshake");
  await request.send("two");
  const [again, number, , question] = await router.receive();
  assertEquals(question, "two");
  await router.send(again!, number!, "", "answer");
  assertEquals((await request.receive()).map(text), ["answer"]);
});

test("our REP and our ROUTER serve libzmq REQs side by side", async () => {
  await using reply = new Reply();
  await using router = new Router();
  const [one, two] = [await reply.bind("tcp://127.0.0.1:*"), await router.bind("tcp://127.0.0.1:*")];
  const serving = Promise.all([
    (async () => {
      for (let i = 0; i < 50; i++) await reply.send(["rep", ...await reply.receive()]);
    })(),
    (async () => {
      for (let i = 0; i < 50; i++) {
        const [id, delimiter, ...question] = await router.receive();
        await router.send([id!, delimiter!, "router", ...question]);
      }
    })(),
  ]);
  const requests = await Promise.all(Array.from({ length: 10 }, () => libzmq.socket("REQ")));
  await Promise.all(requests.map(async (request, i) => {
    await request.connect(one);
    await request.event("handshake");
    await request.connect(two);
    await request.event("handshake");
    const found = [];
    for (let round = 0; round < 10; round++) {
      await request.send(`${i}`, `${round}`);
      const [who, ...rest] = await request.receive();
      assertEquals(rest, [`${i}`, `${round}`]);
      found.push(who);
    }
    assertEquals(found.filter((who) => who === "rep").length, 5);
  }));
  await serving;
  for (const request of requests) await request.close();
});

leave(libzmq);
