/** CLIENT, SERVER, RADIO, DISH, SCATTER, GATHER, PEER and CHANNEL, as the program that uses them sees them. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Channel,
  Client,
  ClosedError,
  Context,
  Dealer,
  Dish,
  EndpointError,
  FormedSocket,
  Gather,
  NotSupportedError,
  Peer,
  proxy,
  Pull,
  Push,
  Radio,
  Scatter,
  Server,
  type Socket,
  StateError,
  text,
  TimeoutError,
  UnreachableError,
} from "../../mod.ts";
import { coreOf } from "../../src/socket/socket.ts";
import { test } from "../harness.ts";
import { isPending, type Loose, meet, texts, until } from "../socket_fixture.ts";

const ENDPOINTS = ["tcp://127.0.0.1:*", "ipc://*", "inproc://here"];
const codeOf = (error: unknown) => (error as { code?: string }).code;

for (const endpoint of ENDPOINTS) {
  const [scheme] = endpoint.split(":");

  test(`CLIENT and SERVER over ${scheme}: a server answers those whose ids it has`, async () => {
    await using server = new Server();
    await using clients = new Client();
    await using other = new Client();
    const bound = await meet(server, clients, endpoint);
    other.connect(bound);
    await clients.send("one");
    await other.send("two");
    const received = [await server.receive(), await server.receive()];
    for (const [id, body] of received) await server.send([id!, `${text(body)}, answered`]);
    assertEquals(texts(await clients.receive()), ["one, answered"]);
    assertEquals(texts(await other.receive()), ["two, answered"]);
    assertEquals(received.map(([id]) => id!.length), [4, 4]);
  });

  test(`PEER over ${scheme}: both sides begin`, async () => {
    await using one = new Peer();
    await using other = new Peer();
    const id = other.connectPeer(await one.bind(endpoint));
    await other.send([id, "ping"]);
    const [from, ping] = await one.receive();
    await one.send([from!, "pong"]);
    assertEquals([text(ping), await other.receive()], ["ping", [id, new TextEncoder().encode("pong")]]);
  });

  test(`SCATTER and GATHER over ${scheme}: one part, to each in turn`, async () => {
    await using scatter = new Scatter();
    await using gather = new Gather();
    await meet(gather, scatter, endpoint);
    for (const word of ["1", "2", ""]) await scatter.send(word);
    for (const word of ["1", "2", ""]) assertEquals(texts(await gather.receive()), [word]);
  });

  test(`CHANNEL over ${scheme}: both ways, with one peer`, async () => {
    await using one = new Channel();
    await using other = new Channel();
    await meet(one, other, endpoint);
    await one.send("a");
    await other.send("b");
    assertEquals([texts(await other.receive()), texts(await one.receive())], [["a"], ["b"]]);
  });

  test(`RADIO and DISH over ${scheme}: groups are joined and left while connected`, async () => {
    await using radio = new Radio();
    await using dish = new Dish();
    dish.join("a");
    await meet(radio, dish, endpoint);
    await until(() => radio.groupsCount === 1);
    dish.join("b", new Uint8Array([255]));
    await until(() => radio.groupsCount === 3);
    dish.leave("a");
    await until(() => radio.groupsCount === 2);
    for (const message of [["a", "1"], ["b", "2"], ["bb", "3"], [new Uint8Array([255]), "4"]]) {
      await radio.send(message);
    }
    assertEquals(texts(await dish.receive()), ["b", "2"]);
    assertEquals((await dish.receive()).map((frame) => [...frame]), [[255], [52]]);
    assertEquals([dish.groupsCount, dish.tryReceive(), radio.stats().dropped], [2, undefined, 0]);
  });
}

test("a message of the wrong form is refused at the call, with EINVAL, even behind others that wait", () => {
  const id = new Uint8Array(4);
  const cases: [FormedSocket & Loose, unknown, string][] = [
    [new Client(), ["a", "b"], "Cannot send on a CLIENT socket: the message has 2 parts, wanted one"],
    [new Scatter(), ["a", "b", "c"], "Cannot send on a SCATTER socket: the message has 3 parts, wanted one"],
    [new Channel(), ["a", ""], "Cannot send on a CHANNEL socket: the message has 2 parts, wanted one"],
    [new Server(), "a", "Cannot send on a SERVER socket: the message has 1 part, wanted two: a routing id and a body"],
    [new Server(), ["abc", "a"], "Cannot send on a SERVER socket: the routing id is 3 octets, wanted 4"],
    [new Peer(), [id, "a", "b"], "Cannot send on a PEER socket: the message has 3 parts, wanted two: a routing id"],
    [new Radio(), "a", "Cannot send on a RADIO socket: the message has 1 part, wanted two: a group and a body"],
    [new Radio(), ["a\0", "b"], "Cannot send on a RADIO socket: the group has a zero octet, wanted none"],
    [new Radio(), ["a".repeat(256), "b"], "Cannot send on a RADIO socket: the group is 256 octets, wanted 255"],
  ];
  for (const [socket, message, wanted] of cases) {
    if (!(socket instanceof Server || socket instanceof Peer || socket instanceof Radio)) {
      socket.send("waits").catch(() => {});
    }
    for (const call of [() => (socket as Loose).send(message), () => (socket as Loose).trySend(message)]) {
      assertEquals(codeOf(assertThrows(call, Error, wanted)), "EINVAL");
    }
    assertEquals(socket.stats().queuedOut, 0);
    assert(socket instanceof FormedSocket);
    void socket.close({ linger: 0 });
    assertThrows(() => (socket as Loose).send(message), ClosedError);
  }
});

test("streams refuse it too", async () => {
  await using client = new Client();
  const writer = client.writable.getWriter();
  const error = await assertRejects(() => writer.write(["a", "b"]), TypeError);
  assertEquals(codeOf(error), "EINVAL");
  writer.releaseLock();
});

test("messages of several parts that come are dropped whole, counted, and the next is delivered", async () => {
  // Put into the pipe by hand, since no type of this library would send them to these.
  for (const Type of [Gather, Client, Channel, Server, Peer]) {
    await using socket = new Type() as Loose;
    const pipes: { deliver(message: Uint8Array[]): boolean }[] = [];
    const core = coreOf(socket);
    const attach = core.pattern.attach.bind(core.pattern);
    core.pattern.attach = (pipe) => (pipes.push(pipe), attach(pipe));
    socket.connect("inproc://nobody");
    const frame = new Uint8Array([1]);
    const received = socket.receive();
    for (const message of [[frame, frame], [frame], [frame, frame, frame], [frame]]) pipes[0]!.deliver(message);
    assertEquals((await received).at(-1), frame);
    assertEquals([socket.tryReceive().at(-1), socket.tryReceive(), socket.stats().dropped], [frame, undefined, 2]);
  }
});

test("SERVER: EHOSTUNREACH for an id that nobody has; EAGAIN, and false, while the peer's queue is full", async () => {
  await using server = new Server({ sendHighWaterMark: 1, sendTimeout: 10 });
  await using client = new Client({ receiveHighWaterMark: 1 });
  await meet(server, client, "inproc://full");
  await client.send("hello");
  const [id] = await server.receive();
  for (const body of ["1", "2"]) await server.send([id!, body]);
  assertEquals(server.trySend([id!, "3"]), false);
  assertEquals(codeOf(await assertRejects(() => server.send([id!, "3"]), TimeoutError)), "EAGAIN");
  server.sendTimeout = Infinity;
  const waiting = server.send([id!, "3"]);
  assertEquals(await isPending(waiting), true);
  for (const word of ["1", "2", "3"]) assertEquals(texts(await client.receive()), [word]);
  await waiting;
  const other = id!.map((octet) => octet ^ 255);
  assertEquals(codeOf(await assertRejects(() => server.send([other, "x"]), UnreachableError)), "EHOSTUNREACH");
  assertThrows(() => server.trySend([other, "x"]), UnreachableError);
});

test("a send that waits for a peer rejects when that is gone", async () => {
  await using server = new Server({ sendHighWaterMark: 1 });
  await using client = new Client({ receiveHighWaterMark: 1 });
  await meet(server, client, "inproc://gone");
  await client.send("hello");
  const [id] = await server.receive();
  while (server.trySend([id!, "x"]));
  const waiting = server.send([id!, "y"]);
  await client.close();
  await assertRejects(() => waiting, UnreachableError);
});

for (const Type of [Server, Peer]) {
  for (const endpoint of ENDPOINTS) {
    test(`disconnectPeer ends a ${Type.name}'s connection over ${endpoint.split(":")[0]}, once what is queued is out`, async () => {
      await using socket = new Type() as Server;
      const other = Type === Server ? new Client({ reconnectInterval: 0 }) : new Peer({ reconnectInterval: 0 });
      const bound = await socket.bind(endpoint);
      if (other instanceof Client) other.connect(bound);
      const to = other instanceof Peer ? [other.connectPeer(bound)] : [];
      await (other as Loose).send([...to, "hello"]);
      await (other as Loose).send([...to, "unread"]);
      const [id] = await socket.receive();
      await until(() => socket.stats().queuedIn === 1);
      await socket.send([id!, "farewell"]);
      socket.disconnectPeer(id!);
      assertThrows(() => socket.disconnectPeer(id!), UnreachableError, "Cannot disconnect a peer: no peer has");
      await assertRejects(() => socket.send([id!, "x"]), UnreachableError);
      assertEquals(socket.tryReceive(), undefined);
      assertEquals(text((await other.receive()).at(-1)), "farewell");
      await until(() => socket.stats().peers.length === 0 && other.peers.length === 0);
      await other.close({ linger: 0 });
      assertThrows(() => socket.disconnectPeer("abcd" as Loose), TypeError, "wanted octets (Uint8Array)");
      assertThrows(() => socket.disconnectPeer(new Uint8Array(3)), RangeError, "is 3 octets, wanted 4");
    });
  }
}

test("disconnectPeer of what was connected: it is not dialled again, and its name can be connected anew", async () => {
  await using one = new Peer({ reconnectInterval: 1 });
  await using other = new Peer();
  const bound = await other.bind("tcp://127.0.0.1:*");
  const closed = one.events.once("close");
  const id = one.connectPeer(bound);
  await until(() => one.peers.length === 1);
  one.disconnectPeer(id);
  assertEquals((await closed as Loose).endpoint, bound);
  await until(() => one.stats().peers.length === 0 && other.peers.length === 0);
  assertThrows(() => one.disconnect(bound), EndpointError, "it is not connected");
  const next = one.connectPeer(bound);
  assert(String(next) !== String(id));
  await one.send([next, "again"]);
  assertEquals(text((await other.receive())[1]), "again");
});

test("connectPeer refuses an immediate socket, a malformed endpoint, and an inproc name of another type", async () => {
  await using peer = new Peer({ immediate: true });
  assertThrows(() => peer.connectPeer("inproc://peer"), StateError, "the socket is immediate");
  peer.immediate = false;
  assertThrows(() => peer.connectPeer("tcp://nowhere"), EndpointError, "Cannot connect to");
  await using pair = new Channel();
  await pair.bind("inproc://peer");
  assertThrows(() => peer.connectPeer("inproc://peer"), EndpointError, "the socket there is no PEER, wanted one");
  assertEquals([peer.stats().peers, pair.stats().peers], [[], []]);
});

test("a peer keeps its id while it is dialled again, and what is sent meanwhile waits", async () => {
  await using peer = new Peer({ reconnectInterval: 1 });
  const first = new Peer();
  const endpoint = await first.bind("tcp://127.0.0.1:*");
  const id = peer.connectPeer(endpoint);
  await peer.send([id, "1"]);
  assertEquals(text((await first.receive())[1]), "1");
  await first.close();
  await until(() => peer.peers.length === 0);
  await peer.send([id, "2"]);
  await using second = new Peer();
  await second.bind(endpoint);
  const [from, body] = await second.receive();
  await second.send([from!, "3"]);
  assertEquals([text(body), (await peer.receive())[0]], ["2", id]);
});

test("DISH joins again after a reconnection, and what it has left meanwhile stays so", async () => {
  await using dish = new Dish({ reconnectInterval: 1 });
  dish.join("a", "b");
  const first = new Radio();
  const endpoint = await first.bind("tcp://127.0.0.1:*");
  dish.connect(endpoint);
  await until(() => first.groupsCount === 2);
  await first.close();
  await until(() => dish.peers.length === 0);
  dish.leave("a");
  dish.join("c");
  await using second = new Radio();
  await second.bind(endpoint);
  await until(() => second.groupsCount === 2);
  for (const group of ["a", "b", "c"]) await second.send([group, "x"]);
  assertEquals([texts(await dish.receive()), texts(await dish.receive())], [["b", "x"], ["c", "x"]]);
});

test("join and leave take text and octets, and say what is wrong", () => {
  const dish = new Dish();
  dish.join();
  dish.join("a", Uint8Array.of(98));
  assertEquals([dish.groupsCount, dish.linger], [2, 0]);
  assertThrows(() => dish.join(7 as Loose), TypeError, "Cannot join: a group is 7, wanted text or octets");
  assertEquals(codeOf(assertThrows(() => dish.join("b"), Error, 'the group "b" is joined already')), "EINVAL");
  assertEquals(codeOf(assertThrows(() => dish.leave("c"), Error, 'the group "c" is not joined')), "EINVAL");
  dish.leave("b");
  assertEquals(dish.groupsCount, 1);
  void dish.close();
  assertThrows(() => dish.join("d"), ClosedError, "Cannot join: the DISH socket is closed");
  assertThrows(() => dish.leave("a"), ClosedError);
});

test("with noDrop a RADIO waits for its slowest dish", async () => {
  await using radio = new Radio({ noDrop: true, sendHighWaterMark: 1 });
  await using dish = new Dish({ receiveHighWaterMark: 1 });
  dish.join("g");
  await meet(radio, dish, "inproc://slow dish");
  const sent = ["1", "2"].map((body) => radio.trySend(["g", body]));
  assertEquals([...sent, radio.trySend(["g", "3"])], [true, true, false]);
  const waiting = radio.send(["g", "3"]);
  assertEquals(await isPending(waiting), true);
  for (const word of ["1", "2", "3"]) assertEquals(texts(await dish.receive()), ["g", word]);
  await waiting;
  assertEquals(radio.stats().dropped, 0);
});

test("types that only send cannot receive, and the other way round; none is shared by threads", async () => {
  for (const Type of [Radio, Scatter, Dish, Gather, Client, Server, Peer, Channel]) {
    await using socket = new Type() as Loose;
    const sends = Type !== Dish && Type !== Gather;
    const receives = Type !== Radio && Type !== Scatter;
    if (!sends) assertThrows(() => socket.send(["a", "b"]), NotSupportedError);
    if (!receives) assertThrows(() => socket.receive(), NotSupportedError);
    assertEquals(socket.threadSafe, false);
  }
});

test("messages pass through streams, iterations and a proxy unchanged", async () => {
  const context = new Context();
  await using radio = new Radio({ context });
  await using dish = new Dish({ context });
  await using further = new Radio({ context });
  await using last = new Dish({ context });
  for (const one of [dish, last]) one.join("g");
  await meet(radio, dish, "inproc://first");
  await meet(further, last, "inproc://second");
  const signal = new AbortController();
  const running = proxy(dish, further, { signal: signal.signal }).catch(() => {});
  const writer = radio.writable.getWriter();
  await writer.write(["g", "1"]);
  for await (const message of last) {
    assertEquals(texts(message), ["g", "1"]);
    break;
  }
  signal.abort();
  await running;
});

test("a proxy drops what its other side cannot send, and goes on", async () => {
  await using push = new Push();
  await using pull = new Pull();
  await using scatter = new Scatter();
  await using gather = new Gather();
  await meet(pull, push, "inproc://in");
  await meet(gather, scatter, "inproc://out");
  const running = proxy(pull, scatter);
  await push.send(["two", "parts"]);
  await push.send("one");
  assertEquals(texts(await gather.receive()), ["one"]);
  assertEquals(scatter.stats().dropped, 1);
  await pull.close();
  await running;
});

test("types that do not fit part at once", async () => {
  const sockets: [Socket, Socket][] = [[new Server(), new Dealer()], [new Peer(), new Server()], [
    new Radio(),
    new Pull(),
  ]];
  for (const [binder, connecter] of sockets) {
    const failed = binder.events.once("handshake:error:protocol");
    connecter.connect(await binder.bind("tcp://127.0.0.1:*"));
    await failed;
    await Promise.all([binder.close({ linger: 0 }), connecter.close({ linger: 0 })]);
  }
});
