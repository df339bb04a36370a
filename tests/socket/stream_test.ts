/**
 * STREAM over real connections to plain `node:net` sockets, in both roles, and to its like.
 */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createServer, type Server, type Socket as TcpSocket } from "node:net";
import * as net from "node:net";
import { Context, NotSupportedError, peerOf, Stream, text, UnreachableError } from "../../mod.ts";
import { test, toHex } from "../harness.ts";
import { until, watch } from "../interop/waiting.ts";

/** Dials, as a program that knows nothing of ZeroMQ. */
function dial(endpoint: string): Promise<TcpSocket> {
  const { hostname, port } = new URL(endpoint.replace("tcp:", "http:"));
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port: Number(port), host: hostname, noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => resolve(socket));
  });
}

/** Everything that comes until the other side ends it. */
async function all(socket: TcpSocket): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of socket) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** A listener that knows nothing of ZeroMQ either. */
class Plain implements AsyncDisposable {
  readonly endpoint: string;
  readonly #server: Server;
  readonly #sockets: TcpSocket[] = [];
  #wake: () => void = () => {};

  private constructor(server: Server) {
    this.#server = server;
    this.endpoint = `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
    server.on("connection", (socket) => {
      socket.on("error", () => {});
      this.#sockets.push(socket);
      this.#wake();
    });
  }

  static listen(): Promise<Plain> {
    const server = createServer();
    return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(new Plain(server))));
  }

  async accept(): Promise<TcpSocket> {
    while (this.#sockets.length === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    return this.#sockets.shift()!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Receives from one connection until so many octets have come, or it is over. */
async function read(stream: Stream, octets: number): Promise<string> {
  let got = "";
  while (got.length < octets) {
    const [, chunk] = await stream.receive();
    if (chunk!.length === 0) break;
    got += text(chunk);
  }
  return got;
}

test("a plain peer that connects is told of, its octets come as they are, and its end is told of", async () => {
  await using stream = new Stream();
  const socket = await dial(await stream.bind("tcp://127.0.0.1:*"));
  const [id, nothing] = await stream.receive();
  assertEquals([id!.length, id![0], nothing!.length], [5, 0, 0]);
  socket.write(Buffer.from([0xff, 0, 0x7f]));
  const message = await stream.receive();
  assertEquals(message.map(toHex), [toHex(id!), "FF 00 7F"]);
  const { port } = socket.address() as { port: number };
  const { peer, userId, mechanism, metadata } = peerOf(message)!;
  assertEquals([peer, userId, mechanism, metadata.size], [`tcp://127.0.0.1:${port}`, "", "", 0]);
  await stream.send([id!, "one", "", "two"]);
  const got = await new Promise((resolve) => socket.once("data", (chunk) => resolve(String(chunk))));
  assertMatch(String(got), /^one/);
  socket.end();
  assertEquals((await stream.receive()).map(toHex), [toHex(id!), ""]);
  await until(() => stream.peers.length === 0);
  await assertRejects(() => stream.send([id!, "late"]), UnreachableError, "no connection has the id");
  socket.destroy();
});

test("a plain peer that is connected to is told of, and by the id that was given can be sent to at once", async () => {
  await using plain = await Plain.listen();
  await using stream = new Stream();
  stream.connect(plain.endpoint, { routingId: "server" });
  await stream.send(["server", "early"]);
  assertThrows(() => stream.connect(plain.endpoint, { routingId: "server" }), Error, "wanted one that is free");
  const socket = await plain.accept();
  assertEquals(await new Promise((resolve) => socket.once("data", (chunk) => resolve(String(chunk)))), "early");
  assertEquals((await stream.receive()).map(text), ["server", ""]);
  socket.write("answer");
  assertEquals((await stream.receive()).map(text), ["server", "answer"]);
  socket.destroy();
});

test("without notify there are octets and nothing else", async () => {
  await using stream = new Stream({ notify: false });
  const socket = await dial(await stream.bind("tcp://127.0.0.1:*"));
  socket.end("all");
  assertEquals(text((await stream.receive())[1]), "all");
  await until(() => stream.stats().peers.length === 0);
  assertEquals(stream.tryReceive(), undefined);
  assertEquals(stream.notify, false);
  socket.destroy();
});

test("a message without octets ends the connection once all before it has gone out", async () => {
  await using stream = new Stream({ notify: false });
  const socket = await dial(await stream.bind("tcp://127.0.0.1:*"));
  socket.write("?");
  const [id] = await stream.receive();
  const long = new Uint8Array(3_000_000).fill(0x61);
  const got = all(socket);
  await stream.send([id!, "head"]);
  await stream.send([id!, long]);
  await stream.send([id!, ""]);
  await assertRejects(() => stream.send([id!, "more"]), UnreachableError);
  const octets = await got;
  assertEquals([octets.length, octets.subarray(0, 5).toString()], [3_000_004, "heada"]);
  assert(octets.subarray(4).every((octet) => octet === 0x61));
  await until(() => stream.stats().peers.length === 0);
});

test("an endpoint whose connection we end is not dialled again; one that is lost is, under its id", async () => {
  await using plain = await Plain.listen();
  await using stream = new Stream({ reconnectInterval: 1 });
  stream.connect(plain.endpoint);
  const first = await plain.accept();
  const [id] = await stream.receive();
  first.destroy();
  assertEquals((await stream.receive()).map(toHex), [toHex(id!), ""], "lost");
  await stream.send([id!, "kept"]);
  const second = await plain.accept();
  assertEquals((await stream.receive()).map(toHex), [toHex(id!), ""], "there again");
  const got = all(second);
  await stream.send([id!, " and sent"]);
  await stream.send([id!, ""]);
  assertEquals((await got).toString(), "kept and sent");
  second.destroy();
  await until(() => stream.stats().peers.length === 0);
  stream.connect(plain.endpoint);
  (await plain.accept()).destroy();
});

test("a peer that does not read makes sends wait, and what they wait with arrives whole", async () => {
  await using stream = new Stream({ notify: false, sendHighWaterMark: 2 });
  const socket = await dial(await stream.bind("tcp://127.0.0.1:*"));
  socket.pause();
  socket.write("?");
  const [id] = await stream.receive();
  const block = new Uint8Array(1_000_000);
  let taken = 0;
  while (stream.trySend([id!, block])) {
    taken++;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const waiting = stream.send([id!, block]);
  assertEquals(stream.stats().pendingSends, 1);
  let octets = 0;
  socket.on("data", (chunk: Uint8Array) => octets += chunk.length);
  socket.resume();
  await waiting;
  await stream.send([id!, ""]);
  await until(() => octets === (taken + 1) * 1_000_000);
  socket.destroy();
});

test("what nobody receives keeps the peer from sending, and none of it is lost", async () => {
  await using stream = new Stream({ notify: false, receiveHighWaterMark: 1 });
  const socket = await dial(await stream.bind("tcp://127.0.0.1:*"));
  const size = 20_000_000;
  socket.write(new Uint8Array(size));
  await until(() => stream.stats().peers[0]?.queuedIn === 1);
  assert(stream.stats().bytesIn < size);
  let octets = 0;
  while (octets < size) octets += (await stream.receive())[1]!.length;
  assertEquals(octets, size);
  socket.destroy();
});

test("two STREAMs talk in octets; closing lets what is queued go out", async () => {
  for (const endpoint of ["tcp://127.0.0.1:*", "ipc://*"]) {
    await using server = new Stream();
    const bound = await server.bind(endpoint);
    {
      await using client = new Stream();
      client.connect(bound, { routingId: "it" });
      await client.send(["it", "x".repeat(100_000)]);
    }
    assertEquals(text((await server.receive())[1]), "");
    assertEquals((await read(server, 100_000)).length, 100_000);
    assertEquals(text((await server.receive())[1]), "");
  }
});

test("accept, connect and disconnect are told as events, and no handshake", async () => {
  await using server = new Stream();
  await using client = new Stream({ reconnectInterval: 0 });
  const events = [watch(server), watch(client)] as const;
  client.connect(await server.bind("tcp://127.0.0.1:*"));
  const [id] = await server.receive();
  await events[0].next("accept");
  await events[1].next("connect");
  await server.send([id!, ""]);
  await events[1].next("disconnect");
  await events[1].next("close");
  assertEquals([...events[0].names, ...events[1].names].filter((name) => name.startsWith("handshake")), []);
});

test("what a STREAM cannot do is refused with a word", async () => {
  await using stream = new Stream();
  await assertRejects(async () => await stream.bind("inproc://x"), NotSupportedError, "wanted tcp or ipc");
  assertThrows(() => stream.connect("inproc://x"), NotSupportedError, "Cannot connect to");
  assertThrows(() => stream.connect("nowhere"), Error, "nowhere");
  assertThrows(
    () => new Stream({ curveServer: true } as object),
    TypeError,
    "the socket is a STREAM, wanted PAIR, PUB",
  );
  await assertRejects(() => stream.send("no id"), TypeError, "the message has one part");
  assertThrows(() => stream.trySend(["no id", "x"]), UnreachableError);
});

test("security that a context gives its sockets is not for a STREAM, and does not seem to be", async () => {
  const context = new Context({ plainServer: true, maxMessageSize: 10 });
  await using stream = new Stream({ context, notify: false });
  assertEquals([stream.securityMechanism, (stream as unknown as { plainServer: unknown }).plainServer], [
    null,
    undefined,
  ]);
  const socket = await dial(await stream.bind("tcp://127.0.0.1:*"));
  socket.write("longer than ten octets");
  assertEquals(text((await stream.receive())[1]), "longer than ten octets");
  socket.destroy();
});
