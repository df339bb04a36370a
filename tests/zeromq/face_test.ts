/**
 * Where the face and npm `zeromq` differ on purpose, and what cannot be had: as docs/migrating.md has it.
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { constants } from "node:os";
import { test } from "./face_harness.ts";
import * as library from "../../mod.ts";
import * as draft from "../../src/zeromq/draft/mod.ts";
import * as zmq from "../../src/zeromq/mod.ts";
import { attempts, settled, until } from "./observing.ts";

/** The code that a call throws. */
function codeOf(body: () => unknown): string | undefined {
  try {
    body();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

test("what libzmq's binding cannot read can be read here", () => {
  const { publicKey, secretKey } = zmq.curveKeyPair();
  const router = new zmq.Router({ mandatory: true, tcpAcceptFilter: "10.0.0.0/8" });
  Object.assign(router, { curvePublicKey: publicKey, curveSecretKey: secretKey, curveServerKey: publicKey });
  assertEquals([router.mandatory, router.tcpAcceptFilter], [true, "10.0.0.0/8"]);
  assertEquals([router.curvePublicKey, router.curveSecretKey, router.curveServerKey], [
    publicKey,
    secretKey,
    publicKey,
  ]);
  router.close();
});

test("options that have no meaning here read as they are by default, and throw ENOTSUP when they are set", () => {
  const dealer = new zmq.Dealer();
  const values = {
    affinity: [0, 1],
    rate: [100, 5],
    recoveryInterval: [10_000, 5],
    sendBufferSize: [-1, 5],
    receiveBufferSize: [-1, 5],
    multicastMaxTransportDataUnit: [1500, 5],
    tcpMaxRetransmitTimeout: [0, 5],
    interface: [null, "eth0"],
    loopbackFastPath: [false, true],
  } as const;
  for (const [name, [initial, other]] of Object.entries(values)) {
    const bag = dealer as unknown as Record<string, unknown>;
    assertEquals(bag[name], initial, name);
    bag[name] = initial;
    assertEquals(codeOf(() => bag[name] = other), "ENOTSUP", name);
    assertEquals(bag[name], initial, name);
  }
  assertEquals(codeOf(() => dealer.vmciBufferSize), "EINVAL");
  dealer.close();
});

test("I/O threads throw ENOTSUP, and leave the context as it was", () => {
  const context = new zmq.Context();
  context.ioThreads = 1;
  assertEquals(codeOf(() => context.ioThreads = 4), "ENOTSUP");
  assertEquals(codeOf(() => context.threadPriority = 4), "ENOTSUP");
  assertEquals(codeOf(() => new zmq.Context({ threadSchedulingPolicy: 1 })), "ENOTSUP");
  assertEquals(context.ioThreads, 1);
});

test("a socket that cannot be made takes no place in the context", () => {
  const context = new zmq.Context({ maxSockets: 1 });
  assertThrows(() => new zmq.Dealer({ context, nonsense: 1 } as object), TypeError);
  assertThrows(() => new draft.Server({ context, nonsense: 1 } as object), TypeError);
  new draft.Server({ context }).close();
  assertEquals(zmq.capability, {
    ipc: true,
    pgm: false,
    tipc: false,
    norm: false,
    curve: true,
    gssapi: false,
    draft: true,
  });
});

test("a group that is too long is refused, where libzmq would cut it", async () => {
  const radio = new draft.Radio();
  assertEquals(codeOf(() => radio.send("news", { group: "g".repeat(256) })), "EINVAL");
  await radio.send("news", { group: "g".repeat(255) });
  radio.close();
});

test("a message of several parts is refused at once, where libzmq would wait for a peer first", async () => {
  const [client, scatter] = [new draft.Client(), new draft.Scatter()] as unknown as zmq.Push[];
  for (const socket of [client!, scatter!]) {
    const error = await assertRejects(() => socket.send(["two", "parts"]), Error, "Invalid argument");
    assertEquals((error as { code?: unknown }).code, "EINVAL");
    socket.close();
  }
});

test("a DGRAM refuses what it cannot send, where libzmq drops or cuts it, and goes on", async () => {
  const datagram = new draft.Datagram();
  assertEquals(codeOf(() => datagram.connect("udp://127.0.0.1:5555")), "ENOCOMPATPROTO");
  await datagram.bind("udp://127.0.0.1:*");
  const address = datagram.lastEndpoint!.replace("udp://", "");
  for (const wrong of [["nonsense", "text"], [address, "x".repeat(8193)], [address, "three", "parts"], ["one"]]) {
    await assertRejects(() => datagram.send(wrong as [string, string]), Error, "Invalid argument");
  }
  await datagram.send([address, "text"]);
  assertEquals((await datagram.receive()).map(String), [`${address}\0`, "text"]);
  datagram.close();
});

test("STREAM talks octets, tells of connections unless told not to, and ends them", async () => {
  const server = new zmq.Stream({ linger: 0 });
  const client = new zmq.Stream({ linger: 0, notify: false });
  await server.bind("tcp://127.0.0.1:*");
  client.connect(server.lastEndpoint!, { routingId: "it" });
  await client.send(["it", "hello"]);
  const [id, nothing] = await server.receive();
  assertEquals([id.length, nothing.length], [5, 0]);
  assertEquals((await server.receive()).map(String), [String(id), "hello"]);
  await server.send([id, "bye"]);
  await server.send([id, null]);
  assertEquals((await client.receive()).map(String), ["it", "bye"]);
  assertEquals(server.type, 11);
  server.maxMessageSize = 1;
  assertEquals(codeOf(() => server.curveServer = true), "EINVAL");
  assertEquals(codeOf(() => client.connect("inproc://x")), "ENOTSUP");
  server.close();
  client.close();
});

for (const address of ["tcp://127.0.0.1:*", "tcp://*:*", "tcp://localhost:*", "ipc://*"]) {
  test(`bindSync has bound ${address} when it returns, and unbindSync frees it`, async () => {
    const server = new zmq.Pair({ linger: 0 });
    const client = new zmq.Pair({ linger: 0 });
    server.bindSync(address);
    const bound = server.lastEndpoint!;
    client.connect(bound.replace("0.0.0.0", "127.0.0.1"));
    await client.send("hello");
    assertEquals((await server.receive()).map(String), ["hello"]);
    server.unbindSync(bound);
    assertEquals(codeOf(() => server.unbindSync(bound)), "ENOENT");
    client.close();
    server.close();
  });
}

test("bindSync throws what is wrong, tells of it, and binds nothing", async () => {
  const socket = new zmq.Pair({ linger: 0 });
  const taken = new zmq.Pair({ linger: 0 });
  taken.bindSync("tcp://127.0.0.1:*");
  const { events } = socket;
  assertEquals(codeOf(() => socket.bindSync(taken.lastEndpoint!)), "EADDRINUSE");
  const told = [await events.receive(), await events.receive()].map(({ type }) => type);
  assertEquals(told.includes("bind:error"), true, told.join());
  assertEquals(codeOf(() => socket.bindSync("tcp://a.name.to.look.up:*")), "ENODEV");
  assertEquals(codeOf(() => socket.bindSync("tcp://192.0.2.1:5555")), "EADDRNOTAVAIL");
  assertEquals(codeOf(() => socket.bindSync("ipc:///nonsense-folder/socket")), "ENOENT");
  assertEquals(codeOf(() => socket.bindSync("wss://127.0.0.1:*")), "EINVAL");
  assertEquals(codeOf(() => socket.unbindSync("tcp://127.0.0.1:5555")), "ENOENT");
  assertEquals(socket.lastEndpoint, null);
  socket.bindSync("inproc://freed");
  socket.unbindSync("inproc://freed");
  await socket.bind("inproc://freed");
  socket.close();
  taken.close();
});

test("bindSync takes a path over from whoever listens there, as libzmq does", async () => {
  const first = new zmq.Pull({ linger: 0 });
  const second = new zmq.Pull({ linger: 0 });
  first.bindSync("ipc://*");
  second.bindSync(first.lastEndpoint!);
  const push = new zmq.Push({ linger: 0 });
  push.connect(second.lastEndpoint!);
  await push.send("to the second");
  assertEquals((await second.receive()).map(String), ["to the second"]);
  for (const socket of [push, second, first]) socket.close();
});

test("a server of CURVE that has been bound with bindSync lets its clients in", async () => {
  const keys = zmq.curveKeyPair();
  const mine = zmq.curveKeyPair();
  const server = new zmq.Reply({ linger: 0, curveServer: true, curveSecretKey: keys.secretKey });
  server.bindSync("tcp://127.0.0.1:*");
  const client = new zmq.Request({
    linger: 0,
    curveServerKey: keys.publicKey,
    curvePublicKey: mine.publicKey,
    curveSecretKey: mine.secretKey,
  });
  client.connect(server.lastEndpoint!);
  await client.send("sealed");
  assertEquals((await server.receive()).map(String), ["sealed"]);
  client.close();
  server.close();
});

test("a call that a socket type has no use for rejects at once", async () => {
  const push = new zmq.Push() as unknown as zmq.Pull;
  const pull = new zmq.Pull() as unknown as zmq.Push;
  const seen = await attempts({ receive: () => push.receive(), send: () => pull.send("text") });
  const rejected = { name: "Error", message: "Operation not supported", code: "ENOTSUP", errno: 95 };
  assertEquals(seen, { receive: { rejected }, send: { rejected } });
  push.close();
  pull.close();
});

test("a mandatory ROUTER does not wait to say that there is no such peer", async () => {
  const router = new zmq.Router({ mandatory: true });
  await assertRejects(() => router.send(["nobody", "text"]), Error, "Host unreachable");
  router.close();
});

test("octets of shared memory and of a DataView are sent as octets", async () => {
  const [one, other] = [new zmq.Pair({ linger: 0 }), new zmq.Pair({ linger: 0 })];
  await one.bind("inproc://octets");
  other.connect("inproc://octets");
  const shared = new SharedArrayBuffer(2);
  new Uint8Array(shared).set([1, 2]);
  await one.send([shared, new DataView(Uint8Array.of(7, 8, 9).buffer, 1)]);
  assertEquals((await other.receive()).map((frame) => [...frame]), [[1, 2], [8, 9]]);
  one.close();
  other.close();
});

test("a message that was sent may be changed, and one that was received is one's own", async () => {
  const [one, other] = [new zmq.Pair({ linger: 0 }), new zmq.Pair({ linger: 0 })];
  await one.bind("tcp://127.0.0.1:*");
  other.connect(one.lastEndpoint!);
  const octets = Buffer.from("first");
  await one.send(octets);
  octets.write("other");
  const [frame] = await other.receive();
  frame!.write("FIRST");
  await one.send("second");
  assertEquals([frame!.toString(), (await other.receive())[0]!.toString()], ["FIRST", "second"]);
  one.close();
  other.close();
});

test("a paused proxy moves nothing until it is resumed", async () => {
  const [front, back] = [new zmq.Router({ linger: 0 }), new zmq.Dealer({ linger: 0 })];
  await front.bind("tcp://127.0.0.1:*");
  await back.bind("tcp://127.0.0.1:*");
  const [request, reply] = [new zmq.Request({ linger: 0 }), new zmq.Reply({ linger: 0 })];
  request.connect(front.lastEndpoint!);
  reply.connect(back.lastEndpoint!);
  const proxy = new zmq.Proxy(front, back);
  const running = proxy.run();
  await request.send("one");
  await reply.receive();
  await reply.send("one");
  await request.receive();
  proxy.pause();
  await request.send("two");
  const late = reply.receive();
  assertEquals(await settled(late), false);
  proxy.resume();
  assertEquals((await late)[0]!.toString(), "two");
  proxy.terminate();
  await running;
  assertEquals([front.closed, back.closed], [true, true]);
  request.close();
  reply.close();
});

test("looking whether there is a message changes no turn, and loses nothing to a proxy", async () => {
  const [pull, push] = [new zmq.Pull({ linger: 0 }), new zmq.Push({ linger: 0 })];
  await pull.bind("inproc://looked-at");
  push.connect("inproc://looked-at");
  await push.send("1");
  await push.send("2");
  await until(() => pull.readable);
  const [out, end] = [new zmq.Push({ linger: 0 }), new zmq.Pull({ linger: 0 })];
  await end.bind("inproc://looked-at-end");
  out.connect("inproc://looked-at-end");
  const proxy = new zmq.Proxy(pull, out);
  const running = proxy.run();
  assertEquals([(await end.receive()).toString(), (await end.receive()).toString()], ["1", "2"]);
  proxy.terminate();
  await running;
  push.close();
  end.close();
});

test("one who listens to an observer may close it", async () => {
  const socket = new zmq.Dealer({ linger: 0 });
  const { events } = socket;
  events.on("bind", () => {});
  events.close();
  assertEquals(events.closed, true);
  await socket.bind("tcp://127.0.0.1:*");
  socket.close();
});

test("errors carry what is behind them", async () => {
  const socket = new zmq.Dealer({ linger: 0 });
  const error = await socket.bind("nonsense").catch((error) => error);
  assert(error.cause instanceof library.EndpointError);
  assertEquals([error.code, error.address, error.name], ["EINVAL", "nonsense", "Error"]);
  socket.close();
});

test("the face's shared context is the library's: inproc names of both are the same", async () => {
  await using pull = new library.Pull();
  await pull.bind("inproc://both");
  const push = new zmq.Push({ linger: 0 });
  push.connect("inproc://both");
  await push.send("hello");
  assertEquals(library.text((await pull.receive())[0]), "hello");
  push.close();
});

test("an option of a socket in use is set with a warning, and at once without one where it acts at once", async () => {
  const { default: process } = await import("node:process");
  const warnings: string[] = [];
  const hear = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", hear);
  const socket = new zmq.Dealer({ linger: 0 });
  socket.ipv6 = false;
  socket.connect("tcp://127.0.0.1:1");
  socket.linger = 5;
  socket.sendTimeout = 5;
  socket.ipv6 = false;
  await settled(Promise.resolve());
  process.off("warning", hear);
  socket.close();
  assertEquals(warnings, ["Socket option will not take effect until next connect/bind."]);
});

test("contexts, sockets to observe and to proxy that are none are refused in the words of npm zeromq, which may crash", async () => {
  const socket = new zmq.Dealer();
  const make = (Of: unknown, ...args: unknown[]): unknown => new (Of as new (...args: unknown[]) => object)(...args);
  const seen = await attempts({
    context: () => make(zmq.Dealer, { context: {} }),
    contextNull: () => make(zmq.Dealer, { context: null }),
    observer: () => make(zmq.Observer, {}),
    observerNothing: () => make(zmq.Observer),
    observerMore: () => make(zmq.Observer, socket, 5),
    proxy: () => make(zmq.Proxy, socket, {}),
    proxyNumbers: () => make(zmq.Proxy, 5, 5),
    proxyMore: () => make(zmq.Proxy, socket, socket, socket),
  });
  socket.close();
  const invalid = { threw: { name: "Error", message: "Invalid argument" } };
  const wrong = (message: string): unknown => ({ threw: { name: "TypeError", message } });
  assertEquals(seen, {
    context: invalid,
    contextNull: invalid,
    observer: invalid,
    observerNothing: wrong("Socket must be a socket object"),
    observerMore: wrong("Expected 1 argument but received 2"),
    proxy: invalid,
    proxyNumbers: wrong("Front-end must be a socket object"),
    proxyMore: wrong("Expected 2 arguments but received 3"),
  });
});

test("a proxy that runs does not run twice, nor do its sockets in another", async () => {
  const [front, back, other] = [
    new zmq.Router({ linger: 0 }),
    new zmq.Dealer({ linger: 0 }),
    new zmq.Dealer({ linger: 0 }),
  ];
  for (const socket of [front, back, other]) await socket.bind("tcp://127.0.0.1:*");
  const proxy = new zmq.Proxy(front, back);
  const running = proxy.run();
  const seen = await attempts({
    again: () => proxy.run(),
    another: () => new zmq.Proxy(other, back).run(),
    closed: () => [front.closed, back.closed],
    free: () => other.connect("tcp://127.0.0.1:1"),
  });
  proxy.terminate();
  await running;
  other.close();
  assertEquals(seen, {
    again: {
      rejected: {
        name: "Error",
        code: "EADDRINUSE",
        errno: constants.errno.EADDRINUSE,
        message: "Address already in use",
      },
    },
    another: {
      threw: {
        name: "Error",
        code: "EBUSY",
        errno: constants.errno.EBUSY,
        message: "Socket is blocked by a bind or unbind operation",
      },
    },
    closed: { answered: [false, false] },
    free: { answered: "(undefined)" },
  });
});
