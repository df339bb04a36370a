/**
 * A socket's end over datagrams, as RADIO, DISH and DGRAM have it over udp: no connection, no handshake, and nobody who
 * says that a message has come or that there is no room for it. What goes out waits for the port to be open, and for
 * the system to take it, up to the high-water mark; what comes in beyond the high-water mark is lost, as the network may
 * lose it.
 *
 * ```text
 * new ─► opening ─► open ─► closed
 *    waiting ▲ │ ▲──── the port failed, and was connected
 *            └─┘
 * ```
 *
 * @module
 */

import { Deque } from "../bytes/deque.ts";
import type { EndpointError } from "../errors.ts";
import { EMPTY, markPeer, type Message, type MessagePeer } from "../message.ts";
import type { SocketEvent } from "../monitor/events.ts";
import type { PeerStats } from "../monitor/stats.ts";
import { type Outlet, Pipe, type PipeOptions, type PipeOwner } from "../pipe/pipe.ts";
import type { DatagramHandler, DatagramPort } from "../transport/datagram.ts";
import { Backoff } from "./backoff.ts";
import { type Clock, notSet } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { Deadline } from "./deadline.ts";
import { Reports } from "./reports.ts";

/** A message to send: octets, and the address they are for if the port is connected to none. */
export interface Datagram {
  /** A copy: what the application does with its own is its business. */
  readonly octets: Uint8Array;
  /** `host:port`. */
  readonly to?: string;
}

/** What a socket type has its datagrams look like. */
export interface DatagramForm {
  /** `undefined`: it cannot be sent so, and is dropped. */
  encode(message: Message): Datagram | undefined;
  /** `undefined`: it is no message, and is passed over. */
  decode(octets: Uint8Array, from: string): Message | undefined;
}

/** A socket, as such an end sees it. */
export interface DatagramHost extends PipeOwner {
  /** Time. */
  readonly clock: Clock;
  /** Its options. */
  readonly options: PipeOptions & {
    readonly reconnectInterval: number;
    readonly reconnectMaxInterval: number;
    readonly messageMetadata: boolean;
    readonly maxMessageSize: number;
  };
  /** Whether anyone hears events. */
  readonly observed: boolean;
  /** Tells an event. */
  emit(event: SocketEvent): void;
  /** A pipe joins the pattern. */
  attach(pipe: Pipe): void;
  /** A pipe leaves the pattern. */
  detach(pipe: Pipe): void;
  /** The peer behind a pipe is there, as far as can be known. */
  ready(pipe: Pipe): void;
  /** The connection is there from now on. */
  joined(connection: Connection): void;
  /** It is over, and so many of its messages with it. */
  closed(connection: Connection, unsent: number): void;
}

/** Opens a port for an end. */
export type OpenPort = (handler: DatagramHandler, signal: AbortSignal) => Promise<DatagramPort>;

/** One end. */
export class DatagramEnd implements Connection, Outlet, DatagramHandler {
  readonly endpoint: string;
  readonly dialled: boolean;
  readonly pipe: Pipe;
  readonly #host: DatagramHost;
  readonly #form: DatagramForm;
  readonly #reports: Reports;
  readonly #backoff = new Backoff();
  readonly #abort = new AbortController();
  #open: OpenPort | undefined;
  #port: DatagramPort | undefined;
  /** What waits for the port, or for its turn: one goes at a time, since Deno sends what it has at once in any order. */
  readonly #held: Deque<Datagram> = new Deque();
  /** Whether the system has a datagram that it has not taken yet. */
  #onLoan = false;
  #ended = false;
  #cancelTimer: () => void = notSet;
  #closing: Promise<number> | undefined;
  #resolveClosing: (unsent: number) => void = notSet;
  readonly #linger = new Deadline();
  #ports = 0;
  #messagesOut = 0;
  #messagesIn = 0;
  #bytesOut = 0;
  #bytesIn = 0;

  /** `endpoint`: as it was given to `connect`, or as the port that is passed to {@link opened} has it. */
  constructor(host: DatagramHost, form: DatagramForm, endpoint: string, dialled: boolean) {
    this.#host = host;
    this.#form = form;
    this.endpoint = endpoint;
    this.dialled = dialled;
    this.#reports = new Reports(host, endpoint);
    this.pipe = new Pipe(host, host.options, dialled);
    this.pipe.unasking = true;
    this.pipe.open(this);
  }

  /** Joins the socket, opens a port that is connected, and goes on trying. Messages can be queued at once. */
  dial(open: OpenPort): void {
    this.#open = open;
    this.#join();
    this.#dial();
  }

  /** Joins the socket with a port that is bound. */
  accept(port: DatagramPort): void {
    this.#join();
    this.#opened(port);
  }

  // What the port tells.

  /** A datagram has come. */
  received(octets: Uint8Array, from: string): void {
    // Hot: once per message.
    if (this.#ended || this.#closing !== undefined) return;
    this.#bytesIn += octets.length;
    const { pipe } = this;
    const { maxMessageSize, messageMetadata, receiveHighWaterMark } = this.#host.options;
    if (octets.length > maxMessageSize) return void pipe.dropped++;
    const message = this.#form.decode(octets, from);
    if (message === undefined) return;
    this.#messagesIn++;
    if (messageMetadata) markPeer(message, senderOf(from));
    if (pipe.inbound.length < receiveHighWaterMark) pipe.deliver(message);
    else pipe.dropped++;
  }

  /** The port is of no use any more. */
  failed(error: Error): void {
    this.#port = undefined;
    if (this.#ended) return;
    this.pipe.connected = false;
    this.#reports.lost(this.endpoint, error);
    this.#again(error as EndpointError);
  }

  // What the pipe tells.

  put(message: Message): void {
    // Hot: once per message.
    const datagram = this.#form.encode(message);
    if (datagram === undefined) {
      this.pipe.dropped++;
      // Not at once: the pattern is still busy writing.
      queueMicrotask(() => this.pipe.sent(1));
    } else if (this.#port === undefined || this.#onLoan) this.#held.push(datagram);
    else this.#send(this.#port, datagram);
  }

  /** A group that is joined or left is nobody's business but ours: a sender sends to all. */
  control(): void {}

  prelude(): void {}

  /** What comes meanwhile is lost. */
  more(): void {}

  taken(): void {}

  /** There is nobody who could be refused. */
  refuse(): void {}

  clear(): number {
    const { length } = this.#held;
    this.#held.clear();
    return length;
  }

  // What the socket asks.

  close(linger: number): Promise<number> {
    if (this.#closing === undefined) {
      this.#closing = new Promise((resolve) => this.#resolveClosing = resolve);
      if (this.dialled) this.pipe.inbound.clear();
      if (this.#ended) this.#resolveClosing(0);
      else this.#leave();
    }
    if (this.#unsent === 0 || linger <= 0) this.#end();
    else this.#linger.within(this.#host.clock, linger, () => this.#end());
    return this.#closing;
  }

  limit(): void {
    const { sendHighWaterMark, receiveHighWaterMark } = this.#host.options;
    this.pipe.limit(sendHighWaterMark, receiveHighWaterMark);
  }

  stats(): PeerStats {
    return {
      endpoint: this.endpoint,
      peer: this.dialled && this.#port !== undefined ? this.endpoint : undefined,
      socketType: undefined,
      routingId: EMPTY,
      connected: this.pipe.connected,
      queuedOut: this.#unsent,
      queuedIn: this.pipe.inbound.length,
      messagesOut: this.#messagesOut,
      messagesIn: this.#messagesIn,
      bytesOut: this.#bytesOut,
      bytesIn: this.#bytesIn,
      dropped: this.pipe.dropped,
      reconnects: Math.max(0, this.#ports - 1),
      roundTrip: undefined,
    };
  }

  get #unsent(): number {
    return this.#held.length + Number(this.#onLoan);
  }

  #join(): void {
    this.#host.joined(this);
    this.#host.attach(this.pipe);
  }

  #dial(): void {
    this.#open!(this, this.#abort.signal).then((port) => {
      if (this.#ended) return void port.close();
      this.#reports.opened("connect", this.endpoint);
      this.#opened(port);
    }, (error) => {
      if (!this.#ended) this.#again(error);
    });
    this.#reports.dialling();
  }

  #opened(port: DatagramPort): void {
    this.#port = port;
    this.#ports++;
    this.#backoff.shaken();
    this.pipe.connected = this.pipe.alive;
    if (this.pipe.alive) this.#host.ready(this.pipe);
    this.#next();
  }

  #again(error: EndpointError): void {
    // A bound port that has failed is gone; `bind` can be called again.
    if (!this.dialled) return this.#end();
    const { clock, options } = this.#host;
    const waits = { interval: options.reconnectInterval, maximum: options.reconnectMaxInterval };
    const interval = this.#backoff.next(waits, clock.random(), false, undefined);
    if (interval === Infinity) {
      this.#end();
      if (this.#closing === undefined) this.#reports.ended(error);
      return;
    }
    this.#cancelTimer = clock.after(interval, () => this.#dial());
    this.#reports.waiting(interval, error);
  }

  #next(): void {
    if (this.#port === undefined || this.#onLoan) return;
    const held = this.#held.shift();
    if (held !== undefined) this.#send(this.#port, held);
    else if (this.#closing !== undefined) this.#end();
  }

  #send(port: DatagramPort, { octets, to }: Datagram): void {
    // Hot: once per message.
    this.#onLoan = true;
    this.#bytesOut += octets.length;
    port.send(octets, (error) => {
      this.#onLoan = false;
      if (error === undefined) this.#messagesOut++;
      else this.pipe.dropped++;
      this.pipe.sent(1);
      this.#next();
    }, to);
  }

  #leave(): void {
    if (!this.pipe.alive) return;
    this.pipe.alive = false;
    this.pipe.connected = false;
    this.#host.detach(this.pipe);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const unsent = this.#unsent;
    this.#held.clear();
    this.#abort.abort();
    this.#cancelTimer();
    this.#linger.clear();
    this.#leave();
    const port = this.#port;
    this.#port = undefined;
    const freed = port?.close() ?? Promise.resolve();
    this.#host.closed(this, unsent);
    freed.then(() => this.#resolveClosing(unsent));
  }
}

/** A sender of whom nothing is known but the address that its datagram gives, which anyone can forge. */
function senderOf(from: string): MessagePeer {
  const none: ReadonlyMap<string, Uint8Array> = new Map();
  const nobody = { userId: "", metadata: none, mechanism: "NULL", socketType: "", routingId: EMPTY, properties: none };
  return { ...nobody, peer: `udp://${from}` };
}
