/** What is said of peers that come and go: `helloMessage`, `disconnectMessage`, `hiccupMessage`. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client, Dealer, type Frames, Peer, Push, Router, Server } from "../../mod.ts";
import { test } from "../harness.ts";
import { type Loose, meet, texts, until } from "../socket_fixture.ts";

const TCP = "tcp://127.0.0.1:*";

for (const endpoint of [TCP, "inproc://hello"]) {
  test(`${endpoint}: a hello is any octets, none included, and goes before all else`, async () => {
    for (const hello of ["", "h\u00e9", Uint8Array.of(0, 1, 255)]) {
      await using router = new Router({ helloMessage: hello, probeRouter: true });
      await using dealer = new Dealer();
      await meet(router, dealer, endpoint);
      const octets = typeof hello === "string" ? new TextEncoder().encode(hello) : hello;
      assertEquals(await dealer.receive(), [octets] as Frames);
      assertEquals(texts(await dealer.receive()), [""]);
    }
  });
}

test("what waits in a full queue waits behind the hello", async () => {
  await using router = new Router();
  await using dealer = new Dealer({ helloMessage: "hello", sendHighWaterMark: 1 });
  const endpoint = await router.bind(TCP);
  dealer.connect(endpoint);
  await Promise.all(["1", "2", "3"].map((text) => dealer.send(text)));
  const heard = [];
  while (heard.length < 4) heard.push(texts(await router.receive())![1]);
  assertEquals(heard, ["hello", "1", "2", "3"]);
});

test("our own unbind tells nobody of a disconnection, and a peer that leaves is told of, even while we wait", async () => {
  await using router = new Router({ disconnectMessage: "gone" });
  await using first = new Dealer({ routingId: "first" });
  const endpoint = await meet(router, first);
  await router.unbind(endpoint);
  await until(() => router.peers.length === 0);
  assertEquals(router.tryReceive(), undefined);

  const second = new Dealer({ routingId: "second" });
  await meet(router, second);
  const waiting = router.receive();
  await second.close();
  assertEquals(texts(await waiting), ["second", "gone"]);
});

test("a disconnect message is no reply: whoever has gone cannot be addressed", async () => {
  await using router = new Router({ disconnectMessage: "gone", mandatory: true });
  const dealer = new Dealer({ routingId: "d" });
  await meet(router, dealer);
  await dealer.close();
  assertEquals(texts(await router.receive()), ["d", "gone"]);
  await assertRejects(() => router.send(["d", "x"]), Error, "no peer has the routing id");
});

test("with handover an id that is taken over has not gone", async () => {
  await using router = new Router({ disconnectMessage: "gone", handover: true });
  const endpoint = await router.bind(TCP);
  await using old = new Dealer({ routingId: "d", reconnectInterval: 0 });
  old.connect(endpoint);
  await until(() => router.peers.length === 1);
  const lost = router.events.once("disconnect");
  const heir = new Dealer({ routingId: "d" });
  heir.connect(endpoint);
  await heir.send("mine");
  assertEquals(texts(await router.receive()), ["d", "mine"]);
  await lost;
  assertEquals(router.tryReceive(), undefined);
  await heir.close();
  assertEquals(texts(await router.receive()), ["d", "gone"]);
});

test("a hiccup message comes even if the endpoint is dialled no more", async () => {
  for (const options of [{ reconnectInterval: 0 }, { immediate: true }]) {
    const router = new Router();
    await using dealer = new Dealer({ hiccupMessage: "lost", ...options });
    await meet(router, dealer);
    await router.close();
    assertEquals(texts(await dealer.receive()), ["lost"]);
  }
});

for (const endpoint of [TCP, "inproc://numbered"]) {
  test(`${endpoint}: SERVER and CLIENT, each with all that it heeds`, async () => {
    const server = new Server({ helloMessage: "hello from server", disconnectMessage: "gone" });
    const client = new Client({ helloMessage: "hello from client", hiccupMessage: "lost" });
    const leaver = new Client();
    const bound = await meet(server, client, endpoint);
    const [id, hello] = await server.receive();
    assertEquals([texts([hello!]), texts(await client.receive())], [["hello from client"], ["hello from server"]]);
    leaver.connect(bound);
    await leaver.send("1");
    const [other] = await server.receive();
    await leaver.close();
    assertEquals(await server.receive(), [other!, new TextEncoder().encode("gone")]);
    await server.send([id!, "2"]);
    await server.close();
    assertEquals(texts(await client.receive()), ["2"]);
    // Over inproc nothing is connected again.
    if (endpoint === TCP) assertEquals(texts(await client.receive()), ["lost"]);
    else assertEquals(client.tryReceive(), undefined);
    await client.close();
  });

  test(`${endpoint}: a PEER heeds all three, by which side it is`, async () => {
    const options = { helloMessage: "hello", disconnectMessage: "gone", hiccupMessage: "lost" };
    await using binder = new Peer(options);
    const connecter = new Peer(options);
    const id = connecter.connectPeer(await binder.bind(endpoint));
    const [from, hello] = await binder.receive();
    assertEquals(texts([hello!]), ["hello"]);
    assertEquals(await connecter.receive(), [id, new TextEncoder().encode("hello")] as Frames);
    await connecter.close();
    assertEquals(await binder.receive(), [from!, new TextEncoder().encode("gone")] as Frames);
  });
}

test("a PEER's lost connection is told of under the id that it keeps", async () => {
  const binder = new Peer();
  await using connecter = new Peer({ hiccupMessage: "lost" });
  const id = connecter.connectPeer(await binder.bind(TCP));
  await until(() => binder.peers.length === 1);
  await binder.close();
  assertEquals(await connecter.receive(), [id, new TextEncoder().encode("lost")] as Frames);
});

test("a SERVER that sends a client away itself is not told of it", async () => {
  await using server = new Server({ disconnectMessage: "gone" });
  await using client = new Client({ reconnectInterval: 0 });
  await meet(server, client);
  await client.send("1");
  const [id] = await server.receive();
  server.disconnectPeer(id!);
  await until(() => server.peers.length === 0 && client.peers.length === 0);
  assertEquals(server.tryReceive(), undefined);
});

test("an option that is set later holds for the peers to come, and null is none", async () => {
  await using router = new Router({ helloMessage: "one" });
  const endpoint = await router.bind(TCP);
  router.helloMessage = "two";
  await using first = new Dealer();
  first.connect(endpoint);
  assertEquals(texts(await first.receive()), ["two"]);
  router.helloMessage = null;
  await using second = new Dealer({ routingId: "second" });
  second.connect(endpoint);
  await until(() => router.peers.length === 2);
  await router.send(["second", "after none"]);
  assertEquals(texts(await second.receive()), ["after none"]);
});

test("who heeds which, and what each takes", () => {
  const wrong = (call: () => unknown, why: string): void =>
    void assertThrows(call, TypeError, `Cannot set option ${why}`);
  wrong(() => new Push({ helloMessage: "x" } as Loose), '"helloMessage": the socket is a PUSH, wanted DEALER, ROUTER,');
  wrong(() => new Dealer({ disconnectMessage: "x" } as Loose), '"disconnectMessage": the socket is a DEALER');
  wrong(() => new Router({ hiccupMessage: "x" } as Loose), '"hiccupMessage": the socket is a ROUTER');
  for (const name of ["helloMessage", "hiccupMessage"]) {
    wrong(() => new Dealer({ [name]: 5 } as Loose), `"${name}": value is 5, wanted text, octets or null`);
  }
  const octets = Uint8Array.of(1);
  const dealer = new Dealer({ helloMessage: octets, hiccupMessage: "text" });
  octets[0] = 9;
  assertEquals([dealer.helloMessage, dealer.hiccupMessage], [Uint8Array.of(1), "text"]);
  assertEquals(new Router().disconnectMessage, null);
});
