/** Sending and receiving: what is taken, in what order, and what is said of what cannot be. */
import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ClosedError,
  Dealer,
  type MessageInput,
  NotSupportedError,
  Pair,
  Publisher,
  Pull,
  Push,
  StateError,
  Subscriber,
  TimeoutError,
} from "../../mod.ts";
import { test } from "../harness.ts";
import { isPending, type Loose, meet, texts, TYPES, until } from "../socket_fixture.ts";

test("a part is text, octets in any shape, or null; a message is a part or several", async () => {
  await using push = new Push();
  await using pull = new Pull();
  await meet(pull, push);
  const octets = Uint8Array.of(1, 2, 3, 4);
  const shared = new Uint8Array(new SharedArrayBuffer(2));
  shared.set([5, 6]);
  const inputs: [MessageInput, number[][]][] = [
    ["hé", [[104, 195, 169]]],
    ["", [[]]],
    [null, [[]]],
    [octets, [[1, 2, 3, 4]]],
    [octets.buffer, [[1, 2, 3, 4]]],
    [new DataView(octets.buffer, 1, 2), [[2, 3]]],
    [new Uint16Array(octets.buffer, 2, 1), [[3, 4]]],
    [shared, [[5, 6]]],
    [shared.buffer, [[5, 6]]],
    [["a", null, octets], [[97], [], [1, 2, 3, 4]]],
    [[""], [[]]],
  ];
  for (const [input, frames] of inputs) {
    await push.send(input);
    const received = await pull.receive();
    assertEquals(received.map((frame) => [...frame]), frames);
    for (const frame of received) assertStrictEquals(Object.getPrototypeOf(frame), Uint8Array.prototype);
  }
});

test("what is no part throws at the call, and names itself", async () => {
  await using push = new Push();
  const wrong = (input: unknown, message: string): void => {
    assertThrows(() => void push.send(input as MessageInput), TypeError, message);
    assertThrows(() => push.trySend(input as MessageInput), TypeError, message);
  };
  wrong(undefined, "Cannot send a message: the message is undefined, wanted text, octets");
  wrong(5, "Cannot send a message: the message is 5, wanted text, octets");
  wrong({}, "Cannot send a message: the message is an object (Object), wanted text, octets");
  wrong([], "Cannot send a message: it has no parts, wanted at least one");
  wrong(["a", 5], "Cannot send a message: part 1 is 5, wanted text, octets");
  wrong([["a"]], "Cannot send a message: part 0 is an array of 1, wanted text, octets");
  assertEquals(push.stats().queuedOut, 0);
});

test("any number of sends may wait, and they go out in order", async () => {
  await using push = new Push();
  const sends = Array.from({ length: 100 }, (_, i) => push.send(`${i}`));
  assertEquals(push.stats().pendingSends, 100);
  await using pull = new Pull();
  await meet(pull, push);
  await Promise.all(sends);
  for (let i = 0; i < 100; i++) assertEquals(texts(await pull.receive()), [`${i}`]);
});

test("any number of receives may wait, and they are served in order", async () => {
  await using push = new Push();
  await using pull = new Pull();
  await meet(pull, push);
  const receives = Array.from({ length: 100 }, () => pull.receive());
  assertEquals(pull.stats().pendingReceives, 100);
  for (let i = 0; i < 100; i++) await push.send(`${i}`);
  assertEquals((await Promise.all(receives)).map((frames) => texts(frames)![0]), receives.map((_, i) => `${i}`));
});

test("trySend and tryReceive never wait, and never go before those who do", async () => {
  await using push = new Push();
  await using pull = new Pull();
  assertEquals(push.trySend("nobody is there"), false);
  const waiting = push.send("first");
  assertEquals(push.trySend("second"), false);
  const received = pull.receive();
  await meet(pull, push);
  await waiting;
  assertEquals(texts(await received), ["first"]);
  assertEquals(pull.tryReceive(), undefined);
  assertEquals(push.trySend("third"), true);
  await until(() => pull.stats().queuedIn > 0);
  assertEquals(texts(pull.tryReceive()), ["third"]);
});

test("a send whose signal is aborted is not sent, and those behind it are", async () => {
  await using push = new Push();
  const abort = new AbortController();
  const first = push.send("first");
  const second = push.send("second", { signal: abort.signal });
  const third = push.send("third");
  const rejected = assertRejects(() => second, Error, "changed my mind");
  abort.abort(new Error("changed my mind"));
  await rejected;
  await using pull = new Pull();
  await meet(pull, push);
  await Promise.all([first, third]);
  assertEquals([texts(await pull.receive()), texts(await pull.receive())], [["first"], ["third"]]);
  await assertRejects(() => push.send("fourth", { signal: abort.signal }), Error, "changed my mind");
  assertEquals(pull.tryReceive(), undefined);
});

test("a receive whose signal is aborted takes no message", async () => {
  await using push = new Push();
  await using pull = new Pull();
  await meet(pull, push);
  const abort = new AbortController();
  const first = pull.receive({ signal: abort.signal });
  const second = pull.receive();
  const rejected = assertRejects(() => first, DOMException);
  abort.abort();
  await rejected;
  await push.send("for the second");
  assertEquals(texts(await second), ["for the second"]);
  await push.send("for the next");
  await until(() => pull.stats().queuedIn > 0);
  await assertRejects(() => pull.receive({ signal: abort.signal }), DOMException);
  assertEquals(texts(await pull.receive()), ["for the next"]);
});

test("sendTimeout and receiveTimeout end a wait with EAGAIN, and 0 forbids it", async () => {
  await using push = new Push({ sendTimeout: 20 });
  const late = await assertRejects(() => push.send("x"), TimeoutError);
  assertEquals([late.code, late.message], [
    "EAGAIN",
    "Cannot send: no peer had room in 20 ms, wanted some within sendTimeout",
  ]);
  push.sendTimeout = 0;
  await assertRejects(() => push.send("x"), TimeoutError, "Cannot send: no peer has room, and sendTimeout is 0");
  await using pull = new Pull({ receiveTimeout: 20 });
  const message = "Cannot receive: no message came in 20 ms, wanted one within receiveTimeout";
  await assertRejects(() => pull.receive(), TimeoutError, message);
  pull.receiveTimeout = 0;
  const none = "Cannot receive: no message is there, and receiveTimeout is 0";
  await assertRejects(() => pull.receive(), TimeoutError, none);
  assertEquals([push.stats().pendingSends, pull.stats().pendingReceives], [0, 0]);
});

test("to send on what receives, and to receive on what sends, throws ENOTSUP at the call", async () => {
  await using push = new Push() as Loose;
  await using pull = new Pull() as Loose;
  await using publisher = new Publisher() as Loose;
  await using subscriber = new Subscriber() as Loose;
  const wrong = (call: () => unknown, message: string): void => {
    assertEquals(assertThrows(call, NotSupportedError, message).code, "ENOTSUP");
  };
  for (const socket of [pull, subscriber]) {
    const message = `Cannot send on a ${socket.type} socket: it only receives`;
    wrong(() => socket.send("x"), message);
    wrong(() => socket.trySend("x"), message);
    wrong(() => socket.writable, message);
  }
  for (const socket of [push, publisher]) {
    const message = `Cannot receive on a ${socket.type} socket: it only sends`;
    wrong(() => socket.receive(), message);
    wrong(() => socket.tryReceive(), message);
    wrong(() => socket.readable, message);
    wrong(() => socket[Symbol.asyncIterator](), message);
  }
});

test("a socket knows its type", () => {
  for (const [name, Type] of Object.entries(TYPES)) {
    const socket = new Type();
    assertEquals(socket.type, name as typeof socket.type);
    assertEquals(socket.closed, false);
    void socket.close();
    assertEquals(socket.closed, true);
  }
});

test("while a stream is locked, calls that would compete with it throw EFSM at the call", async () => {
  await using pair = new Pair();
  const reader = pair.readable.getReader();
  const message = "Cannot receive: the socket's readable stream is locked, wanted its lock released first";
  assertEquals(assertThrows(() => void pair.receive(), StateError, message).code, "EFSM");
  assertThrows(() => pair.tryReceive(), StateError, message);
  await assertRejects(() => pair[Symbol.asyncIterator]().next(), StateError, message);
  reader.releaseLock();
  assertEquals(pair.tryReceive(), undefined);
  const writer = pair.writable.getWriter();
  const other = "Cannot send: the socket's writable stream is locked, wanted its lock released first";
  assertThrows(() => void pair.send("x"), StateError, other);
  assertThrows(() => pair.trySend("x"), StateError, other);
  writer.releaseLock();
  assertEquals(pair.trySend("x"), false);
});

test("a part of less than 16 KiB may be changed once send has resolved", async () => {
  for (const endpoint of ["tcp://127.0.0.1:*", "inproc://copies"]) {
    await using push = new Push();
    await using pull = new Pull();
    await meet(pull, push, endpoint);
    const part = new Uint8Array(16383).fill(1);
    await push.send(part);
    part.fill(2);
    const [frame] = await pull.receive();
    assert(frame!.every((octet) => octet === 1), endpoint);
  }
});

test("a send that need not wait costs no promise of its own", async () => {
  await using push = new Push();
  await using pull = new Pull();
  await meet(pull, push);
  assertStrictEquals(push.send("a"), push.send("b"));
});

test("a loop of sends leaves timers their turn when none of them waits", async () => {
  await using publisher = new Publisher();
  const timer = new Promise((resolve) => setTimeout(resolve, 5));
  let rung = false;
  void timer.then(() => rung = true);
  let sends = 0;
  for (; !rung; sends++) await publisher.send("dropped");
  assertGreater(sends, 4096);
});

test("a loop of sends leaves timers their turn when each of them waits for a loop of receives", async () => {
  await using push = new Push({ sendHighWaterMark: 1 });
  await using pull = new Pull({ receiveHighWaterMark: 1 });
  await meet(pull, push, "inproc://narrow");
  let rung = false;
  setTimeout(() => rung = true, 5);
  let sent = 0;
  const sending = (async () => {
    for (; !rung; sent++) await push.send("x");
    await push.send("the last");
  })();
  let received = 0;
  while (texts(await pull.receive())![0] === "x") received++;
  await sending;
  assertEquals(received, sent);
  assertGreater(sent, 1000);
});

test("a send that waits does not hold its turn: other sockets go on", async () => {
  await using stuck = new Dealer();
  await using push = new Push();
  await using pull = new Pull();
  const waiting = stuck.send("nobody is there");
  await meet(pull, push);
  await push.send("through");
  assertEquals(texts(await pull.receive()), ["through"]);
  assertEquals(await isPending(waiting), true);
  const rejected = assertRejects(() => waiting, ClosedError, "Cannot send: the DEALER socket is closed");
  await stuck.close();
  assertInstanceOf(await rejected, ClosedError);
});
