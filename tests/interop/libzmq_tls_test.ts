/**
 * libzmq has no `tls`: a TLS terminator, of a few lines of `node:tls`, stands before it. What it gets and says is plain
 * ZMTP; the other side of the terminator is a socket of ours.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type AddressInfo, connect as connectTcp, createServer as createTcp, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTls } from "node:tls";
import { Publisher, Push, Reply, Request, Subscriber, text } from "../../mod.ts";
import { authority, local } from "../certificates.ts";
import { test } from "../harness.ts";
import { leave, RemotePeer } from "./peers.ts";

const libzmq = await RemotePeer.libzmq();

const SERVER = { tlsKey: local.key, tlsCertificate: local.certificate };
const CLIENT = { tlsTrust: authority.certificate };

/** Where something listens until it is disposed of. */
interface Terminator extends AsyncDisposable {
  readonly port: number;
}

const portOf = (endpoint: string): number => Number(endpoint.slice(endpoint.lastIndexOf(":") + 1));

async function listening(server: Server, sockets: Set<Socket>): Promise<Terminator> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Joins two connections. */
function join(sockets: Set<Socket>, one: Socket, other: Socket): void {
  for (const [from, to] of [[one, other], [other, one]] as const) {
    sockets.add(from);
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
    from.pipe(to);
  }
}

/** Takes TLS, and gives what is within to a port of this machine: stands before a libzmq that has bound. */
function inFrontOf(port: number): Promise<Terminator> {
  const sockets = new Set<Socket>();
  const options = { key: local.key, cert: local.certificate };
  return listening(createTls(options, (secure) => join(sockets, secure, connectTcp(port, "127.0.0.1"))), sockets);
}

/** Takes plain connections, and carries them over TLS to a port of this machine: what a libzmq dials. */
function towards(port: number): Promise<Terminator> {
  const sockets = new Set<Socket>();
  const options = { host: "127.0.0.1", port, ca: authority.certificate };
  return listening(createTcp((plain) => join(sockets, plain, connectTls(options))), sockets);
}

test("a client of ours reaches a libzmq that has bound behind a TLS terminator", async () => {
  await using reply = await libzmq.socket("REP");
  await using terminator = await inFrontOf(portOf(await reply.bind("tcp://127.0.0.1:*")));
  await using request = new Request(CLIENT);
  request.connect(`tls://127.0.0.1:${terminator.port}`);
  await request.send(["hello", "libzmq"]);
  assertEquals(await reply.receive(), ["hello", "libzmq"]);
  await reply.send("well", "met");
  assertEquals((await request.receive()).map(text), ["well", "met"]);
});

test("a libzmq that dials through a TLS client reaches a server of ours", async () => {
  await using reply = new Reply(SERVER);
  await using terminator = await towards(portOf(await reply.bind("tls://127.0.0.1:*")));
  await using request = await libzmq.socket("REQ");
  await request.connect(`tcp://127.0.0.1:${terminator.port}`);
  await request.send("hello", "ours");
  assertEquals((await reply.receive()).map(text), ["hello", "ours"]);
  await reply.send(["well", "met"]);
  assertEquals(await request.receive(), ["well", "met"]);
});

test("subscriptions and long bodies pass a terminator, both ways", async () => {
  await using publisher = await libzmq.socket("PUB", { sendHighWaterMark: 0 });
  await using terminator = await inFrontOf(portOf(await publisher.bind("tcp://127.0.0.1:*")));
  await using subscriber = new Subscriber(CLIENT);
  subscriber.subscribe("a");
  subscriber.connect(`tls://127.0.0.1:${terminator.port}`);
  const body = "x".repeat(200_000);
  let got: string[] | undefined;
  const receiving = subscriber.receive().then((frames) => got = frames.map(text));
  while (got === undefined) {
    await publisher.send("b", body);
    await publisher.send("a", body);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(await receiving, ["a", body]);

  await using ours = new Publisher(SERVER);
  await using other = await towards(portOf(await ours.bind("tls://127.0.0.1:*")));
  await using theirs = await libzmq.socket("SUB");
  await theirs.subscribe("c");
  await theirs.connect(`tcp://127.0.0.1:${other.port}`);
  let told: string[] | undefined;
  const listening = theirs.receive().then((frames) => told = frames);
  while (told === undefined) {
    await ours.send(["c", body]);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await listening;
  assertEquals(told, ["c", body]);
});

test("what is sent before a close arrives through a terminator", async () => {
  await using pull = await libzmq.socket("PULL");
  await using terminator = await inFrontOf(portOf(await pull.bind("tcp://127.0.0.1:*")));
  const push = new Push(CLIENT);
  push.connect(`tls://127.0.0.1:${terminator.port}`);
  for (let i = 0; i < 100; i++) await push.send(`${i}`);
  assertEquals(await push.close(), { unsent: 0 });
  for (let i = 0; i < 100; i++) assertEquals(await pull.receive(), [`${i}`]);
});

leave(libzmq);
