/**
 * Names as Node knows them: the machine's interfaces, and what the system's resolver says.
 *
 * @module
 */

import { isIPv4, isIPv6 } from "../../transport/address.ts";
import type { Role } from "../../transport/endpoint.ts";
import { systemError } from "../../transport/system_error.ts";
import type { Interface } from "../../transport/tcp.ts";
import { builtin } from "./builtin.ts";

/** The machine's interfaces, one address each. */
export function* interfaces(): Iterable<Interface> {
  for (const [name, addresses] of Object.entries(builtin("node:os").networkInterfaces())) {
    for (const { address } of addresses ?? []) yield { name, address };
  }
}

/**
 * Looks a name up; an address is its own answer.
 *
 * @throws {EndpointError} (rejects) `ENODEV` for a name to be bound that is not known, else what the system says.
 */
export async function resolve(endpoint: string, role: Role, host: string, ipv6: boolean): Promise<string> {
  if (isIPv4(host) || isIPv6(host)) return host;
  try {
    return (await builtin("node:dns/promises").lookup(host, { family: ipv6 ? 0 : 4 })).address;
  } catch (error) {
    throw systemError(endpoint, role, error, role === "bind" ? "ENODEV" : undefined);
  }
}
