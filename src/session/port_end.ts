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

import { Deque } from "../bytes/deque.ts";
import { metadataOf } from "../engine/announcement.ts";
import { compatible, type SocketType, wantedPeers } from "../engine/compatibility.ts";
import { ProtocolError, quote, show, ZmqError } from "../errors.ts";
import { BY_REFERENCE, Control, EMPTY, type Message } from "../message.ts";
import type { PeerStats } from "../monitor/stats.ts";
import { type Outlet, Pipe, type PipeOptions, type PipeOwner, type Publication } from "../pipe/pipe.ts";
import type { MessagePortLike, PortHandler } from "../transport/port.ts";
import { Port } from "../transport/port.ts";
import { type Clock, notSet } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { copyMessage } from "./copy.ts";
import { pack, packedSize, unpack } from "./parcel.ts";
import { type Audience, Reports } from "./reports.ts";

const NAME = "zerostream";
const VERSION = 1;
const PARCEL = 0;
const GRANT = 1;
const BYE = 2;
/** The most octets that a routing id may have (RFC 37). */
const LONGEST_ROUTING_ID = 255;
/** So many octets, or messages, are posted before the turn ends, and no more than that at once. */
const ENOUGH_OCTETS = 65536;
const ENOUGH_MESSAGES = 256;
/** For how long one turn may post, in milliseconds: what makes copies of long messages must not keep others from theirs. */
const A_TURN = 3;

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
export class PortEnd implements Connection, Outlet, PortHandler {
  readonly endpoint: string;
  readonly dialled: boolean;
  readonly pipe: Pipe;
  readonly #host: PortHost;
  readonly #port: Port;
  readonly #transfer: boolean;
  readonly #reports: Reports;
  #peer: { readonly socketType: string; readonly routingId: Uint8Array } | undefined;
  #shaken: () => void = notSet;
  /** Whether the pipe is part of the pattern. */
  #attached = false;
  #ended = false;
  /** What is to go out, and before it what the pattern says first. */
  readonly #queue: Deque<Message | Control> = new Deque();
  #preludes: Message[] = [];
  /** The messages in the queue, and their octets. */
  #messages = 0;
  #octets = 0;
  /** How many messages the peer lets us post, and how many we let it. */
  #credit = 0;
  #granted = 0;
  /** How many messages may be on their way to us or wait to be read; at half of it more are granted. */
  #mark: number;
  #planned = false;
  #posting = false;
  /** The turn that something was posted in last, and until when it may post more before its end. */
  #turn = -1;
  #earlyUntil = Infinity;
  #closing: Promise<number> | undefined;
  #resolveClosing: (unsent: number) => void = notSet;
  #lingerEnds = Infinity;
  #cancelTimer: () => void = notSet;
  #cancelLinger: () => void = notSet;
  #messagesOut = 0;
  #messagesIn = 0;
  #bytesOut = 0;
  #bytesIn = 0;

  /** `transfer`: whether long bodies are given away, and not copied. */
  constructor(host: PortHost, endpoint: string, dialled: boolean, target: MessagePortLike, transfer: boolean) {
    this.endpoint = endpoint;
    this.dialled = dialled;
    this.#host = host;
    this.#port = new Port(target);
    // A request that is asked again is needed again.
    this.#transfer = transfer && host.type !== "REQ";
    this.#reports = new Reports(host, endpoint);
    this.#mark = host.options.receiveHighWaterMark;
    this.pipe = new Pipe(host, host.options, dialled);
    this.pipe.local = true;
    this.pipe.open(this);
    this.limit();
  }

  /** Says who we are. `shaken` is called once the other side has too. */
  start(shaken: () => void = notSet): void {
    const { type, routingId, options, clock } = this.#host;
    this.#shaken = shaken;
    const limit = options.handshakeInterval;
    if (limit > 0) {
      const late = `Cannot shake hands: it is not complete after ${limit} ms`;
      this.#cancelTimer = clock.after(limit, () => this.#fail(new ZmqError("ETIMEDOUT", late)));
    }
    if (this.dialled && !options.immediate) this.#attach();
    this.#granted = this.#mark;
    this.#port.listen(this);
    this.#port.post([NAME, VERSION, metadataOf(type, routingId, options.metadata), this.#mark], []);
    this.#reports.opened(this.dialled ? "connect" : "accept", this.endpoint);
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
    if (linger > 0) this.#post();
    if (this.#messages === 0 || linger <= 0) this.#end();
    else {
      const { clock } = this.#host;
      const ends = clock.now() + linger;
      if (ends < this.#lingerEnds) {
        this.#lingerEnds = ends;
        this.#cancelLinger();
        this.#cancelLinger = clock.after(linger, () => this.#end());
      }
    }
    return this.#closing;
  }

  /** Ends it at once: others need its place. */
  evict(reason: Error): void {
    this.#fail(reason);
  }

  /** A snapshot of the counters. */
  stats(): PeerStats {
    const peer = this.#peer;
    return {
      endpoint: this.endpoint,
      peer: this.#ended ? undefined : this.endpoint,
      socketType: peer?.socketType,
      routingId: (peer?.routingId ?? EMPTY).slice(),
      connected: this.pipe.connected,
      queuedOut: this.#messages,
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

  // What the pipe tells.

  /** Queues a message. */
  put(message: Message, publication?: Publication): void {
    // Hot: once per message.
    const own = this.#transfer ? takeOver(message, publication === undefined) : copyMessage(message);
    this.#queue.push(own);
    this.#octets += lengthOf(own);
    const enough = ++this.#messages >= ENOUGH_MESSAGES || this.#octets >= ENOUGH_OCTETS;
    if (this.#credit <= 0) return;
    if (enough && this.#mayPostEarly()) this.#post();
    else if (!this.#planned) this.#plan();
  }

  /** Queues a subscription, if there is someone to hear it; who comes later is told everything anyway. */
  control(control: Control): void {
    if (this.#peer === undefined) return;
    this.#queue.push(control);
    this.#plan();
  }

  /** Sends a message before the queue. */
  prelude(message: Message): void {
    if (this.#peer === undefined) return;
    this.#preludes.push(copyMessage(message));
    this.#plan();
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
    queueMicrotask(() => this.#fail(reason));
  }

  /** Forgets the messages that are queued, and answers how many they were. Subscriptions stay. */
  clear(): number {
    const count = this.#messages;
    for (let left = this.#queue.length; left > 0; left--) {
      const item = this.#queue.shift()!;
      if (item instanceof Control) this.#queue.push(item);
    }
    this.#messages = 0;
    this.#octets = 0;
    return count;
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
      else if (value[0] === GRANT && typeof value[1] === "number" && value[1] > 0) this.#credited(value[1]);
      else throw strange(value);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** The other side is gone without a good-bye, or speaks in riddles. */
  gone(why: "closed" | "unreadable"): void {
    if (why === "closed") return this.#end();
    this.#fail(new ProtocolError("traffic", "Cannot read what the other thread posted: it cannot be had in this one"));
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
    this.#credit = granted;
    this.#shaken();
    if (this.#closing === undefined) {
      this.pipe.peerId = routingId;
      this.pipe.connected = true;
      this.#attach();
      this.#host.ready(this.pipe);
      // The mark may have changed meanwhile.
      this.#grant();
    }
    this.#reports.shaken(this.endpoint, {
      socketType,
      routingId,
      properties,
      mechanism: "NULL",
      version: "3.1",
      userId: "",
    });
    this.#post();
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

  #credited(messages: number): void {
    this.#credit += messages;
    if (this.#queue.length > 0) this.#post();
  }

  /** Lets the peer post as many messages as there is room for. */
  #grant(): void {
    if (this.#peer === undefined || this.#ended || this.#closing !== undefined) return;
    const more = this.#mark - this.#granted - this.pipe.inbound.length;
    if (!(more > 0)) return;
    this.#granted += more;
    this.#port.post([GRANT, more], []);
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    if (this.#turn === this.#host.clock.turn(true)) this.#host.clock.atTurnEnd(this.#run);
    else queueMicrotask(this.#run);
  }

  readonly #run = (): void => {
    this.#planned = false;
    this.#post();
  };

  /** Posts what may be posted, as long as the turn lasts. */
  #post(): void {
    if (this.#peer === undefined || this.#ended || this.#posting) return;
    this.#posting = true;
    const { clock } = this.#host;
    this.#turn = clock.turn(true);
    const until = clock.now() + A_TURN;
    try {
      while (this.#postParcel()) {
        if (clock.now() < until) continue;
        if (!this.#planned) {
          this.#planned = true;
          clock.atTurnEnd(this.#run);
        }
        break;
      }
    } catch (error) {
      // Memory that is on loan to us was given away by its owner meanwhile, or there is none left.
      const words = error instanceof Error ? error.message : show(error);
      return this.#fail(new ZmqError("EIO", `Cannot post a message: ${words}`, { cause: error }));
    } finally {
      this.#posting = false;
    }
    this.#turn = clock.turn(true);
    if (this.#closing !== undefined && this.#messages === 0) this.#end();
  }

  /** Posts one parcel. Answers whether there may be another. */
  #postParcel(): boolean {
    const queue = this.#queue;
    const items: (Message | Control)[] = [];
    let messages = 0;
    let length = 0;
    let size = 0;
    while (this.#preludes.length > 0 && this.#credit > 0) {
      this.#credit--;
      const prelude = this.#preludes.shift()!;
      size += packedSize(prelude);
      items.push(prelude);
    }
    while (queue.length > 0 && length < ENOUGH_OCTETS && items.length < ENOUGH_MESSAGES) {
      // Hot: once per message.
      const item = queue.peek()!;
      if (!(item instanceof Control)) {
        if (this.#credit <= 0) break;
        this.#credit--;
        messages++;
        length += lengthOf(item);
      }
      size += packedSize(item);
      items.push(queue.shift()!);
    }
    if (items.length === 0) return false;
    const [octets, referred] = pack(items, size);
    // A view would bring all of the memory that it is a view of along.
    const bodies = this.#transfer ? referred : referred.map((body) => new Uint8Array(body));
    const transfer = new Set(bodies.map(({ buffer }) => buffer as ArrayBuffer));
    if (size > 0) transfer.add(octets.buffer);
    this.#port.post([PARCEL, octets, bodies], [...transfer]);
    this.#messages -= messages;
    this.#octets -= length;
    this.#messagesOut += messages;
    this.#bytesOut += length;
    // This may bring more messages at once.
    this.pipe.sent(messages);
    return queue.length > 0;
  }

  #mayPostEarly(): boolean {
    const { clock } = this.#host;
    // Not loosely: a loop that never ends its turn must not go on for ever.
    const turn = clock.turn();
    const now = clock.now();
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#earlyUntil = Infinity;
    }
    if (this.#earlyUntil === Infinity) this.#earlyUntil = now + A_TURN;
    return now < this.#earlyUntil;
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

  #fail(error: Error): void {
    this.#end(error);
  }

  /** Says good-bye; both ends are over. */
  #end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTimer();
    this.#cancelLinger();
    this.#port.post([BYE], []);
    this.#port.close();
    const unsent = this.#messages;
    this.#queue.clear();
    this.#messages = 0;
    this.#detach();
    const silent = this.#closing !== undefined;
    if (!silent && this.#peer === undefined) this.#reports.unshaken(this.endpoint, error);
    if (!silent) this.#reports.lost(this.endpoint, error);
    this.#host.closed(this, unsent, error);
    this.#resolveClosing(unsent);
    if (this.dialled && !silent) this.#reports.ended(error);
  }
}

/**
 * A message of our own, whose long bodies have memory of their own: what its sender has given away, if it may and can
 * be taken, else a copy.
 */
function takeOver(message: Message, take: boolean): Message {
  const own = copyMessage(message);
  for (let i = 0; i < own.length; i++) {
    const body = own[i]!;
    if (body.length < BY_REFERENCE) continue;
    const { buffer, length } = body;
    if (take && buffer.byteLength === length) {
      try {
        own[i] = new Uint8Array(giveAway(buffer as ArrayBuffer));
        continue;
      } catch {
        // Memory that cannot be given away: WebAssembly's, or what its runtime keeps for itself. It is copied.
      }
    }
    own[i] = new Uint8Array(body);
  }
  return own;
}

/** The same memory as a new buffer, the old one being detached. `transfer` is ES2024: Node 20 has it not. */
function giveAway(buffer: ArrayBuffer & { transfer?(): ArrayBuffer }): ArrayBuffer {
  return buffer.transfer?.() ?? structuredClone(buffer, { transfer: [buffer] });
}

function lengthOf(message: Message): number {
  // Hot: once per message.
  let length = 0;
  for (let i = 0; i < message.length; i++) length += message[i]!.length;
  return length;
}

function strange(value: unknown): ProtocolError {
  const found = `it is ${show(value)}, wanted a port that nobody else uses`;
  return new ProtocolError("traffic", `Cannot read what the other thread posted: ${found}`);
}
