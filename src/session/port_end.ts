/**
 * `inproc` between threads: two sockets, each in a thread of its own, joined by a port. As over `inproc` there is no
 * ZMTP, no mechanism and no reconnecting, whole messages pass, and the high-water marks of both sides add up; but what
 * is on its way is counted with the receiver: it grants so many messages as its own mark has room for, and none is
 * posted that is not granted. So neither thread can flood the other.
 *
 * ```text
 * HELLO   ["zerostream", 1, metadata, granted]   first, from both: who we are, and how many messages may come
 * PARCEL  [0, octets, bodies]                    messages and subscriptions, in order: parcel.ts
 * GRANT   [1, messages]                          so many more may come
 * BYE     [2]                                    last
 * ```
 *
 * @module
 */

import { metadataOf } from "../engine/announcement.ts";
import { compatible, type SocketType, wantedPeers } from "../engine/compatibility.ts";
import { ProtocolError, quote, show, ZmqError } from "../errors.ts";
import { Control, EMPTY, type Message } from "../message.ts";
import type { PeerStats } from "../monitor/stats.ts";
import { type Outlet, Pipe, type PipeOptions, type PipeOwner, type Publication } from "../pipe/pipe.ts";
import { type MessagePortLike, Port, type PortHandler } from "../transport/port.ts";
import { type Clock, notSet } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { Deadline } from "./deadline.ts";
import { type Parcel, unpack } from "./parcel.ts";
import { lengthOf, PortOutflow, type PortOutflowOwner } from "./port_outflow.ts";
import { type Audience, Reports } from "./reports.ts";

const NAME = "zerostream";
const VERSION = 1;
const PARCEL = 0;
const GRANT = 1;
const BYE = 2;
/** The most octets that a routing id may have (RFC 37). */
const LONGEST_ROUTING_ID = 255;

/** The socket, as an end sees it. */
export interface PortHost extends PipeOwner, Audience {
  /** Its type. */
  readonly type: SocketType;
  /** Its routing id; empty: none. */
  readonly routingId: Uint8Array;
  /** Its options. */
  readonly options: PipeOptions & {
    readonly handshakeInterval: number;
    readonly immediate: boolean;
    readonly metadata: Iterable<readonly [string, Uint8Array]>;
  };
  /** Time. */
  readonly clock: Clock;
  /** A pipe joins the pattern. */
  attach(pipe: Pipe): void;
  /** A pipe leaves the pattern. */
  detach(pipe: Pipe): void;
  /** The peer behind a pipe is there. */
  ready(pipe: Pipe): void;
  /** The connection is over, and so many of its messages with it. */
  closed(connection: Connection, unsent: number, error?: Error): void;
}

/** Says good-bye to who has not been let in. */
export function turnAway(target: MessagePortLike): void {
  const port = new Port(target);
  port.post([BYE], []);
  port.close();
}

/** One end of a port. */
export class PortEnd implements Connection, Outlet, PortHandler, PortOutflowOwner {
  readonly endpoint: string;
  readonly dialled: boolean;
  readonly pipe: Pipe;
  readonly #host: PortHost;
  readonly #name: string;
  readonly #port: Port;
  readonly #reports: Reports;
  #peer: { readonly socketType: string; readonly routingId: Uint8Array } | undefined;
  #shaken: () => void = notSet;
  /** Whether the pipe is part of the pattern. */
  #attached = false;
  #ended = false;
  readonly #outflow: PortOutflow;
  /** How many messages we let the peer post. */
  #granted = 0;
  /** How many messages may be on their way to us or wait to be read; at half of it more are granted. */
  #mark: number;
  #closing: Promise<number> | undefined;
  #resolveClosing: (unsent: number) => void = notSet;
  readonly #linger = new Deadline();
  #cancelTimer: () => void = notSet;
  #messagesIn = 0;
  #bytesIn = 0;

  /** `name`: what the peer is called; `transfer`: whether long bodies are given away, and not copied. */
  constructor(
    host: PortHost,
    endpoint: string,
    dialled: boolean,
    target: MessagePortLike,
    name: string,
    transfer: boolean,
  ) {
    this.endpoint = endpoint;
    this.#name = name;
    this.dialled = dialled;
    this.#host = host;
    this.#port = new Port(target);
    // A request that is asked again is needed again.
    this.#outflow = new PortOutflow(this, host.clock, transfer && host.type !== "REQ");
    this.#reports = new Reports(host, endpoint);
    this.#mark = host.options.receiveHighWaterMark;
    this.pipe = new Pipe(host, host.options, dialled);
    this.pipe.local = true;
    this.pipe.open(this);
    this.limit();
  }

  /** Says who we are. Throws, and leaves the port alone, if that cannot be posted. */
  greet(): void {
    const { type, routingId, options } = this.#host;
    this.#granted = this.#mark;
    this.#port.listen(this);
    try {
      this.#port.post([NAME, VERSION, metadataOf(type, routingId, options.metadata), this.#mark], []);
    } catch (error) {
      this.#port.close();
      throw error;
    }
  }

  /** The socket has it from now on. `shaken` is called once the other side has said who it is. */
  start(shaken: () => void = notSet): void {
    const { options, clock } = this.#host;
    this.#shaken = shaken;
    const limit = options.handshakeInterval;
    if (limit > 0) {
      const late = `Cannot shake hands: it is not complete after ${limit} ms`;
      this.#cancelTimer = clock.after(limit, () => this.#end(new ZmqError("ETIMEDOUT", late)));
    }
    if (this.dialled && !options.immediate) this.#attach();
    this.#reports.opened(this.dialled ? "connect" : "accept", this.#name);
  }

  /** The socket's high-water marks have changed. */
  limit(): void {
    const { sendHighWaterMark, receiveHighWaterMark } = this.#host.options;
    // What comes is counted in grants.
    this.pipe.limit(sendHighWaterMark, Infinity);
    this.#mark = receiveHighWaterMark;
    if (this.#peer !== undefined) this.#grant();
  }

  /** Ends it once what is queued has been posted, or `linger` milliseconds have passed; a second call can only shorten that. */
  close(linger: number): Promise<number> {
    if (this.#closing === undefined) {
      this.#closing = new Promise((resolve) => this.#resolveClosing = resolve);
      if (this.#ended) this.#resolveClosing(0);
      else if (this.dialled) this.pipe.inbound.clear();
      this.#detach();
    }
    if (this.#ended) return this.#closing;
    if (linger > 0) this.#outflow.post();
    if (this.#outflow.messages === 0 || linger <= 0) this.#end();
    else this.#linger.within(this.#host.clock, linger, () => this.#end());
    return this.#closing;
  }

  /** Ends it at once: others need its place. */
  evict(reason: Error): void {
    this.#end(reason);
  }

  /** A snapshot of the counters. */
  stats(): PeerStats {
    const peer = this.#peer;
    return {
      endpoint: this.endpoint,
      peer: this.#ended ? undefined : this.#name,
      socketType: peer?.socketType,
      routingId: (peer?.routingId ?? EMPTY).slice(),
      connected: this.pipe.connected,
      queuedOut: this.#outflow.messages,
      queuedIn: this.pipe.inbound.length,
      messagesOut: this.#outflow.messagesOut,
      messagesIn: this.#messagesIn,
      bytesOut: this.#outflow.bytesOut,
      bytesIn: this.#bytesIn,
      dropped: this.pipe.dropped,
      reconnects: 0,
      roundTrip: undefined,
    };
  }

  // What the pipe tells.

  /** Queues a message. */
  put(message: Message, publication?: Publication): void {
    // Hot: once per message.
    this.#outflow.put(message, publication !== undefined);
  }

  /** Queues a subscription. */
  control(control: Control): void {
    this.#outflow.control(control);
  }

  /** Sends a message before the queue. */
  prelude(message: Message): void {
    this.#outflow.prelude(message);
  }

  /** What comes is counted in grants, so nothing has been stopped. */
  more(): void {}

  /** A message has been read: there may be room for more. */
  taken(): void {
    // Hot: once per message.
    if (this.#granted + this.pipe.inbound.length <= this.#mark / 2) this.#grant();
  }

  /** The pattern wants it ended, but is still busy. */
  refuse(reason: Error): void {
    queueMicrotask(() => this.#end(reason));
  }

  /** Forgets the messages that are queued, and answers how many they were. Subscriptions stay. */
  clear(): number {
    return this.#outflow.clear();
  }

  // What the outflow tells.

  /** Posts a parcel. */
  post(parcel: Parcel, memory: ArrayBuffer[]): void {
    this.#port.post([PARCEL, ...parcel], memory);
  }

  /** Messages have left the queue. */
  sent(messages: number): void {
    this.pipe.sent(messages);
  }

  /** There is nothing left that may be posted: an end that was waiting for that can say good-bye. */
  drained(): void {
    if (this.#closing !== undefined && this.#outflow.messages === 0) this.#end();
  }

  /** Something cannot be posted. */
  failed(error: unknown): void {
    const words = error instanceof Error ? error.message : show(error);
    this.evict(new ZmqError("EIO", `Cannot post a message: ${words}`, { cause: error }));
  }

  // What the port tells.

  /** Something has been posted. It is from the same program, though perhaps from another version of it. */
  message(value: unknown): void {
    if (this.#ended) return;
    try {
      if (!Array.isArray(value)) throw strange(value);
      if (value[0] === BYE) return this.#end();
      if (this.#peer === undefined) return this.#hello(value);
      if (value[0] === PARCEL) this.#take(value[1], value[2]);
      else if (value[0] === GRANT && typeof value[1] === "number" && value[1] > 0) {
        this.#outflow.grant(value[1]);
        this.#outflow.post();
      } else throw strange(value);
    } catch (error) {
      this.#end(error as Error);
    }
  }

  /** The other side is gone without a good-bye, or speaks in riddles. */
  gone(why: "closed" | "unreadable"): void {
    if (why === "closed") return this.#end();
    this.#end(new ProtocolError("traffic", "Cannot read what the other thread posted: it cannot be had in this one"));
  }

  // Life.

  #hello(value: readonly unknown[]): void {
    const { type } = this.#host;
    const [name, version, metadata, granted] = value;
    if (name !== NAME || version !== VERSION) throw strange(value);
    if (!(metadata instanceof Map) || typeof granted !== "number" || !(granted >= 0)) throw strange(value);
    for (const [key, property] of metadata) {
      if (typeof key !== "string" || !(property instanceof Uint8Array)) throw strange(value);
    }
    const properties = metadata as ReadonlyMap<string, Uint8Array>;
    const socketType = new TextDecoder().decode(properties.get("Socket-Type"));
    const routingId = properties.get("Identity") ?? EMPTY;
    if (!compatible(type, socketType) || routingId.length > LONGEST_ROUTING_ID) {
      const found = `the peer's Socket-Type is ${quote(socketType)}, wanted ${wantedPeers(type)} for a ${type}`;
      throw new ProtocolError("handshake", `Cannot shake hands: ${found}`);
    }
    this.#cancelTimer();
    this.#peer = { socketType, routingId };
    this.#outflow.open();
    this.#outflow.grant(granted);
    this.#shaken();
    if (this.#closing === undefined) {
      this.pipe.peerId = routingId;
      this.pipe.connected = true;
      this.#attach();
      this.#host.ready(this.pipe);
      // The mark may have changed meanwhile.
      this.#grant();
    }
    this.#reports.shaken(this.#name, {
      socketType,
      routingId,
      properties,
      mechanism: "NULL",
      version: "3.1",
      userId: "",
    });
    this.#outflow.post();
  }

  #take(octets: unknown, bodies: unknown): void {
    unpack(octets, bodies, (item) => {
      // Hot: once per message.
      if (item instanceof Control) return void (this.#closing ?? this.pipe.deliver(item));
      if (--this.#granted < 0) {
        throw new ProtocolError("traffic", `Cannot take message: it was not granted, wanted ${this.#mark} at the most`);
      }
      this.#messagesIn++;
      this.#bytesIn += lengthOf(item);
      if (this.#closing === undefined) this.pipe.deliver(item);
    });
  }

  /** Lets the peer post as many messages as there is room for. */
  #grant(): void {
    if (this.#peer === undefined || this.#ended || this.#closing !== undefined) return;
    const more = this.#mark - this.#granted - this.pipe.inbound.length;
    if (!(more > 0)) return;
    this.#granted += more;
    this.#port.post([GRANT, more], []);
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

  /** Says good-bye; both ends are over. */
  #end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTimer();
    this.#linger.clear();
    this.#port.post([BYE], []);
    this.#port.close();
    const unsent = this.#outflow.messages;
    this.#outflow.shut();
    this.pipe.lose();
    this.#detach();
    const silent = this.#closing !== undefined;
    if (!silent && this.#peer === undefined) this.#reports.unshaken(this.#name, error);
    if (!silent) this.#reports.lost(this.#name, error);
    this.#host.closed(this, unsent, error);
    this.#resolveClosing(unsent);
    if (this.dialled && !silent) this.#reports.ended(error);
  }
}

function strange(value: unknown): ProtocolError {
  const found = `it is ${show(value)}, wanted a port that nobody else uses`;
  return new ProtocolError("traffic", `Cannot read what the other thread posted: ${found}`);
}
