/**
 * RADIO and DISH octet by octet, against peers that are no more than those, and what is joined and left at run time
 * against libzmq.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client, Dish, Gather, Radio, Server, text } from "../../mod.ts";
import { hex, test } from "../harness.ts";
import { greet } from "./matrix.ts";
import { leave, LocalPeer, type Peer, RemotePeer } from "./peers.ts";
import { command, frame, join, RawPeer, RawServer } from "./raw_peer.ts";
import { until, watch } from "./waiting.ts";

const ours = new LocalPeer();
const libzmq = await RemotePeer.libzmq();
const SIDES: readonly (readonly [Peer, Peer])[] = [[ours, libzmq], [libzmq, ours]];

test("a RADIO sends two frames, group and body, to who has said JOIN, and none after LEAVE", async () => {
  for (const minor of [1, 0]) {
    await using radio = new Radio();
    await using peer = await RawPeer.dial(await radio.bind("tcp://127.0.0.1:*"));
    await peer.shake("DISH", { minor });
    await peer.write(hex("04 08 04 4A 4F 49 4E 67 72 70  04 05 04 4A 4F 49 4E")); // JOIN "grp", JOIN ""
    await until(() => radio.groupsCount === 2);
    for (const message of [["grp", "hi"], ["gr", "no"], ["", "to all in it"]]) await radio.send(message);
    assertEquals(await peer.read(9), hex("01 03 67 72 70 00 02 68 69"));
    assertEquals(await peer.read(4), hex("01 00 00 0C"));
    assertEquals(text(await peer.read(12)), "to all in it");
    await peer.write(hex("04 09 05 4C 45 41 56 45 67 72 70")); // LEAVE "grp"
    await until(() => radio.groupsCount === 1);
    for (const message of [["grp", "left"], ["", ""]]) await radio.send(message);
    assertEquals(await peer.read(4), hex("01 00 00 00"));
  }
});

test("a DISH says JOIN and LEAVE as commands, to peers of ZMTP 3.1 and 3.0, and JOIN again to the next", async () => {
  for (const minor of [1, 0]) {
    await using server = await RawServer.listen();
    await using dish = new Dish({ reconnectInterval: 1 });
    dish.join("grp");
    dish.connect(server.endpoint);
    {
      await using peer = await server.accept();
      await peer.shake("RADIO", { minor });
      assertEquals(await peer.read(10), hex("04 08 04 4A 4F 49 4E 67 72 70"));
      dish.join("a");
      dish.leave("grp");
      assertEquals(await peer.read(8), hex("04 06 04 4A 4F 49 4E 61"));
      assertEquals(await peer.read(11), hex("04 09 05 4C 45 41 56 45 67 72 70"));
      await peer.write(hex("01 01 61 00 02 68 69"), hex("01 03 67 72 70 00 00"), hex("01 01 61 00 00"));
      assertEquals((await dish.receive()).map(text), ["a", "hi"]);
      assertEquals((await dish.receive()).map(text), ["a", ""]);
    }
    await using peer = await server.accept();
    await peer.shake("RADIO", { minor });
    assertEquals(await peer.read(8), hex("04 06 04 4A 4F 49 4E 61"));
  }
});

const BROKEN: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["no body", frame(0, "g"), /it has 1 frames, wanted a group and a body/],
  ["two bodies", join(frame(1, "g"), frame(1, "a"), frame(0, "b")), /it has 3 frames, wanted a group and a body/],
  ["a group of 256 octets", join(frame(1, "g".repeat(256)), frame(0, "a")), /the group is 256 octets, wanted 255/],
  ["a zero octet in its group", join(frame(1, "g\0"), frame(0, "a")), /the group has a zero octet, wanted none/],
];

for (const [name, octets, wanted] of BROKEN) {
  test(`a message with ${name} ends its connection to a DISH, while another radio's traffic goes on`, async () => {
    await using dish = new Dish();
    dish.join("g");
    const events = watch(dish);
    const endpoint = await dish.bind("tcp://127.0.0.1:*");
    await using good = new Radio();
    good.connect(endpoint);
    await until(() => good.groupsCount === 1);
    await using peer = await RawPeer.dial(endpoint);
    await peer.shake("RADIO");
    await peer.write(join(frame(1, "g"), frame(0, "before")), octets, join(frame(1, "g"), frame(0, "behind")));
    assertEquals((await dish.receive()).map(text), ["g", "before"]);
    const next = dish.receive();
    const { code, message } = await events.next("disconnect");
    assertEquals(code, "EPROTO");
    assertMatch(message!, wanted);
    await peer.closed;
    await good.send(["g", "good"]);
    assertEquals((await next).map(text), ["g", "good"]);
    assertEquals(dish.peers.length, 1);
  });
}

test("a message of two parts to a GATHER, a SERVER or a CLIENT is dropped whole, and the next delivered", async () => {
  for (
    const [socket, type] of [[new Gather(), "SCATTER"], [new Server(), "CLIENT"], [new Client(), "SERVER"]] as const
  ) {
    await using peer = await RawPeer.dial(await socket.bind("tcp://127.0.0.1:*"));
    await peer.shake(type);
    await peer.write(frame(1, "one"), frame(0, "two"), frame(1), frame(1), frame(0), frame(0, "whole"));
    assertEquals(text((await socket.receive()).at(-1)), "whole");
    assertEquals([socket.stats().dropped, socket.peers.length], [2, 1]);
    await socket.close({ linger: 0 });
  }
});

test("what a SERVER sends is one frame: the routing id is never on the wire", async () => {
  await using server = new Server();
  await using peer = await RawPeer.dial(await server.bind("tcp://127.0.0.1:*"));
  await peer.shake("CLIENT");
  await peer.write(hex("00 02 68 69"));
  const [id, body] = await server.receive();
  assertEquals([id!.length, text(body)], [4, "hi"]);
  await server.send([id!, "there"]);
  assertEquals(await peer.read(7), hex("00 05 74 68 65 72 65"));
});

test("SUBSCRIBE to a RADIO is passed over, as a command and as a message", async () => {
  await using radio = new Radio();
  await using peer = await RawPeer.dial(await radio.bind("tcp://127.0.0.1:*"));
  await peer.shake("DISH");
  await peer.write(command("SUBSCRIBE", "g"), frame(0, "\x01g"), command("JOIN", "a"));
  await until(() => radio.groupsCount > 0);
  assertEquals([radio.groupsCount, radio.peers.length], [1, 1]);
});

for (const [radios, dishes] of SIDES) {
  test(`${dishes.name} DISH joins and leaves at run time at ${radios.name} RADIO`, async () => {
    await using radio = await radios.socket("RADIO", { sendHighWaterMark: 0 });
    await using dish = await dishes.socket("DISH");
    const long = "x".repeat(255);
    await dish.join("a", long);
    await dish.connect(await radio.bind());
    for (const group of ["a", long]) await greet(radio, dish, "", group);
    await dish.join("b", "");
    await dish.leaveGroups("a");
    for (const group of ["b", ""]) await greet(radio, dish, "", group);
    await radio.send("a", "left");
    await radio.send("b", "joined");
    assertEquals(await dish.receive(), ["b", "joined"]);
  });

  test(`${dishes.name} DISH joins again at ${radios.name} RADIO that comes back`, async () => {
    await using dish = await dishes.socket("DISH", { reconnectInterval: 10 });
    await dish.join("g");
    let endpoint = "tcp://127.0.0.1:*";
    for (let round = 0; round < 2; round++) {
      await using radio = await radios.socket("RADIO", { sendHighWaterMark: 0 });
      endpoint = await radio.bind(endpoint);
      if (round === 0) await dish.connect(endpoint);
      await greet(radio, dish, `${round}`, "g");
      await radio.leave(endpoint);
    }
  });
}

test("a CLIENT of libzmq that our SERVER sends away comes back, as another", async () => {
  await using server = new Server();
  const endpoint = await server.bind("tcp://127.0.0.1:*");
  await using client = await libzmq.socket("CLIENT", { reconnectInterval: 10 });
  await client.connect(endpoint);
  const ids: string[] = [];
  for (const body of ["one", "two"]) {
    await client.send(body);
    const [id, received] = await server.receive();
    assertEquals(text(received), body);
    ids.push(String(id));
    server.disconnectPeer(id!);
    await until(() => server.stats().peers.every(({ messagesIn }) => messagesIn === 0));
    await client.event("disconnect");
  }
  assert(ids[0] !== ids[1]);
});

leave(libzmq);
