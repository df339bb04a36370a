/**
 * Sockets of one process, by name, in any order.
 */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import {
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
  Subscriber,
  text,
  XPublisher,
} from "../../mod.ts";
import { test } from "../harness.ts";
import { next, numbers, receive, spell, turn } from "../life_fixture.ts";

test("bind, then connect", async () => {
  await using context = new Context();
  const pull = new Pull({ context });
  const push = new Push({ context });
  assertEquals(await pull.bind("inproc://a"), "inproc://a");
  push.connect("inproc://a");
  await push.send(["1", "", "one"]);
  assertEquals(await receive(pull, 1), ["1||one"]);
});

test("connect, then bind: each of several connections brings what was sent", async () => {
  await using context = new Context();
  const pushes = [1, 2, 3].map(() => new Push({ context }));
  for (const [i, push] of pushes.entries()) {
    push.connect("inproc://later");
    push.connect("inproc://later");
    await push.send(`${i} to one`);
    await push.send(`${i} to the other`);
  }
  const pull = new Pull({ context });
  await pull.bind("inproc://later");
  const heard = await receive(pull, 6);
  assertEquals(heard.sort(), [0, 1, 2].flatMap((i) => [`${i} to one`, `${i} to the other`]));
});

test("a sender that waits for room is let go on by the bind that makes it", async () => {
  await using context = new Context();
  const push = new Push({ context, sendHighWaterMark: 2 });
  push.connect("inproc://room");
  await push.send("1");
  await push.send("2");
  let third = false;
  const sending = push.send("3").then(() => third = true);
  await turn();
  assertEquals(third, false);
  const pull = new Pull({ context, receiveHighWaterMark: 1 });
  await pull.bind("inproc://room");
  await sending;
  assertEquals(await receive(pull, 3), ["1", "2", "3"]);
});

test("a name is free again after unbind, and after close; connections outlive the former and not the latter", async () => {
  await using context = new Context();
  const first = new Pull({ context });
  const push = new Push({ context });
  await first.bind("inproc://name");
  push.connect("inproc://name");
  await first.unbind("inproc://name");
  const second = new Pull({ context });
  await second.bind("inproc://name");
  await push.send("to the first");
  assertEquals(await receive(first, 1), ["to the first"]);
  await assertRejects(() => new Pull({ context }).bind("inproc://name"), EndpointError, "in use");
  await first.close();
  assertEquals(push.trySend("to nobody"), false);
  assertThrows(() => push.disconnect("inproc://name"), EndpointError);
  push.connect("inproc://name");
  await push.send("to the second");
  assertEquals(await receive(second, 1), ["to the second"]);
  await second.close();
  const third = new Pull({ context });
  await third.bind("inproc://name");
});

test("names of one context are unknown in another", async () => {
  await using here = new Context({ linger: 0 });
  await using there = new Context();
  const pull = new Pull({ context: here });
  await pull.bind("inproc://x");
  const push = new Push({ context: there, linger: 0 });
  push.connect("inproc://x");
  await push.send("lost");
  assertEquals(await push.close(), { unsent: 1 });
});

test("disconnect lets what waits for a binder wait for as long as linger says", async () => {
  await using context = new Context();
  const push = new Push({ context, linger: Infinity });
  push.connect("inproc://late");
  await push.send("patience");
  push.disconnect("inproc://late");
  const pull = new Pull({ context });
  await pull.bind("inproc://late");
  assertEquals(await receive(pull, 1), ["patience"]);
  assertEquals(await push.close(), { unsent: 0 });
});

test("what was sent before a close is received after it", async () => {
  await using context = new Context();
  const pull = new Pull({ context });
  await pull.bind("inproc://leaving");
  const push = new Push({ context });
  push.connect("inproc://leaving");
  for (const number of numbers(1, 100)) await push.send(number);
  assertEquals(await push.close(), { unsent: 0 });
  assertEquals(await receive(pull, 100), numbers(1, 100));
});

test("every pattern works by name: requests, routes, subscriptions", async () => {
  await using context = new Context();
  const reply = new Reply({ context });
  const request = new Request({ context });
  request.connect("inproc://rep");
  const asked = request.request("question");
  await reply.bind("inproc://rep");
  assertEquals(await receive(reply, 1), ["question"]);
  await reply.send("answer");
  assertEquals(spell(await asked), "answer");

  const router = new Router({ context });
  const dealer = new Dealer({ context, routingId: "d", probeRouter: true });
  dealer.connect("inproc://router");
  await dealer.send("first");
  await router.bind("inproc://router");
  assertEquals(await receive(router, 2), ["d|", "d|first"]);
  await router.send(["d", "back"]);
  assertEquals(await receive(dealer, 1), ["back"]);

  const pub = new XPublisher({ context });
  const sub = new Subscriber({ context });
  sub.subscribe("a");
  sub.connect("inproc://pub");
  await pub.bind("inproc://pub");
  assertEquals(await receive(pub, 1), ["\x01a"]);
  await pub.send("b");
  await pub.send("ab");
  assertEquals(await receive(sub, 1), ["ab"]);
  await sub.close();
  assertEquals(await receive(pub, 1), ["\x00a"]);
});

test("a second PAIR is turned away, and may come back when the first is gone", async () => {
  await using context = new Context({ linger: 0 });
  const pair = new Pair({ context });
  await pair.bind("inproc://pair");
  const first = new Pair({ context });
  first.connect("inproc://pair");
  const refused = next(pair, "handshake:error:protocol");
  const second = new Pair({ context });
  second.connect("inproc://pair");
  await refused;
  await turn();
  assertEquals(second.stats().peers, []);
  await first.send("first");
  assertEquals(await receive(pair, 1), ["first"]);
  await first.close();
  second.connect("inproc://pair");
  await second.send("second");
  assertEquals(await receive(pair, 1), ["second"]);
});

test("sockets that do not fit are told so", async () => {
  await using context = new Context({ linger: 0 });
  const push = new Push({ context });
  const pub = new Publisher({ context });
  const told = [next(push, "handshake:error:protocol"), next(pub, "handshake:error:protocol")];
  await pub.bind("inproc://misfit");
  push.connect("inproc://misfit");
  for (const { error } of await Promise.all(told)) {
    assertEquals(error.message, 'Cannot join "inproc://misfit": a PUSH has connected to a PUB, wanted types that fit');
  }
});

test("a sender may change what it has sent, Buffer or not", async () => {
  await using context = new Context();
  const pull = new Pull({ context });
  await pull.bind("inproc://copy");
  const push = new Push({ context });
  push.connect("inproc://copy");
  for (const octets of [new Uint8Array([97, 98]), Buffer.from("ab")]) {
    await push.send(octets);
    octets.fill(0);
    const [frame] = await pull.receive();
    assertEquals([text(frame), frame!.constructor], ["ab", Uint8Array]);
  }
});
