/**
 * Endpoints, `transport://address`, as libzmq spells them (zmq_tcp(7), zmq_ipc(7), zmq_inproc(7)). Pure: text in, a
 * value or an {@link EndpointError} out; names are resolved elsewhere, at each attempt.
 *
 * | endpoint                         | bind                          | connect                            |
 * | -------------------------------- | ----------------------------- | ---------------------------------- |
 * | `tcp://*:5555`                   | every interface               | `EINVAL`                           |
 * | `tcp://127.0.0.1:*`, `:0`        | a port the system picks       | `*` is `EINVAL`, 0 never connects  |
 * | `tcp://[::1]:5555`, `::1:5555`   | IPv6; the last colon separates | the same                          |
 * | `tcp://eth0:5555`, `name:5555`   | an interface, or a local name | a host name                        |
 * | `tcp://source:port;host:port`    | `EINVAL`                      | dials from the source address      |
 * | `tls://…`                        | as tcp                        | as tcp                             |
 * | `ipc:///path`, `ipc://path`      | a Unix socket's path          | the same                           |
 * | `ipc://@name`                    | Linux's abstract namespace    | the same                           |
 * | `ipc://*`                        | a fresh temporary path        | `EINVAL`                           |
 * | `inproc://name`                  | a name within a context       | the same                           |
 *
 * Unlike libzmq, which reads ports with `atoi`, a port outside 0–65535 or with anything behind it is `EINVAL`.
 *
 * @module
 */

import { EndpointError, type ErrorCode, show } from "../errors.ts";
import { isIPv6, plainIP } from "./address.ts";

/** What an endpoint is wanted for. */
export type Role = "bind" | "connect";

/** An endpoint, cut at its first `://`. */
export interface Endpoint {
  /** What precedes `://`, e.g. `tcp`; never empty. Case matters. */
  readonly scheme: string;
  /** What follows `://`; never empty. */
  readonly address: string;
}

/** A tcp host and port. */
export interface TcpAddress {
  /** A name, an IPv4 address, an IPv6 address without brackets, or `*` for every interface. */
  readonly host: string;
  /** 0–65535; 0 for a port that the system picks. */
  readonly port: number;
}

/** Where to dial, and from where. */
export interface TcpTarget extends TcpAddress {
  /** The address to dial from, if one was given. */
  readonly source?: TcpAddress;
}

/** Which name a Unix socket has. */
export type IpcAddress =
  | { readonly type: "path"; readonly path: string }
  | { readonly type: "abstract"; readonly name: string }
  | { readonly type: "wildcard" };

/** The longest inproc name, in characters. */
const MAX_INPROC_NAME = 256;
const MAX_PORT = 65535;
/** What a host may be made of; libzmq refuses the rest when connecting. */
const HOST = /^[A-Za-z0-9.\-:%_]+$/;

/**
 * Cuts an endpoint at its first `://`.
 *
 * @throws {EndpointError} `EINVAL` if there is no `://`, or nothing before or behind it.
 */
export function splitEndpoint(endpoint: string, role: Role): Endpoint {
  const at = endpoint.indexOf("://");
  const wanted = `wanted transport://address such as "tcp://127.0.0.1:5555"`;
  if (at < 0) throw refuse("EINVAL", endpoint, role, `no "://" found, ${wanted}`);
  if (at === 0) throw refuse("EINVAL", endpoint, role, `nothing before "://", ${wanted}`);
  if (at + 3 === endpoint.length) throw refuse("EINVAL", endpoint, role, `nothing behind "://", ${wanted}`);
  return { scheme: endpoint.slice(0, at), address: endpoint.slice(at + 3) };
}

/**
 * Reads a tcp endpoint to bind.
 *
 * @returns The host may still be an interface's or a machine's name, or `""`; whether it exists is for the adapter.
 * @throws {EndpointError} `EINVAL` if it is malformed.
 */
export function parseTcpBind(endpoint: string): TcpAddress {
  const { address } = splitEndpoint(endpoint, "bind");
  if (address.includes(";")) {
    throw refuse("EINVAL", endpoint, "bind", `a source address was given, wanted one only when connecting`);
  }
  const { host, port } = cutPort(endpoint, "bind", address);
  return { host: host === "" ? "" : readHost(endpoint, "bind", host), port: readPort(endpoint, "bind", port, true) };
}

/**
 * Reads a tcp endpoint to connect to: `host:port` or `source:port;host:port`.
 *
 * @throws {EndpointError} `EINVAL` if it is malformed, or names `*` as host or port of the peer.
 */
export function parseTcpConnect(endpoint: string): TcpTarget {
  const { address } = splitEndpoint(endpoint, "connect");
  const at = address.lastIndexOf(";");
  const target = cutPort(endpoint, "connect", address.slice(at + 1));
  if (target.host === "*") {
    throw refuse("EINVAL", endpoint, "connect", `host is "*", wanted the name or address of one peer`);
  }
  const host = readHost(endpoint, "connect", target.host);
  const port = readPort(endpoint, "connect", target.port, false);
  if (at < 0) return { host, port };
  const source = cutPort(endpoint, "connect", address.slice(0, at));
  return {
    host,
    port,
    source: {
      host: readHost(endpoint, "connect", source.host),
      port: readPort(endpoint, "connect", source.port, true),
    },
  };
}

/**
 * Reads an ipc endpoint.
 *
 * @param maximum The longest path, in octets of UTF-8: 107 on Linux, 103 on macOS.
 * @throws {EndpointError} `ENAMETOOLONG` if the name is longer than `maximum` octets; `EINVAL` if it holds a null,
 * is an abstract name of nothing, or is `*` when connecting.
 */
export function parseIpc(endpoint: string, role: Role, maximum: number): IpcAddress {
  const { address } = splitEndpoint(endpoint, role);
  if (address === "*") {
    if (role === "bind") return { type: "wildcard" };
    throw refuse("EINVAL", endpoint, role, `path is "*", wanted the path of one peer`);
  }
  if (address.includes("\0")) throw refuse("EINVAL", endpoint, role, "path holds a null, wanted none");
  const octets = new TextEncoder().encode(address).length;
  if (octets > maximum) {
    throw refuse("ENAMETOOLONG", endpoint, role, `path is ${octets} octets, limit is ${maximum}`);
  }
  if (!address.startsWith("@")) return { type: "path", path: address };
  if (address === "@") throw refuse("EINVAL", endpoint, role, `no name behind "@", wanted ipc://@name`);
  return { type: "abstract", name: address.slice(1) };
}

/**
 * Reads an inproc endpoint.
 *
 * @returns The name.
 * @throws {EndpointError} `ENAMETOOLONG` if the name is longer than 256 characters.
 */
export function parseInproc(endpoint: string, role: Role): string {
  const { address } = splitEndpoint(endpoint, role);
  if (address.length > MAX_INPROC_NAME) {
    const found = `name is ${address.length} characters, limit is ${MAX_INPROC_NAME}`;
    throw refuse("ENAMETOOLONG", endpoint, role, found);
  }
  return address;
}

/** Spells a tcp endpoint: brackets around IPv6, and an IPv4 address dressed as IPv6 undressed. */
export function formatTcp(host: string, port: number): string {
  const plain = plainIP(host);
  return plain.includes(":") ? `tcp://[${plain}]:${port}` : `tcp://${plain}:${port}`;
}

/**
 * The host of a tcp or tls endpoint as an adapter spells it in `Link.local` and `Link.remote`: no brackets.
 *
 * @returns `""` if it is neither.
 */
export function hostOf(endpoint: string): string {
  const [, bracketed, plain] = /^t(?:cp|ls):\/\/(?:\[([^\]]*)\]|([^[\]]*)):[0-9]+$/.exec(endpoint) ?? [];
  return bracketed ?? plain ?? "";
}

/** Makes the error for an endpoint that cannot be bound or connected to: `found` is "what was found, what was wanted". */
export function refuse(
  code: ErrorCode,
  endpoint: string,
  role: Role,
  found: string,
  options?: ErrorOptions,
): EndpointError {
  const tried = role === "bind" ? "bind to" : "connect to";
  return new EndpointError(code, endpoint, `Cannot ${tried} ${show(endpoint)}: ${found}`, options);
}

/** Cuts `host:port` at the last colon, so that an IPv6 address needs no brackets. */
function cutPort(endpoint: string, role: Role, text: string): { host: string; port: string } {
  const at = text.lastIndexOf(":");
  if (at < 0 || text.endsWith("]")) throw refuse("EINVAL", endpoint, role, "no port found, wanted host:port");
  return { host: text.slice(0, at), port: text.slice(at + 1) };
}

function readHost(endpoint: string, role: Role, text: string): string {
  if (text === "*") return text;
  const bracketed = text.startsWith("[") && text.endsWith("]");
  const host = bracketed ? text.slice(1, -1) : text;
  const wanted = "wanted a name, an IPv4 address or an IPv6 address";
  if (host === "") throw refuse("EINVAL", endpoint, role, `host is empty, ${wanted}`);
  if (!HOST.test(host) || ((bracketed || host.includes(":")) && !isIPv6(host))) {
    throw refuse("EINVAL", endpoint, role, `host is ${show(text)}, ${wanted}`);
  }
  return host;
}

function readPort(endpoint: string, role: Role, text: string, wildcard: boolean): number {
  if (text === "*" && wildcard) return 0;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= MAX_PORT) return port;
  throw refuse("EINVAL", endpoint, role, `port is ${show(text)}, wanted 0 to ${MAX_PORT}${wildcard ? ` or "*"` : ""}`);
}
