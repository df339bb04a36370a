/**
 * The options of npm `zeromq` as properties, for whoever checks types. What each means is in docs/options.md; where a
 * number is -1, there is no limit.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { Context } from "./context.ts";
import type { Message, MessageLike } from "./outgoing.ts";

/** The options that every socket has. */
export interface SocketProperties {
  /** Reads as 0; to set it to anything else throws `ENOTSUP`: there are no I/O threads here. */
  affinity: number;
  /** Reads as 100; to set it to anything else throws `ENOTSUP`: there is no multicast here. */
  rate: number;
  /** Reads as 10000; to set it to anything else throws `ENOTSUP`: there is no multicast here. */
  recoveryInterval: number;
  /** Milliseconds that queued messages have to go out after `close`. Default -1; SUB and XSUB: 0. */
  linger: number;
  /** Milliseconds before an endpoint is dialled again; -1, 0: never. Default 100. */
  reconnectInterval: number;
  /** How many connections may wait to be accepted. Default 100. */
  backlog: number;
  /** Milliseconds that `reconnectInterval` may grow to; 0: it does not grow. Default 0. */
  reconnectMaxInterval: number;
  /** Octets of the longest message that is taken. Default -1. */
  maxMessageSize: number;
  /** Whether tcp looks for silent peers: 1, 0, or -1 for what the system does. Default -1. */
  tcpKeepalive: number;
  /** How many probes that takes. Default -1: what the system does. */
  tcpKeepaliveCount: number;
  /** Seconds of silence before it. Default -1: what the system does. */
  tcpKeepaliveIdle: number;
  /** Seconds between probes. Default -1: what the system does. */
  tcpKeepaliveInterval: number;
  /** The network that peers must be of, e.g. `10.0.0.0/8`; `null`: any. */
  tcpAcceptFilter: string | null;
  /** Whether messages are queued for connections alone, and not for endpoints that are being dialled. Default `false`. */
  immediate: boolean;
  /** Whether names and interfaces may be of IPv6. Default `false`. */
  ipv6: boolean;
  /** Whether it is a server of PLAIN. Default `false`. */
  plainServer: boolean;
  /** The name that a client of PLAIN gives; `null`: none. */
  plainUsername: string | null;
  /** The password that a client of PLAIN gives; `null`: none. */
  plainPassword: string | null;
  /** Whether it is a server of CURVE. Default `false`. */
  curveServer: boolean;
  /** Our public key: 40 characters of Z85; `null`: none. */
  curvePublicKey: string | null;
  /** Our secret key: 40 characters of Z85; `null`: none. */
  curveSecretKey: string | null;
  /** The server's public key: 40 characters of Z85; `null`: none. */
  curveServerKey: string | null;
  /** For types alone, as there: it is defined where there is GSSAPI, which is not here. */
  gssapiServer: boolean;
  /** For types alone, as there. */
  gssapiPrincipal: string | null;
  /** For types alone, as there. */
  gssapiServicePrincipal: string | null;
  /** For types alone, as there. */
  gssapiPlainText: boolean;
  /** For types alone, as there. */
  gssapiPrincipalNameType: "hostBased" | "userName" | "krb5Principal";
  /** For types alone, as there. */
  gssapiServicePrincipalNameType: "hostBased" | "userName" | "krb5Principal";
  /** The domain that ZAP is told; `null`: none. */
  zapDomain: string | null;
  /** Whether nobody gets in without a ZAP handler. Default `false`. */
  zapEnforceDomain: boolean;
  /** The octet of IP headers that says how to treat them, 0 to 255. Default 0. */
  typeOfService: number;
  /** Milliseconds that a handshake may take; 0: any. Default 30000. */
  handshakeInterval: number;
  /** The SOCKS5 proxy to dial through, `host:port`; `null`: none. */
  socksProxy: string | null;
  /** Milliseconds between heartbeats; 0: none. Default 0. */
  heartbeatInterval: number;
  /** Milliseconds after which the peer may give up on us, in steps of 100; 0: it decides. Default 0. */
  heartbeatTimeToLive: number;
  /** Milliseconds of silence after a heartbeat that end a connection. Default -1: `heartbeatInterval`. */
  heartbeatTimeout: number;
  /** Milliseconds that dialling may take; 0: what the system allows. Default 0. */
  connectTimeout: number;
  /** Reads as 0; to set it to anything else throws `ENOTSUP`: runtimes give no access to it. */
  tcpMaxRetransmitTimeout: number;
  /** Reads as 1500; to set it to anything else throws `ENOTSUP`: there is no multicast here. */
  multicastMaxTransportDataUnit: number;
  /** Throws `EINVAL`, as libzmq does without VMCI. */
  vmciBufferSize: number;
  /** Throws `EINVAL`, as libzmq does without VMCI. */
  vmciBufferMinSize: number;
  /** Throws `EINVAL`, as libzmq does without VMCI. */
  vmciBufferMaxSize: number;
  /** Throws `EINVAL`, as libzmq does without VMCI. */
  vmciConnectTimeout: number;
  /** Reads as `null`; to set it to anything else throws `ENOTSUP`: runtimes give no access to it. */
  interface: string | null;
  /** Reads as `false`; to set it to anything else throws `ENOTSUP`: runtimes give no access to it. */
  loopbackFastPath: boolean;
}

/** What sockets that send can do. */
export interface Writable<
  M extends MessageLike | MessageLike[] = MessageLike | MessageLike[],
  O extends [...object[]] = [],
> {
  /** How many routers a datagram for a multicast group may pass, 1 to 255. */
  multicastHops: number;
  /** Reads as -1; to set it to anything else throws `ENOTSUP`: runtimes give no access to it. */
  sendBufferSize: number;
  /** How many messages may be queued for each peer; 0: any number. Default 1000. */
  sendHighWaterMark: number;
  /** Milliseconds that `send` may wait. Default -1. */
  sendTimeout: number;
  /**
   * Sends a message, when there is room for it. One call at a time.
   *
   * @param message One part, or an array of them.
   * @returns When it is queued.
   * @throws {TypeError} If there is no message.
   * @throws {Error} `EBUSY` if another call waits, or the socket is being bound; `EBADF` if it is closed. Rejects with
   * `EAGAIN` if `sendTimeout` passes, `EFSM` if it was not its turn, `EHOSTUNREACH` if a `mandatory` ROUTER has no such
   * peer.
   */
  send(message: M, ...options: O): Promise<void>;
}

/** What `receive` of a socket answers. */
export type ReceiveType<T> = T extends { receive(): Promise<infer U> } ? U : never;

/** What sockets that receive can do. */
export interface Readable<M extends object[] = Message[]> {
  /** Reads as -1; to set it to anything else throws `ENOTSUP`: runtimes give no access to it. */
  receiveBufferSize: number;
  /** How many messages of each peer may wait; 0: any number. Default 1000. */
  receiveHighWaterMark: number;
  /** Milliseconds that `receive` may wait. Default -1. */
  receiveTimeout: number;
  /**
   * Receives a message, when there is one. One call at a time.
   *
   * @returns Its parts.
   * @throws {Error} `EBUSY` if another call waits, or the socket is being bound; `EBADF` if it is closed. Rejects with
   * `EAGAIN` if `receiveTimeout` passes or the socket is closed, `EFSM` if it was not its turn.
   */
  receive(): Promise<M>;
  /** Messages as they come, until the socket is closed. */
  [Symbol.asyncIterator](): AsyncIterator<ReceiveType<this>, undefined>;
}

/** Options that can be set on one kind of socket or another, when it is made or later. */
export type OptionName =
  | keyof SocketProperties
  | Exclude<keyof Writable, "send">
  | Exclude<keyof Readable, "receive" | typeof Symbol.asyncIterator>
  | "routingId"
  | "mandatory"
  | "probeRouter"
  | "handover"
  | "correlate"
  | "relaxed"
  | "conflate"
  | "noDrop"
  | "manual"
  | "welcomeMessage"
  | "invertMatching"
  | "verbosity"
  | "notify";

/** What a constructor takes: any options of the socket, and its context. */
export type SocketOptions<S> = { [K in keyof S & OptionName]?: S[K] } & {
  /** The context that it shall be in; the shared one unless given. */
  context?: Context;
};

/** What can be subscribed to. */
export type Prefix = Buffer | string;
