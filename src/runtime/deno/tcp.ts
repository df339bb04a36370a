/**
 * tcp over `Deno.connect` and `Deno.listen`.
 *
 * @module
 */

import { isIPv6 } from "../../transport/address.ts";
import { formatTcp, parseTcpBind, parseTcpConnect, refuse, type Role } from "../../transport/endpoint.ts";
import type {
  Capabilities,
  DialOptions,
  Link,
  Listener,
  ListenHandler,
  ListenOptions,
  Transport,
} from "../../transport/link.ts";
import { errnoOf, systemError } from "../../transport/system_error.ts";
import { bindHost, checkTarget, checkTcp, type Interface, refuseSelf } from "../../transport/tcp.ts";
import { accept, dial } from "./dial.ts";
import { DenoLink } from "./link.ts";
import { type Connection, type DenoListener, theDeno } from "./sockets.ts";

/** The tcp transport of Deno. */
export class DenoTcp implements Transport {
  readonly scheme = "tcp";
  readonly capabilities: Capabilities = {
    keepAlive: true,
    keepAliveIdle: false,
    keepAliveProbes: false,
    backlog: true,
    sourceAddress: false,
    typeOfService: false,
    abstract: false,
  };

  check(endpoint: string, role: Role): void {
    checkTcp(endpoint, role, this.capabilities);
  }

  async connect(endpoint: string, options: DialOptions): Promise<Link> {
    const target = parseTcpConnect(endpoint);
    checkTarget(endpoint, target, options.ipv6);
    // By name, so that a permission for the name is enough; Deno tries all that it resolves to.
    const { host: hostname, port } = target;
    const where = { transport: "tcp", hostname, port, autoSelectFamily: true } as const;
    const connection = await dial(endpoint, where, options.signal);
    return refuseSelf(endpoint, link(connection, options));
  }

  // deno-lint-ignore require-await -- what it throws becomes a rejection
  async listen(endpoint: string, options: ListenOptions, handler: ListenHandler): Promise<Listener> {
    const { host, port } = parseTcpBind(endpoint);
    const hostname = bindHost(endpoint, "bind", host, options.ipv6, interfaces);
    const listener = open(endpoint, hostname, port, options);
    return accept(
      endpoint,
      formatTcp(listener.addr.hostname!, listener.addr.port!),
      listener,
      handler,
      (connection) => link(connection, options),
    );
  }
}

/** The machine's interfaces; none where the permission to list them is missing: then a host is a name. */
export function interfaces(): Iterable<Interface> {
  try {
    return theDeno().networkInterfaces();
  } catch (error) {
    if (errnoOf(error) === "EACCES") return [];
    throw error;
  }
}

export function link(connection: Connection, options: DialOptions | ListenOptions): DenoLink {
  connection.setNoDelay?.(true);
  if (options.keepAlive !== undefined) connection.setKeepAlive?.(options.keepAlive.enabled);
  const { localAddr, remoteAddr } = connection;
  return new DenoLink(
    connection,
    formatTcp(localAddr.hostname!, localAddr.port!),
    formatTcp(remoteAddr.hostname!, remoteAddr.port!),
  );
}

/** Listens; a name is bound as Deno resolves it, but to no IPv6 address where that is off. */
export function open(endpoint: string, hostname: string, port: number, options: ListenOptions): DenoListener {
  try {
    const listener = theDeno().listen({ transport: "tcp", hostname, port, tcpBacklog: options.backlog });
    if (options.ipv6 || !isIPv6(listener.addr.hostname!)) return listener;
    listener.close();
  } catch (error) {
    throw systemError(endpoint, "bind", error, errnoOf(error) === "EHOSTUNREACH" ? "ENODEV" : undefined);
  }
  if (hostname === "localhost") return open(endpoint, "127.0.0.1", port, options);
  throw refuse("ENODEV", endpoint, "bind", "the name means an IPv6 address only, wanted IPv4 or ipv6: true");
}
