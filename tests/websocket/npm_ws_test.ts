/**
 * npm `ws` 8, which many HTTP servers of Node's have: it refuses any offer with a slash in it, and its WebSockets can be
 * taken over. Runs under Node alone, whose package it is.
 */
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import {
  Context,
  Dealer,
  Pull,
  Push,
  Router,
  type SocketEvent,
  text,
  webSockets,
  webSocketUpgrade,
} from "../../mod.ts";
import { runtime, test } from "../harness.ts";
import { RawPeer } from "../interop/raw_peer.ts";

interface WebSocketServer {
  on(event: "connection", listener: (socket: never) => void): void;
  close(): void;
}

const OPTIONS = { skip: runtime !== "node" };

/** A server of npm `ws` whose WebSockets a socket gets. */
async function serve(accept: (socket: never) => unknown): Promise<AsyncDisposable & { readonly endpoint: string }> {
  const { WebSocketServer } = createRequire(import.meta.url)("ws8") as {
    WebSocketServer: new (options: object) => WebSocketServer;
  };
  const server = createServer();
  const webSocketServer = new WebSocketServer({ server, handleProtocols: () => "ZWS2.0" });
  webSocketServer.on("connection", accept);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      webSocketServer.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("a server that refuses sub-protocols with a slash is offered ZWS2.0 alone next", async () => {
  await using router = new Router();
  const upgrade = webSocketUpgrade(router);
  await using server = await serve((socket) => upgrade.accept(socket));
  await using dealer = new Dealer({ routingId: "me", reconnectInterval: 1 });
  const events: SocketEvent["type"][] = [];
  for (const type of ["handshake:error:protocol", "handshake"] as const) {
    dealer.events.on(type, () => events.push(type));
  }
  dealer.connect(server.endpoint);
  await dealer.send("hello");
  const [id, word] = await router.receive();
  assertEquals([text(id), text(word)], ["me", "hello"]);
  await router.send([id!, new Uint8Array(3_000_000)]);
  assertEquals((await dealer.receive())[0]!.length, 3_000_000);
  assertEquals(events, ["handshake:error:protocol", "handshake"]);
  await dealer.close();
  await router.close();
}, OPTIONS);

test("the platform's own WebSocket meets npm ws, and much that waits is sent in order", async () => {
  const context = new Context({ transports: webSockets });
  await using pull = new Pull({ receiveHighWaterMark: 10 });
  const upgrade = webSocketUpgrade(pull);
  await using server = await serve((socket) => upgrade.accept(socket));
  await using push = new Push({ context });
  push.connect(server.endpoint);
  const many = 2000;
  const sending = (async () => {
    for (let i = 0; i < many; i++) await push.send([`${i}`, new Uint8Array(1000)]);
  })();
  for (let i = 0; i < many; i++) assertEquals(text((await pull.receive())[0]), `${i}`);
  await sending;
  await push.close();
  await pull.close();
}, OPTIONS);

test("a peer that is cut off has gone, whether or not it answers the farewell", async () => {
  await using pull = new Pull({ handshakeInterval: 20 });
  const upgrade = webSocketUpgrade(pull);
  await using server = await serve((socket) => upgrade.accept(socket));
  await using raw = await RawPeer.dial(server.endpoint.replace("ws:", "tcp:"));
  await raw.write(Buffer.from(
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ZWS2.0\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "latin1",
  ));
  // It never says a word. What it is told ends with the connection.
  assertEquals(Buffer.from(await raw.rest()).toString("latin1").slice(0, 12), "HTTP/1.1 101");
}, { ...OPTIONS, timeout: 10_000 });
