/**
 * What a socket counts: plain integers, bumped as messages pass, read as a snapshot.
 *
 * @module
 */

/** One connection's, or one dialled endpoint's, share of a socket's {@link SocketStats}. */
export interface PeerStats {
  /** The endpoint as it was given to `connect`, or as `bind` resolved it. */
  readonly endpoint: string;
  /** The peer's address, or `undefined` while there is no connection. */
  readonly peer: string | undefined;
  /** The peer's socket type, or `undefined` before the handshake. */
  readonly socketType: string | undefined;
  /** The routing id that the peer announced; empty if it announced none. */
  readonly routingId: Uint8Array;
  /** Whether messages can pass right now. */
  readonly connected: boolean;
  /** Messages that wait to be sent to this peer. */
  readonly queuedOut: number;
  /** Messages from this peer that wait to be received. */
  readonly queuedIn: number;
  /** Messages handed to the transport. */
  readonly messagesOut: number;
  /** Whole messages that have come. */
  readonly messagesIn: number;
  /** Octets handed to the transport, framing and handshakes included. */
  readonly bytesOut: number;
  /** Octets that have come, framing and handshakes included. */
  readonly bytesIn: number;
  /** Messages not queued for this peer because its queue was full. */
  readonly dropped: number;
  /** Connections made after the first. */
  readonly reconnects: number;
  /** Milliseconds that the last heartbeat took to return, or `undefined` if there was none. */
  readonly roundTrip: number | undefined;
}

/** A snapshot of what a socket has counted since it was made. */
export interface SocketStats {
  /** Messages that wait to be sent, over all peers. */
  readonly queuedOut: number;
  /** Messages that wait to be received, over all peers. */
  readonly queuedIn: number;
  /** Calls of `send` that wait for room. */
  readonly pendingSends: number;
  /** Calls of `receive` that wait for a message. */
  readonly pendingReceives: number;
  /** Messages handed to transports, over all peers, those that are gone included. */
  readonly messagesOut: number;
  /** Messages that have come, over all peers, those that are gone included. */
  readonly messagesIn: number;
  /** Octets handed to transports, framing and handshakes included. */
  readonly bytesOut: number;
  /** Octets that have come, framing and handshakes included. */
  readonly bytesIn: number;
  /** Messages dropped by design: no route, no room, or nobody who wanted them. */
  readonly dropped: number;
  /** Connections that were dialled again and came back. */
  readonly reconnects: number;
  /** Each peer, or dialled endpoint, there is now. */
  readonly peers: readonly PeerStats[];
}
