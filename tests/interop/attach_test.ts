/**
 * libzmq as the peer of an attached stream: sockets of the system, wrapped into streams of the web.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { curveKeyPair, Dealer, Pull, Push, Reply, type Socket, Subscriber, text } from "../../mod.ts";
import type { DuplexStream } from "../../src/transport/stream_link.ts";
import { runtime, test } from "../harness.ts";
import { webStreams } from "../stream_transport.ts";
import { checkMessage, countOf, MANY, messageOf, SLIM } from "./contents.ts";
import { leave, RemotePeer } from "./peers.ts";
import { until } from "./waiting.ts";

const libzmq = await RemotePeer.libzmq();

/** Dials a tcp endpoint, and answers streams. */
type Dial = (port: number) => Promise<DuplexStream>;

const DIALS: Readonly<Record<string, Dial>> = {
  "node:net by Duplex.toWeb": async (port) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "connect");
    return webStreams(socket);
  },
  ...(runtime === "deno" ? { "a Deno.Conn": (port) => Deno.connect({ port, hostname: "127.0.0.1" }) } : {}),
};

function portOf(endpoint: string): number {
  return Number(endpoint.slice(endpoint.lastIndexOf(":") + 1));
}

for (const [name, dial] of Object.entries(DIALS)) {
  const join = async (socket: Socket, endpoint: string): Promise<void> => {
    socket.attach(await dial(portOf(endpoint)));
  };

  test(`${name}: PUSH to libzmq's PULL, and the other way, every size`, async () => {
    for (const batch of [SLIM, MANY]) {
      await using push = new Push();
      await using pull = await libzmq.socket("PULL");
      await join(push, await pull.bind());
      const sending = (async () => {
        for (let i = 0; i < countOf(batch); i++) await push.send(messageOf(batch, i));
      })();
      await Promise.all([sending, pull.receiveBatch(batch)]);

      await using other = new Pull();
      await using theirs = await libzmq.socket("PUSH");
      await join(other, await theirs.bind());
      const sent = theirs.sendBatch(batch);
      for (let i = 0; i < countOf(batch); i++) checkMessage(batch, i, await other.receive());
      await sent;
    }
  });

  test(`${name}: a libzmq that does not read makes us wait, and then gets all`, async () => {
    const batch = { seed: 31, shapes: [[65536]], count: 1024 };
    await using push = new Push({ sendHighWaterMark: 5 });
    await using pull = await libzmq.socket("PULL", { receiveHighWaterMark: 5 });
    await join(push, await pull.bind());
    let sent = 0;
    const sending = (async () => {
      for (; sent < countOf(batch); sent++) await push.send(messageOf(batch, sent));
    })();
    await until(() => push.stats().pendingSends === 1);
    assert(sent < countOf(batch), "64 MiB were taken with nobody reading");
    await Promise.all([sending, pull.receiveBatch(batch)]);
  });

  test(`${name}: subscriptions, heartbeats, and libzmq's end`, async () => {
    await using subscriber = new Subscriber({ heartbeatInterval: 5, heartbeatTimeout: 10_000 });
    subscriber.subscribe("a");
    const publisher = await libzmq.socket("XPUB");
    const attached = subscriber.attach(await dial(portOf(await publisher.bind())));
    assertEquals(await publisher.receive(), ["\x01a"]);
    await publisher.send("a", "news");
    assertEquals((await subscriber.receive()).map(text), ["a", "news"]);
    await until(() => subscriber.peers[0]?.roundTrip !== undefined);
    await publisher.close();
    await attached.closed;
    assertEquals(subscriber.stats().peers, []);
  });

  test(`${name}: CURVE, with libzmq as the server`, async () => {
    const [server, client] = [curveKeyPair(), curveKeyPair()];
    await using dealer = new Dealer({
      curveServerKey: server.publicKey,
      curvePublicKey: client.publicKey,
      curveSecretKey: client.secretKey,
    });
    await using router = await libzmq.socket("DEALER", { curveServer: true, curveSecretKey: server.secretKey });
    await join(dealer, await router.bind());
    await dealer.send("sealed");
    assertEquals(await router.receive(), ["sealed"]);
    await router.send("and back");
    assertEquals((await dealer.receive()).map(text), ["and back"]);
  });
}

test("a server of streams: libzmq connects, and is attached as one who comes to us", async () => {
  await using reply = new Reply();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    reply.attach(webStreams(socket), { role: "bind" });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  await using request = await libzmq.socket("REQ");
  await request.connect(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await request.send("question");
  assertEquals((await reply.receive()).map(text), ["question"]);
  await reply.send("answer");
  assertEquals(await request.receive(), ["answer"]);
  server.close();
});

leave(libzmq);
