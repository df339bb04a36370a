/**
 * What is said of peers that come and go, `helloMessage`, `disconnectMessage` and `hiccupMessage`: between this library and
 * libzmq, and the same of each alone.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { leave, LocalPeer, type Peer, RemotePeer } from "./peers.ts";

const ours = new LocalPeer();
const libzmq = await RemotePeer.libzmq();

/** Who has the option, and who is at the other end. */
const PAIRS: readonly (readonly [Peer, Peer])[] = [[ours, libzmq], [libzmq, ours], [libzmq, libzmq], [ours, ours]];

for (const [speaker, hearer] of PAIRS) {
  const between = `${speaker.name} to ${hearer.name}`;

  test(`${between}: a ROUTER's hello is the first that each DEALER hears`, async () => {
    await using router = await speaker.socket("ROUTER", { helloMessage: "hello" });
    const endpoint = await router.bind();
    for (const routingId of ["a", "b"]) {
      await using dealer = await hearer.socket("DEALER", { routingId });
      await dealer.connect(endpoint);
      await dealer.send("here");
      assertEquals(await router.receive(), [routingId, "here"]);
      await router.send(routingId, "second");
      assertEquals([await dealer.receive(), await dealer.receive()], [["hello"], ["second"]]);
    }
  });

  test(`${between}: a DEALER's hello goes before what was queued, and comes again with each connection`, async () => {
    const free = await hearer.socket("ROUTER");
    const endpoint = await free.bind();
    await free.close();
    await using dealer = await speaker.socket("DEALER", { helloMessage: "hello", routingId: "d" });
    await dealer.connect(endpoint);
    await dealer.send("queued");
    const first = await hearer.socket("ROUTER");
    await first.bind(endpoint);
    assertEquals([await first.receive(), await first.receive()], [["d", "hello"], ["d", "queued"]]);
    await first.close();
    await using second = await hearer.socket("ROUTER");
    await second.bind(endpoint);
    assertEquals(await second.receive(), ["d", "hello"]);
  });

  test(`${between}: the disconnect message comes last, and is the local application's alone`, async () => {
    await using router = await speaker.socket("ROUTER", { disconnectMessage: "gone" });
    const endpoint = await router.bind();
    const dealer = await hearer.socket("DEALER", { routingId: "d" });
    await dealer.connect(endpoint);
    for (const text of ["1", "2"]) await dealer.send(text);
    await dealer.close(10_000);
    const heard = [await router.receive(), await router.receive(), await router.receive()];
    assertEquals(heard, [["d", "1"], ["d", "2"], ["d", "gone"]]);
  });

  test(`${between}: the hiccup message comes when the other end is lost, and messages go on with the next`, async () => {
    await using dealer = await speaker.socket("DEALER", { hiccupMessage: "lost", routingId: "d" });
    const first = await hearer.socket("ROUTER");
    const endpoint = await first.bind();
    await dealer.connect(endpoint);
    await dealer.send("1");
    assertEquals(await first.receive(), ["d", "1"]);
    await first.send("d", "2");
    await first.close(10_000);
    assertEquals([await dealer.receive(), await dealer.receive()], [["2"], ["lost"]]);
    await using second = await hearer.socket("ROUTER");
    await second.bind(endpoint);
    await dealer.send("3");
    assertEquals(await second.receive(), ["d", "3"]);
  });
}

for (const [speaker, hearer] of PAIRS) {
  const between = `${speaker.name} to ${hearer.name}`;

  test(`${between}: a SERVER greets, and is told who is gone; a CLIENT greets, and is told of a lost connection`, async () => {
    const server = await speaker.socket("SERVER", { helloMessage: "hello", disconnectMessage: "gone" });
    const endpoint = await server.bind();
    const visitor = await hearer.socket("CLIENT");
    await visitor.connect(endpoint);
    assertEquals(await visitor.receive(), ["hello"]);
    await visitor.send("1");
    const [id, first] = await server.receive();
    await visitor.close(10_000);
    assertEquals([first, await server.receive()], ["1", [id!, "gone"]]);
    await server.close();

    await using client = await speaker.socket("CLIENT", { helloMessage: "hello", hiccupMessage: "lost" });
    const other = await hearer.socket("SERVER");
    await client.connect(await other.bind());
    const [sender, hello] = await other.receive();
    assertEquals(hello, "hello");
    await other.send(sender!, "2");
    // So that it has gone out before the other end is closed.
    assertEquals(await client.receive(), ["2"]);
    await other.close();
    assertEquals(await client.receive(), ["lost"]);
  });
}

test("PEER: libzmq's hello reaches ours, and its leaving is told", async () => {
  await using peer = await ours.socket("PEER", { helloMessage: "hello", disconnectMessage: "gone" });
  const other = await libzmq.socket("PEER", { helloMessage: "hello from libzmq" });
  await other.connect(await peer.bind());
  const [id, hello] = await peer.receive();
  assertEquals(hello, "hello from libzmq");
  assertEquals((await other.receive()).at(-1), "hello");
  await other.close();
  assertEquals(await peer.receive(), [id!, "gone"]);
});

for (const peer of [ours, libzmq]) {
  test(`${peer.name} over inproc: a hello both ways, and a disconnect message for who has bound`, async () => {
    await using router = await peer.socket("ROUTER", { helloMessage: "hello from router", disconnectMessage: "gone" });
    const dealer = await peer.socket("DEALER", { helloMessage: "hello", hiccupMessage: "lost", routingId: "d" });
    const endpoint = `inproc://hello-${peer.name}`;
    await router.bind(endpoint);
    await dealer.connect(endpoint);
    await dealer.send("1");
    assertEquals([await router.receive(), await router.receive()], [["d", "hello"], ["d", "1"]]);
    assertEquals(await dealer.receive(), ["hello from router"]);
    await dealer.close();
    assertEquals(await router.receive(), ["d", "gone"]);
  });

  test(`${peer.name} over inproc: connected before it is bound, a hello is still the first`, async () => {
    await using dealer = await peer.socket("DEALER", { helloMessage: "hello", routingId: "d" });
    await using router = await peer.socket("ROUTER", { helloMessage: "hello from router" });
    const endpoint = `inproc://late-${peer.name}`;
    await dealer.connect(endpoint);
    await dealer.send("1");
    await router.bind(endpoint);
    assertEquals([await router.receive(), await router.receive()], [["d", "hello"], ["d", "1"]]);
    assertEquals(await dealer.receive(), ["hello from router"]);
  });
}

leave(libzmq);
