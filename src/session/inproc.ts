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
import { BY_REFERENCE, type Control, EMPTY, type Message } from "../message.ts";
import type { PeerStats } from "../monitor/stats.ts";
import { type Outlet, Pipe, type PipeOptions, type PipeOwner } from "../pipe/pipe.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";

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
    for (const end of early ?? []) join(end, host);
  }

  /** Frees a name. Connections made through it live on. */
  unbind(endpoint: string, host: InprocHost): void {
    if (this.#bound.get(endpoint) === host) this.#bound.delete(endpoint);
  }

  /** Connects to a name, bound or not. `givenId`: the routing id that the peer is to have; empty: none. */
  connect(endpoint: string, host: InprocHost, givenId: Uint8Array): Connection {
    const end = new InprocEnd(endpoint, host, true, (gone) => this.#early.get(endpoint)?.delete(gone));
    end.pipe.givenId = givenId;
    host.joined(end);
    host.attach(end.pipe);
    const binder = this.#bound.get(endpoint);
    if (binder !== undefined) join(end, binder);
    else {
      let early = this.#early.get(endpoint);
      if (early === undefined) this.#early.set(endpoint, early = new Set());
      early.add(end);
    }
    return end;
  }
}

/** Joins a connecting end with one that it makes for the binder. */
function join(end: InprocEnd, binder: InprocHost): void {
  const { host, endpoint } = end;
  if (!compatible(host.type, binder.type)) {
    const found = `a ${host.type} has connected to a ${binder.type}, wanted types that fit`;
    const error = new EndpointError("EINVAL", endpoint, `Cannot join "${endpoint}": ${found}`);
    host.turnedAway(endpoint, error);
    binder.turnedAway(endpoint, error);
    end.end();
    return;
  }
  const other = new InprocEnd(endpoint, binder, false, () => {});
  end.other = other;
  other.other = end;
  end.limit();
  other.limit();
  end.pipe.peerId = binder.routingId;
  other.pipe.peerId = host.routingId;
  end.pipe.connected = other.pipe.connected = true;
  binder.joined(other);
  binder.attach(other.pipe);
  // Either end may turn the other away as it learns who that is.
  binder.ready(other.pipe);
  if (end.pipe.alive) host.ready(end.pipe);
  end.release();
}

/** One end. */
class InprocEnd implements Connection, Outlet {
  readonly endpoint: string;
  readonly dialled: boolean;
  readonly host: InprocHost;
  readonly pipe: Pipe;
  other: InprocEnd | undefined;
  /** What was sent before there was another end. */
  readonly #held: Deque<Message | Control> = new Deque();
  readonly #forget: (end: InprocEnd) => void;
  /** What ends the wait of `close`, while it waits for another end to come. */
  #whenEnded: (() => void) | undefined;
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
    this.pipe.open(this);
  }

  /** Both sides' high-water marks add up. */
  limit(): void {
    const ours = this.host.options;
    const theirs = this.other?.host.options;
    const more = theirs?.receiveHighWaterMark ?? 0;
    // What comes is counted where it was sent, so the receiving side has no mark of its own.
    this.pipe.limit(ours.sendHighWaterMark + more, Infinity);
  }

  /** Hands over what was sent before there was another end. */
  release(): void {
    for (let item = this.#held.shift(); item !== undefined; item = this.#held.shift()) this.other!.#take(item);
    if (this.#whenEnded !== undefined) this.end();
  }

  put(message: Message): void {
    // Hot: once per message.
    const copy: Message = new Array(message.length);
    let octets = 0;
    for (let i = 0; i < message.length; i++) {
      const frame = message[i]!;
      octets += frame.length;
      // What is sent may be changed by the caller once it is queued, unless it is long: then it is on loan.
      copy[i] = frame.length === 0 ? EMPTY : frame.length < BY_REFERENCE ? frame.slice() : frame;
    }
    this.#messagesOut++;
    this.#bytesOut += octets;
    const other = this.other;
    if (other === undefined) return this.#held.push(copy);
    other.#messagesIn++;
    other.#bytesIn += octets;
    other.pipe.deliver(copy);
  }

  control(control: Control): void {
    // Everything that waits is counted, since reading it is.
    this.pipe.queued++;
    if (this.other === undefined) this.#held.push(control);
    else this.other.#take(control);
  }

  prelude(message: Message): void {
    this.pipe.queued++;
    this.put(message);
  }

  more(): void {}

  taken(): void {
    this.other?.pipe.sent(1);
  }

  refuse(reason: Error): void {
    this.host.turnedAway(this.endpoint, reason);
    queueMicrotask(() => this.end());
  }

  clear(): number {
    const queue = this.other?.pipe.inbound ?? this.#held;
    const count = queue.length;
    queue.clear();
    return count;
  }

  /** Ends it. What the other end has not received yet it still can; what waits for another end has `linger`. */
  close(linger: number): Promise<number> {
    const unsent = this.#held.length;
    if (unsent === 0 || linger <= 0) {
      this.end();
      return Promise.resolve(unsent);
    }
    this.#leave();
    return new Promise((resolve) => {
      const cancel = this.host.clock.after(linger, () => this.end());
      this.#whenEnded = () => {
        cancel();
        resolve(this.#held.length);
      };
    });
  }

  stats(): PeerStats {
    return {
      endpoint: this.endpoint,
      peer: this.other === undefined ? undefined : this.endpoint,
      socketType: this.other?.host.type,
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
    const other = this.other;
    this.other = undefined;
    this.#forget(this);
    this.#leave();
    this.host.closed(this, this.#held.length);
    this.#whenEnded?.();
    if (other !== undefined && other.other === this) other.end();
  }

  #take(item: Message | Control): void {
    if (Array.isArray(item)) {
      this.#messagesIn++;
      for (const frame of item) this.#bytesIn += frame.length;
    }
    this.pipe.deliver(item);
  }

  #leave(): void {
    if (!this.pipe.alive) return;
    this.pipe.alive = false;
    this.pipe.connected = false;
    this.host.detach(this.pipe);
  }
}
