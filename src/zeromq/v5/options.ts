/**
 * The options of version 5: their short names, their numbers, and how each is read and written.
 *
 * @module
 */

import type { Socket } from "../socket.ts";
import * as numbers from "./numbers.ts";

/** The options that are properties of sockets, by their numbers. */
export const options = {
  /** Cannot be read. */
  _fd: numbers.ZMQ_FD as number,
  /** Whether there is a message, and room for one. */
  _ioevents: numbers.ZMQ_EVENTS as number,
  /** Cannot be read. */
  _receiveMore: numbers.ZMQ_RCVMORE as number,
  /** A prefix to subscribe to. */
  _subscribe: numbers.ZMQ_SUBSCRIBE as number,
  /** A prefix to unsubscribe from. */
  _unsubscribe: numbers.ZMQ_UNSUBSCRIBE as number,
  /** Of I/O threads. */
  affinity: numbers.ZMQ_AFFINITY as number,
  /** `backlog`. */
  backlog: numbers.ZMQ_BACKLOG as number,
  /** `routingId`. */
  identity: numbers.ZMQ_IDENTITY as number,
  /** `linger`. */
  linger: numbers.ZMQ_LINGER as number,
  /** Of multicast. */
  rate: numbers.ZMQ_RATE as number,
  /** The system's buffer. */
  rcvbuf: numbers.ZMQ_RCVBUF as number,
  /** `lastEndpoint`. */
  last_endpoint: numbers.ZMQ_LAST_ENDPOINT as number,
  /** `reconnectInterval`. */
  reconnect_ivl: numbers.ZMQ_RECONNECT_IVL as number,
  /** Of multicast. */
  recovery_ivl: numbers.ZMQ_RECOVERY_IVL as number,
  /** The system's buffer. */
  sndbuf: numbers.ZMQ_SNDBUF as number,
  /** `securityMechanism`, as a number. */
  mechanism: numbers.ZMQ_MECHANISM as number,
  /** `plainServer`. */
  plain_server: numbers.ZMQ_PLAIN_SERVER as number,
  /** `plainUsername`. */
  plain_username: numbers.ZMQ_PLAIN_USERNAME as number,
  /** `plainPassword`. */
  plain_password: numbers.ZMQ_PLAIN_PASSWORD as number,
  /** `curveServer`. */
  curve_server: numbers.ZMQ_CURVE_SERVER as number,
  /** `curvePublicKey`. */
  curve_publickey: numbers.ZMQ_CURVE_PUBLICKEY as number,
  /** `curveSecretKey`. */
  curve_secretkey: numbers.ZMQ_CURVE_SECRETKEY as number,
  /** `curveServerKey`. */
  curve_serverkey: numbers.ZMQ_CURVE_SERVERKEY as number,
  /** `zapDomain`. */
  zap_domain: numbers.ZMQ_ZAP_DOMAIN as number,
  /** `heartbeatInterval`. */
  heartbeat_ivl: numbers.ZMQ_HEARTBEAT_IVL as number,
  /** `heartbeatTimeToLive`. */
  heartbeat_ttl: numbers.ZMQ_HEARTBEAT_TTL as number,
  /** `heartbeatTimeout`. */
  heartbeat_timeout: numbers.ZMQ_HEARTBEAT_TIMEOUT as number,
  /** `connectTimeout`. */
  connect_timeout: numbers.ZMQ_CONNECT_TIMEOUT as number,
};

/** The name of an option of version 5. */
export type ShortName = keyof typeof options;

/** What an option reads as. */
export type OptionValue = string | number | boolean | null;

/** The properties of version 6 that are the same here. */
const SAME: ReadonlyMap<number, string> = new Map([
  [numbers.ZMQ_AFFINITY, "affinity"],
  [numbers.ZMQ_IDENTITY, "routingId"],
  [numbers.ZMQ_RATE, "rate"],
  [numbers.ZMQ_RECOVERY_IVL, "recoveryInterval"],
  [numbers.ZMQ_SNDBUF, "sendBufferSize"],
  [numbers.ZMQ_RCVBUF, "receiveBufferSize"],
  [numbers.ZMQ_LINGER, "linger"],
  [numbers.ZMQ_RECONNECT_IVL, "reconnectInterval"],
  [numbers.ZMQ_BACKLOG, "backlog"],
  [numbers.ZMQ_RECONNECT_IVL_MAX, "reconnectMaxInterval"],
  [numbers.ZMQ_MAXMSGSIZE, "maxMessageSize"],
  [numbers.ZMQ_SNDHWM, "sendHighWaterMark"],
  [numbers.ZMQ_RCVHWM, "receiveHighWaterMark"],
  [numbers.ZMQ_MULTICAST_HOPS, "multicastHops"],
  [numbers.ZMQ_RCVTIMEO, "receiveTimeout"],
  [numbers.ZMQ_SNDTIMEO, "sendTimeout"],
  [numbers.ZMQ_TCP_KEEPALIVE, "tcpKeepalive"],
  [numbers.ZMQ_TCP_KEEPALIVE_CNT, "tcpKeepaliveCount"],
  [numbers.ZMQ_TCP_KEEPALIVE_IDLE, "tcpKeepaliveIdle"],
  [numbers.ZMQ_TCP_KEEPALIVE_INTVL, "tcpKeepaliveInterval"],
  [numbers.ZMQ_PLAIN_USERNAME, "plainUsername"],
  [numbers.ZMQ_PLAIN_PASSWORD, "plainPassword"],
  [numbers.ZMQ_CURVE_PUBLICKEY, "curvePublicKey"],
  [numbers.ZMQ_CURVE_SECRETKEY, "curveSecretKey"],
  [numbers.ZMQ_CURVE_SERVERKEY, "curveServerKey"],
  [numbers.ZMQ_ZAP_DOMAIN, "zapDomain"],
  [numbers.ZMQ_HEARTBEAT_IVL, "heartbeatInterval"],
  [numbers.ZMQ_HEARTBEAT_TTL, "heartbeatTimeToLive"],
  [numbers.ZMQ_HEARTBEAT_TIMEOUT, "heartbeatTimeout"],
  [numbers.ZMQ_CONNECT_TIMEOUT, "connectTimeout"],
]);

/** Those that are flags there, and 0 or 1 here. */
const FLAGS: ReadonlyMap<number, string> = new Map([
  [numbers.ZMQ_ROUTER_MANDATORY, "mandatory"],
  [numbers.ZMQ_DELAY_ATTACH_ON_CONNECT, "immediate"],
  [numbers.ZMQ_IPV6, "ipv6"],
  [numbers.ZMQ_PLAIN_SERVER, "plainServer"],
  [numbers.ZMQ_CURVE_SERVER, "curveServer"],
]);

const READ_ONLY: ReadonlyMap<number, string> = new Map([
  [numbers.ZMQ_TYPE, "type"],
  [numbers.ZMQ_LAST_ENDPOINT, "lastEndpoint"],
]);

const WRITE_ONLY: ReadonlyMap<number, string> = new Map([[numbers.ZMQ_TCP_ACCEPT_FILTER, "tcpAcceptFilter"]]);
const RAW_REFUSED = "ZMQ_ROUTER_RAW is not supported in compatibility mode";

interface Bag {
  [name: string]: unknown;
}

/** The number of an option, by its name or its number. */
export function numberOf(option: number | ShortName): number | undefined {
  return typeof option === "number" ? option : options[option];
}

/** Writes an option of a socket of version 6, by its number. */
export function writeOption(socket: Socket, id: number | undefined, value: unknown): void {
  const bag = socket as unknown as Bag;
  const same = SAME.get(id!) ?? WRITE_ONLY.get(id!);
  if (same !== undefined) return void (bag[same] = value);
  const flag = FLAGS.get(id!);
  if (flag !== undefined) return void (bag[flag] = Boolean(value));
  switch (id) {
    case numbers.ZMQ_SUBSCRIBE:
      return (bag as { subscribe(prefix: unknown): void }).subscribe(value);
    case numbers.ZMQ_UNSUBSCRIBE:
      return (bag as { unsubscribe(prefix: unknown): void }).unsubscribe(value);
    case numbers.ZMQ_IPV4ONLY:
      return void (bag["ipv6"] = !value);
    case numbers.ZMQ_XPUB_VERBOSE:
      return void (bag["verbosity"] = value ? "allSubs" : null);
    case numbers.ZMQ_ROUTER_HANDOVER:
      return void (bag["handover"] = Boolean(value));
    case numbers.ZMQ_ROUTER_RAW:
      throw new Error(RAW_REFUSED);
    default:
      throw new Error("Unknown option");
  }
}

/** Reads an option of a socket of version 6, by its number. */
export function readOption(socket: Socket, id: number | undefined): OptionValue {
  const bag = socket as unknown as Record<string, OptionValue>;
  const same = SAME.get(id!) ?? READ_ONLY.get(id!);
  if (same !== undefined) return bag[same]!;
  const flag = FLAGS.get(id!);
  if (flag !== undefined) return bag[flag] ? 1 : 0;
  switch (id) {
    case numbers.ZMQ_EVENTS:
      return (socket.readable ? numbers.ZMQ_POLLIN : 0) | (socket.writable ? numbers.ZMQ_POLLOUT : 0);
    case numbers.ZMQ_IPV4ONLY:
      return !socket.ipv6;
    case numbers.ZMQ_MECHANISM:
      return [null, "plain", "curve", "gssapi"].indexOf(socket.securityMechanism);
    case numbers.ZMQ_RCVMORE:
      throw new Error("ZMQ_RCVMORE is not supported in compatibility mode");
    case numbers.ZMQ_FD:
      throw new Error("ZMQ_FD is not supported in compatibility mode");
    case numbers.ZMQ_XPUB_VERBOSE:
      throw new Error("Reading ZMQ_XPUB_VERBOSE is not supported");
    case numbers.ZMQ_ROUTER_RAW:
      throw new Error(RAW_REFUSED);
    default:
      throw new Error("Unknown option");
  }
}
