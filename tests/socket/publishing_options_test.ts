/** Options of PUB, SUB, XPUB and XSUB, each by what it does between two sockets. */
import { assertEquals, assertThrows } from "@std/assert";
import { ClosedError, Publisher, StateError, Subscriber, text, XPublisher, XSubscriber } from "../../mod.ts";
import { test } from "../harness.ts";
import { isPending, type Loose, meet, texts, until } from "../socket_fixture.ts";

test("noDrop makes a Publisher wait for its slowest subscriber", async () => {
  for (const Type of [Publisher, XPublisher]) {
    await using publisher = new Type({ noDrop: true, sendHighWaterMark: 1 });
    await using subscriber = new Subscriber({ receiveHighWaterMark: 1 });
    subscriber.subscribe();
    await meet(publisher, subscriber, "inproc://slow");
    assertEquals([publisher.trySend("1"), publisher.trySend("2"), publisher.trySend("3")], [true, true, false]);
    const waiting = publisher.send("3");
    assertEquals(await isPending(waiting), true);
    for (const word of ["1", "2", "3"]) assertEquals(texts(await subscriber.receive()), [word]);
    await waiting;
    assertEquals(publisher.stats().dropped, 0);
  }
});

test("invertMatching sends and delivers what matches no subscription", async () => {
  for (const endpoint of ["tcp://127.0.0.1:*", "inproc://inverted"]) {
    await using publisher = new Publisher({ invertMatching: true });
    await using subscriber = new Subscriber({ invertMatching: true });
    subscriber.subscribe("A");
    await meet(publisher, subscriber, endpoint);
    await until(() => publisher.topicsCount === 1);
    for (const word of ["A1", "B1", "A2", "B2"]) await publisher.send(word);
    assertEquals([texts(await subscriber.receive()), texts(await subscriber.receive())], [["B1"], ["B2"]]);
  }
});

/** What an XPUB hears while two SUBs come, subscribe twice, unsubscribe and go. */
async function heard(options: Record<string, unknown>): Promise<string[]> {
  const xpub = new XPublisher(options as Loose);
  await xpub.bind("inproc://heard");
  const subscribers = [new Subscriber(), new Subscriber()];
  for (const subscriber of subscribers) subscriber.connect("inproc://heard");
  const [one, other] = subscribers as [Subscriber, Subscriber];
  const all: string[] = [];
  const collect = (): void => {
    for (let frames = xpub.tryReceive(); frames; frames = xpub.tryReceive()) {
      all.push(`${frames[0]![0] === 1 ? "+" : "-"}${text(frames[0]!.subarray(1))}`);
    }
    all.push("|");
  };
  for (
    const step of [
      () => one.subscribe("A"),
      () => other.subscribe("A"),
      () => one.subscribe("A"),
      () => one.unsubscribe("A"),
      () => one.unsubscribe("A"),
      () => other.close(),
    ]
  ) {
    await step();
    collect();
  }
  await Promise.all([xpub.close(), one.close()]);
  return all;
}

test("verbosity and manual say which subscriptions an XPUB hears of", async () => {
  assertEquals((await heard({})).join(""), "+A|||||-A|");
  assertEquals((await heard({ verbosity: "allSubs" })).join(""), "+A|+A|+A|||-A|");
  assertEquals((await heard({ verbosity: "allSubsUnsubs" })).join(""), "+A|+A|+A||-A|-A|");
  assertEquals((await heard({ manual: true })).join(""), "+A|+A|+A||-A|-A|");
});

test("verbosity can be changed at run time", async () => {
  await using xpub = new XPublisher();
  await using one = new Subscriber();
  await using other = new Subscriber();
  await meet(xpub, one, "inproc://verbose");
  other.connect("inproc://verbose");
  one.subscribe("A");
  xpub.verbosity = "allSubs";
  other.subscribe("A");
  assertEquals([(await xpub.receive())[0]![0], (await xpub.receive())[0]![0]], [1, 1]);
});

test("a manual XPUB gives the peer that asked what it is told to, and no other", async () => {
  await using xpub = new XPublisher({ manual: true });
  await using one = new Subscriber();
  await using other = new Subscriber();
  await meet(xpub, one, "inproc://manual");
  other.connect("inproc://manual");
  one.subscribe("A", "B");
  assertEquals([...(await xpub.receive())[0]!], [1, 65]);
  assertEquals(xpub.topicsCount, 0);
  xpub.subscribe("A", new Uint8Array([66]));
  await xpub.receive();
  other.subscribe("A");
  await xpub.receive();
  xpub.subscribe("C");
  await xpub.send("A1");
  await xpub.send("C1");
  assertEquals(texts(await one.receive()), ["A1"]);
  one.unsubscribe("A");
  assertEquals([...(await xpub.receive())[0]!], [0, 65]);
  xpub.unsubscribe("A");
  await xpub.send("A2");
  await xpub.send("B2");
  assertEquals(texts(await one.receive()), ["B2"]);
  // The other asked for A and was given C, which it does not want itself: it filters once more.
  assertEquals([one.tryReceive(), other.tryReceive()], [undefined, undefined]);
});

test("manualLastValue sends the next message to the newest subscriber alone", async () => {
  await using xpub = new XPublisher({ manualLastValue: true });
  await using one = new Subscriber();
  await using other = new Subscriber();
  await meet(xpub, one, "inproc://cache");
  other.connect("inproc://cache");
  for (const [subscriber, word] of [[one, "cached for one"], [other, "cached for the other"]] as const) {
    subscriber.subscribe();
    await xpub.receive();
    xpub.subscribe();
    await xpub.send(word);
    assertEquals(texts(await subscriber.receive()), [word]);
  }
  await xpub.send("for both");
  assertEquals([texts(await one.receive()), texts(await other.receive())], [["for both"], ["for both"]]);
});

test("an XPUB that is not manual subscribes nobody, and a closed one says so first", async () => {
  const xpub = new XPublisher();
  const message = 'Cannot subscribe on an XPUB socket: it is not manual, wanted the option "manual"';
  assertEquals(assertThrows(() => xpub.subscribe("A"), StateError, message).code, "EFSM");
  assertThrows(() => xpub.unsubscribe("A"), StateError, "Cannot unsubscribe on an XPUB socket");
  assertThrows(() => xpub.subscribe(5 as Loose), TypeError, "Cannot subscribe: a prefix is 5, wanted text or octets");
  await xpub.close();
  assertThrows(() => xpub.subscribe("A"), ClosedError, "Cannot subscribe: the XPUB socket is closed");
});

test("a subscription that is neither text nor octets throws, and none of the call's is made", async () => {
  for (const Type of [Subscriber, XSubscriber]) {
    await using socket = new Type();
    const message = "Cannot subscribe: a prefix is 5, wanted text or octets (Uint8Array)";
    assertThrows(() => socket.subscribe("A", 5 as Loose), TypeError, message);
    assertThrows(() => socket.unsubscribe(["A"] as Loose), TypeError, "Cannot unsubscribe: a prefix is an array of 1");
    assertEquals(socket.topicsCount, 0);
  }
});

test("welcomeMessage greets a subscriber that has subscribed to it, at each connection", async () => {
  await using xpub = new XPublisher({ welcomeMessage: "Welcome!" });
  await using subscriber = new Subscriber();
  subscriber.subscribe("W");
  subscriber.connect(await xpub.bind("tcp://127.0.0.1:*"));
  assertEquals(texts(await subscriber.receive()), ["Welcome!"]);
  await using deaf = new Subscriber();
  await meet(xpub, deaf);
  deaf.subscribe("X");
  await xpub.receive();
  await xpub.receive();
  await xpub.send("X");
  assertEquals(texts(await deaf.receive()), ["X"]);
});

test("onlyFirstSubscribe looks for a subscription in the first frame alone", async () => {
  for (const onlyFirstSubscribe of [false, true]) {
    await using xpub = new XPublisher();
    await using xsub = new XSubscriber({ onlyFirstSubscribe });
    await meet(xpub, xsub, "inproc://frames");
    await xsub.send(["\x01A", "\x01B"]);
    assertEquals(xsub.topicsCount, onlyFirstSubscribe ? 1 : 2);
    // The second frame is then a message for the publisher.
    assertEquals(xsub.stats().messagesOut, onlyFirstSubscribe ? 1 : 0);
  }
});

test("verboseUnsubscribe passes every cancellation on", async () => {
  for (const verboseUnsubscribe of [false, true]) {
    await using xpub = new XPublisher({ verbosity: "allSubsUnsubs" });
    await using xsub = new XSubscriber({ verboseUnsubscribe });
    await meet(xpub, xsub, "inproc://cancels");
    for (const word of ["\x01A", "\x01A", "\x00A", "\x00A"]) await xsub.send(word);
    const kinds = [];
    for (let i = 0; i < (verboseUnsubscribe ? 4 : 3); i++) kinds.push((await xpub.receive())[0]![0]);
    assertEquals(kinds, verboseUnsubscribe ? [1, 1, 0, 0] : [1, 1, 0]);
    assertEquals(xpub.tryReceive(), undefined);
  }
});

test("an XPUB that waits hears at once when a subscriber leaves", async () => {
  for (const endpoint of ["tcp://127.0.0.1:*", "inproc://leaving"]) {
    await using xpub = new XPublisher();
    const subscriber = new Subscriber();
    subscriber.subscribe("A");
    await meet(xpub, subscriber, endpoint);
    assertEquals(text((await xpub.receive())[0]), "\x01A");
    const waiting = xpub.receive();
    await subscriber.close();
    assertEquals(text((await waiting)[0]), "\0A");
  }
});

test("no prefix at all means every message", async () => {
  await using publisher = new Publisher();
  await using subscriber = new Subscriber();
  subscriber.subscribe();
  await meet(publisher, subscriber, "inproc://all");
  await publisher.send("anything");
  assertEquals(texts(await subscriber.receive()), ["anything"]);
  subscriber.unsubscribe();
  assertEquals([publisher.topicsCount, subscriber.topicsCount], [0, 0]);
});
