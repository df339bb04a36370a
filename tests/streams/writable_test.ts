/** A socket as a writable stream: what the Streams standard says of one, and what becomes of a message that must wait. */
import { assertEquals, assertNotStrictEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ClosedError, type MessageInput, Pair, Publisher, Pull, Push, Request, StateError } from "../../mod.ts";
import { test } from "../harness.ts";
import { isPending, type Loose, meet, texts } from "../socket_fixture.ts";

test("a write is done when its message is queued", async () => {
  await using push = new Push({ sendHighWaterMark: 2 });
  await using pull = new Pull({ receiveHighWaterMark: 2 });
  const writer = push.writable.getWriter();
  await writer.ready;
  const blocked = writer.write("a");
  assertEquals(writer.desiredSize, 0);
  assertEquals(await isPending(blocked), true);
  assertEquals(await isPending(writer.ready), true);
  await meet(pull, push, "inproc://write");
  await blocked;
  await writer.ready;
  assertEquals(writer.desiredSize, 1);
  for (const message of ["b", ["c", "d"], Uint8Array.of(101), null] satisfies MessageInput[]) {
    const written = writer.write(message);
    await pull.receive();
    await written;
  }
  assertEquals(texts(await pull.receive()), [""]);
});

test("closing the stream waits for its writes and leaves the socket open", async () => {
  await using push = new Push();
  const first = push.writable;
  const writer = first.getWriter();
  const written = [writer.write("a"), writer.write("b")];
  const closing = writer.close();
  assertEquals(await isPending(closing), true);
  await using pull = new Pull();
  await meet(pull, push);
  await closing;
  await Promise.all(written);
  assertEquals([texts(await pull.receive()), texts(await pull.receive())], [["a"], ["b"]]);
  assertEquals(push.closed, false);
  const second = push.writable;
  assertNotStrictEquals(second, first);
  await second.getWriter().write("c");
  assertEquals(texts(await pull.receive()), ["c"]);
});

test("aborting the stream gives up the message that waits, and all behind it, and leaves the socket open", async () => {
  await using push = new Push();
  const writer = push.writable.getWriter();
  const written = ["a", "b"].map((word) => assertRejects(() => writer.write(word), Error, "enough"));
  await isPending(writer.ready);
  assertEquals(push.stats().pendingSends, 1);
  const closed = assertRejects(() => writer.closed, Error, "enough");
  await writer.abort(new Error("enough"));
  await Promise.all([...written, closed]);
  assertEquals(push.stats().pendingSends, 0);
  await using pull = new Pull();
  await meet(pull, push);
  await push.writable.getWriter().write("c");
  assertEquals(texts(await pull.receive()), ["c"]);
});

test("a chunk that is no message fails the stream, and the next look finds a new one", async () => {
  await using push = new Push();
  await using pull = new Pull();
  await meet(pull, push);
  const first = push.writable;
  const writer = first.getWriter();
  const failed = assertRejects(() => writer.closed, TypeError, "Cannot send a message: the message is 5");
  await assertRejects(() => writer.write(5 as Loose), TypeError, "Cannot send a message: the message is 5");
  await failed;
  assertNotStrictEquals(push.writable, first);
  await push.send("still open");
  assertEquals(texts(await pull.receive()), ["still open"]);
});

test("what the socket refuses fails the stream with its error", async () => {
  await using request = new Request();
  await using pair = new Pair();
  request.connect("inproc://nobody");
  const writer = request.writable.getWriter();
  await writer.write("?");
  const failed = assertRejects(() => writer.closed, StateError, "wanted receive() first");
  await assertRejects(() => writer.write("?"), StateError, "wanted receive() first");
  await failed;
  assertStrictEquals(pair.writable, pair.writable);
  await request.close({ linger: 0 });
});

test("closing the socket fails the stream, what waits in it, and what is written later, with ETERM", async () => {
  const push = new Push();
  const { writable } = push;
  const writer = writable.getWriter();
  const rejected = [
    assertRejects(() => writer.write("a"), ClosedError, "the PUSH socket is closed"),
    assertRejects(() => writer.write("b"), ClosedError, "Cannot write: the PUSH socket is closed"),
    assertRejects(() => writer.closed, ClosedError, "Cannot write: the PUSH socket is closed"),
  ];
  await push.close();
  await Promise.all(rejected);
  await assertRejects(() => writer.write("c"), ClosedError);
  assertStrictEquals(push.writable, writable);
});

test("pipeTo writes all of a source, and carries its error on", async () => {
  await using push = new Push();
  await using pull = new Pull();
  await meet(pull, push);
  await new Blob(["one two three"]).stream().pipeTo(push.writable);
  assertEquals(texts(await pull.receive()), ["one two three"]);
  const broken = new ReadableStream<MessageInput>({
    start(controller) {
      controller.enqueue("before");
    },
    pull(controller) {
      controller.error(new Error("source broke"));
    },
  }, { highWaterMark: 0 });
  await assertRejects(() => broken.pipeTo(push.writable), Error, "source broke");
  await push.send("still open");
  const rest = [texts(await pull.receive())![0]];
  if (rest[0] === "before") rest.push(texts(await pull.receive())![0]);
  assertEquals(rest.at(-1), "still open");
});

test("a socket can be piped into another, and back-pressure goes all the way through", async () => {
  await using source = new Push({ sendHighWaterMark: 10 });
  await using middle = new Pull({ receiveHighWaterMark: 10 });
  await using out = new Push({ sendHighWaterMark: 10 });
  await using sink = new Pull({ receiveHighWaterMark: 10 });
  await meet(middle, source, "inproc://in");
  await meet(sink, out, "inproc://out");
  const upper = new TransformStream<Uint8Array[], MessageInput>({
    transform: (message, controller) => controller.enqueue([...message, "!"]),
  });
  const piping = middle.readable.pipeThrough(upper).pipeTo(out.writable);
  let sent = 0;
  let quiet = 0;
  while (quiet < 20) {
    if (source.trySend(`${sent}`)) [sent, quiet] = [sent + 1, 0];
    else quiet++;
    await isPending(piping);
  }
  // Two queues of twenty, and what the streams between them hold.
  assertEquals(sent >= 40 && sent < 50, true, `${sent}`);
  for (let i = 0; i < sent; i++) assertEquals(texts(await sink.receive()), [`${i}`, "!"]);
  await middle.close();
  await piping;
  assertEquals(out.closed, false);
});

test("a stream that never blocks leaves timers their turn", async () => {
  await using publisher = new Publisher();
  let rung = false;
  setTimeout(() => rung = true, 5);
  const endless = new ReadableStream<MessageInput>({
    pull(controller) {
      if (rung) controller.close();
      else controller.enqueue("x");
    },
  }, { highWaterMark: 0 });
  await endless.pipeTo(publisher.writable);
});

test("sendTimeout is for send: a stream waits as long as it takes", async () => {
  await using push = new Push({ sendTimeout: 0 });
  const written = push.writable.getWriter().write("patient");
  assertEquals(await isPending(written), true);
  await using pull = new Pull();
  await meet(pull, push);
  await written;
  assertEquals(texts(await pull.receive()), ["patient"]);
});

test("writes and sends that wait go out in the order they were made", async () => {
  await using push = new Push();
  const first = push.send("first");
  const writer = push.writable.getWriter();
  const second = writer.write("second");
  await isPending(second);
  writer.releaseLock();
  const third = push.send("third");
  await using pull = new Pull();
  await meet(pull, push);
  await Promise.all([first, second, third]);
  const received = [];
  for (let i = 0; i < 3; i++) received.push(texts(await pull.receive())![0]);
  assertEquals(received, ["first", "second", "third"]);
});
