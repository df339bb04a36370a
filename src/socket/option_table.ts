/**
 * What each option takes, what it is by default, and which sockets heed it: one row each. Values are checked here,
 * once, when they are given.
 *
 * @module
 */

import { latin1 } from "../bytes/ascii.ts";
import type { SocketType } from "../engine/compatibility.ts";
import { NotSupportedError, show, wrongRange, wrongType } from "../errors.ts";
import { textFrame } from "../message.ts";
import { AcceptFilter } from "../transport/accept_filter.ts";

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

const SENDERS: readonly SocketType[] = [
  "PUSH",
  "PUB",
  "XPUB",
  "XSUB",
  "REQ",
  "REP",
  "DEALER",
  "ROUTER",
  "PAIR",
];
const RECEIVERS: readonly SocketType[] = ["PULL", "SUB", "XPUB", "XSUB", "REQ", "REP", "DEALER", "ROUTER", "PAIR"];
const LONGEST_TTL = 6553599;
const LONGEST_NAME = 255;

/** Whether sockets of this type send, or receive. */
export function can(type: SocketType, what: "send" | "receive"): boolean {
  return (what === "send" ? SENDERS : RECEIVERS).includes(type);
}

function refuse(name: string, value: unknown, wanted: string): never {
  const kind = typeof value === "number" ? wrongRange : wrongType;
  throw kind(`Cannot set option "${name}": value is ${show(value)}, wanted ${wanted}`);
}

const flag: OptionRow = {
  initial: false,
  check: (name, value) => typeof value === "boolean" ? value : refuse(name, value, "true or false"),
};

/** Whole numbers from `least` to `most`. `Infinity`, and -1 for it, may be among them. */
function whole(initial: number, least: number, most: number, unit: string, heeds?: readonly SocketType[]): OptionRow {
  const range = most === Infinity ? `${least} or more, or Infinity` : `${least} to ${most}`;
  return {
    initial,
    ...(heeds === undefined ? {} : { heeds }),
    check(name, value) {
      const number = value === -1 && most === Infinity ? Infinity : value;
      const fits = typeof number === "number" && number >= least && number <= most &&
        (Number.isInteger(number) || number === Infinity);
      return fits ? number : refuse(name, value, `a whole number${unit}, ${range}`);
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

/** Text or octets of limited length, or nothing. */
function octets(least: number, most: number, check?: (octets: Uint8Array) => string | undefined): OptionRow {
  const wanted = most === Infinity ? "text, octets or null" : `text or octets, ${least} to ${most} of them, or null`;
  const toOctets = (value: string | Uint8Array): Uint8Array =>
    typeof value === "string" ? new TextEncoder().encode(value) : value.slice();
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
      return typeof value === "string" ? value : value.slice();
    },
    use: (value) => value === null ? undefined : toOctets(value as string | Uint8Array),
  };
}

const shortText: OptionRow = {
  initial: null,
  check(name, value) {
    if (value === null || value === undefined) return null;
    const fits = typeof value === "string" && value.length > 0 && textFrame(value).length <= LONGEST_NAME;
    return fits ? value : refuse(name, value, `text of 1 to ${LONGEST_NAME} octets, or null`);
  },
  use: (value) => value ?? undefined,
};

function oneOf(values: readonly unknown[], heeds: readonly SocketType[]): OptionRow {
  const wanted = values.map((value) => show(value)).join(", ");
  return {
    heeds,
    initial: values[0],
    check: (name, value) => values.includes(value) ? value : refuse(name, value, `one of ${wanted}`),
  };
}

/** What has no meaning here: only the value that asks for nothing is taken. */
function unsupported(nothing: unknown, why: string): OptionRow {
  return {
    initial: nothing,
    check(name, value) {
      if (value === nothing || value === null || value === undefined) return nothing;
      throw new NotSupportedError(`Cannot set option "${name}": ${why}`);
    },
  };
}

const KERNEL = "JavaScript runtimes give no access to this property of a connection";
const MULTICAST = "there are no multicast transports here";
const SECURITY = "this version has the NULL mechanism only";
const GSSAPI = "there is no GSSAPI mechanism here";
const VMCI = "there is no VMCI transport here";

/** Every option, by name. */
export const OPTION_TABLE: Readonly<Record<string, OptionRow>> = {
  linger: whole(5000, 0, Infinity, MS),
  reconnectInterval: whole(100, 0, Infinity, MS),
  reconnectMaxInterval: whole(0, 0, Infinity, MS),
  reconnectStop: {
    initial: [],
    check(name, value) {
      const known = Array.isArray(value) && value.every((stop) => stop === "refused" || stop === "handshake");
      return known ? [...value] : refuse(name, value, `an array of "refused" and "handshake"`);
    },
  },
  backlog: whole(100, 1, 65535, " of connections"),
  immediate: flag,
  ipv6: flag,
  maxMessageSize: whole(256 * 1024 * 1024, 0, Infinity, " of octets"),
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
      return fits ? value : refuse(name, value, "0, 1, true, false or undefined");
    },
    use: (value) => value === undefined ? undefined : Boolean(value),
  },
  tcpKeepaliveIdle: optional(1, 32767, " of seconds"),
  tcpKeepaliveInterval: optional(1, 32767, " of seconds"),
  tcpKeepaliveCount: optional(1, 127, " of probes"),
  tcpAcceptFilter: {
    initial: null,
    check(name, value) {
      if (value === null || value === undefined) return null;
      const texts = typeof value === "string" ? [value] : value;
      if (!Array.isArray(texts) || texts.some((text) => typeof text !== "string")) {
        return refuse(name, value, "an address or network as text, several of them, or null");
      }
      try {
        new AcceptFilter(texts);
      } catch (error) {
        throw Object.assign(new RangeError(`Cannot set option "${name}": ${(error as Error).message}`), {
          code: "EINVAL",
        });
      }
      return typeof value === "string" ? value : [...texts];
    },
    use: (value) =>
      value === null ? undefined : new AcceptFilter(typeof value === "string" ? [value] : value as string[]),
  },
  typeOfService: whole(0, 0, 255, ""),
  socksProxy: {
    initial: null,
    check(name, value) {
      if (value === null || value === undefined || value === "") return null;
      const fits = typeof value === "string" && /^.+:\d{1,5}$/.test(value);
      return fits ? value : refuse(name, value, `"host:port" or null`);
    },
    use: (value) => value ?? undefined,
  },
  socksUsername: shortText,
  socksPassword: shortText,
  metadata: {
    initial: {},
    check(name, value) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        return refuse(name, value, "an object of properties");
      }
      for (const [key, property] of Object.entries(value)) {
        if (!/^X-[\x21-\x7e]*$/i.test(key) || key.length > LONGEST_NAME) {
          throw wrongRange(
            `Cannot set option "${name}": a property's name is ${
              show(key)
            }, wanted "X-" and at most 253 ASCII characters`,
          );
        }
        const fits = (typeof property === "string" || property instanceof Uint8Array) && property.length > 0;
        if (!fits) {
          throw wrongType(
            `Cannot set option "${name}": ${show(key)} is ${show(property)}, wanted text or octets, not empty`,
          );
        }
      }
      return { ...value };
    },
    use: (value) =>
      Object.entries(value as Record<string, string | Uint8Array>)
        .map(([key, property]): [string, Uint8Array] => [
          key,
          typeof property === "string" ? new TextEncoder().encode(property) : property.slice(),
        ])
        .sort(([one], [other]) => one < other ? -1 : 1),
  },

  sendHighWaterMark: highWaterMark(SENDERS),
  sendTimeout: whole(Infinity, 0, Infinity, MS, SENDERS),
  receiveHighWaterMark: highWaterMark(RECEIVERS),
  receiveTimeout: whole(Infinity, 0, Infinity, MS, RECEIVERS),
  conflate: { ...flag, heeds: ["PUSH", "PULL", "PUB", "SUB", "DEALER"] },
  routingId: {
    ...octets(
      1,
      LONGEST_NAME,
      (id) => id[0] === 0 ? "it begins with a zero octet, which ROUTER keeps for its own" : undefined,
    ),
    heeds: ["REQ", "DEALER", "ROUTER"],
  },
  probeRouter: { ...flag, heeds: ["REQ", "DEALER", "ROUTER"] },
  correlate: { ...flag, heeds: ["REQ"] },
  relaxed: { ...flag, heeds: ["REQ"] },
  mandatory: { ...flag, heeds: ["ROUTER"] },
  handover: { ...flag, heeds: ["ROUTER"] },
  noDrop: { ...flag, heeds: ["PUB", "XPUB"] },
  invertMatching: { ...flag, heeds: ["PUB", "XPUB", "SUB"] },
  onlyFirstSubscribe: { ...flag, heeds: ["PUB", "XPUB", "XSUB"] },
  verboseUnsubscribe: { ...flag, heeds: ["XSUB"] },
  verbosity: oneOf([null, "allSubs", "allSubsUnsubs"], ["XPUB"]),
  manual: { ...flag, heeds: ["XPUB"] },
  manualLastValue: { ...flag, heeds: ["XPUB"] },
  welcomeMessage: { ...octets(0, Infinity), heeds: ["XPUB"] },

  affinity: unsupported(0, "there are no I/O threads here to choose from"),
  sendBufferSize: unsupported(-1, KERNEL),
  receiveBufferSize: unsupported(-1, KERNEL),
  tcpMaxRetransmitTimeout: unsupported(0, KERNEL),
  interface: unsupported(null, KERNEL),
  loopbackFastPath: unsupported(false, KERNEL),
  rate: unsupported(100, MULTICAST),
  recoveryInterval: unsupported(10_000, MULTICAST),
  multicastHops: unsupported(1, MULTICAST),
  multicastMaxTransportDataUnit: unsupported(1500, MULTICAST),
  plainServer: unsupported(false, SECURITY),
  plainUsername: unsupported(null, SECURITY),
  plainPassword: unsupported(null, SECURITY),
  curveServer: unsupported(false, SECURITY),
  curvePublicKey: unsupported(null, SECURITY),
  curveSecretKey: unsupported(null, SECURITY),
  curveServerKey: unsupported(null, SECURITY),
  zapDomain: unsupported(null, SECURITY),
  zapEnforceDomain: unsupported(false, SECURITY),
  gssapiServer: unsupported(false, GSSAPI),
  gssapiPlainText: unsupported(false, GSSAPI),
  gssapiPrincipal: unsupported(null, GSSAPI),
  gssapiPrincipalNameType: unsupported("hostBased", GSSAPI),
  gssapiServicePrincipal: unsupported(null, GSSAPI),
  gssapiServicePrincipalNameType: unsupported("hostBased", GSSAPI),
  vmciBufferSize: unsupported(0, VMCI),
  vmciBufferMinSize: unsupported(0, VMCI),
  vmciBufferMaxSize: unsupported(0, VMCI),
  vmciConnectTimeout: unsupported(-1, VMCI),
};

/** An option's row. Throws if there is no such option, or a socket of this type does not heed it. */
export function optionRow(type: SocketType, name: string): OptionRow {
  const row = Object.hasOwn(OPTION_TABLE, name) ? OPTION_TABLE[name]! : undefined;
  if (row === undefined) throw wrongType(`Cannot set option ${show(name)}: there is no option of this name`);
  if (row.heeds?.includes(type) === false) {
    throw wrongType(`Cannot set option "${name}": a ${type} does not heed it, ${row.heeds.join(", ")} would`);
  }
  return row;
}

/** The default of an option for sockets of one type. */
export function initialOf(type: SocketType, name: string): unknown {
  // libzmq: a subscriber has nothing that is worth waiting for.
  if (name === "linger" && (type === "SUB" || type === "XSUB")) return 0;
  return OPTION_TABLE[name]!.initial;
}

/** A routing id given to `connect`. Throws as the option does. */
export function checkRoutingId(value: unknown): Uint8Array {
  const row = OPTION_TABLE["routingId"]!;
  return row.use!(row.check("routingId", value)) as Uint8Array | undefined ?? latin1("");
}
