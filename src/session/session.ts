/**
 * A session: one dialled endpoint through all its conversations, or the one conversation with a peer that we accepted.
 * It holds what outlives a connection: the pipe, the queue of what is to go out, and the will to dial again.
 *
 * ```text
 *          ┌───────── waiting ◄────────┐ dialled, and not to be given up
 *          ▼                           │
 * new ─► dialling ─► conversing ─► over ─┴─► closed
 *  └──── accepted ───────┘
 * ```
 *
 * Whatever ends a connection, the peer's doing or ours, comes through `over`. `close()` may come at any state; what is
 * queued then has its linger time to go out, through another connection if need be.
 *
 * @module
 */

import type { Engine, EngineHandler, PeerInfo, Question } from "../engine/engine.ts";
import { ProtocolError, RefusedError, ZmqError } from "../errors.ts";
import type { Verdict } from "../mechanism/mechanism.ts";
import { EMPTY, type MessagePeer } from "../message.ts";
import type { PeerStats } from "../monitor/stats.ts";
import { Pipe, type PipeOptions, type PipeOwner } from "../pipe/pipe.ts";
import type { Link } from "../transport/link.ts";
import { Backoff, SLOWEST_AFTER_HANG_UPS } from "./backoff.ts";
import { type Clock, notSet } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { Conversation, type ConversationOwner, FAREWELL } from "./conversation.ts";
import { Outflow, type OutflowOwner } from "./outflow.ts";
import { type Audience, Reports } from "./reports.ts";

/** The most that a peer which has still to read what we sent may take to hang up, whatever the linger time. In milliseconds. */
export const LONGEST_FAREWELL = 30_000;

/** What keeps a lost or failed endpoint from being dialled again. */
export type ReconnectStop = "refused" | "handshake";

/** Options that sessions heed. The record is the socket's own: a change holds from the next connection on. */
export interface SessionOptions extends PipeOptions {
  /** Milliseconds that a connection which is not needed any more has for what is queued. */
  readonly linger: number;
  /** Milliseconds for a handshake; 0: no limit. */
  readonly handshakeInterval: number;
  /** Milliseconds for one attempt to dial; 0: the system's. */
  readonly connectTimeout: number;
  /** Milliseconds before dialling again; 0 or `Infinity`: never. */
  readonly reconnectInterval: number;
  /** The most that wait grows to, in milliseconds; 0: it does not grow. */
  readonly reconnectMaxInterval: number;
  /** What makes an endpoint be given up. */
  readonly reconnectStop: readonly ReconnectStop[];
  /** Whether messages are queued only for peers that are connected. */
  readonly immediate: boolean;
}

/** The socket, as a session sees it. */
export interface SessionHost extends PipeOwner, Audience {
  /** Time. */
  readonly clock: Clock;
  /** The socket's options. */
  readonly options: SessionOptions;
  /** Makes the engine of one connection. */
  engine(handler: EngineHandler): Engine;
  /** Judges a peer at an address. Never rejects. `signal`: nobody waits for the verdict any more. */
  judge(question: Question, peer: string, signal: AbortSignal): Promise<Verdict>;
  /** Whom messages of a peer at an address are from; `undefined`: they do not tell. */
  sender(peer: PeerInfo, address: string): MessagePeer | undefined;
  /** Dials an endpoint once. */
  dial(endpoint: string, signal: AbortSignal): Promise<Link>;
  /** A pipe joins the pattern. */
  attach(pipe: Pipe): void;
  /** A pipe leaves the pattern. */
  detach(pipe: Pipe): void;
  /** The peer behind a pipe has shaken hands. */
  ready(pipe: Pipe): void;
  /** A pipe that stays has lost its connection. */
  hiccup(pipe: Pipe): void;
  /** So many queued messages were lost with a connection. */
  dropped(messages: number): void;
  /** The session is over, and so many of its messages with it. */
  closed(session: Session, unsent: number): void;
}

type State = "new" | "waiting" | "dialling" | "conversing" | "over" | "closed";

/** Where an attempt to have a connection failed. */
type Stage = "dialling" | "handshake" | "traffic";

/** One dialled endpoint, or one accepted connection. */
export class Session implements Connection, ConversationOwner, OutflowOwner {
  /** The endpoint as it was given to `connect`, or as `bind` resolved it. */
  readonly endpoint: string;
  /** Whether it was connected by us. */
  readonly dialled: boolean;
  /** What the socket reads and writes. */
  pipe: Pipe;

  readonly #host: SessionHost;
  readonly #reports: Reports;
  readonly #outflow: Outflow;
  /** What is accepted is not dialled again. */
  readonly #backoff: Backoff | undefined;
  readonly #givenId: Uint8Array;
  #state: State = "new";
  #conversation: Conversation | undefined;
  #shaken: () => void = notSet;
  /** Whether the pipe is part of the pattern. */
  #attached = false;
  #dialAbort: AbortController | undefined;
  /** Cancels the timer of the state: the dial's or the wait's. */
  #cancelTimer: () => void = notSet;
  /** What `close` has promised, once it has been called. */
  #closing: Promise<number> | undefined;
  #resolveClosing: (unsent: number) => void = notSet;
  #lingerEnds = Infinity;
  #cancelLinger: () => void = notSet;
  /** Messages that were to go out and will not. */
  #unsent = 0;
  #connections = 0;
  /** When the last handshake was complete. */
  #shakenAt = 0;
  /** How far the last connection came that was over at once. */
  #briefly: Stage | undefined;
  /** Messages that had been sent when the conversation began. */
  #sentBefore = 0;
  /** What conversations that are over had counted. */
  #messagesIn = 0;
  #bytesIn = 0;

  /** `givenId`: the routing id that `connect` was told to give the peer; empty: none. */
  constructor(host: SessionHost, endpoint: string, dialled: boolean, givenId: Uint8Array = EMPTY) {
    this.#host = host;
    this.endpoint = endpoint;
    this.dialled = dialled;
    this.#givenId = givenId;
    this.#backoff = dialled ? new Backoff() : undefined;
    this.#reports = new Reports(host, endpoint);
    this.#outflow = new Outflow(host.clock, this);
    this.pipe = this.#makePipe();
  }

  /** Dials, and goes on dialling. Unless the socket is `immediate`, messages can be queued at once. */
  dial(): void {
    if (!this.#host.options.immediate) this.#attach();
    this.#dial();
  }

  /** Takes a link that a listener has accepted. `shaken` is called when its handshake is complete. */
  accept(link: Link, shaken: () => void = notSet): void {
    this.#shaken = shaken;
    this.#converse(link);
    this.#reports.opened("accept", link.remote);
  }

  /**
   * Ends the session once what is queued has gone out, or `linger` milliseconds have passed. A second call can only
   * shorten the time.
   */
  close(linger: number): Promise<number> {
    if (this.#closing === undefined) {
      this.#closing = new Promise((resolve) => this.#resolveClosing = resolve);
      if (this.#state === "closed") this.#resolveClosing(0);
      else this.#stopReceiving();
    }
    if (this.#state !== "closed") this.#letGo(linger);
    return this.#closing;
  }

  /** The socket's high-water marks have changed. */
  limit(): void {
    const { sendHighWaterMark, receiveHighWaterMark } = this.#host.options;
    this.pipe.limit(sendHighWaterMark, receiveHighWaterMark);
  }

  /** A snapshot of the counters. */
  stats(): PeerStats {
    const conversation = this.#conversation;
    const peer = conversation?.peer;
    return {
      endpoint: this.endpoint,
      peer: conversation?.link.remote,
      socketType: peer?.socketType,
      routingId: (peer?.routingId ?? EMPTY).slice(),
      connected: this.pipe.connected,
      queuedOut: this.#outflow.unsent,
      queuedIn: this.pipe.inbound.length,
      messagesOut: this.#outflow.messages,
      messagesIn: this.#messagesIn + (conversation?.messagesIn ?? 0),
      bytesOut: this.#outflow.bytes,
      bytesIn: this.#bytesIn + (conversation?.bytesIn ?? 0),
      dropped: this.pipe.dropped,
      reconnects: Math.max(0, this.#connections - 1),
      roundTrip: conversation?.roundTrip,
    };
  }

  // What the outflow tells.

  /** Messages have left the queue. */
  sent(messages: number): void {
    this.pipe.sent(messages);
  }

  /** There is nothing left to write: a session that was waiting for that can hang up. */
  drained(): void {
    if (this.#closing !== undefined) this.#leave();
  }

  /** The pipe has room again. Not at once, since the pattern is still busy reading. */
  more(): void {
    queueMicrotask(() => this.#conversation?.resume());
  }

  /** The pattern wants the connection ended; without a reason it is not needed any more. */
  refuse(reason?: Error): void {
    return reason ? this.#conversation?.end(reason) : void this.close(this.#host.options.linger);
  }

  /** Ends the connection without a farewell: others need its place. */
  evict(reason: Error): void {
    this.#conversation?.end(reason, true);
  }

  // What the conversation tells.

  /** It needs an engine. */
  engine(handler: EngineHandler): Engine {
    return this.#host.engine(handler);
  }

  /** The peer is to be judged. */
  judge(question: Question, peer: string, signal: AbortSignal): Promise<Verdict> {
    return this.#host.judge(question, peer, signal);
  }

  /** The handshake with a peer at an address is complete. */
  shaken(peer: PeerInfo, address: string): void {
    this.#conversation!.sender = this.#host.sender(peer, address);
    this.#connections++;
    this.#shaken();
    this.#shakenAt = this.#host.clock.now();
    this.#backoff?.shaken();
    if (this.#closing !== undefined) this.#outflow.open();
    else {
      this.pipe.peerId = peer.routingId;
      this.pipe.connected = true;
      // Those who have waited fill the queue, but what the pattern says first goes before.
      this.#attach();
      this.#outflow.open();
      this.#host.ready(this.pipe);
    }
    this.#reports.shaken(address, peer);
  }

  /** The conversation carries no more messages. Those for a dialled endpoint wait for the next, unless `immediate`. */
  failing(): void {
    this.pipe.lose();
    if (!this.dialled || this.#host.options.immediate) this.#detach();
  }

  /** The connection is gone. */
  over(error: Error | undefined): void {
    const { link, peer, messagesIn, bytesIn } = this.#conversation!;
    this.#conversation = undefined;
    this.#state = "over";
    this.#messagesIn += messagesIn;
    this.#bytesIn += bytesIn;
    this.failing();
    const before = this.#outflow.unsent;
    this.#outflow.detach();
    // What the link had begun to take will not be sent again: the peer may have it.
    const begun = before - this.#outflow.unsent;
    if (this.#closing !== undefined || !this.dialled) this.#unsent += begun;
    else this.#outflow.messages += begun;
    if (this.#closing === undefined && peer === undefined) this.#reports.unshaken(link.remote, error);
    if (this.#closing === undefined) this.#reports.lost(link.remote, error);
    if (this.#state === "over") this.#again(peer === undefined ? "handshake" : "traffic", error);
  }

  // Life.

  #makePipe(): Pipe {
    const pipe = new Pipe(this.#host, this.#host.options, this.dialled);
    pipe.givenId = this.#givenId;
    pipe.open(this.#outflow);
    return pipe;
  }

  #attach(): void {
    if (this.#attached) return;
    this.#attached = true;
    this.#host.attach(this.pipe);
  }

  #detach(): void {
    this.pipe.alive = false;
    this.pipe.connected = false;
    if (!this.#attached) return;
    this.#attached = false;
    this.#host.detach(this.pipe);
  }

  #dial(): void {
    const { options, clock } = this.#host;
    const { connectTimeout } = options;
    const abort = this.#dialAbort = new AbortController();
    this.#state = "dialling";
    if (connectTimeout > 0) {
      const late = `Cannot connect to "${this.endpoint}": no answer in ${connectTimeout} ms`;
      this.#cancelTimer = clock.after(connectTimeout, () => abort.abort(new ZmqError("ETIMEDOUT", late)));
    }
    this.#host.dial(this.endpoint, abort.signal).then((link) => {
      // The time may have run out, or the session been closed, while the link was made.
      if (abort.signal.aborted) {
        link.abort();
        return this.#dialFailed(abort, abort.signal.reason);
      }
      this.#endDial();
      this.#converse(link);
      this.#reports.opened("connect", link.remote);
    }, (error) => this.#dialFailed(abort, error));
    this.#reports.dialling();
  }

  #dialFailed(abort: AbortController, error: Error): void {
    if (abort !== this.#dialAbort) return;
    this.#endDial();
    this.#again("dialling", error);
  }

  #endDial(): void {
    this.#dialAbort = undefined;
    this.#cancelTimer();
    this.#cancelTimer = notSet;
  }

  #converse(link: Link): void {
    this.#host.opened?.(link);
    const { clock, options } = this.#host;
    this.#state = "conversing";
    this.#sentBefore = this.#outflow.messages;
    this.#conversation = new Conversation(link, this.pipe, this.#outflow, clock, this);
    this.#conversation.start(options.handshakeInterval);
    // A session that dials to get rid of its queue has nobody to receive for.
    if (this.#closing !== undefined) this.#conversation?.discard();
  }

  /** There is no connection: waits for the next attempt, if there is to be one. */
  #again(stage: Stage, error: Error | undefined): void {
    const nothingToSend = this.#closing !== undefined && this.#outflow.queued === 0;
    if (!this.dialled || nothingToSend || this.#isFinal(stage, error)) return this.#finish(error);
    const { options, clock } = this.#host;
    const waits = { interval: options.reconnectInterval, maximum: options.reconnectMaxInterval };
    // Who accepts and hangs up at once, again and again, wants us more rarely.
    const brief = stage === "handshake" || stage === "traffic" && clock.now() - this.#shakenAt < waits.interval;
    const broken = error instanceof ProtocolError;
    const useless = broken || brief && this.#briefly === stage;
    this.#briefly = brief ? stage : undefined;
    const interval = this.#backoff!.next(waits, clock.random(), useless, broken ? undefined : SLOWEST_AFTER_HANG_UPS);
    if (interval === Infinity) return this.#finish(error);
    if (stage !== "dialling" && this.#closing === undefined) this.#keepPipe();
    this.#state = "waiting";
    this.#cancelTimer = clock.after(interval, () => this.#dial());
    this.#reports.waiting(interval, error);
  }

  /** Whether dialling again is of no use, or not wanted. */
  #isFinal(stage: Stage, error: Error | undefined): boolean {
    if (error instanceof RefusedError) return true;
    const stop = this.#host.options.reconnectStop;
    const refused = (error as { readonly code?: unknown } | undefined)?.code === "ECONNREFUSED";
    return stage === "dialling" && refused && stop.includes("refused") ||
      stage === "handshake" && stop.includes("handshake");
  }

  /** The pipe waits for the next connection; an `immediate` socket has none meanwhile, and a new one then. */
  #keepPipe(): void {
    if (this.#attached) return this.#host.hiccup(this.pipe);
    if (this.pipe.alive) return;
    const { dropped } = this.pipe;
    const lost = this.#outflow.clear();
    this.pipe = this.#makePipe();
    this.pipe.dropped = dropped + lost;
    this.#host.dropped(lost);
  }

  // Closing.

  /** What comes is dropped from now on. What has come from a peer that we accepted can still be received. */
  #stopReceiving(): void {
    if (this.dialled) this.pipe.inbound.clear();
    this.#detach();
    this.#conversation?.discard();
  }

  /** Sends what can be sent, and sees to it that the rest does not take longer than `linger`. */
  #letGo(linger: number): void {
    const { clock } = this.#host;
    const ends = clock.now() + Math.max(0, linger);
    if (ends > this.#lingerEnds) return;
    this.#lingerEnds = ends;
    this.#cancelLinger();
    if (linger <= 0) this.#unsent += this.#outflow.clear();
    else this.#outflow.flush();
    this.#leave();
    if (linger <= 0) this.#giveUp();
    else if (this.#state !== "closed") this.#cancelLinger = clock.after(linger, () => this.#giveUp());
  }

  /** Hangs up if everything has been sent. */
  #leave(): void {
    if (this.#outflow.unsent > 0) return;
    if (this.#conversation === undefined) this.#finish();
    else this.#conversation.hangUp(this.#patience());
  }

  /**
   * How long the peer may take to hang up. What we have sent may wait in the system for it to read, and would be lost
   * if the link were cut and the peer said anything then, a PING perhaps.
   */
  #patience(): number {
    if (this.#outflow.messages === this.#sentBefore) return FAREWELL;
    return Math.min(Math.max(FAREWELL, this.#lingerEnds - this.#host.clock.now()), LONGEST_FAREWELL);
  }

  /** The linger time is over: what is queued is lost. A link that has taken everything keeps its farewell. */
  #giveUp(): void {
    const outflow = this.#outflow;
    if (outflow.unsent === 0) return;
    this.#unsent += outflow.unsent;
    outflow.detach();
    outflow.clear();
    if (this.#conversation === undefined) this.#finish();
    else this.#conversation.abort();
  }

  #finish(error?: Error): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#dialAbort?.abort();
    this.#endDial();
    this.#cancelLinger();
    this.#detach();
    this.#unsent += this.#outflow.clear();
    this.#host.closed(this, this.#unsent);
    this.#resolveClosing(this.#unsent);
    if (this.dialled && this.#closing === undefined) this.#reports.ended(error);
  }
}
