/** RADIO, DISH and DGRAM over udp, with libzmq's. @module */

import { assertEquals, assertRejects } from "@std/assert";
import { test } from "../harness.ts";
import { leave, LocalPeer, type Peer, type PeerSocket, RemotePeer } from "./peers.ts";

const ours = new LocalPeer();
const libzmq = await RemotePeer.libzmq();

/** An endpoint that was free a moment ago: libzmq does not tell which port it has taken of udp. */
async function free(): Promise<string> {
  await using dgram = await ours.socket("DGRAM");
  return await dgram.bind("udp://127.0.0.1:*");
}

/**
 * libzmq binds a little later than it says, and what is sent before is lost: calls until somebody hears it. Answers the
 * next message that is no such call.
 */
async function hear(call: () => Promise<void>, dish: PeerSocket, body: string): Promise<() => Promise<string[]>> {
  let heard = false;
  const first = dish.receive().finally(() => heard = true);
  while (!heard) {
    await call();
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([first, new Promise((resolve) => timer = setTimeout(resolve, 5))]);
    clearTimeout(timer);
  }
  await first;
  return async () => {
    for (;;) {
      const message = await dish.receive();
      if (message[1] !== body) return message;
    }
  };
}

/** At the edges of what a length can say, and the longest that libzmq reads. */
const BODIES = ["", "x", "a".repeat(255), "b".repeat(256), "c".repeat(8192 - 1 - "Movies".length)];

for (const [from, to] of [[ours, libzmq], [libzmq, ours]] as readonly (readonly [Peer, Peer])[]) {
  test(`udp: a DISH of ${to.name} hears a RADIO of ${from.name}, in its groups alone`, async () => {
    await using radio = await from.socket("RADIO");
    await using dish = await to.socket("DISH");
    await dish.join("Movies", "TV");
    const endpoint = await free();
    await dish.bind(endpoint);
    await radio.connect(endpoint);
    const next = await hear(() => radio.send("TV", "hello?"), dish, "hello?");
    for (const body of BODIES) {
      await radio.send("Radio", "nobody asked for this");
      await radio.send("Movies", body);
      assertEquals(await next(), ["Movies", body]);
    }
    await radio.send("TV", "News");
    assertEquals(await next(), ["TV", "News"]);
  });

  test(`udp: a DGRAM of ${to.name} answers one of ${from.name}`, async () => {
    await using one = await from.socket("DGRAM");
    await using other = await to.socket("DGRAM");
    const [here, there] = [await free(), await free()];
    await one.bind(here);
    await other.bind(there);
    const plain = (endpoint: string): string => endpoint.slice("udp://".length);
    const next = await hear(() => one.send(plain(there), "hello?"), other, "hello?");
    await one.send(plain(there), "question");
    const [sender, question] = await next();
    // libzmq ends an address with a zero octet.
    assertEquals([sender!.replace(/\0$/, ""), question], [plain(here), "question"]);
    const answered = await hear(() => other.send(sender!, "hello!"), one, "hello!");
    await other.send(sender!, "answer");
    const [answerer, answer] = await answered();
    assertEquals([answerer!.replace(/\0$/, ""), answer], [plain(there), "answer"]);
  });
}

test("udp: a DISH of ours and one of libzmq's are in one multicast group, and hear a RADIO of either", async () => {
  await using first = await ours.socket("DISH");
  await using second = await libzmq.socket("DISH");
  await using radio = await ours.socket("RADIO");
  await using other = await libzmq.socket("RADIO");
  const port = (await free()).split(":").at(-1)!;
  const endpoint = `udp://127.0.0.1;239.11.22.55:${port}`;
  for (const dish of [first, second]) {
    await dish.join("g");
    await dish.bind(endpoint);
  }
  for (const sender of [radio, other]) {
    await sender.connect(endpoint);
    const next = [];
    for (const dish of [first, second]) next.push(await hear(() => sender.send("g", "hello?"), dish, "hello?"));
    await sender.send("g", "all");
    for (const message of next) assertEquals(await message(), ["g", "all"]);
  }
});

test("udp: what the one refuses the other does too", async () => {
  for (const peer of [ours, libzmq]) {
    await using push = await peer.socket("PUSH");
    await using radio = await peer.socket("RADIO");
    await using dish = await peer.socket("DISH");
    await assertRejects(() => push.connect("udp://127.0.0.1:5555"));
    await assertRejects(() => radio.bind("udp://127.0.0.1:5555"));
    await assertRejects(() => dish.connect("udp://127.0.0.1:5555"));
  }
});

leave(libzmq);
