/** Several sockets in one loop: whose turn it is, what is lost (nothing), and how it ends. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Context,
  Dealer,
  NotSupportedError,
  Pair,
  poll,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  StateError,
  Subscriber,
  text,
  TimeoutError,
} from "../../mod.ts";
import { test } from "../harness.ts";
import { countingSignal, isPending, type Loose, meet, texts, turn, until } from "../socket_fixture.ts";

/** Pairs of PUSH and PULL over inproc. */
async function lines(count: number): Promise<Lines> {
  const context = new Context({ linger: 0 });
  const pushes: Push[] = [];
  const pulls: Pull[] = [];
  for (let i = 0; i < count; i++) {
    pushes.push(new Push({ context }));
    pulls.push(new Pull({ context }));
    await meet(pulls[i]!, pushes[i]!, `inproc://${i}`);
  }
  return { pushes, pulls, [Symbol.asyncDispose]: async () => void await context.close() };
}

interface Lines extends AsyncDisposable {
  readonly pushes: Push[];
  readonly pulls: Pull[];
}

type Result = IteratorResult<{ readonly frames: readonly Uint8Array[] }>;

/** What a call of `next` came to, as text. */
async function word(next: Promise<Result>): Promise<string | undefined> {
  const { done, value } = await next;
  return done ? undefined : text(value.frames[0]);
}

const waits = (pulls: readonly Pull[]): number[] => pulls.map((pull) => pull.stats().pendingReceives);

test("while several have messages each has its turn, one at a time", async () => {
  await using line = await lines(3);
  const { pushes, pulls } = line;
  for (const [i, count] of [3, 1, 4].entries()) {
    for (let j = 0; j < count; j++) await pushes[i]!.send(`${i}.${j}`);
  }
  const seen: string[] = [];
  for await (const { socket, frames } of poll(pulls)) {
    assertEquals(pulls.indexOf(socket), Number(text(frames[0])[0]));
    if (seen.push(text(frames[0])) === 8) break;
  }
  assertEquals(seen, ["0.0", "1.0", "2.0", "0.1", "2.1", "0.2", "2.2", "2.3"]);
});

test("a turn that was had while waiting counts too", async () => {
  await using line = await lines(2);
  const { pushes, pulls } = line;
  const polling = poll(pulls);
  const first = polling.next();
  await pushes[0]!.send("0.0");
  for (const push of pushes) for (const n of [1, 2]) await push.send(`${pushes.indexOf(push)}.${n}`);
  const words = [await word(first)];
  for (let i = 0; i < 4; i++) words.push(await word(polling.next()));
  assertEquals(words, ["0.0", "1.1", "0.1", "1.2", "0.2"]);
});

test("it waits in each line, in one place, and leaves all when the first message comes", async () => {
  await using line = await lines(3);
  const { pushes, pulls } = line;
  const polling = poll(pulls);
  const next = polling.next();
  assertEquals(waits(pulls), [1, 1, 1]);
  await pushes[1]!.send("here");
  assertEquals(waits(pulls), [0, 0, 0]);
  assertEquals(await word(next), "here");
  // Nobody has asked for another: it is there for whoever does.
  await pushes[2]!.send("later");
  assertEquals(texts(pulls[2]!.tryReceive()), ["later"]);
});

test("calls of next that wait are served first in, first out, whichever socket has the message", async () => {
  await using line = await lines(2);
  const { pushes, pulls } = line;
  const polling = poll(pulls);
  const all = [polling.next(), polling.next(), polling.next()].map(word);
  for (const [i, say] of [[1, "a"], [0, "b"], [1, "c"]] as const) await pushes[i]!.send(say);
  assertEquals(await Promise.all(all), ["a", "b", "c"]);
});

test("it has its place in line behind and before other receivers", async () => {
  await using line = await lines(2);
  const { pushes, pulls } = line;
  const before = pulls[0]!.receive();
  const polled = poll(pulls).next();
  const after = pulls[0]!.receive();
  for (const say of ["1", "2", "3"]) await pushes[0]!.send(say);
  assertEquals([texts(await before), await word(polled), texts(await after)], [["1"], "2", ["3"]]);
});

test("two polls of the same sockets share their messages, and none is lost", async () => {
  await using line = await lines(2);
  const { pushes, pulls } = line;
  const [one, other] = [poll(pulls), poll(pulls)];
  const seen: (string | undefined)[] = [];
  const take = async (polling: typeof one): Promise<void> => {
    for (let i = 0; i < 20; i++) seen.push(await word(polling.next()));
  };
  const taking = [take(one), take(other)];
  for (let i = 0; i < 40; i++) await pushes[i % 2]!.send(`${i}`);
  await Promise.all(taking);
  assertEquals(new Set(seen).size, 40);
});

test("leaving the loop loses nothing, and leaves the sockets open", async () => {
  await using line = await lines(2);
  const { pushes, pulls } = line;
  for (const push of pushes) for (const n of [1, 2]) await push.send(`${n}`);
  for await (const { frames } of poll(pulls)) {
    assertEquals(texts(frames), ["1"]);
    break;
  }
  assertEquals(pulls.map((pull) => pull.closed), [false, false]);
  assertEquals([texts(pulls[0]!.tryReceive()), texts(pulls[1]!.tryReceive())], [["2"], ["1"]]);
});

test("an iterator that returns takes nothing more, also not for calls of next that wait", async () => {
  await using line = await lines(2);
  const { pushes, pulls } = line;
  const polling = poll(pulls);
  const waiting = [polling.next(), polling.next()];
  assertEquals(waits(pulls), [2, 2]);
  await polling.return!();
  assertEquals(waits(pulls), [0, 0]);
  for (const one of waiting) assertEquals(await one, { done: true, value: undefined });
  await pushes[0]!.send("for another");
  assertEquals(await polling.next(), { done: true, value: undefined });
  assertEquals(texts(await pulls[0]!.receive()), ["for another"]);
});

test("a socket that is closed drops out, and with the last one the loop ends", async () => {
  await using line = await lines(3);
  const { pushes, pulls } = line;
  const seen: string[] = [];
  const looping = (async () => {
    for await (const { frames } of poll(pulls)) seen.push(text(frames[0]));
  })();
  await pushes[0]!.send("a");
  await pulls[0]!.close();
  await pushes[1]!.send("b");
  await until(() => seen.length === 2);
  await pulls[1]!.close();
  assertEquals(await isPending(looping), true);
  await pushes[2]!.send("c");
  await until(() => seen.length === 3);
  await pulls[2]!.close();
  await looping;
  assertEquals(seen, ["a", "b", "c"]);
});

test("sockets that were closed before are passed over, and closed ones alone end it at once", async () => {
  await using line = await lines(2);
  const { pushes, pulls } = line;
  await pulls[0]!.close();
  const polling = poll(pulls);
  await pushes[1]!.send("b");
  assertEquals(await word(polling.next()), "b");
  assertEquals(await poll([pulls[0]!]).next(), { done: true, value: undefined });
});

test("a signal ends it with its reason, while it waits or before, and no message is lost", async () => {
  await using line = await lines(2);
  const { pushes, pulls } = line;
  const { signal, abort, listeners } = countingSignal();
  const looping = (async () => {
    for await (const _ of poll(pulls, { signal }));
  })();
  await turn();
  assertEquals([listeners(), waits(pulls)], [1, [1, 1]]);
  await pushes[0]!.send("taken");
  await turn();
  abort(new Error("enough"));
  await assertRejects(() => looping, Error, "enough");
  assertEquals([listeners(), waits(pulls)], [0, [0, 0]]);
  await pushes[1]!.send("kept");
  await assertRejects(() => poll(pulls, { signal }).next(), Error, "enough");
  assertEquals(texts(pulls[1]!.tryReceive()), ["kept"]);
});

test("a timeout is for each message, and the next call waits anew", async () => {
  await using line = await lines(2);
  const { pushes, pulls } = line;
  pulls[0]!.receiveTimeout = 0;
  const polling = poll(pulls, { timeout: 5 });
  await assertRejects(() => polling.next(), TimeoutError, "Cannot poll: no message came in 5 ms, wanted one");
  assertEquals(waits(pulls), [0, 0]);
  await pushes[1]!.send("there");
  assertEquals(await word(polling.next()), "there");
  const atOnce = poll(pulls, { timeout: 0 });
  await assertRejects(() => atOnce.next(), TimeoutError, "no message is there, and timeout is 0");
  await pushes[1]!.send("there again");
  assertEquals(await word(atOnce.next()), "there again");
});

test("a REP has its turn once it has replied, and a REQ once it has asked; the others go on", async () => {
  await using context = new Context({ linger: 0 });
  const reply = new Reply({ context });
  const request = new Request({ context });
  const client = new Request({ context });
  const server = new Reply({ context });
  const pull = new Pull({ context });
  const push = new Push({ context });
  await meet(reply, client, "inproc://reply");
  await meet(server, request, "inproc://request");
  await meet(pull, push, "inproc://pull");
  const polling = poll([reply, request, pull]);
  const calls = [client.request("1"), client.request("2")];
  assertEquals(await word(polling.next()), "1");
  const next = word(polling.next());
  assertEquals(await isPending(next), true);
  await push.send("meanwhile");
  assertEquals(await next, "meanwhile");
  const second = word(polling.next());
  await reply.send("1!");
  assertEquals([texts(await calls[0]!), await second], [["1!"], "2"]);
  await reply.send("2!");
  await calls[1];

  const answer = word(polling.next());
  await request.send("question");
  await server.receive();
  await server.send("answer");
  assertEquals(await answer, "answer");
});

test("sockets of all sorts, over tcp: the type tells which they are", async () => {
  await using pull = new Pull();
  await using subscriber = new Subscriber();
  await using dealer = new Dealer();
  await using push = new Push();
  await using publisher = new Publisher();
  await using other = new Dealer();
  subscriber.subscribe();
  for (const [one, its] of [[pull, push], [subscriber, publisher], [dealer, other]] as const) await meet(one, its);
  await until(() => publisher.topicsCount === 1);
  for (const sender of [push, publisher, other]) await sender.send(sender.type);
  const seen: Record<string, string> = {};
  for await (const { socket, frames } of poll([pull, subscriber, dealer])) {
    const known: Pull | Subscriber | Dealer = socket;
    seen[known.type] = text(frames[0]);
    if (socket === dealer) await dealer.send("echo");
    if (Object.keys(seen).length === 3) break;
  }
  assertEquals(seen, { PULL: "PUSH", SUB: "PUB", DEALER: "DEALER" });
});

test("a socket that is given twice has one turn", async () => {
  await using line = await lines(2);
  const { pushes, pulls } = line;
  for (const push of pushes) for (const n of [1, 2]) await push.send(`${pushes.indexOf(push)}.${n}`);
  const polling = poll(new Set([pulls[0]!, pulls[0]!, pulls[1]!]));
  const twice = poll([pulls[0]!, pulls[0]!, pulls[1]!]);
  assertEquals([await word(twice.next()), await word(twice.next())], ["0.1", "1.1"]);
  assertEquals(await word(polling.next()), "0.2");
});

test("while a readable stream is locked it throws, at the call and at each turn", async () => {
  await using line = await lines(2);
  const { pushes, pulls } = line;
  const polling = poll(pulls);
  const reader = pulls[1]!.readable.getReader();
  assertThrows(() => poll(pulls), StateError, "the socket's readable stream is locked");
  await assertRejects(() => polling.next(), StateError, "the socket's readable stream is locked");
  reader.releaseLock();
  await pushes[1]!.send("x");
  assertEquals(await word(polling.next()), "x");
});

test("it leaves timers their turn, however fast messages come", async () => {
  await using line = await lines(2);
  const { pushes, pulls } = line;
  let rung = false;
  setTimeout(() => rung = true, 5);
  const looping = (async () => {
    let count = 0;
    for await (const { socket } of poll(pulls)) {
      count++;
      if (rung) break;
      if (count % 100 === 0) await pushes[pulls.indexOf(socket)]!.send("x");
      else pushes[pulls.indexOf(socket)]!.trySend("x");
    }
  })();
  await pushes[0]!.send("x");
  const ticking = (async () => {
    while (!rung) await turn();
  })();
  await ticking;
  await pushes[0]!.send("last");
  await looping;
});

test("what it is given is checked at the call", async () => {
  await using pull = new Pull() as Loose;
  await using push = new Push() as Loose;
  await using pair = new Pair();
  const wrong = (call: () => unknown, Kind: Loose, why: string): void => void assertThrows(call, Kind, why);
  wrong(() => poll(5 as Loose), TypeError, "Cannot poll: sockets are 5, wanted an array of them");
  wrong(() => poll(pull), TypeError, "Cannot poll: sockets are an object (Pull), wanted an array of them");
  wrong(() => poll([]), TypeError, "Cannot poll: there are no sockets, wanted at least one");
  wrong(() => poll([pair, 5 as Loose]), TypeError, "Cannot poll: socket 1 is 5, wanted a socket");
  wrong(() => poll([pair, push]), NotSupportedError, "Cannot receive on a PUSH socket: it only sends");
  wrong(() => poll([pair], { signal: 5 as Loose }), TypeError, "Cannot poll: signal is 5, wanted an AbortSignal");
  wrong(() => poll([pair], { timeout: "1" as Loose }), TypeError, 'Cannot poll: timeout is "1", wanted milliseconds');
  for (const timeout of [-1, NaN]) {
    wrong(() => poll([pair], { timeout }), RangeError, `Cannot poll: timeout is ${timeout}, wanted milliseconds`);
  }
});
