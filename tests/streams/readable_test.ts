/** A socket as a readable stream: what the Streams standard says of one, and that no message is lost with it. */
import { assertEquals, assertNotStrictEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { toText } from "@std/streams";
import { type Frames, frames, Pull, Push, Reply, Request, Router, text } from "../../mod.ts";
import { test } from "../harness.ts";
import { isPending, type Loose, meet, texts, turn, until } from "../socket_fixture.ts";

/** A PUSH and a PULL that have met, for as long as `body` takes. */
async function piped(body: (push: Push, pull: Pull) => Promise<void>, endpoint?: string): Promise<void> {
  await using push = new Push();
  await using pull = new Pull();
  await meet(pull, push, endpoint);
  await body(push, pull);
}

test("a read takes a message, and ends when the socket is closed", () =>
  piped(async (push, pull) => {
    const reader = pull.readable.getReader();
    const waiting = [reader.read(), reader.read()];
    await push.send(["a", "b"]);
    await push.send("c");
    const [first, second] = await Promise.all(waiting);
    assertEquals([texts(first!.value), texts(second!.value)], [["a", "b"], ["c"]]);
    const last = reader.read();
    await pull.close();
    assertEquals((await last).done, true);
    await reader.closed;
    assertStrictEquals(pull.readable, pull.readable);
  }));

test("nothing is taken before someone reads, and no more than is read", () =>
  piped(async (push, pull) => {
    const { readable } = pull;
    for (const word of ["a", "b", "c"]) await push.send(word);
    await until(() => pull.stats().queuedIn === 3);
    await turn();
    assertEquals(pull.stats().queuedIn, 3);
    const reader = readable.getReader();
    await reader.read();
    assertEquals(pull.stats().queuedIn, 2);
    reader.releaseLock();
    assertEquals(texts(await pull.receive()), ["b"]);
    assertEquals(texts((await readable.getReader().read()).value), ["c"]);
  }));

test("cancelling loses nothing and leaves the socket open, and the next look finds a new stream", () =>
  piped(async (push, pull) => {
    const first = pull.readable;
    const reader = first.getReader();
    const waiting = reader.read();
    await turn();
    assertEquals(pull.stats().pendingReceives, 1);
    await reader.cancel("enough");
    assertEquals(pull.stats().pendingReceives, 0);
    assertEquals((await waiting).done, true);
    await push.send("kept");
    const second = pull.readable;
    assertNotStrictEquals(second, first);
    assertEquals(texts((await second.getReader().read()).value), ["kept"]);
    assertEquals(pull.closed, false);
  }));

test("a reader that lets go while it waits loses nothing: the message is the next one's to receive", () =>
  piped(async (push, pull) => {
    const reader = pull.readable.getReader();
    const waiting = assertRejects(() => reader.read(), TypeError);
    await turn();
    reader.releaseLock();
    await waiting;
    await push.send("a");
    await push.send("b");
    await until(() => pull.stats().messagesIn === 2);
    assertEquals(texts(pull.tryReceive()), ["a"]);
    const received = pull.receive();
    assertEquals(texts(await received), ["b"]);
    const again = pull.readable.getReader();
    await push.send("c");
    assertEquals(texts((await again.read()).value), ["c"]);
  }));

test("a new reader takes over the wait of one that let go", () =>
  piped(async (push, pull) => {
    const { readable } = pull;
    const reader = readable.getReader();
    const gone = assertRejects(() => reader.read(), TypeError);
    reader.releaseLock();
    await gone;
    const read = readable.getReader().read();
    await push.send("a");
    assertEquals(texts((await read).value), ["a"]);
  }));

test("a request that a stream gave back can be received and answered", async () => {
  await using reply = new Reply();
  await using request = new Request();
  await meet(reply, request);
  const reader = reply.readable.getReader();
  const gone = assertRejects(() => reader.read(), TypeError);
  await turn();
  reader.releaseLock();
  await gone;
  const answer = request.request("?");
  await until(() => reply.stats().messagesIn === 1);
  assertEquals(texts(await reply.receive()), ["?"]);
  await reply.send("!");
  assertEquals(texts(await answer), ["!"]);
});

test("for await over the stream cancels it on leaving, unless told not to", () =>
  piped(async (push, pull) => {
    for (const word of ["a", "b", "c"]) await push.send(word);
    const stream = pull.readable;
    const iterate = stream as ReadableStream<Frames> & {
      values(options: { preventCancel: boolean }): AsyncIterable<Frames>;
    };
    for await (const message of iterate.values({ preventCancel: true })) {
      assertEquals(texts(message), ["a"]);
      break;
    }
    assertStrictEquals(pull.readable, stream);
    for await (const message of iterate as unknown as AsyncIterable<Frames>) {
      assertEquals(texts(message), ["b"]);
      break;
    }
    assertNotStrictEquals(pull.readable, stream);
    assertEquals(texts(await pull.receive()), ["c"]);
  }));

test("tee gives both branches every message", () =>
  piped(async (push, pull) => {
    const [one, other] = pull.readable.tee();
    for (const word of ["a", "b"]) await push.send(word);
    for (const branch of [one, other]) {
      const reader = branch.getReader();
      assertEquals(texts((await reader.read()).value), ["a"]);
      assertEquals(texts((await reader.read()).value), ["b"]);
      reader.releaseLock();
    }
    await Promise.all([one.cancel(), other.cancel()]);
    assertEquals(pull.closed, false);
  }));

test("pipeTo goes on until the socket is closed, and stops when its destination fails", () =>
  piped(async (push, pull) => {
    const seen: string[] = [];
    const failing = pull.readable.pipeTo(
      new WritableStream({
        write(message: Frames) {
          if (seen.push(text(message[0])) === 2) throw new Error("full");
        },
      }),
    );
    const failed = assertRejects(() => failing, Error, "full");
    for (const word of ["a", "b"]) await push.send(word);
    await failed;
    await push.send("c");
    const rest = pull.readable.pipeTo(new WritableStream({ write: (message) => void seen.push(text(message[0])) }));
    await until(() => seen.length === 3);
    await pull.close();
    await rest;
    assertEquals(seen, ["a", "b", "c"]);
  }));

test("pipeTo with a signal stops at it, and loses nothing", () =>
  piped(async (push, pull) => {
    const abort = new AbortController();
    const seen: string[] = [];
    const sink = new WritableStream<Frames>({ write: (message) => void seen.push(text(message[0])) });
    const piping = assertRejects(() => pull.readable.pipeTo(sink, { signal: abort.signal }), DOMException);
    await push.send("a");
    await until(() => seen.length === 1);
    abort.abort();
    await piping;
    await push.send("b");
    assertEquals(texts(await pull.receive()), ["b"]);
  }));

test("frames() turns messages into octets for whatever takes them", () =>
  piped(async (push, pull) => {
    const body = toText(
      pull.readable
        .pipeThrough(frames())
        .pipeThrough(new CompressionStream("gzip") as Loose)
        .pipeThrough(new DecompressionStream("gzip") as Loose),
    );
    await push.send(["one ", "two "]);
    await push.send("three");
    await until(() => pull.stats().messagesIn === 2 && pull.stats().queuedIn === 0);
    await turn();
    await pull.close();
    assertEquals(await body, "one two three");
  }));

test("a slow reader holds the sender back: what waits is bounded by the marks of both", async () => {
  await using push = new Push({ sendHighWaterMark: 5 });
  await using pull = new Pull({ receiveHighWaterMark: 5 });
  await meet(pull, push, "inproc://marks");
  const reader = pull.readable.getReader();
  let sent = 0;
  while (push.trySend(`${sent}`)) sent++;
  assertEquals(sent, 10);
  const blocked = push.send("10");
  assertEquals(await isPending(blocked), true);
  for (let i = 0; i <= 10; i++) assertEquals(texts((await reader.read()).value), [`${i}`]);
  await blocked;
});

test("receiveTimeout is for receive: a stream waits as long as it takes", () =>
  piped(async (push, pull) => {
    pull.receiveTimeout = 0;
    const read = pull.readable.getReader().read();
    assertEquals(await isPending(read), true);
    await push.send("at last");
    assertEquals(texts((await read).value), ["at last"]);
  }));

test("a stream that has ended is let go by its socket", async () => {
  await using router = new Router();
  for (let i = 0; i < 1000; i++) await router.readable.cancel();
  const reader = router.readable.getReader();
  await router.close();
  await reader.closed;
});

test("cancelling loses nothing, even what came for a reader who had gone while the next had not read", () =>
  piped(async (push, pull) => {
    const gone = pull.readable.getReader();
    const waiting = assertRejects(() => gone.read(), TypeError);
    await turn();
    gone.releaseLock();
    await waiting;
    const next = pull.readable.getReader();
    await push.send("a");
    await until(() => pull.stats().messagesIn === 1);
    await next.cancel();
    next.releaseLock();
    assertEquals(texts(await pull.receive()), ["a"]);
  }));

test("a stream that is over forbids nothing, though nobody can release its lock any more", () =>
  piped(async (push, pull) => {
    await Promise.all(pull.readable.tee().map((branch) => branch.cancel()));
    await push.send("a");
    assertEquals(texts(await pull.receive()), ["a"]);
    const writer = push.writable.getWriter();
    await writer.close();
    await push.send("b");
    assertEquals(texts(await pull.receive()), ["b"]);
  }));
