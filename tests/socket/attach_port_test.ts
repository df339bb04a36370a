/**
 * Ports as peers of sockets, both ends in this thread. Across threads: `attach_worker_test.ts`.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Channel,
  Client,
  Dealer,
  Dish,
  Gather,
  Pair,
  Peer,
  Publisher,
  Pull,
  Push,
  Radio,
  Reply,
  Request,
  Router,
  Scatter,
  Server,
  type Socket,
  Subscriber,
  text,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import type { Attachment, AttachOptions } from "../../src/core.ts";
import { runtime, test } from "../harness.ts";
import { type Loose, texts, turn, until } from "../socket_fixture.ts";

/** Attaches two sockets to the ends of a channel; the second is the one that is come to. */
function meet(one: Socket, other: Socket, options: AttachOptions = {}): [Attachment, Attachment] {
  const { port1, port2 } = new MessageChannel();
  return [one.attach(port1, options), other.attach(port2, { role: "bind", ...options })];
}

/** The types of a socket's events. */
function watch(socket: Socket): string[] {
  const events: string[] = [];
  for (
    const type of [
      "accept",
      "connect",
      "handshake",
      "handshake:error:protocol",
      "handshake:error:other",
      "disconnect",
      "close",
    ] as const
  ) {
    socket.events.on(type, (event) => events.push(`${event.type} ${event.endpoint}`));
  }
  return events;
}

test("every type that fits: whole messages, in order", async () => {
  for (
    const [Sender, Receiver] of [[Push, Pull], [Pair, Pair], [Dealer, Dealer], [XSubscriber, XPublisher]] as Loose[]
  ) {
    await using sender = new Sender();
    await using receiver = new Receiver();
    meet(sender, receiver);
    const long = new Uint8Array(100_000).map((_, i) => 2 + i % 251);
    await sender.send("one");
    await sender.send(["two", "", "parts"]);
    await sender.send([long, long.subarray(10), "end"]);
    assertEquals(texts(await receiver.receive()), ["one"]);
    assertEquals(texts(await receiver.receive()), ["two", "", "parts"]);
    const got = await receiver.receive();
    assertEquals([got[0], got[1], text(got[2])], [long, long.subarray(10), "end"]);
    assertEquals([long.length, got.every((frame: Uint8Array) => frame.constructor === Uint8Array)], [100_000, true]);
  }
});

test("REQ and REP; DEALER and ROUTER by routing id", async () => {
  await using request = new Request();
  await using reply = new Reply();
  meet(request, reply, { transfer: true });
  const body = new Uint8Array(20_000).fill(5);
  const asked = request.request(body, { timeout: 10_000 });
  assertEquals((await reply.receive())[0], body);
  await reply.send("answer");
  assertEquals(texts(await asked), ["answer"]);
  await using dealer = new Dealer({ routingId: "ada" });
  await using router = new Router({ mandatory: true });
  meet(dealer, router);
  await dealer.send("hello");
  assertEquals(texts(await router.receive()), ["ada", "hello"]);
  await router.send(["ada", "welcome"]);
  assertEquals(texts(await dealer.receive()), ["welcome"]);
});

test("PUB and SUB: only what is subscribed is posted", async () => {
  for (const role of ["connect", "bind"] as const) {
    await using publisher = new Publisher();
    await using subscriber = new Subscriber();
    subscriber.subscribe("a");
    meet(publisher, subscriber, { role });
    await until(() => publisher.topicsCount === 1);
    await publisher.send(["b", "not this"]);
    await publisher.send(["a", "this"]);
    assertEquals(texts(await subscriber.receive()), ["a", "this"]);
    assertEquals(publisher.stats().messagesOut, 1);
    subscriber.unsubscribe("a");
    await until(() => publisher.topicsCount === 0);
  }
});

test("RADIO and DISH: only what goes to a group that is joined is posted", async () => {
  for (const role of ["connect", "bind"] as const) {
    await using radio = new Radio();
    await using dish = new Dish();
    dish.join("news", "sport");
    meet(radio, dish, { role });
    await until(() => radio.groupsCount === 2);
    await radio.send(["new", "not this"]);
    await radio.send(["news", "this"]);
    assertEquals(texts(await dish.receive()), ["news", "this"]);
    assertEquals(radio.stats().messagesOut, 1);
    dish.leave("sport");
    await until(() => radio.groupsCount === 1);
  }
});

test("CLIENT and SERVER, SCATTER and GATHER, PEER, CHANNEL", async () => {
  await using client = new Client();
  await using server = new Server();
  meet(client, server);
  await client.send("question");
  const [id, question] = await server.receive();
  await server.send([id!, `${text(question)}, answered`]);
  assertEquals(texts(await client.receive()), ["question, answered"]);
  await using scatter = new Scatter();
  await using gather = new Gather();
  meet(scatter, gather);
  await scatter.send("work");
  assertEquals(texts(await gather.receive()), ["work"]);
  await using channel = new Channel();
  await using other = new Channel();
  meet(channel, other);
  await channel.send("ping");
  assertEquals(texts(await other.receive()), ["ping"]);
  await using peer = new Peer({ helloMessage: "hello" });
  await using friend = new Peer();
  meet(peer, friend);
  const [from, hello] = await friend.receive();
  assertEquals(text(hello), "hello");
  await friend.send([from!, "welcome"]);
  assertEquals(text((await peer.receive())[1]), "welcome");
});

test("a peer that goes leaves a disconnectMessage, behind all that came from it", async () => {
  await using server = new Server({ disconnectMessage: "gone" });
  const client = new Client();
  meet(client, server);
  await client.send("last");
  await client.close();
  const [[id, last], [who, gone]] = [await server.receive(), await server.receive()];
  assertEquals([text(last), text(gone)], ["last", "gone"]);
  assertEquals(who, id);
  await using router = new Router({ disconnectMessage: "gone" });
  await using dealer = new Dealer({ routingId: "ada" });
  const [attachment] = meet(dealer, router);
  await dealer.send("last");
  await attachment.close();
  assertEquals(texts(await router.receive()), ["ada", "last"]);
  assertEquals(texts(await router.receive()), ["ada", "gone"]);
  // An end that we close ourselves is no news.
  const [, ours] = meet(dealer, router);
  await dealer.send("once more");
  assertEquals(texts(await router.receive()), ["ada", "once more"]);
  await ours.close();
  assertEquals(router.tryReceive(), undefined);
});

test("a welcome message comes before all others, and counts as any", async () => {
  await using publisher = new XPublisher({ welcomeMessage: "welcome" });
  await using subscriber = new Subscriber({ receiveHighWaterMark: 1 });
  subscriber.subscribe();
  meet(publisher, subscriber);
  assertEquals([...(await publisher.receive())[0]!], [1]);
  assertEquals(texts(await subscriber.receive()), ["welcome"]);
  await publisher.send("news");
  assertEquals(texts(await subscriber.receive()), ["news"]);
});

test("what is sent before there is another side is queued for who is connected to", async () => {
  const { port1, port2 } = new MessageChannel();
  await using push = new Push();
  await using shy = new Push();
  push.attach(port1);
  await push.send("early");
  const other = new MessageChannel();
  shy.attach(other.port1, { role: "bind" });
  assertEquals(shy.trySend("early"), false);
  await using pull = new Pull();
  pull.attach(port2);
  assertEquals(texts(await pull.receive()), ["early"]);
  await shy.close({ linger: 0 });
  other.port2.close();
});

test("types that do not fit are turned away, each with one event", async () => {
  await using push = new Push();
  await using reply = new Reply();
  const [pushed, replied] = [watch(push), watch(reply)];
  const [one, other] = meet(push, reply);
  const errors = [await one.closed, await other.closed];
  assert(errors.some((error) => error?.message.startsWith("Cannot shake hands: the peer's Socket-Type is ")));
  assertEquals(pushed.filter((line) => line.startsWith("handshake")).length, 1);
  assertEquals(replied.filter((line) => line.startsWith("handshake")).length, 1);
  assertEquals([push.stats().peers, reply.stats().peers], [[], []]);
});

test("no more is on its way than the receiver's mark has room for; both marks add up", async () => {
  for (const [sendHighWaterMark, receiveHighWaterMark] of [[1, 1], [3, 5], [100, 10], [10, 100]] as const) {
    await using push = new Push({ sendHighWaterMark, linger: 0 });
    await using pull = new Pull({ receiveHighWaterMark });
    meet(push, pull);
    await until(() => push.peers.length === 1);
    let sent = 0;
    for (let idle = 0; idle < 20; idle++) {
      while (push.trySend(`${sent}`)) {
        sent++;
        idle = 0;
      }
      await turn();
    }
    assertEquals(pull.stats().queuedIn, receiveHighWaterMark);
    // Who waits for room waits until half of the queue has gone.
    const both = sendHighWaterMark + receiveHighWaterMark;
    assert(
      sent <= both && sent >= (receiveHighWaterMark < sendHighWaterMark / 2 ? sendHighWaterMark : both),
      `${sent}`,
    );
    for (let i = 0; i < sent; i++) assertEquals(texts(await pull.receive()), [`${i}`]);
    // There is room again.
    const more = 3 * sent;
    const sending = (async () => {
      for (let i = 0; i < more; i++) await push.send("more");
    })();
    for (let i = 0; i < more; i++) await pull.receive();
    await sending;
  }
});

test("a mark that grows lets more come, one that shrinks fewer", async () => {
  await using push = new Push({ sendHighWaterMark: 1000, linger: 0 });
  await using pull = new Pull({ receiveHighWaterMark: 5 });
  meet(push, pull);
  for (let i = 0; i < 500; i++) await push.send("x");
  await until(() => pull.stats().queuedIn === 5);
  pull.receiveHighWaterMark = 50;
  await until(() => pull.stats().queuedIn === 50);
  pull.receiveHighWaterMark = 2;
  for (let i = 0; i < 200; i++) await pull.receive();
  for (let i = 0; i < 20; i++) await turn();
  assertEquals(pull.stats().queuedIn, 2);
});

test("long bodies are copied: what was sent stays its sender's", async () => {
  await using push = new Push();
  await using pull = new Pull();
  meet(push, pull);
  const whole = new Uint8Array(50_000).fill(1);
  await push.send(whole);
  await push.send(whole.subarray(100, 20_100));
  assertEquals((await pull.receive())[0], new Uint8Array(50_000).fill(1));
  const part = (await pull.receive())[0]!;
  assertEquals([part.length, part.buffer.byteLength, whole.length], [20_000, 20_000, 50_000], "not the whole buffer");
});

test("with transfer, a body that has all its buffer is given away when send has taken it; others are copied", async () => {
  await using push = new Push();
  await using pull = new Pull();
  meet(push, pull, { transfer: true });
  await until(() => push.peers.length === 1);
  const whole = new Uint8Array(50_000).fill(1);
  const large = new Uint8Array(50_000).fill(2);
  const small = new Uint8Array(100).fill(3);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const fixed = new Uint8Array(memory.buffer);
  await push.send([whole, large.subarray(1), small, fixed]);
  assertEquals([whole.length, large.length, small.length, fixed.length], [0, 50_000, 100, 65536]);
  const got = await pull.receive();
  assertEquals(got.map((frame) => [frame.length, frame[0]]), [[50_000, 1], [49_999, 2], [100, 3], [65536, 0]]);
});

test("what several get is given to none", async () => {
  await using publisher = new Publisher();
  await using one = new Subscriber();
  await using other = new Subscriber();
  for (const subscriber of [one, other]) {
    subscriber.subscribe();
    meet(publisher, subscriber, { transfer: true });
  }
  await until(() => publisher.peers.length === 2 && publisher.stats().peers.every(({ bytesIn }) => bytesIn >= 0));
  await until(() => publisher.topicsCount === 1);
  const body = new Uint8Array(50_000).fill(1);
  for (let i = 0; i < 50; i++) await turn();
  await publisher.send(body);
  assertEquals(body.length, 50_000);
  for (const subscriber of [one, other]) assertEquals((await subscriber.receive())[0]!.length, 50_000);
});

test("a good-bye ends both sides; what had come can still be received, and nothing is dialled again", async () => {
  const push = new Push();
  await using pull = new Pull();
  const [pushed, pulled] = [watch(push), watch(pull)];
  const [one, other] = meet(push, pull);
  for (let i = 0; i < 10; i++) await push.send(`${i}`);
  assertEquals(await push.close({ linger: 5000 }), { unsent: 0 });
  assertEquals([await one.closed, await other.closed], [undefined, undefined]);
  for (let i = 0; i < 10; i++) assertEquals(texts(await pull.receive()), [`${i}`]);
  assertEquals(pushed, ["connect attached://1", "handshake attached://1"]);
  assertEquals(pulled, ["accept attached://1", "handshake attached://1", "disconnect attached://1"]);
});

test("what is queued has linger, also for a receiver that is slow; what is left is counted", async () => {
  const push = new Push();
  await using pull = new Pull({ receiveHighWaterMark: 2 });
  meet(push, pull);
  for (let i = 0; i < 20; i++) await push.send(`${i}`);
  const closing = push.close({ linger: 10_000 });
  for (let i = 0; i < 20; i++) assertEquals(texts(await pull.receive()), [`${i}`]);
  assertEquals(await closing, { unsent: 0 });
  const other = new Push();
  meet(other, pull);
  await until(() => other.peers.length === 1);
  for (let i = 0; i < 20; i++) await other.send(`${i}`);
  await until(() => pull.stats().queuedIn === 2);
  assertEquals(await other.close({ linger: 0 }), { unsent: 18 });
});

test("disconnect ends it by its name, whatever its role; the other side hears of it", async () => {
  await using push = new Push();
  await using pull = new Pull();
  const [one, other] = meet(push, pull);
  await push.send("last words");
  await until(() => pull.stats().queuedIn === 1);
  push.disconnect(one.endpoint);
  assertEquals([await one.closed, await other.closed], [undefined, undefined]);
  assertEquals(texts(await pull.receive()), ["last words"]);
  const [again, bound] = meet(push, pull);
  await until(() => push.peers.length === 1);
  pull.disconnect(bound.endpoint);
  assertEquals([await again.closed, await bound.closed], [undefined, undefined]);
  assertThrows(() => pull.disconnect(bound.endpoint));
});

test("a port that is closed without a good-bye is a peer that is gone", async () => {
  const { port1, port2 } = new MessageChannel();
  await using push = new Push();
  const attached = push.attach(port1);
  port2.close();
  assertEquals((await attached.closed as { code?: string }).code, "EPIPE", "before its handshake");
  assertEquals(push.stats().peers, []);
  const other = new MessageChannel();
  const shaken = push.attach(other.port1);
  other.port2.postMessage(["zerostream", 1, new Map([["Socket-Type", new TextEncoder().encode("PULL")]]), 10]);
  await until(() => push.peers.length === 1);
  other.port2.close();
  assertEquals(await shaken.closed, undefined, "after it");
  // Deno does not tell of it.
}, { skip: runtime === "deno" });

test("maxConnections and maxHandshakes hold", async () => {
  await using pull = new Pull({ maxConnections: 1 });
  await using push = new Push();
  const [, first] = meet(push, pull);
  const [ours, second] = meet(push, pull);
  assertEquals((await second.closed as { code?: string }).code, "EMFILE");
  await ours.closed;
  await first.close();
  await using shy = new Pull({ maxHandshakes: 1 });
  const channels = [new MessageChannel(), new MessageChannel()];
  const silent = channels.map(({ port1 }) => shy.attach(port1, { role: "bind" }));
  assertEquals((await silent[0]!.closed as { code?: string }).code, "EMFILE");
  for (const { port2 } of channels) port2.close();
});

test("a peer may have a name", async () => {
  await using push = new Push();
  await using pull = new Pull();
  const { port1, port2 } = new MessageChannel();
  const accepted = pull.events.once("accept");
  push.attach(port1, { peer: "the sink" });
  pull.attach(port2, { role: "bind", peer: "the source" });
  await until(() => push.peers.length === 1);
  assertEquals([push.peers[0]!.endpoint, push.peers[0]!.peer], ["attached://1", "the sink"]);
  assertEquals((await accepted).peer, "the source");
});

test("what cannot be posted to is a TypeError at the call, and no peer", async () => {
  await using push = new Push();
  let listeners = 0;
  const window = {
    postMessage: () => {
      throw new Error("no such origin");
    },
    addEventListener: () => listeners++,
    removeEventListener: () => listeners--,
  };
  const error = assertThrows(() => push.attach(window), TypeError);
  assertEquals(
    error.message,
    "Cannot attach: nothing can be posted to target (no such origin), wanted a MessagePort",
  );
  assertEquals([push.stats().peers, listeners], [[], 0]);
});

test("a handshake that does not come in time ends the peer", async () => {
  await using pull = new Pull({ handshakeInterval: 10 });
  const { port1, port2 } = new MessageChannel();
  const attached = pull.attach(port1);
  assertEquals((await attached.closed as { code?: string }).code, "ETIMEDOUT");
  port2.close();
});

const HELLO = (): unknown[] => ["zerostream", 1, new Map([["Socket-Type", new TextEncoder().encode("PUSH")]]), 10];
const octets = (...values: number[]): Uint8Array => Uint8Array.from(values);

for (
  const [name, ...values] of [
    ["text", "hello"],
    ["nothing", undefined],
    ["another protocol", ["other", 1, new Map(), 10]],
    ["another version", ["zerostream", 2, new Map(), 10]],
    ["no metadata", ["zerostream", 1, {}, 10]],
    ["odd metadata", ["zerostream", 1, new Map<unknown, unknown>([["Socket-Type", "PUSH"]]), 10]],
    ["no number of grants", ["zerostream", 1, new Map(), NaN]],
    ["a parcel before who it is from", [0, octets(4, 0, 65), []]],
    ["no socket type", ["zerostream", 1, new Map(), 10]],
    ["a hello twice", HELLO(), HELLO()],
    ["a parcel cut short", HELLO(), [0, octets(8, 0, 65), []]],
    ["a body that is none", HELLO(), [0, octets(2, 0), [{}]]],
    ["a grant of text", HELLO(), [1, "5"]],
    ["a grant of less", HELLO(), [1, -5]],
    ["an unknown kind", HELLO(), [3]],
    ["more than was granted", HELLO(), [0, octets(4, 0, 65, 4, 0, 66, 4, 0, 67), []]],
  ] as [string, ...unknown[]][]
) {
  test(`a port that brings ${name} ends that peer, with one event, and no other`, async () => {
    await using pull = new Pull({ receiveHighWaterMark: 2 });
    await using push = new Push();
    meet(push, pull);
    await until(() => push.peers.length === 1);
    const events = watch(pull);
    const { port1, port2 } = new MessageChannel();
    const attached = pull.attach(port1, { role: "bind" });
    for (const value of values) port2.postMessage(value);
    const error = await attached.closed as Error & { code?: string };
    assertEquals(error.code, "EPROTO", error.message);
    assert(/^Cannot [^:]+: .*, wanted |^Cannot shake hands: /.test(error.message), error.message);
    const shaken = values.length > 1;
    assertEquals(events.filter((line) => /error|disconnect/.test(line)), [
      ...(shaken ? [] : ["handshake:error:protocol attached://2"]),
      "disconnect attached://2",
    ]);
    port2.close();
    await push.send("unharmed");
    while (text((await pull.receive())[0]) !== "unharmed");
  });
}

test("with transfer, memory that several parts have is copied for each of them", async () => {
  await using push = new Push();
  await using pull = new Pull();
  meet(push, pull, { transfer: true });
  await until(() => push.peers.length === 1);
  const whole = new Uint8Array(50_000).fill(1);
  await push.send([whole, whole, whole.subarray(1)]);
  const got = await pull.receive();
  assertEquals(got.map((frame) => [frame.length, frame[0]]), [[50_000, 1], [50_000, 1], [49_999, 1]]);
});
