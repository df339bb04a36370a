import { assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { type SocketType, ZmtpEngine } from "../../src/engine/mod.ts";
import { type ProtocolError, RefusedError } from "../../src/errors.ts";
import type { Mechanism } from "../../src/mechanism/mechanism.ts";
import { connected, GREETING, GREETING_30, property, ready, Recorded } from "../engine_fixture.ts";
import { hex, test, toHex } from "../harness.ts";

/** What both sides of a connection send, worked by hand and compared with captures of libzmq. */
interface Dump {
  readonly name: string;
  readonly ours: SocketType;
  readonly routingId?: Uint8Array;
  /** Ours: the READY frame. */
  readonly sends: string;
  /** Theirs: everything after the greeting. */
  readonly receives: string;
  readonly hears: readonly string[];
}

const READY = "05 52 45 41 44 59";
const SOCKET_TYPE = "0B 53 6F 63 6B 65 74 2D 54 79 70 65";
const IDENTITY = "08 49 64 65 6E 74 69 74 79";

const DUMPS: readonly Dump[] = [
  {
    name: "a DEALER with a routing id to a ROUTER",
    ours: "DEALER",
    routingId: latin1("cli1"),
    sends: `04 2D ${READY} ${SOCKET_TYPE} 00 00 00 06 44 45 41 4C 45 52 ${IDENTITY} 00 00 00 04 63 6C 69 31`,
    receives: `04 29 ${READY} ${SOCKET_TYPE} 00 00 00 06 52 4F 55 54 45 52 ${IDENTITY} 00 00 00 00
      01 01 61 00 05 77 6F 72 6C 64`,
    hears: ["ready ROUTER", "message a|world"],
  },
  {
    name: "a ROUTER to a DEALER with a routing id",
    ours: "ROUTER",
    sends: `04 29 ${READY} ${SOCKET_TYPE} 00 00 00 06 52 4F 55 54 45 52 ${IDENTITY} 00 00 00 00`,
    receives: `04 2D ${READY} ${SOCKET_TYPE} 00 00 00 06 44 45 41 4C 45 52 ${IDENTITY} 00 00 00 04 63 6C 69 31
      00 05 68 65 6C 6C 6F`,
    hears: ["ready DEALER", "message hello"],
  },
  {
    name: "a SUB to a PUB",
    ours: "SUB",
    sends: `04 19 ${READY} ${SOCKET_TYPE} 00 00 00 03 53 55 42`,
    receives: `04 19 ${READY} ${SOCKET_TYPE} 00 00 00 03 50 55 42 01 03 41 62 63 00 01 31`,
    hears: ["ready PUB", "message Abc|1"],
  },
  {
    name: "a PUB to a SUB",
    ours: "PUB",
    sends: `04 19 ${READY} ${SOCKET_TYPE} 00 00 00 03 50 55 42`,
    receives: `04 19 ${READY} ${SOCKET_TYPE} 00 00 00 03 53 55 42
      04 0B 09 53 55 42 53 43 52 49 42 45 41 04 08 06 43 41 4E 43 45 4C 41`,
    hears: ["ready SUB", "subscribe A", "cancel A"],
  },
  {
    name: "a REQ to a REP",
    ours: "REQ",
    sends: `04 26 ${READY} ${SOCKET_TYPE} 00 00 00 03 52 45 51 ${IDENTITY} 00 00 00 00`,
    receives: `04 19 ${READY} ${SOCKET_TYPE} 00 00 00 03 52 45 50 01 00 00 04 70 6F 6E 67`,
    hears: ["ready REP", "message |pong"],
  },
  {
    name: "a REP to a REQ",
    ours: "REP",
    sends: `04 19 ${READY} ${SOCKET_TYPE} 00 00 00 03 52 45 50`,
    receives: `04 26 ${READY} ${SOCKET_TYPE} 00 00 00 03 52 45 51 ${IDENTITY} 00 00 00 00 01 00 00 04 70 69 6E 67`,
    hears: ["ready REQ", "message |ping"],
  },
];

for (const { name, ours, routingId, sends, receives, hears } of DUMPS) {
  test(`${name}: what libzmq sends and hears, however the octets arrive`, () => {
    const options = routingId === undefined ? {} : { routingId };
    const octets = hex(`${GREETING} ${receives}`);
    for (let cut = 0; cut <= octets.length; cut++) {
      const { engine, log, ...recorded } = new Recorded(ours, options);
      engine.receive(octets.subarray(0, cut), 0);
      engine.receive(octets.subarray(cut), 0);
      assertEquals(log, [...hears], `cut at ${cut}`);
      assertEquals(recorded.error, undefined);
      assertEquals(toHex(engine.takeOutput()!), toHex(hex(`${GREETING} ${sends}`)));
    }
    const { engine, log } = new Recorded(ours, options);
    for (const octet of octets) engine.receive(Uint8Array.of(octet), 0);
    assertEquals(log, [...hears], "one octet at a time");
  });
}

test("the greeting goes out at once and whole; READY as soon as the peer's greeting is whole", () => {
  const recorded = new Recorded("PUSH");
  assertEquals(recorded.engine.phase, "greeting");
  assertEquals(hex(recorded.sent()), hex(GREETING));
  recorded.engine.receive(hex(GREETING).subarray(0, 63), 0);
  assertEquals([recorded.sent(), recorded.outputs], ["", 1]);
  recorded.feed("00");
  assertEquals(recorded.engine.phase, "handshake");
  assertEquals(recorded.outputs, 2);
  assertEquals(recorded.sent().slice(0, 23), "04 1A 05 52 45 41 44 59");
  assertEquals(recorded.log, []);
  recorded.feed(ready("PULL"));
  assertEquals(recorded.engine.phase, "traffic");
  assertEquals(recorded.log, ["ready PULL"]);
});

test("READY of each type has the size that libzmq's has, and Identity where it has", () => {
  const sizes: Readonly<Partial<Record<SocketType, string>>> = {
    REQ: "26",
    DEALER: "29",
    ROUTER: "29",
    PUB: "19",
    SUB: "19",
    REP: "19",
    PAIR: "1A",
    PULL: "1A",
    PUSH: "1A",
    XPUB: "1A",
    XSUB: "1A",
    DISH: "1A",
    PEER: "1A",
    RADIO: "1B",
    SERVER: "1C",
    CLIENT: "1C",
    GATHER: "1C",
    SCATTER: "1D",
    CHANNEL: "1D",
  };
  for (const [type, size] of Object.entries(sizes)) {
    const recorded = new Recorded(type as SocketType, { routingId: hex("") });
    recorded.sent();
    const sent = recorded.feed(GREETING).sent();
    assertEquals(sent.slice(0, 5), `04 ${size}`, type);
    assertEquals(sent.includes(IDENTITY), ["REQ", "DEALER", "ROUTER"].includes(type));
  }
});

test("application properties follow in READY, and the peer's are handed over", () => {
  const recorded = new Recorded("PUSH", { properties: [["X-a", latin1("1")]] });
  recorded.sent();
  assertEquals(recorded.feed(GREETING).sent().endsWith("03 58 2D 61 00 00 00 01 31"), true);
  recorded.feed(ready("PULL", property("X-b", "2")));
  assertEquals(recorded.peer?.properties, new Map([["Socket-Type", latin1("PULL")], ["X-b", latin1("2")]]));
});

test("the peer is known by its type, routing id, mechanism and version", () => {
  const of31 = new Recorded("ROUTER").feed(GREETING).feed(ready("DEALER", property("identity", "me"))).peer!;
  assertEquals(of31.socketType, "DEALER");
  assertEquals(of31.routingId, latin1("me"));
  assertEquals(of31.mechanism, "NULL");
  assertEquals(of31.version, "3.1");
  const of30 = new Recorded("ROUTER").feed(GREETING_30).feed(ready("REQ")).peer!;
  assertEquals(of30.version, "3.0");
  assertEquals(of30.routingId, hex(""));
  assertEquals(new Recorded("ROUTER").feed(GREETING.replace("03 01", "04 00")).feed(ready("REQ")).peer!.version, "3.1");
});

const TYPES = "REQ REP DEALER ROUTER PUB XPUB SUB XSUB PUSH PULL PAIR".split(" ") as SocketType[];
const FITTING =
  "REQ-REP REQ-ROUTER REP-DEALER DEALER-DEALER DEALER-ROUTER ROUTER-ROUTER PUB-SUB PUB-XSUB XPUB-SUB XPUB-XSUB PUSH-PULL PAIR-PAIR";

test("each type shakes hands with the types that fit it, and tells the others why not", () => {
  for (const ours of TYPES) {
    for (const theirs of TYPES) {
      const recorded = new Recorded(ours).feed(GREETING);
      recorded.sent();
      recorded.feed(ready(theirs));
      const fits = FITTING.split(" ").some((pair) => pair === `${ours}-${theirs}` || pair === `${theirs}-${ours}`);
      if (fits) assertEquals(recorded.log, [`ready ${theirs}`], `${ours} to ${theirs}`);
      else {
        assertEquals(recorded.log.length, 1, `${ours} to ${theirs}`);
        assertEquals(
          recorded.log[0]!.startsWith(`fail Cannot shake hands: the peer's Socket-Type is "${theirs}"`),
          true,
        );
      }
      assertEquals(recorded.sent() === "", fits);
    }
  }
});

/** Lets a handshake fail after the greetings; answers the message, and what the peer is told. */
function failing(octets: string, ours: SocketType = "PUSH"): { message: string; told: string } {
  const recorded = new Recorded(ours).feed(GREETING);
  recorded.sent();
  recorded.feed(octets);
  assertEquals(recorded.log.length, 1);
  assertEquals(recorded.engine.phase, "failed");
  assertEquals((recorded.error as ProtocolError).phase, "handshake");
  return { message: recorded.error!.message, told: recorded.sent() };
}

test("a peer that does not fit gets an ERROR with the reason before the connection ends", () => {
  const reason = `the peer's Socket-Type is "SUB", wanted "PULL" for a PUSH`;
  const { message, told } = failing(ready("SUB"));
  assertEquals(message, `Cannot shake hands: ${reason}`);
  assertEquals(
    told,
    toHex(Uint8Array.of(4, 7 + reason.length, 5, ...latin1("ERROR"), reason.length, ...latin1(reason))),
  );
});

test("a peer that does not say its type, or has too long an Identity, is told so", () => {
  const untyped = failing(`04 06 ${READY}`);
  assertEquals(untyped.message, 'Cannot shake hands: the peer does not say its Socket-Type, wanted "PULL"');
  assertEquals(untyped.told.startsWith("04 "), true);
  const named = (length: number) => {
    const body = `${READY} ${property("Socket-Type", "DEALER")} ${property("Identity", "i".repeat(length))}`;
    return `06 00 00 00 00 00 00 01 ${(hex(body).length & 255).toString(16).padStart(2, "0")} ${body}`;
  };
  assertEquals(new Recorded("ROUTER").feed(GREETING).feed(named(255)).log, ["ready DEALER"]);
  assertEquals(
    failing(named(256), "ROUTER").message,
    "Cannot shake hands: the peer's Identity is 256 octets, wanted 255 at the most",
  );
});

test("a type is shown in an error at most 64 octets long, and escaped", () => {
  assertEquals(failing(ready("P\nULL")).message.includes('"P\\nULL"'), true);
  assertEquals(failing(ready("x".repeat(100))).message.includes(`"${"x".repeat(64)}"`), true);
});

test("malformed metadata fails the handshake", () => {
  assertEquals(failing(`04 07 ${READY} 05`).message.startsWith("Cannot read metadata: a name of 5 octets"), true);
});

test("a message, another command or no command at all instead of READY fails the handshake", () => {
  assertEquals(failing("00 02 68 69").message, "Cannot shake hands: the peer sent a message, wanted a command");
  assertEquals(failing("01 00").message, "Cannot shake hands: the peer sent a message, wanted a command");
  assertEquals(
    failing("04 07 04 50 49 4E 47 00 00").message,
    'Cannot shake hands: the peer sent command "PING", wanted "READY"',
  );
  assertEquals(failing("04 00").message, "Cannot read command: its body is empty, wanted a name");
  assertEquals(failing("05 06").message, "Cannot read frame: flags are 0x05, wanted no MORE on a command");
});

test("an ERROR from the peer is a refusal, with its reason", () => {
  const recorded = new Recorded("PUSH").feed(GREETING).feed("04 0A 05 45 52 52 4F 52 03 34 30 30");
  assertEquals(recorded.log, ['fail Cannot shake hands: the peer refuses us with ERROR "400"']);
  assertEquals((recorded.error as RefusedError).reason, "400");
  assertEquals(recorded.error instanceof RefusedError, true);
});

test("another mechanism is a refusal, before anything of the handshake is sent", () => {
  const greeting = (name: string) => GREETING.replace("4E 55 4C 4C 00", `${name} 00`);
  const recorded = new Recorded("PUSH");
  recorded.sent();
  recorded.feed(greeting("50 4C 41 49"));
  assertEquals(recorded.log, [`fail Cannot shake hands: the peer's mechanism is "PLAI", wanted "NULL"`]);
  assertEquals(recorded.error instanceof RefusedError, true);
  assertEquals(recorded.sent(), "");
  const wrong = (name: string) => new Recorded("PUSH").feed(greeting(name)).log[0];
  // The case matters, and so does every octet; what a stranger sends is shown harmlessly.
  assertEquals(wrong("6E 75 6C 6C"), `fail Cannot shake hands: the peer's mechanism is "null", wanted "NULL"`);
  assertEquals(wrong("00 00 00 00"), `fail Cannot shake hands: the peer's mechanism is "", wanted "NULL"`);
  assertEquals(wrong("4E 55 4C 0A"), `fail Cannot shake hands: the peer's mechanism is 0x4e554c0a, wanted "NULL"`);
});

test("a peer of ZMTP 2.0 fails at its eleventh octet", () => {
  const recorded = new Recorded("PUSH").feed("FF 00 00 00 00 00 00 00 01 7F 01");
  const found = "the peer speaks ZMTP 2.0 (revision 1), wanted ZMTP 3.0 or later";
  assertEquals(recorded.log, [`fail Cannot read greeting: ${found}`]);
  assertEquals((recorded.error as ProtocolError).phase, "greeting");
});

test("a handshake command may have 64 KiB; one octet more is refused from its header", () => {
  const recorded = new Recorded("PUSH", { maxMessageSize: 10 }).feed(GREETING);
  recorded.feed("06 00 00 00 00 00 01 00 00");
  assertEquals(recorded.log, []);
  const refused = new Recorded("PUSH", { maxMessageSize: 1e9 }).feed(GREETING).feed("06 00 00 00 00 00 01 00 01");
  assertEquals(refused.log, ["fail Cannot read frame: body is 65537 octets, limit is 65536"]);
});

test("after the handshake the limit is that of messages, even for what comes in the same chunk", () => {
  const message = (size: number) => {
    const octets = new Uint8Array(9 + size);
    octets.set([2, 0, 0, 0, 0, 0, size >>> 16, size >>> 8, size]);
    return octets;
  };
  for (const limit of [10, 65535, 65537, 300_000]) {
    for (const together of [true, false]) {
      const run = (size: number): string => {
        const recorded = new Recorded("PULL", { maxMessageSize: limit }).feed(GREETING);
        const start = hex(ready("PUSH"));
        if (together) {
          const both = new Uint8Array(start.length + 9 + size);
          both.set(start);
          both.set(message(size), start.length);
          recorded.engine.receive(both, 0);
        } else {
          recorded.engine.receive(start, 0);
          recorded.engine.receive(message(size), 0);
        }
        return recorded.log[1]!;
      };
      assertEquals(run(limit).startsWith("message"), true, `limit ${limit}`);
      assertEquals(run(limit + 1), `fail Cannot read frame: body is ${limit + 1} octets, limit is ${limit}`);
    }
  }
});

test("a second READY is ignored, as libzmq does", () => {
  const recorded = connected("PULL", "PUSH").feed(ready("PUSH")).feed("00 01 61");
  assertEquals(recorded.log, ["message a"]);
});

test("after a failure nothing is heard and nothing is told", () => {
  const recorded = new Recorded("PULL").feed("00").feed(GREETING).feed(ready("PUSH"));
  recorded.engine.resume();
  assertEquals(recorded.engine.tick(1e9), Infinity);
  assertEquals(recorded.engine.nextTick, Infinity);
  assertEquals(recorded.log.length, 1);
});

test("two engines shake hands with each other, whoever is first", () => {
  for (const first of [0, 1]) {
    const both = [new Recorded("REQ"), new Recorded("REP")];
    for (let turn = first; turn < first + 6; turn++) {
      const output = both[turn % 2]!.engine.takeOutput();
      if (output !== undefined) both[(turn + 1) % 2]!.engine.receive(output, 0);
    }
    assertEquals(both.map(({ log }) => log), [["ready REP"], ["ready REQ"]]);
  }
});

/** A mechanism of three commands each way, as PLAIN and CURVE are. */
class Steps implements Mechanism {
  readonly name = "STEPS";
  readonly asServer: boolean;
  #left = 2;

  constructor(asServer: boolean) {
    this.asServer = asServer;
  }

  start(): Uint8Array | undefined {
    return this.asServer ? undefined : hex("01 41");
  }

  receive(command: Uint8Array): ReturnType<Mechanism["receive"]> {
    if (command.length === 3) return { type: "done", metadata: new Map([["Socket-Type", latin1("PULL")]]) };
    if (--this.#left > 0 || !this.asServer) return { type: "send", command: hex("01 41") };
    const metadata = new Map([["Socket-Type", latin1("PUSH")]]);
    return { type: "done", metadata, command: hex("01 41 42") };
  }
}

test("a mechanism of several steps, with roles, takes its turns until both are done", () => {
  const client = new Recorded("PUSH", { mechanism: new Steps(false) });
  const server = new Recorded("PULL", { mechanism: new Steps(true) });
  for (let turn = 0; turn < 6; turn++) {
    const [from, to] = turn % 2 === 0 ? [client, server] : [server, client];
    const output = from.engine.takeOutput();
    if (output === undefined) continue;
    if (turn === 1) {
      assertEquals([output[32], output.length], [1, 64], "the server's greeting, and no command before ours");
    }
    to.engine.receive(output, 0);
  }
  assertEquals([client.log, server.log], [["ready PULL"], ["ready PUSH"]]);
});

test("a defect of our own is thrown, and not taken for the peer's", () => {
  const recorded = new Recorded("PULL").feed(GREETING);
  recorded.ready = () => {
    throw new TypeError("ours");
  };
  assertThrows(() => recorded.feed(ready("PUSH")), TypeError, "ours");
  assertEquals(recorded.error, undefined);
  assertEquals(recorded.engine instanceof ZmtpEngine, true);
});

test("a peer that hangs up after the signature of its greeting does not like ours; at other times it just leaves", () => {
  const greeting = hex(GREETING);
  const cause = new Error("reset");
  for (let sent = 0; sent <= greeting.length; sent++) {
    const { engine } = new Recorded("PUSH");
    engine.receive(greeting.subarray(0, sent), 0);
    const error = engine.hungUp(cause);
    if (sent < 10 || sent === greeting.length) assertEquals(error, undefined, `after ${sent} octets`);
    else {
      assertEquals(
        error?.message,
        'Cannot shake hands: the peer hung up on our greeting, as libzmq does unless its mechanism is "NULL" too',
      );
      assertEquals([error?.phase, error?.cause], ["greeting", cause]);
    }
  }
});
