import { assert, assertEquals } from "@std/assert";
import { EndpointError } from "../../src/errors.ts";
import type { Link } from "../../src/transport/link.ts";
import { dialThroughSocks } from "../../src/transport/socks_link.ts";
import { hex, test, toHex } from "../harness.ts";
import { checksum, DIAL, Door, failure, LISTEN, pattern, subject, Tap } from "./rig.ts";

const tcp = subject("tcp");
const GRANTED = "05 00 00 01 00000000 0000";
/** `05 01 00`, then the request for `tcp://zmq:5555`. */
const REQUEST = "05 01 00 05 01 00 03 03 7A 6D 71 15 B3";

/** A proxy's socket: where it is, and who came in. */
async function proxy(): Promise<{ address: string; door: Door; close(): Promise<void> }> {
  const door = new Door();
  const listener = await tcp.listen("tcp://127.0.0.1:*", LISTEN, door);
  return { address: listener.endpoint.slice("tcp://".length), door, close: () => listener.close() };
}

/** Lets the client through, sending `first` with the grant. */
async function grant(door: Door, first: Uint8Array): Promise<[Link, Tap]> {
  const link = await door.next();
  const tap = new Tap(link);
  await tap.received(3);
  await link.write(hex("05 00"));
  await tap.received(hex(REQUEST).length);
  assertEquals(toHex(tap.bytes), toHex(hex(REQUEST)));
  const reply = hex(GRANTED);
  const all = new Uint8Array(reply.length + first.length);
  all.set(reply);
  all.set(first, reply.length);
  await link.write(all);
  return [link, tap];
}

for (const size of [0, 1, 100_000]) {
  test(`a link through a SOCKS proxy loses nothing of ${size} octets that come with the grant`, async () => {
    const { address, door, close } = await proxy();
    const first = pattern(size);
    const [link, [far, there]] = await Promise.all([
      dialThroughSocks(tcp, address, "tcp://zmq:5555", DIAL),
      grant(door, first),
    ]);
    assertEquals([link.remote, link.local], ["tcp://zmq:5555", far.remote]);
    const here = new Tap(link);
    assertEquals(here.total, 0);
    await here.received(size);
    const before = there.total;
    await link.write(pattern(1000));
    await there.received(before + 1000);
    await far.write(pattern(1000, 2));
    await here.received(size + 1000);
    assertEquals(checksum(here.bytes.subarray(0, size)), checksum(first));
    assertEquals(checksum(here.bytes.subarray(size)), checksum(pattern(1000, 2)));
    far.close();
    await Promise.all([here.ended, there.ended]);
    assertEquals([here.closings, here.error], [1, undefined]);
    await close();
  });
}

test("a link through a SOCKS proxy can be paused from the start", async () => {
  const { address, door, close } = await proxy();
  const [link, [far, there]] = await Promise.all([
    dialThroughSocks(tcp, address, "tcp://zmq:5555", DIAL),
    grant(door, pattern(100)),
  ]);
  const here = new Tap(link);
  link.pause();
  const other = await tcp.connect(`tcp://${address}`, DIAL);
  const others: [Link, Tap][] = [[other, new Tap(other)]];
  const accepted = await door.next();
  others.push([accepted, new Tap(accepted)]);
  await other.write(pattern(10));
  await others[1]![1].received(10);
  assertEquals(here.total, 0);
  link.resume();
  await here.received(100);
  assertEquals(checksum(here.bytes), checksum(pattern(100)));
  for (const [end, tap] of [[link, here], [far, there], ...others] as const) {
    end.abort();
    await tap.ended;
  }
  await close();
});

test("a link through a SOCKS proxy that ended before its start says so after its last octets", async () => {
  const { address, door, close } = await proxy();
  const [link, [far, there]] = await Promise.all([
    dialThroughSocks(tcp, address, "tcp://zmq:5555", DIAL),
    grant(door, pattern(100)),
  ]);
  far.close();
  const here = new Tap(link);
  await Promise.all([here.ended, there.ended]);
  assertEquals([checksum(here.bytes), here.closings], [checksum(pattern(100)), 1]);
  await close();
});

test("a link through a SOCKS proxy can be closed and aborted without a start", async () => {
  for (const way of ["close", "abort"] as const) {
    const { address, door, close } = await proxy();
    const [link, [, there]] = await Promise.all([
      dialThroughSocks(tcp, address, "tcp://zmq:5555", DIAL),
      grant(door, pattern(100)),
    ]);
    link[way]();
    await there.ended;
    const here = new Tap(link);
    await here.ended;
    assertEquals([here.total, here.closings], [0, 1]);
    await close();
  }
});

test("a SOCKS proxy's refusal is about the endpoint asked for", async () => {
  const { address, door, close } = await proxy();
  const dialling = failure(dialThroughSocks(tcp, address, "tcp://zmq:5555", DIAL));
  const link = await door.next();
  const tap = new Tap(link);
  await tap.received(3);
  await link.write(hex("05 FF"));
  const error = await dialling;
  assert(error instanceof EndpointError);
  assertEquals([error.code, error.endpoint], ["EACCES", "tcp://zmq:5555"]);
  await tap.ended;
  await close();
});

test("a SOCKS proxy that closes during the handshake is ECONNRESET", async () => {
  const { address, door, close } = await proxy();
  const dialling = failure(dialThroughSocks(tcp, address, "tcp://zmq:5555", DIAL));
  const link = await door.next();
  const tap = new Tap(link);
  await tap.received(3);
  link.close();
  const error = await dialling;
  assertEquals(error.code, "ECONNRESET");
  assertEquals(
    error.message,
    'Cannot connect to "tcp://zmq:5555": proxy closed the connection during the handshake, wanted its reply',
  );
  await tap.ended;
  await close();
});

test("a SOCKS proxy that cannot be reached is said to be the reason", async () => {
  const { address, close } = await proxy();
  await close();
  const error = await failure(dialThroughSocks(tcp, address, "tcp://zmq:5555", DIAL));
  assert(error instanceof EndpointError);
  assertEquals([error.code, error.endpoint], ["ECONNREFUSED", "tcp://zmq:5555"]);
  assertEquals(
    error.message,
    `Cannot connect to "tcp://zmq:5555": proxy "${address}" cannot be reached, wanted a SOCKS5 proxy there`,
  );
  assertEquals((await failure(dialThroughSocks(tcp, "nowhere", "tcp://zmq:5555", DIAL))).code, "EINVAL");
});

test("a dial through a SOCKS proxy can be given up while the proxy is silent", async () => {
  const { address, door, close } = await proxy();
  const controller = new AbortController();
  const reason = new Error("given up");
  const dialling = failure(dialThroughSocks(tcp, address, "tcp://zmq:5555", { ...DIAL, signal: controller.signal }));
  const link = await door.next();
  const tap = new Tap(link);
  await tap.received(3);
  controller.abort(reason);
  assertEquals(await dialling, reason);
  await tap.ended;
  await close();
  const aborted = { ...DIAL, signal: AbortSignal.abort(reason) };
  assertEquals(await failure(dialThroughSocks(tcp, address, "tcp://zmq:5555", aborted)), reason);
});
