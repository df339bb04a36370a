/** Options of connections: dialling again, limits on what a peer may do, and heartbeats. */
import { assert, assertEquals, assertGreaterOrEqual, assertInstanceOf } from "@std/assert";
import { Dealer, ProtocolError, Pull, Push, type SocketEvent, type SocketEventType, ZmqError } from "../../mod.ts";
import { detectTransports } from "../../src/runtime/detect.ts";
import type { Listener } from "../../src/transport/link.ts";
import { test } from "../harness.ts";
import { type Loose, meet, until } from "../socket_fixture.ts";

/** An endpoint where nobody listens now. */
async function deserted(): Promise<string> {
  await using pull = new Pull();
  return await pull.bind("tcp://127.0.0.1:*");
}

/** Somebody who accepts connections and says nothing, or hangs up at once. */
async function stranger(does: "listen" | "hang up"): Promise<Listener> {
  const tcp = [...detectTransports()].find(({ scheme }) => scheme === "tcp")!;
  return await tcp.listen("tcp://127.0.0.1:*", { backlog: 10, ipv6: false }, {
    accept(link) {
      link.start({ data() {}, closed() {} });
      if (does === "hang up") link.close();
      links.push(link);
    },
    failed() {},
  });
}

const links: { abort(): void }[] = [];

/** Collects the waits before an endpoint is dialled again. */
async function waits(push: Push, endpoint: string, count: number): Promise<number[]> {
  const found: number[] = [];
  push.events.on("connect:retry", ({ interval }) => found.push(interval));
  push.connect(endpoint);
  await until(() => found.length >= count);
  return found;
}

test("reconnectInterval is the least wait before dialling again, and it is spread by as much again", async () => {
  await using push = new Push({ reconnectInterval: 4, linger: 0 });
  for (const wait of await waits(push, await deserted(), 5)) assert(wait >= 4 && wait < 8, `${wait}`);
});

test("with reconnectMaxInterval the wait doubles at each failure, up to it", async () => {
  await using push = new Push({ reconnectInterval: 2, reconnectMaxInterval: 8, linger: 0 });
  const found = await waits(push, await deserted(), 5);
  const most = [2, 4, 8, 8, 8];
  found.slice(0, 5).forEach((wait, i) => assert(wait <= most[i]! && wait >= most[i]! * 0.75, `${i}: ${wait}`));
});

test("with a reconnectInterval of 0, or Infinity, an endpoint is dialled once", async () => {
  for (const reconnectInterval of [0, Infinity, -1]) {
    await using push = new Push({ reconnectInterval, linger: 0 });
    const closed = push.events.once("close");
    push.connect(await deserted());
    assertEquals((await closed as Loose).error.code, "ECONNREFUSED");
    assertEquals(push.stats().peers, []);
  }
});

test("reconnectStop gives an endpoint up where nobody listens", async () => {
  await using push = new Push({ reconnectStop: ["refused"], linger: 0 });
  const closed = push.events.once("close");
  push.connect(await deserted());
  assertEquals((await closed as Loose).error.code, "ECONNREFUSED");
});

test("reconnectStop gives a peer up that hangs up in the handshake", async () => {
  const listener = await stranger("hang up");
  await using push = new Push({ reconnectStop: ["handshake"], linger: 0 });
  const closed = push.events.once("close");
  push.connect(listener.endpoint);
  await closed;
  assertEquals(push.stats().peers, []);
  await listener.close();
});

test("handshakeInterval ends a connection that has not shaken hands by then", async () => {
  const listener = await stranger("listen");
  await using push = new Push({ handshakeInterval: 10, reconnectInterval: 0, linger: 0 });
  const failed = push.events.once("handshake:error:other");
  push.connect(listener.endpoint);
  const { error } = await failed;
  assertInstanceOf(error, ZmqError);
  assertEquals(error.code, "ETIMEDOUT");
  for (const link of links.splice(0)) link.abort();
  await listener.close();
});

test("maxMessageSize ends the connection of a peer that sends more, before it has been read", async () => {
  await using pull = new Pull({ maxMessageSize: 1000 });
  await using push = new Push({ linger: 0, reconnectInterval: 0 });
  await meet(pull, push);
  await push.send(["x".repeat(500), "x".repeat(500)]);
  assertEquals((await pull.receive()).map((frame) => frame.length), [500, 500]);
  const lost = pull.events.once("disconnect");
  await push.send(["x".repeat(500), "x".repeat(501)]);
  const { error } = await lost;
  assertInstanceOf(error, ProtocolError);
  assertEquals(pull.tryReceive(), undefined);
  assertEquals(pull.closed, false);
});

test("without a limit a message may have any size", async () => {
  await using pull = new Pull({ maxMessageSize: Infinity });
  await using push = new Push();
  await meet(pull, push);
  const octets = new Uint8Array(20 << 20).fill(7);
  await push.send(octets);
  const [frame] = await pull.receive();
  assertEquals([frame!.length, frame!.at(-1)], [octets.length, 7]);
});

test("heartbeats keep a quiet connection alive, and a peer that answers none is given up", async () => {
  await using quiet = new Push({ heartbeatInterval: 5, heartbeatTimeout: 10_000, heartbeatTimeToLive: 60_000 });
  await using pull = new Pull();
  const lost: SocketEvent[] = [];
  await meet(pull, quiet);
  quiet.events.on("disconnect", (event) => lost.push(event));
  await until(() => (quiet.peers[0]?.roundTrip ?? -1) >= 0);
  assertEquals(lost, []);
  assertGreaterOrEqual(pull.stats().bytesIn, 64);

  // A peer of ZMTP's that says nothing more after its handshake: its READY is worked by hand.
  const tcp = [...detectTransports()].find(({ scheme }) => scheme === "tcp")!;
  const greeting = [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1, 78, 85, 76, 76, ...new Array(16 + 1 + 31).fill(0)];
  const ready = [4, 26, 5, 82, 69, 65, 68, 89, 11, 83, 111, 99, 107, 101, 116, 45, 84, 121, 112, 101, 0, 0, 0, 4];
  const listener = await tcp.listen("tcp://127.0.0.1:*", { backlog: 10, ipv6: false }, {
    accept(link) {
      link.start({ data() {}, closed() {} });
      link.write(Uint8Array.from([...greeting, ...ready, 80, 85, 76, 76]));
    },
    failed() {},
  });
  await using push = new Push({ heartbeatInterval: 5, heartbeatTimeout: 5, reconnectInterval: 0, linger: 0 });
  const order: SocketEventType[] = [];
  push.events.on("handshake", ({ type }) => order.push(type)).on("disconnect", ({ type }) => order.push(type));
  const disconnected = push.events.once("disconnect");
  push.connect(listener.endpoint);
  assertEquals((await disconnected as Loose).error.code, "ETIMEDOUT");
  assertEquals(order, ["handshake", "disconnect"]);
  await listener.close();
});

test("heartbeatTimeToLive asks the peer to give us up after such a silence", async () => {
  // A PING of ours carries the time in tenths of a second; that a peer heeds it is its own business, and tested there.
  await using dealer = new Dealer({ heartbeatInterval: 5, heartbeatTimeToLive: 2000, linger: 0, reconnectInterval: 0 });
  const tcp = [...detectTransports()].find(({ scheme }) => scheme === "tcp")!;
  const heard: number[] = [];
  const listener = await tcp.listen("tcp://127.0.0.1:*", { backlog: 10, ipv6: false }, {
    accept(link) {
      link.start({ data: (chunk) => void heard.push(...chunk), closed() {} });
      const greeting = [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1, 78, 85, 76, 76, ...new Array(16 + 1 + 31).fill(0)];
      const ready = [4, 28, 5, 82, 69, 65, 68, 89, 11, 83, 111, 99, 107, 101, 116, 45, 84, 121, 112, 101, 0, 0, 0, 6];
      link.write(Uint8Array.from([...greeting, ...ready, 68, 69, 65, 76, 69, 82]));
    },
    failed() {},
  });
  dealer.connect(listener.endpoint);
  // PING, then 20 tenths of a second.
  const ping = [4, 80, 73, 78, 71, 0, 20];
  await until(() => heard.join().includes(ping.join()));
  await listener.close();
});
