/** The proxy: what passes, in what order, what holds it up, and what steers it. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ClosedError,
  Context,
  Dealer,
  NotSupportedError,
  Pair,
  proxy,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
  Subscriber,
  text,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { test } from "../harness.ts";
import { isPending, type Loose, meet, texts, turn, until } from "../socket_fixture.ts";

/** PUSH → PULL, proxy, PUSH → PULL, all over inproc with marks of one to each side unless said otherwise. */
async function pipeline(mark = 1): Promise<Pipeline> {
  const context = new Context({ sendHighWaterMark: mark, receiveHighWaterMark: mark, linger: 0 });
  const source = new Push({ context });
  const front = new Pull({ context });
  const back = new Push({ context });
  const sink = new Pull({ context });
  await meet(front, source, "inproc://front");
  await meet(sink, back, "inproc://back");
  return { context, source, front, back, sink, [Symbol.asyncDispose]: async () => void await context.close() };
}

interface Pipeline extends AsyncDisposable {
  readonly context: Context;
  readonly source: Push;
  readonly front: Pull;
  readonly back: Push;
  readonly sink: Pull;
}

/** Sends as many messages as are taken, until none has been for a while. */
async function fill(source: Push, from = 0): Promise<number> {
  let sent = from;
  for (let quiet = 0; quiet < 10; quiet++) {
    while (source.trySend(`${sent}`)) [sent, quiet] = [sent + 1, 0];
    await turn();
  }
  return sent;
}

test("requests and replies pass between many clients and many workers", async () => {
  const front = new Router();
  const back = new Dealer();
  const frontEnd = await front.bind("tcp://127.0.0.1:*");
  const backEnd = await back.bind("tcp://127.0.0.1:*");
  const running = proxy(front, back);
  const workers = [new Reply(), new Reply()];
  const working = workers.map(async (worker) => {
    worker.connect(backEnd);
    for await (const [question] of worker) await worker.send(`${text(question)}!`);
  });
  const clients = [new Request(), new Request(), new Request()];
  await Promise.all(clients.map(async (client, i) => {
    client.connect(frontEnd);
    const answers = Array.from({ length: 20 }, (_, j) => client.request(`${i}.${j}`));
    assertEquals((await Promise.all(answers)).map((frames) => text(frames[0])), answers.map((_, j) => `${i}.${j}!`));
  }));
  await back.close();
  await running;
  assertEquals(front.closed, false);
  await Promise.all([front, ...clients, ...workers].map((socket: Socket) => socket.close()));
  await Promise.all(working);
});

test("subscriptions pass up and news pass down between XPUB and XSUB", async () => {
  await using front = new XSubscriber();
  await using back = new XPublisher();
  await using publisher = new Publisher();
  await using subscriber = new Subscriber();
  await meet(publisher, front);
  await meet(back, subscriber);
  const abort = new AbortController();
  const running = assertRejects(() => proxy(front, back, { signal: abort.signal }), Error, "enough");
  subscriber.subscribe("A");
  await until(() => publisher.topicsCount === 1);
  await publisher.send(["B", "no"]);
  await publisher.send(["A", "yes"]);
  assertEquals(texts(await subscriber.receive()), ["A", "yes"]);
  subscriber.unsubscribe("A");
  await until(() => publisher.topicsCount === 0);
  abort.abort(new Error("enough"));
  await running;
});

test("a side that is full holds the other back, and nothing is lost or passed twice when it is stopped", async () => {
  await using line = await pipeline(5);
  const { source, front, back, sink } = line;
  for (let round = 0, next = 0, expected = 0; round < 5; round++) {
    const abort = new AbortController();
    const running = assertRejects(() => proxy(front, back, { signal: abort.signal }), DOMException);
    next = await fill(source, next);
    // Two queues of ten, and the one that the proxy has in hand.
    assertEquals(next - expected, 21);
    abort.abort();
    await running;
    assertEquals([front.stats().pendingReceives, back.stats().pendingSends], [0, 0]);
    // What it had in hand is the next to be received; then it goes on.
    for (let i = 0; i < 10; i++) assertEquals(texts(await sink.receive()), [`${expected++}`]);
    if (round % 2 === 0) assertEquals(texts(await front.receive()), [`${expected++}`]);
    const again = new AbortController();
    const draining = assertRejects(() => proxy(front, back, { signal: again.signal }), DOMException);
    while (expected < next) assertEquals(texts(await sink.receive()), [`${expected++}`]);
    again.abort();
    await draining;
  }
});

test("capture gets a copy of every message of both directions, and holds the proxy back while it is full", async () => {
  await using context = new Context({ linger: 0 });
  const front = new Pair({ context });
  const back = new Pair({ context });
  const client = new Pair({ context });
  const server = new Pair({ context });
  const capture = new Push({ context, sendHighWaterMark: 1 });
  const tap = new Pull({ context, receiveHighWaterMark: 1 });
  await meet(front, client, "inproc://1");
  await meet(back, server, "inproc://2");
  await meet(tap, capture, "inproc://3");
  const running = proxy(front, back, { capture });
  await client.send(["ask", "a"]);
  assertEquals(texts(await server.receive()), ["ask", "a"]);
  await server.send("answer");
  assertEquals(texts(await client.receive()), ["answer"]);
  assertEquals([texts(await tap.receive()), texts(await tap.receive())], [["ask", "a"], ["answer"]]);
  for (let i = 0; i < 10; i++) await client.send(`${i}`);
  await until(() => server.stats().queuedIn === 3);
  assertEquals(await isPending(running), true);
  assertEquals(server.stats().queuedIn, 3);
  for (let i = 0; i < 10; i++) {
    assertEquals(texts(await tap.receive()), [`${i}`]);
    assertEquals(texts(await server.receive()), [`${i}`]);
  }
  await front.close();
  await running;
});

test("a capture that is stopped while it waits has cost nobody a second copy", async () => {
  await using line = await pipeline(100);
  const { source, front, back, sink, context } = line;
  const capture = new Push({ context });
  const abort = new AbortController();
  const running = assertRejects(() => proxy(front, back, { capture, signal: abort.signal }), DOMException);
  await source.send("once");
  assertEquals(texts(await sink.receive()), ["once"]);
  await until(() => capture.stats().pendingSends === 1);
  abort.abort();
  await running;
  await turn();
  assertEquals([front.tryReceive(), sink.tryReceive()], [undefined, undefined]);
});

for (const [name, Steer, Controlled] of [["PAIR", Pair, Pair], ["REP", Request, Reply]] as const) {
  test(`a ${name} can pause, resume and end it, and ask what has passed`, async () => {
    await using line = await pipeline(10);
    const { context, source, front, back, sink } = line;
    const control = new Controlled({ context });
    const steer = new Steer({ context });
    await meet(control, steer, "inproc://control");
    const running = proxy(front, back, { control });
    const command = async (word: string): Promise<bigint[]> => {
      await steer.send(word);
      if (name === "PAIR" && word !== "STATISTICS") return [];
      return (await steer.receive()).map((frame) =>
        frame.length === 0 ? -1n : new DataView(frame.buffer, frame.byteOffset).getBigUint64(0, true)
      );
    };
    await source.send(["ab", "c"]);
    assertEquals(texts(await sink.receive()), ["ab", "c"]);
    assertEquals(await command("STATISTICS"), [2n, 3n, 0n, 0n, 0n, 0n, 2n, 3n]);
    const answer = name === "REP" ? [-1n] : [];
    assertEquals(await command("PAUSE"), answer);
    await until(() => control.stats().queuedIn === 0);
    await source.send("held");
    const received = sink.receive();
    assertEquals(await isPending(received), true);
    assertEquals((await command("STATISTICS"))[6], 2n);
    assertEquals(await command("nonsense"), answer);
    assertEquals(await command("RESUME"), answer);
    assertEquals(texts(await received), ["held"]);
    await command("PAUSE");
    assertEquals(await command("TERMINATE"), answer);
    await running;
    assertEquals([front.closed, back.closed], [false, false]);
  });
}

test("a PULL can steer it with all but STATISTICS, which has nowhere to be answered", async () => {
  await using line = await pipeline(10);
  const { context, source, front, back, sink } = line;
  const control = new Pull({ context });
  const steer = new Push({ context });
  await meet(control, steer, "inproc://control");
  const running = proxy(front, back, { control });
  const command = async (...words: string[]): Promise<void> => {
    await steer.send(words);
    await until(() => control.stats().queuedIn === 0);
  };
  await command("STATISTICS");
  await command("PAUSE");
  await source.send("held");
  const received = sink.receive();
  // None of these is a command: they are compared octet by octet.
  for (const word of ["resume", "RESUME ", "\u{feff}RESUME", "", "TERMINATED", "TERMINATE\0"]) await command(word);
  await command("RESUME", "more");
  await command("TERMINATE", "");
  assertEquals([await isPending(received), await isPending(running)], [true, true]);
  await command("RESUME");
  assertEquals(texts(await received), ["held"]);
  await command("TERMINATE");
  await running;
});

test("while it is paused nothing passes, not even what it had in hand, and nobody waits in line", async () => {
  await using line = await pipeline(1);
  const { context, source, front, back, sink } = line;
  const control = new Reply({ context });
  const steer = new Request({ context });
  await meet(control, steer, "inproc://control");
  const running = proxy(front, back, { control });
  const sent = await fill(source);
  assertEquals(back.stats().pendingSends, 1);
  await steer.request("PAUSE");
  assertEquals([back.stats().pendingSends, front.stats().pendingReceives], [0, 0]);
  const seen = [];
  for (let message = sink.tryReceive(); message !== undefined; message = sink.tryReceive()) seen.push(text(message[0]));
  // Two that the queues of the back had, and no third.
  await turn();
  assertEquals([seen, sink.tryReceive()], [["0", "1"], undefined]);
  // Others may receive from the front meanwhile, and what was in hand is the first.
  assertEquals(texts(front.tryReceive()), ["2"]);
  await steer.request("RESUME");
  for (let i = 3; i < sent; i++) assertEquals(texts(await sink.receive()), [`${i}`]);
  // One word at the heels of another changes nothing but what the last says.
  await Promise.all(["PAUSE", "RESUME"].map((word) => steer.request(word)));
  await source.send("again");
  assertEquals(texts(await sink.receive()), ["again"]);
  await steer.request("TERMINATE");
  await running;
  assertEquals([front.stats().pendingReceives, back.stats().pendingSends], [0, 0]);
});

test("a pause costs a capture none of its copies", async () => {
  await using line = await pipeline(10);
  const { context, source, front, back, sink } = line;
  const [control, steer] = [new Reply({ context }), new Request({ context })];
  const [capture, tap] = [new Push({ context }), new Pull({ context })];
  await meet(control, steer, "inproc://control");
  const running = proxy(front, back, { control, capture });
  await source.send("1");
  assertEquals(texts(await sink.receive()), ["1"]);
  await steer.request("PAUSE");
  await meet(tap, capture, "inproc://tap");
  assertEquals(texts(await tap.receive()), ["1"]);
  await steer.request("TERMINATE");
  await running;
});

test("a SUB can steer it, and is asked for no answer", async () => {
  await using line = await pipeline(10);
  const { context, source, front, back, sink } = line;
  const control = new Subscriber({ context });
  const steer = new Publisher({ context });
  control.subscribe();
  await meet(control, steer, "inproc://control");
  await until(() => steer.topicsCount === 1);
  const running = proxy(front, back, { control });
  await steer.send("STATISTICS");
  await source.send("on it goes");
  assertEquals(texts(await sink.receive()), ["on it goes"]);
  await steer.send("TERMINATE");
  await running;
});

test("when its control socket is closed the proxy goes on", async () => {
  await using line = await pipeline();
  const { context, source, front, back, sink } = line;
  const control = new Pull({ context });
  const running = proxy(front, back, { control });
  await control.close();
  await source.send("on it goes");
  assertEquals(texts(await sink.receive()), ["on it goes"]);
  await back.close();
  await running;
});

test("one socket may be both ends: what it gets it sends back", async () => {
  await using echo = new Router();
  await using dealer = new Dealer();
  await meet(echo, dealer);
  const running = proxy(echo, echo);
  for (const word of ["a", "b"]) {
    await dealer.send(word);
    assertEquals(texts(await dealer.receive()), [word]);
  }
  await echo.close();
  await running;
});

test("a message that a mandatory ROUTER has no peer for is dropped and counted, and the proxy goes on", async () => {
  await using context = new Context();
  const front = new Pull({ context });
  const source = new Push({ context });
  const back = new Router({ context, mandatory: true });
  const dealer = new Dealer({ context, routingId: "here" });
  await meet(front, source, "inproc://1");
  await meet(back, dealer, "inproc://2");
  const running = proxy(front, back);
  await source.send(["gone", "lost"]);
  await source.send(["here", "found"]);
  assertEquals(texts(await dealer.receive()), ["found"]);
  assertEquals(back.stats().dropped, 1);
  await front.close();
  await running;
});

test("a REQ passes one request at a time, and the others wait for its reply", async () => {
  await using context = new Context();
  const front = new Pair({ context });
  const client = new Pair({ context });
  const back = new Request({ context });
  const server = new Reply({ context });
  await meet(front, client, "inproc://1");
  await meet(server, back, "inproc://2");
  const running = proxy(front, back);
  await client.send("1");
  await client.send("2");
  for (const word of ["1", "2"]) {
    assertEquals(texts(await server.receive()), [word]);
    await server.send(`${word}!`);
    assertEquals(texts(await client.receive()), [`${word}!`]);
  }
  await client.send("3");
  await client.send("4");
  assertEquals(texts(await server.receive()), ["3"]);
  await front.close();
  await running;
});

test("what the proxy is given is checked at the call", async () => {
  await using push = new Push() as Loose;
  await using pull = new Pull() as Loose;
  await using pair = new Pair() as Loose;
  const closed = new Pair();
  await closed.close();
  const wrong = (call: () => unknown, Kind: typeof TypeError, message: string): void => {
    assertThrows(call, Kind as Loose, message);
  };
  wrong(() => proxy(5 as Loose, pair), TypeError, "Cannot run proxy: front is 5, wanted a socket");
  wrong(() => proxy(pair, {} as Loose), TypeError, "Cannot run proxy: back is an object (Object), wanted a socket");
  const nothing = "Cannot run proxy: nothing passes between a PUSH and a PUSH, wanted one that receives and one";
  wrong(() => proxy(push, push), TypeError, nothing);
  wrong(() => proxy(pull, push, { capture: 5 as Loose }), TypeError, "Cannot run proxy: capture is 5, wanted a socket");
  wrong(() => proxy(pull, push, { signal: 5 as Loose }), TypeError, "Cannot run proxy: signal is 5");
  wrong(() => proxy(pull, push, { capture: pull }), NotSupportedError as Loose, "Cannot send on a PULL socket");
  wrong(() => proxy(pull, push, { control: push }), NotSupportedError as Loose, "Cannot receive on a PUSH socket");
  const gone = "Cannot run proxy: front, a PAIR socket, is closed";
  wrong(() => proxy(closed, pair), ClosedError as Loose, gone);
  await assertRejects(() => proxy(pull, push, { signal: AbortSignal.abort() }), DOMException);
});

test("a proxy between fast sockets leaves timers their turn", async () => {
  await using context = new Context();
  const front = new Pull({ context });
  const source = new Push({ context });
  const back = new Publisher({ context });
  await meet(front, source, "inproc://fast");
  const running = proxy(front, back);
  let rung = false;
  setTimeout(() => rung = true, 5);
  let sent = 0;
  for (; !rung; sent++) await source.send("x");
  assert(sent > 1000);
  await front.close();
  await running;
});
