/**
 * Binding, connecting, and undoing both, at any time.
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EndpointError, Pull, Push } from "../../mod.ts";
import { test } from "../harness.ts";
import { next, numbers, peers, receive, SCHEMES, turn, vacant } from "../life_fixture.ts";

const SOON = { reconnectInterval: 5 };

for (const scheme of SCHEMES) {
  test(`${scheme}: unbind cuts the peers that were accepted there, and the endpoint can be bound again`, async () => {
    const endpoint = await vacant(scheme);
    await using pull = new Pull();
    await using push = new Push(SOON);
    push.connect(endpoint);
    for (let round = 0; round < 3; round++) {
      await pull.bind(endpoint);
      await push.send(`round ${round}`);
      assertEquals(await receive(pull, 1), [`round ${round}`]);
      const gone = next(push, "disconnect");
      await pull.unbind(endpoint);
      await gone;
    }
    await assertRejects(() => pull.unbind(endpoint), EndpointError, "it is not bound");
  });

  test(`${scheme}: what had come before an unbind can still be received`, async () => {
    const endpoint = await vacant(scheme);
    await using pull = new Pull();
    await using push = new Push({ ...SOON, linger: 0 });
    await pull.bind(endpoint);
    push.connect(endpoint);
    for (const number of numbers(1, 10)) await push.send(number);
    while (pull.stats().queuedIn < 10) await turn();
    const gone = next(push, "disconnect");
    await pull.unbind(endpoint);
    await gone;
    assertEquals(await receive(pull, 10), numbers(1, 10));
  });

  test(`${scheme}: unbind leaves the peers of other endpoints alone`, async () => {
    await using pull = new Pull();
    const one = await pull.bind(await vacant(scheme));
    const other = await pull.bind(await vacant(scheme));
    await using first = new Push({ ...SOON, linger: 0 });
    await using second = new Push(SOON);
    first.connect(one);
    second.connect(other);
    await peers(pull, 2);
    await pull.unbind(one);
    await second.send("here");
    assertEquals(await receive(pull, 1), ["here"]);
    assertEquals(pull.peers.map(({ endpoint }) => endpoint), [other]);
  });

  test(`${scheme}: disconnect sends what is queued, drops what was not read, and dials no more`, async () => {
    const endpoint = await vacant(scheme);
    await using pull = new Pull();
    await pull.bind(endpoint);
    await using push = new Push(SOON);
    push.connect(endpoint);
    await peers(push, 1);
    for (const number of numbers(1, 10)) await push.send(number);
    const gone = next(pull, "disconnect");
    push.disconnect(endpoint);
    assertThrows(() => push.disconnect(endpoint), EndpointError, "it is not connected");
    assertEquals(await receive(pull, 10), numbers(1, 10));
    await gone;
    while (push.stats().peers.length > 0) await turn();
    assertEquals(push.trySend("nobody to send it to"), false);
    push.connect(endpoint);
    await push.send("again");
    assertEquals(await receive(pull, 1), ["again"]);
  });
}

test("a dead endpoint takes its part of the round robin, unless the socket is immediate", async () => {
  const dead = await vacant("tcp");
  await using pull = new Pull();
  const live = await pull.bind("tcp://127.0.0.1:*");
  {
    const push = new Push({ linger: 0 });
    push.connect(dead);
    push.connect(live);
    for (const number of numbers(1, 10)) await push.send(number);
    assertEquals(await receive(pull, 5), ["2", "4", "6", "8", "10"]);
    assertEquals(await push.close(), { unsent: 5 });
  }
  {
    await using push = new Push({ immediate: true });
    push.connect(dead);
    push.connect(live);
    for (const number of numbers(1, 10)) await push.send(number);
    assertEquals(await receive(pull, 10), numbers(1, 10));
  }
});

test("an immediate socket is mute until there is a peer, and again when it is gone", async () => {
  const endpoint = await vacant("tcp");
  await using push = new Push({ ...SOON, immediate: true });
  push.connect(endpoint);
  assertEquals(push.trySend("too soon"), false);
  const waiting = push.send("waits");
  const pull = new Pull();
  await pull.bind(endpoint);
  await waiting;
  assertEquals(await receive(pull, 1), ["waits"]);
  const gone = next(push, "disconnect");
  await pull.close();
  await gone;
  assertEquals(push.trySend("too late"), false);
});

test("a dead endpoint that comes to life gets what was queued for it, and no more than its share", async () => {
  const late = await vacant("tcp");
  await using one = new Pull();
  await using push = new Push({ ...SOON, sendHighWaterMark: 3 });
  push.connect(late);
  push.connect(await one.bind("tcp://127.0.0.1:*"));
  const got: string[] = [];
  for (const number of numbers(1, 20)) {
    await push.send(number);
    while (one.stats().queuedIn === 0 && push.stats().queuedOut > 3) await turn();
    got.push(...await receive(one, one.stats().queuedIn));
  }
  while (push.stats().queuedOut > 3) await turn();
  got.push(...await receive(one, 17 - got.length));
  await using other = new Pull();
  await other.bind(late);
  const rest = await receive(other, 3);
  assertEquals([...got, ...rest].map(Number).sort((a, b) => a - b), numbers(1, 20).map(Number));
  assert(rest.every((number) => Number(number) <= 6), `${rest}`);
});

test("one socket binds and connects, over every transport at once", async () => {
  await using pull = new Pull();
  const sources: Push[] = [];
  for (const endpoint of [await vacant("tcp"), await vacant("ipc"), "inproc://life"]) {
    const dialling = new Push();
    dialling.connect(await pull.bind(endpoint));
    sources.push(dialling);
  }
  for (const endpoint of [await vacant("tcp"), await vacant("ipc"), "inproc://other-life"]) {
    const bound = new Push();
    pull.connect(await bound.bind(endpoint));
    sources.push(bound);
  }
  await Promise.all(sources.map((source, i) => source.send(`source ${i}`)));
  assertEquals((await receive(pull, 6)).sort(), Array.from({ length: 6 }, (_, i) => `source ${i}`));
  await Promise.all(sources.map((source) => source.close()));
});

test("names are found again at each attempt, and one that does not exist is tried on", async () => {
  await using push = new Push({ ...SOON, linger: 0 });
  push.connect("tcp://no-such-host.invalid:5555");
  await next(push, "connect:retry");
  await next(push, "connect:retry");
  await push.send("waits for ever");
  assertEquals(push.stats().queuedOut, 1);
});
