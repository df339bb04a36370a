/**
 * The options of publishers, with libzmq on the other side.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { runtime, test } from "../harness.ts";
import { greet } from "./matrix.ts";
import { leave, LocalPeer, type Peer, RemotePeer } from "./peers.ts";

const ours = new LocalPeer();
const libzmq = await RemotePeer.libzmq();

const PAIRS: readonly (readonly [Peer, Peer])[] = [
  [ours, libzmq],
  [libzmq, ours],
  ...(runtime === "node" ? [[libzmq, libzmq] as const] : []),
];

for (const [publisher, subscriber] of PAIRS) {
  test(`${publisher.name} XPUB welcomes each ${subscriber.name} SUB, on every connection`, async () => {
    await using xpub = await publisher.socket("XPUB", { welcomeMessage: "W elcome" });
    const endpoint = await xpub.bind();
    for (let round = 0; round < 2; round++) {
      await using sub = await subscriber.socket("SUB");
      await sub.subscribe("W");
      await sub.connect(endpoint);
      const welcome = sub.receive();
      assertEquals(await xpub.receive(), ["\x01W"]);
      assertEquals(await welcome, ["W elcome"]);
      await sub.close();
      assertEquals(await xpub.receive(), ["\x00W"]);
    }
  });

  test(`${subscriber.name} SUB that wants something else is not welcomed by ${publisher.name} XPUB`, async () => {
    await using xpub = await publisher.socket("XPUB", { welcomeMessage: "W" });
    await using sub = await subscriber.socket("SUB");
    await sub.subscribe("A");
    await sub.connect(await xpub.bind());
    const going = sub.receive();
    assertEquals(await xpub.receive(), ["\x01A"]);
    await xpub.send("A");
    assertEquals(await going, ["A"]);
  });

  test(`${publisher.name} XPUB that is manual gives ${subscriber.name} SUB what the application decides`, async () => {
    await using xpub = await publisher.socket("XPUB", { manual: true });
    await using sub = await subscriber.socket("SUB");
    await sub.subscribe("A", "XA");
    await sub.connect(await xpub.bind());
    const going = sub.receive();
    for (let i = 0; i < 2; i++) {
      const [notice] = await xpub.receive();
      if (notice === "\x01A") await xpub.subscribe("XA");
    }
    await xpub.send("A");
    await xpub.send("XA");
    assertEquals(await going, ["XA"]);
    await sub.close();
    assertEquals([...await xpub.receive(), ...await xpub.receive()].sort(), ["\x00A", "\x00XA"]);
  });

  test(`${publisher.name} XPUB with inverted matching sends ${subscriber.name} SUB the rest`, async () => {
    await using xpub = await publisher.socket("XPUB", { invertMatching: true });
    await using sub = await subscriber.socket("SUB", { invertMatching: true });
    await sub.subscribe("A", "B");
    await sub.connect(await xpub.bind());
    const going = sub.receive();
    await xpub.receive();
    await xpub.receive();
    for (const text of ["A", "Bee", "C", "ABC", "D"]) await xpub.send(text);
    assertEquals(await going, ["C"]);
    assertEquals(await sub.receive(), ["D"]);
  });

  test(`${subscriber.name} XSUB's messages reach ${publisher.name} XPUB's application`, async () => {
    await using xpub = await publisher.socket("XPUB");
    await using xsub = await subscriber.socket("XSUB");
    await xsub.connect(await xpub.bind());
    await xsub.event("handshake");
    await xsub.send("\x01A");
    await xsub.send("\x02up");
    await xsub.send("");
    await xsub.send("many", "parts");
    await xsub.send("\x00A");
    assertEquals(await xpub.receive(), ["\x01A"]);
    assertEquals(await xpub.receive(), ["\x02up"]);
    assertEquals(await xpub.receive(), [""]);
    assertEquals(await xpub.receive(), ["many", "parts"]);
    assertEquals(await xpub.receive(), ["\x00A"]);
  });

  test(`${publisher.name} PUB drops the messages of ${subscriber.name} XSUB`, async () => {
    await using pub = await publisher.socket("PUB");
    await using xsub = await subscriber.socket("XSUB");
    await xsub.connect(await pub.bind());
    await xsub.event("handshake");
    await xsub.send("noise");
    await xsub.subscribe("A");
    await xsub.send("noise");
    await greet(pub, xsub, "A");
    await pub.send("A", "1");
    assertEquals(await xsub.receive(), ["A", "1"]);
  });

  test(`${publisher.name} PUB and ${subscriber.name} SUB that keep only the newest message do`, async () => {
    await using pub = await publisher.socket("PUB");
    await using sub = await subscriber.socket("SUB", { conflate: true });
    await sub.subscribe("");
    await sub.connect(await pub.bind());
    await sub.event("handshake");
    let heard = false;
    const going = sub.receive().then(() => heard = true);
    while (!heard) await Promise.all([pub.send("hello"), pub.events(), sub.events()]);
    await going;
    for (let i = 0; i < 500; i++) await pub.send(`${i}`);
    // However many are let go: what is received rises, and ends with the last.
    let last = -1;
    while (last < 499) {
      const [text] = await sub.receive();
      if (text === "hello") continue;
      if (Number(text) <= last) throw new Error(`Received ${text} after ${last}`);
      last = Number(text);
    }
  });

  // The binding does not wait: it rejects with EAGAIN.
  if (publisher === libzmq) continue;
  test(`${publisher.name} XPUB with noDrop and a tiny queue loses nothing on its way to ${subscriber.name} SUB`, async () => {
    await using pub = await publisher.socket("XPUB", { noDrop: true, sendHighWaterMark: 3 });
    await using sub = await subscriber.socket("SUB", { receiveHighWaterMark: 3 });
    await sub.subscribe("");
    await sub.connect(await pub.bind());
    const batch = { seed: 9, shapes: [[1000], [20000, 5]], count: 1000 };
    const receiving = sub.receiveBatch(batch);
    assertEquals(await pub.receive(), ["\x01"]);
    await Promise.all([pub.sendBatch(batch), receiving]);
  });
}

leave(libzmq);
