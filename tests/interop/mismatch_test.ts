/**
 * libzmq peers that do not fit: another mechanism, another socket type. They cost their own connection and nothing more.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Publisher, Pull, Push, Reply, text } from "../../mod.ts";
import { test } from "../harness.ts";
import type { EventLog, OptionBag, TypeName } from "./commands.ts";
import { leave, RemotePeer } from "./peers.ts";
import { watch } from "./waiting.ts";

const libzmq = await RemotePeer.libzmq();

// A pair of the Z85 keys in libzmq's own documentation: not secret at all.
const PUBLIC = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
const SECRET = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";

const MECHANISMS: readonly OptionBag[] = [
  { plainServer: true },
  { plainUsername: "admin", plainPassword: "secret" },
  { curveServer: true, curveSecretKey: SECRET },
  { curveServerKey: PUBLIC, curvePublicKey: PUBLIC, curveSecretKey: SECRET },
];

/** libzmq hangs up when it has read our greeting, and its own is not always on its way by then. */
const WANTED = /hung up on our greeting, as libzmq does unless its mechanism is "NULL"|wanted "NULL"/;
/** What is told of it then: such a peer is not dialled again. */
const NAMED = /the peer's mechanism is "(PLAIN|CURVE)", wanted "NULL"/;

for (const options of MECHANISMS) {
  const role = Object.keys(options)[0]!;

  test(`our PUSH that dials a libzmq PULL with ${role} says why that fails, and dials ever more rarely or no more`, async () => {
    await using push = new Push({ reconnectInterval: 1 });
    const events = watch(push);
    await using pull = await libzmq.socket("PULL", options);
    push.connect(await pull.bind());
    for (let i = 0; i < 3; i++) {
      const { code, message } = await events.next("handshake:error:protocol");
      assertEquals(code, "EPROTO");
      assertMatch(message!, WANTED);
      if (!NAMED.test(message!)) continue;
      await events.next("close");
      break;
    }
    await pull.event("handshake:error:protocol");
  });

  test(`our PULL turns a libzmq PUSH with ${role} away, and serves another meanwhile`, async () => {
    await using pull = new Pull();
    const events = watch(pull);
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    await using good = await libzmq.socket("PUSH");
    await using bad = await libzmq.socket("PUSH", options);
    await good.connect(endpoint);
    await good.send("before");
    assertEquals((await pull.receive()).map(text), ["before"]);
    await bad.connect(endpoint);
    // Where our greeting is there before libzmq has written a single octet, it never does.
    const { type, message } = await events.next("handshake:error:protocol", "handshake:error:other");
    assertMatch(message!, type === "handshake:error:protocol" ? WANTED : /Cannot shake hands|read|reset/);
    await good.send("after");
    assertEquals((await pull.receive()).map(text), ["after"]);
    assertEquals(pull.peers.length, 1);
  });
}

const MISFITS: readonly (readonly [typeof Push | typeof Pull | typeof Publisher | typeof Reply, TypeName, RegExp])[] = [
  [Push, "PUB", /Socket-Type is "PUB", wanted "PULL" for a PUSH/],
  [Pull, "PULL", /Socket-Type is "PULL", wanted "PUSH" for a PULL/],
  [Publisher, "REQ", /Socket-Type is "REQ", wanted .*SUB.* for a PUB/],
  [Reply, "ROUTER", /Socket-Type is "ROUTER", wanted .* for a REP/],
];

/** Whichever reads the other's READY first hangs up; libzmq does so without a word. */
async function misfit(events: EventLog, wanted: RegExp): Promise<void> {
  const { type, message } = await events.next("handshake:error:protocol", "handshake:error:other");
  assertMatch(message!, type === "handshake:error:protocol" ? wanted : /hung up on our READY, as libzmq does|reset/);
}

for (const [Class, theirs, wanted] of MISFITS) {
  test(`a libzmq ${theirs} that dials our ${Class.name} is told apart and hung up on`, async () => {
    await using socket = new Class({ reconnectInterval: 5 });
    const events = watch(socket);
    await using other = await libzmq.socket(theirs);
    await other.connect(await socket.bind("tcp://127.0.0.1:*"));
    await misfit(events, wanted);
    await events.next("disconnect");
    await other.event("disconnect");
    assertEquals(socket.peers, []);
  });

  test(`our ${Class.name} that dials a libzmq ${theirs} says what is wrong`, async () => {
    await using socket = new Class({ reconnectInterval: 5 });
    const events = watch(socket);
    await using other = await libzmq.socket(theirs);
    socket.connect(await other.bind());
    await misfit(events, wanted);
    await events.next("disconnect");
    assert(!socket.closed);
  });
}

leave(libzmq);
