/**
 * What each option takes, what it is by default, and which sockets heed it: one row each. Values are checked here,
 * once, when they are given.
 *
 * @module
 */

import type { SocketType } from "../engine/compatibility.ts";
import { MAX_PARTS, MAX_PING_RATE } from "../engine/zmtp_engine.ts";
import { NotSupportedError, show, wrongRange, wrongType } from "../errors.ts";
import { EMPTY } from "../message.ts";
import { security } from "./security_slot.ts";

/** One option. */
export interface OptionRow {
  /** The socket types that heed it; absent: all. */
  readonly heeds?: readonly SocketType[];
  /** What it is unless given. */
  readonly initial: unknown;
  /** Checks a value, and answers it as it is to be read back. */
  check(name: string, value: unknown): unknown;
  /** What the library works with; absent: the value itself. */
  use?(value: unknown): unknown;
}

const BOTH_WAYS: readonly SocketType[] = [
  "XPUB",
  "XSUB",
  "REQ",
  "REP",
  "DEALER",
  "ROUTER",
  "PAIR",
  "STREAM",
  "SERVER",
  "CLIENT",
  "PEER",
  "CHANNEL",
  "DGRAM",
];
const SENDERS: readonly SocketType[] = ["PUSH", "PUB", ...BOTH_WAYS, "SCATTER", "RADIO"];
/** The socket types that receive. */
export const RECEIVERS: readonly SocketType[] = ["PULL", "SUB", ...BOTH_WAYS, "GATHER", "DISH"];
const PUBLISHERS: readonly SocketType[] = ["PUB", "XPUB", "RADIO"];
const LONGEST_TTL = 6553599;
const LONGEST_NAME = 255;

/** Whether sockets of this type send, or receive. */
export function can(type: SocketType, what: "send" | "receive"): boolean {
  return (what === "send" ? SENDERS : RECEIVERS).includes(type);
}

/** `numeric`: whether numbers are taken, so that a wrong one is out of range. */
export function refuse(name: string, value: unknown, wanted: string, numeric = false): never {
  const wrong = numeric && typeof value === "number" ? wrongRange : wrongType;
  throw wrong(`Cannot set option "${name}": value is ${show(value)}, wanted ${wanted}`);
}

/** True or false. */
export const flag: OptionRow = {
  initial: false,
  check: (name, value) => typeof value === "boolean" ? value : refuse(name, value, "true or false"),
};

/** Whole numbers from `least` to `most`. `Infinity`, and -1 for it, may be among them. */
export function whole(
  initial: number,
  least: number,
  most: number,
  unit: string,
  heeds?: readonly SocketType[],
): OptionRow {
  const range = most === Infinity ? `${least} or more, or Infinity` : `${least} to ${most}`;
  return {
    initial,
    ...(heeds === undefined ? {} : { heeds }),
    check(name, value) {
      const number = value === -1 && most === Infinity ? Infinity : value;
      const fits = typeof number === "number" && number >= least && number <= most &&
        (Number.isInteger(number) || number === Infinity);
      return fits ? number : refuse(name, value, `a whole number${unit}, ${range}`, true);
    },
  };
}

const MS = " of milliseconds";

/** A whole number, or nothing. */
function optional(least: number, most: number, unit: string): OptionRow {
  const row = whole(0, least, most, unit);
  return {
    initial: undefined,
    check: (name, value) => value === undefined || value === null || value === -1 ? undefined : row.check(name, value),
  };
}

function highWaterMark(heeds: readonly SocketType[]): OptionRow {
  return { ...whole(1000, 0, Infinity, " of messages", heeds), use: (value) => value === 0 ? Infinity : value };
}

/** The octets of text, or a copy. Not by `slice`: of a Node Buffer that would be no copy. */
function toOctets(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : new Uint8Array(value);
}

/** Text or octets of limited length, or nothing. */
export function octets(least: number, most: number, check?: (octets: Uint8Array) => string | undefined): OptionRow {
  const wanted = most === Infinity ? "text, octets or null" : `text or octets, ${least} to ${most} of them, or null`;
  return {
    initial: null,
    check(name, value) {
      if (value === null || value === undefined) return null;
      if (typeof value !== "string" && !(value instanceof Uint8Array)) return refuse(name, value, wanted);
      const { length } = toOctets(value);
      if (length < least || length > most) {
        throw wrongRange(`Cannot set option "${name}": value is ${length} octets, wanted ${wanted}`);
      }
      const fault = check?.(toOctets(value));
      if (fault !== undefined) throw wrongRange(`Cannot set option "${name}": ${fault}`);
      return typeof value === "string" ? value : new Uint8Array(value);
    },
    use: (value) => value === null ? undefined : toOctets(value as string | Uint8Array),
  };
}

function oneOf(values: readonly unknown[], heeds: readonly SocketType[]): OptionRow {
  const wanted = values.map((value) => show(value)).join(", ");
  return {
    heeds,
    initial: values[0],
    check: (name, value) => values.includes(value) ? value : refuse(name, value, `one of ${wanted}`),
  };
}

/** Properties for the handshake (RFC 37, "metadata"): the application's own names begin with `X-`. */
const metadata: OptionRow = {
  initial: Object.freeze({}),
  check(name, value) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return refuse(name, value, "an object of properties");
    }
    const copy: Record<string, string | Uint8Array> = {};
    for (const [key, property] of Object.entries(value as Record<string, unknown>)) {
      if (!/^X-[A-Za-z0-9\-_.+]*$/i.test(key) || key.length > LONGEST_NAME) {
        const wanted = `"X-" and letters, digits or any of - _ . +, at most ${LONGEST_NAME} characters`;
        throw wrongRange(`Cannot set option "${name}": a property's name is ${show(key)}, wanted ${wanted}`);
      }
      const fits = (typeof property === "string" || property instanceof Uint8Array) && property.length > 0;
      if (!fits) {
        const found = `${show(key)} is ${show(property)}`;
        throw wrongType(`Cannot set option "${name}": ${found}, wanted text or octets, not empty`);
      }
      copy[key] = typeof property === "string" ? property : new Uint8Array(property);
    }
    return Object.freeze(copy);
  },
  use: (value) =>
    Object.entries(value as Record<string, string | Uint8Array>)
      .map(([key, property]): [string, Uint8Array] => [key, toOctets(property)])
      .sort(([one], [other]) => one < other ? -1 : 1),
};

/** Options of security, with what asks for nothing: those of entry points that have it know what else there is. */
function secured(options: Readonly<Record<string, unknown>>): Record<string, OptionRow> {
  const rows = Object.entries(options).map(([name, nothing]): [string, OptionRow] => [name, {
    initial: nothing,
    check(name, value) {
      if (value === nothing || value === null || value === undefined) return nothing;
      const known = security();
      if (known !== undefined) return known.check(name, value);
      const found = `"./core" has the NULL mechanism only, wanted the main entry point`;
      throw new NotSupportedError(`Cannot set option "${name}": ${found}`);
    },
  }]);
  return Object.fromEntries(rows);
}

/** An option that cannot be had, with what asks for nothing: only that is taken. `why` says what was found and wanted. */
export function absent(nothing: unknown, why: string): OptionRow {
  return {
    initial: nothing,
    check(name, value) {
      if (value === nothing || value === null || value === undefined) return nothing;
      throw new NotSupportedError(`Cannot set option "${name}": ${why}`);
    },
    use: (value) => value ?? undefined,
  };
}

const NO_SOCKS = absent(null, `"./core" has no SOCKS, wanted the main entry point`);
const NO_FILTER = absent(null, `"./core" has no filters, wanted the main entry point`);
const ZERO_FIRST = "it begins with a zero octet, wanted an id that does not: those are ROUTER's own";

/** Every option, by name. The main entry point adds those of `more_options.ts`. */
export const OPTION_TABLE: Readonly<Record<string, OptionRow>> = {
  linger: whole(5000, 0, Infinity, MS),
  reconnectInterval: whole(100, 0, Infinity, MS),
  reconnectMaxInterval: whole(0, 0, Infinity, MS),
  reconnectStop: {
    initial: Object.freeze([]),
    check(name, value) {
      const known = Array.isArray(value) && value.every((stop) => stop === "refused" || stop === "handshake");
      return known ? Object.freeze([...value]) : refuse(name, value, `an array of "refused" and "handshake"`);
    },
  },
  backlog: whole(100, 1, 65535, " of connections"),
  immediate: flag,
  ipv6: flag,
  maxMessageSize: whole(256 * 1024 * 1024, 0, Infinity, " of octets"),
  maxMessageParts: whole(MAX_PARTS, 1, Infinity, " of frames"),
  maxPingRate: whole(MAX_PING_RATE, 1, Infinity, " of commands"),
  maxHandshakes: whole(1024, 1, Infinity, " of connections"),
  maxConnections: whole(65536, 1, Infinity, " of connections"),
  handshakeInterval: whole(30_000, 0, Infinity, MS),
  connectTimeout: whole(0, 0, Infinity, MS),
  heartbeatInterval: whole(0, 0, Infinity, MS),
  heartbeatTimeout: optional(0, Infinity, MS),
  heartbeatTimeToLive: whole(0, 0, LONGEST_TTL, MS),
  tcpKeepalive: {
    initial: undefined,
    check(name, value) {
      if (value === undefined || value === null || value === -1) return undefined;
      const fits = value === 0 || value === 1 || typeof value === "boolean";
      return fits ? value : refuse(name, value, "0, 1, true, false or undefined", true);
    },
    use: (value) => value === undefined ? undefined : Boolean(value),
  },
  tcpKeepaliveIdle: optional(1, 32767, " of seconds"),
  tcpKeepaliveInterval: optional(1, 32767, " of seconds"),
  tcpKeepaliveCount: optional(1, 127, " of probes"),
  tcpAcceptFilter: NO_FILTER,
  typeOfService: whole(0, 0, 255, ""),
  minimumProtocol: absent("3.0", `"./core" has no other, wanted the main entry point`),
  socksProxy: NO_SOCKS,
  socksUsername: NO_SOCKS,
  socksPassword: NO_SOCKS,
  metadata,

  sendHighWaterMark: highWaterMark(SENDERS),
  sendTimeout: whole(Infinity, 0, Infinity, MS, SENDERS),
  receiveHighWaterMark: highWaterMark(RECEIVERS),
  receiveTimeout: whole(Infinity, 0, Infinity, MS, RECEIVERS),
  conflate: { ...flag, heeds: ["PUSH", "PULL", "PUB", "SUB", "DEALER"] },
  routingId: {
    ...octets(
      1,
      LONGEST_NAME,
      (id) => id[0] === 0 ? ZERO_FIRST : undefined,
    ),
    heeds: ["REQ", "REP", "DEALER", "ROUTER"],
  },
  probeRouter: { ...flag, heeds: ["REQ", "DEALER", "ROUTER"] },
  correlate: { ...flag, heeds: ["REQ"] },
  relaxed: { ...flag, heeds: ["REQ"] },
  mandatory: { ...flag, heeds: ["ROUTER"] },
  handover: { ...flag, heeds: ["ROUTER"] },
  maxSubscriptions: whole(131072, 0, Infinity, " of topics", PUBLISHERS),
  maxSubscriptionOctets: whole(8 * 1024 * 1024, 0, Infinity, " of octets", PUBLISHERS),
  noDrop: { ...flag, heeds: PUBLISHERS },
  invertMatching: { ...flag, heeds: ["PUB", "XPUB", "SUB"] },
  onlyFirstSubscribe: { ...flag, heeds: ["PUB", "XPUB", "XSUB"] },
  verboseUnsubscribe: { ...flag, heeds: ["XSUB"] },
  verbosity: oneOf([null, "allSubs", "allSubsUnsubs"], ["XPUB"]),
  manual: { ...flag, heeds: ["XPUB"] },
  manualLastValue: { ...flag, heeds: ["XPUB"] },
  welcomeMessage: { ...octets(0, Infinity), heeds: ["XPUB"] },

  ...secured({
    plainServer: false,
    plainUsername: null,
    plainPassword: null,
    curveServer: false,
    curvePublicKey: null,
    curveSecretKey: null,
    curveServerKey: null,
    zapDomain: null,
    zapEnforceDomain: false,
  }),
};

/** Options of contexts themselves, by name. All others are defaults for their sockets. */
export const CONTEXT_OPTION_TABLE: Readonly<Record<string, OptionRow>> = {
  blocky: { ...flag, initial: true },
  maxSockets: whole(Infinity, 1, Infinity, " of sockets"),
};

/** The error for a name that no option has. */
export function refuseUnknown(name: string): TypeError {
  const meant = Object.keys(OPTION_TABLE).find((known) => known.toLowerCase() === name.toLowerCase());
  const wanted = meant === undefined ? "" : `, wanted perhaps "${meant}"`;
  return wrongType(`Cannot set option ${show(name)}: there is no option of this name${wanted}`);
}

/** An option's row. Throws if there is no such option, or a socket of this type does not heed it. */
export function optionRow(type: SocketType, name: string): OptionRow {
  const row = Object.hasOwn(OPTION_TABLE, name) ? OPTION_TABLE[name]! : undefined;
  if (row === undefined) throw refuseUnknown(name);
  if (row.heeds?.includes(type) === false) {
    throw wrongType(`Cannot set option "${name}": the socket is a ${type}, wanted ${row.heeds.join(", ")}`);
  }
  return row;
}

/** The default of an option for sockets of one type. */
export function initialOf(type: SocketType, name: string): unknown {
  // libzmq: a subscriber has nothing that is worth waiting for.
  if (name === "linger" && (type === "SUB" || type === "XSUB" || type === "DISH")) return 0;
  return OPTION_TABLE[name]!.initial;
}

/** Reads the routing id given to `connect`; empty if there is none. Throws as the option does. */
export function checkRoutingId(value: unknown): Uint8Array {
  const row = OPTION_TABLE["routingId"]!;
  return row.use!(row.check("routingId", value)) as Uint8Array | undefined ?? EMPTY;
}
