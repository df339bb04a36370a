import { assertEquals, assertMatch } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import {
  type Engine,
  nullMechanism,
  type SocketType,
  VersionedEngine,
  type ZmtpVersion,
} from "../../src/engine/mod.ts";
import type { ProtocolError } from "../../src/errors.ts";
import { Control } from "../../src/message.ts";
import { JudgedNull } from "../../src/mechanism/judged.ts";
import type { Mechanism } from "../../src/mechanism/mechanism.ts";
import { GREETING, GREETING_30, ready, Recorded as Recorder } from "../engine_fixture.ts";
import { hex, test, toHex } from "../harness.ts";

/** How an engine under test is made. */
interface Options {
  readonly id?: string;
  readonly minimum?: ZmtpVersion;
  readonly limit?: number;
  readonly mechanism?: Mechanism;
}

/** An engine for any version, and what it has told. */
class Versioned extends Recorder {
  readonly any: Engine;

  constructor(socketType: SocketType, { id = "", minimum = "1.0", limit = 1000, mechanism }: Options = {}) {
    super(socketType);
    this.log.length = 0;
    const routingId = latin1(id);
    this.any = new VersionedEngine(
      {
        socketType,
        mechanism: mechanism ?? nullMechanism(socketType, routingId),
        maxMessageSize: limit,
        maxMessageParts: 3,
        heartbeat: { interval: 1000, timeout: 1000, ttl: 0 },
      },
      this,
      { minimumProtocol: minimum, routingId },
    );
    this.any.start();
  }

  override feed(octets: string): this {
    this.any.receive(hex(octets), 0);
    return this;
  }

  override sent(): string {
    const output = this.any.takeOutput();
    return output === undefined ? "" : toHex(output);
  }
}

const SIGNATURE = "FF 00 00 00 00 00 00 00 01 7F";

/** What a peer of an old version sends, and what it gets: worked by hand, and the same as libzmq sends. */
const PEERS: readonly {
  readonly name: string;
  readonly ours: SocketType;
  readonly id?: string;
  readonly receives: string;
  /** What we have sent by the end of it. */
  readonly sends: string;
  readonly version: ZmtpVersion;
  readonly hears: readonly string[];
}[] = [
  {
    name: "a ROUTER of ZMTP 2.0 to a DEALER with a routing id",
    ours: "DEALER",
    id: "myid",
    receives: `${SIGNATURE} 01 06 00 02 6D 65 01 01 61 00 02 68 69`,
    sends: "FF 00 00 00 00 00 00 00 05 7F 03 05 00 04 6D 79 69 64",
    version: "2.0",
    hears: ["ready ROUTER", "message a|hi"],
  },
  {
    name: "a PUB of ZMTP 2.0 to a SUB",
    ours: "SUB",
    receives: `${SIGNATURE} 01 01 00 00 00 02 61 62`,
    sends: `${SIGNATURE} 03 02 00 00`,
    version: "2.0",
    hears: ["ready PUB", "message ab"],
  },
  {
    name: "a SUB of ZMTP 2.0 to an XPUB",
    ours: "XPUB",
    receives: `${SIGNATURE} 01 02 00 00 00 03 01 61 62`,
    sends: `${SIGNATURE} 03 09 00 00`,
    version: "2.0",
    hears: ["ready SUB", "message \u0001ab"],
  },
  {
    name: "a long body and a long header of ZMTP 2.0",
    ours: "PULL",
    receives: `${SIGNATURE} 01 08 02 00 00 00 00 00 00 00 01 69 02 00 00 00 00 00 00 00 01 61`,
    sends: `${SIGNATURE} 03 07 00 00`,
    version: "2.0",
    hears: ["ready PUSH", "message a"],
  },
  {
    name: "an anonymous peer of ZMTP 1.0",
    ours: "DEALER",
    id: "myid",
    receives: "01 00 02 01 61 03 00 68 69",
    sends: "FF 00 00 00 00 00 00 00 05 7F 6D 79 69 64",
    version: "1.0",
    hears: ["ready ", "message a|hi"],
  },
  {
    name: "a peer of ZMTP 1.0 with an identity",
    ours: "ROUTER",
    receives: "03 00 6D 65 02 00 61",
    sends: SIGNATURE,
    version: "1.0",
    hears: ["ready ", "message a"],
  },
  {
    name: "a peer of ZMTP 1.0 whose identity has a long length",
    ours: "ROUTER",
    receives: "FF 00 00 00 00 00 00 00 03 00 6D 65 02 00 61",
    sends: SIGNATURE,
    version: "1.0",
    hears: ["ready ", "message a"],
  },
  {
    name: "a subscriber of ZMTP 1.0, which tells nobody what it wants",
    ours: "XPUB",
    receives: "01 00",
    sends: SIGNATURE,
    version: "1.0",
    hears: ["ready ", "subscribe "],
  },
  {
    name: "a publisher of ZMTP 1.0",
    ours: "SUB",
    receives: "01 00 03 00 61 62",
    sends: SIGNATURE,
    version: "1.0",
    hears: ["ready ", "message ab"],
  },
  {
    name: "a peer of ZMTP 1.0 behind a signature",
    ours: "PULL",
    id: "x",
    receives: `${SIGNATURE} 00 08 01 00 03 00 68 69`,
    sends: "FF 00 00 00 00 00 00 00 02 7F 03 07 02 00 78",
    version: "1.0",
    hears: ["ready PUSH", "message hi"],
  },
];

for (const { name, ours, id = "", receives, sends, version, hears } of PEERS) {
  test(`${name}: what it sends and gets, however the octets arrive`, () => {
    const octets = hex(receives);
    for (let cut = 0; cut <= octets.length; cut++) {
      const one = new Versioned(ours, { id });
      one.any.receive(octets.slice(0, cut), 0);
      one.any.receive(octets.slice(cut), 0);
      assertEquals([one.log, one.peer?.version], [[...hears], version], `cut at ${cut}`);
      assertEquals(one.sent(), toHex(hex(sends)), `cut at ${cut}`);
      assertEquals([one.any.nextTick, one.any.tick(1e9), one.any.roundTrip], [Infinity, Infinity, undefined]);
    }
    const one = new Versioned(ours, { id });
    let sent = one.sent();
    for (const octet of octets) {
      one.any.receive(Uint8Array.of(octet), 0);
      sent += ` ${one.sent()}`;
    }
    assertEquals([one.log, toHex(hex(sent))], [[...hears], toHex(hex(sends))], "an octet at a time");
  });
}

test("a peer of ZMTP 3 gets our greeting in steps, each once it has shown that much of its own", () => {
  const one = new Versioned("PUSH");
  const greeting = hex(GREETING);
  assertEquals(one.sent(), SIGNATURE, "the signature comes first, and alone");
  one.any.receive(greeting.slice(0, 9), 0);
  assertEquals(one.sent(), "");
  one.any.receive(greeting.slice(9, 10), 0);
  assertEquals(one.sent(), "03");
  one.any.receive(greeting.slice(10, 11), 0);
  assertEquals(one.sent(), toHex(greeting.slice(11)));
  one.any.receive(greeting.slice(11), 0);
  assertEquals(one.sent().slice(0, 5), "04 1A", "READY");
  one.feed(ready("PULL"));
  assertEquals([one.log, one.peer?.version], [["ready PULL"], "3.1"]);
});

test("a peer that sends its greeting whole gets all of ours for it", () => {
  const one = new Versioned("DEALER", { id: "myid" });
  assertEquals(one.sent(), "FF 00 00 00 00 00 00 00 05 7F");
  assertEquals(one.feed(GREETING).sent().startsWith(`${toHex(hex(GREETING).slice(10))} 04 2D 05 52`), true);
  assertEquals(new Versioned("PUSH").feed(GREETING_30).feed(ready("PULL")).peer?.version, "3.0");
  assertEquals(new Versioned("PUSH").feed(GREETING.replace("03 01", "02 00")).feed(ready("PULL")).peer?.version, "3.1");
});

test("two of them shake hands with each other, and with engines that send 64 octets at once", () => {
  const make = [(): Recorder => new Versioned("PUSH"), (): Recorder => new Recorder("PUSH")];
  const others = [(): Recorder => new Versioned("PULL"), (): Recorder => new Recorder("PULL")];
  for (const push of make) {
    for (const pull of others) {
      const both = [push(), pull()];
      for (let turn = 0; turn < 12; turn++) {
        const sent = both[turn % 2]!.sent();
        if (sent !== "") both[(turn + 1) % 2]!.feed(sent);
      }
      assertEquals(both.map(({ log }) => log), [["ready PULL"], ["ready PUSH"]]);
    }
  }
});

test("a routing id of 254 or 255 octets is announced in the signature, and follows it to a peer of ZMTP 1.0", () => {
  for (const [length, shown] of [[253, "00 FE"], [254, "00 FF"], [255, "01 00"]] as const) {
    const id = "i".repeat(length);
    const one = new Versioned("DEALER", { id });
    assertEquals(one.sent(), `FF 00 00 00 00 00 00 ${shown} 7F`);
    assertEquals(one.feed("01 00").sent(), toHex(latin1(id)));
    const behind = new Versioned("DEALER", { id }).feed(`${SIGNATURE} 00`);
    const header = length < 254 ? "FE 00" : `FF 00 00 00 00 00 00 ${shown} 00`;
    assertEquals(behind.sent().slice(33), `05 ${header} ${toHex(latin1(id))}`.padStart(0));
  }
});

test("subscriptions are messages; what is queued goes out in frames of the peer's version", () => {
  const old = new Versioned("SUB").feed("01 00");
  const spelled = old.any.spell(new Control("subscribe", latin1("ab")));
  assertEquals([spelled.flags, toHex(spelled.body)], [0, "01 61 62"]);
  assertEquals(toHex(old.any.sealing!.seal([hex("00 03 01 61 62")])), "04 00 01 61 62");
  const newer = new Versioned("SUB").feed(`${SIGNATURE} 01 01 00 00`);
  assertEquals(newer.any.spell(new Control("cancel", latin1("ab"))), { flags: 0, body: hex("00 61 62") });
  assertEquals(newer.any.sealing, undefined);
});

test("the peer's type is looked at where it tells one, and one that does not fit is refused", () => {
  const failure = (ours: SocketType, number: string): string | undefined =>
    new Versioned(ours).feed(`${SIGNATURE} 01 ${number} 00 00`).error?.message;
  assertEquals(failure("PUSH", "07"), undefined);
  assertEquals(failure("XPUB", "0A"), undefined);
  assertEquals(failure("SUB", "09"), undefined);
  assertEquals(
    failure("PUSH", "05"),
    `Cannot shake hands: the peer's socket type is "DEALER", wanted "PULL" for a PUSH`,
  );
  assertEquals(
    failure("PUSH", "0B"),
    `Cannot shake hands: the peer's socket type is number 11, wanted "PULL" for a PUSH`,
  );
});

const FAULTS: readonly { name: string; wire: string; says: RegExp; phase: ProtocolError["phase"] }[] = [
  {
    name: "a command",
    wire: `${SIGNATURE} 01 08 00 00 04 05 04 50 49 4E 47`,
    says: /a command, which ZMTP 2.0/,
    phase: "traffic",
  },
  { name: "a command for an identity", wire: `${SIGNATURE} 01 08 04 00`, says: /a command/, phase: "handshake" },
  { name: "an identity with MORE", wire: `${SIGNATURE} 01 08 01 00`, says: /not all of a message/, phase: "handshake" },
  {
    name: "an identity too long",
    wire: `${SIGNATURE} 01 08 02 00 00 00 00 00 00 01 00`,
    says: /256 octets, limit is 255/,
    phase: "handshake",
  },
  {
    name: "an old identity too long",
    wire: "FF 00 00 00 00 00 00 01 01 00",
    says: /256 octets, limit is 255/,
    phase: "handshake",
  },
  { name: "reserved flags", wire: `${SIGNATURE} 01 08 00 00 08 00`, says: /flags are 0x08/, phase: "traffic" },
  {
    name: "a message too long",
    wire: `${SIGNATURE} 01 08 00 00 02 00 00 00 00 00 00 03 E9`,
    says: /1001 octets, limit is 1000/,
    phase: "traffic",
  },
  {
    name: "an old message too long",
    wire: "01 00 FF 00 00 00 00 00 00 03 EA 00",
    says: /1001 octets, limit is 1000/,
    phase: "traffic",
  },
  {
    name: "2^64 - 2 octets",
    wire: "01 00 FF FF FF FF FF FF FF FF FF 00",
    says: /octets, limit is 1000/,
    phase: "traffic",
  },
  { name: "too many parts", wire: "01 00 01 01 01 01 01 01", says: /more than 3 frames/, phase: "traffic" },
  { name: "a length of 0", wire: "01 00 00", says: /a frame's length is 0/, phase: "traffic" },
  { name: "a request of HTTP", wire: "47 45 54", says: /so the peer speaks no ZMTP/, phase: "greeting" },
];

for (const { name, wire, says, phase } of FAULTS) {
  test(`${name} from an old peer ends the connection, and nothing is heard after it`, () => {
    const octets = hex(wire);
    for (let cut = 0; cut <= octets.length; cut++) {
      const one = new Versioned("PULL");
      one.any.receive(octets.slice(0, cut), 0);
      one.any.receive(octets.slice(cut), 0);
      assertMatch(one.error?.message ?? "none", says, `cut at ${cut}`);
      assertEquals((one.error as ProtocolError).phase, phase);
      const told = one.log.length;
      one.feed("02 00 61 00 01 61").any.resume();
      assertEquals(one.log.length, told);
    }
  });
}

test("what came before a fault is heard before it, and a handler that wants no more hears neither yet", () => {
  const one = new Versioned("PULL");
  one.full = true;
  one.feed("01 00 02 00 61 02 00 62 00");
  assertEquals(one.log, ["ready ", "message a"]);
  one.any.resume();
  assertEquals(one.log.length, 3);
  one.any.resume();
  assertMatch(one.log.at(-1)!, /^fail .*length is 0/);
});

test("a peer older than minimumProtocol is refused as soon as that shows, one that is as old is not", () => {
  const failure = (minimum: ZmtpVersion, wire: string): string | undefined =>
    new Versioned("PULL", { minimum }).feed(wire).error?.message;
  assertEquals(failure("1.0", "01"), undefined);
  assertEquals(
    failure("2.0", "01"),
    "Cannot read greeting: the peer speaks ZMTP 1.0 or no ZMTP at all, wanted ZMTP 2.0 or later",
  );
  assertEquals(
    failure("2.0", `${SIGNATURE} 00`),
    "Cannot read greeting: the peer speaks ZMTP 1.0 (revision 0), wanted ZMTP 2.0 or later",
  );
  assertEquals(failure("2.0", `${SIGNATURE} 01`), undefined);
  assertMatch(failure("3.0", "01")!, /ZMTP 1.0 or no ZMTP at all, wanted 0xff/);
  assertMatch(failure("3.0", `${SIGNATURE} 01`)!, /the peer speaks ZMTP 2.0 \(revision 1\), wanted ZMTP 3.0/);
  assertEquals(failure("3.0", GREETING_30), undefined);
  assertEquals(failure("3.1", GREETING), undefined);
  assertEquals(failure("3.1", GREETING_30), "Cannot read greeting: the peer speaks ZMTP 3.0, wanted ZMTP 3.1 or later");
});

test("with security, or a judge, nothing old is spoken, and the greeting goes out whole and at once", () => {
  const secured: Mechanism = {
    name: "PLAIN",
    asServer: true,
    start: () => undefined,
    receive: () => ({ type: "wait" }),
  };
  for (const mechanism of [secured, new JudgedNull(nullMechanism("PULL"))]) {
    const one = new Versioned("PULL", { mechanism });
    assertEquals(hex(one.sent()).length, 64);
    assertMatch(one.feed(`${SIGNATURE} 01`).error!.message, /the peer speaks ZMTP 2.0/);
    assertMatch(new Versioned("PULL", { mechanism }).feed("01").error!.message, /ZMTP 1.0/);
  }
  assertEquals(hex(new Versioned("PULL", { minimum: "3.0" }).sent()).length, 64);
});

test("who hangs up before it has seen our mechanism is not taken for one that dislikes it", () => {
  const greeting = hex(GREETING);
  for (let sent = 0; sent <= greeting.length; sent++) {
    const one = new Versioned("PUSH");
    one.any.receive(greeting.slice(0, sent), 0);
    const message = one.any.hungUp(undefined)?.message;
    if (sent < 11) assertEquals(message, undefined, `after ${sent} octets`);
    else assertMatch(message!, sent < 64 ? /on our greeting, .* mechanism is "NULL"/ : /on our READY, .* is a "PULL"$/);
  }
  assertEquals(new Versioned("PUSH").feed(GREETING).feed(ready("PULL")).any.hungUp(undefined), undefined);
  assertEquals(new Versioned("PUSH").feed("01 00").any.hungUp(undefined), undefined);
});
