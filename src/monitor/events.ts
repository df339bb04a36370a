/**
 * What happens to a socket's endpoints and connections, told as typed events: the names of npm `zeromq` v6, with
 * `endpoint` where that says `address`.
 *
 * @module
 */

/** Something that happened to an endpoint. */
export interface EndpointEvent<T extends string> {
  /** What happened. */
  readonly type: T;
  /** The endpoint as it was given to `connect`, or as `bind` resolved it. */
  readonly endpoint: string;
}

/** Something that happened to one connection. */
export interface PeerEvent<T extends string> extends EndpointEvent<T> {
  /** The peer's address, e.g. `tcp://127.0.0.1:49731`. */
  readonly peer: string;
}

/** Something that went wrong. */
export interface FailureEvent {
  /** What went wrong. Its `code`, where it has one, is an errno name. */
  readonly error: Error;
}

/** What happened, told apart by `type`. */
export type SocketEvent =
  /** An endpoint has been bound. */
  | EndpointEvent<"bind">
  /** An endpoint could not be bound. */
  | (EndpointEvent<"bind:error"> & FailureEvent)
  /** A peer has connected to a bound endpoint; its handshake follows. */
  | PeerEvent<"accept">
  /** A connection could not be accepted, or was turned away by `tcpAcceptFilter`. */
  | (EndpointEvent<"accept:error"> & FailureEvent)
  /** A dialled connection is open; its handshake follows. */
  | PeerEvent<"connect">
  /** Dialling has begun. */
  | EndpointEvent<"connect:delay">
  /** Dialling failed, or the connection was lost: the error tells why. It will be dialled again. */
  | (EndpointEvent<"connect:retry"> & Partial<FailureEvent> & {
    /** Milliseconds until then. */
    readonly interval: number;
  })
  /** The handshake is complete: messages may pass. */
  | (PeerEvent<"handshake"> & {
    /** The peer's socket type, e.g. `ROUTER`; empty if it speaks ZMTP 1.0, which does not tell. */
    readonly socketType: string;
    /** The routing id that the peer announced; empty if it announced none. */
    readonly routingId: Uint8Array;
    /**
     * What the peer told of itself, names that begin with `X-` and others, and what whoever judged it has granted. Only
     * `granted` is nobody's mere claim.
     */
    readonly properties: ReadonlyMap<string, Uint8Array>;
    /** What whoever judged the peer (RFC 27) has granted it; absent if nobody did. */
    readonly granted?: ReadonlyMap<string, Uint8Array>;
    /** The security mechanism: `NULL`, `PLAIN` or `CURVE`. */
    readonly mechanism: string;
    /** The name that whoever judged the peer gave it (RFC 27); empty if nobody did. */
    readonly userId: string;
    /** The version of ZMTP that both speak. */
    readonly version: "1.0" | "2.0" | "3.0" | "3.1";
  })
  /** The peer broke the protocol, speaks another one, or does not fit. */
  | (PeerEvent<"handshake:error:protocol"> & FailureEvent)
  /** The peer refuses us for who we are, or we refuse the peer. */
  | (PeerEvent<"handshake:error:auth"> & FailureEvent & {
    /** Its status: 300 for a temporary error, 400 for refused, 500 for an error of its own. */
    readonly status: number;
  })
  /** The handshake ended otherwise: the peer left, or took longer than `handshakeInterval`. */
  | (PeerEvent<"handshake:error:other"> & FailureEvent)
  /** A connection has ended. */
  | (PeerEvent<"disconnect"> & Partial<FailureEvent>)
  /** An endpoint is bound or dialled no more: by us, or because dialling again is of no use. */
  | (EndpointEvent<"close"> & Partial<FailureEvent>)
  /** An endpoint could not be given up cleanly. */
  | (EndpointEvent<"close:error"> & FailureEvent)
  /** The socket is closed: the last event. */
  | {
    /** What happened. */
    readonly type: "end";
  };

/** The names of events. */
export type SocketEventType = SocketEvent["type"];

/** The event of one type. */
export type SocketEventOf<T extends SocketEventType> = Extract<SocketEvent, { readonly type: T }>;

/** Hears events of one type. What it throws is reported as an uncaught error, and harms nobody else. */
export type SocketEventListener<T extends SocketEventType> = (event: SocketEventOf<T>) => void;
