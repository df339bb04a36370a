/**
 * `inproc`: two sockets of one context, pipe to pipe, with no octets between. Connecting may come before binding: what
 * is sent meanwhile waits. As in libzmq there is no handshake and no reconnecting: when one end is gone, so is the
 * other; and the high-water marks of both sides add up.
 *
 * @module
 */

import { compatible, type SocketType } from "../engine/compatibility.ts";
import { Deque } from "../bytes/deque.ts";
import { EndpointError } from "../errors.ts";
import type { Control, Message } from "../message.ts";
import type { PeerStats } from "../monitor/stats.ts";
import { type Outlet, Pipe, type PipeOptions, type PipeOwner } from "../pipe/pipe.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { copyMessage } from "./copy.ts";

/** A socket, as `inproc` sees it. */
export interface InprocHost extends PipeOwner {
  /** Its type. */
  readonly type: SocketType;
  /** Its routing id; empty: none. */
  readonly routingId: Uint8Array;
  /** Its options. */
  readonly options: PipeOptions;
  /** Time. */
  readonly clock: Clock;
  /** A pipe joins the pattern. */
  attach(pipe: Pipe): void;
  /** A pipe leaves the pattern. */
  detach(pipe: Pipe): void;
  /** The peer behind a pipe is there. */
  ready(pipe: Pipe): void;
  /** A connection has been made by someone else's doing. */
  joined(connection: Connection): void;
  /** A connection is over, and so many of its messages with it. */
  closed(connection: Connection, unsent: number): void;
  /** A peer was turned away. */
  turnedAway(endpoint: string, error: Error): void;
}

/** The inproc names of one context. */
export class InprocNames {
  readonly #bound: Map<string, InprocHost> = new Map();
  readonly #early: Map<string, Set<InprocEnd>> = new Map();

  /**
   * Binds a name, and joins whoever has connected to it already.
   *
   * @throws {EndpointError} `EADDRINUSE` if the name is bound.
   */
  bind(endpoint: string, host: InprocHost): void {
    if (this.#bound.has(endpoint)) {
      throw new EndpointError(
        "EADDRINUSE",
        endpoint,
        `Cannot bind to "${endpoint}": the name is in use in this context`,
      );
    }
    this.#bound.set(endpoint, host);
    const early = this.#early.get(endpoint);
    this.#early.delete(endpoint);
    for (const end of early ?? []) this.#meet(end);
  }

  /** Whether a name is bound. */
  has(endpoint: string): boolean {
    return this.#bound.has(endpoint);
  }

  /** Frees a name. Connections made through it live on. */
  unbind(endpoint: string, host: InprocHost): void {
    if (this.#bound.get(endpoint) === host) this.#bound.delete(endpoint);
  }

  /** Connects to a name, bound or not. `givenId`: the routing id that the peer is to have; empty: none. */
  connect(endpoint: string, host: InprocHost, givenId: Uint8Array): Connection {
    const end = new InprocEnd(endpoint, host, true, (gone) => this.#forget(gone));
    end.pipe.givenId = givenId;
    host.joined(end);
    host.attach(end.pipe);
    this.#meet(end);
    return end;
  }

  /** Nobody binds any more: who waits for a name waits no longer. */
  close(): void {
    for (const ends of [...this.#early.values()]) {
      for (const end of [...ends]) end.end();
    }
  }

  /** Joins a connecting end with whoever has bound the name, or lets it wait for that. */
  #meet(end: InprocEnd): void {
    const { endpoint } = end;
    const binder = this.#bound.get(endpoint);
    if (binder !== undefined) return join(end, binder);
    let early = this.#early.get(endpoint);
    if (early === undefined) this.#early.set(endpoint, early = new Set());
    early.add(end);
  }

  #forget(end: InprocEnd): void {
    const early = this.#early.get(end.endpoint);
    if (early?.delete(end) && early.size === 0) this.#early.delete(end.endpoint);
  }
}

/** Joins a connecting end with one that it makes for the binder. */
function join(end: InprocEnd, binder: InprocHost): void {
  const { host, endpoint } = end;
  if (!compatible(host.type, binder.type)) {
    const found = `a ${host.type} has connected to a ${binder.type}, wanted types that fit`;
    const error = new EndpointError("EINVAL", endpoint, `Cannot join "${endpoint}": ${found}`);
    end.end();
    host.turnedAway(endpoint, error);
    binder.turnedAway(endpoint, error);
    return;
  }
  const other = new InprocEnd(endpoint, binder, false, () => {});
  binder.joined(other);
  // Those who have waited fill the queue, but what the patterns say first goes before.
  binder.attach(other.pipe);
  end.meet(other);
  other.meet(end);
  // Either end may turn the other away as it learns who that is.
  binder.ready(other.pipe);
  if (end.pipe.alive) host.ready(end.pipe);
  end.release();
  other.release();
}

/** One end. */
class InprocEnd implements Connection, Outlet {
  readonly endpoint: string;
  readonly dialled: boolean;
  readonly host: InprocHost;
  readonly pipe: Pipe;
  #other: InprocEnd | undefined;
  /** What is sent before there is another end, and has been greeted. */
  readonly #held: Deque<Message> = new Deque();
  readonly #forget: (end: InprocEnd) => void;
  /** Whether one end has turned the other away. */
  #refused = false;
  #ended = false;
  /** Messages that no other end has got. */
  #unsent = 0;
  /** What `close` has promised, while it waits for another end to come. */
  #closing: Promise<number> | undefined;
  #resolveClosing: (unsent: number) => void = () => {};
  #cancelLinger: () => void = () => {};
  #lingerEnds = Infinity;
  #messagesOut = 0;
  #messagesIn = 0;
  #bytesOut = 0;
  #bytesIn = 0;

  constructor(endpoint: string, host: InprocHost, dialled: boolean, forget: (end: InprocEnd) => void) {
    this.endpoint = endpoint;
    this.host = host;
    this.dialled = dialled;
    this.#forget = forget;
    this.pipe = new Pipe(host, host.options, dialled);
    this.pipe.local = true;
    this.pipe.open(this);
    this.limit();
  }

  /** There is another end. */
  meet(other: InprocEnd): void {
    this.#other = other;
    this.pipe.peerId = other.host.routingId;
    this.pipe.connected = this.pipe.alive;
    this.limit();
  }

  /** Both sides' high-water marks add up, so that what changes on one side changes on both. */
  limit(): void {
    this.#limit();
    if (this.#other !== undefined) this.#other.#limit();
  }

  #limit(): void {
    const ours = this.host.options;
    const theirs = this.#other?.host.options;
    const more = theirs?.receiveHighWaterMark ?? 0;
    // What comes is counted where it was sent, so the receiving side has no mark of its own.
    this.pipe.limit(ours.sendHighWaterMark + more, Infinity);
  }

  /** Hands over what was sent before the greeting. A closed end has nothing left to do then. */
  release(): void {
    while (!this.#refused && this.#other !== undefined && this.#held.length > 0) this.#hand(this.#held.shift()!);
    if (this.#closing !== undefined) this.end();
  }

  put(message: Message): void {
    // Hot: once per message.
    const copy = copyMessage(message);
    if (this.#other === undefined || this.#held.length > 0) this.#held.push(copy);
    else this.#hand(copy);
  }

  control(control: Control): void {
    const other = this.#other;
    if (other === undefined) return;
    // Everything that waits is counted, since reading it is.
    this.pipe.queued++;
    other.pipe.deliver(control);
  }

  prelude(message: Message): void {
    if (this.#other === undefined) return;
    this.pipe.queued++;
    this.#hand(copyMessage(message));
  }

  more(): void {}

  taken(): void {
    this.#other?.pipe.sent(1);
  }

  refuse(reason: Error): void {
    if (this.#refused) return;
    this.#refused = true;
    if (this.#other !== undefined) this.#other.#refused = true;
    queueMicrotask(() => this.end());
    this.host.turnedAway(this.endpoint, reason);
  }

  clear(): number {
    const there = this.#other?.pipe.inbound;
    const count = this.#held.length + (there?.length ?? 0);
    this.#held.clear();
    there?.clear();
    return count;
  }

  /**
   * Ends it. What the other end has not received yet it still can; what waits for another end has `linger`. A second
   * call can only shorten the time.
   */
  close(linger: number): Promise<number> {
    if (this.#closing === undefined) {
      this.#closing = new Promise((resolve) => this.#resolveClosing = resolve);
      // What an end that we connected has received and not read is dropped, as in libzmq.
      if (this.dialled) this.pipe.inbound.clear();
      if (this.#ended) this.#resolveClosing(0);
      this.pipe.connected = false;
    }
    if (this.#held.length === 0 || this.#refused || linger <= 0) this.end();
    else {
      this.#leave();
      this.#linger(linger);
    }
    return this.#closing;
  }

  stats(): PeerStats {
    return {
      endpoint: this.endpoint,
      peer: this.#other === undefined ? undefined : this.endpoint,
      socketType: this.#other?.host.type,
      routingId: this.pipe.peerId.slice(),
      connected: this.pipe.connected,
      queuedOut: this.pipe.queued,
      queuedIn: this.pipe.inbound.length,
      messagesOut: this.#messagesOut,
      messagesIn: this.#messagesIn,
      bytesOut: this.#bytesOut,
      bytesIn: this.#bytesIn,
      dropped: this.pipe.dropped,
      reconnects: 0,
      roundTrip: undefined,
    };
  }

  /** Both ends are over. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const other = this.#other;
    this.#other = undefined;
    this.#unsent = this.#held.length;
    this.#held.clear();
    this.#cancelLinger();
    this.#forget(this);
    this.pipe.lose();
    this.#leave();
    this.host.closed(this, this.#unsent);
    this.#resolveClosing(this.#unsent);
    other?.end();
  }

  #hand(message: Message): void {
    // Hot: once per message.
    let octets = 0;
    for (let i = 0; i < message.length; i++) octets += message[i]!.length;
    this.#messagesOut++;
    this.#bytesOut += octets;
    const other = this.#other!;
    other.#messagesIn++;
    other.#bytesIn += octets;
    other.pipe.deliver(message);
  }

  #linger(linger: number): void {
    const { clock } = this.host;
    const ends = clock.now() + linger;
    if (ends >= this.#lingerEnds) return;
    this.#lingerEnds = ends;
    this.#cancelLinger();
    this.#cancelLinger = clock.after(linger, () => this.end());
  }

  #leave(): void {
    if (!this.pipe.alive) return;
    this.pipe.alive = false;
    this.host.detach(this.pipe);
  }
}
