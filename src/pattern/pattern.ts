/**
 * What makes a PUSH a PUSH: the routing rules of one socket type. Synchronous and pure; it knows pipes and never
 * links, and waiting belongs to the socket.
 *
 * @module
 */

import type { Message } from "../message.ts";
import type { Pipe } from "../pipe/pipe.ts";

/** The routing rules of one socket. */
export interface Pattern {
  /** Messages that were dropped by design: no route, no room, or nobody who wanted them. */
  readonly dropped: number;
  /** A pipe joins: an endpoint was connected, or a peer accepted. */
  attach(pipe: Pipe): void;
  /** A pipe leaves for good; what it still holds may be read. */
  detach(pipe: Pipe): void;
  /** The peer behind a pipe has shaken hands: each time, after `attach`. */
  ready(pipe: Pipe): void;
  /** A pipe that we dialled has lost its connection, and waits for the next. */
  hiccup(pipe: Pipe): void;
  /** There is something to read in a pipe. */
  readable(pipe: Pipe): void;
  /** There is room again in a pipe that had none. */
  writable(pipe: Pipe): void;
  /**
   * Takes a message to send, whole. `false`: mute, try again after a `writable` or `attach`.
   *
   * @throws {StateError} If it is not the time to send.
   * @throws {UnreachableError} If it must be delivered and there is no such peer.
   */
  send(message: Message): boolean;
  /** The next message for the application, or `undefined` if there is none yet. */
  receive(): Message | undefined;
  /** Throws a {@link StateError} if the application may not receive now. */
  checkReceive?(): void;
  /**
   * Throws if a message does not have the form that this type sends; absent: any has it.
   *
   * @throws {TypeError} If it has more or fewer parts.
   * @throws {RangeError} If a part that is for the pattern is too long or too short.
   */
  check?(message: Message): void;
}

/** Options that patterns heed. The record is the socket's own, so a change takes effect at once. */
export interface PatternOptions {
  /** REQ: accept only a reply that carries the request's number. */
  readonly correlate: boolean;
  /** REQ: allow a new request before the reply to the last. */
  readonly relaxed: boolean;
  /** REQ, DEALER, ROUTER: greet each new connection with an empty message. */
  readonly probeRouter: boolean;
  /** DEALER, ROUTER, CLIENT, SERVER, PEER: a message for each new peer. */
  readonly helloMessage: Uint8Array | undefined;
  /** ROUTER, SERVER, PEER: what the application gets from a peer that connected to us, when it is gone. */
  readonly disconnectMessage: Uint8Array | undefined;
  /** DEALER, CLIENT, PEER: what the application gets from a peer that we connected to, when it is lost. */
  readonly hiccupMessage: Uint8Array | undefined;
  /** ROUTER: fail rather than drop when there is no route. */
  readonly mandatory: boolean;
  /** ROUTER: let a new peer take over a routing id that is in use. */
  readonly handover: boolean;
  /** PUB, XPUB, RADIO: wait rather than drop when a subscriber's queue is full. */
  readonly noDrop: boolean;
  /** PUB, XPUB, RADIO: how many topics one peer may have. */
  readonly maxSubscriptions: number;
  /** PUB, XPUB, RADIO: how many octets those may have together. */
  readonly maxSubscriptionOctets: number;
  /** PUB, XPUB, SUB: send or deliver what does not match. */
  readonly invertMatching: boolean;
  /** XPUB: leave it to the application to subscribe its peers. */
  readonly manual: boolean;
  /** XPUB: as `manual`, and the first message after a subscription goes to that subscriber alone. */
  readonly manualLastValue: boolean;
  /** XPUB: which repeated (un)subscriptions the application hears of. */
  readonly verbosity: null | "allSubs" | "allSubsUnsubs";
  /** XPUB: a message for each new subscriber. */
  readonly welcomeMessage: Uint8Array | undefined;
  /** XPUB, XSUB: look for a subscription in the first frame of a message only. */
  readonly onlyFirstSubscribe: boolean;
  /** XSUB: pass on every cancellation, even of what is not subscribed. */
  readonly verboseUnsubscribe: boolean;
}
