/**
 * Routing ids between our ROUTER and libzmq's peers, and the other way round.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Dealer, Request, Router, text, UnreachableError } from "../../mod.ts";
import { runtime, test } from "../harness.ts";
import { textOf } from "./commands.ts";
import { freshPath } from "./folder.ts";
import { leave, LocalPeer, type Peer, RemotePeer } from "./peers.ts";
import { until, watch } from "./waiting.ts";

const ours = new LocalPeer();
const libzmq = await RemotePeer.libzmq();

/** Who routes, and who is routed to. */
const PAIRS: readonly (readonly [Peer, Peer])[] = [
  [ours, libzmq],
  [libzmq, ours],
  ...(runtime === "node" ? [[libzmq, libzmq] as const] : []),
];

for (const [routes, peers] of PAIRS) {
  for (const type of ["DEALER", "REQ", "ROUTER"] as const) {
    const envelope = type === "REQ" ? [""] : [];

    test(`${routes.name} ROUTER knows a ${peers.name} ${type} by the id it announces`, async () => {
      await using router = await routes.socket("ROUTER");
      await using peer = await peers.socket(type, { routingId: "a b\u00e9" });
      const id = "a b\u00c3\u00a9"; // UTF-8
      const endpoint = await router.bind();
      if (type === "ROUTER") {
        await peer.connect(endpoint, "the router");
        await peer.send("the router", "hi");
      } else {
        await peer.connect(endpoint);
        await peer.send("hi");
      }
      assertEquals(await router.receive(), [id, ...envelope, "hi"]);
      await router.send(id, ...envelope, "there", "");
      const answer = await peer.receive();
      assertEquals(type === "ROUTER" ? answer.slice(1) : answer, ["there", ""]);
    });

    test(`${routes.name} ROUTER makes up an id for a ${peers.name} ${type} that announces none`, async () => {
      await using router = await routes.socket("ROUTER");
      await using peer = await peers.socket(type);
      const endpoint = await router.bind();
      if (type === "ROUTER") {
        await peer.connect(endpoint, "the router");
        await peer.send("the router", "hi");
      } else {
        await peer.connect(endpoint);
        await peer.send("hi");
      }
      const [id, ...message] = await router.receive();
      assert(id!.length === 5 && id![0] === "\0");
      assertEquals(message, [...envelope, "hi"]);
      await router.send(id!, ...envelope, "there");
      assertEquals((await peer.receive()).at(-1), "there");
    });

    test(`a ${peers.name} ${type} that probes is known to ${routes.name} ROUTER at once`, async () => {
      await using router = await routes.socket("ROUTER", { mandatory: true });
      await using peer = await peers.socket(type, { routingId: "probe", probeRouter: true });
      await peer.connect(await router.bind());
      const greeting = await router.receive();
      assertEquals(greeting, ["probe", ""]);
      if (type !== "DEALER") return;
      await router.send("probe", "first");
      assertEquals(await peer.receive(), ["first"]);
    });
  }

  test(`${routes.name} ROUTER that connects names ${peers.name} DEALER itself, and can send at once`, async () => {
    await using router = await routes.socket("ROUTER", { mandatory: true, reconnectInterval: 5 });
    const endpoint = freshPath();
    await router.connect(endpoint, "worker");
    await router.send("worker", "job 1");
    await router.send("worker", "job 2");
    await using dealer = await peers.socket("DEALER", { routingId: "ignored" });
    await dealer.bind(endpoint);
    assertEquals(await dealer.receive(), ["job 1"]);
    assertEquals(await dealer.receive(), ["job 2"]);
    await dealer.send("done");
    assertEquals(await router.receive(), ["worker", "done"]);
  });

  test(`${routes.name} ROUTER answers each of ten ${peers.name} DEALERs`, async () => {
    await using router = await routes.socket("ROUTER");
    const endpoint = await router.bind();
    const dealers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => peers.socket("DEALER", i % 2 === 0 ? { routingId: `d${i}` } : {})),
    );
    for (const [i, dealer] of dealers.entries()) {
      await dealer.connect(endpoint);
      await dealer.send(`${i}`);
    }
    for (let i = 0; i < dealers.length; i++) {
      const [id, number] = await router.receive();
      await router.send(id!, `answer ${number}`);
    }
    for (const [i, dealer] of dealers.entries()) assertEquals(await dealer.receive(), [`answer ${i}`]);
    for (const dealer of dealers) await dealer.close();
  });

  test(`${routes.name} ROUTER that hands over lets a second ${peers.name} DEALER take an id`, async () => {
    await using router = await routes.socket("ROUTER", { handover: true });
    const endpoint = await router.bind();
    await using one = await peers.socket("DEALER", { routingId: "same", reconnectInterval: 60_000 });
    await using two = await peers.socket("DEALER", { routingId: "same" });
    await one.connect(endpoint);
    await one.send("one");
    assertEquals(await router.receive(), ["same", "one"]);
    await two.connect(endpoint);
    await two.send("two");
    assertEquals(await router.receive(), ["same", "two"]);
    await router.send("same", "for two");
    assertEquals(await two.receive(), ["for two"]);
  });
}

test("a second libzmq DEALER of the same id gets its turn when the first has gone", async () => {
  await using router = new Router();
  const events = watch(router);
  const endpoint = await router.bind("tcp://127.0.0.1:*");
  await using one = await libzmq.socket("DEALER", { routingId: "same" });
  await using two = await libzmq.socket("DEALER", { routingId: "same", reconnectInterval: 20 });
  await one.connect(endpoint);
  await one.send("one");
  assertEquals((await router.receive()).map(text), ["same", "one"]);
  await two.connect(endpoint);
  assertEquals((await events.next("disconnect")).code, "EADDRINUSE");
  await router.send(["same", "for one"]);
  assertEquals(await one.receive(), ["for one"]);
  await one.close();
  const answer = two.receive();
  await until(() => router.peers.length === 1);
  // What the refused one has sent may be lost with its connection; what comes now is not.
  await two.send("two");
  assertEquals((await router.receive()).map(text), ["same", "two"]);
  await router.send(["same", "for two"]);
  assertEquals(await answer, ["for two"]);
});

test("our ROUTER that is mandatory tells of libzmq peers that are not there, or not any more", async () => {
  await using router = new Router({ mandatory: true });
  const events = watch(router);
  await assertRejects(() => router.send(["nobody", "hi"]), UnreachableError);
  await using dealer = await libzmq.socket("DEALER", { routingId: "somebody" });
  await dealer.connect(await router.bind("tcp://127.0.0.1:*"));
  await events.next("handshake");
  await router.send(["somebody", "hi"]);
  assertEquals(await dealer.receive(), ["hi"]);
  await dealer.close();
  await events.next("disconnect");
  await assertRejects(() => router.send(["somebody", "hi"]), UnreachableError);
});

test("libzmq ROUTER that is mandatory knows our peers, and that they have gone", async () => {
  await using router = await libzmq.socket("ROUTER", { mandatory: true });
  const endpoint = await router.bind();
  const dealer = new Dealer({ routingId: "us", probeRouter: true });
  dealer.connect(endpoint);
  assertEquals(await router.receive(), ["us", ""]);
  await router.send("us", "hi");
  assertEquals((await dealer.receive()).map(text), ["hi"]);
  await dealer.close();
  await router.event("disconnect");
  const error = await router.send("us", "hi").then(() => undefined, (error) => error);
  assertEquals(error?.code, "EHOSTUNREACH");
});

test("two hundred libzmq REQs in turn get their own answers from our ROUTER", async () => {
  await using router = new Router();
  const endpoint = await router.bind("tcp://127.0.0.1:*");
  for (let round = 0; round < 20; round++) {
    const requests = await Promise.all(Array.from({ length: 10 }, () => libzmq.socket("REQ")));
    await Promise.all(requests.map(async (request, i) => {
      await request.connect(endpoint);
      await request.send(`${round}.${i}`);
    }));
    const waiting = await Promise.all(requests.map(() => router.receive()));
    for (const [id, delimiter, question] of waiting.reverse()) await router.send([id!, delimiter!, question!, "!"]);
    for (const [i, request] of requests.entries()) assertEquals(await request.receive(), [`${round}.${i}`, "!"]);
    await Promise.all(requests.map((request) => request.close()));
  }
});

test("our REQ names itself to libzmq ROUTER by octets of any kind", async () => {
  await using router = await libzmq.socket("ROUTER");
  const id = Uint8Array.of(1, 0, 255, 128);
  await using request = new Request({ routingId: id });
  request.connect(await router.bind());
  await request.send("hi");
  assertEquals(await router.receive(), [textOf(id), "", "hi"]);
});

leave(libzmq);
