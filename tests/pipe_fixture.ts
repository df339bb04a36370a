/**
 * A pipe with a peer made of plain arrays, and a socket around a pattern that does nothing by itself.
 *
 * @module
 */

import { keyOf, latin1 } from "../src/bytes/ascii.ts";
import { Control, type Message } from "../src/message.ts";
import type { Pattern, PatternOptions } from "../src/pattern/pattern.ts";
import { type Outlet, Pipe, type PipeOptions, type PipeOwner } from "../src/pipe/pipe.ts";

/** High-water marks that no test reaches by accident. */
export const PIPE_OPTIONS: PipeOptions = { sendHighWaterMark: 1000, receiveHighWaterMark: 1000, conflate: false };

/** The options of patterns as sockets have them by default. */
export const PATTERN_OPTIONS: PatternOptions = {
  correlate: false,
  relaxed: false,
  probeRouter: false,
  helloMessage: undefined,
  disconnectMessage: undefined,
  hiccupMessage: undefined,
  mandatory: false,
  handover: false,
  maxSubscriptions: 131072,
  maxSubscriptionOctets: 8 * 1024 * 1024,
  noDrop: false,
  invertMatching: false,
  manual: false,
  manualLastValue: false,
  verbosity: null,
  welcomeMessage: undefined,
  onlyFirstSubscribe: false,
  verboseUnsubscribe: false,
};

/** A message as one text: `a|b`. Octets 0 and 1 before a topic, and routing ids, show as `\0A`. */
export function show(message: Message | undefined): string | undefined {
  return message?.map(keyOf).join("|");
}

/** A message from one text: `a|b`. */
export function message(text: string): Message {
  return text.split("|").map(latin1);
}

/** What a pipe is told to do, kept for looking at. */
export class Peer implements Outlet {
  readonly pipe: Pipe;
  /** Messages and subscriptions on their way out, as text; the latter, and groups, as `+topic` and `-topic`. */
  queue: string[] = [];
  /** What was sent before the queue. */
  readonly preludes: string[] = [];
  /** Why the connection was ended, if it was. */
  refused: Error | undefined;
  /** How often there was room again in the inbound queue. */
  resumed = 0;
  /** How many messages have been read from the inbound queue. */
  read = 0;

  constructor(owner: PipeOwner, options: PipeOptions = PIPE_OPTIONS, dialled = false) {
    this.pipe = new Pipe(owner, options, dialled);
    this.pipe.open(this);
  }

  put(message: Message): void {
    this.queue.push(show(message)!);
  }

  control(control: Control): void {
    this.queue.push(spell(control));
  }

  prelude(message: Message): void {
    this.preludes.push(show(message)!);
  }

  more(): void {
    this.resumed++;
  }

  taken(): void {
    this.read++;
  }

  refuse(reason: Error): void {
    this.refused = reason;
  }

  clear(): number {
    const count = this.queue.filter(isMessage).length;
    this.queue = [];
    return count;
  }

  /** Lets everything that is queued leave, or so many of it; answers it. */
  flush(count: number = this.queue.length): string[] {
    const gone = this.queue.splice(0, count);
    this.pipe.sent(gone.filter(isMessage).length);
    return gone;
  }

  /** The peer says something. Answers whether it may go on. */
  say(text: string): boolean {
    return this.pipe.deliver(message(text));
  }

  /** The peer subscribes, by command. */
  subscribe(topic: string): boolean {
    return this.pipe.deliver(new Control("subscribe", latin1(topic)));
  }

  /** The peer cancels, by command. */
  cancel(topic: string): boolean {
    return this.pipe.deliver(new Control("cancel", latin1(topic)));
  }

  /** The peer joins a group. */
  join(group: string): boolean {
    return this.pipe.deliver(new Control("join", latin1(group)));
  }

  /** The peer leaves a group. */
  leave(group: string): boolean {
    return this.pipe.deliver(new Control("leave", latin1(group)));
  }
}

function spell(control: Control): string {
  return (control.type === "subscribe" || control.type === "join" ? "+" : "-") + keyOf(control.topic);
}

function isMessage(item: string): boolean {
  return !/^[+-]/.test(item);
}

/** Options of a peer of a {@link Rig}. */
export interface PeerOptions extends Partial<PipeOptions> {
  readonly dialled?: boolean;
  /** What `connect` was told to call it. */
  readonly givenId?: string;
  /** What it calls itself. */
  readonly id?: string;
  /** Whether its handshake is complete; else {@link Rig.ready} completes it. */
  readonly ready?: boolean;
}

/** A pattern and its peers, joined as a socket would. */
export class Rig<P extends Pattern> implements PipeOwner {
  readonly pattern: P;
  /** How often there was room again. */
  woken = 0;

  constructor(pattern: P) {
    this.pattern = pattern;
  }

  readable(pipe: Pipe): void {
    this.pattern.readable(pipe);
  }

  writable(pipe: Pipe): void {
    this.woken++;
    this.pattern.writable(pipe);
  }

  /** A peer joins. */
  join(options: PeerOptions = {}): Peer {
    const { dialled = false, givenId = "", id = "", ready = true, ...pipe } = options;
    const peer = new Peer(this, { ...PIPE_OPTIONS, ...pipe }, dialled);
    peer.pipe.givenId = latin1(givenId);
    this.pattern.attach(peer.pipe);
    if (ready) this.ready(peer, id);
    return peer;
  }

  /** A peer completes its handshake, and says who it is. */
  ready(peer: Peer, id = ""): void {
    peer.pipe.peerId = latin1(id);
    peer.pipe.connected = true;
    this.pattern.ready(peer.pipe);
  }

  /** A dialled peer's connection is lost; it may come back. */
  hiccup(peer: Peer): void {
    peer.pipe.connected = false;
    this.pattern.hiccup(peer.pipe);
  }

  /** A peer leaves for good. */
  leave(peer: Peer): void {
    peer.pipe.alive = false;
    peer.pipe.connected = false;
    this.pattern.detach(peer.pipe);
  }

  /** Sends; answers what the pattern does. */
  send(text: string): boolean {
    return this.pattern.send(message(text));
  }

  /** Receives one message. */
  receive(): string | undefined {
    return show(this.pattern.receive());
  }

  /** Receives all there is. */
  receiveAll(): string[] {
    const all: string[] = [];
    for (let text = this.receive(); text !== undefined; text = this.receive()) all.push(text);
    return all;
  }
}
