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
import type { Intake } from "./intake.ts";
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
    const target = parseTcpConnect(endpoint);
    const { host, port, source } = target;
    const { ipv6, signal } = options;
    checkTarget(endpoint, target, ipv6);
    const where: ConnectOptions = { host, port, family: ipv6 ? 0 : 4, noDelay: true, allowHalfOpen: true };
    if (source !== undefined) {
      where.localPort = source.port;
      if (source.host !== "*") where.localAddress = bindHost(endpoint, "connect", source.host, ipv6, interfaces);
    }
    const dialled = await dial(endpoint, where, signal, (socket, intake) => link(socket, intake, options));
    return refuseSelf(endpoint, dialled);
  }

  async listen(endpoint: string, options: ListenOptions, handler: ListenHandler): Promise<Listener> {
    const { host, port } = parseTcpBind(endpoint);
    const { ipv6 } = options;
    const address = await resolve(endpoint, "bind", bindHost(endpoint, "bind", host, ipv6, interfaces), ipv6);
    const where = { host: address, port, backlog: options.backlog };
    const server = await listen(endpoint, where, handler, (socket, intake) => link(socket, intake, options));
    const bound = server.address() as { readonly address: string; readonly port: number };
    return { ...server, endpoint: formatTcp(bound.address, bound.port) };
  }
}

function capabilities(socket: Socket): Capabilities {
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

function link(socket: Socket, intake: Intake, options: DialOptions | ListenOptions): Link {
  setKeepAlive(socket, options.keepAlive);
  if (options.typeOfService !== undefined) socket.setTypeOfService?.(options.typeOfService);
  return new NodeLink(
    socket,
    intake,
    formatTcp(socket.localAddress ?? "", socket.localPort ?? 0),
    formatTcp(socket.remoteAddress ?? "", socket.remotePort ?? 0),
  );
}
