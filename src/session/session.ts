/**
 * A session: one dialled endpoint through all its connections, or one accepted connection. Here pure meets I/O: link,
 * engine and pipe, and the timers between them.
 *
 * ```text
 *          ┌─────────── waiting ◄──────────┐ dialled, and not to be given up
 *          ▼                               │
 * new ─► dialling ─► handshaking ─► ready ─┴─► closed
 *  └── accepted ──────────┘
 * ```
 *
 * Whatever ends a connection, the peer's doing or ours, comes through `#lose`. `close()` may come at any state; what is
 * queued then has its linger time to go out, through another connection if need be.
 *
 * @module
 */

import type { Engine, EngineHandler, PeerInfo } from "../engine/engine.ts";
import { ProtocolError, RefusedError, ZmqError } from "../errors.ts";
import { type Control, EMPTY, type Message } from "../message.ts";
import type { SocketEvent } from "../monitor/events.ts";
import type { PeerStats } from "../monitor/stats.ts";
import { Pipe, type PipeOptions, type PipeOwner } from "../pipe/pipe.ts";
import type { Link, LinkHandler } from "../transport/link.ts";
import { Backoff } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { Outflow, type OutflowOwner } from "./outflow.ts";

/** How long a peer may take to hang up once we have: after that the link is cut. In milliseconds. */
const FAREWELL = 1000;

/** What keeps a lost or failed endpoint from being dialled again. */
export type ReconnectStop = "refused" | "handshake";

/** Options that sessions heed. The record is the socket's own: a change holds from the next connection on. */
export interface SessionOptions extends PipeOptions {
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
export interface SessionHost extends PipeOwner {
  /** Time. */
  readonly clock: Clock;
  /** The socket's options. */
  readonly options: SessionOptions;
  /** Whether anyone hears events. */
  readonly observed: boolean;
  /** Tells an event. */
  emit(event: SocketEvent): void;
  /** Makes the engine of one connection. */
  engine(handler: EngineHandler): Engine;
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
  /** The session is over, and so many of its messages with it. */
  closed(session: Session, unsent: number): void;
}

type State = "new" | "waiting" | "dialling" | "handshaking" | "ready" | "closed";

/** One dialled endpoint, or one accepted connection. */
export class Session implements Connection, EngineHandler, LinkHandler, OutflowOwner {
  /** The endpoint as it was given to `connect`, or as `bind` resolved it. */
  readonly endpoint: string;
  /** Whether it was connected by us. */
  readonly dialled: boolean;
  /** What the socket reads and writes. */
  pipe: Pipe;

  readonly #host: SessionHost;
  readonly #outflow: Outflow;
  readonly #backoff = new Backoff();
  readonly #givenId: Uint8Array;
  #state: State = "new";
  #link: Link | undefined;
  #engine: Engine | undefined;
  #peer: PeerInfo | undefined;
  /** Whether the pipe is part of the pattern. */
  #attached = false;
  /** Why the connection is being ended by us, if it is. */
  #fault: Error | undefined;
  /** Whether we have hung up, and wait for the peer to do so too. */
  #leaving = false;
  /** The link is gone, and what it brought is being handed over, whatever the high-water mark. */
  #draining = false;
  #dialAbort: AbortController | undefined;
  /** Cancels the timer of the state: the dial's, the wait's, the handshake's, the farewell's. */
  #cancelTimer: () => void = () => {};
  #cancelHeartbeat: () => void = () => {};
  #cancelLinger: () => void = () => {};
  /** What `close` has promised, once it has been called. */
  #closing: Promise<number> | undefined;
  #resolveClosing: (unsent: number) => void = () => {};
  #unsent = 0;
  #connections = 0;
  #messagesIn = 0;
  #bytesIn = 0;

  /** `givenId`: the routing id that `connect` was told to give the peer; empty: none. */
  constructor(host: SessionHost, endpoint: string, dialled: boolean, givenId: Uint8Array = EMPTY) {
    this.#host = host;
    this.endpoint = endpoint;
    this.dialled = dialled;
    this.#givenId = givenId;
    this.#outflow = new Outflow(host.clock, this);
    this.pipe = this.#makePipe();
  }

  /** Dials, and goes on dialling. Unless the socket is `immediate`, messages can be queued at once. */
  dial(): void {
    if (!this.#host.options.immediate) this.#attach();
    this.#dial();
  }

  /** Takes a link that a listener has accepted. */
  accept(link: Link): void {
    this.#tell("accept", link);
    this.#adopt(link);
  }

  /** Ends the session once what is queued has gone out, or `linger` milliseconds have passed. */
  close(linger: number): Promise<number> {
    if (this.#closing !== undefined) return this.#closing;
    this.#closing = new Promise((resolve) => this.#resolveClosing = resolve);
    this.#beginClose(linger);
    return this.#closing;
  }

  /** The socket's high-water marks have changed. */
  limit(): void {
    const { sendHighWaterMark, receiveHighWaterMark } = this.#host.options;
    this.pipe.limit(sendHighWaterMark, receiveHighWaterMark);
  }

  /** A snapshot of the counters. */
  stats(): PeerStats {
    return {
      endpoint: this.endpoint,
      peer: this.#link?.remote,
      socketType: this.#peer?.socketType,
      routingId: (this.#peer?.routingId ?? EMPTY).slice(),
      connected: this.pipe.connected,
      queuedOut: this.#outflow.unsent,
      queuedIn: this.pipe.inbound.length,
      messagesOut: this.#outflow.messages,
      messagesIn: this.#messagesIn,
      bytesOut: this.#outflow.bytes,
      bytesIn: this.#bytesIn,
      dropped: this.pipe.dropped,
      reconnects: Math.max(0, this.#connections - 1),
      roundTrip: this.#engine?.roundTrip,
    };
  }

  // What the outflow tells.

  /** Messages have left the queue. */
  sent(messages: number): void {
    this.pipe.sent(messages);
  }

  /** There is nothing left to write: a session that was waiting for that can hang up. */
  drained(): void {
    if (this.#closing !== undefined && this.#state === "ready" && this.#fault === undefined) this.#hangUp();
  }

  /** The pipe has room again. Not at once, since the pattern is still busy reading. */
  more(): void {
    queueMicrotask(() => {
      if (this.#fault === undefined && this.#closing === undefined) this.#resume();
    });
  }

  /** The pattern wants the connection ended. */
  refuse(reason: Error): void {
    this.#end(reason);
  }

  // What the link tells.

  /** Octets have come. */
  data(chunk: Uint8Array): void {
    // Hot: once per chunk.
    this.#bytesIn += chunk.length;
    if (this.#fault !== undefined || this.#closing !== undefined && this.#state === "ready") return;
    this.#engine!.receive(chunk, this.#host.clock.now());
  }

  /** The link is gone. */
  closed(error?: Error): void {
    if (this.#fault === undefined && this.#state === "ready" && this.#closing === undefined) {
      this.#draining = true;
      this.#engine!.resume();
      this.#draining = false;
    }
    this.#lose(this.#fault ?? error);
  }

  // What the engine tells.

  /** The handshake is complete. */
  ready(peer: PeerInfo): void {
    const host = this.#host;
    this.#cancelTimer();
    this.#state = "ready";
    this.#peer = peer;
    this.#connections++;
    this.#backoff.reset();
    this.#outflow.open();
    if (host.observed) {
      const { socketType, properties, version } = peer;
      const routingId = peer.routingId.slice();
      const { endpoint } = this;
      host.emit({ type: "handshake", endpoint, peer: this.#link!.remote, socketType, routingId, properties, version });
    }
    this.#beat();
    if (this.#closing !== undefined) return;
    this.pipe.peerId = peer.routingId;
    this.pipe.connected = true;
    this.#attach();
    host.ready(this.pipe);
  }

  /** A message has come. */
  message(message: Message): boolean {
    // Hot: once per message.
    this.#messagesIn++;
    return this.#deliver(message);
  }

  /** A subscription has come. */
  control(control: Control): boolean {
    return this.#deliver(control);
  }

  /** The engine has something to send. */
  output(): void {
    this.#outflow.plan();
  }

  /** The connection must end: the peer's fault, or its silence. */
  fail(error: Error): void {
    this.#end(error);
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
    if (this.#attached) this.#host.detach(this.pipe);
    this.#attached = false;
  }

  #dial(): void {
    const { options, clock } = this.#host;
    const { connectTimeout } = options;
    const abort = this.#dialAbort = new AbortController();
    this.#state = "dialling";
    this.#tell("connect:delay");
    if (connectTimeout > 0) {
      const late = `Cannot connect to "${this.endpoint}": no answer in ${connectTimeout} ms`;
      this.#cancelTimer = clock.after(connectTimeout, () => abort.abort(new ZmqError("ETIMEDOUT", late)));
    }
    this.#host.dial(this.endpoint, abort.signal).then((link) => {
      // The session may have been closed, or have given up, while the link was made.
      if (abort !== this.#dialAbort || abort.signal.aborted) return link.abort();
      this.#dialAbort = undefined;
      this.#cancelTimer();
      this.#tell("connect", link);
      this.#adopt(link);
    }, (error) => {
      if (abort !== this.#dialAbort) return;
      this.#dialAbort = undefined;
      this.#lose(error);
    });
  }

  #adopt(link: Link): void {
    const { options, clock } = this.#host;
    const { handshakeInterval } = options;
    this.#state = "handshaking";
    this.#link = link;
    this.#leaving = false;
    const engine = this.#engine = this.#host.engine(this);
    this.#outflow.attach(link, engine);
    if (handshakeInterval > 0) {
      const late = `Cannot shake hands: it is not complete after ${handshakeInterval} ms`;
      this.#cancelTimer = clock.after(handshakeInterval, () => this.#end(new ZmqError("ETIMEDOUT", late)));
    }
    link.start(this);
    engine.start();
    this.#outflow.flush();
  }

  #deliver(item: Message | Control): boolean {
    if (this.pipe.deliver(item) || this.#draining) return true;
    this.#link!.pause();
    return false;
  }

  #resume(): void {
    this.#link?.resume();
    this.#engine?.resume();
  }

  #beat(): void {
    const engine = this.#engine!;
    const { clock } = this.#host;
    this.#cancelHeartbeat();
    if (engine.nextTick === Infinity) return;
    this.#cancelHeartbeat = clock.after(Math.max(0, engine.nextTick - clock.now()), () => {
      engine.tick(clock.now());
      if (engine === this.#engine && this.#fault === undefined) this.#beat();
    });
  }

  /** Ends the connection for a reason of ours: what the engine has to say goes out, then the link is closed. */
  #end(fault: Error): void {
    const link = this.#link;
    if (link === undefined || this.#fault !== undefined) return;
    this.#fault = fault;
    this.#outflow.shut();
    this.pipe.connected = false;
    if (!this.dialled) this.#detach();
    // After silence there is nobody to say good-bye to.
    if (fault instanceof ZmqError && fault.code === "ETIMEDOUT") return link.abort();
    queueMicrotask(() => {
      if (this.#link !== link) return;
      this.#outflow.flush();
      this.#hangUp();
    });
  }

  /** Closes the link gracefully, and cuts it if the peer takes too long over it. */
  #hangUp(): void {
    const link = this.#link!;
    if (this.#leaving) return;
    this.#leaving = true;
    this.#cancelTimer();
    this.#cancelTimer = this.#host.clock.after(FAREWELL, () => link.abort());
    link.close();
  }

  /** The connection, or the attempt at one, is over. Everything that ends one comes through here, once. */
  #lose(error: Error | undefined): void {
    const state = this.#state;
    const link = this.#link;
    this.#cancelTimer();
    this.#cancelHeartbeat();
    this.#link = undefined;
    this.#engine = undefined;
    this.#fault = undefined;
    this.#outflow.detach();
    if (state === "closed") return;
    if (link !== undefined && this.#closing === undefined) this.#report(state, link, error);
    this.#peer = undefined;
    this.pipe.connected = false;
    const nothingToSend = this.#closing !== undefined && this.#outflow.idle;
    if (!this.dialled || nothingToSend || this.#isFinal(state, error)) return this.#finish(error);
    const { options, clock } = this.#host;
    const waits = { interval: options.reconnectInterval, maximum: options.reconnectMaxInterval };
    const interval = this.#backoff.next(waits, clock.random(), error instanceof ProtocolError);
    if (interval === Infinity) return this.#finish(error);
    if (this.#attached) this.#keepPipe();
    this.#state = "waiting";
    if (this.#host.observed) this.#host.emit({ type: "connect:retry", endpoint: this.endpoint, interval });
    this.#cancelTimer = clock.after(interval, () => this.#dial());
  }

  /** The pipe waits for the next connection; an `immediate` socket has none meanwhile. */
  #keepPipe(): void {
    if (!this.#host.options.immediate) return this.#host.hiccup(this.pipe);
    this.#detach();
    this.#outflow.clear();
    this.pipe = this.#makePipe();
  }

  /** Whether dialling again is of no use, or not wanted. */
  #isFinal(state: State, error: Error | undefined): boolean {
    if (error instanceof RefusedError) return true;
    const stop = this.#host.options.reconnectStop;
    const refused = (error as { readonly code?: unknown } | undefined)?.code === "ECONNREFUSED";
    return state === "dialling" && refused && stop.includes("refused") ||
      state === "handshaking" && stop.includes("handshake");
  }

  #report(state: State, link: Link, error: Error | undefined): void {
    const host = this.#host;
    if (!host.observed) return;
    const { endpoint } = this;
    const peer = link.remote;
    if (state === "handshaking") {
      const status = error instanceof RefusedError && /^[345]00$/.test(error.reason ?? "") ? Number(error.reason) : 0;
      if (status > 0) host.emit({ type: "handshake:error:auth", endpoint, peer, error: error!, status });
      else if (error instanceof ProtocolError) host.emit({ type: "handshake:error:protocol", endpoint, peer, error });
      else {
        const left = error ?? new ZmqError("EPIPE", "Cannot shake hands: the peer closed the connection");
        host.emit({ type: "handshake:error:other", endpoint, peer, error: left });
      }
    }
    host.emit({ type: "disconnect", endpoint, peer, ...(error === undefined ? {} : { error }) });
  }

  #beginClose(linger: number): void {
    if (this.#state === "closed") return this.#resolveClosing(0);
    // What has come is dropped, as in libzmq; what is queued may still go out.
    this.#detach();
    this.pipe.inbound.clear();
    if (linger <= 0) this.#outflow.clear();
    if (this.#link === undefined) {
      if (this.#outflow.idle) return this.#finish();
    } else {
      this.#link.resume();
      if (this.#fault === undefined) {
        if (this.#state === "ready") this.#outflow.flush();
        // A flush that leaves nothing has hung up by itself.
        if (this.#outflow.idle && this.#state !== "ready") this.#hangUp();
      }
    }
    if (linger === Infinity) return;
    if (linger <= 0) this.#giveUp();
    else this.#cancelLinger = this.#host.clock.after(linger, () => this.#giveUp());
  }

  /** The linger time is over: what is queued is lost. A link that has taken everything keeps its farewell. */
  #giveUp(): void {
    if (this.#state === "closed" || this.#link !== undefined && this.#outflow.idle) return;
    const link = this.#link;
    this.#finish();
    link?.abort();
  }

  #finish(error?: Error): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#unsent = this.#outflow.unsent;
    this.#cancelTimer();
    this.#cancelHeartbeat();
    this.#cancelLinger();
    this.#dialAbort?.abort();
    this.#dialAbort = undefined;
    this.#detach();
    if (this.#outflow.queued > 0) this.#outflow.clear();
    if (this.dialled && this.#closing === undefined && this.#host.observed) {
      this.#host.emit({ type: "close", endpoint: this.endpoint, ...(error === undefined ? {} : { error }) });
    }
    this.#host.closed(this, this.#unsent);
    this.#resolveClosing(this.#unsent);
  }

  #tell(type: "accept" | "connect" | "connect:delay", link?: Link): void {
    if (!this.#host.observed) return;
    const { endpoint } = this;
    if (type === "connect:delay") this.#host.emit({ type, endpoint });
    else this.#host.emit({ type, endpoint, peer: link!.remote });
  }
}
