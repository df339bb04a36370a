/** Sockets over `ws`: endpoints, hostile peers, HTTP servers that are there already, WebSockets of the platform's. */
import { assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  Authenticator,
  Context,
  curveKeyPair,
  EndpointError,
  NotSupportedError,
  Pull,
  Push,
  Reply,
  Request,
  type Socket,
  type SocketEvent,
  text,
  webSocketLink,
  webSocketOver,
  webSockets,
  webSocketUpgrade,
} from "../../mod.ts";
import { runtime, test } from "../harness.ts";
import { RawPeer } from "../interop/raw_peer.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** Octets of a request as libzmq makes it, with headers in the place of some. */
function request(path = "/", more = "", protocols = "ZWS2.0/NULL,ZWS2.0"): Uint8Array {
  return Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${more}` +
      `Sec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Protocol: ${protocols}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    "latin1",
  );
}

function dialRaw(endpoint: string): Promise<RawPeer> {
  return RawPeer.dial(endpoint.replace(/^ws:/, "tcp:"));
}

/** What a server answers, head and body, until it hangs up. */
async function answerTo(endpoint: string, octets: Uint8Array): Promise<string> {
  await using raw = await dialRaw(endpoint);
  await raw.write(octets);
  return Buffer.from(await raw.rest()).toString("latin1");
}

async function next<T extends SocketEvent["type"]>(socket: Socket, type: T): Promise<SocketEvent & { type: T }> {
  for await (const event of socket.events) if (event.type === type) return event as SocketEvent & { type: T };
  throw new Error(`There was no "${type}"`);
}

for (
  const [given, options, wanted] of [
    ["ws://127.0.0.1:*", {}, /^ws:\/\/127\.0\.0\.1:\d+\/$/],
    ["ws://*:*", {}, /^ws:\/\/0\.0\.0\.0:\d+\/$/],
    ["ws://*:0/room", {}, /^ws:\/\/0\.0\.0\.0:\d+\/room$/],
    ["ws://127.0.0.1:*/a/b", {}, /^ws:\/\/127\.0\.0\.1:\d+\/a\/b$/],
    ["ws://127.0.0.1:*/a?b=1", {}, /^ws:\/\/127\.0\.0\.1:\d+\/a\?b=1$/],
  ] as const
) {
  test(`${given} is bound, told by lastEndpoint, connected to and freed`, async () => {
    await using pull = new Pull(options);
    const endpoint = await pull.bind(given);
    assertMatch(endpoint, wanted);
    assertEquals(pull.lastEndpoint, endpoint);
    await using push = new Push();
    push.connect(endpoint.replace("0.0.0.0", "127.0.0.1"));
    await push.send("x");
    assertEquals(text((await pull.receive())[0]), "x");
    await pull.unbind(endpoint);
    assertEquals(await pull.bind(endpoint), endpoint);
  });
}

test("an endpoint without a port, or with what no request can ask for, is EINVAL on both sides", () => {
  const pull = new Pull();
  for (
    const endpoint of [
      "ws://127.0.0.1",
      "ws://127.0.0.1/room",
      "ws://:x/",
      "ws://h:1/a b",
      "ws://h:1/a\r\nb",
      "ws://h:1/#a",
    ]
  ) {
    for (const call of [() => void pull.bind(endpoint), () => pull.connect(endpoint)]) {
      const error = assertThrows(call, EndpointError);
      assertEquals([error.code, error.endpoint], ["EINVAL", endpoint]);
    }
  }
  assertThrows(() => pull.connect("ws://*:1"), EndpointError, '"ws://*:1"');
  return pull.close().then(() => {});
});

test("there is no way through a SOCKS proxy: ENOTSUP, and not a direct dial", async () => {
  await using push = new Push({ socksProxy: "127.0.0.1:1080" });
  assertThrows(() => push.connect("ws://127.0.0.1:1"), NotSupportedError, "socksProxy is for tcp alone");
});

test("an endpoint in use is said to be, by its own name", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("ws://127.0.0.1:*/a");
  await using other = new Pull();
  const error = await assertRejects(() => other.bind(endpoint), EndpointError, endpoint);
  assertEquals([error.code, error.endpoint], ["EADDRINUSE", endpoint]);
});

test("a path that was bound must be asked for; a client of another is told 404", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("ws://127.0.0.1:*/room");
  await using push = new Push({ reconnectInterval: 0 });
  push.connect(endpoint.replace("room", "hall"));
  const { error } = await next(push, "handshake:error:protocol");
  assertEquals(error.message, 'Cannot upgrade: the server answers "HTTP/1.1 404 Not Found", wanted 101');
});

test("pages of any origin are turned away with 403, unless theirs is allowed", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("ws://127.0.0.1:*");
  const page = request("/", "Origin: https://example.com\r\n");
  assertStringIncludes(await answerTo(endpoint, page), "HTTP/1.1 403 Forbidden\r\n");
  pull.wsAllowedOrigins = ["https://example.com"];
  await using welcome = await dialRaw(endpoint);
  await welcome.write(page);
  assertEquals(Buffer.from(await welcome.read(13)).toString(), "HTTP/1.1 101 ");
  const other = request("/", "Origin: https://example.com.evil\r\n");
  assertStringIncludes(await answerTo(endpoint, other), "HTTP/1.1 403 Forbidden\r\n");
  assertThrows(() => pull.wsAllowedOrigins = ["https://example.com/path"], RangeError, "is no origin");
  assertThrows(() => pull.wsAllowedOrigins = "*" as never, TypeError, "wanted an array of origins");
});

for (
  const [what, octets, status] of [
    ["what is no HTTP", Uint8Array.of(0xff, 0, 0, 0), ""],
    ["a greeting of ZMTP", Buffer.from(`\xff${"\0".repeat(8)}\x7f\x03`, "latin1"), ""],
    ["a POST", Buffer.from("POST / HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP/1.1 405 "],
    ["a plain GET", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP/1.1 426 "],
    ["a header that is too long", Buffer.from(`GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}`), "HTTP/1.1 431 "],
    ["another sub-protocol", request("/", "", "chat"), "HTTP/1.1 400 "],
  ] as const
) {
  test(`${what} ends its own connection with one event, and nothing else`, async () => {
    await using pull = new Pull();
    const events: SocketEvent[] = [];
    pull.events.on("handshake:error:protocol", (event) => events.push(event));
    const endpoint = await pull.bind("ws://127.0.0.1:*");
    assertEquals((await answerTo(endpoint, octets)).slice(0, status.length), status);
    await using push = new Push();
    push.connect(endpoint);
    await push.send("on");
    assertEquals(text((await pull.receive())[0]), "on");
    assertEquals(events.length, 1);
  });
}

test("what breaks the protocol in traffic is told so in CLOSE, and the others go on", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("ws://127.0.0.1:*");
  await using push = new Push();
  push.connect(endpoint);
  for (
    const [wire, code] of [["818100000000 41", "88 02 03 eb"], ["820100", "88 02 03 ea"], ["020100", "88 02 03 ea"]]
  ) {
    await using raw = await dialRaw(endpoint);
    const bare = request("/", "", "ZWS2.0");
    await raw.write(bare, Buffer.from("828100000000 00".replaceAll(" ", ""), "hex"));
    await raw.write(Buffer.from(wire!.replaceAll(" ", ""), "hex"));
    const rest = Buffer.from(await raw.rest()).toString("hex");
    assertEquals(rest.slice(-8), code!.replaceAll(" ", ""));
  }
  await push.send("on");
  assertEquals(text((await pull.receive())[0]), "on");
});

test("who never finishes the upgrade counts as one that shakes hands, and makes place for others", async () => {
  await using pull = new Pull({ maxHandshakes: 2 });
  void pull.events;
  const endpoint = await pull.bind("ws://127.0.0.1:*");
  await using first = await dialRaw(endpoint);
  await first.write(Buffer.from("GET / HTTP/1.1\r\n"));
  await using _second = await dialRaw(endpoint);
  await using _third = await dialRaw(endpoint);
  await first.closed;
  const { error } = await next(pull, "handshake:error:other");
  assertStringIncludes(error.message, "maxHandshakes is 2");
});

test("who is silent in the upgrade is cut after handshakeInterval", async () => {
  await using pull = new Pull({ handshakeInterval: 20 });
  void pull.events;
  await using raw = await dialRaw(await pull.bind("ws://127.0.0.1:*"));
  await raw.closed;
  assertStringIncludes((await next(pull, "handshake:error:other")).error.message, "it is not complete after 20 ms");
});

test("PLAIN and CURVE are judged and spoken inside WebSockets", async () => {
  const context = new Context();
  const keys = curveKeyPair();
  const own = curveKeyPair();
  await using auth = new Authenticator({ context });
  auth.plain({ admin: "secret" });
  auth.curve("any");
  await auth.start();
  const curve = { curveServerKey: keys.publicKey, curvePublicKey: own.publicKey, curveSecretKey: own.secretKey };
  const roles = [
    [{ curveServer: true, curveSecretKey: keys.secretKey }, curve],
    [{ plainServer: true }, { plainUsername: "admin", plainPassword: "secret" }],
  ] as const;
  for (const [server, client] of roles) {
    await using pull = new Pull({ context, ...server });
    await using push = new Push(client);
    push.connect(await pull.bind("ws://127.0.0.1:*"));
    await push.send(["a", "b".repeat(100_000), ""]);
    assertEquals((await pull.receive()).map(({ length }) => length), [1, 100_000, 0]);
    // Of another mechanism, or none: it is answered 400.
    await using stranger = new Push({ reconnectInterval: 0 });
    stranger.connect(pull.lastEndpoint!);
    assertStringIncludes((await next(stranger, "handshake:error:protocol")).error.message, "400 Bad Request");
  }
  await auth.close();
  await context.close();
});

test("heartbeats pass as PING and PONG, and give a round trip", async () => {
  await using pull = new Pull({ heartbeatInterval: 5, heartbeatTimeout: 10_000 });
  await using push = new Push();
  push.connect(await pull.bind("ws://127.0.0.1:*"));
  await push.send("x");
  await pull.receive();
  while (pull.stats().peers[0]?.roundTrip === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(pull.peers.length, 1);
});

test("what was queued for a server that comes later, or again, is sent", async () => {
  const probe = new Pull();
  const endpoint = await probe.bind("ws://127.0.0.1:*/again");
  await probe.close();
  await using push = new Push({ reconnectInterval: 5 });
  push.connect(endpoint);
  await push.send("first");
  for (const word of ["first", "second"]) {
    await using pull = new Pull();
    await pull.bind(endpoint);
    assertEquals(text((await pull.receive())[0]), word);
    if (word === "first") {
      await pull.close();
      await push.send("second");
    }
  }
});

test("the platform's own WebSocket talks to a socket of ours, both ways", async () => {
  const context = new Context({ transports: webSockets });
  await using service = new Reply();
  const endpoint = await service.bind("ws://127.0.0.1:*/room");
  await using client = new Request({ context });
  client.connect(endpoint);
  for (const size of [0, 5, 70_000]) {
    await client.send(["q", new Uint8Array(size).fill(size)]);
    const [question, body] = await service.receive();
    assertEquals([text(question), body], ["q", new Uint8Array(size).fill(size)]);
    await service.send([body!, "a"]);
    assertEquals((await client.receive()).map(({ length }) => length), [size, 1]);
  }
  await context.close();
});

test("the platform's own WebSocket cannot bind, send heartbeats or encrypt: ENOTSUP", async () => {
  const context = new Context({ transports: webSockets });
  const keys = curveKeyPair();
  assertThrows(() => void new Pull({ context }).bind("ws://127.0.0.1:*"), NotSupportedError, "only connects");
  const beating = new Pull({ context, heartbeatInterval: 10 });
  assertThrows(() => beating.connect("ws://127.0.0.1:1"), NotSupportedError, "sends no PING");
  assertThrows(() => new Pull({ context }).connect("ws://a:1;b:1"), NotSupportedError, "no source address");
  const secured = new Push({
    context,
    curveServerKey: keys.publicKey,
    curvePublicKey: keys.publicKey,
    curveSecretKey: keys.secretKey,
  });
  assertThrows(() => secured.connect("ws://127.0.0.1:1"), NotSupportedError, "has NULL alone");
  await context.close({ linger: 0 });
});

test("a socket behind a path of Node's HTTP server speaks every mechanism there", async () => {
  const keys = curveKeyPair();
  await using service = new Reply({ curveServer: true, curveSecretKey: keys.secretKey });
  const upgrade = webSocketUpgrade(service, { path: "/zmq" });
  const server = createServer((_, response) => response.end("a page"));
  server.on("upgrade", (request, socket, head) => {
    if (!upgrade.node(request, socket, head)) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const where = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new Request({
    curveServerKey: keys.publicKey,
    curvePublicKey: keys.publicKey,
    curveSecretKey: keys.secretKey,
  });
  client.connect(`${where}/zmq`);
  await client.send("hello");
  await service.send(await service.receive());
  assertEquals(text((await client.receive())[0]), "hello");
  await client.close();
  await service.close();
  await new Promise((resolve) => server.close(resolve));
}, { sanitize: runtime !== "deno" });

test("a socket behind a path of the runtime's own HTTP server takes its WebSockets", async () => {
  if (runtime === "node") return;
  const context = new Context({ transports: webSockets });
  await using service = new Reply();
  const upgrade = webSocketUpgrade(service, { path: "/zmq" });
  const server = serve(upgrade);
  for (const own of [false, true]) {
    const client = new Request(own ? {} : { context });
    client.connect(`ws://127.0.0.1:${server.port}/zmq`);
    await client.send("hello");
    await service.send(await service.receive());
    assertEquals(text((await client.receive())[0]), "hello");
    await client.close();
  }
  assertEquals((await fetch(`http://127.0.0.1:${server.port}/zmq`)).status, 426);
  await service.close();
  await context.close();
  await server.stop();
}, { sanitize: false });

test("a link is made of a WebSocket, and of nothing else", async () => {
  await assertRejects(() => webSocketLink({} as never), TypeError, "wanted a WebSocket");
  assertThrows(() => webSocketOver(webSockets[0]!), TypeError, 'the one below is "ws", wanted "tcp" or "tls"');
  assertThrows(() => webSocketUpgrade(new Pull(), { path: "zmq" }), TypeError, 'path is "zmq"');
});

interface Serving {
  readonly port: number;
  stop(): Promise<unknown>;
}

/** An HTTP server of Deno's or Bun's that upgrades. */
function serve(upgrade: ReturnType<typeof webSocketUpgrade>): Serving {
  // deno-lint-ignore no-explicit-any -- two runtimes' own objects, of which the others have no types
  const { Deno, Bun } = globalThis as any;
  const hostname = "127.0.0.1";
  if (Bun !== undefined) {
    const server = Bun.serve({
      port: 0,
      hostname,
      // deno-lint-ignore no-explicit-any -- Bun's own
      fetch: (request: any, server: any) => upgrade.bun(request, server) ? undefined : upgrade.refusal(request),
      websocket: upgrade.handlers,
    });
    return { port: server.port, stop: () => Promise.resolve(server.stop(true)) };
  }
  // deno-lint-ignore no-explicit-any -- Deno's own
  const server = Deno.serve({ port: 0, hostname, onListen() {} }, (request: any) => {
    const refusal = upgrade.refusal(request);
    if (refusal !== undefined) return refusal;
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "ZWS2.0" });
    void upgrade.accept(socket);
    return response;
  });
  return { port: server.addr.port, stop: () => server.shutdown() };
}

test("a client that hung up while its request was thought about takes no place, and holds up no close", async () => {
  await using service = new Reply();
  const upgrade = webSocketUpgrade(service);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const upgraded = new Promise<void>((resolve) => {
    server.on("upgrade", (request, socket, head) => {
      socket.on("close", () => {
        assertEquals(upgrade.node(request, socket, head), true);
        resolve();
      });
      socket.destroy();
    });
  });
  await using raw = await RawPeer.dial(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await raw.write(request());
  await upgraded;
  assertEquals(service.peers, []);
  assertEquals(service.stats().peers, []);
  await service.close();
  await new Promise((resolve) => server.close(resolve));
}, { sanitize: runtime !== "deno" });
