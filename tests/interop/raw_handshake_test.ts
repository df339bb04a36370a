/**
 * Greetings and handshakes from peers that are no more than octets: in pieces, of other versions, late, or never.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Dealer, Pull, Push, text, type ZmtpVersion } from "../../mod.ts";
import { GREETING_30 } from "../engine_fixture.ts";
import { hex, test, toHex } from "../harness.ts";
import { frame, greeting, join, RawPeer, RawServer, ready } from "./raw_peer.ts";
import { watch } from "./waiting.ts";

const HELLO = join(greeting(), ready("PUSH"), frame(0, "hello"));

const SPLITS: readonly (readonly [string, readonly number[]])[] = [
  ["in 10, 1 and 53 octets, as libzmq sends them", [10, 11, 64]],
  ["octet by octet", Array.from({ length: HELLO.length }, (_, i) => i)],
  ["in a single segment with READY and the first message", []],
  ["in halves", [32]],
];

for (const [name, cuts] of SPLITS) {
  test(`a peer that sends its greeting ${name} is understood`, async () => {
    await using pull = new Pull();
    await using peer = await RawPeer.dial(await pull.bind("tcp://127.0.0.1:*"));
    await peer.dribble(HELLO, cuts);
    assertEquals((await pull.receive()).map(text), ["hello"]);
  });

  test(`a peer that is dialled and sends its greeting ${name} is understood`, async () => {
    await using server = await RawServer.listen();
    await using pull = new Pull();
    pull.connect(server.endpoint);
    await using peer = await server.accept();
    await peer.dribble(HELLO, cuts);
    assertEquals((await pull.receive()).map(text), ["hello"]);
  });
}

test("our greeting and READY are what RFC 37 says, and messages wait for the peer's READY", async () => {
  await using dealer = new Dealer({ routingId: "cli1" });
  await using server = await RawServer.listen();
  dealer.connect(server.endpoint);
  await dealer.send("early");
  await using peer = await server.accept();
  await peer.write(greeting());
  const ours = await peer.read(64);
  assertEquals([ours[0], ours[9]! & 1, ours[10], ours[11]], [0xff, 1, 3, 1]);
  assertEquals(toHex(ours.subarray(12)), toHex(greeting().subarray(12)));
  assertEquals(
    toHex(await peer.read(2 + 0x2d)),
    toHex(hex(`
      04 2D 05 52 45 41 44 59
      0B 53 6F 63 6B 65 74 2D 54 79 70 65 00 00 00 06 44 45 41 4C 45 52
      08 49 64 65 6E 74 69 74 79 00 00 00 04 63 6C 69 31`)),
  );
  await peer.write(ready("ROUTER"));
  assertEquals(await peer.readFrame(), { flags: 0, body: "early" });
});

const PADDINGS = ["00 00 00 00 00 00 00 00 7F", "00 00 00 00 00 00 00 05 7F", "FF FF FF FF FF FF FF FF 01"];

for (const padding of PADDINGS) {
  test(`a signature with the padding ${padding} is one`, async () => {
    await using pull = new Pull();
    await using peer = await RawPeer.dial(await pull.bind("tcp://127.0.0.1:*"));
    const octets = greeting();
    octets.set(hex(padding), 1);
    octets[32] = 1; // as-server, which says nothing for NULL
    octets.fill(0xaa, 33);
    await peer.write(octets, ready("PUSH"), frame(0, "hello"));
    assertEquals((await pull.receive()).map(text), ["hello"]);
  });
}

test("a peer of a later version is spoken to as one of 3.1", async () => {
  await using pull = new Pull();
  const told = pull.events.once("handshake");
  await using peer = await RawPeer.dial(await pull.bind("tcp://127.0.0.1:*"));
  const octets = greeting();
  octets[10] = 4;
  octets[11] = 0;
  await peer.write(octets, ready("PUSH"), frame(0, "hello"));
  assertEquals((await told).version, "3.1");
  assertEquals((await pull.receive()).map(text), ["hello"]);
});

/** What is no greeting of ours, what is said of it, and the versions that are taken. */
const STRANGERS: readonly (readonly [string, string, RegExp, ZmtpVersion?])[] = [
  ["a ZMTP 2.0 peer", `FF 00 00 00 00 00 00 00 01 7F 01 08 00 00`, /ZMTP 2\.0|version/, "3.0"],
  ["a ZMTP 1.0 peer with no identity", `01 00 05 00 68 65 6C 6C`, /ZMTP 1\.0|signature|version/, "3.0"],
  [
    "a ZMTP 1.0 peer with a long identity",
    `FF 00 00 00 00 00 00 00 05 00 01 02 03 04`,
    /ZMTP 1\.0|signature|version/,
    "3.0",
  ],
  ["a ZMTP 1.0 peer where 2.0 is taken", `01 00 05 00 68 65 6C 6C`, /ZMTP 1\.0/, "2.0"],
  ["a ZMTP 3.0 peer where 3.1 is wanted", GREETING_30, /ZMTP 3\.0, wanted ZMTP 3\.1/, "3.1"],
  ["a web browser", `47 45 54 20 2F 20 48 54 54 50 2F 31 2E 31 0D 0A`, /signature|greeting|ZMTP/],
  ["a TLS client", `16 03 01 02 00 01 00 01 FC 03 03 00 00 00 00 00`, /signature|greeting|ZMTP/],
];

for (const [who, octets, wanted, minimumProtocol = "1.0"] of STRANGERS) {
  test(`${who} is hung up on, with a clear word, while others are served`, async () => {
    await using pull = new Pull({ minimumProtocol });
    const events = watch(pull);
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    await using good = new Push();
    good.connect(endpoint);
    await events.next("handshake");
    await using peer = await RawPeer.dial(endpoint);
    await peer.write(hex(octets));
    const { code, message } = await events.next("handshake:error:protocol");
    assertEquals(code, "EPROTO");
    assertMatch(message!, wanted);
    await peer.closed;
    await good.send("fine");
    assertEquals((await pull.receive()).map(text), ["fine"]);
  });
}

test("every octet of greeting and handshake can be a peer's last", async () => {
  await using pull = new Pull();
  const events = watch(pull);
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await using good = new Push();
  good.connect(endpoint);
  await events.next("handshake");
  const handshake = join(greeting(), ready("PUSH")).length;
  for (let length = 0; length < HELLO.length; length++) {
    const peer = await RawPeer.dial(endpoint);
    await peer.write(HELLO.subarray(0, length));
    if (length % 2 === 0) await peer[Symbol.asyncDispose]();
    else peer.end();
    if (length >= handshake) await events.next("handshake");
    // Between version and mechanism, that is how libzmq says that ours is not its own.
    else await events.next(length >= 11 && length < 64 ? "handshake:error:protocol" : "handshake:error:other");
    await events.next("disconnect");
    await peer[Symbol.asyncDispose]();
  }
  await good.send("fine");
  assertEquals((await pull.receive()).map(text), ["fine"]);
  assertEquals(pull.tryReceive(), undefined);
  assertEquals(pull.peers.length, 1);
});

test("a dialled peer that hangs up at any octet is dialled again", async () => {
  await using server = await RawServer.listen();
  await using pull = new Pull({ reconnectInterval: 1, reconnectMaxInterval: 2 });
  pull.connect(server.endpoint);
  for (let length = 0; length < HELLO.length; length += 3) {
    await using peer = await server.accept();
    await peer.write(HELLO.subarray(0, length));
  }
  await using peer = await server.accept();
  await peer.write(HELLO);
  assertEquals((await pull.receive()).map(text), ["hello"]);
});

test("a peer that says nothing, or stops half-way, is dropped after handshakeInterval", async () => {
  await using pull = new Pull({ handshakeInterval: 100 });
  const events = watch(pull);
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  for (const length of [0, 1, 10, 64, 70]) {
    await using peer = await RawPeer.dial(endpoint);
    await peer.write(HELLO.subarray(0, length));
    assertEquals((await events.next("handshake:error:other")).code, "ETIMEDOUT");
    await events.next("disconnect");
    await peer.closed;
  }
});

test("a peer that is dialled and says nothing is given up after handshakeInterval, and dialled again", async () => {
  await using server = await RawServer.listen();
  await using push = new Push({ handshakeInterval: 50, reconnectInterval: 1 });
  const events = watch(push);
  push.connect(server.endpoint);
  for (let i = 0; i < 3; i++) {
    await using peer = await server.accept();
    await events.next("handshake:error:other");
    await peer.closed;
  }
  await push.send("at last");
  await using peer = await server.accept();
  await peer.shake("PULL");
  assertEquals(await peer.readFrame(), { flags: 0, body: "at last" });
});

test("a peer that sends endless garbage is dropped before it costs memory", async () => {
  await using pull = new Pull();
  const events = watch(pull);
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  const garbage = new Uint8Array(1 << 20).map((_, i) => (i * 7919) >> 3);
  for (const before of [new Uint8Array(0), greeting(), join(greeting(), ready("PUSH"))]) {
    await using peer = await RawPeer.dial(endpoint);
    await peer.write(before);
    let open = true;
    const closed = peer.closed.then(() => open = false);
    const flooding = (async () => {
      for (let i = 0; open && i < 64; i++) await Promise.race([peer.write(garbage), closed]);
    })();
    await events.next("disconnect");
    await closed;
    await flooding;
  }
  assert(pull.stats().bytesIn < 8 << 20, `${pull.stats().bytesIn}`);
});
