/**
 * udp over `node:dgram`, which Deno and Bun have too: Deno's own datagrams need a flag, and there is no difference in
 * what they can do.
 *
 * @module
 */

import { isIPv4 } from "../../transport/address.ts";
import type { DatagramHandler, DatagramOptions, DatagramPort, DatagramTransport } from "../../transport/datagram.ts";
import { formatHost, refuse, type Role } from "../../transport/endpoint.ts";
import { type Capabilities, NO_CAPABILITIES } from "../../transport/link.ts";
import { systemError } from "../../transport/system_error.ts";
import { bindHost, checkTarget } from "../../transport/tcp.ts";
import { checkUdp, parseUdp, type UdpAddress } from "../../transport/udp.ts";
import { builtin, type DatagramSocket } from "./builtin.ts";
import { interfaces, resolve } from "./names.ts";

/** The udp transport of Node, Deno and Bun. */
export class NodeUdp implements DatagramTransport {
  readonly scheme = "udp";
  readonly capabilities: Capabilities = NO_CAPABILITIES;

  check(endpoint: string, role: "bind" | "connect", _options?: object, type?: string): void {
    checkUdp(endpoint, role, type);
  }

  connect(endpoint: string): Promise<never> {
    return Promise.reject(refuse("ENOTSUP", endpoint, "connect", "udp has no connections, wanted a port to be opened"));
  }

  listen(endpoint: string): Promise<never> {
    return Promise.reject(refuse("ENOTSUP", endpoint, "bind", "udp has no connections, wanted a port to be opened"));
  }

  async open(
    endpoint: string,
    role: Role,
    options: DatagramOptions,
    handler: DatagramHandler,
  ): Promise<DatagramPort> {
    const where = parseUdp(endpoint, role);
    const { ipv6, signal } = options;
    if (role === "connect") checkTarget(endpoint, where, ipv6);
    const named = role === "bind" ? bindHost(endpoint, role, where.host, ipv6, interfaces) : where.host;
    const host = await resolve(endpoint, role, named, ipv6);
    signal?.throwIfAborted();
    const family = isIPv4(host) ? 4 : 6;
    // Several may listen to one group on one machine.
    const socket = builtin("node:dgram").createSocket({ type: `udp${family}`, reuseAddr: where.multicast });
    try {
      const everywhere = role === "connect" || where.multicast;
      await bound(socket, role === "bind" ? where.port : 0, everywhere ? family === 4 ? "0.0.0.0" : "::" : host);
      if (where.multicast) join(socket, endpoint, role, where, options);
      signal?.throwIfAborted();
    } catch (error) {
      await closed(socket);
      signal?.throwIfAborted();
      throw systemError(endpoint, role, error);
    }
    return new NodePort(endpoint, role, socket, { host, port: where.port }, handler);
  }
}

/** An open port. */
class NodePort implements DatagramPort {
  readonly endpoint: string;
  readonly #socket: DatagramSocket;
  readonly #peer: { readonly host: string; readonly port: number };
  #closing: Promise<void> | undefined;

  constructor(
    endpoint: string,
    role: Role,
    socket: DatagramSocket,
    peer: { readonly host: string; readonly port: number },
    handler: DatagramHandler,
  ) {
    const { address, port } = socket.address();
    this.endpoint = role === "connect" ? endpoint : `udp://${formatHost(address, port)}`;
    this.#socket = socket;
    this.#peer = peer;
    socket.on("message", (octets, from) => {
      if (this.#closing !== undefined) return;
      // A view of its own: what Node hands out is a Buffer; on Deno, of memory for the longest datagram there can be.
      const roomy = octets.buffer.byteLength > 2 * octets.length;
      const plain = roomy
        ? new Uint8Array(octets)
        : new Uint8Array(octets.buffer as ArrayBuffer, octets.byteOffset, octets.length);
      handler.received(plain, formatHost(from.address, from.port));
    });
    socket.on("error", (error) => {
      if (this.#closing !== undefined) return;
      handler.failed(systemError(endpoint, role, error));
      this.close();
    });
  }

  send(octets: Uint8Array, done: (error?: Error) => void, to?: string): void {
    const { host, port } = to === undefined ? this.#peer : target(to);
    this.#send(octets, port, host, (error) => {
      // Bun tells so that nobody listened where an earlier one went, and this one has not gone. On Node and Deno, and
      // if it happens again, what nobody hears is lost as it may be on any network.
      if (isRefused(error)) this.#send(octets, port, host, (again) => done(isRefused(again) ? undefined : again));
      else done(error);
    });
  }

  close(): Promise<void> {
    return this.#closing ??= closed(this.#socket);
  }

  unref(): void {
    this.#socket.unref();
  }

  #send(octets: Uint8Array, port: number, host: string, done: (error?: Error) => void): void {
    try {
      if (this.#closing !== undefined) throw new Error("Cannot send datagram: the port is closed");
      this.#socket.send(octets, port, host, (error) => done(error ?? undefined));
    } catch (error) {
      queueMicrotask(() => done(error as Error));
    }
  }
}

function isRefused(error: Error | undefined): boolean {
  return (error as { readonly code?: unknown } | undefined)?.code === "ECONNREFUSED";
}

function bound(socket: DatagramSocket, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.bind(port, address, () => {
      socket.removeAllListeners("error");
      resolve();
    });
  });
}

function closed(socket: DatagramSocket): Promise<void> {
  return new Promise((resolve) => {
    try {
      socket.close(resolve);
    } catch {
      // It was never open.
      resolve();
    }
  });
}

/** Joins a group, or sets how what is for it goes out. */
function join(
  socket: DatagramSocket,
  endpoint: string,
  role: Role,
  { host, interface: name }: UdpAddress,
  { multicastHops }: DatagramOptions,
): void {
  const through = name === undefined ? undefined : throughOf(endpoint, role, name, isIPv4(host));
  if (role === "bind") return socket.addMembership(host, through);
  socket.setMulticastTTL(multicastHops);
  if (through !== undefined) socket.setMulticastInterface(through);
}

/** An interface as Node names it: by its IPv4 address, or as the zone of no IPv6 address. */
function throughOf(endpoint: string, role: Role, name: string, four: boolean): string {
  if (four && isIPv4(name)) return name;
  for (const one of interfaces()) {
    if (one.name !== name && one.address !== name) continue;
    if (!four) return `::%${one.name}`;
    if (isIPv4(one.address)) return one.address;
  }
  throw refuse("ENODEV", endpoint, role, `no interface is called "${name}", wanted one of this machine's`);
}

/** `host:port` of an address, an IPv6 one in brackets. */
function target(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(":");
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(text.slice(at + 1)) };
}
