/** `messageMetadata`: each message tells its connection, and what the peer has announced, judged or not. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Context,
  curveKeyPair,
  Dealer,
  type Frames,
  Pair,
  peerOf,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Subscriber,
  text,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { test } from "../harness.ts";
import { type Loose, meet } from "../socket_fixture.ts";

const on = { messageMetadata: true };

/** What a message's peer claims by the name of `X-Name`; `undefined` if the message has no peer. */
function claim(message: Frames | undefined): string | undefined {
  const peer = message === undefined ? undefined : peerOf(message);
  return peer === undefined ? undefined : text(peer.properties.get("X-Name"));
}

const named = (name: string) => ({ metadata: { "X-Name": name } });

test("all that a peer has announced, its address, and that nobody has judged it", async () => {
  await using pull = new Pull(on);
  await using push = new Push({ metadata: { "X-Name": "joe", "X-Octets": Uint8Array.of(0, 255), "X-Z": "x" } });
  await meet(pull, push);
  await push.send(["a", "b"]);
  const peer = peerOf(await pull.receive())!;
  assertEquals([peer.socketType, peer.mechanism, peer.userId, peer.metadata.size], ["PUSH", "NULL", "", 0]);
  assertEquals(peer.routingId, new Uint8Array(0));
  assert(peer.peer.startsWith("tcp://127.0.0.1:"));
  const properties = [...peer.properties].filter(([name]) => name.startsWith("X-"));
  assertEquals(properties, [
    ["X-Name", new TextEncoder().encode("joe")],
    ["X-Octets", Uint8Array.of(0, 255)],
    ["X-Z", new TextEncoder().encode("x")],
  ]);
  assertEquals(text(peer.properties.get("Socket-Type")), "PUSH");
});

test("all messages of a connection have one peer, and each connection one of its own", async () => {
  await using pull = new Pull(on);
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await using joe = new Push(named("joe"));
  await using ann = new Push(named("ann"));
  joe.connect(endpoint);
  ann.connect(endpoint);
  for (const [push, name] of [[joe, "joe"], [ann, "ann"], [joe, "joe"], [ann, "ann"]] as const) await push.send(name);
  const peers = new Map<string, Set<unknown>>();
  for (let i = 0; i < 4; i++) {
    const message = await pull.receive();
    const name = text(message[0]);
    assertEquals(claim(message), name);
    peers.set(name, (peers.get(name) ?? new Set()).add(peerOf(message)));
  }
  assertEquals([peers.get("joe")!.size, peers.get("ann")!.size], [1, 1]);
});

test("without the option an unjudged message has no peer, and a change holds from the next connection on", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await using first = new Push(named("first"));
  first.connect(endpoint);
  await first.send("1");
  assertEquals(peerOf(await pull.receive()), undefined);
  pull.messageMetadata = true;
  await first.send("2");
  assertEquals(peerOf(await pull.receive()), undefined);
  await using second = new Push(named("second"));
  second.connect(endpoint);
  await second.send("3");
  assertEquals(claim(await pull.receive()), "second");
});

test("ROUTER, DEALER, REP, REQ and request(): the peer is known on both sides, and its routing id", async () => {
  await using router = new Router({ ...on, ...named("router") });
  await using dealer = new Dealer({ ...on, ...named("dealer"), routingId: "d" });
  await meet(router, dealer);
  await dealer.send("x");
  const heard = await router.receive();
  assertEquals([claim(heard), text(peerOf(heard)!.routingId), peerOf(heard)!.socketType], ["dealer", "d", "DEALER"]);
  await router.send(["d", "y"]);
  assertEquals(claim(await dealer.receive()), "router");

  await using reply = new Reply({ ...on, ...named("reply") });
  await using request = new Request({ ...on, ...named("request") });
  await meet(reply, request);
  await request.send("x");
  assertEquals(claim(await reply.receive()), "request");
  await reply.send("y");
  assertEquals(claim(await request.receive()), "reply");
  const call = request.request("x");
  assertEquals(claim(await reply.receive()), "request");
  await reply.send("y");
  assertEquals(claim(await call), "reply");
});

test("an XPUB knows whose subscription it hears, SUB and XSUB whose news, PAIR its peer", async () => {
  await using xpub = new XPublisher({ ...on, ...named("xpub"), verbosity: "allSubsUnsubs" });
  await using sub = new Subscriber({ ...on, ...named("sub") });
  await using xsub = new XSubscriber({ ...on, ...named("xsub") });
  const endpoint = await meet(xpub, sub);
  sub.subscribe("A");
  assertEquals(claim(await xpub.receive()), "sub");
  xsub.connect(endpoint);
  xsub.subscribe("B");
  assertEquals(claim(await xpub.receive()), "xsub");
  await xsub.send("data");
  assertEquals(claim(await xpub.receive()), "xsub");
  for (const topic of ["A", "B"]) await xpub.send(topic);
  assertEquals([claim(await sub.receive()), claim(await xsub.receive())], ["xpub", "xpub"]);
  sub.unsubscribe("A");
  assertEquals(claim(await xpub.receive()), "sub");

  await using one = new Pair(on);
  await using other = new Pair(named("other"));
  await meet(one, other);
  await other.send("x");
  assertEquals(claim(await one.receive()), "other");
});

test("for await, streams and tryReceive keep it", async () => {
  await using pull = new Pull(on);
  await using push = new Push(named("joe"));
  await meet(pull, push);
  for (let i = 0; i < 2; i++) await push.send("x");
  for await (const message of pull) {
    assertEquals(claim(message), "joe");
    break;
  }
  const reader = pull.readable.getReader();
  assertEquals(claim((await reader.read()).value), "joe");
  await reader.cancel();
});

test("inproc has no handshake, and its messages no peer", async () => {
  await using context = new Context();
  const pull = new Pull({ context, ...on });
  const push = new Push({ context, ...named("joe") });
  await meet(pull, push, "inproc://unmarked");
  await push.send("x");
  assertEquals(peerOf(await pull.receive()), undefined);
});

test("with CURVE and without the option what was claimed is not kept", async () => {
  const [server, client] = [curveKeyPair(), curveKeyPair()];
  const secured = { curveServer: true, curveSecretKey: server.secretKey, context: new Context() };
  for (const messageMetadata of [false, true]) {
    await using pull = new Pull({ ...secured, messageMetadata });
    await using push = new Push({
      ...named("joe"),
      curveServerKey: server.publicKey,
      curvePublicKey: client.publicKey,
      curveSecretKey: client.secretKey,
    });
    await meet(pull, push);
    await push.send("x");
    const peer = peerOf(await pull.receive())!;
    assertEquals([peer.mechanism, peer.socketType, peer.properties.size > 0], ["CURVE", "PUSH", messageMetadata]);
  }
});

test("a property that was granted stands where the peer claims another, and what was granted is told apart", async () => {
  await using context = new Context();
  const zap = new Reply({ context });
  await zap.bind("inproc://zeromq.zap.01");
  const rank = new TextEncoder().encode("\x06X-Rank\x00\x00\x00\x05major");
  (async () => {
    for await (const [, id] of zap) await zap.send(["1.0", id!, "200", "", "joe", rank]);
  })();
  const pull = new Pull({ context, ...on, plainServer: true });
  await using push = new Push({
    metadata: { "X-Rank": "general", "X-Home": "here" },
    plainUsername: "joe",
    plainPassword: "secret",
  });
  await meet(pull, push);
  await push.send("x");
  const { userId, metadata, properties } = peerOf(await pull.receive())!;
  assertEquals([userId, [...metadata.keys()]], ["joe", ["X-Rank"]]);
  assertEquals([text(properties.get("X-Rank")), text(properties.get("X-Home"))], ["major", "here"]);
});

test("only sockets that receive heed it", () => {
  assertThrows(() => new Push(on as Loose), TypeError, 'option "messageMetadata": the socket is a PUSH, wanted PULL');
  assertThrows(() => new Pull({ messageMetadata: 1 } as Loose), TypeError, "value is 1, wanted true or false");
  assertEquals([new Pull().messageMetadata, new Subscriber(on).messageMetadata], [false, true]);
  assertEquals((new Publisher() as Loose).messageMetadata, undefined);
});
