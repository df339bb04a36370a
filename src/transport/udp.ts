/**
 * Endpoints of udp, as libzmq spells them. Pure: names are looked up elsewhere.
 *
 * | endpoint                        | bind                                    | connect                        |
 * | ------------------------------- | --------------------------------------- | ------------------------------ |
 * | `udp://127.0.0.1:5555`          | that address                            | sends there                    |
 * | `udp://*:5555`, `eth0:5555`     | every interface, or one                 | `EINVAL`, or a host's name     |
 * | `udp://239.0.0.1:5555`          | joins the multicast group               | sends to it                    |
 * | `udp://eth0;239.0.0.1:5555`     | joins it through that interface         | sends through that interface   |
 *
 * @module
 */

import { readIP } from "./address.ts";
import { parseTcpBind, parseTcpConnect, refuse, type Role, splitEndpoint, type TcpAddress } from "./endpoint.ts";

/** A udp endpoint. */
export interface UdpAddress extends TcpAddress {
  /** The interface to join or to send through, a name or an address; only with a multicast group. */
  readonly interface: string | undefined;
  /** Whether the host is a multicast group. */
  readonly multicast: boolean;
}

/**
 * Reads a udp endpoint, `udp://host:port` or `udp://interface;group:port`.
 *
 * @throws {EndpointError} `EINVAL` if it is malformed, or has an interface and no group.
 */
export function parseUdp(endpoint: string, role: Role): UdpAddress {
  const { scheme, address } = splitEndpoint(endpoint, role);
  const at = address.indexOf(";");
  const rest = at < 0 ? endpoint : `${scheme}://${address.slice(at + 1)}`;
  const { host, port } = role === "bind" ? parseTcpBind(rest) : parseTcpConnect(rest);
  const multicast = isMulticast(host);
  if (at === 0 || at > 0 && !multicast) {
    const found = at === 0 ? `no interface before ";"` : `an interface was given for ${host}`;
    throw refuse("EINVAL", endpoint, role, `${found}, wanted one with a multicast group, "eth0;239.0.0.1:5555"`);
  }
  return { host, port, interface: at < 0 ? undefined : address.slice(0, at), multicast };
}

/** The socket types that libzmq has for datagrams, and what each does with an endpoint. */
const ROLES: Readonly<Record<string, Role>> = { RADIO: "connect", DISH: "bind", DGRAM: "bind" };

/**
 * Checks a udp endpoint's spelling, and that a socket of this type can have it.
 *
 * @throws {EndpointError} `EINVAL` if it is malformed; `ENOCOMPATPROTO` if the type is none for datagrams, or for the
 * other role.
 */
export function checkUdp(endpoint: string, role: Role, type: string | undefined): void {
  parseUdp(endpoint, role);
  if (type === undefined || ROLES[type] === role) return;
  const wanted = ROLES[type] === undefined ? "one for datagrams: RADIO, DISH, DGRAM" : `${ROLES[type]}() for udp`;
  throw refuse("ENOCOMPATPROTO", endpoint, role, `the socket is a ${type}, wanted ${wanted}`);
}

/** Whether an address is a multicast group's: 224.0.0.0/4 or ff00::/8. */
export function isMulticast(host: string): boolean {
  const octets = readIP(host);
  if (octets === undefined) return false;
  return octets.length === 4 ? octets[0]! >> 4 === 0xe : octets[0] === 0xff;
}
