/**
 * What an adapter provides for datagrams: a port that sends and receives whole ones, with no connection behind it.
 *
 * @module
 */

import type { Transport } from "./link.ts";

/** How to open a port. */
export interface DatagramOptions {
  /** Whether IPv6 may be used; IPv4 addresses work either way. */
  readonly ipv6: boolean;
  /** How many routers a datagram for a multicast group may pass, 1 to 255. */
  readonly multicastHops: number;
  /** Gives up: the promise rejects with the signal's reason and nothing stays open. */
  readonly signal?: AbortSignal | undefined;
}

/** Who listens to a port. */
export interface DatagramHandler {
  /** A datagram has come: a plain `Uint8Array`, ours to keep. `from`: its sender, `host:port`. */
  received(octets: Uint8Array, from: string): void;
  /** The port is of no use any more; it closes itself. */
  failed(error: Error): void;
}

/** An open port. */
export interface DatagramPort {
  /** Bound: our own end, e.g. `udp://127.0.0.1:49731`. Connected: the endpoint as it was given. */
  readonly endpoint: string;
  /**
   * Sends a datagram, on loan until `done` is called: once, later, and with an error if it did not go out.
   *
   * @param to `host:port`, an address; absent: where the port is connected to.
   */
  send(octets: Uint8Array, done: (error?: Error) => void, to?: string): void;
  /** Frees the port. What was sent is on its way. */
  close(): Promise<void>;
  /** Lets the process end although the port is open. */
  unref(): void;
}

/** A transport of datagrams. As for links there is nothing to connect: `connect` and `listen` reject. */
export interface DatagramTransport extends Transport {
  /**
   * Opens a port: bound, to receive; connected, to send.
   *
   * @throws {EndpointError} (rejects) `EADDRINUSE`, `EACCES`, `ENODEV`, `EHOSTUNREACH`, …
   */
  open(
    endpoint: string,
    role: "bind" | "connect",
    options: DatagramOptions,
    handler: DatagramHandler,
  ): Promise<DatagramPort>;
}

/** Whether a transport is one of datagrams. */
export function isDatagrams(transport: Transport): transport is DatagramTransport {
  return typeof (transport as Partial<DatagramTransport>).open === "function";
}
