/**
 * What subscriptions come to between this library and libzmq. Each scenario also runs between two libzmq sockets, once,
 * to show that it tells the truth about libzmq.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { runtime, test } from "../harness.ts";
import type { OptionBag } from "./commands.ts";
import { greet } from "./matrix.ts";
import { leave, LocalPeer, type Peer, type PeerSocket, RemotePeer } from "./peers.ts";

const ours = new LocalPeer();
const libzmq = await RemotePeer.libzmq();

/** Who publishes and who subscribes. */
const PAIRS: readonly (readonly [Peer, Peer])[] = [
  [ours, libzmq],
  [libzmq, ours],
  ...(runtime === "node" ? [[libzmq, libzmq] as const] : []),
];

/** Receives notifications up to the one for the topic `end`, and answers those before. */
async function heard(xpub: PeerSocket, end = "\x01end"): Promise<string[]> {
  const notices: string[] = [];
  for (;;) {
    const [notice] = await xpub.receive();
    if (notice === end) return notices;
    notices.push(notice!);
  }
}

type Step = readonly ["subscribe" | "unsubscribe", ...string[]];

interface Scenario {
  readonly name: string;
  readonly options?: OptionBag;
  readonly steps: readonly Step[];
  readonly wanted: readonly string[];
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: "each topic once",
    steps: [["subscribe", "A", "A"], ["unsubscribe", "A"], ["subscribe", "B"], ["unsubscribe", "A"]],
    wanted: ["\x01A", "\x01B", "\x00A"],
  },
  {
    name: "every subscription, if verbose",
    options: { verbosity: "allSubs" },
    steps: [["subscribe", "A", "A"], ["unsubscribe", "A"], ["subscribe", "B"], ["unsubscribe", "A"]],
    wanted: ["\x01A", "\x01A", "\x01B", "\x00A"],
  },
  {
    name: "every subscription and cancellation, if more verbose",
    options: { verbosity: "allSubsUnsubs" },
    steps: [["subscribe", "A", "A"], ["unsubscribe", "A", "A"], ["subscribe", ""], ["unsubscribe", ""]],
    wanted: ["\x01A", "\x01A", "\x00A", "\x01", "\x00"],
  },
  {
    name: "no cancellation of what was never subscribed",
    steps: [["unsubscribe", "X"], ["subscribe", "Y"]],
    wanted: ["\x01Y"],
  },
  {
    name: "topics of every length at which frames change",
    steps: [["subscribe", ...[0, 1, 243, 244, 245, 246, 253, 254, 255, 256, 8192].map((size) => "t".repeat(size))]],
    wanted: [0, 1, 243, 244, 245, 246, 253, 254, 255, 256, 8192].map((size) => "\x01" + "t".repeat(size)),
  },
  {
    name: "topics of any octets",
    steps: [["subscribe", "\x00", "\x01", "\xff\xfe", "\x00\x00A"], ["unsubscribe", "\x00"]],
    wanted: ["\x01\x00", "\x01\x01", "\x01\xff\xfe", "\x01\x00\x00A", "\x00\x00"],
  },
];

for (const [publisher, subscriber] of PAIRS) {
  for (const { name, options, steps, wanted } of SCENARIOS) {
    for (const type of ["SUB", "XSUB"] as const) {
      // As libzmq has it, verbosity and cancellations of an XSUB are its application's own business.
      test(`${publisher.name} XPUB hears from ${subscriber.name} ${type}: ${name}`, async () => {
        await using xpub = await publisher.socket("XPUB", options);
        await using sub = await subscriber.socket(type);
        await sub.connect(await xpub.bind());
        await sub.event("handshake");
        const going = sub.receive();
        await sub.subscribe("start");
        assertEquals(await xpub.receive(), ["\x01start"]);
        await xpub.send("start");
        await going;
        for (const [what, ...topics] of steps) await sub[what](...topics);
        await sub.subscribe("end");
        assertEquals(await heard(xpub), wanted);
      });
    }
  }

  test(`${publisher.name} XPUB tells its application of two ${subscriber.name} SUBs only what changes`, async () => {
    await using xpub = await publisher.socket("XPUB");
    await using one = await subscriber.socket("SUB");
    await using two = await subscriber.socket("SUB");
    const endpoint = await xpub.bind();
    await one.subscribe("A");
    await one.connect(endpoint);
    assertEquals(await xpub.receive(), ["\x01A"]);
    await two.subscribe("A", "B");
    await two.connect(endpoint);
    assertEquals(await xpub.receive(), ["\x01B"]);
    await one.close();
    await two.unsubscribe("A", "B");
    const notices = [await xpub.receive(), await xpub.receive()].flat().sort();
    assertEquals(notices, ["\x00A", "\x00B"]);
  });

  for (const type of ["PUB", "XPUB"] as const) {
    test(`${publisher.name} ${type} sends ${subscriber.name} SUB what begins with its topics, once`, async () => {
      await using pub = await publisher.socket(type);
      await using sub = await subscriber.socket("SUB");
      await sub.subscribe("hello", "A", "AB", "Ab", "C", "end");
      await sub.unsubscribe("C");
      await sub.connect(await pub.bind());
      await greet(pub, sub, "hello");
      for (const text of ["B", "A", "", "ABC", "C", "a", "Abacus", "BA", "hell"]) await pub.send(text, "more", "");
      await pub.send("A");
      await pub.send("", "A");
      await pub.send("end");
      const found: string[][] = [];
      for (;;) {
        const message = await sub.receive();
        if (message[0] === "end") break;
        found.push(message);
      }
      assertEquals(found, [["A", "more", ""], ["ABC", "more", ""], ["Abacus", "more", ""], ["A"]]);
    });
  }

  test(`${subscriber.name} SUB tells a ${publisher.name} XPUB that comes back of every topic, once`, async () => {
    await using sub = await subscriber.socket("SUB", { reconnectInterval: 5 });
    await sub.subscribe("A", "B", "B", "C");
    await sub.unsubscribe("C");
    await using xpub = await publisher.socket("XPUB");
    const endpoint = await xpub.bind();
    await sub.connect(endpoint);
    assertEquals([...await xpub.receive(), ...await xpub.receive()].sort(), ["\x01A", "\x01B"]);
    const going = sub.receive();
    await xpub.leave(endpoint);
    await sub.event("disconnect");
    await using again = await publisher.socket("XPUB", { verbosity: "allSubsUnsubs" });
    await again.bind(endpoint);
    assertEquals([...await again.receive(), ...await again.receive()].sort(), ["\x01A", "\x01B"]);
    await again.send("Bravo");
    assertEquals(await going, ["Bravo"]);
    await sub.unsubscribe("B");
    await sub.subscribe("end");
    assertEquals(await heard(again), []);
  });

  test(`${publisher.name} XPUB forgets what a ${subscriber.name} SUB that is gone wanted`, async () => {
    await using xpub = await publisher.socket("XPUB");
    const endpoint = await xpub.bind();
    for (let round = 0; round < 3; round++) {
      await using sub = await subscriber.socket("SUB");
      await sub.subscribe("A");
      await sub.connect(endpoint);
      const going = sub.receive();
      assertEquals(await xpub.receive(), ["\x01A"]);
      await xpub.send("A", `${round}`);
      assertEquals(await going, ["A", `${round}`]);
      await sub.close();
      assertEquals(await xpub.receive(), ["\x00A"]);
    }
  });

  test(`${publisher.name} XPUB connects to ${subscriber.name} SUBs that bind`, async () => {
    await using xpub = await publisher.socket("XPUB");
    const subs = [await subscriber.socket("SUB"), await subscriber.socket("SUB")];
    for (const [i, sub] of subs.entries()) {
      await sub.subscribe(`${i}`);
      await xpub.connect(await sub.bind());
      const going = sub.receive();
      assertEquals(await xpub.receive(), [`\x01${i}`]);
      await xpub.send(`${i}`, "only you");
      assertEquals(await going, [`${i}`, "only you"]);
    }
    for (const sub of subs) await sub.close();
  });

  test(`${publisher.name} XPUB hears 900 topics of one ${subscriber.name} SUB`, async () => {
    await using xpub = await publisher.socket("XPUB");
    await using sub = await subscriber.socket("SUB");
    // libzmq drops subscriptions beyond its high-water mark.
    const topics = Array.from({ length: 900 }, (_, i) => `topic-${i}-`);
    await sub.subscribe(...topics);
    await sub.connect(await xpub.bind());
    const going = sub.receive();
    const found: string[] = [];
    for (let i = 0; i < topics.length; i++) found.push((await xpub.receive())[0]!.slice(1));
    assertEquals(found.sort(), topics.sort());
    await xpub.send("topic-899", "no");
    await xpub.send("topic-899-", "yes");
    assertEquals(await going, ["topic-899-", "yes"]);
  });
}

leave(libzmq);
