/**
 * Heartbeats between this library and libzmq, in both directions, and what becomes of a peer that hangs.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Dealer, Pull, Push, text } from "../../mod.ts";
import { runtime, test } from "../harness.ts";
import { leave, LocalPeer, RemotePeer } from "./peers.ts";
import { until, watch } from "./waiting.ts";

const ours = new LocalPeer();
const libzmq = await RemotePeer.libzmq();

/** Octets of libzmq's PING: four of framing and name length, the name, two of TTL. */
const PING = 9;
/** PINGs often, but patience with a machine under load. */
const LIVELY = { heartbeatInterval: 10, heartbeatTimeout: 15_000 };
/** The same for a peer that is about to hang. */
const STRICT = { heartbeatInterval: 50, heartbeatTimeout: 300 };

/** Freezes a process for as long as something takes. */
async function frozen(peer: RemotePeer, work: () => Promise<void>): Promise<void> {
  peer.process.freeze();
  try {
    await work();
  } finally {
    peer.process.thaw();
  }
}

test("our PINGs are answered by libzmq, and the connection stays", async () => {
  await using dealer = new Dealer(LIVELY);
  const events = watch(dealer);
  await using other = await libzmq.socket("DEALER");
  dealer.connect(await other.bind());
  await events.next("handshake");
  const before = dealer.stats().bytesIn;
  await until(() => dealer.stats().bytesIn > before + 10 * 7);
  const { roundTrip, connected } = dealer.peers[0]!;
  assert(roundTrip !== undefined && roundTrip >= 0 && connected);
  await Promise.all([dealer.send("still here"), other.echo(1)]);
  assertEquals((await dealer.receive()).map(text), ["still here"]);
  assertEquals(events.names.filter((name) => name === "disconnect"), []);
});

test("libzmq's PINGs are answered by us, with its time to live, and the connection stays", async () => {
  await using dealer = new Dealer();
  const events = watch(dealer);
  await using other = await libzmq.socket("DEALER", { ...LIVELY, heartbeatTimeToLive: 15_000 });
  await other.connect(await dealer.bind("tcp://127.0.0.1:*"));
  await events.next("handshake");
  const { bytesIn, bytesOut } = dealer.stats();
  await until(() => dealer.stats().bytesIn > bytesIn + 10 * PING);
  await until(() => dealer.stats().bytesOut > bytesOut + 10 * (PING - 2));
  await Promise.all([other.send("still here"), dealer.receive().then((message) => dealer.send(message))]);
  assertEquals(await other.receive(), ["still here"]);
  assertEquals((await other.events()).filter((name) => name === "disconnect"), []);
});

test("heartbeats of both sides pass between the frames of big messages", async () => {
  await using push = await ours.socket("PUSH", { heartbeatInterval: 1, heartbeatTimeout: 15_000 });
  await using pull = await libzmq.socket("PULL", { heartbeatInterval: 1, heartbeatTimeout: 15_000 });
  await push.connect(await pull.bind());
  const batch = { seed: 11, shapes: [[5, 1 << 20, 0, 3]], count: 30 };
  await Promise.all([push.sendBatch(batch), pull.receiveBatch(batch)]);
});

test("a libzmq peer that hangs is dropped, and taken back when it wakes", async () => {
  const peer = await RemotePeer.libzmq();
  try {
    await using push = new Push({ ...STRICT, reconnectInterval: 5 });
    const events = watch(push);
    const pull = await peer.socket("PULL");
    push.connect(await pull.bind());
    await push.send("before");
    assertEquals(await pull.receive(), ["before"]);
    await frozen(peer, async () => {
      assertEquals((await events.next("disconnect")).code, "ETIMEDOUT");
      await push.send("meanwhile");
    });
    assertEquals(await pull.receive(), ["meanwhile"]);
  } finally {
    await peer.process.kill();
  }
});

test("a libzmq peer that asked for a time to live and hangs is dropped by us after it", async () => {
  const peer = await RemotePeer.libzmq();
  try {
    await using pull = new Pull();
    const events = watch(pull);
    const push = await peer.socket("PUSH", {
      heartbeatInterval: 50,
      heartbeatTimeout: 15_000,
      heartbeatTimeToLive: 400,
    });
    await push.connect(await pull.bind("tcp://127.0.0.1:*"));
    await events.next("handshake");
    const { bytesIn } = pull.stats();
    await until(() => pull.stats().bytesIn > bytesIn);
    await frozen(peer, async () => {
      assertEquals((await events.next("disconnect")).code, "ETIMEDOUT");
    });
    await push.send("awake");
    assertEquals((await pull.receive()).map(text), ["awake"]);
  } finally {
    await peer.process.kill();
  }
});

test("libzmq drops a socket of ours that hangs: by its own timeout, and by our time to live", async () => {
  const peer = await RemotePeer.ours(runtime);
  try {
    await using strict = await libzmq.socket("PULL", { ...STRICT, reconnectInterval: 5 });
    await using obliging = await libzmq.socket("PULL", { reconnectInterval: 5 });
    const push = await peer.socket("PUSH");
    const asking = await peer.socket("PUSH", {
      heartbeatInterval: 50,
      heartbeatTimeout: 15_000,
      heartbeatTimeToLive: 400,
    });
    await strict.connect(await push.bind());
    await obliging.connect(await asking.bind());
    await Promise.all([push.send("a"), asking.send("b")]);
    assertEquals([await strict.receive(), await obliging.receive()], [["a"], ["b"]]);
    // An answered PING tells that our time to live has arrived.
    while ((await asking.stats()).roundTrip === undefined);
    await frozen(peer, async () => {
      await strict.event("disconnect");
      await obliging.event("disconnect");
    });
    await strict.event("handshake");
    await obliging.event("handshake");
  } finally {
    await peer.process.kill();
  }
}, { timeout: 30_000 });

leave(libzmq);
