/** Options and states of REQ, REP, DEALER and ROUTER, each by what it does between two sockets. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Dealer, Reply, Request, Router, StateError, text } from "../../mod.ts";
import { test } from "../harness.ts";
import { isPending, meet, texts, until } from "../socket_fixture.ts";

test("a Router knows a peer by its routingId, text or octets", async () => {
  await using router = new Router();
  for (const routingId of ["näme", Uint8Array.of(1, 0, 2)]) {
    await using dealer = new Dealer({ routingId });
    await meet(router, dealer);
    await dealer.send("hello");
    const [id] = await router.receive();
    assertEquals([...id!], [...(typeof routingId === "string" ? new TextEncoder().encode(routingId) : routingId)]);
    await router.send([routingId, "hello yourself"]);
    assertEquals(texts(await dealer.receive()), ["hello yourself"]);
  }
});

test("a second peer with a routing id in use is turned away, or takes it over with handover", async () => {
  for (const handover of [false, true]) {
    await using router = new Router({ handover });
    await using first = new Dealer({ routingId: "me", reconnectInterval: 0 });
    await using second = new Dealer({ routingId: "me", reconnectInterval: 0 });
    await meet(router, first);
    const loser = (handover ? first : second).events.once("disconnect");
    second.connect(router.lastEndpoint!);
    await loser;
    await until(() => router.peers.length === 1);
    const winner = handover ? second : first;
    await router.send(["me", "you"]);
    assertEquals(texts(await winner.receive()), ["you"]);
  }
});

test("probeRouter greets a Router with an empty message", async () => {
  await using router = new Router();
  await using dealer = new Dealer({ probeRouter: true, routingId: "me" });
  dealer.connect(await router.bind("tcp://127.0.0.1:*"));
  assertEquals(texts(await router.receive()), ["me", ""]);
});

test("a strict REQ sends and receives in turn, a REP receives and sends", async () => {
  await using reply = new Reply();
  await using request = new Request();
  await meet(reply, request);
  const wrong = async (call: () => Promise<unknown>, message: string): Promise<void> => {
    assertEquals((await assertRejects(call, StateError, message)).code, "EFSM");
  };
  await wrong(() => request.receive(), "Cannot receive on a REQ socket: no request has been sent");
  assertThrows(() => request.tryReceive(), StateError, "wanted send() first");
  await wrong(() => reply.send("?"), "Cannot send on a REP socket: no request has been received");
  assertThrows(() => reply.trySend("?"), StateError, "wanted receive() first");
  await request.send("1");
  await wrong(() => request.send("2"), "Cannot send on a REQ socket: the last request has no reply yet");
  assertThrows(() => request.trySend("2"), StateError, "wanted receive() first");
  await reply.receive();
  await wrong(() => reply.receive(), "Cannot receive on a REP socket: a reply is owed");
  assertThrows(() => reply.tryReceive(), StateError, "wanted send() first");
  await reply.send("1!");
  assertEquals(texts(await request.receive()), ["1!"]);
});

test("a REP with several receives under way serves one request at a time, each after the last reply", async () => {
  await using reply = new Reply();
  await using one = new Request();
  await using other = new Request();
  const receives = [reply.receive(), reply.receive(), reply.receive()];
  await meet(reply, one);
  other.connect(reply.lastEndpoint!);
  const answers = Promise.all([one.request("?"), other.request("?"), one.request("?")]);
  for (const [i, received] of receives.entries()) {
    await received;
    if (i < 2) assertEquals(await isPending(receives[i + 1]!), true);
    await reply.send(`${i}`);
  }
  assertEquals((await answers).map((frames) => text(frames[0])).sort(), ["0", "1", "2"]);
});

test("a relaxed REQ may ask again, and with correlate takes no answer to what it asked before", async () => {
  await using router = new Router();
  await using request = new Request({ relaxed: true, correlate: true });
  await meet(router, request);
  await request.send("first");
  await request.send("second");
  const asked = [await router.receive(), await router.receive()];
  assertEquals(asked.map((frames) => frames.length), [4, 4]);
  for (const [id, number, delimiter, question] of asked) await router.send([id!, number!, delimiter!, question!]);
  assertEquals(texts(await request.receive()), ["second"]);
});

test("relaxed and correlate can be changed at run time", async () => {
  await using router = new Router();
  await using request = new Request();
  await meet(router, request);
  await request.send("first");
  request.relaxed = true;
  request.correlate = true;
  await request.send("second");
  assertEquals([(await router.receive()).length, (await router.receive()).length], [3, 4]);
});
