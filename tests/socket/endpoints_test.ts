/** Binding and connecting, and giving both up. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ClosedError,
  Context,
  Dealer,
  EndpointError,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
  Subscriber,
  type Transport,
  UnreachableError,
} from "../../mod.ts";
import { test } from "../harness.ts";
import { type Loose, meet, texts, turn, until } from "../socket_fixture.ts";

test("what is wrong with an endpoint's spelling throws at the call, in the words of the call", async () => {
  await using socket = new Pair() as Loose;
  const wrong = (endpoint: unknown, code: string, found: string): void => {
    for (const [call, tried] of [[socket.bind, "bind"], [socket.connect, "connect"]] as const) {
      const error = assertThrows(() => call.call(socket, endpoint), Error) as Error & { code: string };
      assertEquals(error.code, code);
      assert(error.message.startsWith(`Cannot ${tried}`), error.message);
      assertStringIncludes(error.message, found);
    }
  };
  wrong(5, "EINVAL", 'endpoint is 5, wanted text such as "tcp://127.0.0.1:5555"');
  wrong(undefined, "EINVAL", "endpoint is undefined, wanted text");
  wrong("127.0.0.1:5555", "EINVAL", 'no "://" found, wanted transport://address');
  wrong("tcp://", "EINVAL", 'nothing behind "://"');
  wrong("tcp://127.0.0.1", "EINVAL", "no port found, wanted host:port");
  wrong("tcp://127.0.0.1:70000", "EINVAL", 'port is "70000", wanted 0 to 65535');
  wrong("TCP://127.0.0.1:5555", "EPROTONOSUPPORT", 'transport is "TCP", wanted tcp, ipc, tls, ws, wss, inproc');
  wrong("udp://127.0.0.1:5555", "EPROTONOSUPPORT", 'transport is "udp", wanted tcp, ipc, tls, ws, wss, inproc');
  wrong(`inproc://${"n".repeat(257)}`, "ENAMETOOLONG", "name is 257 characters, limit is 256");
  assertEquals(socket.lastEndpoint, undefined);
});

test("bind resolves with the endpoint as bound, which lastEndpoint is too", async () => {
  await using pull = new Pull();
  const first = await pull.bind("tcp://127.0.0.1:*");
  assertMatch(first, /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/);
  assertEquals(pull.lastEndpoint, first);
  const second = await pull.bind("tcp://127.0.0.1:0");
  assert(second !== first);
  assertEquals(pull.lastEndpoint, second);
  pull.connect("inproc://somewhere");
  assertEquals(pull.lastEndpoint, "inproc://somewhere");
});

test("what cannot be bound rejects, and the socket goes on", async () => {
  await using one = new Pull();
  await using other = new Pull();
  const failures: string[] = [];
  other.events.on("bind:error", ({ endpoint, error }) => failures.push(`${endpoint} ${(error as Loose).code}`));
  for (const endpoint of [await one.bind("tcp://127.0.0.1:*"), await one.bind("inproc://taken")]) {
    const error = await assertRejects(() => other.bind(endpoint), EndpointError);
    assertEquals([error.code, error.endpoint], ["EADDRINUSE", endpoint]);
    assertEquals(failures.pop(), `${endpoint} EADDRINUSE`);
  }
  assertEquals(await other.bind("inproc://free"), "inproc://free");
});

test("an endpoint can be bound again once unbind has resolved, given either way", async () => {
  await using pull = new Pull();
  const bound = await pull.bind("tcp://127.0.0.1:*");
  await pull.unbind("tcp://127.0.0.1:*");
  assertEquals(await pull.bind(bound), bound);
  await pull.unbind(bound);
  await pull.bind("inproc://again");
  await pull.unbind("inproc://again");
  await pull.bind("inproc://again");
});

test("unbind ends the connections accepted through that endpoint, and no others", async () => {
  await using pull = new Pull();
  await using one = new Push({ reconnectInterval: 0 });
  await using other = new Push();
  const first = await meet(pull, one);
  other.connect(await pull.bind("tcp://127.0.0.1:*"));
  await until(() => pull.peers.length === 2);
  await pull.unbind(first);
  await until(() => one.stats().peers.length === 0);
  assertEquals(pull.peers.length, 1);
  await other.send("still here");
  assertEquals(texts(await pull.receive()), ["still here"]);
});

test("unbinding an inproc name frees it, and leaves its connections", async () => {
  await using pull = new Pull();
  await using push = new Push();
  await meet(pull, push, "inproc://kept");
  await pull.unbind("inproc://kept");
  await push.send("still here");
  assertEquals(texts(await pull.receive()), ["still here"]);
});

test("what is not bound cannot be unbound: ENOENT, rejected; what is not connected: ENOENT, thrown", async () => {
  await using pull = new Pull();
  const bound = await pull.bind("tcp://127.0.0.1:*");
  const error = await assertRejects(() => pull.unbind("tcp://127.0.0.1:1"), EndpointError);
  assertEquals([error.code, error.endpoint], ["ENOENT", "tcp://127.0.0.1:1"]);
  assertEquals(error.message, `Cannot unbind "tcp://127.0.0.1:1": it is not bound, wanted one that is: ${bound}`);
  await pull.unbind(bound);
  await assertRejects(() => pull.unbind(bound), EndpointError, "it is not bound, wanted one that is: none");
  pull.connect("inproc://one");
  pull.disconnect("inproc://one");
  const missing = assertThrows(() => pull.disconnect("inproc://one"), EndpointError);
  assertEquals([missing.code, missing.endpoint], ["ENOENT", "inproc://one"]);
  assertEquals(missing.message, 'Cannot disconnect "inproc://one": it is not connected, wanted one that is: none');
  for (const call of [() => pull.unbind(5 as Loose), () => pull.disconnect(5 as Loose)]) {
    assertThrows(call, TypeError, "endpoint is 5, wanted text");
  }
});

test("disconnect sends what is queued, and the endpoint can be connected again at once", async () => {
  await using pull = new Pull();
  await using push = new Push();
  const endpoint = await meet(pull, push);
  await push.send("before");
  push.disconnect(endpoint);
  push.connect(endpoint);
  await push.send("after");
  const received = [texts(await pull.receive())![0], texts(await pull.receive())![0]];
  assertEquals(received.sort(), ["after", "before"]);
});

test("to connect twice makes two connections, but for DEALER, SUB, PUB and REQ", async () => {
  const cases: [Socket, Socket, number][] = [
    [new Pull(), new Push(), 2],
    [new Router(), new Router(), 2],
    [new Reply(), new Dealer(), 1],
    [new Reply(), new Request(), 1],
    [new Publisher(), new Subscriber(), 1],
    [new Subscriber(), new Publisher(), 1],
  ];
  for (const [binder, connecter, connections] of cases) {
    const endpoint = await binder.bind("tcp://127.0.0.1:*");
    connecter.connect(endpoint);
    connecter.connect(endpoint);
    assertEquals(connecter.stats().peers.length, connections, connecter.type);
    connecter.disconnect(endpoint);
    connecter.connect(endpoint);
    await until(() => connecter.peers.length === 1);
    await Promise.all([binder.close(), connecter.close()]);
  }
});

test("bind and connect mix on one socket", async () => {
  await using one = new Dealer();
  await using two = new Dealer();
  await using three = new Dealer();
  await meet(one, two);
  await meet(three, one, "inproc://three");
  assertEquals(one.peers.length, 2);
});

test("a Router can be told what a peer is to be called, and can send to it at once", async () => {
  await using router = new Router({ mandatory: true });
  await using dealer = new Dealer();
  const endpoint = await dealer.bind("tcp://127.0.0.1:*");
  router.connect(endpoint, { routingId: "worker" });
  await router.send(["worker", "hello"]);
  assertEquals(texts(await dealer.receive()), ["hello"]);
  const taken = assertThrows(() => router.connect(endpoint, { routingId: "worker" }), EndpointError);
  assertEquals(taken.code, "EADDRINUSE");
  assertStringIncludes(taken.message, "a peer has the routing id given, wanted one that is free");
  assertThrows(() => router.connect("nonsense", { routingId: "worker" }), EndpointError, 'no "://" found');
  assertThrows(() => router.connect(endpoint, { routingId: 5 as Loose }), TypeError, '"routingId": value is 5');
  assertThrows(() => router.connect(endpoint, { routingId: "" }), RangeError, "value is 0 octets, wanted text");
  const lost = await assertRejects(() => router.send(["nobody", "hello"]), UnreachableError);
  assertEquals(lost.code, "EHOSTUNREACH");
  assertThrows(() => router.trySend(["nobody", "hello"]), UnreachableError, "Cannot send");
});

test("a closed socket binds, connects, unbinds and disconnects nothing, and says so at the call", async () => {
  const socket = new Router();
  await socket.bind("inproc://closing");
  await socket.close();
  for (const what of ["bind", "unbind", "connect", "disconnect"] as const) {
    const error = assertThrows(() => void socket[what]("inproc://closing"), ClosedError);
    assertEquals([error.code, error.message], ["ETERM", `Cannot ${what}: the ROUTER socket is closed`]);
  }
});

test("a bind whose signal is aborted rejects once what came of it is free again", async () => {
  const slow = new SlowTransport();
  await using pull = new Pull({ context: new Context({ transports: [slow] }) });
  await assertRejects(() => pull.bind("slow://here", { signal: AbortSignal.abort() }), DOMException);
  assertEquals(slow.listening.length, 0);
  const abort = new AbortController();
  const rejected = assertRejects(() => pull.bind("slow://here", { signal: abort.signal }), Error, "enough");
  abort.abort(new Error("enough"));
  slow.listening.pop()!();
  await rejected;
  assertEquals([slow.listening.length, slow.closed], [0, 1]);
  assertThrows(() => void pull.bind("slow://here", { signal: 5 as Loose }), TypeError, "Cannot bind: signal is 5");
  assertEquals(pull.lastEndpoint, undefined);
});

test("a bind that its socket's close overtakes rejects with ETERM, and close waits until it is undone", async () => {
  const slow = new SlowTransport();
  const pull = new Pull({ context: new Context({ transports: [slow] }) });
  const binding = assertRejects(() => pull.bind("slow://here"), ClosedError, "Cannot bind: the PULL socket is closed");
  let closed = false;
  const closing = pull.close().then(() => closed = true);
  await turn();
  assertEquals(closed, false);
  slow.listening.pop()!();
  assertInstanceOf(await binding, ClosedError);
  await closing;
  assertEquals(slow.closed, 1);
});

test("through a SOCKS proxy a username needs a password", async () => {
  await using push = new Push({ socksProxy: "127.0.0.1:1", socksUsername: "me" });
  const message = "socksProxy has a username or a password alone, wanted both or neither";
  assertThrows(() => push.connect("tcp://127.0.0.1:2"), TypeError, message);
  push.socksPassword = "hunter2";
  push.linger = 0;
  push.connect("tcp://127.0.0.1:2");
});

/** A transport whose every `listen` waits until it is let go. */
class SlowTransport implements Transport {
  readonly scheme = "slow";
  readonly capabilities = {} as Transport["capabilities"];
  readonly listening: (() => void)[] = [];
  closed = 0;

  check(): void {}

  connect(): Promise<never> {
    return Promise.reject(new Error("Nobody dials here"));
  }

  listen(endpoint: string): ReturnType<Transport["listen"]> {
    const close = (): Promise<void> => {
      this.closed++;
      return Promise.resolve();
    };
    return new Promise((resolve) => this.listening.push(() => resolve({ endpoint, close })));
  }
}
