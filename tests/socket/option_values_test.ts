/** What each option takes, what it reads back, and what is said of what it does not take. */
import { assert, assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { Context, Dealer, NotSupportedError, Pull, Push, XPublisher } from "../../mod.ts";
import type { Capabilities, Transport } from "../../mod.ts";
import { latin1 } from "../../src/bytes/ascii.ts";
import { authority, local } from "../certificates.ts";
import { test } from "../harness.ts";
import { type Loose, TYPES } from "../socket_fixture.ts";

/** One option: what it takes and reads back, and what it refuses. */
interface Case {
  /** Who heeds it; any will do. */
  readonly on: string;
  /** Values as given, and as read where that is another. */
  readonly takes: readonly (readonly [unknown, unknown?])[];
  /** Values refused, each with the end of the message. A wrong number is a RangeError, another kind a TypeError. */
  readonly refuses: readonly (readonly [unknown, string])[];
}

const flag = (on: string): Case => ({
  on,
  takes: [[true], [false]],
  refuses: [[1, "value is 1, wanted true or false"], ["yes", 'value is "yes", wanted true or false'], [null, "null"]],
});

function whole(on: string, least: number, most: number, unit: string): Case {
  const range = most === Infinity ? `${least} or more, or Infinity` : `${least} to ${most}`;
  const wanted = `wanted a whole number${unit}, ${range}`;
  return {
    on,
    takes: [[least], [least + 1], ...(most === Infinity ? [[Infinity], [-1, Infinity]] as const : [[most]] as const)],
    refuses: [
      // One less than the least of 0 is another way to say Infinity.
      ...[least > 0 ? least - 1 : -2, 1.5, NaN].map((
        value,
      ): [unknown, string] => [value, `value is ${value}, ${wanted}`]),
      ...(most === Infinity ? [] : [[most + 1, `value is ${most + 1}, ${wanted}`], [-1, "value is -1"]] as const),
      ["7", `value is "7", ${wanted}`],
      [null, `value is null, ${wanted}`],
      [7n, `value is 7, ${wanted}`],
    ],
  };
}

const MS = " of milliseconds";
const optional = (unit: string, least: number, most: number): Case => {
  const { takes, refuses } = whole("PUSH", least, most, unit);
  const unset: [unknown, unknown][] = [[null, undefined], [-1, undefined]];
  return {
    on: "PUSH",
    takes: [...takes.filter(([value]) => value !== -1), ...unset],
    refuses: refuses.filter(([value]) => value !== -1 && value !== null),
  };
};

const id = latin1("id");

const CASES: Readonly<Record<string, Case>> = {
  linger: whole("PUSH", 0, Infinity, MS),
  reconnectInterval: whole("PUSH", 0, Infinity, MS),
  reconnectMaxInterval: whole("PUSH", 0, Infinity, MS),
  handshakeInterval: whole("PUSH", 0, Infinity, MS),
  connectTimeout: whole("PUSH", 0, Infinity, MS),
  heartbeatInterval: whole("PUSH", 0, Infinity, MS),
  heartbeatTimeout: optional(MS, 0, Infinity),
  heartbeatTimeToLive: whole("PUSH", 0, 6553599, MS),
  maxMessageSize: whole("PUSH", 0, Infinity, " of octets"),
  maxMessageParts: whole("PUSH", 1, Infinity, " of frames"),
  maxPingRate: whole("PUSH", 1, Infinity, " of commands"),
  maxHandshakes: whole("PUSH", 1, Infinity, " of connections"),
  maxConnections: whole("PUSH", 1, Infinity, " of connections"),
  maxSubscriptions: whole("PUB", 0, Infinity, " of topics"),
  maxSubscriptionOctets: whole("XPUB", 0, Infinity, " of octets"),
  backlog: whole("PUSH", 1, 65535, " of connections"),
  sendHighWaterMark: whole("PUSH", 0, Infinity, " of messages"),
  receiveHighWaterMark: whole("PULL", 0, Infinity, " of messages"),
  sendTimeout: whole("PUSH", 0, Infinity, MS),
  receiveTimeout: whole("PULL", 0, Infinity, MS),
  tcpKeepaliveIdle: optional(" of seconds", 1, 32767),
  tcpKeepaliveInterval: optional(" of seconds", 1, 32767),
  tcpKeepaliveCount: optional(" of probes", 1, 127),
  typeOfService: whole("PUSH", 0, 255, ""),
  tcpKeepalive: {
    on: "PUSH",
    takes: [[0], [1], [true], [false], [null, undefined], [-1, undefined]],
    refuses: [[2, "value is 2, wanted 0, 1, true, false or undefined"], ["on", 'value is "on"']],
  },
  immediate: flag("PUSH"),
  ipv6: flag("PUSH"),
  conflate: flag("PUSH"),
  probeRouter: flag("DEALER"),
  correlate: flag("REQ"),
  relaxed: flag("REQ"),
  mandatory: flag("ROUTER"),
  handover: flag("ROUTER"),
  noDrop: flag("PUB"),
  invertMatching: flag("SUB"),
  onlyFirstSubscribe: flag("XSUB"),
  verboseUnsubscribe: flag("XSUB"),
  manual: flag("XPUB"),
  manualLastValue: flag("XPUB"),
  reconnectStop: {
    on: "PUSH",
    takes: [[[]], [["refused"]], [["handshake", "refused"]]],
    refuses: [
      ["refused", `value is "refused", wanted an array of "refused" and "handshake"`],
      [["all"], `value is an array of 1, wanted an array of "refused" and "handshake"`],
    ],
  },
  verbosity: {
    on: "XPUB",
    takes: [[null], ["allSubs"], ["allSubsUnsubs"]],
    refuses: [["all", 'value is "all", wanted one of null, "allSubs", "allSubsUnsubs"'], [true, "value is true"]],
  },
  routingId: {
    on: "DEALER",
    takes: [["id"], [id, id], ["x".repeat(255)], [null]],
    refuses: [
      ["", "value is 0 octets, wanted text or octets, 1 to 255 of them, or null"],
      ["é".repeat(128), "value is 256 octets, wanted text or octets, 1 to 255 of them, or null"],
      [Uint8Array.of(0, 1), "it begins with a zero octet, wanted an id that does not: those are ROUTER's own"],
      [7, "value is 7, wanted text or octets"],
    ],
  },
  welcomeMessage: {
    on: "XPUB",
    takes: [["hello"], [""], [id, id], [null]],
    refuses: [[7, "value is 7, wanted text, octets or null"]],
  },
  tcpAcceptFilter: {
    on: "PULL",
    takes: [["10.0.0.0/8"], [["::1", "127.0.0.1"]], [null]],
    refuses: [
      [7, "value is 7, wanted an address or network as text, several of them, or null"],
      [[7], "value is an array of 1, wanted an address or network as text"],
      ["10.0.0.0/33", '"10.0.0.0/33" is no IP network, wanted one as "10.0.0.0/8"'],
      [["::1", "localhost"], '"localhost" is no IP network, wanted one as "10.0.0.0/8"'],
    ],
  },
  socksProxy: {
    on: "PUSH",
    takes: [["localhost:1080"], ["[::1]:1080"], [null], ["", null]],
    refuses: [
      ["localhost", 'value is "localhost", wanted "host:port" or null'],
      ["localhost:70000", 'value is "localhost:70000", wanted "host:port" or null'],
      ["a:1;b:2", 'value is "a:1;b:2", wanted "host:port" or null'],
      [7, 'value is 7, wanted "host:port" or null'],
    ],
  },
  socksUsername: {
    on: "PUSH",
    takes: [["me"], [null]],
    refuses: [
      ["", "value is 0 octets, wanted text of 1 to 255 octets, or null"],
      ["é".repeat(128), "value is 256 octets, wanted text of 1 to 255 octets, or null"],
      [7, "value is 7, wanted text of 1 to 255 octets, or null"],
    ],
  },
  socksPassword: {
    on: "PUSH",
    takes: [["secret"], [null]],
    refuses: [
      ["", "value is 0 octets, wanted text of 1 to 255 octets, or null"],
      [12345, "value is not text, wanted text of 1 to 255 octets, or null"],
    ],
  },
  tlsKey: {
    on: "PUSH",
    takes: [[local.key], [null]],
    refuses: [
      ["hunter2", "value is no secret key, wanted a secret key in PEM, or null"],
      [local.certificate, "value is no secret key, wanted a secret key in PEM, or null"],
      [
        local.key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"),
        "value is an encrypted key, wanted a secret key in PEM, or null",
      ],
      [12345, "value is not text, wanted a secret key in PEM, or null"],
    ],
  },
  tlsCertificate: {
    on: "PULL",
    takes: [[local.certificate], [`${local.certificate}\n${authority.certificate}`], [null]],
    refuses: [
      ["", "value is no certificate, wanted certificates in PEM, or null"],
      [local.key, "value is no certificate, wanted certificates in PEM, or null"],
      [[local.certificate], "value is not text, wanted certificates in PEM, or null"],
    ],
  },
  tlsTrust: {
    on: "PUSH",
    takes: [[authority.certificate], [null]],
    refuses: [["system", "value is no certificate, wanted certificates in PEM, or null"]],
  },
  tlsTrustSystem: {
    on: "PUSH",
    takes: [[true], [false], [undefined]],
    refuses: [["yes", 'value is "yes", wanted true, false or undefined']],
  },
  tlsHostname: {
    on: "PUSH",
    takes: [["service.example"], ["127.0.0.1"], ["::1"], [null]],
    refuses: [
      ["", 'value is "", wanted a host\'s name, an IP address or null'],
      ["host:5555", 'value is "host:5555", wanted a host\'s name, an IP address or null'],
      ["a b", 'value is "a b", wanted a host\'s name, an IP address or null'],
      [7, "value is 7, wanted a host's name, an IP address or null"],
    ],
  },
  tlsAlpn: {
    on: "PUSH",
    takes: [[[]], [["zmtp/3.1", "h2"]], [null, []]],
    refuses: [
      ["h2", 'value is "h2", wanted an array of protocols\' names'],
      [[""], "value is an array of 1, wanted an array of protocols' names"],
      [["x".repeat(256)], "value is an array of 1, wanted an array of protocols' names"],
      [["a", 7], "value is an array of 2, wanted an array of protocols' names"],
    ],
  },
  tlsClientCertificates: {
    on: "PULL",
    takes: [["none"], ["request"], ["require"]],
    refuses: [
      ["all", 'value is "all", wanted "none", "request", "require"'],
      [true, 'value is true, wanted "none", "request", "require"'],
    ],
  },
  metadata: {
    on: "PUSH",
    takes: [[{}], [{ "X-Version": "1.0", "x-key": id }, { "X-Version": "1.0", "x-key": id }]],
    refuses: [
      [7, "value is 7, wanted an object of properties"],
      [null, "value is null, wanted an object of properties"],
      [[], "value is an array of 0, wanted an object of properties"],
      [{ Version: "1" }, `a property's name is "Version", wanted "X-" and letters, digits or any of - _ . +`],
      [{ "X-a b": "1" }, `a property's name is "X-a b"`],
      [{ [`X-${"a".repeat(254)}`]: "1" }, "at most 255 characters"],
      [{ "X-a": "" }, '"X-a" is "", wanted text or octets, not empty'],
      [{ "X-a": 1 }, '"X-a" is 1, wanted text or octets, not empty'],
    ],
  },
};

/** Options that `null` and -1 make `undefined`. */
const UNSET = ["heartbeatTimeout", "tcpKeepalive", "tcpKeepaliveIdle", "tcpKeepaliveInterval", "tcpKeepaliveCount"];

/** A transport that can do everything, and is never asked to. */
const able: Transport = {
  scheme: "tcp",
  capabilities: {
    keepAlive: true,
    keepAliveIdle: true,
    keepAliveProbes: true,
    backlog: true,
    sourceAddress: true,
    typeOfService: true,
    abstract: true,
  },
  check() {},
  connect: () => Promise.reject(new Error("not here")),
  listen: () => Promise.reject(new Error("not here")),
};

for (const [name, { on, takes, refuses }] of Object.entries(CASES)) {
  test(`${name} takes what it should and refuses the rest, given early or late`, async () => {
    const context = new Context({ transports: [able] });
    for (const [given, read = given] of takes) {
      const wanted = (given === null || given === -1) && UNSET.includes(name) ? undefined : read;
      const early = new TYPES[on]!({ context, [name]: given }) as Loose;
      assertEquals(early[name], wanted);
      const late = new TYPES[on]!({ context }) as Loose;
      late[name] = given;
      assertEquals(late[name], wanted);
      const inherited = new TYPES[on]!({ context: new Context({ transports: [able], [name]: given }) }) as Loose;
      assertEquals(inherited[name], wanted);
      await inherited.close();
    }
    const socket = new TYPES[on]!({ context }) as Loose;
    for (const [value, message] of refuses) {
      for (
        const call of [
          () => socket[name] = value,
          () => new TYPES[on]!({ context, [name]: value }),
          () => new Context({ transports: [able], [name]: value }),
        ]
      ) {
        const error = assertThrows(call, Error) as Error & { code?: string };
        assert(error instanceof RangeError || error instanceof TypeError, `${error}`);
        const numeric = typeof takes[0]![0] === "number";
        if (typeof value === "number") assertEquals(error instanceof RangeError, numeric, `${error}`);
        if (numeric && typeof value !== "number") assert(error instanceof TypeError, `${error}`);
        assertEquals(error.code, "EINVAL");
        assert(error.message.startsWith(`Cannot set option "${name}": `), error.message);
        assert(error.message.includes(message), `${error.message}\nlacks: ${message}`);
      }
    }
    await context.close();
  });
}

test("what an option needs of the runtime and cannot have is ENOTSUP, on sockets and contexts", async () => {
  const none = Object.fromEntries(Object.keys(able.capabilities).map((name) => [name, false]));
  const unable: Transport = { ...able, capabilities: none as unknown as Capabilities };
  const context = new Context({ transports: [unable] });
  const needs = {
    backlog: 5,
    tcpKeepalive: 1,
    tcpKeepaliveIdle: 5,
    tcpKeepaliveInterval: 5,
    tcpKeepaliveCount: 5,
    typeOfService: 5,
  };
  const socket = new Push({ context }) as Loose;
  for (const [name, value] of Object.entries(needs)) {
    const message = `Cannot set option "${name}": this runtime has no way to do so`;
    for (
      const call of [
        () => socket[name] = value,
        () => new Push({ context, [name]: value }),
        () => new Context({ transports: [unable], [name]: value }),
      ]
    ) assertEquals(assertThrows(call, NotSupportedError, message).code, "ENOTSUP");
    // What is so anyway can be asked for.
    const current = socket[name];
    socket[name] = current;
    socket[name] = undefined;
  }
  await context.close();
});

test("octets and objects that were given are copied, also those of a Node Buffer", () => {
  const octets = Buffer.from("id");
  const filter = ["10.0.0.0/8"];
  const dealer = new Dealer({ routingId: octets, metadata: { "X-a": octets }, tcpAcceptFilter: filter });
  const xpub = new XPublisher({ welcomeMessage: octets });
  octets.fill(120);
  filter.push("::1");
  assertEquals(dealer.routingId, latin1("id"));
  assertEquals(dealer.metadata, { "X-a": latin1("id") });
  assertEquals(dealer.tcpAcceptFilter, ["10.0.0.0/8"]);
  assertEquals(xpub.welcomeMessage, latin1("id"));
  assertNotStrictEquals(dealer.routingId, dealer.routingId);
  (dealer.routingId as Uint8Array).fill(0);
  assertEquals(dealer.routingId, latin1("id"));
  assertThrows(() => (dealer.metadata as Loose)["X-b"] = "new", TypeError);
  void dealer.close();
  void xpub.close();
});

test("undefined is not given: the context's default, else the socket's own", () => {
  const context = new Context({ linger: 7, sendHighWaterMark: 3, mandatory: true });
  const push = new Push({ context, linger: undefined as Loose });
  assertEquals([push.linger, push.sendHighWaterMark], [7, 3]);
  push.linger = 1;
  push.linger = undefined as Loose;
  push.sendTimeout = undefined as Loose;
  assertEquals([push.linger, push.sendTimeout], [7, Infinity]);
  // What a PULL does not heed is passed over among defaults.
  const pull = new Pull({ context });
  assertEquals([pull.linger, (pull as Loose).sendHighWaterMark, (pull as Loose).mandatory], [7, undefined, undefined]);
  void context.close();
});

test("SUB and XSUB linger for nothing, unless told to", () => {
  for (const type of ["SUB", "XSUB"]) assertEquals(new TYPES[type]!().linger, 0);
  assertEquals(new TYPES["SUB"]!({ linger: 10 }).linger, 10);
  assertEquals(new TYPES["SUB"]!({ context: new Context({ linger: 20 }) }).linger, 20);
  assertEquals(new TYPES["PUSH"]!({ context: new Context({ blocky: false }) }).linger, 0);
  assertEquals(new TYPES["PUSH"]!({ context: new Context({ blocky: false, linger: 9 }) }).linger, 9);
  assertEquals(new TYPES["PUSH"]!({ context: new Context({ blocky: true }) }).linger, 5000);
});
