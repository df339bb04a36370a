/**
 * What every runtime's tcp adapter decides alike: whether an endpoint can be had at all, which address a bind means,
 * and whether a dialled connection is one. Pure but for the interface list, which comes in as an argument.
 *
 * @module
 */

import { NotSupportedError, show } from "../errors.ts";
import { isIPv4, isIPv6 } from "./address.ts";
import { parseTcpBind, parseTcpConnect, refuse, type Role, type TcpTarget } from "./endpoint.ts";
import type { Capabilities, Link } from "./link.ts";

/** One address of a network interface. */
export interface Interface {
  /** The interface's name, e.g. `eth0`. */
  readonly name: string;
  /** An IPv4 or IPv6 address. */
  readonly address: string;
}

/**
 * Checks a tcp endpoint's spelling against what the runtime can do.
 *
 * @throws {EndpointError} `EINVAL` if it is malformed.
 * @throws {NotSupportedError} If it names a source address and the runtime cannot set one.
 */
export function checkTcp(endpoint: string, role: Role, capabilities: Capabilities): void {
  if (role === "bind") {
    parseTcpBind(endpoint);
  } else if (parseTcpConnect(endpoint).source !== undefined && !capabilities.sourceAddress) {
    throw new NotSupportedError(
      `Cannot connect to ${
        show(endpoint)
      }: this runtime cannot choose a source address, wanted an endpoint without ";"`,
    );
  }
}

/**
 * Turns a bind's host into an address, as far as that needs no lookup.
 *
 * @param host As {@link parseTcpBind} gives it.
 * @param interfaces The machine's interfaces; called only for what is neither `*` nor an address.
 * @returns An IP address; or the host itself, a name to look up.
 * @throws {EndpointError} `ENODEV` if the host is empty, or an IPv6 address without `ipv6`.
 */
export function bindHost(
  endpoint: string,
  role: Role,
  host: string,
  ipv6: boolean,
  interfaces: () => Iterable<Interface>,
): string {
  if (host === "*") return ipv6 ? "::" : "0.0.0.0";
  if (host === "") throw refuse("ENODEV", endpoint, role, "host is empty, wanted an interface or an address of it");
  if (isIPv4(host)) return host;
  if (isIPv6(host)) {
    refuseIPv6(endpoint, role, host, ipv6);
    return host;
  }
  // Deno asks for a permission to list interfaces, which the commonest name need not have.
  if (host === "localhost") return host;
  for (const { name, address } of interfaces()) {
    if (name === host && (ipv6 || isIPv4(address))) return address;
  }
  return host;
}

/**
 * Refuses to dial what cannot answer, so that every runtime says the same of it.
 *
 * @throws {EndpointError} `ENODEV` for an IPv6 address without `ipv6`; `ECONNREFUSED` for port 0.
 */
export function checkTarget(endpoint: string, { host, port }: TcpTarget, ipv6: boolean): void {
  refuseIPv6(endpoint, "connect", host, ipv6);
  if (port === 0) throw refuse("ECONNREFUSED", endpoint, "connect", "port is 0, wanted 1 to 65535");
}

/**
 * Refuses a connection to itself: dialling a free port of this machine from a port the system picks can, by chance,
 * pick that very port, and TCP then joins the socket to itself.
 *
 * @throws {EndpointError} `ECONNREFUSED`; the link is aborted.
 */
export function refuseSelf(endpoint: string, link: Link): Link {
  if (link.local !== link.remote) return link;
  link.abort();
  throw refuse("ECONNREFUSED", endpoint, "connect", "the connection met itself, wanted a bound socket there");
}

function refuseIPv6(endpoint: string, role: Role, host: string, ipv6: boolean): void {
  if (ipv6 || !isIPv6(host)) return;
  throw refuse("ENODEV", endpoint, role, "the address is IPv6 and the option ipv6 is false, wanted IPv4 or ipv6: true");
}
