/** Closing sockets and contexts: who is told, how long it takes, and what is left. */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  ClosedError,
  Context,
  Dealer,
  Pair,
  Publisher,
  Pull,
  Push,
  Request,
  Router,
  Subscriber,
  ZmqError,
} from "../../mod.ts";
import { test } from "../harness.ts";
import { isPending, type Loose, texts, TYPES } from "../socket_fixture.ts";

test("close rejects every call that waits with ETERM, and ends every iteration", async () => {
  const pair = new Pair();
  const calls: [Promise<unknown>, string][] = [
    [pair.send("a"), "Cannot send: the PAIR socket is closed"],
    [pair.send("b"), "Cannot send: the PAIR socket is closed"],
    [pair.receive(), "Cannot receive: the PAIR socket is closed"],
    [pair.receive(), "Cannot receive: the PAIR socket is closed"],
  ];
  const rejections = calls.map(async ([call, message]) => {
    assertEquals((await assertRejects(() => call, ClosedError, message)).code, "ETERM");
  });
  const iterator = pair[Symbol.asyncIterator]();
  const next = iterator.next();
  assertEquals(await pair.close(), { unsent: 0 });
  await Promise.all(rejections);
  assertEquals(await next, { done: true, value: undefined });
  assertEquals(await iterator.next(), { done: true, value: undefined });
  const request = new Request();
  const asked = assertRejects(() => request.request("?"), ClosedError, "Cannot complete request: the REQ socket is");
  await request.close();
  await asked;
});

test("whatever is called on a closed socket throws ETERM at the call, and looking at it does not", async () => {
  for (const [type, Type] of Object.entries(TYPES)) {
    const socket = new Type() as Loose;
    await socket.close();
    const calls: Record<string, () => unknown> = {
      send: () => socket.send("x"),
      trySend: () => socket.trySend("x"),
      receive: () => socket.receive(),
      tryReceive: () => socket.tryReceive(),
      readable: () => socket.readable,
      writable: () => socket.writable,
      ...(socket.request && { request: () => socket.request("x") }),
      ...(socket.subscribe && { subscribe: () => socket.subscribe("x"), unsubscribe: () => socket.unsubscribe("x") }),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = assertThrows(call, ClosedError, `the ${type} socket is closed`) as ZmqError;
      assertEquals(error.code, "ETERM", `${type} ${name}`);
    }
    assertEquals([socket.closed, socket.peers, socket.stats().peers, socket.lastEndpoint], [true, [], [], undefined]);
    assertEquals(await socket[Symbol.asyncIterator]().next(), { done: true, value: undefined });
    const seen: unknown[] = [];
    for await (const event of socket.events) seen.push(event);
    assertEquals(seen, [{ type: "end" }]);
    assertEquals(await socket.events.once("end"), { type: "end" });
  }
});

test("to close twice, or at the same time, is to close once", async () => {
  const push = new Push();
  const first = push.close();
  assertStrictEquals(push.close(), first);
  assertStrictEquals(push.close({ linger: 0 }), first);
  await first;
  await push[Symbol.asyncDispose]();
  assertStrictEquals(push.close(), first);
});

test("what a close is given is checked, and -1 is for ever", async () => {
  const push = new Push();
  const wrong = (options: unknown, Kind: typeof TypeError | typeof RangeError, message: string): void => {
    assertThrows(() => void push.close(options as Loose), Kind, message);
    assertThrows(() => void new Context().close(options as Loose), Kind, message);
  };
  wrong(5, TypeError, "Cannot close: options are 5, wanted an object such as { linger: 0 }");
  wrong(null, TypeError, "Cannot close: options are null, wanted an object");
  wrong({ linger: "1" }, TypeError, 'Cannot close: linger is "1", wanted milliseconds, 0 or more, or Infinity');
  wrong({ linger: -2 }, RangeError, "Cannot close: linger is -2, wanted milliseconds");
  wrong({ linger: NaN }, RangeError, "Cannot close: linger is NaN, wanted milliseconds");
  assertEquals(push.closed, false);
  assertEquals(await push.close({ linger: -1 }), { unsent: 0 });
});

test("with linger 0 what has not gone out is dropped and counted, and with more it has that time", async () => {
  for (const [options, close] of [[{}, { linger: 0 }], [{ linger: 0 }, {}], [{ linger: 30 }, {}]] as const) {
    const push = new Push(options);
    push.connect("tcp://127.0.0.1:1");
    push.connect("inproc://nobody");
    for (let i = 0; i < 4; i++) await push.send("x");
    assertEquals(push.stats().queuedOut, 4);
    assertEquals(await push.close(close), { unsent: 4 });
    assertEquals(push.stats().dropped, 4);
  }
});

test("what waits in a linger goes out when a peer comes for it", async () => {
  for (const endpoint of ["inproc://late", undefined]) {
    const push = new Push({ linger: Infinity, reconnectInterval: 5 });
    const pull = new Pull();
    const bound = endpoint ?? await reserve();
    push.connect(bound);
    await push.send("x");
    const closing = push.close();
    assertEquals(await isPending(closing), true);
    await pull.bind(bound);
    assertEquals(await closing, { unsent: 0 });
    assertEquals(texts(await pull.receive()), ["x"]);
    await pull.close();
  }
});

test("all that was sent arrives though the sender closes at once", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  const push = new Push();
  push.connect(endpoint);
  for (let i = 0; i < 1000; i++) await push.send(`${i}`);
  const closing = push.close();
  for (let i = 0; i < 1000; i++) assertEquals(texts(await pull.receive()), [`${i}`]);
  assertEquals(await closing, { unsent: 0 });
});

test("a disconnect that still lingers ends with its socket's close", async () => {
  const push = new Push({ linger: Infinity });
  push.connect("inproc://nobody");
  push.connect("tcp://127.0.0.1:1");
  await push.send("a");
  await push.send("b");
  push.disconnect("inproc://nobody");
  push.disconnect("tcp://127.0.0.1:1");
  assertEquals(await push.close({ linger: 0 }), { unsent: 2 });
});

test("await using closes, and the process of closing frees what was bound", async () => {
  const endpoint = await reserve();
  {
    await using pull = new Pull();
    await pull.bind(endpoint);
    await pull.bind("inproc://scope");
  }
  await using again = new Pull();
  await again.bind(endpoint);
  await again.bind("inproc://scope");
});

test("a context closes its sockets, each with its own linger or one for all", async () => {
  for (const [close, unsent] of [[{ linger: 0 }, 2], [undefined, 2]] as const) {
    const context = new Context({ linger: close === undefined ? 0 : Infinity });
    const sockets = [new Push({ context }), new Dealer({ context }), new Pull({ context })];
    for (const socket of sockets.slice(0, 2) as Push[]) {
      socket.connect("tcp://127.0.0.1:1");
      await socket.send("x");
    }
    const waiting = assertRejects(() => (sockets[2] as Pull).receive(), ClosedError);
    assertEquals(await context.close(close), { unsent });
    await waiting;
    assert(sockets.every((socket) => socket.closed && socket.context === context));
    assertEquals(context.closed, true);
    const error = assertThrows(() => new Pull({ context }), ClosedError, "Cannot make socket: its context is closed");
    assertEquals(error.code, "ETERM");
    assertEquals(await context.close(), { unsent: 0 });
  }
});

test("a context that closes waits for no inproc name that nobody can bind any more", async () => {
  const context = new Context({ linger: Infinity });
  const push = new Push({ context });
  push.connect("inproc://nobody");
  await push.send("x");
  assertEquals(await context.close(), { unsent: 1 });
});

test("a context holds no more sockets than maxSockets, and forgets those that are closed", async () => {
  await using context = new Context({ maxSockets: 2 });
  const first = new Push({ context });
  const second = new Pull({ context });
  const error = assertThrows(() => new Router({ context }), ZmqError);
  assertEquals([error.code, error.message], [
    "EMFILE",
    "Cannot make socket: its context has 2 open, maxSockets is 2",
  ]);
  await first.close();
  await new Router({ context }).close();
  await second.close();
});

test("inproc names are a context's own, and sockets without one share one", async () => {
  await using context = new Context();
  await using here = new Pull({ context });
  await using there = new Pull();
  await here.bind("inproc://name");
  await there.bind("inproc://name");
  await using push = new Push({ context });
  push.connect("inproc://name");
  await push.send("here");
  assertEquals(texts(await here.receive()), ["here"]);
  assertEquals(there.tryReceive(), undefined);
  assertStrictEquals(there.context, new Publisher().context);
  assertStrictEquals(here.context, context);
});

test("when the shared context is closed, the next socket begins another", async () => {
  const before = new Subscriber();
  await before.context.close();
  assertEquals(before.closed, true);
  await using after = new Subscriber();
  assertEquals(after.closed, false);
  assert(after.context !== before.context);
});

/** An endpoint that was free a moment ago. */
async function reserve(): Promise<string> {
  await using pull = new Pull();
  return await pull.bind("tcp://127.0.0.1:*");
}
