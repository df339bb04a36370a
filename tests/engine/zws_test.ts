import { assertEquals, assertStringIncludes } from "@std/assert";
import { keyOf, latin1 } from "../../src/bytes/ascii.ts";
import type { EngineHandler, PeerInfo, Question } from "../../src/engine/engine.ts";
import { nullMechanism, type SocketType } from "../../src/engine/mod.ts";
import type { UpgradeTools, WebSocketSide } from "../../src/engine/upgrader.ts";
import { ZwsEngine, type ZwsOptions } from "../../src/engine/zws_engine.ts";
import { RoutingIds } from "../../src/engine/zws_handshake.ts";
import type { ZmqError } from "../../src/errors.ts";
import { type Control, EMPTY, type Message } from "../../src/message.ts";
import { JudgedNull } from "../../src/mechanism/judged.ts";
import { PlainClient, PlainServer } from "../../src/mechanism/plain.ts";
import { Masks } from "../../src/wire/zws.ts";
import { hex, test, toHex } from "../harness.ts";
import { settled } from "../manual_clock.ts";

/** Every random octet is zero, so that a client's masks change nothing and its key is known. */
const KEY = "AAAAAAAAAAAAAAAAAAAAAA==";
const ACCEPT = "ICX+Yqv66kxgM0FcWaLWlFLwTAI=";
const ANY: WebSocketSide = { type: "server", path: "/", origins: [] };
const CLIENT: WebSocketSide = { type: "client", host: "h:1", path: "/p" };
/** READY of a DEALER whose routing id is "me", as libzmq sends it inside a WebSocket. */
const READY = "02 05 52 45 41 44 59 0B 53 6F 63 6B 65 74 2D 54 79 70 65 00 00 00 06 44 45 41 4C 45 52 " +
  "08 49 64 65 6E 74 69 74 79 00 00 00 02 6D 65";

function request(protocols: string): string {
  return `GET /p HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\n` +
    `Sec-WebSocket-Protocol: ${protocols}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
}

function answer(protocol: string): string {
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Accept: ${ACCEPT}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`;
}

/** An engine, and all that it has told. */
class Recorded implements EngineHandler {
  readonly log: string[] = [];
  readonly engine: ZwsEngine;
  peer: PeerInfo | undefined;
  /** What it says before hanging up. */
  farewell: string | undefined;
  judge?(question: Question): void;
  readonly #digests: Promise<unknown>[] = [];

  constructor(type: SocketType, side: WebSocketSide, options: Partial<ZwsOptions> & { id?: string } = {}) {
    const id = latin1(options.id ?? "");
    const tools: UpgradeTools = {
      fill: () => {},
      digest: (octets) => {
        const digest = crypto.subtle.digest("SHA-1", octets);
        this.#digests.push(digest);
        return digest;
      },
    };
    this.engine = new ZwsEngine({
      socketType: type,
      mechanism: nullMechanism(type, id),
      maxMessageSize: 1_000_000,
      heartbeat: { interval: 0, timeout: Infinity, ttl: 0 },
      side,
      bare: () => new RoutingIds(id),
      tools,
      masks: new Masks(tools.fill),
      farewell: (octets) => this.farewell = octets === undefined ? undefined : toHex(octets),
      ...options,
    }, this);
    this.engine.start();
  }

  ready(peer: PeerInfo): void {
    this.peer = peer;
    this.log.push(`ready ${peer.socketType || "?"} ${keyOf(peer.routingId)}`);
  }
  message(message: Message): boolean {
    this.log.push(`message ${message.map(keyOf).join("|")}`);
    return true;
  }
  control(control: Control): boolean {
    this.log.push(`${control.type} ${keyOf(control.topic)}`);
    return true;
  }
  output(): void {}
  fail(error: ZmqError): void {
    this.log.push(`fail ${error.code} ${error.message}`);
  }

  /** Feeds text, and waits for what the platform digests of it. */
  async read(text: string): Promise<this> {
    this.engine.receive(latin1(text), 0);
    await Promise.all(this.#digests);
    await settled();
    return this;
  }

  feed(octets: string, now = 0): this {
    this.engine.receive(hex(octets), now);
    return this;
  }

  sent(): string {
    const output = this.engine.takeOutput();
    return output === undefined ? "" : toHex(output);
  }

  text(): string {
    return keyOf(this.engine.takeOutput() ?? EMPTY);
  }

  told(): string[] {
    return this.log.splice(0);
  }
}

/** A server of ours that a client has upgraded, whose answer has been taken. */
async function served(type: SocketType, protocol: string, options: Partial<ZwsOptions> & { id?: string } = {}) {
  const server = await new Recorded(type, ANY, options).read(request(protocol));
  assertStringIncludes(server.text(), answer(protocol));
  return server;
}

test("libzmq's DEALER is met with NULL: its dump is understood, and answered with READY", async () => {
  const router = await new Recorded("ROUTER", ANY).read(request("ZWS2.0/NULL,ZWS2.0"));
  const said = router.text();
  const head = answer("ZWS2.0/NULL");
  assertEquals(said.slice(0, head.length), head);
  assertEquals(
    toHex(latin1(said.slice(head.length))),
    "82 2A 02 05 52 45 41 44 59 0B 53 6F 63 6B 65 74 2D 54 79 70 65 00 00 00 06 52 4F 55 54 45 52 " +
      "08 49 64 65 6E 74 69 74 79 00 00 00 00",
  );
  // A client's, under a mask of zeros.
  router.feed(`82 ${(0x80 + hex(READY).length).toString(16)} 00 00 00 00 ${READY} 82 83 00 00 00 00 00 68 69`);
  assertEquals(router.told(), ["ready DEALER me", "message hi"]);
  assertEquals(router.peer!.version, "3.0");
});

test("without a mechanism both say their routing ids, and no more", async () => {
  const router = await served("ROUTER", "ZWS2.0", { id: "srv" });
  // Said right behind the answer.
  assertEquals(router.sent(), "");
  const server = await new Recorded("ROUTER", ANY, { id: "srv" }).read(request("ZWS2.0"));
  assertEquals(toHex(latin1(server.text().slice(answer("ZWS2.0").length))), "82 04 00 73 72 76");
  server.feed("82 83 00 00 00 00 00 6D 65 82 83 00 00 00 00 00 68 69");
  assertEquals(server.told(), ["ready ? me", "message hi"]);
});

test("a client asks for its mechanism's sub-protocols, and masks what it sends", async () => {
  const dealer = new Recorded("DEALER", CLIENT, { id: "me" });
  assertEquals(
    dealer.text(),
    `GET /p HTTP/1.1\r\nHost: h:1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\n` +
      `Sec-WebSocket-Protocol: ZWS2.0/NULL,ZWS2.0\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  await dealer.read(answer("ZWS2.0"));
  assertEquals(dealer.sent(), "82 83 00 00 00 00 00 6D 65");
  dealer.feed("82 01 00 82 03 00 68 69");
  assertEquals(dealer.told(), ["ready ? ", "message hi"]);
  assertEquals(
    toHex(dealer.engine.sealing!.seal([hex("01 01 41 00 00")])),
    "82 82 00 00 00 00 01 41 82 81 00 00 00 00 00",
  );
});

test("a client hears the server before it says READY: one that has no mechanism shows so then", async () => {
  const dealer = new Recorded("DEALER", CLIENT, { id: "me" });
  dealer.text();
  await dealer.read(answer("ZWS2.0/NULL"));
  assertEquals(dealer.sent(), "");
  dealer.feed("82 02 00 41");
  assertEquals([dealer.sent(), dealer.told()], ["82 83 00 00 00 00 00 6D 65", ["ready ? A"]]);

  const other = new Recorded("DEALER", CLIENT, { id: "me" });
  other.text();
  await other.read(answer("ZWS2.0/NULL"));
  other.feed("82 1D 02 05 52 45 41 44 59 0B 53 6F 63 6B 65 74 2D 54 79 70 65 00 00 00 06 52 4F 55 54 45 52");
  assertEquals(other.sent(), `82 AC 00 00 00 00 ${READY}`);
  assertEquals(other.told(), ["ready ROUTER "]);
});

test("what comes while the accept key is made is not lost", async () => {
  const router = new Recorded("ROUTER", ANY);
  const early = request("ZWS2.0") + keyOf(hex("82 83 00 00 00 00 00 6D 65 82 83 00 00"));
  await router.read(early);
  router.feed("00 00 00 68 69");
  assertEquals(router.told(), ["ready ? me", "message hi"]);
});

test("a mechanism other than the server's is answered 400, and PLAIN is never spoken without itself", async () => {
  const server = await new Recorded("PULL", ANY, { mechanism: new PlainServer(new Map()) }).read(
    request("ZWS2.0/NULL,ZWS2.0"),
  );
  assertStringIncludes(server.text(), "HTTP/1.1 400 Bad Request\r\n");
  assertEquals(server.told(), [
    'fail EPROTO Cannot upgrade: the sub-protocols are "ZWS2.0/NULL,ZWS2.0", wanted "ZWS2.0/PLAIN"',
  ]);
  assertEquals(server.farewell, undefined);
});

test("PLAIN goes through its commands with flags 02", async () => {
  const mechanism = new PlainClient(latin1("u"), latin1("p"), new Map([["Socket-Type", latin1("PUSH")]]));
  const push = new Recorded("PUSH", CLIENT, { mechanism });
  assertStringIncludes(push.text(), "Sec-WebSocket-Protocol: ZWS2.0/PLAIN\r\n");
  await push.read(answer("ZWS2.0/PLAIN"));
  assertEquals(push.sent(), "82 8B 00 00 00 00 02 05 48 45 4C 4C 4F 01 75 01 70");
  push.feed("82 09 02 07 57 45 4C 43 4F 4D 45");
  assertEquals(push.sent().slice(0, 45), "82 9E 00 00 00 00 02 08 49 4E 49 54 49 41 54 45".slice(0, 45));
  push.feed("82 1B 02 05 52 45 41 44 59 0B 53 6F 63 6B 65 74 2D 54 79 70 65 00 00 00 04 50 55 4C 4C");
  assertEquals(push.told(), ["ready PULL "]);
});

test("who is judged by address is judged without a mechanism too, and told nothing before", async () => {
  for (const status of [200, 400] as const) {
    const asked: string[] = [];
    const bare = () => new JudgedNull(new RoutingIds(latin1("s")));
    const pull = new Recorded("PULL", ANY, { bare, mechanism: new JudgedNull(nullMechanism("PULL")) });
    pull.judge = ({ mechanism }) => void asked.push(mechanism);
    await pull.read(request("ZWS2.0"));
    assertEquals(pull.text(), answer("ZWS2.0"));
    pull.feed("82 81 00 00 00 00 00");
    assertEquals([asked, pull.told()], [["NULL"], []]);
    if (status === 200) pull.engine.judged({ status });
    else pull.engine.judged({ status, text: "no" });
    assertEquals(pull.sent(), status === 200 ? "82 02 00 73" : "");
    assertEquals(pull.told().map((line) => line.slice(0, 11)), [status === 200 ? "ready ? " : "fail EPROTO"]);
  }
});

test("subscriptions go as messages, and are understood as messages and as commands", async () => {
  const xpub = await served("XPUB", "ZWS2.0");
  xpub.feed("82 81 00 00 00 00 00 82 8C 00 00 00 00 02 09 53 55 42 53 43 52 49 42 45 41");
  assertEquals(xpub.told(), ["ready ? ", "subscribe A"]);
  const topic = latin1("A");
  const spelt = xpub.engine.spell({ type: "subscribe", topic } as Control);
  assertEquals([spelt.flags, toHex(spelt.body)], [0, "01 41"]);
});

test("heartbeats are the WebSocket's: an empty PING, any PONG, and a PING's payload comes back", async () => {
  const heartbeat = { interval: 100, timeout: 300, ttl: 0 };
  const pull = await served("PULL", "ZWS2.0", { heartbeat });
  pull.feed("82 81 00 00 00 00 00", 1000);
  pull.sent();
  pull.engine.tick(1100);
  assertEquals(pull.sent(), "89 00");
  pull.feed("8A 80 00 00 00 00", 1107);
  assertEquals(pull.engine.roundTrip, 7);
  pull.feed("89 83 00 00 00 00 61 62 63", 1110);
  assertEquals(pull.sent(), "8A 03 61 62 63");
  // ZMTP's own PING gets no answer here, as from libzmq; silence ends it all the same.
  pull.engine.tick(1200);
  pull.sent();
  pull.engine.tick(1500);
  assertEquals(pull.told().at(-1), "fail ETIMEDOUT Cannot keep connection: the peer has been silent for 390 ms");
});

test("a PING in the handshake is answered there", async () => {
  const pull = await served("PULL", "ZWS2.0");
  pull.feed("89 82 00 00 00 00 68 69");
  assertEquals(pull.sent(), "8A 02 68 69");
  pull.feed("82 81 00 00 00 00 00");
  assertEquals(pull.told(), ["ready ? "]);
});

test("a flood of PINGs or PONGs is a flood of commands that carry nothing", async () => {
  for (const wire of ["89 80 00 00 00 00", "8A 80 00 00 00 00"]) {
    const pull = await served("PULL", "ZWS2.0", { maxPingRate: 1 });
    pull.feed(`82 81 00 00 00 00 00 ${`${wire} `.repeat(11)}`);
    assertStringIncludes(pull.told().at(-1)!, "fail EPROTO Cannot take command: more than 1 a second carry nothing");
  }
});

test("CLOSE is answered with its code, and is the end", async () => {
  const pull = await served("PULL", "ZWS2.0");
  assertEquals(pull.farewell, "88 02 03 E8");
  pull.feed("82 81 00 00 00 00 00 88 85 00 00 00 00 03 E9 62 79 65 82 82 00 00 00 00 00 41");
  assertEquals(pull.told(), [
    "ready ? ",
    'fail EPIPE Cannot keep connection: the peer has closed it with code 1001 and "bye"',
  ]);
  assertEquals([pull.sent(), pull.farewell], ["88 02 03 E9", undefined]);
});

test("what breaks the protocol is told so in CLOSE: 1002, text 1003, what is too long 1009", async () => {
  for (
    const [wire, code] of [["83 80", "03 EA"], ["81 80", "03 EB"], [
      "82 FF 00 00 00 00 40 00 00 00 00 00 00 00",
      "03 F1",
    ]]
  ) {
    const pull = await served("PULL", "ZWS2.0");
    pull.feed("82 81 00 00 00 00 00").feed(wire!);
    assertEquals(pull.told().length, 2);
    assertEquals(pull.farewell, `88 02 ${code}`);
  }
});

test("a message of the wrong kind in the handshake ends it", async () => {
  const bare = await served("PULL", "ZWS2.0");
  bare.feed("82 81 00 00 00 00 02");
  assertEquals(bare.told(), [
    "fail EPROTO Cannot shake hands: the peer sent another kind of frame, wanted a routing id",
  ]);
  const none = await new Recorded("PULL", ANY).read(request("ZWS2.0/NULL"));
  none.feed("82 81 00 00 00 00 00");
  assertEquals(none.told(), ["fail EPROTO Cannot shake hands: the peer sent another kind of frame, wanted a command"]);
  const long = await served("PULL", "ZWS2.0");
  long.feed(`82 FE 01 01 00 00 00 00 ${"00 ".repeat(257)}`);
  assertEquals(long.told(), [
    "fail EPROTO Cannot shake hands: the peer's routing id is 256 octets, wanted 255 at the most",
  ]);
});

test("a routing id may look like a command", async () => {
  const dealer = new Recorded("DEALER", CLIENT, { id: "\x04PING123" });
  dealer.text();
  await dealer.read(answer("ZWS2.0"));
  assertEquals(dealer.sent(), "82 89 00 00 00 00 00 04 50 49 4E 47 31 32 33");
});

test("types that do not fit are told so where types are told", async () => {
  const push = await new Recorded("PUSH", ANY).read(request("ZWS2.0/NULL"));
  push.text();
  push.feed(`82 ${(0x80 + hex(READY).length).toString(16)} 00 00 00 00 ${READY}`);
  assertStringIncludes(push.sent(), "02 05 45 52 52 4F 52");
  assertStringIncludes(push.told()[0]!, 'the peer\'s Socket-Type is "DEALER"');
});

test("a server that refuses is told of by its status, and the other offer is for next time", async () => {
  let refused = 0;
  const client = new Recorded("PULL", { ...CLIENT, refused: () => refused++ });
  client.text();
  await client.read("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  assertEquals(client.told(), ['fail EPROTO Cannot upgrade: the server answers "HTTP/1.1 404 Not Found", wanted 101']);
  assertEquals(refused, 1);
  assertStringIncludes(
    new Recorded("PULL", { ...CLIENT, bareOnly: true }).text(),
    "Sec-WebSocket-Protocol: ZWS2.0\r\n",
  );
});

test("a server that refuses and hangs up at once is told of all the same, and a wrong accept key is refused", async () => {
  const client = new Recorded("PULL", CLIENT);
  client.engine.receive(latin1("HTTP/1.1 403 Forbidden\r\n\r\n"), 0);
  client.engine.over();
  assertEquals(client.told(), ['fail EPROTO Cannot upgrade: the server answers "HTTP/1.1 403 Forbidden", wanted 101']);
  const other = new Recorded("PULL", CLIENT);
  await other.read(answer("ZWS2.0").replace(ACCEPT, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  assertEquals(other.told(), ["fail EPROTO Cannot upgrade: the accept key is not that of our key"]);
});

test("a head without an end is answered 431, and more than 64 KiB behind a head end it", async () => {
  const server = await new Recorded("PULL", ANY).read(`GET /${"a".repeat(20_000)}`);
  assertStringIncludes(server.text(), "HTTP/1.1 431 ");
  assertEquals(server.told(), ["fail EPROTO Cannot upgrade: its head is too long"]);
  const eager = new Recorded("PULL", ANY);
  eager.engine.receive(latin1(request("ZWS2.0") + "a".repeat(65_537)), 0);
  assertStringIncludes(eager.told()[0]!, "fail EPROTO Cannot upgrade: 65537 octets come before it is complete");
  await settled();
});

test("what an HTTP server has upgraded begins with the handshake, unmasked", () => {
  const dealer = new Recorded("DEALER", { type: "open" }, { id: "me" });
  assertEquals(dealer.sent(), "82 03 00 6D 65");
  dealer.feed("82 01 00 82 03 00 68 69");
  assertEquals(dealer.told(), ["ready ? ", "message hi"]);
});

test("what comes while the upgrade settles is read behind what has waited, whenever that is", async () => {
  for (let steps = 0; steps < 12; steps++) {
    let digested!: (digest: ArrayBuffer) => void;
    const digest = new Promise<ArrayBuffer>((resolve) => digested = resolve);
    const server = new Recorded("ROUTER", ANY, { tools: { fill: () => {}, digest: () => digest } });
    // A routing id at once, a message in any step of what follows.
    server.engine.receive(latin1(request("ZWS2.0")), 0);
    server.feed("82 83 00 00 00 00 00 6D 65");
    digested(await crypto.subtle.digest("SHA-1", new Uint8Array(1)));
    for (let i = 0; i < steps; i++) await null;
    server.feed("82 83 00 00 00 00 00 68 69");
    await settled();
    assertEquals(server.told(), ["ready ? me", "message hi"], `after ${steps} steps`);
  }
});
