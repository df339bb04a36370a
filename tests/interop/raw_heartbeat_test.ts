/**
 * Heartbeats and subscriptions with peers that are no more than octets: ZMTP 3.0 and 3.1.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Dealer, Publisher, Subscriber, text, XPublisher } from "../../mod.ts";
import { test } from "../harness.ts";
import { command, frame, RawPeer, RawServer } from "./raw_peer.ts";
import { watch } from "./waiting.ts";

test("PING is answered with PONG and its context, of 0 to 16 octets; a longer one is cut", async () => {
  await using dealer = new Dealer();
  await using peer = await RawPeer.dial(await dealer.bind("tcp://127.0.0.1:*"));
  await peer.shake("DEALER");
  for (let length = 0; length <= 17; length++) {
    const context = "0123456789abcdefX".slice(0, length);
    await peer.write(command("PING", "\0\0" + context));
    assertEquals(await peer.readFrame(), { flags: 4, body: "\x04PONG" + context.slice(0, 16) });
  }
});

test("a flood of PINGs from a peer that reads nothing costs one PONG at a time", async () => {
  await using dealer = new Dealer();
  await using peer = await RawPeer.dial(await dealer.bind("tcp://127.0.0.1:*"));
  await peer.shake("DEALER");
  const ping = command("PING", "\0\0" + "c".repeat(16));
  const many = new Uint8Array(ping.length * 10_000);
  for (let at = 0; at < many.length; at += ping.length) many.set(ping, at);
  await peer.write(many, frame(0, "done"));
  assertEquals((await dealer.receive()).map(text), ["done"]);
  assert(dealer.stats().bytesOut < many.length / 2);
});

test("our PING carries the time to live asked for, in tenths of a second, and no more than libzmq can count", async () => {
  for (const [ttl, wanted] of [[0, "\0\0"], [1550, "\0\x0f"], [70_000, "\x02\x8f"]] as const) {
    await using server = await RawServer.listen();
    await using dealer = new Dealer({ heartbeatInterval: 10, heartbeatTimeout: 0, heartbeatTimeToLive: ttl });
    dealer.connect(server.endpoint);
    await using peer = await server.accept();
    await peer.shake("DEALER");
    const { flags, body } = await peer.readFrame();
    assertEquals([flags, body.slice(0, 7)], [4, "\x04PING" + wanted]);
    assert(body.length <= 7 + 16);
  }
});

test("a peer that never answers PING is dropped after heartbeatTimeout, and dialled again", async () => {
  await using server = await RawServer.listen();
  await using dealer = new Dealer({ heartbeatInterval: 20, heartbeatTimeout: 100, reconnectInterval: 1 });
  const events = watch(dealer);
  dealer.connect(server.endpoint);
  for (let i = 0; i < 2; i++) {
    await using peer = await server.accept();
    await peer.shake("DEALER");
    assertEquals((await events.next("disconnect")).code, "ETIMEDOUT");
    await peer.closed;
  }
});

test("anything at all from the peer counts as an answer", async () => {
  await using server = await RawServer.listen();
  await using dealer = new Dealer({ heartbeatInterval: 20, heartbeatTimeout: 15_000, reconnectInterval: 1 });
  const events = watch(dealer);
  dealer.connect(server.endpoint);
  await using peer = await server.accept();
  await peer.shake("DEALER");
  for (let i = 0; i < 5; i++) {
    const { body } = await peer.readFrame();
    assert(body.startsWith("\x04PING"));
    await peer.write(frame(0, `${i}`));
    assertEquals((await dealer.receive()).map(text), [`${i}`]);
  }
  assertEquals(events.names.includes("disconnect"), false);
});

test("a peer that asks for a time to live and falls silent is dropped after it, not before it is silent", async () => {
  await using dealer = new Dealer();
  const events = watch(dealer);
  await using peer = await RawPeer.dial(await dealer.bind("tcp://127.0.0.1:*"));
  await peer.shake("DEALER");
  await peer.write(command("PING", "\0\x02"));
  await peer.readFrame();
  const started = performance.now();
  assertEquals((await events.next("disconnect")).code, "ETIMEDOUT");
  // Timers may fire a little early by another clock.
  assert(performance.now() - started > 150);
  await peer.closed;
});

for (const minor of [0, 1]) {
  const spell = (what: "SUBSCRIBE" | "CANCEL", topic: string): Uint8Array =>
    minor === 1 ? command(what, topic) : frame(0, (what === "SUBSCRIBE" ? "\x01" : "\0") + topic);

  for (const form of ["commands", "messages"] as const) {
    test(`a ZMTP 3.${minor} subscriber may subscribe by ${form}`, async () => {
      await using pub = new XPublisher();
      await using peer = await RawPeer.dial(await pub.bind("tcp://127.0.0.1:*"));
      await peer.shake("SUB", { minor });
      const subscribe = (topic: string): Uint8Array =>
        form === "commands" ? command("SUBSCRIBE", topic) : frame(0, "\x01" + topic);
      const cancel = (topic: string): Uint8Array =>
        form === "commands" ? command("CANCEL", topic) : frame(0, "\0" + topic);
      await peer.write(subscribe("A"), subscribe("B"));
      assertEquals([...await pub.receive(), ...await pub.receive()].map(text), ["\x01A", "\x01B"]);
      await pub.send("ALOL");
      await pub.send("C");
      assertEquals(await peer.readFrame(), { flags: 0, body: "ALOL" });
      // A set, as in libzmq: what was subscribed twice is cancelled once.
      await peer.write(subscribe("A"), cancel("A"));
      assertEquals((await pub.receive()).map(text), ["\0A"]);
      await pub.send("ALOL");
      await pub.send(["Bye", "2"]);
      assertEquals(await peer.readFrame(), { flags: 1, body: "Bye" });
      assertEquals(await peer.readFrame(), { flags: 0, body: "2" });
    });
  }

  test(`a ZMTP 3.${minor} publisher hears of subscriptions as its version has it`, async () => {
    await using server = await RawServer.listen();
    await using sub = new Subscriber();
    sub.subscribe("A");
    sub.connect(server.endpoint);
    await using peer = await server.accept();
    await peer.shake("PUB", { minor });
    const expected = async (octets: Uint8Array): Promise<void> => {
      assertEquals(await peer.read(octets.length), new Uint8Array(octets));
    };
    await expected(spell("SUBSCRIBE", "A"));
    for (
      const topic of [
        "",
        "x".repeat(244),
        "x".repeat(245),
        "x".repeat(246),
        "y".repeat(254),
        "y".repeat(255),
        "y".repeat(256),
      ]
    ) {
      sub.subscribe(topic);
      await expected(spell("SUBSCRIBE", topic));
      sub.unsubscribe(topic);
      await expected(spell("CANCEL", topic));
    }
    // What does not match is thrown away, whatever the publisher thinks.
    await peer.write(frame(0, "B"), frame(1, "A"), frame(0, "1"));
    assertEquals((await sub.receive()).map(text), ["A", "1"]);
  });

  test(`a ZMTP 3.${minor} peer is PINGed and its subscriptions die with it`, async () => {
    await using pub = new Publisher({ heartbeatInterval: 10, heartbeatTimeout: 0 });
    const events = watch(pub);
    {
      await using peer = await RawPeer.dial(await pub.bind("tcp://127.0.0.1:*"));
      await peer.shake("SUB", { minor });
      await peer.write(spell("SUBSCRIBE", "A"));
      const { flags, body } = await peer.readFrame();
      assertEquals([flags, body.slice(0, 5)], [4, "\x04PING"]);
    }
    await events.next("disconnect");
    assertEquals(pub.topicsCount, 0);
  });
}
