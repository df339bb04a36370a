/**
 * The options of npm `zeromq`: the number that each has in libzmq, which sockets have it as a property, what it takes
 * and reads as, and the option of the library that it becomes. Values are kept as libzmq has them: flags are 0 and 1,
 * "no limit" is -1.
 *
 * @module
 */

import type { Buffer } from "node:buffer";

/** A value as libzmq has it. */
export type Raw = number | string | Buffer | null;

/** The binding's kinds of options. */
export type Kind = "Bool" | "Int32" | "Uint32" | "Int64" | "Uint64" | "String";

/** The socket types by their numbers. */
export const TYPE_NUMBERS = {
  PAIR: 0,
  PUB: 1,
  SUB: 2,
  REQ: 3,
  REP: 4,
  DEALER: 5,
  ROUTER: 6,
  PULL: 7,
  PUSH: 8,
  XPUB: 9,
  XSUB: 10,
  STREAM: 11,
  SERVER: 12,
  CLIENT: 13,
  RADIO: 14,
  DISH: 15,
  GATHER: 16,
  SCATTER: 17,
  DGRAM: 18,
} as const;

/** The name of a socket type. */
export type TypeName = keyof typeof TYPE_NUMBERS;

/** One option. */
export interface OptionRow {
  /** The property's name, here and in the library. */
  readonly name: string;
  /** The number in libzmq. */
  readonly id: number;
  /** Which of the binding's methods reads and writes it. */
  readonly kind: Kind;
  /** The socket types that have it as a property; absent: all. */
  readonly on?: readonly TypeName[];
  /** The socket types that have it by its number alone. */
  readonly numbered?: readonly TypeName[];
  /** The socket types for which it does nothing, in libzmq as well. */
  readonly idle?: readonly TypeName[];
  /** Absent: it is read and written. */
  readonly access?: "read" | "write";
  /** What it is unless it is set. */
  readonly initial: Raw;
  /** Whether a value that is no good is one that cannot be connected with, and not one that cannot be set. */
  readonly late?: true;
  /** Whether it can be read by its number; absent: yes, unless it is only written. */
  readonly unreadable?: true;
  /** Checks a value and answers it as it is read back; `undefined`: it is no good. */
  check(value: Raw): Raw | undefined;
  /** What the library is given. */
  use(value: Raw): unknown;
}

const BOTH_WAYS: readonly TypeName[] = [
  "PAIR",
  "REQ",
  "REP",
  "DEALER",
  "ROUTER",
  "XPUB",
  "XSUB",
  "STREAM",
  "SERVER",
  "CLIENT",
  "DGRAM",
];
const SENDERS: readonly TypeName[] = [...BOTH_WAYS, "PUB", "PUSH", "RADIO", "SCATTER"];
const RECEIVERS: readonly TypeName[] = [...BOTH_WAYS, "SUB", "PULL", "DISH", "GATHER"];
const NAMED: readonly TypeName[] = ["REQ", "REP", "ROUTER", "DEALER"];
const LONGEST = 255;
const KEY_SIZE = 32;
const KEY_TEXT = 40;

type Extras = Partial<Omit<OptionRow, "name" | "id">>;

/** A flag: whatever is not 0 is 1 and true. */
function flag(name: string, id: number, extras: Extras = {}): OptionRow {
  return {
    name,
    id,
    kind: "Bool",
    initial: 0,
    check: (value) => typeof value === "number" ? Number(value !== 0) : undefined,
    use: (value) => value !== 0,
    ...extras,
  };
}

/** A whole number, `least` or more. */
function whole(name: string, id: number, initial: number, least: number, extras: Extras = {}): OptionRow {
  return {
    name,
    id,
    kind: "Int32",
    initial,
    check: (value) => typeof value === "number" && value >= least ? value : undefined,
    use: (value) => value,
    ...extras,
  };
}

/** A whole number of which -1 means that there is no limit. */
function limit(name: string, id: number, extras: Extras = {}): OptionRow {
  return whole(name, id, -1, -1, { use: (value) => value === -1 ? Infinity : value, ...extras });
}

/** A setting of a tcp connection, as far as systems take it: -1, and 0, leaves it to them. */
function tcp(name: string, id: number, most: number): OptionRow {
  return whole(name, id, -1, -1, {
    check: (value) => typeof value === "number" && value >= -1 && value <= most ? value : undefined,
    use: (value) => value as number <= 0 ? undefined : value,
  });
}

/** Text of 1 to 255 octets; `erasable`: or none. */
function words(name: string, id: number, erasable: boolean, extras: Extras = {}): OptionRow {
  return {
    name,
    id,
    kind: "String",
    initial: null,
    check(value) {
      if (value === null) return erasable ? null : undefined;
      if (typeof value === "number") return undefined;
      const length = typeof value === "string" ? new TextEncoder().encode(value).length : value.length;
      return length >= 1 && length <= LONGEST ? value : undefined;
    },
    use: (value) => value === null || typeof value === "string" ? value : text(value as Buffer),
    ...extras,
  };
}

function key(name: string, id: number): OptionRow {
  return {
    name,
    id,
    kind: "String",
    initial: null,
    check: (value) => value !== null && typeof value !== "number" && isKey(value) ? value : undefined,
    use: (value) => typeof value === "string" || value === null ? value : keyOf(value as Buffer),
  };
}

function isKey(value: string | Buffer): boolean {
  return value.length === KEY_TEXT || typeof value !== "string" && value.length === KEY_SIZE;
}

function keyOf(octets: Buffer): unknown {
  return octets.length === KEY_TEXT ? text(octets) : octets;
}

/** What an option of text reads as. */
export function text(octets: Buffer): string {
  const shown = octets.toString();
  const end = shown.indexOf("\0");
  return end < 0 ? shown : shown.slice(0, end);
}

/** An option that nothing here could heed: the library takes what asks for nothing, and refuses the rest. */
function foreign(name: string, id: number, initial: Raw, least: number, extras: Extras = {}): OptionRow {
  return whole(name, id, initial as number, least, { initial, ...extras });
}

/** What there is without a transport, here as in libzmq: reading and writing are errors. */
function missing(name: string, id: number, kind: Kind): OptionRow {
  return whole(name, id, 0, Infinity, { kind, unreadable: true });
}

const WRITE = { access: "write" } as const;

/** Every option of sockets. */
export const OPTION_TABLE: readonly OptionRow[] = [
  foreign("sendBufferSize", 11, -1, -1, { on: SENDERS }),
  whole("sendHighWaterMark", 23, 1000, 0, { on: SENDERS }),
  limit("sendTimeout", 28, { on: SENDERS }),
  whole("multicastHops", 25, 1, 1, {
    on: SENDERS,
    check: (value) => typeof value === "number" && value >= 1 && value <= 255 ? value : undefined,
  }),
  foreign("receiveBufferSize", 12, -1, -1, { on: RECEIVERS }),
  whole("receiveHighWaterMark", 24, 1000, 0, { on: RECEIVERS }),
  limit("receiveTimeout", 27, { on: RECEIVERS }),
  foreign("affinity", 4, 0, 0, { kind: "Uint64" }),
  words("routingId", 5, false, { on: NAMED, use: (value) => value }),
  foreign("rate", 8, 100, 1),
  foreign("recoveryInterval", 9, 10_000, 0),
  limit("linger", 17),
  whole("reconnectInterval", 18, 100, -1, { use: (value) => value === -1 ? 0 : value }),
  whole("backlog", 19, 100, 0, { use: (value) => value === 0 ? 1 : value }),
  whole("reconnectMaxInterval", 21, 0, 0),
  {
    ...limit("maxMessageSize", 22),
    kind: "Int64",
    check: (value) => typeof value === "number" ? value : undefined,
    use: (value) => (value as number) < 0 ? Infinity : value,
  },
  flag("mandatory", 33, { on: ["ROUTER"] }),
  whole("tcpKeepalive", 34, -1, -1, {
    check: (value) => value === -1 || value === 0 || value === 1 ? value : undefined,
    use: (value) => value === -1 ? undefined : value,
  }),
  tcp("tcpKeepaliveCount", 35, 127),
  tcp("tcpKeepaliveIdle", 36, 32767),
  tcp("tcpKeepaliveInterval", 37, 32767),
  words("tcpAcceptFilter", 38, true),
  flag("immediate", 39),
  flag("verbosity", 40, {
    on: [],
    numbered: ["XPUB"],
    access: "write",
    use: (value) => value === 0 ? null : "allSubs",
  }),
  flag("ipv6", 42),
  flag("plainServer", 44),
  words("plainUsername", 45, true),
  words("plainPassword", 46, true),
  flag("curveServer", 47),
  key("curvePublicKey", 48),
  key("curveSecretKey", 49),
  key("curveServerKey", 50),
  flag("probeRouter", 51, { on: ["ROUTER", "DEALER", "REQ"], ...WRITE }),
  flag("correlate", 52, { on: ["REQ"], ...WRITE }),
  flag("relaxed", 53, { on: ["REQ"], ...WRITE }),
  flag("conflate", 54, {
    on: ["PULL", "PUSH", "SUB", "PUB", "DEALER", "GATHER", "SCATTER"],
    idle: ["GATHER", "SCATTER"],
    ...WRITE,
  }),
  words("zapDomain", 55, false),
  flag("handover", 56, { on: ["ROUTER"], ...WRITE }),
  whole("typeOfService", 57, 0, 0, {
    kind: "Uint32",
    check: (value) => typeof value === "number" && value <= 255 ? value : undefined,
  }),
  whole("handshakeInterval", 66, 30_000, 0),
  words("socksProxy", 68, true, { late: true }),
  flag("noDrop", 69, { on: ["XPUB", "PUB"], numbered: ["RADIO"], ...WRITE }),
  flag("manual", 71, { on: ["XPUB"], ...WRITE }),
  words("welcomeMessage", 72, true, { on: ["XPUB"], access: "write", check: (value) => value, use: (value) => value }),
  flag("notify", 73, { on: ["STREAM"], initial: 1, ...WRITE }),
  flag("invertMatching", 74, { on: ["PUB", "SUB", "XPUB"] }),
  whole("heartbeatInterval", 75, 0, 0),
  whole("heartbeatTimeToLive", 76, 0, 0, {
    // It travels in tenths of a second.
    check: (value) => {
      const tenths = typeof value === "number" ? Math.trunc(value / 100) : -1;
      return tenths >= 0 && tenths <= 0xffff ? tenths * 100 : undefined;
    },
  }),
  whole("heartbeatTimeout", 77, -1, 0, { use: (value) => value === -1 ? undefined : value }),
  flag("verbosity", 78, {
    on: [],
    numbered: ["XPUB"],
    access: "write",
    use: (value) => value === 0 ? null : "allSubsUnsubs",
  }),
  whole("connectTimeout", 79, 0, 0),
  foreign("tcpMaxRetransmitTimeout", 80, 0, 0),
  foreign("multicastMaxTransportDataUnit", 84, 1500, 1),
  missing("vmciBufferSize", 85, "Uint64"),
  missing("vmciBufferMinSize", 86, "Uint64"),
  missing("vmciBufferMaxSize", 87, "Uint64"),
  missing("vmciConnectTimeout", 88, "Int32"),
  words("interface", 92, true),
  flag("zapEnforceDomain", 93),
  flag("loopbackFastPath", 94),
];

/** The same, by their numbers. */
export const OPTION_ROWS: ReadonlyMap<number, OptionRow> = new Map(OPTION_TABLE.map((row) => [row.id, row]));

/** Numbers of what is no option here but is asked for like one. */
export const SPECIAL = {
  subscribe: 6,
  unsubscribe: 7,
  receiveMore: 13,
  events: 15,
  type: 16,
  lastEndpoint: 32,
  mechanism: 43,
  connectRoutingId: 61,
  threadSafe: 81,
} as const;

/** What can be set on a socket that is bound or connected without a warning: it acts at once. */
export const IMMEDIATE: ReadonlySet<number> = new Set([6, 7, 17, 33, 51, 40, 52, 53, 56, 78, 23, 24, 28, 27]);
