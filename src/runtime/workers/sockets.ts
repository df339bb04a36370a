/**
 * The few members of `cloudflare:sockets` that this adapter uses.
 *
 * @module
 */

/** Where to connect to. */
export interface SocketAddress {
  /** A name or an IP address; IPv6 in brackets. */
  readonly hostname: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** How to connect. */
export interface SocketOptions {
  /** Whether TLS is spoken from the first octet. */
  readonly secureTransport: "off" | "on";
  /** Whether our direction stays open when the peer's has ended. */
  readonly allowHalfOpen: boolean;
}

/** What is known of a connection that has been made. */
export interface SocketInfo {
  /** The peer's end, as `host:port`. */
  readonly remoteAddress: string;
}

/** Writes octets in the order they are given. */
export interface ByteWriter {
  /** Fulfils when our direction has ended, rejects when the connection is lost. */
  readonly closed: Promise<unknown>;
  /** Fulfils when the octets have been taken, which belong to the stream until then. */
  write(octets: Uint8Array): Promise<void>;
  /** Ends the direction behind what was written. */
  close(): Promise<void>;
}

/** A connection: two streams of octets. */
export interface WorkerSocket {
  /** Fulfils when the connection has been made; rejects, with no reason, if it cannot be. */
  readonly opened: Promise<SocketInfo>;
  /** What comes: a stream of octets. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What goes. */
  readonly writable: { getWriter(): ByteWriter };
  /** Closes both directions, once what was written is gone. */
  close(): Promise<void>;
}

/** `connect` of `cloudflare:sockets`. */
export type Connect = (address: SocketAddress, options: SocketOptions) => WorkerSocket;

/**
 * `connect` where it can be had without an import, which no bundler for another runtime could follow: Workers of a
 * compatibility date of 2026-08-04 and later give it out, and older ones with the flag `nodejs_compat`; `undefined` elsewhere.
 *
 * @param scope Where a runtime's own objects are: the global object, unless a test says otherwise.
 */
export function builtinConnect(scope: object = globalThis): Connect | undefined {
  const { process } = scope as { readonly process?: { getBuiltinModule?(name: string): unknown } };
  const sockets = process?.getBuiltinModule?.("cloudflare:sockets") as { readonly connect?: Connect } | undefined;
  return sockets?.connect;
}
