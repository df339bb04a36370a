/**
 * Traffic from peers that are no more than octets: what is malformed ends its connection and harms nobody else's.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Dealer, Publisher, Pull, Push, Reply, Router, type Socket, Subscriber, text, XPublisher } from "../../mod.ts";
import { hex, test } from "../harness.ts";
import { command, frame, greeting, join, RawPeer, RawServer, ready } from "./raw_peer.ts";
import { until, watch } from "./waiting.ts";

const SHAKE = join(greeting(), ready("PUSH"));
const HUGE = hex("02 7F FF FF FF FF FF FF FF");

/** What a peer may do wrong, and what is said of it. */
const FAULTS: readonly { readonly name: string; readonly octets: Uint8Array; readonly wanted: RegExp }[] = [
  // In the handshake.
  {
    name: "a message before READY",
    octets: join(greeting(), frame(0, "hi")),
    wanted: /sent a message, wanted a command/,
  },
  { name: "an unknown command before READY", octets: join(greeting(), command("HELLO")), wanted: /HELLO|READY/ },
  { name: "an empty command before READY", octets: join(greeting(), frame(4)), wanted: /command/ },
  {
    name: "a command whose name is longer than it",
    octets: join(greeting(), frame(4, "\x09READY")),
    wanted: /command|name/,
  },
  {
    name: "READY with no Socket-Type",
    octets: join(greeting(), command("READY")),
    wanted: /does not say its Socket-Type/,
  },
  {
    name: "READY with an unknown Socket-Type",
    octets: join(greeting(), ready("push")),
    wanted: /Socket-Type is "push"/,
  },
  {
    name: "READY with two Socket-Types",
    octets: join(greeting(), command("READY", "\x0bSocket-Type\0\0\0\x04PUSH\x0bSocket-Type\0\0\0\x04PUSH")),
    wanted: /Socket-Type|twice|duplicate/i,
  },
  {
    name: "READY that ends inside a property's value",
    octets: join(greeting(), command("READY", "\x0bSocket-Type\0\0\0\x04PU")),
    wanted: /metadata|property|value|octets/i,
  },
  {
    name: "READY that ends inside a property's name",
    octets: join(greeting(), command("READY", "\x0bSock")),
    wanted: /metadata|property|name/i,
  },
  {
    name: "READY with an Identity of 256 octets",
    octets: join(greeting(), ready("PUSH", { Identity: "x".repeat(256) })),
    wanted: /Identity is 256 octets/,
  },
  {
    name: "a handshake command of 64 KiB and one octet",
    octets: join(greeting(), hex("06 00 00 00 00 00 01 00 01")),
    wanted: /65537|65536/,
  },
  {
    name: "a handshake command of 2^62 octets",
    octets: join(greeting(), hex("06 40 00 00 00 00 00 00 00")),
    wanted: /octets|size|limit/,
  },
  // In the traffic.
  { name: "reserved flags", octets: join(SHAKE, hex("08 00")), wanted: /flags/ },
  { name: "a command with MORE", octets: join(SHAKE, hex("05 04 03 66 6F 6F")), wanted: /flags|MORE|command/ },
  { name: "a frame of 2^63 - 1 octets", octets: join(SHAKE, HUGE), wanted: /octets|size|limit/ },
  {
    name: "a frame of 2^64 - 1 octets",
    octets: join(SHAKE, hex("02 FF FF FF FF FF FF FF FF")),
    wanted: /octets|size|limit/,
  },
  { name: "a frame over maxMessageSize", octets: join(SHAKE, frame(0, new Uint8Array(10_001))), wanted: /10001|10000/ },
  {
    name: "frames that together are over maxMessageSize",
    octets: join(SHAKE, frame(1, new Uint8Array(6000)), frame(0, new Uint8Array(6000))),
    wanted: /10000|limit/,
  },
  { name: "an empty command", octets: join(SHAKE, frame(4)), wanted: /command/ },
  {
    name: "a command whose name is longer than it, later",
    octets: join(SHAKE, frame(4, "\x05PI")),
    wanted: /command|name/,
  },
  { name: "a PING without a time to live", octets: join(SHAKE, command("PING", "\0")), wanted: /PING/ },
];

for (const { name, octets, wanted } of FAULTS) {
  test(`${name} ends its connection, while another peer's traffic goes on`, async () => {
    await using pull = new Pull({ maxMessageSize: 10_000 });
    const events = watch(pull);
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    await using good = new Push();
    good.connect(endpoint);
    await events.next("handshake");
    await good.send("before");
    for (const cuts of [[], Array.from({ length: Math.min(octets.length, 200) }, (_, i) => i)]) {
      await using peer = await RawPeer.dial(endpoint);
      await peer.dribble(octets, cuts);
      const { code, message } = await events.next("disconnect");
      assertEquals(code, "EPROTO");
      assertMatch(message!, wanted);
      await peer.closed;
      await good.send("after");
    }
    const found = [await pull.receive(), await pull.receive(), await pull.receive()];
    assertEquals(found.flat().map(text), ["before", "after", "after"]);
    assertEquals(pull.peers.length, 1);
  });
}

test("a peer that answers with ERROR is not dialled again, and its reason is told", async () => {
  await using server = await RawServer.listen();
  await using push = new Push({ reconnectInterval: 1 });
  const events = watch(push);
  push.connect(server.endpoint);
  await using peer = await server.accept();
  await peer.write(greeting(), command("ERROR", "\x0bnot you, eh"));
  assertMatch((await events.next("handshake:error:protocol")).message!, /not you, eh/);
  await events.next("close");
  await using other = new Push({ reconnectInterval: 1 });
  const others = watch(other);
  other.connect(server.endpoint);
  await using second = await server.accept();
  await second.write(greeting(), command("ERROR", "\x03400"));
  await others.next("handshake:error:auth");
  await others.next("close");
});

test("what is strange and allowed is taken: long frames that could be short, unknown commands between frames", async () => {
  await using pull = new Pull();
  await using peer = await RawPeer.dial(await pull.bind("tcp://127.0.0.1:*"));
  await peer.shake("PUSH");
  await peer.write(
    hex("03 00 00 00 00 00 00 00 02 68 69"), // long, MORE
    command("WHATEVER", "data"),
    command("PING", "\0\0abc"),
    command("PONG", "unasked"),
    command("READY"),
    hex("02 00 00 00 00 00 00 00 00"), // long and empty
    frame(0),
    frame(0, "x".repeat(255)),
    frame(0, "y".repeat(256)),
  );
  const found = [];
  for (let i = 0; i < 4; i++) found.push((await pull.receive()).map((part) => text(part)));
  assertEquals(found, [["hi", ""], [""], ["x".repeat(255)], ["y".repeat(256)]]);
  assertEquals(await peer.readFrame(), { flags: 4, body: "\x04PONGabc" });
});

test("a message whose last frame never comes is never delivered, at whatever octet the peer vanishes", async () => {
  await using pull = new Pull();
  const events = watch(pull);
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  const message = join(frame(1, "one"), frame(1), frame(1, "x".repeat(300)), frame(0, "last"));
  for (let length = 0; length < message.length; length += length < 20 || length > message.length - 20 ? 1 : 17) {
    await using peer = await RawPeer.dial(endpoint);
    await peer.write(SHAKE, frame(0, `whole ${length}`), message.subarray(0, length));
    peer.end();
    await events.next("disconnect");
    assertEquals((await pull.receive()).map(text), [`whole ${length}`]);
    assertEquals(pull.tryReceive(), undefined);
  }
});

test("a peer that takes half a message and vanishes gets it whole when it comes back, or another does", async () => {
  await using server = await RawServer.listen();
  await using push = new Push({ reconnectInterval: 1 });
  push.connect(server.endpoint);
  const body = new Uint8Array(20_000_000).fill(66); // more than the kernel takes
  const first = push.send(["head", body, "tail"]);
  await push.send("second");
  {
    await using peer = await server.accept();
    await peer.shake("PULL");
    assertEquals(await peer.readFrame(), { flags: 1, body: "head" });
    await peer.read(100_000);
  }
  await first;
  await using peer = await server.accept();
  await peer.shake("PULL");
  const next = await peer.readFrame();
  // A message that was begun may be lost with its connection; never a part of it, and never its successor.
  if (next.flags === 1) {
    assertEquals(next.body, "head");
    assertEquals((await peer.readFrame()).body.length, body.length);
    assertEquals((await peer.readFrame()).body, "tail");
    assertEquals(await peer.readFrame(), { flags: 0, body: "second" });
  } else assertEquals(next, { flags: 0, body: "second" });
});

test("a subscription on a socket that publishes nothing is ignored, and never delivered", async () => {
  await using dealer = new Dealer();
  await using peer = await RawPeer.dial(await dealer.bind("tcp://127.0.0.1:*"));
  await peer.shake("DEALER");
  await peer.write(command("SUBSCRIBE", "A"), command("CANCEL", "A"), frame(0, "hi"));
  assertEquals((await dealer.receive()).map(text), ["hi"]);
});

test("a REQ that sends a request without a delimiter gets no answer, and harms no other", async () => {
  await using reply = new Reply();
  const endpoint = await reply.bind("tcp://127.0.0.1:*");
  await using bad = await RawPeer.dial(endpoint);
  await using good = await RawPeer.dial(endpoint);
  await bad.shake("REQ");
  await good.shake("REQ");
  await bad.write(frame(0, "no delimiter"), frame(1, "only"), frame(0));
  await good.write(frame(1), frame(0, "question"));
  assertEquals((await reply.receive()).map(text), ["question"]);
  await reply.send("answer");
  assertEquals([await good.readFrame(), await good.readFrame()], [{ flags: 1, body: "" }, {
    flags: 0,
    body: "answer",
  }]);
});

test("an Identity that begins with zero does not take a name that our ROUTER makes up", async () => {
  await using router = new Router();
  const endpoint = await router.bind("tcp://127.0.0.1:*");
  await using one = await RawPeer.dial(endpoint);
  await one.shake("DEALER");
  await one.write(frame(0, "one"));
  const [first] = await router.receive();
  const next = (new DataView(first!.buffer, first!.byteOffset).getUint32(1) + 1) >>> 0;
  const forged = "\0" + [24, 16, 8, 0].map((shift) => String.fromCharCode((next >>> shift) & 255)).join("");
  await using two = await RawPeer.dial(endpoint);
  await two.shake("DEALER", { more: { Identity: forged } });
  await two.write(frame(0, "two"));
  const [second, message] = await router.receive();
  assertEquals(text(message), "two");
  await using three = await RawPeer.dial(endpoint);
  await three.shake("DEALER");
  await three.write(frame(0, "three"));
  const [third] = await router.receive();
  assert(String(second) !== String(third) && String(first) !== String(third));
});

/** Every face of one rule: nothing that a peer sends makes a socket reject or throw. */
const SOCKETS: readonly (readonly [string, () => Socket, string])[] = [
  ["PUB", () => new Publisher(), "SUB"],
  ["SUB", () => new Subscriber(), "PUB"],
  ["XPUB", () => new XPublisher(), "XSUB"],
  ["REP", () => new Reply(), "REQ"],
  ["ROUTER", () => new Router(), "DEALER"],
];

for (const [name, make, theirs] of SOCKETS) {
  test(`a ${name} survives noise of every kind from its peers`, async () => {
    await using socket = make();
    const events = watch(socket);
    const endpoint = await socket.bind("tcp://127.0.0.1:*");
    let state = 7;
    const random = (below: number): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below;
    for (let round = 0; round < 40; round++) {
      await using peer = await RawPeer.dial(endpoint);
      const noise = Uint8Array.from({ length: 1 + random(300) }, () => random(4) === 0 ? random(256) : random(8));
      await peer.write(greeting(round % 2), ready(theirs), noise, HUGE);
      await events.next("disconnect");
    }
    await until(() => socket.peers.length === 0);
    await using peer = await RawPeer.dial(endpoint);
    await peer.shake(theirs);
    await events.next("handshake");
  });
}

test("a bad Socket-Type is answered with ERROR before we hang up", async () => {
  await using pull = new Pull();
  await using peer = await RawPeer.dial(await pull.bind("tcp://127.0.0.1:*"));
  await peer.write(greeting(), ready("PULL"));
  await peer.read(64);
  await peer.readFrame();
  const { flags, body } = await peer.readFrame();
  assertEquals(flags, 4);
  assert(body.startsWith("\x05ERROR"));
  assertMatch(body, /Socket-Type is "PULL"/);
});
