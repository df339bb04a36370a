/**
 * A socket without its face: a pattern, its pipes, and the calls that wait.
 *
 * @module
 */

import { Deque } from "../bytes/deque.ts";
import type { SocketType } from "../engine/compatibility.ts";
import type { Engine, EngineHandler, PeerInfo, Question } from "../engine/engine.ts";
import { ClosedError, NotSupportedError } from "../errors.ts";
import { EMPTY, type Message, type MessageInput, type MessagePeer, toMessage } from "../message.ts";
import type { Verdict } from "../mechanism/mechanism.ts";
import type { SocketEvent } from "../monitor/events.ts";
import { emitTo, SocketEvents } from "../monitor/socket_events.ts";
import type { SocketStats } from "../monitor/stats.ts";
import type { Pattern } from "../pattern/pattern.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { type Clock, systemClock } from "../session/clock.ts";
import type { Connection } from "../session/connection.ts";
import type { InprocHost } from "../session/inproc.ts";
import type { SessionHost } from "../session/session.ts";
import type { Link } from "../transport/link.ts";
import { Aborts, signalOf, type WaitOptions } from "./aborts.ts";
import type { ContextCore } from "./context_core.ts";
import type { DatagramRules } from "./datagrams.ts";
import { checkCapability, dial, makeEngine } from "./dial.ts";
import { Endpoints } from "./endpoints.ts";
import { can } from "./option_table.ts";
import { security } from "./security_slot.ts";
import { Pace } from "./pace.ts";
import { OptionStore, type Settings } from "./settings.ts";
import { Totals } from "./totals.ts";
import { lateToReceive, lateToSend, type Waiter, Waiters } from "./waiters.ts";

/** The messages, octets and events of one socket. */
export class SocketCore implements SessionHost, InprocHost {
  /** The socket's type. */
  readonly type: SocketType;
  /** The socket's options. */
  readonly store: OptionStore;
  /** The options as the library works with them. */
  readonly options: Settings;
  /** Time. */
  clock: Clock = systemClock;
  /** Told of each link and listener that is opened, where somebody wants to know. */
  declare opened?: (thing: Pick<Link, "unref">) => void;
  /** The context the socket lives in. */
  readonly context: ContextCore;
  /** What is bound and connected. */
  readonly endpoints: Endpoints;
  /** The rules of this type. */
  readonly pattern: Pattern;
  /** How it has datagrams, if it does. */
  datagrams: DatagramRules | undefined;

  /** The signals of calls that wait. */
  readonly aborts: Aborts = new Aborts();

  readonly #canSend: boolean;
  readonly #canReceive: boolean;
  readonly #senders: Waiters<Message, void>;
  readonly #receivers: Waiters<undefined, Message>;
  /** What else is to be told of `close`. */
  readonly #closers: Set<() => void> = new Set();
  /** Messages that streams gave back. */
  readonly #returned: Deque<Message> = new Deque();
  #events: SocketEvents | undefined;
  /** Whether the last event has been told. */
  #ended = false;
  #closing: Promise<{ unsent: number }> | undefined;
  readonly #pace = new Pace(this.clock, () => {
    if (this.#senders.length > 0) this.#serveSenders();
  });
  /** Whether waiting receivers are being served: what that wakes must not serve them again. */
  #serving = false;
  /** Whether waiting senders are being served: the first is still in line while its message is sent. */
  #posting = false;
  readonly #totals = new Totals();

  /** `makePattern` gets the live options. */
  constructor(type: SocketType, context: ContextCore, options: object, makePattern: (core: SocketCore) => Pattern) {
    this.type = type;
    this.context = context;
    this.store = new OptionStore(type, context.defaults);
    for (const [name, value] of Object.entries(options)) if (name !== "context") this.#put(name, value);
    this.options = this.store.settings;
    this.#canSend = can(type, "send");
    this.#canReceive = can(type, "receive");
    this.#senders = new Waiters(this.clock, this.aborts);
    this.#receivers = new Waiters(this.clock, this.aborts);
    this.pattern = makePattern(this);
    this.endpoints = new Endpoints(this);
    context.join(this);
  }

  /** Whether `close` has been called. */
  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** A random whole number of 32 bits. */
  random32(): number {
    return Math.floor(this.clock.random() * 0x100000000);
  }

  /** Queues a message, or waits until it can be queued. */
  send(input: MessageInput, options?: WaitOptions): Promise<void> {
    // Hot: once per message.
    this.checkSend();
    const message = toMessage(input);
    const signal = options === undefined ? undefined : signalOf("send", options);
    return this.submit(message, signal);
  }

  /** As {@link send}, for a message that has been read already. */
  submit(message: Message, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    try {
      if (this.#senders.length === 0 && this.#offer(message)) return this.#pace.granted();
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#senders.wait(message, this.options.sendTimeout, lateToSend, signal);
  }

  /** Queues a message if that can be done now. */
  trySend(input: MessageInput): boolean {
    // Hot: once per message.
    this.checkSend();
    const message = toMessage(input);
    return this.#senders.length === 0 && this.#offer(message);
  }

  /** Queues a message if that can be done now, and the turn has not had its share of them. */
  tryPost(message: Message): boolean {
    // Hot: once per message.
    if (this.#senders.length > 0 || this.#pace.resting || !this.#offer(message)) return false;
    this.#pace.count();
    return true;
  }

  /** Waits in line to send, with callbacks. {@link giveUpSending} ends it, and nothing is sent. */
  enterSenders(message: Message, timeout: number, sent: () => void, failed: (error: unknown) => void): Waiter {
    return this.#senders.enter(message, timeout, lateToSend, undefined, sent, failed);
  }

  /** Whoever waits to send waits no more: `failed` is called with `error`. */
  giveUpSending(waiter: Waiter, error: unknown): void {
    this.#senders.withdraw(waiter, error);
  }

  /** Throws if this socket cannot send. */
  checkSend(): void {
    if (this.#closing !== undefined) throw this.closedError("send");
    if (!this.#canSend) throw new NotSupportedError(`Cannot send on a ${this.type} socket: it only receives`);
  }

  /** The next message, or a wait for it. */
  receive(options?: WaitOptions): Promise<Message> {
    // Hot: once per message.
    this.checkReceive();
    const signal = options === undefined ? undefined : signalOf("receive", options);
    if (signal?.aborted) return Promise.reject(signal.reason);
    try {
      if (this.#returned.length === 0) this.pattern.checkReceive?.();
    } catch (error) {
      return Promise.reject(error);
    }
    return this.take(this.options.receiveTimeout, signal);
  }

  /** The next message, whatever the state of the socket: where there can be none yet it waits for the state to change. */
  take(timeout: number, signal: AbortSignal | undefined): Promise<Message> {
    if (this.#receivers.length === 0) {
      const message = this.#accept();
      if (message !== undefined) return Promise.resolve(message);
    }
    if (this.#closing !== undefined) return Promise.reject(this.closedError("receive"));
    return this.#receivers.wait(undefined, timeout, lateToReceive, signal);
  }

  /** The next message, if there is one now. */
  tryReceive(): Message | undefined {
    // Hot: once per message.
    this.checkReceive();
    if (this.#returned.length === 0) this.pattern.checkReceive?.();
    return this.tryTake();
  }

  /** As {@link tryReceive}, without a look at who asks. */
  tryTake(): Message | undefined {
    return this.#receivers.length > 0 ? undefined : this.#accept();
  }

  /** Waits for the next message, with callbacks. {@link giveUpReceiving} ends it, and no message is lost. */
  enterReceivers(timeout: number, taken: (message: Message) => void, failed: (error: unknown) => void): Waiter {
    return this.#receivers.enter(undefined, timeout, lateToReceive, undefined, taken, failed);
  }

  /** Whoever waits for a message waits no more: `failed` is called with `error`. */
  giveUpReceiving(waiter: Waiter, error: unknown): void {
    this.#receivers.withdraw(waiter, error);
  }

  /** Takes a message back that a stream has taken and nobody has read: it is the next to be received. */
  giveBack(message: Message): void {
    this.#returned.unshift(message);
    if (this.#receivers.length > 0) this.#serveReceivers();
  }

  /** Throws if this socket cannot receive. */
  checkReceive(): void {
    if (this.#closing !== undefined) throw this.closedError("receive");
    if (!this.#canReceive) throw new NotSupportedError(`Cannot receive on a ${this.type} socket: it only sends`);
  }

  /** The socket's events; they are made from the first look on. */
  get events(): SocketEvents {
    if (this.#events !== undefined) return this.#events;
    const events = this.#events = new SocketEvents();
    if (this.#ended) emitTo(events, { type: "end" });
    return events;
  }

  /** Whether anyone has looked at the events. */
  get observed(): boolean {
    return this.#events !== undefined;
  }

  /** Tells an event. */
  emit(event: SocketEvent): void {
    if (this.#events !== undefined) emitTo(this.#events, event);
  }

  /** Messages were dropped outside of the pattern. */
  dropped(messages: number): void {
    this.#totals.drop(messages);
  }

  /** A snapshot of all counters. */
  stats(): SocketStats {
    return this.#totals.snapshot(this.endpoints.connections.map((connection) => connection.stats()), {
      dropped: this.pattern.dropped,
      pendingSends: this.#senders.length,
      pendingReceives: this.#receivers.length,
    });
  }

  /** Sets an option; high-water marks act at once. */
  setOption(name: string, value: unknown): void {
    this.#put(name, value);
    if (!name.endsWith("HighWaterMark")) return;
    for (const connection of this.endpoints.connections) connection.limit();
  }

  #put(name: string, value: unknown): void {
    const checked = this.store.check(name, value);
    checkCapability(() => this.context.transports, name, checked);
    this.store.put(name, checked);
  }

  /** Ends everything: at once for those who wait, after `linger` at most for what is queued. */
  close(linger: number): Promise<{ unsent: number }> {
    if (this.#closing !== undefined) return this.#closing;
    let resolve!: (result: { unsent: number }) => void;
    this.#closing = new Promise((resolveIt) => resolve = resolveIt);
    for (const tell of [...this.#closers]) tell();
    this.#senders.rejectAll(() => this.closedError("send"));
    this.#receivers.rejectAll(() => this.closedError("receive"));
    this.endpoints.close(linger).then((unsent) => {
      this.context.leave(this);
      this.#ended = true;
      this.emit({ type: "end" });
      resolve({ unsent });
    });
    return this.#closing;
  }

  /** The error of a call that the socket is closed for. */
  closedError(what: string): ClosedError {
    return new ClosedError(`Cannot ${what}: the ${this.type} socket is closed`);
  }

  /** Calls `tell` when the socket is closed. Answers a function that prevents it. */
  onClose(tell: () => void): () => void {
    this.#closers.add(tell);
    return () => this.#closers.delete(tell);
  }

  /** Our routing id; empty if there is none. */
  get routingId(): Uint8Array {
    return this.options.routingId ?? EMPTY;
  }

  /** The engine of one connection. */
  engine(handler: EngineHandler): Engine {
    return makeEngine(this.type, this.routingId, this.options, handler);
  }

  /** Judges a peer at an address. */
  judge(question: Question, peer: string, signal: AbortSignal): Promise<Verdict> {
    return security()!.judge(this.context, this.options, question, peer, signal);
  }

  /** Whom messages of a peer at an address are from. */
  sender(peer: PeerInfo, address: string): MessagePeer | undefined {
    return security()?.sender(this.options, peer, address);
  }

  /** Dials an endpoint once. */
  dial(endpoint: string, signal: AbortSignal): Promise<Link> {
    return dial(this.context.transports.find(endpoint, "connect"), endpoint, this.options, signal);
  }

  /** A pipe joins: there may be room, and something to read. */
  attach(pipe: Pipe): void {
    this.pattern.attach(pipe);
    if (this.#senders.length > 0) this.#serveSenders();
  }

  /** A pipe leaves; an XPUB may have something to tell of that. */
  detach(pipe: Pipe): void {
    this.pattern.detach(pipe);
    if (this.#receivers.length > 0) this.#serveReceivers();
    if (this.#senders.length > 0) this.#serveSenders();
  }

  /** A peer has shaken hands. */
  ready(pipe: Pipe): void {
    this.pattern.ready(pipe);
    if (this.#senders.length > 0) this.#serveSenders();
  }

  /** A connection is lost, and its pipe waits. */
  hiccup(pipe: Pipe): void {
    this.pattern.hiccup(pipe);
  }

  /** There is something to read. */
  readable(pipe: Pipe): void {
    this.pattern.readable(pipe);
    if (this.#receivers.length > 0) this.#serveReceivers();
    // A subscriber that a `noDrop` publisher waited for may have cancelled.
    if (this.#senders.length > 0) this.#serveSenders();
  }

  /** There is room. */
  writable(pipe: Pipe): void {
    this.pattern.writable(pipe);
    if (this.#senders.length > 0) this.#serveSenders();
  }

  /** A connection has been made. */
  joined(connection: Connection): void {
    this.endpoints.add(connection);
  }

  /** A connection is over. */
  closed(connection: Connection, unsent: number): void {
    this.#totals.add(connection.stats(), unsent);
    this.endpoints.remove(connection);
  }

  /** A peer in this process was turned away. */
  turnedAway(endpoint: string, error: Error): void {
    if (this.observed) this.emit({ type: "handshake:error:protocol", endpoint, peer: endpoint, error });
  }

  #offer(message: Message): boolean {
    const taken = this.pattern.send(message);
    // REP may receive again once it has answered.
    if (taken && this.#receivers.length > 0) this.#serveReceivers();
    return taken;
  }

  #accept(): Message | undefined {
    const message = this.#next();
    // REQ may send again once it has its reply.
    if (message !== undefined && this.#senders.length > 0) this.#serveSenders();
    return message;
  }

  #next(): Message | undefined {
    return this.#returned.length > 0 ? this.#returned.shift() : this.pattern.receive();
  }

  #serveReceivers(): void {
    if (this.#serving) return;
    this.#serving = true;
    while (this.#receivers.length > 0) {
      const message = this.#next();
      if (message === undefined) break;
      this.#receivers.resolve(message);
    }
    this.#serving = false;
    if (this.#senders.length > 0) this.#serveSenders();
  }

  #serveSenders(): void {
    if (this.#posting) return;
    this.#posting = true;
    while (this.#senders.length > 0 && !this.#pace.resting) {
      let taken = false;
      try {
        taken = this.pattern.send(this.#senders.first);
      } catch (error) {
        this.#senders.reject(error);
        continue;
      }
      if (!taken) break;
      this.#pace.count();
      this.#senders.resolve();
      if (this.#receivers.length > 0) this.#serveReceivers();
    }
    this.#posting = false;
  }
}
