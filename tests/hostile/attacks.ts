/**
 * Attackers: what a peer may do to a socket of ours over tcp, one connection each, with nothing of the library but
 * CURVE's own boxes. The tests run each once; `npm run bench -- --only hostile` again and again.
 *
 * @module
 */

import type { SocketOptions } from "../../mod.ts";
import { latin1 } from "../../src/bytes/ascii.ts";
import { command, frame, greeting, join, RawPeer, ready } from "../interop/raw_peer.ts";
import { hex } from "../harness.ts";
import { CURVE_SERVER, CurveAttacker } from "./curve_attacker.ts";

/** What is attacked. CURVE is a PULL that is a CURVE server. */
export type Target = "PULL" | "XPUB" | "RADIO" | "ROUTER" | "CURVE";

/** One attack. */
export interface Attack {
  readonly name: string;
  readonly target: Target;
  /** Limits so low that a test is short; without them the attack meets the defaults. */
  readonly limits?: SocketOptions & { readonly maxSubscriptions?: number; readonly maxSubscriptionOctets?: number };
  /** The one event that it comes to: its type, its error's code, and words of its message. */
  readonly event: "handshake:error:protocol" | "handshake:error:other" | "disconnect";
  readonly code: string;
  readonly words: string;
  /** The most octets that the socket takes in of it, with those limits. */
  readonly most: number;
  /** Attacks with one connection, until that is ended. `pause`: milliseconds between two octets of a slow attacker. */
  run(endpoint: string, pause: number): Promise<void>;
}

/** What the kernel may have, and the socket read, before it looks at what came first. */
const IN_FLIGHT = 1 << 20;
const LATE = { event: "handshake:error:other", code: "ETIMEDOUT", words: "it is not complete after 300 ms" } as const;
const BROKEN = { event: "disconnect", code: "EPROTO" } as const;
const SHUT_OUT = { event: "handshake:error:protocol", code: "EPROTO" } as const;
/** So many copies make writes that are not all overhead. */
const COPIES = 5000;

/** All attacks by one connection. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "a greeting that stops after ten octets",
    target: "PULL",
    limits: { handshakeInterval: 300 },
    ...LATE,
    most: 10,
    run: (endpoint) => hold(endpoint, greeting().subarray(0, 10)),
  },
  {
    name: "a handshake that stops before READY",
    target: "PULL",
    limits: { handshakeInterval: 300 },
    ...LATE,
    most: 64,
    run: (endpoint) => hold(endpoint, greeting()),
  },
  {
    name: "a greeting that comes an octet at a time",
    target: "PULL",
    limits: { handshakeInterval: 300 },
    ...LATE,
    most: 64,
    run: drip,
  },
  {
    name: "a handshake's command of 64 KiB that never ends",
    target: "PULL",
    limits: { handshakeInterval: 300 },
    ...LATE,
    most: 64 + 65536,
    run: (endpoint) => hold(endpoint, join(greeting(), hex("06 00 00 00 00 00 01 00 00"), new Uint8Array(65000))),
  },
  {
    name: "a handshake's command of 2^63 octets",
    target: "PULL",
    ...SHUT_OUT,
    words: "body is 9223372036854776000 octets, limit is 65536",
    most: IN_FLIGHT,
    run: (endpoint) => hold(endpoint, join(greeting(), hex("06 80 00 00 00 00 00 00 00"))),
  },
  {
    name: "subscriptions without end",
    target: "XPUB",
    limits: { maxSubscriptions: 20_000 },
    ...BROKEN,
    words: "Cannot subscribe: it would be topic 20001 of the peer",
    most: 20_000 * 24 + IN_FLIGHT,
    run: (endpoint) => flood(endpoint, "SUB", (from) => topics(from, 0)),
  },
  {
    name: "long subscriptions without end",
    target: "XPUB",
    limits: { maxSubscriptionOctets: 1 << 20 },
    ...BROKEN,
    words: "limits are 131072 and 1048576",
    most: 2 * IN_FLIGHT,
    run: (endpoint) => flood(endpoint, "SUB", (from) => topics(from, 2000, 100)),
  },
  {
    name: "groups joined without end",
    target: "RADIO",
    limits: { maxSubscriptions: 20_000 },
    ...BROKEN,
    words: "Cannot join: it would be topic 20001 of the peer",
    most: 20_000 * 24 + IN_FLIGHT,
    run: (endpoint) => flood(endpoint, "DISH", (from) => topics(from, 0, COPIES, "JOIN")),
  },
  {
    name: "a group whose name is too long",
    target: "RADIO",
    ...BROKEN,
    words: "Cannot join: the group is 2000 octets, wanted 255 at the most",
    most: IN_FLIGHT,
    run: (endpoint) => flood(endpoint, "DISH", (from) => topics(from, 2000, 100, "JOIN")),
  },
  {
    name: "parts without end, all of them empty",
    target: "PULL",
    ...BROKEN,
    words: "it has more than 65536 frames",
    most: 2 * 65536 + IN_FLIGHT,
    run: (endpoint) => flood(endpoint, "PUSH", () => repeat(frame(1))),
  },
  {
    name: "parts without end, of 50 000 octets",
    target: "PULL",
    limits: { maxMessageSize: 1 << 20 },
    ...BROKEN,
    words: "limit is 1048576",
    most: 2 * IN_FLIGHT,
    run: (endpoint) => flood(endpoint, "PUSH", () => frame(1, new Uint8Array(50_000))),
  },
  {
    name: "a frame of 2^63 octets",
    target: "PULL",
    ...BROKEN,
    words: "body is 9223372036854776000 octets, limit is 268435456",
    most: IN_FLIGHT,
    run: (endpoint) => flood(endpoint, "PUSH", () => repeat(hex("02 80 00 00 00 00 00 00 00"))),
  },
  {
    name: "empty commands",
    target: "PULL",
    ...BROKEN,
    words: "its body is empty, wanted a name",
    most: IN_FLIGHT,
    run: (endpoint) => flood(endpoint, "PUSH", () => repeat(frame(4))),
  },
  {
    name: "PINGs without end",
    target: "PULL",
    limits: { maxPingRate: 1000 },
    ...BROKEN,
    words: "more than 1000 a second carry nothing, as PING does",
    most: 9 * 20_000 + IN_FLIGHT,
    run: (endpoint) => flood(endpoint, "PUSH", () => repeat(command("PING", "\0\0"))),
  },
  {
    name: "unknown commands without end",
    target: "PULL",
    limits: { maxPingRate: 1000 },
    ...BROKEN,
    words: "more than 1000 a second carry nothing, as PING does",
    most: 5 * 20_000 + IN_FLIGHT,
    run: (endpoint) => flood(endpoint, "PUSH", () => repeat(command("HI"))),
  },
  {
    name: "another peer's routing id",
    target: "ROUTER",
    event: "disconnect",
    code: "EADDRINUSE",
    words: 'routing id "honest" is in use',
    most: IN_FLIGHT,
    async run(endpoint) {
      await using peer = await RawPeer.dial(endpoint);
      // Messages behind it are to pass for the honest one's.
      await peer.write(greeting(), ready("DEALER", { Identity: "honest" }), frame(0, "forged"));
      await peer.closed;
    },
  },
  {
    name: "NULL, to a CURVE server",
    target: "CURVE",
    ...SHUT_OUT,
    words: `the peer's mechanism is "NULL", wanted "CURVE"`,
    most: IN_FLIGHT,
    run: (endpoint) => hold(endpoint, join(greeting(), ready("PUSH"), frame(0, "in the clear"))),
  },
  {
    name: "NULL's READY behind CURVE's greeting",
    target: "CURVE",
    ...SHUT_OUT,
    words: 'the peer sent command "READY", wanted "HELLO"',
    most: IN_FLIGHT,
    run: (endpoint) => hold(endpoint, join(greeting(1, "CURVE"), ready("PUSH"), frame(0, "in the clear"))),
  },
  {
    name: "ZMTP 2.0, to a CURVE server",
    target: "CURVE",
    ...SHUT_OUT,
    words: "the peer speaks ZMTP 2.0",
    most: IN_FLIGHT,
    run: (endpoint) => hold(endpoint, hex("FF 00 00 00 00 00 00 00 01 7F 01 08 00 00")),
  },
  {
    name: "a cookie of another connection",
    target: "CURVE",
    ...SHUT_OUT,
    words: "its cookie is not the one that we sent",
    most: IN_FLIGHT,
    async run(endpoint) {
      // The other connection ends with this one, in peace.
      await using other = await CurveAttacker.dial(endpoint);
      await using attacker = await CurveAttacker.dial(endpoint);
      const foreign = await other.initiate();
      const initiate = await attacker.initiate();
      initiate.set(foreign.subarray(9, 9 + 96), 9);
      await other.finish(foreign);
      await attacker.say(initiate);
      await attacker.closed;
    },
  },
  {
    name: "a vouch that is cut short",
    target: "CURVE",
    ...SHUT_OUT,
    words: "Cannot",
    most: IN_FLIGHT,
    async run(endpoint) {
      await using attacker = await CurveAttacker.dial(endpoint);
      await attacker.initiate();
      await attacker.say(attacker.resealed((text) => text.slice(0, 32 + 16 + 40)));
      await attacker.closed;
    },
  },
  {
    name: "a vouch that is another's",
    target: "CURVE",
    ...SHUT_OUT,
    words: "Cannot open",
    most: IN_FLIGHT,
    async run(endpoint) {
      await using attacker = await CurveAttacker.dial(endpoint);
      await attacker.initiate();
      // The long-term key of the server itself, which it surely trusts.
      await attacker.say(attacker.resealed((text) => (text.set(CURVE_SERVER.publicKey), text)));
      await attacker.closed;
    },
  },
  {
    name: "a box that is sent again",
    target: "CURVE",
    ...BROKEN,
    words: "its counter is not above the last",
    most: IN_FLIGHT,
    run: (endpoint) => boxes(endpoint, (seal) => [seal("one"), seal("two")].flatMap((box) => [box, box])),
  },
  {
    name: "boxes in another order",
    target: "CURVE",
    ...BROKEN,
    words: "its counter is not above the last",
    most: IN_FLIGHT,
    run: (endpoint) => boxes(endpoint, (seal) => [seal("one"), seal("two"), seal("three")].reverse()),
  },
  {
    name: "a counter that serves two boxes",
    target: "CURVE",
    ...BROKEN,
    words: "its counter is not above the last",
    most: IN_FLIGHT,
    run: (endpoint) => boxes(endpoint, (seal, again) => [seal("one"), again("another")]),
  },
  {
    name: "a clear message after CURVE's handshake",
    target: "CURVE",
    ...BROKEN,
    words: "wanted a MESSAGE of CURVE",
    most: IN_FLIGHT,
    run: (endpoint) => boxes(endpoint, () => [latin1("in the clear, and as long as a box is")]),
  },
];

/** Says something, and waits to be hung up on. */
async function hold(endpoint: string, octets: Uint8Array): Promise<void> {
  await using peer = await RawPeer.dial(endpoint);
  await peer.write(octets);
  await peer.closed;
}

/** Sends a greeting octet by octet. */
async function drip(endpoint: string, pause: number): Promise<void> {
  await using peer = await RawPeer.dial(endpoint);
  const octets = greeting();
  let at = 0;
  // The first octets of a slow peer that is honest are no different: only the time tells.
  const timer = setInterval(() => {
    if (at < octets.length) void peer.write(octets.subarray(at, ++at));
  }, pause);
  await peer.closed;
  clearInterval(timer);
}

/** Shakes hands, and then sends whatever `next` makes until the connection is ended. */
async function flood(endpoint: string, type: string, next: (round: number) => Uint8Array): Promise<void> {
  await using peer = await RawPeer.dial(endpoint);
  await peer.shake(type);
  let over = false;
  void peer.closed.then(() => over = true);
  for (let round = 0; !over; round++) {
    await Promise.race([peer.write(next(round)), peer.closed]);
    // A write that the system takes at once costs no turn: others would have none until its buffers are full.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Shakes hands as a CURVE client, and sends boxes: `again` reuses the counter of the one before. */
async function boxes(
  endpoint: string,
  make: (seal: (text: string) => Uint8Array, again: (text: string) => Uint8Array) => Uint8Array[],
): Promise<void> {
  await using attacker = await CurveAttacker.dial(endpoint);
  await attacker.finish(await attacker.initiate());
  const sent = make((text) => attacker.seal(text), (text) => attacker.sealAgain(text));
  await attacker.write(join(...sent.map((box) => frame(0, box))));
  await attacker.closed;
}

function repeat(octets: Uint8Array): Uint8Array {
  return join(...Array(COPIES).fill(octets));
}

/** Subscriptions, or groups, that nobody had before. */
function topics(round: number, padding: number, count = COPIES, name = "SUBSCRIBE"): Uint8Array {
  const first = round * count;
  const commands = Array.from({ length: count }, (_, i) => command(name, `${first + i}`.padEnd(padding, "x")));
  return join(...commands);
}
