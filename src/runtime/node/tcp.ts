/**
 * tcp over `node:net`.
 *
 * @module
 */

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
import { bindHost, checkTarget, checkTcp, refuseSelf } from "../../transport/tcp.ts";
import { builtin, type ConnectOptions, type Socket } from "./builtin.ts";
import { dial } from "./dial.ts";
import { adopt, Intake } from "./intake.ts";
import { NodeLink, setKeepAlive } from "./link.ts";
import { listen } from "./listen.ts";
import { interfaces, resolve } from "./names.ts";

/** The tcp transport of Node. */
export class NodeTcp implements Transport {
  readonly scheme = "tcp";
  #capabilities: Capabilities | undefined;

  /** Asked of Node when first read: versions differ. */
  get capabilities(): Capabilities {
    return this.#capabilities ??= capabilities(builtin("node:net").Socket.prototype);
  }

  check(endpoint: string, role: Role): void {
    checkTcp(endpoint, role, this.capabilities);
  }

  async connect(endpoint: string, options: DialOptions): Promise<Link> {
    const intake = new Intake();
    const where = { ...whereToDial(endpoint, options), onread: intake };
    const connect = (): Socket => builtin("node:net").connect(where);
    const dialled = await dial(endpoint, connect, options.signal, (socket) => link(socket, intake, options));
    return refuseSelf(endpoint, dialled);
  }

  async listen(endpoint: string, options: ListenOptions, handler: ListenHandler): Promise<Listener> {
    const where = await whereToListen(endpoint, options);
    const server = await listen(endpoint, where, handler, (accepted) => link(...adopt(accepted), options));
    const bound = server.address() as { readonly address: string; readonly port: number };
    return { ...server, endpoint: formatTcp(bound.address, bound.port) };
  }
}

/** What `node:net` can do. */
export function capabilities(socket: Socket): Capabilities {
  return {
    keepAlive: true,
    keepAliveIdle: true,
    keepAliveProbes: socket.setKeepAlive.length > 2,
    backlog: true,
    sourceAddress: true,
    typeOfService: socket.setTypeOfService !== undefined,
    abstract: false,
  };
}

/**
 * Where a tcp endpoint, or a tls one, is dialled, and from where.
 *
 * @throws {EndpointError} If that cannot be.
 */
export function whereToDial(endpoint: string, { ipv6 }: DialOptions): ConnectOptions {
  const target = parseTcpConnect(endpoint);
  const { host, port, source } = target;
  checkTarget(endpoint, target, ipv6);
  const where: ConnectOptions = { host, port, family: ipv6 ? 0 : 4, noDelay: true, allowHalfOpen: true };
  if (source !== undefined) {
    where.localPort = source.port;
    if (source.host !== "*") where.localAddress = bindHost(endpoint, "connect", source.host, ipv6, interfaces);
  }
  return where;
}

/**
 * Where a tcp endpoint, or a tls one, is bound.
 *
 * @throws {EndpointError} If that cannot be.
 */
export async function whereToListen(
  endpoint: string,
  { ipv6, backlog }: ListenOptions,
): Promise<{ host: string; port: number; backlog: number }> {
  const { host, port } = parseTcpBind(endpoint);
  const named = bindHost(endpoint, "bind", host, ipv6, interfaces);
  return { host: await resolve(endpoint, "bind", named, ipv6), port, backlog };
}

export function link(socket: Socket, intake: Intake, options: DialOptions | ListenOptions): Link {
  prepare(socket, options);
  return new NodeLink(socket, intake, ...endsOf(socket));
}

/** Does to a connection what the options ask for. */
export function prepare(socket: Socket, options: DialOptions | ListenOptions): void {
  setKeepAlive(socket, options.keepAlive);
  if (options.typeOfService !== undefined) socket.setTypeOfService?.(options.typeOfService);
}

/** Both ends of a connection as endpoints of tcp, ours first. */
export function endsOf(socket: Socket): [string, string] {
  return [
    formatTcp(socket.localAddress ?? "", socket.localPort ?? 0),
    formatTcp(socket.remoteAddress ?? "", socket.remotePort ?? 0),
  ];
}
