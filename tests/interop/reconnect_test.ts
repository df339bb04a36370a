/**
 * Peers that are not there yet, that leave, and that come back. Every scenario runs with libzmq on either side.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Dealer, Pull, Push, Router, text } from "../../mod.ts";
import { test } from "../harness.ts";
import type { Batch } from "./contents.ts";
import { freshPath } from "./folder.ts";
import { leave, LocalPeer, type Peer, RemotePeer } from "./peers.ts";
import { until, watch } from "./waiting.ts";

const ours = new LocalPeer();
const libzmq = await RemotePeer.libzmq();

/** Who connects, and who binds. */
const PAIRS: readonly (readonly [Peer, Peer])[] = [[ours, libzmq], [libzmq, ours]];

const QUICK = { reconnectInterval: 5 };

/** An endpoint that can be bound and is not. */
async function vacant(transport: "tcp" | "ipc"): Promise<string> {
  if (transport === "ipc") return freshPath();
  await using pull = new Pull();
  return await pull.bind("tcp://127.0.0.1:*");
}

function some(seed: number, count = 300): Batch {
  return { seed, shapes: [[10], [0, 3], [5000], [1, 0, 200]], count };
}

for (const transport of ["tcp", "ipc"] as const) {
  for (const [connects, binds] of PAIRS) {
    const who = `${transport}: ${connects.name} that connects`;

    test(`${who} before ${binds.name} binds delivers what it has queued, whole and in order`, async () => {
      const endpoint = await vacant(transport);
      await using push = await connects.socket("PUSH", QUICK);
      await push.connect(endpoint);
      await push.sendBatch(some(1));
      await push.event("connect:retry");
      await using pull = await binds.socket("PULL");
      await pull.bind(endpoint);
      await pull.receiveBatch(some(1));
    });

    test(`${who} delivers to ${binds.name} that came back what was queued meanwhile`, async () => {
      await using push = await connects.socket("PUSH", QUICK);
      let pull = await binds.socket("PULL");
      const endpoint = await pull.bind(transport === "tcp" ? "tcp://127.0.0.1:*" : freshPath());
      await push.connect(endpoint);
      for (let round = 0; round < 3; round++) {
        await Promise.all([push.sendBatch(some(round)), pull.receiveBatch(some(round))]);
        await pull.leave(endpoint);
        await push.event("disconnect");
        await push.sendBatch(some(100 + round));
        pull = await binds.socket("PULL");
        await pull.bind(endpoint);
        await pull.receiveBatch(some(100 + round));
      }
      await pull.close();
    });

    test(`${who} and left delivers to ${binds.name} what it had queued, if it may linger`, async () => {
      const endpoint = await vacant(transport);
      const push = await connects.socket("PUSH", { ...QUICK, linger: 20_000 });
      await push.connect(endpoint);
      await push.sendBatch(some(5));
      const leaving = push.close(20_000);
      await using pull = await binds.socket("PULL");
      await pull.bind(endpoint);
      await pull.receiveBatch(some(5));
      await leaving;
    });

    test(`${who} hears no more from ${binds.name} that has unbound`, async () => {
      await using dealer = await connects.socket("DEALER", QUICK);
      await using other = await binds.socket("DEALER");
      const endpoint = await other.bind(transport === "tcp" ? "tcp://127.0.0.1:*" : freshPath());
      await dealer.connect(endpoint);
      await Promise.all([dealer.send("a"), other.receive()]);
      await other.unbind(endpoint);
      // libzmq ends connections while the application waits for something.
      const waiting = other.receive().catch(() => {});
      await dealer.event("disconnect");
      await dealer.event("connect:retry");
      await other.close();
      await waiting;
    });

    test(`${who} and disconnects is gone for ${binds.name}, and can connect again`, async () => {
      await using dealer = await connects.socket("DEALER", QUICK);
      await using other = await binds.socket("DEALER");
      const endpoint = await other.bind(transport === "tcp" ? "tcp://127.0.0.1:*" : freshPath());
      // There is always a call waiting: libzmq ends connections in it.
      let reply = dealer.receive();
      for (let round = 0; round < 3; round++) {
        await dealer.connect(endpoint);
        await dealer.send(`${round}`);
        assertEquals(await other.receive(), [`${round}`]);
        await other.send("back");
        assertEquals(await reply, ["back"]);
        reply = dealer.receive();
        await dealer.disconnect(endpoint);
        await other.event("disconnect");
      }
      await Promise.all([reply.catch(() => {}), dealer.close()]);
    });
  }
}

test("a libzmq process that is killed in the middle of a stream harms no message before or after", async () => {
  await using push = new Push({ reconnectInterval: 5, sendHighWaterMark: 10 });
  const events = watch(push);
  let endpoint = "tcp://127.0.0.1:*";
  let next = 0;
  let stop = false;
  const size = 100_000;
  const sending = (async () => {
    // Numbered, so that what arrives shows what did not.
    while (!stop) {
      const body = new Uint8Array(size).fill(next % 251);
      await push.send([`${next++}`, body, ""]);
    }
  })();
  for (let round = 0; round < 2; round++) {
    const peer = await RemotePeer.libzmq();
    const pull = await peer.socket("PULL");
    endpoint = await pull.bind(endpoint);
    if (round === 0) push.connect(endpoint);
    let last = -1;
    for (let i = 0; i < 50; i++) {
      const [number, body, end, ...rest] = await pull.receive();
      const wanted = String.fromCharCode(Number(number) % 251);
      const whole = body!.length === size && body![0] === wanted && body!.at(-1) === wanted && end === "";
      if (!whole || rest.length > 0) throw new Error(`Message ${number} is not whole`);
      if (Number(number) <= last) throw new Error(`Message ${number} came after ${last}`);
      last = Number(number);
    }
    await peer.process.kill();
    await events.next("disconnect");
  }
  stop = true;
  await push.close({ linger: 0 });
  await sending.catch(() => {});
});

test("a libzmq DEALER comes back to our ROUTER under its name, again and again", async () => {
  await using router = new Router({ handover: true });
  const endpoint = await router.bind("tcp://127.0.0.1:*");
  for (let round = 0; round < 10; round++) {
    await using dealer = await libzmq.socket("DEALER", { routingId: "me" });
    await dealer.connect(endpoint);
    await dealer.send(`${round}`);
    assertEquals((await router.receive()).map(text), ["me", `${round}`]);
    await router.send(["me", "hello"]);
    assertEquals(await dealer.receive(), ["hello"]);
  }
});

test("our DEALER with two libzmq peers goes on with one while the other is away", async () => {
  await using dealer = new Dealer({ reconnectInterval: 5, immediate: true });
  const events = watch(dealer);
  await using one = await libzmq.socket("REP");
  const two = await libzmq.socket("REP");
  const [first, second] = [await one.bind(), await two.bind()];
  dealer.connect(first);
  dealer.connect(second);
  await events.next("handshake");
  await events.next("handshake");
  await two.leave(second);
  await events.next("disconnect");
  await until(() => dealer.peers.length === 1);
  const echoing = one.echo(20);
  for (let i = 0; i < 20; i++) {
    await dealer.send(["", `${i}`]);
    assertEquals((await dealer.receive()).map(text), ["", `${i}`]);
  }
  await echoing;
});

leave(libzmq);
