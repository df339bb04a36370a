import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { networkInterfaces } from "node:os";
import { EndpointError } from "../../src/errors.ts";
import { detectTransports } from "../../src/runtime/detect.ts";
import { type DatagramHandler, type DatagramTransport, isDatagrams } from "../../src/transport/datagram.ts";
import { test } from "../harness.ts";

const udp = detectTransports().find(isDatagrams) as DatagramTransport;
const OPTIONS = { ipv6: false, multicastHops: 1 };
const addresses = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
  (list ?? []).map(({ address }) => ({ name, address }))
);
const loopback = addresses.find(({ address }) => address === "127.0.0.1")!.name;
const ipv6 = addresses.some(({ address }) => address === "::1");

/** Remembers what came, and lets a test wait for it. */
class Tap implements DatagramHandler {
  readonly #waiting: ((got: [Uint8Array, string]) => void)[] = [];
  readonly #got: [Uint8Array, string][] = [];
  error: Error | undefined;

  received(octets: Uint8Array, from: string): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting([octets, from]);
    else this.#got.push([octets, from]);
  }

  failed(error: Error): void {
    this.error = error;
  }

  next(): Promise<[Uint8Array, string]> {
    const got = this.#got.shift();
    return got !== undefined ? Promise.resolve(got) : new Promise((resolve) => this.#waiting.push(resolve));
  }
}

const sent = (send: (done: (error?: Error) => void) => void): Promise<Error | undefined> =>
  new Promise((resolve) => send(resolve));

test("udp: a datagram arrives whole, as a plain Uint8Array, with its sender's address", async () => {
  const tap = new Tap();
  const bound = await udp.open("udp://127.0.0.1:*", "bind", OPTIONS, tap);
  assertMatch(bound.endpoint, /^udp:\/\/127\.0\.0\.1:[1-9]\d*$/);
  const connected = await udp.open(bound.endpoint, "connect", OPTIONS, new Tap());
  assertEquals(connected.endpoint, bound.endpoint);
  for (const length of [0, 1, 1500, 8192]) {
    const octets = new Uint8Array(length).map((_, i) => i);
    assertEquals(await sent((done) => connected.send(octets, done)), undefined);
    const [got, from] = await tap.next();
    assertEquals(Object.getPrototypeOf(got), Uint8Array.prototype);
    assertEquals(got, octets);
    // A receiver that queues short datagrams holds on to their octets, not to room for long ones.
    assert(got.buffer.byteLength <= 2 * length);
    assertMatch(from, /^127\.0\.0\.1:[1-9]\d*$/);
  }
  await Promise.all([bound.close(), connected.close()]);
});

test("udp: a bound port answers whoever has sent to it", async () => {
  const [here, there] = [new Tap(), new Tap()];
  const one = await udp.open("udp://127.0.0.1:*", "bind", OPTIONS, here);
  const other = await udp.open("udp://127.0.0.1:*", "bind", OPTIONS, there);
  const address = (endpoint: string): string => endpoint.slice("udp://".length);
  await sent((done) => one.send(Uint8Array.of(1), done, address(other.endpoint)));
  const [question, from] = await there.next();
  assertEquals([question, from], [Uint8Array.of(1), address(one.endpoint)]);
  await sent((done) => other.send(Uint8Array.of(2), done, from));
  assertEquals(await here.next(), [Uint8Array.of(2), address(other.endpoint)]);
  await Promise.all([one.close(), other.close()]);
});

test("udp: wildcards, names of interfaces and of this machine can be bound", async () => {
  for (const [endpoint, found] of [["udp://*:*", "0.0.0.0"], [`udp://${loopback}:0`, "127.0.0.1"]] as const) {
    const port = await udp.open(endpoint, "bind", OPTIONS, new Tap());
    assertEquals(port.endpoint.replace(/:\d+$/, ":P"), `udp://${found}:P`);
    await port.close();
  }
});

test("udp: IPv6, with the option ipv6", async () => {
  const tap = new Tap();
  const options = { ...OPTIONS, ipv6: true };
  const bound = await udp.open("udp://[::1]:*", "bind", options, tap);
  assertMatch(bound.endpoint, /^udp:\/\/\[::1\]:\d+$/);
  const connected = await udp.open(bound.endpoint, "connect", options, new Tap());
  await sent((done) => connected.send(Uint8Array.of(7), done));
  const [got, from] = await tap.next();
  assertEquals(got, Uint8Array.of(7));
  assertMatch(from, /^\[::1\]:\d+$/);
  await Promise.all([bound.close(), connected.close()]);
  await refused("udp://[::1]:*", "ENODEV");
}, { skip: !ipv6 });

test("udp: two members of a multicast group on one machine both hear what is sent to it", async () => {
  const taps = [new Tap(), new Tap()];
  const first = await udp.open(`udp://${loopback};239.11.22.33:*`, "bind", OPTIONS, taps[0]!);
  const port = first.endpoint.slice(first.endpoint.lastIndexOf(":") + 1);
  const second = await udp.open(`udp://127.0.0.1;239.11.22.33:${port}`, "bind", OPTIONS, taps[1]!);
  const sender = await udp.open(`udp://${loopback};239.11.22.33:${port}`, "connect", OPTIONS, new Tap());
  await sent((done) => sender.send(Uint8Array.of(1, 2), done));
  for (const tap of taps) assertEquals((await tap.next())[0], Uint8Array.of(1, 2));
  await Promise.all([first.close(), second.close(), sender.close()]);
});

async function refused(endpoint: string, code: string): Promise<void> {
  const error = await assertRejects(() => udp.open(endpoint, "bind", OPTIONS, new Tap()), EndpointError);
  assertEquals(error.code, code);
}

test("udp: a port that is taken is EADDRINUSE, an unknown interface ENODEV, and nothing stays open", async () => {
  const port = await udp.open("udp://127.0.0.1:*", "bind", OPTIONS, new Tap());
  await refused(port.endpoint, "EADDRINUSE");
  await port.close();
  const again = await udp.open(port.endpoint, "bind", OPTIONS, new Tap());
  await again.close();
  await refused("udp://no-such-nic;239.11.22.33:0", "ENODEV");
});

test("udp: what is sent where nobody listens is lost, and the port lives on", async () => {
  const tap = new Tap();
  const gone = await udp.open("udp://127.0.0.1:*", "bind", OPTIONS, tap);
  const { endpoint } = gone;
  const sender = new Tap();
  const port = await udp.open(endpoint, "connect", OPTIONS, sender);
  await gone.close();
  for (let i = 0; i < 3; i++) assertEquals(await sent((done) => port.send(Uint8Array.of(i), done)), undefined);
  const back = await udp.open(endpoint, "bind", OPTIONS, tap);
  await sent((done) => port.send(Uint8Array.of(9), done));
  assertEquals((await tap.next())[0], Uint8Array.of(9));
  assertEquals(sender.error, undefined);
  await Promise.all([port.close(), back.close()]);
});

test("udp: a datagram that the system does not take is told as an error, and the next one goes", async () => {
  const tap = new Tap();
  const bound = await udp.open("udp://127.0.0.1:*", "bind", OPTIONS, tap);
  const port = await udp.open(bound.endpoint, "connect", OPTIONS, new Tap());
  assertInstanceOf(await sent((done) => port.send(new Uint8Array(70_000), done)), Error);
  await sent((done) => port.send(Uint8Array.of(1), done));
  assertEquals((await tap.next())[0], Uint8Array.of(1));
  await Promise.all([bound.close(), port.close()]);
  assertInstanceOf(await sent((done) => port.send(Uint8Array.of(1), done)), Error);
});

test("udp: a call that is given up leaves nothing open", async () => {
  const reason = new Error("enough");
  const options = { ...OPTIONS, signal: AbortSignal.abort(reason) };
  const error = await assertRejects(() => udp.open("udp://127.0.0.1:*", "bind", options, new Tap()));
  assert(error === reason);
});

test("udp: there is nothing to connect to or to listen at", async () => {
  for (const made of [udp.connect("udp://127.0.0.1:1", { signal: new AbortController().signal, ipv6: false })]) {
    assertEquals((await assertRejects(() => made, EndpointError)).code, "ENOTSUP");
  }
});
