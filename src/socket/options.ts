/**
 * The options of sockets, under the names of npm `zeromq` v6. Each can be given to the constructor, and is a property
 * of the socket that can be read and written. Durations are milliseconds; `Infinity` is "no limit", and so is -1 where
 * `zeromq` users would write it; `undefined` is "not set", and makes an option what it is by default.
 *
 * Unless an option says that it acts at once, a change holds from the next `bind`, `connect` or reconnection on.
 *
 * @module
 */

import type { ZmtpVersion } from "../engine/engine.ts";
import type { ReconnectStop } from "../session/session.ts";
import type { Context } from "./context.ts";
import type { DisconnectOptions, HelloOptions, HiccupOptions } from "./hello_options.ts";
import type { SecurityOptions, TransportSecurityOptions } from "./security_options.ts";

export type {
  DisconnectOptions,
  HelloOptions,
  HiccupOptions,
  ReconnectStop,
  SecurityOptions,
  TransportSecurityOptions,
  ZmtpVersion,
};

/** Options as properties of a socket: all but `context`, each always there. */
export type Properties<T> = { -readonly [K in Exclude<keyof T, "context">]-?: T[K] };

/**
 * Options of libzmq that have no effect here to ask for: each can be read, and be given the value that asks for nothing;
 * any other throws `ENOTSUP`, since to ignore it would be to pretend. On `./core` alone there are no such names.
 */
export interface UnsupportedOptions {
  /** There are no I/O threads to choose from. Only 0. libzmq: `ZMQ_AFFINITY`. */
  readonly affinity?: number;
  /** No runtime gives access to `SO_SNDBUF`. Only -1. libzmq: `ZMQ_SNDBUF`. */
  readonly sendBufferSize?: number;
  /** No runtime gives access to `SO_RCVBUF`. Only -1. libzmq: `ZMQ_RCVBUF`. */
  readonly receiveBufferSize?: number;
  /** No runtime gives access to `TCP_USER_TIMEOUT`. Only 0. libzmq: `ZMQ_TCP_MAXRT`. */
  readonly tcpMaxRetransmitTimeout?: number;
  /** No runtime gives access to `SO_BINDTODEVICE`. Only `null`. libzmq: `ZMQ_BINDTODEVICE`. */
  readonly interface?: string | null;
  /** Windows' loopback fast path. Only `false`. libzmq: `ZMQ_LOOPBACK_FASTPATH`. */
  readonly loopbackFastPath?: boolean;
}

/** Options that every socket heeds. */
export interface SocketOptions extends SecurityOptions, TransportSecurityOptions, UnsupportedOptions {
  /** Where inproc names, transports and default options come from; a context that all sockets share, unless given. */
  readonly context?: Context;
  /**
   * How long `close` and `disconnect` wait for queued messages to go out, in milliseconds; 0 drops them, `Infinity`
   * waits for as long as it takes. A peer that was sent something has this time too, but at least one second and at
   * most thirty, to read it and hang up. Default 5000, so that `await using` ends (libzmq's is forever), and 0 for
   * SUB, XSUB and DISH. Acts at once. libzmq: `ZMQ_LINGER`.
   */
  readonly linger?: number;
  /**
   * Milliseconds before a failed or lost endpoint is dialled again, and up to as much again at random; 0 or
   * `Infinity`: never. Default 100. A peer that hangs up at once, again and again, is dialled ever more rarely, down
   * to every 2 seconds, and one that breaks the protocol, to every 30; if `reconnectMaxInterval` is set, to that.
   * libzmq: `ZMQ_RECONNECT_IVL`.
   */
  readonly reconnectInterval?: number;
  /**
   * If greater than 0, the wait doubles at each failure up to this many milliseconds, and is spread by up to a quarter.
   * A handshake starts it over. Default 0: no growth, but for peers that are of no use (see
   * `reconnectInterval`). libzmq: `ZMQ_RECONNECT_IVL_MAX`.
   */
  readonly reconnectMaxInterval?: number;
  /**
   * What makes an endpoint be given up, with a `close` event, rather than dialled again: `"refused"`, nobody listens
   * there; `"handshake"`, the peer hung up before the handshake was complete. Default: nothing. A peer that answers
   * with ERROR, or uses another mechanism, is never dialled again. libzmq: `ZMQ_RECONNECT_STOP`.
   */
  readonly reconnectStop?: readonly ReconnectStop[];
  /**
   * How many connections the system may hold before they are accepted, 1 or more. Default 100. Throws `ENOTSUP` where
   * the runtime has no way to say so. libzmq: `ZMQ_BACKLOG`.
   */
  readonly backlog?: number;
  /**
   * Queue messages only for peers that are connected: an endpoint that is not takes no part in round robin, and what
   * is queued for it is lost with its connection. Default `false`. libzmq: `ZMQ_IMMEDIATE`.
   */
  readonly immediate?: boolean;
  /** Use IPv6 as well as IPv4. Default `false`. libzmq: `ZMQ_IPV6`. */
  readonly ipv6?: boolean;
  /**
   * How many routers a datagram for a multicast group may pass, 1 to 255; over `udp` alone. Default 1: it does not leave
   * the local network. libzmq: `ZMQ_MULTICAST_HOPS`.
   */
  readonly multicastHops?: number;
  /**
   * The most octets that an incoming message may have, all its frames together; a peer that sends more is
   * disconnected before the octets are read. Over `udp` a longer datagram is dropped. `Infinity`: no limit. Default
   * 256 MiB (libzmq has none, and counts each frame). libzmq: `ZMQ_MAXMSGSIZE`.
   */
  readonly maxMessageSize?: number;
  /**
   * The most frames that an incoming message may have, 1 or more; a peer that sends more is disconnected. Each frame
   * costs memory of its own, even an empty one. `Infinity`: no limit. Default 65536. libzmq: none.
   */
  readonly maxMessageParts?: number;
  /**
   * How many commands that carry nothing for us, such as PING, a peer may send in a second, on the average of a minute;
   * 1 or more. One that sends more is disconnected. `Infinity`: no limit. Default 2000: who beats every millisecond
   * sends half of that. libzmq: none.
   */
  readonly maxPingRate?: number;
  /**
   * The oldest version of ZMTP that a peer may speak: `"1.0"`, `"2.0"`, `"3.0"` or `"3.1"`; one that speaks an older one
   * is disconnected, with a `handshake:error:protocol` event. Whatever it says, a socket with a mechanism other than
   * NULL, or with a `zapDomain`, takes 3.0 and later only: what is older has no security. From `"3.0"` on our greeting
   * goes out whole and at once, which saves one way to the peer and back. Default `"1.0"`, as libzmq; `./core` alone has
   * `"3.0"`, and throws `ENOTSUP` for any other. RFCs 13, 15, 23 and 37; libzmq: none.
   */
  readonly minimumProtocol?: ZmtpVersion;
  /**
   * How many peers of one bound endpoint may be in their handshake at one time, 1 or more. When another comes, the one
   * that came first is disconnected (`EMFILE`), so that whoever holds all places locks nobody out. `Infinity`: no
   * limit. Default 1024. Acts at once. libzmq: none.
   */
  readonly maxHandshakes?: number;
  /**
   * How many peers one bound endpoint may have, 1 or more; those that have left count while messages of theirs wait to
   * be received. A further one is hung up on at once, with an `accept:error` event (`EMFILE`). `Infinity`: no limit.
   * Default 65536. Acts at once. libzmq: none, but for `ZMQ_MAX_SOCKETS` of the context.
   */
  readonly maxConnections?: number;
  /**
   * How long a peer may take for its handshake, in milliseconds; 0: no limit. Default 30000. Whatever the limit, it
   * can make us hold no more than 64 KiB before. libzmq: `ZMQ_HANDSHAKE_IVL`.
   */
  readonly handshakeInterval?: number;
  /** How long one attempt to dial may take, in milliseconds; 0: what the system allows. Default 0. libzmq: `ZMQ_CONNECT_TIMEOUT`. */
  readonly connectTimeout?: number;
  /** Milliseconds between PINGs to each peer; 0: none. Default 0. RFC 37, libzmq: `ZMQ_HEARTBEAT_IVL`. */
  readonly heartbeatInterval?: number;
  /**
   * How long a PING may go without anything from the peer before the connection is given up, in milliseconds; 0: for
   * ever; `undefined`: `heartbeatInterval`. Default `undefined`. libzmq: `ZMQ_HEARTBEAT_TIMEOUT`.
   */
  readonly heartbeatTimeout?: number | undefined;
  /**
   * How long a silence the peer is asked to take before it gives the connection up, in milliseconds, in steps of 100;
   * 0: it is not asked. At most 6553599; more than 65500 is sent as that, since libzmq miscounts longer times.
   * Default 0. libzmq: `ZMQ_HEARTBEAT_TTL`.
   */
  readonly heartbeatTimeToLive?: number;
  /** Whether tcp connections are probed while idle: 1 or `true`, 0 or `false`; `undefined`: as the system has it. libzmq: `ZMQ_TCP_KEEPALIVE`. */
  readonly tcpKeepalive?: number | boolean | undefined;
  /** Seconds of silence before the first probe; `undefined`: the system's. Needs `tcpKeepalive`. libzmq: `ZMQ_TCP_KEEPALIVE_IDLE`. */
  readonly tcpKeepaliveIdle?: number | undefined;
  /** Seconds between probes; `undefined`: the system's. `ENOTSUP` where the runtime cannot. libzmq: `ZMQ_TCP_KEEPALIVE_INTVL`. */
  readonly tcpKeepaliveInterval?: number | undefined;
  /** Unanswered probes that end a connection; `undefined`: the system's. `ENOTSUP` where the runtime cannot. libzmq: `ZMQ_TCP_KEEPALIVE_CNT`. */
  readonly tcpKeepaliveCount?: number | undefined;
  /**
   * Accept tcp and tls connections from these addresses only: one, or several, in CIDR notation (`"192.168.0.0/16"`,
   * `"::1"`). Default `null`: from everywhere. `./core` alone has none: `ENOTSUP`. libzmq: `ZMQ_TCP_ACCEPT_FILTER`.
   */
  readonly tcpAcceptFilter?: string | readonly string[] | null;
  /** The IP type of service, 0 to 255. Default 0: untouched. `ENOTSUP` where the runtime cannot. libzmq: `ZMQ_TOS`. */
  readonly typeOfService?: number;
  /**
   * Dial tcp endpoints through this SOCKS5 proxy, `"host:port"`; tls endpoints cannot be (`ENOTSUP`). Default `null`. Not with `./core` alone, to keep bundles
   * small. libzmq: `ZMQ_SOCKS_PROXY`.
   */
  readonly socksProxy?: string | null;
  /** The user name for the proxy, at most 255 octets. Default `null`: none is offered. libzmq: `ZMQ_SOCKS_USERNAME`. */
  readonly socksUsername?: string | null;
  /** The password for the proxy, at most 255 octets. Default `null`. libzmq: `ZMQ_SOCKS_PASSWORD`. */
  readonly socksPassword?: string | null;
  /**
   * Whose pages may connect to a bound `ws://` or `wss://` endpoint: origins such as `https://example.com`, compared
   * octet by octet with what the browser says, or `*` for any. Programs say no origin and are not asked. Default: none,
   * so that no page that somebody happens to look at reaches a service on their machine or in their network. Only with
   * the main entry point. libzmq: none, it asks nobody.
   */
  readonly wsAllowedOrigins?: readonly string[];
  /**
   * Properties to tell every peer in the handshake; names begin with `X-`, go on in letters, digits or any of
   * `- _ . +`, and have at most 255 characters; values are text or octets and not empty. Default: none. The peer finds
   * them in its `handshake` event. libzmq: `ZMQ_METADATA`.
   */
  readonly metadata?: Readonly<Record<string, string | Uint8Array>>;
}

/** Options of sockets that send. */
export interface SendingOptions {
  /**
   * How many messages may wait to be sent, for each peer; 0 or `Infinity`: no limit. Default 1000. Acts at once.
   * RFC 30's queue per peer; libzmq: `ZMQ_SNDHWM`.
   */
  readonly sendHighWaterMark?: number;
  /**
   * How long `send` waits for room, in milliseconds; then it rejects with `EAGAIN`. 0: not at all. Default `Infinity`.
   * Acts at once. libzmq: `ZMQ_SNDTIMEO`.
   */
  readonly sendTimeout?: number;
}

/** Options of sockets that receive. */
export interface ReceivingOptions {
  /**
   * How many messages may wait to be received, from each peer, before it is made to wait; 0 or `Infinity`: no limit.
   * Default 1000. Acts at once. libzmq: `ZMQ_RCVHWM`.
   */
  readonly receiveHighWaterMark?: number;
  /**
   * How long `receive` waits for a message, in milliseconds; then it rejects with `EAGAIN`. 0: not at all. Default
   * `Infinity`. Acts at once. libzmq: `ZMQ_RCVTIMEO`.
   */
  readonly receiveTimeout?: number;
  /**
   * Tie each message to its connection, so that `peerOf` tells of every one what its peer announced. Costs 20 ns a message.
   * Messages over `inproc` have no peer. Default `false`: of a peer that was judged, or has a key of CURVE, only. Holds
   * from the next connection on. On `./core` alone there is no such name. libzmq: none, `zmq_msg_gets` always answers.
   */
  readonly messageMetadata?: boolean;
}

/** Options of sockets that can keep only the newest message. */
export interface ConflateOptions {
  /**
   * Keep only the newest message for each peer, and from each; high-water marks do not count. A message of several
   * parts is kept whole (libzmq breaks it). Default `false`. libzmq: `ZMQ_CONFLATE`.
   */
  readonly conflate?: boolean;
}

/** Options of sockets that a ROUTER may address. */
export interface IdentityOptions {
  /**
   * The routing id by which a ROUTER knows this socket: 1 to 255 octets (text is UTF-8), the first not zero. Default
   * `null`: the ROUTER makes one up. A REP tells it only to peers of ZMTP 2.0 and 1.0, since no ROUTER is its peer. RFC 37's `Identity`, libzmq:
   * `ZMQ_ROUTING_ID`.
   */
  readonly routingId?: string | Uint8Array | null;
}

/** Options of sockets that can announce themselves to a ROUTER. */
export interface ProbeOptions {
  /** Begin each connection with an empty message, so that a ROUTER learns of us. Default `false`. libzmq: `ZMQ_PROBE_ROUTER`. */
  readonly probeRouter?: boolean;
}

/** Options of sockets that match subscriptions. */
export interface MatchingOptions {
  /** Send (PUB, XPUB) or deliver (SUB) what matches no subscription. Set it at both ends. Default `false`. Acts at once. libzmq: `ZMQ_INVERT_MATCHING`. */
  readonly invertMatching?: boolean;
}

/** Options of sockets whose peers say what they want. */
export interface AudienceOptions extends SendingOptions {
  /**
   * How many topics one peer may be subscribed to, or groups of a RADIO it may have joined; a peer that wants more is
   * disconnected, and what it had is forgotten. Peers over `inproc` are not limited. `Infinity`: no limit. Default
   * 131072. Acts at once. libzmq: none.
   */
  readonly maxSubscriptions?: number;
  /**
   * How many octets the topics of one peer may have together, as `maxSubscriptions`; they cost up to seven times that.
   * Default 8 MiB. Acts at once.
   * libzmq: none.
   */
  readonly maxSubscriptionOctets?: number;
  /** Make `send` wait, rather than drop, while any subscriber's queue is full. Default `false`. Acts at once. libzmq: `ZMQ_XPUB_NODROP`. */
  readonly noDrop?: boolean;
}

/** Options of sockets that publish. */
export interface PublishingOptions extends AudienceOptions, MatchingOptions {
  /** Look for a subscription in the first frame of a subscriber's message only. Default `false`. libzmq: `ZMQ_ONLY_FIRST_SUBSCRIBE`. */
  readonly onlyFirstSubscribe?: boolean;
}

/** Options of a {@link Push}. */
export interface PushOptions extends SocketOptions, SendingOptions, ConflateOptions {}

/** Options of a {@link Pull}. */
export interface PullOptions extends SocketOptions, ReceivingOptions, ConflateOptions {}

/** Options of a {@link Pair}. */
export interface PairOptions extends SocketOptions, SendingOptions, ReceivingOptions {}

/** Options of a {@link Publisher}. */
export interface PublisherOptions extends SocketOptions, PublishingOptions, ConflateOptions {}

/** Options of a {@link Subscriber}. */
export interface SubscriberOptions extends SocketOptions, ReceivingOptions, MatchingOptions, ConflateOptions {}

/** Options of an {@link XPublisher}. */
export interface XPublisherOptions extends SocketOptions, PublishingOptions, ReceivingOptions {
  /**
   * Which subscriptions the application receives besides the first of a topic and the last cancellation: `"allSubs"`,
   * every subscription; `"allSubsUnsubs"`, every cancellation too. Default `null`. Acts at once. libzmq:
   * `ZMQ_XPUB_VERBOSE`, `ZMQ_XPUB_VERBOSER`.
   */
  readonly verbosity?: null | "allSubs" | "allSubsUnsubs";
  /**
   * Apply no subscription by itself: after receiving one, call `subscribe` or `unsubscribe` to give the peer that
   * asked what it shall have. Default `false`. libzmq: `ZMQ_XPUB_MANUAL`.
   */
  readonly manual?: boolean;
  /**
   * As `manual`; and the first message sent after a `subscribe` goes to that subscriber alone, as a cache of last
   * values needs it. Default `false`. libzmq: `ZMQ_XPUB_MANUAL_LAST_VALUE`.
   */
  readonly manualLastValue?: boolean;
  /** A message for each new subscriber, which gets it if it has subscribed to a prefix of it. Default `null`. libzmq: `ZMQ_XPUB_WELCOME_MSG`. */
  readonly welcomeMessage?: string | Uint8Array | null;
}

/** Options of an {@link XSubscriber}. */
export interface XSubscriberOptions extends SocketOptions, SendingOptions, ReceivingOptions {
  /** Look for a subscription in the first frame of a message only. Default `false`. libzmq: `ZMQ_ONLY_FIRST_SUBSCRIBE`. */
  readonly onlyFirstSubscribe?: boolean;
  /** Tell publishers of every cancellation, not of the last of a topic only. Default `false`. libzmq: `ZMQ_XSUB_VERBOSE_UNSUBSCRIBE`. */
  readonly verboseUnsubscribe?: boolean;
}

/** Options of a {@link Request}. */
export interface RequestOptions extends SocketOptions, SendingOptions, ReceivingOptions, IdentityOptions, ProbeOptions {
  /** Number each request, and take no reply that lacks its number. Default `false`. `request()` always does. libzmq: `ZMQ_REQ_CORRELATE`. */
  readonly correlate?: boolean;
  /** Allow `send` before the reply to the last request; that reply is dropped. Default `false`. Use with `correlate`. libzmq: `ZMQ_REQ_RELAXED`. */
  readonly relaxed?: boolean;
}

/** Options of a {@link Reply}. */
export interface ReplyOptions extends SocketOptions, SendingOptions, ReceivingOptions, IdentityOptions {}

/** Options of a {@link Dealer}. */
export interface DealerOptions
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    IdentityOptions,
    ProbeOptions,
    ConflateOptions,
    HelloOptions,
    HiccupOptions {}

/** Options of a {@link Router}. */
export interface RouterOptions
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    IdentityOptions,
    ProbeOptions,
    HelloOptions,
    DisconnectOptions {
  /**
   * Fail, rather than drop, when a message has no route: `send` rejects with `EHOSTUNREACH` if there is no such peer,
   * and waits if its queue is full. Default `false`. Acts at once. libzmq: `ZMQ_ROUTER_MANDATORY`.
   */
  readonly mandatory?: boolean;
  /**
   * When a new peer has a routing id that is in use, let it take over, and disconnect the old one; else the new one is
   * turned away. Default `false`. libzmq: `ZMQ_ROUTER_HANDOVER`.
   */
  readonly handover?: boolean;
}

/** Options of a {@link Stream}: those of all sockets, but for what is about ZMTP, its handshake and its security. */
export interface StreamOptions extends
  Omit<
    SocketOptions,
    | keyof SecurityOptions
    | "maxMessageSize"
    | "maxMessageParts"
    | "maxPingRate"
    | "maxHandshakes"
    | "minimumProtocol"
    | "handshakeInterval"
    | "heartbeatInterval"
    | "heartbeatTimeout"
    | "heartbeatTimeToLive"
    | "metadata"
  >,
  SendingOptions,
  Omit<ReceivingOptions, "messageMetadata"> {
  /**
   * Whether each connection begins and ends with an empty message, `[id, ""]`. Default `true`. Acts from the next
   * connection on. libzmq: `ZMQ_STREAM_NOTIFY`.
   */
  readonly notify?: boolean;
}

/** Options of a {@link Client}. */
export interface ClientOptions extends SocketOptions, SendingOptions, ReceivingOptions, HelloOptions, HiccupOptions {}

/** Options of a {@link Server}. */
export interface ServerOptions
  extends SocketOptions, SendingOptions, ReceivingOptions, HelloOptions, DisconnectOptions {}

/** Options of a {@link Peer}. */
export interface PeerOptions
  extends SocketOptions, SendingOptions, ReceivingOptions, HelloOptions, DisconnectOptions, HiccupOptions {}

/** Options of a {@link Channel}. */
export interface ChannelOptions extends SocketOptions, SendingOptions, ReceivingOptions {}

/** Options of a {@link Scatter}. */
export interface ScatterOptions extends SocketOptions, SendingOptions {}

/** Options of a {@link Gather}. */
export interface GatherOptions extends SocketOptions, ReceivingOptions {}

/** Options of a {@link Radio}. */
export interface RadioOptions extends SocketOptions, AudienceOptions {}

/** Options of a {@link Dish}. */
export interface DishOptions extends SocketOptions, ReceivingOptions {}

/** Options of a {@link Datagram}. */
export interface DatagramSocketOptions extends SocketOptions, SendingOptions, ReceivingOptions {}

/** Every option of every socket, as defaults for the sockets of a context: each takes what it heeds. */
export interface DefaultOptions
  extends
    PushOptions,
    PullOptions,
    PublisherOptions,
    SubscriberOptions,
    XPublisherOptions,
    XSubscriberOptions,
    RequestOptions,
    DealerOptions,
    RouterOptions,
    StreamOptions {}
