/**
 * tcp over `Bun.connect` and `Bun.listen`.
 *
 * @module
 */

import { isIPv4, isIPv6 } from "../../transport/address.ts";
import { formatTcp, parseTcpBind, parseTcpConnect, type Role } from "../../transport/endpoint.ts";
import type {
  Capabilities,
  DialOptions,
  Link,
  Listener,
  ListenHandler,
  ListenOptions,
  Transport,
} from "../../transport/link.ts";
import { systemError } from "../../transport/system_error.ts";
import { bindHost, checkTarget, checkTcp, refuseSelf } from "../../transport/tcp.ts";
import { interfaces } from "./builtin.ts";
import { dial, listen, listenerOf } from "./dial.ts";
import { BunLink, setKeepAlive } from "./link.ts";
import { type Socket, theBun } from "./sockets.ts";

/** The tcp transport of Bun. */
export class BunTcp implements Transport {
  readonly scheme = "tcp";
  readonly capabilities: Capabilities = {
    keepAlive: true,
    keepAliveIdle: true,
    keepAliveProbes: false,
    backlog: false,
    sourceAddress: true,
    typeOfService: true,
    abstract: false,
  };

  check(endpoint: string, role: Role): void {
    checkTcp(endpoint, role, this.capabilities);
  }

  async connect(endpoint: string, options: DialOptions): Promise<Link> {
    const target = parseTcpConnect(endpoint);
    const { host, port, source } = target;
    const { ipv6, signal } = options;
    signal.throwIfAborted();
    checkTarget(endpoint, target, ipv6);
    // Bun cannot be told a family, so an IPv4 address is looked up first where only that is wanted.
    const hostname = ipv6 ? host : await resolve(endpoint, "connect", host, false);
    const from = source === undefined ? {} : {
      localPort: source.port,
      localAddress: bindHost(endpoint, "connect", source.host, ipv6 && !isIPv4(hostname), interfaces),
    };
    const dialled = await dial(endpoint, { hostname, port, ...from }, signal, (socket) => link(socket, options));
    return refuseSelf(endpoint, dialled);
  }

  async listen(endpoint: string, options: ListenOptions, handler: ListenHandler): Promise<Listener> {
    const { host, port } = parseTcpBind(endpoint);
    const local = bindHost(endpoint, "bind", host, options.ipv6, interfaces);
    const hostname = await resolve(endpoint, "bind", local, options.ipv6);
    const listener = listen(endpoint, { hostname, port }, handler, (socket) => link(socket, options));
    return listenerOf(listener, formatTcp(hostname, listener.port));
  }
}

export function link(socket: Socket<unknown>, options: DialOptions | ListenOptions): BunLink {
  socket.setNoDelay(true);
  setKeepAlive(socket, options.keepAlive);
  if (options.typeOfService !== undefined) socket.setTypeOfService?.(options.typeOfService);
  return new BunLink(
    socket,
    formatTcp(socket.localAddress, socket.localPort),
    formatTcp(socket.remoteAddress, socket.remotePort),
  );
}

/** Looks a name up; an address is its own answer. */
async function resolve(endpoint: string, role: Role, host: string, ipv6: boolean): Promise<string> {
  if (isIPv4(host) || isIPv6(host)) return host;
  try {
    return (await theBun().dns.lookup(host, { family: ipv6 ? 0 : 4 }))[0]!.address;
  } catch (error) {
    throw systemError(endpoint, role, error, role === "bind" ? "ENODEV" : "EHOSTUNREACH");
  }
}
