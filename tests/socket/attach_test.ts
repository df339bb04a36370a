/**
 * Streams as peers of sockets. The link alone is in `tests/transport/stream_link_test.ts` and `tests/conformance/`.
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Authenticator,
  ClosedError,
  Context,
  curveKeyPair,
  Datagram,
  Dealer,
  EndpointError,
  NotSupportedError,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
  type SocketEvent,
  Stream,
  Subscriber,
  text,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { attach, type Attachment, type AttachOptions } from "../../src/core.ts";
import type { DuplexStream } from "../../src/transport/stream_link.ts";
import { hex, test } from "../harness.ts";
import { GREETING, ready } from "../engine_fixture.ts";
import { type Loose, texts, until } from "../socket_fixture.ts";
import { transformPair } from "../stream_transport.ts";

/** Attaches two sockets to each other; the second is the one that is come to. */
function meet(one: Socket, other: Socket, options: AttachOptions = {}): [Attachment, Attachment] {
  const [near, far] = transformPair();
  return [one.attach(near, options), other.attach(far, { role: "bind", ...options })];
}

/** The types of a socket's events, with codes, as they come. */
function watch(socket: Socket): string[] {
  const events: string[] = [];
  const hear = (event: SocketEvent): void => {
    const code = "error" in event ? ` ${(event.error as { code?: string }).code}` : "";
    events.push("endpoint" in event ? `${event.type} ${event.endpoint}${code}` : event.type);
  };
  for (const type of TOLD) socket.events.on(type, hear as Loose);
  return events;
}

const TOLD = [
  "accept",
  "accept:error",
  "connect",
  "connect:delay",
  "connect:retry",
  "handshake",
  "handshake:error:protocol",
  "handshake:error:auth",
  "handshake:error:other",
  "disconnect",
  "close",
] as const;

test("PUSH and PULL", async () => {
  await using push = new Push();
  await using pull = new Pull();
  meet(push, pull);
  const long = new Uint8Array(1_000_000).map((_, i) => i % 253);
  for (const body of ["a", new Uint8Array(0), long]) await push.send([body, "end"]);
  assertEquals(texts(await pull.receive()), ["a", "end"]);
  assertEquals(texts(await pull.receive()), ["", "end"]);
  assertEquals((await pull.receive())[0], long);
});

test("PAIR and PAIR, both ways, and a third is turned away", async () => {
  await using one = new Pair();
  await using other = new Pair();
  await using third = new Pair();
  meet(one, other);
  await one.send("ping");
  assertEquals(texts(await other.receive()), ["ping"]);
  await other.send("pong");
  assertEquals(texts(await one.receive()), ["pong"]);
  const [, refused] = meet(third, other);
  assertEquals((await refused.closed as { code?: string }).code, "EPROTO");
  await one.send("still");
  assertEquals(texts(await other.receive()), ["still"]);
});

test("PUB and SUB, XPUB and XSUB: subscriptions pass before anything else", async () => {
  for (const role of ["connect", "bind"] as const) {
    await using publisher = new Publisher();
    await using subscriber = new Subscriber();
    subscriber.subscribe("a");
    meet(publisher, subscriber, { role });
    await until(() => publisher.topicsCount === 1);
    await publisher.send(["b", "not this"]);
    await publisher.send(["a", "this"]);
    assertEquals(texts(await subscriber.receive()), ["a", "this"]);
    subscriber.unsubscribe("a");
    await until(() => publisher.topicsCount === 0);
  }
  await using publisher = new XPublisher();
  await using subscriber = new XSubscriber();
  meet(publisher, subscriber);
  await subscriber.send("\x01a");
  assertEquals(texts(await publisher.receive()), ["\x01a"]);
  await publisher.send("all");
  assertEquals(texts(await subscriber.receive()), ["all"]);
});

test("REQ and REP, in either role; DEALER and ROUTER by routing id", async () => {
  for (const role of ["connect", "bind"] as const) {
    await using request = new Request();
    await using reply = new Reply();
    meet(request, reply, { role });
    const asked = request.request("question", { timeout: 10_000 });
    assertEquals(texts(await reply.receive()), ["question"]);
    await reply.send("answer");
    assertEquals(texts(await asked), ["answer"]);
  }
  await using dealer = new Dealer({ routingId: "ada" });
  await using router = new Router({ mandatory: true });
  meet(dealer, router);
  await dealer.send("hello");
  assertEquals(texts(await router.receive()), ["ada", "hello"]);
  await router.send(["ada", "welcome"]);
  assertEquals(texts(await dealer.receive()), ["welcome"]);
});

test("one socket, peers by tcp, by inproc and by streams", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await pull.bind("inproc://attach-mixed");
  await using push = new Push();
  push.connect(endpoint);
  push.connect("inproc://attach-mixed");
  meet(push, pull);
  await until(() => push.peers.length === 3);
  for (let i = 0; i < 30; i++) await push.send(`${i}`);
  const got = new Set<string>();
  while (got.size < 30) got.add(text((await pull.receive())[0]));
  assertEquals(pull.stats().peers.map(({ messagesIn }) => messagesIn), [10, 10, 10]);
});

for (const role of ["connect", "bind"] as const) {
  test(`CURVE and PLAIN: the options say who is the server, whatever the role (client: ${role})`, async () => {
    const server = curveKeyPair();
    const client = curveKeyPair();
    await using context = new Context();
    await using auth = new Authenticator({ context });
    auth.curve([client.publicKey]);
    auth.plain({ joe: "secret" });
    await auth.start();
    for (
      const [serving, asking] of [
        [{ curveServer: true, curveSecretKey: server.secretKey }, {
          curveServerKey: server.publicKey,
          curvePublicKey: client.publicKey,
          curveSecretKey: client.secretKey,
        }],
        [{ plainServer: true }, { plainUsername: "joe", plainPassword: "secret" }],
      ]
    ) {
      await using reply = new Reply({ context, zapDomain: "global", ...serving });
      await using request = new Request({ ...asking });
      const [near, far] = transformPair();
      request.attach(near, { role });
      reply.attach(far, { role: role === "bind" ? "connect" : "bind" });
      const asked = request.request("who am I?", { timeout: 15_000 });
      assertEquals(texts(await reply.receive()), ["who am I?"]);
      await reply.send("you");
      assertEquals(texts(await asked), ["you"]);
    }
  });
}

test("whoever judges takes the peer's name for its address; without one no rule for addresses lets it in", async () => {
  await using context = new Context();
  await using auth = new Authenticator({ context });
  auth.allow("192.0.2.0/24", "localhost");
  await auth.start();
  for (
    const [peer, status] of [["tcp://192.0.2.7:1000", 0], ["tcp://192.0.3.7:1000", 400], ["localhost", 400], [
      undefined,
      400,
    ]] as const
  ) {
    await using pull = new Pull({ context, zapDomain: "global" });
    await using push = new Push();
    const [near, far] = transformPair();
    const events = watch(pull);
    push.attach(near);
    const attached = pull.attach(far, { role: "bind", ...(peer === undefined ? {} : { peer }) });
    if (status === 0) {
      await push.send("in");
      assertEquals(texts(await pull.receive()), ["in"]);
      assertEquals(pull.peers.map((one) => one.peer), [peer]);
    } else {
      assertEquals((await attached.closed as { status?: number }).status, status);
      assertEquals(events, [
        "accept attached://1",
        "handshake:error:auth attached://1 EPROTO",
        "disconnect attached://1 EPROTO",
      ]);
    }
  }
});

test("what is sent before the handshake is queued for who is connected to, and not for who comes", async () => {
  await using connecting = new Push();
  await using binding = new Push();
  await using immediate = new Push({ immediate: true });
  const pairs = [transformPair(), transformPair(), transformPair()];
  connecting.attach(pairs[0]![0]);
  binding.attach(pairs[1]![0], { role: "bind" });
  immediate.attach(pairs[2]![0], { role: "connect" });
  assertEquals([connecting, binding, immediate].map((push) => push.trySend("early")), [true, false, false]);
  await using pull = new Pull();
  for (const [, far] of pairs) pull.attach(far);
  for (const push of [binding, immediate]) await push.send("later");
  const got = [await pull.receive(), await pull.receive(), await pull.receive()].map((frames) => text(frames[0]));
  assertEquals(got.sort(), ["early", "later", "later"]);
});

test("its name is in events, peers and lastEndpoint; nothing is dialled again", async () => {
  await using push = new Push({ reconnectInterval: 1 });
  await using pull = new Pull();
  const [pushed, pulled] = [watch(push), watch(pull)];
  const [one, other] = meet(push, pull);
  assertEquals([one.endpoint, other.endpoint, push.lastEndpoint], ["attached://1", "attached://1", "attached://1"]);
  await push.send("x");
  await pull.receive();
  assertEquals([push.peers[0]?.endpoint, push.peers[0]?.peer], ["attached://1", "attached://1"]);
  assertEquals(meet(push, pull)[0].endpoint, "attached://2");
  await until(() => push.peers.length === 2);
  await pull.close();
  assertEquals([await one.closed, await other.closed], [undefined, undefined]);
  await until(() => push.stats().peers.length === 0);
  const handshakes = ["connect", "handshake", "disconnect", "close"];
  const story = (n: number) => handshakes.map((type) => `${type} attached://${n}`);
  assertEquals(pushed.filter((line) => line.includes("://1")), story(1));
  assertEquals(pushed.filter((line) => line.includes("://2")), story(2));
  assertEquals(pulled.filter((line) => line.includes("://1")), [
    "accept attached://1",
    "handshake attached://1",
  ]);
});

test("disconnect ends it by its name, whatever its role; unbind knows it not", async () => {
  await using push = new Push();
  await using pull = new Pull();
  const [one] = meet(push, pull);
  const [, second] = meet(push, pull);
  await until(() => pull.peers.length === 2);
  await assertRejects(() => pull.unbind(second.endpoint), EndpointError, "it is not bound");
  await push.send("last words");
  const events = watch(push);
  push.disconnect(one.endpoint);
  assertEquals(texts(await pull.receive()), ["last words"]);
  assertEquals(await one.closed, undefined);
  assertEquals(events, ["close attached://1"]);
  pull.disconnect(second.endpoint);
  assertEquals(await second.closed, undefined);
  await until(() => push.stats().peers.length === 0 && pull.stats().peers.length === 0);
  for (const [socket, { endpoint }] of [[push, one], [pull, second]] as const) {
    assertThrows(() => socket.disconnect(endpoint), EndpointError, "it is not connected");
  }
});

test("its own close lets what is queued go out, and counts what does not", async () => {
  await using push = new Push();
  await using pull = new Pull();
  const [one] = meet(push, pull);
  for (let i = 0; i < 100; i++) await push.send(`${i}`);
  assertEquals(await one.close({ linger: 5000 }), { unsent: 0 });
  for (let i = 0; i < 100; i++) assertEquals(texts(await pull.receive()), [`${i}`]);
  await using lonely = push.attach(transformPair()[0]);
  await push.send("nobody");
  assertEquals(await lonely.close({ linger: 0 }), { unsent: 1 });
  assertEquals(await lonely.closed, undefined);
  await assertRejects(() => lonely.close({ linger: -2 }), RangeError);
});

test("the socket's close has linger for what is queued, and ends streams that nobody reads", async () => {
  const push = new Push();
  await using pull = new Pull();
  meet(push, pull);
  await push.send("to go");
  assertEquals(await push.close({ linger: 5000 }), { unsent: 0 });
  assertEquals(texts(await pull.receive()), ["to go"]);
  const stuck = new Push();
  let aborted = false;
  const attached = stuck.attach({
    readable: new ReadableStream(),
    writable: new WritableStream({ write: () => new Promise(() => {}), abort: () => void (aborted = true) }),
  });
  await stuck.send("never");
  assertEquals(await stuck.close({ linger: 0 }), { unsent: 1 });
  await attached.closed;
  assertEquals(aborted, false, "a write that is under way cannot be aborted");
});

test("maxConnections and maxHandshakes hold for those who come", async () => {
  await using pull = new Pull({ maxConnections: 2 });
  await using push = new Push();
  const events = watch(pull);
  const met = [meet(push, pull), meet(push, pull), meet(push, pull)];
  const refused = await met[2]![1].closed;
  assert(refused instanceof EndpointError);
  assertEquals(refused.code, "EMFILE");
  assertEquals(
    refused.message,
    'Cannot attach "attached://3": the others are as many as they may be, maxConnections is 2',
  );
  assert(await met[2]![0].closed instanceof Error);
  assert(events.includes("accept:error attached://* EMFILE"), events.join());
  // A place that is free again can be had.
  await met[0]![1].close();
  const [again] = meet(push, pull);
  await until(() => push.peers.some(({ endpoint }) => endpoint === again.endpoint));

  await using shy = new Pull({ maxHandshakes: 2 });
  const silent = [0, 1, 2].map(() => shy.attach(transformPair()[0], { role: "bind" }));
  assertEquals((await silent[0]!.closed as { code?: string }).code, "EMFILE");
  assertEquals(shy.stats().peers.map(({ endpoint }) => endpoint), ["attached://2", "attached://3"]);
});

test("a stream that fails inside a frame ends that peer with one error, and no other", async () => {
  await using pull = new Pull();
  await using push = new Push();
  const events = watch(pull);
  meet(push, pull);
  let source!: ReadableStreamDefaultController<Uint8Array>;
  const broken = pull.attach({
    readable: new ReadableStream<Uint8Array>({ start: (controller) => void (source = controller) }),
    writable: new WritableStream(),
  }, { role: "bind" });
  // A greeting, a handshake, a message, and the half of another.
  source.enqueue(hex(GREETING + ready("PUSH") + "00 01 41 00 05 42 42"));
  assertEquals(texts(await pull.receive()), ["A"]);
  source.error(new Error("the line is dead"));
  const error = await broken.closed;
  assertEquals(error?.message, 'Cannot go on with "attached://2": its readable has failed (the line is dead)');
  await push.send("unharmed");
  assertEquals(texts(await pull.receive()), ["unharmed"]);
  assertEquals(events.filter((line) => line.includes("://2")), [
    "accept attached://2",
    "handshake attached://2",
    "disconnect attached://2 ECONNRESET",
  ]);
});

test("text in a stream, and octets that are no ZMTP, end the peer with an error that says so", async () => {
  for (
    const [chunk, code, words] of [
      ["hello", "EPROTO", 'a chunk of its readable is "hello"'],
      [new Uint8Array(64).fill(0x47), "EPROTO", ""],
    ] as const
  ) {
    await using pull = new Pull();
    const attached = pull.attach({
      readable: new ReadableStream({ start: (controller) => controller.enqueue(chunk as Loose) }),
      writable: new WritableStream(),
    });
    const error = await attached.closed as Error & { code?: string };
    assertEquals([error.code, error.message.includes(words)], [code, true], error.message);
  }
});

test("cancel and abort by the other side end the peer", async () => {
  for (const how of ["cancel", "abort", "both"] as const) {
    await using push = new Push();
    const [near, far] = transformPair();
    const attached = push.attach(near);
    const cause = new Error("enough");
    if (how !== "abort") await far.readable.cancel(cause);
    if (how !== "cancel") await far.writable.abort(cause);
    else await far.writable.close();
    const error = await attached.closed;
    assertEquals(push.stats().peers, []);
    if (how !== "cancel") assertEquals(error?.cause, cause);
  }
});

test("a peer that ends its direction is gone, in good order; what it sent before is received", async () => {
  await using pull = new Pull();
  let closed = false;
  const attached = pull.attach({
    readable: new ReadableStream<Uint8Array>({
      start(controller): void {
        controller.enqueue(hex(GREETING + ready("PUSH") + "00 01 41 00 01 42"));
        controller.close();
      },
    }),
    writable: new WritableStream({ close: () => void (closed = true) }),
  });
  assertEquals([await attached.closed, closed], [undefined, true]);
  assertEquals([texts(await pull.receive()), texts(await pull.receive())], [["A"], ["B"]]);
});

test("a reader that is slow makes the sender wait: memory is bounded by the mark, and nothing is lost", async () => {
  await using push = new Push({ sendHighWaterMark: 10 });
  await using pull = new Pull({ receiveHighWaterMark: 10 });
  meet(push, pull);
  const body = new Uint8Array(100_000);
  let sent = 0;
  const sending = (async () => {
    for (; sent < 500; sent++) await push.send(body);
  })();
  await until(() => push.stats().pendingSends === 1 && pull.stats().queuedIn >= 10);
  const before = sent;
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(sent, before, "it stands still");
  assert(sent < 50, `${sent} of 500 were taken with nobody reading`);
  assert(pull.stats().queuedIn <= 14, `${pull.stats().queuedIn} came`);
  for (let i = 0; i < 500; i++) assertEquals((await pull.receive())[0]!.length, body.length);
  await sending;
});

test("a writable that takes nothing holds no more than its one chunk", async () => {
  await using push = new Push({ sendHighWaterMark: 100, linger: 0 });
  const chunks: Uint8Array[] = [];
  const attached = push.attach({
    readable: new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(hex(GREETING + ready("PULL"))),
    }),
    writable: new WritableStream<Uint8Array>({
      write(chunk): Promise<void> | undefined {
        chunks.push(chunk);
        // The greeting and the handshake, then it stalls.
        return chunks.length < 3 ? undefined : new Promise(() => {});
      },
    }),
  });
  await until(() => push.peers.length === 1);
  const body = new Uint8Array(10_000_000);
  let sent = 0;
  while (push.trySend(body)) sent++;
  await until(() => chunks.length >= 3);
  while (push.trySend(body)) sent++;
  assert(sent <= 101, `${sent}`);
  assert(chunks.every(({ length }) => length <= 262_144));
  await attached.close({ linger: 0 });
});

test("locked streams, and what is no stream, are TypeErrors at the call, and leave the streams as they are", async () => {
  await using push = new Push();
  for (const which of ["readable", "writable"] as const) {
    const [near] = transformPair();
    if (which === "readable") near.readable.getReader();
    else near.writable.getWriter();
    const error = assertThrows(() => push.attach(near), TypeError);
    assertEquals(error.message, `Cannot attach: the ${which} is locked, wanted streams that nobody else uses`);
    assertEquals([near.readable.locked, near.writable.locked], [which === "readable", which === "writable"]);
  }
  for (
    const [target, shown] of [
      [undefined, "undefined"],
      [null, "null"],
      ["tcp://127.0.0.1:5555", '"tcp://127.0.0.1:5555"'],
      [{ readable: new ReadableStream() }, "an object (Object)"],
      [{ postMessage: 1 }, "an object (Object)"],
    ]
  ) {
    const error = assertThrows(() => push.attach(target as Loose), TypeError);
    assertEquals(error.message, `Cannot attach: target is ${shown}, wanted { readable, writable } or a MessagePort`);
  }
  for (
    const [options, Wrong] of [
      [null, TypeError],
      [{ role: "listen" }, TypeError],
      [{ transfer: 1 }, TypeError],
      [{ transfer: true }, TypeError],
      [{ peer: 1 }, TypeError],
      [{ peer: "" }, RangeError],
      [{ peer: "x".repeat(256) }, RangeError],
    ] as const
  ) assertThrows(() => push.attach(transformPair()[0], options as Loose), Wrong);
  assertEquals([push.stats().peers, push.attach(transformPair()[0]).endpoint], [[], "attached://1"]);
});

test("a socket that is closed attaches nothing; options that do not fit together neither", async () => {
  const push = new Push();
  await push.close();
  const [near] = transformPair();
  assertThrows(() => push.attach(near), ClosedError);
  await using odd = new Push({ plainUsername: "joe" });
  assertThrows(() => odd.attach(near));
  assertEquals(near.readable.locked, false);
});

test("closed while it still prepares to come in, it ends", async () => {
  const { secretKey } = curveKeyPair();
  const pull = new Pull({ curveServer: true, curveSecretKey: secretKey });
  const attached = pull.attach(transformPair()[0], { role: "bind" });
  await attached.close();
  await attached.closed;
  assertEquals(pull.stats().peers, []);
  const other = pull.attach(transformPair()[0], { role: "connect" });
  await pull.close({ linger: 0 });
  await other.closed;
});

test("./core has it as a function", async () => {
  await using push = new Push();
  await using pull = new Pull();
  const [near, far]: [DuplexStream, DuplexStream] = transformPair();
  attach(push, near);
  attach(pull, far, { role: "bind" });
  await push.send("x");
  assertEquals(texts(await pull.receive()), ["x"]);
});

test("a DGRAM has no peers, and nothing is attached to it", () => {
  const dgram = new Datagram();
  const error = assertThrows(() => dgram.attach(transformPair()[0]), NotSupportedError, "a DGRAM has no peers");
  assertEquals(error.code, "ENOTSUP");
});

test("a STREAM takes the octets of an attached stream as they are", async () => {
  await using stream = new Stream();
  const [near, far] = transformPair();
  stream.attach(near);
  const [id, nothing] = await stream.receive();
  assertEquals(nothing!.length, 0);
  const writer = far.writable.getWriter();
  await writer.write(hex("68 69"));
  assertEquals(text((await stream.receive())[1]), "hi");
  await stream.send([id!, "hello"]);
  const reader = far.readable.getReader();
  assertEquals(text((await reader.read()).value as Uint8Array), "hello");
  await writer.close();
  assertEquals((await stream.receive())[1]!.length, 0);
  await reader.cancel();
});
