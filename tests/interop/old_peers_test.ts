/**
 * Peers of ZMTP 2.0 and 1.0: octets worked by hand, sent to us and to libzmq, which must answer alike; and in both
 * directions against JeroMQ 0.3.6, which speaks 2.0 and nothing newer.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import {
  Dealer,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
  Subscriber,
  text,
  XPublisher,
} from "../../mod.ts";
import { hex, test, toHex } from "../harness.ts";
import type { TypeName } from "./commands.ts";
import { JEROMQ, JeroMq } from "./jeromq.ts";
import { leave, RemotePeer } from "./peers.ts";
import { RawPeer, RawServer } from "./raw_peer.ts";
import { until, watch } from "./waiting.ts";

const libzmq = await RemotePeer.libzmq();

const SIGNATURE = "FF 00 00 00 00 00 00 00 01 7F";
const BIG = "x".repeat(70_000);

/** One side's octets after another's, as they come: `<` we write, `>` we read. */
interface Talk {
  readonly name: string;
  readonly type: TypeName;
  readonly options?: { readonly routingId?: string };
  readonly subscribe?: string;
  readonly steps: readonly string[];
  /** What the socket has received by the end of it. */
  readonly receives: readonly string[];
}

const TALKS: readonly Talk[] = [
  {
    name: "2.0, DEALER",
    type: "DEALER",
    options: { routingId: "myid" },
    steps: [
      "> FF 00 00 00 00 00 00 00 05 7F",
      `< ${SIGNATURE}`,
      "> 03",
      "< 01",
      "> 05",
      "< 06 00 00 00 02 68 69",
      "> 00 04 6D 79 69 64",
    ],
    receives: ["hi"],
  },
  {
    name: "2.0, SUB",
    type: "SUB",
    subscribe: "ab",
    steps: [`> ${SIGNATURE}`, `< ${SIGNATURE} 01 01 00 00`, "> 03 02 00 00 00 03 01 61 62", "< 00 03 61 62 63"],
    receives: ["abc"],
  },
  {
    name: "2.0, PULL, two parts",
    type: "PULL",
    steps: [`< ${SIGNATURE} 01 08 00 00 01 01 61 00 01 62`, `> ${SIGNATURE} 03 07 00 00`],
    receives: ["a", "b"],
  },
  {
    name: "1.0, DEALER",
    type: "DEALER",
    options: { routingId: "myid" },
    steps: ["> FF 00 00 00 00 00 00 00 05 7F", "< 01 00", "> 6D 79 69 64", "< 03 00 68 69"],
    receives: ["hi"],
  },
  {
    name: "1.0, SUB",
    type: "SUB",
    subscribe: "ab",
    steps: [`> ${SIGNATURE}`, "< 03 00 6D 65", "> 04 00 01 61 62", "< 04 00 61 62 63"],
    receives: ["abc"],
  },
  {
    name: "1.0 with a long identity, PULL",
    type: "PULL",
    steps: ["< FF 00 00 00 00 00 00 00 03 00 6D 65 02 01 61 02 00 62", `> ${SIGNATURE}`],
    receives: ["a", "b"],
  },
  {
    name: "1.0 behind a signature, PULL",
    type: "PULL",
    steps: [`> ${SIGNATURE}`, `< ${SIGNATURE}`, "> 03", "< 00 08 01 00 03 00 68 69", "> 07 01 00"],
    receives: ["hi"],
  },
];

const CLASSES: Readonly<Partial<Record<TypeName, new (options?: object) => Socket>>> = {
  DEALER: Dealer,
  SUB: Subscriber,
  PULL: Pull,
};

async function talk(peer: RawPeer, steps: readonly string[]): Promise<void> {
  for (const step of steps) {
    const octets = hex(step.slice(2));
    if (step.startsWith("<")) await peer.write(octets);
    else assertEquals(toHex(await peer.read(octets.length)), toHex(octets), step);
  }
}

for (const { name, type, options = {}, subscribe, steps, receives } of TALKS) {
  test(`ZMTP ${name}: the octets that libzmq sends and takes are these`, async () => {
    await using socket = await libzmq.socket(type, options);
    if (subscribe !== undefined) await socket.subscribe(subscribe);
    await using peer = await RawPeer.dial(await socket.bind());
    // A SUB of libzmq's tells nobody what it wants before its application asks for something.
    const received = socket.receive();
    await talk(peer, steps);
    assertEquals(await received, [...receives]);
  });

  for (const role of ["binds", "connects"] as const) {
    test(`ZMTP ${name}: our socket that ${role} sends and takes the same`, async () => {
      await using socket = new CLASSES[type]!(options) as Dealer & Subscriber;
      const events = watch(socket);
      if (subscribe !== undefined) socket.subscribe(subscribe);
      await using server = await RawServer.listen();
      if (role === "connects") socket.connect(server.endpoint);
      await using peer = role === "connects"
        ? await server.accept()
        : await RawPeer.dial(await socket.bind("tcp://127.0.0.1:*"));
      await talk(peer, steps);
      assertEquals((await socket.receive()).map(text), [...receives]);
      await events.next("handshake");
      assertEquals(socket.peers.length, 1);
    });
  }
}

test("a ROUTER knows an old peer by its identity, and answers in its frames, short and long", async () => {
  await using router = new Router();
  const endpoint = await router.bind("tcp://127.0.0.1:*");
  await using peer = await RawPeer.dial(endpoint);
  const told = router.events.once("handshake");
  await peer.write(hex("03 00 6D 65 02 00 61"));
  const { version, socketType, routingId, mechanism } = await told;
  assertEquals([version, socketType, text(routingId), mechanism], ["1.0", "", "me", "NULL"]);
  assertEquals((await router.receive()).map(text), ["me", "a"]);
  await peer.read(10);
  await router.send(["me", "b", "x".repeat(253)]);
  await router.send(["me", "y".repeat(254), BIG]);
  assertEquals(toHex(await peer.read(5)), "02 01 62 FE 00");
  await peer.read(253);
  assertEquals(toHex(await peer.read(10)), "FF 00 00 00 00 00 00 00 FF 01");
  await peer.read(254);
  assertEquals(toHex(await peer.read(10)), "FF 00 00 00 00 00 01 11 71 00");
  assertEquals(text(await peer.read(BIG.length)), BIG);
});

test("a subscriber of ZMTP 1.0 that says nothing gets everything, and an XPUB hears of that", async () => {
  await using xpub = new XPublisher();
  await using peer = await RawPeer.dial(await xpub.bind("tcp://127.0.0.1:*"));
  await peer.write(hex("01 00"));
  assertEquals(await xpub.receive(), [hex("01")]);
  await xpub.send("any");
  assertEquals(toHex(await peer.read(10 + 5)), `${SIGNATURE} 04 00 61 6E 79`);
});

test("what is queued for a lost peer of ZMTP 3 goes out to an old one, in its frames", async () => {
  await using server = await RawServer.listen();
  await using push = new Push({ reconnectInterval: 1 });
  push.connect(server.endpoint);
  await push.send("early");
  {
    await using first = await server.accept();
    await first.read(10);
  }
  await using second = await server.accept();
  await second.write(hex("01 00"));
  assertEquals(toHex(await second.read(10 + 7)), `${SIGNATURE} 06 00 65 61 72 6C 79`);
});

test("an old peer that stops before its identity has the handshake's time, and no more", async () => {
  for (const octets of ["03", "03 00 6D", `${SIGNATURE} 01 08`]) {
    await using pull = new Pull({ handshakeInterval: 30 });
    const events = watch(pull);
    await using peer = await RawPeer.dial(await pull.bind("tcp://127.0.0.1:*"));
    await peer.write(hex(octets));
    assertMatch((await events.next("handshake:error:other")).message!, /not complete after 30 ms/);
    await peer.closed;
  }
});

test("where there is security, or somebody judges, an old peer is turned away with a word", async () => {
  for (const options of [{ plainServer: true }, { zapDomain: "global" }]) {
    await using pull = new Pull(options);
    const events = watch(pull);
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    for (const octets of [`${SIGNATURE} 01 08 00 00`, "01 00"]) {
      await using peer = await RawPeer.dial(endpoint);
      await peer.write(hex(octets));
      assertMatch((await events.next("handshake:error:protocol")).message!, /ZMTP [12]\.0/);
      await peer.closed;
    }
  }
});

const WITH_JAVA = { skip: JEROMQ === undefined, timeout: 60_000 };
const NEEDS = JEROMQ === undefined ? " (left out: apt-get install libjeromq-java and a JDK)" : "";

test(
  `JeroMQ 0.3.6 dials our REP, ROUTER, PULL and PUB, and is dialled by the others of each pair${NEEDS}`,
  async () => {
    await using java = await JeroMq.start();
    {
      await using reply = new Reply();
      const told = reply.events.once("handshake");
      await java.socket("REQ", "connect", await reply.bind("tcp://127.0.0.1:*"), "java");
      await java.send("REQ", "ping");
      assertEquals((await reply.receive()).map(text), ["ping"]);
      assertEquals([(await told).version, (await told).socketType, text((await told).routingId)], [
        "2.0",
        "REQ",
        "java",
      ]);
      await reply.send(["pong", BIG]);
      assertEquals(await java.receive("REQ"), ["pong", BIG]);
    }
    {
      await using router = new Router();
      await java.socket("DEALER", "connect", await router.bind("tcp://127.0.0.1:*"), "java");
      await java.send("DEALER", "a", "", BIG);
      assertEquals((await router.receive()).map(text), ["java", "a", "", BIG]);
      await router.send(["java", "back", ""]);
      assertEquals(await java.receive("DEALER"), ["back", ""]);
    }
    {
      await using publisher = new Publisher();
      const xpub = await publisher.bind("tcp://127.0.0.1:*");
      await java.socket("SUB", "connect", xpub, "");
      // It is subscribed once something gets there.
      let heard = false;
      const first = java.receive("SUB").then((message) => {
        heard = true;
        return message;
      });
      while (!heard) {
        await publisher.send(["no", "not for it"]);
        await publisher.send(["topic", "1"]);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assertEquals(await first, ["topic", "1"]);
    }
    {
      await using request = new Request({ routingId: "ours" });
      request.connect(await java.socket("REP", "bind"));
      await request.send("ping");
      assertEquals(await java.receive("REP"), ["ping"]);
      await java.send("REP", "pong");
      assertEquals((await request.receive()).map(text), ["pong"]);
    }
    {
      await using dealer = new Dealer({ routingId: "ours" });
      dealer.connect(await java.socket("ROUTER", "bind"));
      await dealer.send(["a", BIG]);
      assertEquals(await java.receive("ROUTER"), ["ours", "a", BIG]);
      await java.send("ROUTER", "ours", "b");
      assertEquals((await dealer.receive()).map(text), ["b"]);
    }
    {
      await using push = new Push();
      push.connect(await java.socket("PULL", "bind"));
      for (let i = 0; i < 100; i++) await push.send(`${i}`);
      for (let i = 0; i < 100; i++) assertEquals(await java.receive("PULL"), [`${i}`]);
    }
    {
      await using subscriber = new Subscriber();
      subscriber.subscribe("topic");
      subscriber.connect(await java.socket("PUB", "bind"));
      await until(() => subscriber.peers.length === 1);
      let done = false;
      const got = subscriber.receive().finally(() => done = true);
      while (!done) {
        await java.send("PUB", "other", "0");
        await java.send("PUB", "topic", "1");
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assertEquals((await got).map(text), ["topic", "1"]);
    }
  },
  WITH_JAVA,
);

leave(libzmq);
