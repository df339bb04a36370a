import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  Context,
  curveKeyPair,
  Datagram,
  Dish,
  EndpointError,
  type MessageInput,
  peerOf,
  Pull,
  Push,
  Radio,
  type Sending,
  text,
} from "../../mod.ts";
import { test } from "../harness.ts";

const texts = async (socket: { receive(): Promise<Uint8Array[]> }): Promise<string[]> =>
  (await socket.receive()).map((frame) => text(frame));

/** Waits until the port is open: datagrams that are sent before wait for it. */
async function connected(radio: Radio): Promise<void> {
  while (radio.peers.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

test("RADIO and DISH over udp: a message comes with its group, and those of other groups are dropped by the dish", async () => {
  await using dish = new Dish();
  await using radio = new Radio();
  dish.join("Movies");
  const endpoint = await dish.bind("udp://127.0.0.1:*");
  assertMatch(endpoint, /^udp:\/\/127\.0\.0\.1:[1-9]\d*$/);
  assertEquals([dish.lastEndpoint, dish.stats().peers[0]!.endpoint], [endpoint, endpoint]);
  radio.connect(endpoint);
  await radio.send(["TV", "News"]);
  await radio.send(["Movies", "Terminator"]);
  await radio.send(["Movies", ""]);
  assertEquals(await texts(dish), ["Movies", "Terminator"]);
  assertEquals(await texts(dish), ["Movies", ""]);
  assertEquals(dish.stats().dropped, 1);
  dish.leave("Movies");
  dish.join("TV");
  await radio.send(["Movies", "Alien"]);
  await radio.send(["TV", "Weather"]);
  assertEquals(await texts(dish), ["TV", "Weather"]);
  assertEquals(radio.stats().messagesOut, 5);
});

test("one RADIO sends to dishes over udp and over tcp", async () => {
  await using far = new Dish();
  await using near = new Dish();
  await using radio = new Radio();
  far.join("g");
  near.join("g");
  radio.connect(await far.bind("udp://127.0.0.1:*"));
  near.connect(await radio.bind("tcp://127.0.0.1:*"));
  while (radio.groupsCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await radio.send(["g", "news"]);
  assertEquals(await Promise.all([texts(far), texts(near)]), [["g", "news"], ["g", "news"]]);
});

test("what is longer than a datagram is dropped for udp and counted", async () => {
  await using dish = new Dish();
  await using radio = new Radio();
  dish.join("g");
  radio.connect(await dish.bind("udp://127.0.0.1:*"));
  await connected(radio);
  const most = 8192 - 2;
  await radio.send(["g", new Uint8Array(most + 1)]);
  await radio.send(["g", new Uint8Array(most).fill(7)]);
  const [, body] = await dish.receive();
  assertEquals([body!.length, body![0], radio.peers[0]!.dropped], [most, 7, 1]);
});

test("what is sent may be changed as soon as send has taken it", async () => {
  await using dish = new Dish();
  await using radio = new Radio();
  dish.join("g");
  radio.connect(await dish.bind("udp://127.0.0.1:*"));
  const body = Uint8Array.of(1, 2, 3);
  await radio.send(["g", body]);
  body.fill(0);
  assertEquals((await dish.receive())[1], Uint8Array.of(1, 2, 3));
});

test("with messageMetadata a message tells the address that it came from, and nothing else", async () => {
  await using dish = new Dish({ messageMetadata: true });
  await using radio = new Radio();
  dish.join("g");
  radio.connect(await dish.bind("udp://127.0.0.1:*"));
  await radio.send(["g", "who?"]);
  const peer = peerOf(await dish.receive())!;
  assertMatch(peer.peer, /^udp:\/\/127\.0\.0\.1:\d+$/);
  assertEquals([peer.mechanism, peer.userId, peer.socketType, peer.properties.size], ["NULL", "", "", 0]);
});

test("strangers' datagrams that are no messages are passed over", async () => {
  await using dish = new Dish();
  await using stranger = new Datagram();
  dish.join("g");
  const endpoint = await dish.bind("udp://127.0.0.1:*");
  await stranger.bind("udp://127.0.0.1:*");
  const to = endpoint.slice("udp://".length);
  for (const octets of [[], [255, 1], [3, 0x67, 0, 0x67], [1, 0x67, 0x68]]) {
    await stranger.send([to, Uint8Array.from(octets)]);
  }
  assertEquals(await texts(dish), ["g", "h"]);
});

test("over udp a RADIO connects, a DISH and a DGRAM bind, and other types do neither", async () => {
  const code = (call: () => unknown, words: string): string => assertThrows(call, EndpointError, words).code;
  await using radio = new Radio();
  await using dish = new Dish();
  await using dgram = new Datagram();
  await using push = new Push();
  await using pull = new Pull();
  const endpoint = "udp://127.0.0.1:5555";
  assertEquals(code(() => radio.bind(endpoint), "the socket is a RADIO, wanted connect() for udp"), "ENOCOMPATPROTO");
  assertEquals(code(() => dish.connect(endpoint), "the socket is a DISH, wanted bind() for udp"), "ENOCOMPATPROTO");
  assertEquals(code(() => dgram.connect(endpoint), "the socket is a DGRAM, wanted bind() for udp"), "ENOCOMPATPROTO");
  const other = "tcp://127.0.0.1:1";
  assertEquals(code(() => dgram.connect(other), "a DGRAM has datagrams only, wanted udp://"), "ENOCOMPATPROTO");
  assertEquals((await assertRejects(() => dgram.bind(other), EndpointError, "wanted udp://")).code, "ENOCOMPATPROTO");
  assertEquals(
    code(() => push.connect(endpoint), "the socket is a PUSH, wanted one for datagrams: RADIO, DISH, DGRAM"),
    "ENOCOMPATPROTO",
  );
  assertEquals(
    code(() => pull.bind(endpoint), "the socket is a PULL, wanted one for datagrams: RADIO, DISH, DGRAM"),
    "ENOCOMPATPROTO",
  );
  assertEquals(code(() => radio.connect("udp://127.0.0.1"), "no port found"), "EINVAL");
});

test("a socket with a mechanism has no datagrams, since those have none", () => {
  const { publicKey, secretKey } = curveKeyPair();
  const radio = new Radio({ curveServerKey: publicKey, curvePublicKey: publicKey, curveSecretKey: secretKey });
  const error = assertThrows(() => radio.connect("udp://127.0.0.1:5555"), EndpointError, "mechanism is CURVE");
  assertEquals(error.code, "EINVAL");
});

test("a DGRAM answers whoever has sent to it, and takes libzmq's addresses, which end with a zero octet", async () => {
  await using one = new Datagram();
  await using other = new Datagram();
  const here = (await one.bind("udp://127.0.0.1:*")).slice("udp://".length);
  const there = (await other.bind("udp://127.0.0.1:*")).slice("udp://".length);
  await one.send([`${there}\0`, "question"]);
  const [from, question] = await other.receive();
  assertEquals([text(from), text(question)], [here, "question"]);
  await other.send([from!, "answer"]);
  assertEquals(await texts(one), [there, "answer"]);
  const error = await assertRejects(() => one.bind("udp://127.0.0.1:*"), EndpointError, "has one endpoint");
  assertEquals(error.code, "EINVAL");
});

test("a DGRAM that is bound twice at once has one endpoint", async () => {
  await using one = new Datagram();
  const ends = await Promise.allSettled([one.bind("udp://127.0.0.1:*"), one.bind("udp://127.0.0.1:*")]);
  assertEquals(ends.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
});

test("a datagram of more than maxMessageSize is dropped, and counted", async () => {
  await using one = new Datagram({ maxMessageSize: 3 });
  await using other = new Datagram();
  const here = (await one.bind("udp://127.0.0.1:*")).slice("udp://".length);
  await other.bind("udp://127.0.0.1:*");
  for (const body of ["long", "fit"]) await other.send([here, body]);
  assertEquals(text((await one.receive())[1]), "fit");
  assertEquals(one.stats().peers.map(({ dropped }) => dropped), [1]);
});

test("a DGRAM refuses a message of another form at the call", async () => {
  await using dgram = new Datagram();
  await dgram.bind("udp://127.0.0.1:*");
  const wrong: readonly (readonly [MessageInput, string])[] = [
    ["alone", "the message has 1 part, wanted two: an address and a body"],
    [["127.0.0.1:1", "a", "b"], "the message has 3 parts"],
    [["example.org:1", "a"], 'address is "example.org:1", wanted one as "127.0.0.1:5555"'],
    [["127.0.0.1", "a"], 'address is "127.0.0.1"'],
    [["127.0.0.1:0", "a"], "address is"],
    [["127.0.0.1:70000", "a"], "address is"],
    [["127.0.0.1:1", new Uint8Array(8193)], "body is 8193 octets, limit is 8192"],
  ];
  for (const [message, words] of wrong) {
    assertThrows(() => (dgram as Sending).trySend(message), Error, words);
    assertThrows(() => dgram.send(message), Error, words);
  }
});

test("multicast: every dish of a group hears a radio, over the interface that is named", async () => {
  const options = { multicastHops: 2 };
  await using one = new Dish(options);
  await using other = new Dish(options);
  await using radio = new Radio(options);
  one.join("g");
  other.join("g");
  const endpoint = await one.bind("udp://127.0.0.1;239.11.22.44:*");
  const port = endpoint.slice(endpoint.lastIndexOf(":") + 1);
  await other.bind(`udp://127.0.0.1;239.11.22.44:${port}`);
  radio.connect(`udp://127.0.0.1;239.11.22.44:${port}`);
  await radio.send(["g", "all"]);
  assertEquals(await Promise.all([texts(one), texts(other)]), [["g", "all"], ["g", "all"]]);
});

test("a port is free again once it is unbound, and a radio's endpoint once it is disconnected", async () => {
  await using dish = new Dish();
  const endpoint = await dish.bind("udp://127.0.0.1:*");
  await dish.unbind(endpoint);
  assertEquals(dish.stats().peers, []);
  await dish.bind(endpoint);
  await using radio = new Radio();
  radio.connect(endpoint);
  await connected(radio);
  radio.disconnect(endpoint);
  assertEquals(radio.peers, []);
  assertEquals(assertThrows(() => radio.disconnect(endpoint), EndpointError).code, "ENOENT");
  await assertRejects(() => new Dish().bind(endpoint), EndpointError, "the address is in use");
});

test("closing sends what is queued, and tells what was bound", async () => {
  await using dish = new Dish();
  dish.join("g");
  const radio = new Radio();
  radio.connect(await dish.bind("udp://127.0.0.1:*"));
  await radio.send(["g", "last words"]);
  assertEquals(await radio.close(), { unsent: 0 });
  assertEquals(await texts(dish), ["g", "last words"]);
});

test("where there is no udp the error names what there is", () => {
  const dish = new Dish({ context: new Context({ transports: [] }) });
  const error = assertThrows(() => dish.bind("udp://127.0.0.1:*"), EndpointError, 'transport is "udp"');
  assertEquals(error.code, "EPROTONOSUPPORT");
});
