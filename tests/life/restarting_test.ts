/**
 * Peers that go and come back, on real connections.
 */
import { assert, assertEquals } from "@std/assert";
import { Dealer, Publisher, Pull, Push, Router, Subscriber, text, XPublisher } from "../../mod.ts";
import { test } from "../harness.ts";
import { next, numbers, peers, receive, SCHEMES, spell, vacant } from "../life_fixture.ts";

/** Dialled again soon, so that a test need not wait. */
const SOON = { reconnectInterval: 5 };

for (const scheme of SCHEMES) {
  test(`${scheme}: connecting may come before binding; what was sent meanwhile arrives in order`, async () => {
    const endpoint = await vacant(scheme);
    await using push = new Push(SOON);
    push.connect(endpoint);
    for (const number of numbers(1, 100)) await push.send([number, "x".repeat(Number(number) * 300)]);
    assertEquals(push.stats().queuedOut, 100);
    await next(push, "connect:retry");
    await using pull = new Pull();
    await pull.bind(endpoint);
    for (const number of numbers(1, 100)) {
      assertEquals(spell(await pull.receive()), `${number}|${"x".repeat(Number(number) * 300)}`);
    }
    assertEquals(push.stats().queuedOut, 0);
  });

  test(`${scheme}: what is sent while a peer restarts arrives when it is back, in order, none twice`, async () => {
    const endpoint = await vacant(scheme);
    await using push = new Push(SOON);
    push.connect(endpoint);
    for (let life = 0; life < 3; life++) {
      const pull = new Pull();
      await pull.bind(endpoint);
      assertEquals(await receive(pull, life === 0 ? 0 : 100), life === 0 ? [] : numbers(1, 100));
      await peers(push, 1);
      await push.send("hello");
      assertEquals(await receive(pull, 1), ["hello"]);
      const gone = next(push, "disconnect");
      await pull.close();
      await gone;
      for (const number of numbers(1, 100)) await push.send(number);
    }
    assertEquals(push.stats().reconnects, 2);
    assertEquals(await push.close({ linger: 0 }), { unsent: 100 });
  });

  test(`${scheme}: messages on their way when peers restart are whole, in order, and none comes twice`, async () => {
    const endpoint = await vacant(scheme);
    await using push = new Push({ ...SOON, sendHighWaterMark: 50, linger: 0 });
    push.connect(endpoint);
    const last = 20_000;
    const stop = new AbortController();
    const sending = (async () => {
      for (let i = 1; i <= last; i++) {
        await push.send([String(i), new Uint8Array(i % 3 === 0 ? 20_000 : i % 500), String(i)], {
          signal: stop.signal,
        });
      }
    })().catch((error) => {
      if (!stop.signal.aborted) throw error;
    });
    let before = 0;
    for (let life = 0; life < 6; life++) {
      const pull = new Pull({ receiveHighWaterMark: 20, linger: 0 });
      await pull.bind(endpoint);
      for (let count = 0; count < 300; count++) {
        const frames = await pull.receive();
        const number = Number(text(frames[0]));
        assert(number > before, `${number} after ${before}`);
        assertEquals(frames.length, 3);
        assertEquals([frames[1]!.length, text(frames[2])], [number % 3 === 0 ? 20_000 : number % 500, String(number)]);
        before = number;
      }
      await pull.close();
    }
    stop.abort();
    await sending;
  });

  test(`${scheme}: a receiver that connects hears a sender that restarts`, async () => {
    const endpoint = await vacant(scheme);
    await using pull = new Pull(SOON);
    pull.connect(endpoint);
    for (let life = 0; life < 3; life++) {
      await using push = new Push();
      await push.bind(endpoint);
      await push.send(`life ${life}`);
      assertEquals(await receive(pull, 1), [`life ${life}`]);
    }
  });

  test(`${scheme}: a subscriber subscribes again at every publisher that comes`, async () => {
    const endpoint = await vacant(scheme);
    await using sub = new Subscriber(SOON);
    sub.subscribe("a", "b", "b");
    sub.connect(endpoint);
    for (let life = 0; life < 3; life++) {
      await using pub = new XPublisher();
      await pub.bind(endpoint);
      const heard = await receive(pub, life === 0 ? 2 : 3);
      assertEquals(heard.sort(), life === 0 ? ["\x01a", "\x01b"] : ["\x01a", "\x01b", "\x01c"]);
      for (const topic of ["a", "c", "b"]) await pub.send(`${topic}${life}`);
      assertEquals(await receive(sub, 2), life === 0 ? ["a0", "b0"] : [`a${life}`, `c${life}`]);
      if (life === 0) sub.subscribe("c");
      else assertEquals(await receive(sub, 1), [`b${life}`]);
      if (life === 0) assertEquals(await receive(pub, 1), ["\x01c"]);
    }
  });
}

test("a dealer keeps its name at a router that restarts, and the router's queue for it is gone", async () => {
  const endpoint = await vacant("tcp");
  await using dealer = new Dealer({ ...SOON, routingId: "d" });
  dealer.connect(endpoint);
  for (let life = 0; life < 3; life++) {
    await using router = new Router({ mandatory: true });
    await router.bind(endpoint);
    await dealer.send(`question ${life}`);
    assertEquals(spell(await router.receive()), `d|question ${life}`);
    await router.send(["d", `answer ${life}`]);
    assertEquals(await receive(dealer, 1), [`answer ${life}`]);
  }
});

test("a subscription made while the publisher is away holds when it is back", async () => {
  const endpoint = await vacant("tcp");
  await using sub = new Subscriber(SOON);
  sub.connect(endpoint);
  await next(sub, "connect:retry");
  sub.subscribe("late");
  sub.subscribe("dropped");
  sub.unsubscribe("dropped");
  await using pub = new XPublisher();
  await pub.bind(endpoint);
  assertEquals(await receive(pub, 1), ["\x01late"]);
  await pub.send("dropped");
  await pub.send("late but here");
  assertEquals(await receive(sub, 1), ["late but here"]);
});

test("what a publisher had sent before its connection was lost is not sent again", async () => {
  const endpoint = await vacant("tcp");
  await using pub = new Publisher(SOON);
  pub.connect(endpoint);
  for (let life = 0; life < 3; life++) {
    await using sub = new Subscriber();
    sub.subscribe("");
    await sub.bind(endpoint);
    // Whoever hears the first of these has subscribed.
    let sent = 0;
    while (sub.stats().queuedIn === 0) {
      await pub.send(`${life} ${sent++}`);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const heard = (await receive(sub, sub.stats().queuedIn)).map((line) => line.split(" ").map(Number));
    assertEquals(heard.every(([from]) => from === life), true, `${heard}`);
    const gone = next(pub, "disconnect");
    await sub.close();
    await gone;
  }
});
