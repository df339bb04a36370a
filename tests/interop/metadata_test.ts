/**
 * What the handshake tells of the peer.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Dealer, peerOf, Router, Subscriber, text } from "../../mod.ts";
import { test } from "../harness.ts";
import { leave, RemotePeer } from "./peers.ts";

const libzmq = await RemotePeer.libzmq();

test("our handshake event tells libzmq's version, socket type and routing id", async () => {
  await using router = new Router();
  const told = router.events.once("handshake");
  await using dealer = await libzmq.socket("DEALER", { routingId: "me" });
  await dealer.connect(await router.bind("tcp://127.0.0.1:*"));
  const { version, socketType, routingId, endpoint, peer } = await told;
  assertEquals([version, socketType, text(routingId), endpoint], ["3.1", "DEALER", "me", router.lastEndpoint]);
  assertEquals(peer.startsWith("tcp://127.0.0.1:"), true);
});

test("libzmq takes our properties for what they are: it shakes hands whatever we tell", async () => {
  const metadata = { "X-hello": "world", "X-octets": Uint8Array.of(0, 255), "X-long": "v".repeat(5000) };
  await using dealer = new Dealer({ metadata, routingId: "us" });
  await using router = await libzmq.socket("ROUTER");
  dealer.connect(await router.bind());
  await dealer.send("hi");
  assertEquals(await router.receive(), ["us", "hi"]);
});

test("properties pass between two sockets of ours in different processes", async () => {
  const peer = await RemotePeer.ours("node");
  try {
    await using sub = new Subscriber();
    const told = sub.events.once("handshake");
    const pub = await peer.socket("PUB", { metadata: { "X-one": "1", "X-two": "zwei \u00fc" } });
    sub.connect(await pub.bind());
    const { properties } = await told;
    const found = [...properties].filter(([name]) => name.startsWith("X-")).map(([name, value]) => [name, text(value)]);
    assertEquals(found, [["X-one", "1"], ["X-two", "zwei \u00fc"]]);
  } finally {
    await peer.process.kill();
  }
});

test("libzmq's properties are in our handshake event", async () => {
  await using router = new Router();
  const told = router.events.once("handshake");
  await using dealer = await libzmq.socket("DEALER", { metadata: { "X-hello": "world", "X-a": "b" } });
  await dealer.connect(await router.bind("tcp://127.0.0.1:*"));
  const { properties } = await told;
  assertEquals(text(properties.get("X-hello")), "world");
  assertEquals(text(properties.get("X-a")), "b");
});

test("with messageMetadata each message tells what libzmq has announced", async () => {
  await using router = new Router({ messageMetadata: true });
  await using dealer = await libzmq.socket("DEALER", { metadata: { "X-hello": "world" }, routingId: "me" });
  await dealer.connect(await router.bind("tcp://127.0.0.1:*"));
  for (const word of ["one", "two"]) {
    await dealer.send(word);
    const { socketType, routingId, properties, mechanism, userId } = peerOf(await router.receive())!;
    assertEquals([socketType, text(routingId), text(properties.get("X-hello"))], ["DEALER", "me", "world"]);
    assertEquals([mechanism, userId], ["NULL", ""]);
  }
});

leave(libzmq);
