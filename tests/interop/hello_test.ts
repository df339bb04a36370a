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
    await first.close();
    assertEquals([await dealer.receive(), await dealer.receive()], [["2"], ["lost"]]);
    await using second = await hearer.socket("ROUTER");
    await second.bind(endpoint);
    await dealer.send("3");
    assertEquals(await second.receive(), ["d", "3"]);
  });
}

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
