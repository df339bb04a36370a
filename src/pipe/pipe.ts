/**
 * A pipe: what a socket holds for one peer. Messages out go to an {@link Outlet} (a session, or the pipe of another
 * socket of this process), messages in wait in a queue here. Each direction has a high-water mark of its own,
 * counted in messages ({@link https://rfc.zeromq.org/spec/30/ | RFC 30}: "a queue per peer").
 *
 * @module
 */

import { Deque } from "../bytes/deque.ts";
import { Control, EMPTY, type Message } from "../message.ts";

/** A message on its way to several peers at once: the first outlet that frames it leaves the octets for the others. */
export interface Publication {
  /** The outlets' own; it outlives the message. */
  framing: object | undefined;
  /** Whether `framing` has this message. */
  framed: boolean;
}

/** Where a pipe's messages go. */
export interface Outlet {
  /**
   * Takes a message. It will call {@link Pipe.sent} when the message has left the queue.
   *
   * @param publication Given if the same message goes to others too.
   */
  put(message: Message, publication?: Publication): void;
  /** Takes a subscription; it counts towards no high-water mark. */
  control(control: Control): void;
  /** Sends a message before all that is queued, on this connection alone. */
  prelude(message: Message): void;
  /** The inbound queue has room again. */
  more(): void;
  /** One message has been read from the inbound queue. */
  taken(): void;
  /**
   * The pattern wants the connection ended: the peer broke its rules. Dialled ones are dialled again. Without a reason:
   * once what is queued has gone out, and for good.
   */
  refuse(reason?: Error): void;
  /** Forgets the messages that are queued and not sent yet, and answers how many they were. */
  clear(): number;
}

/** Whom a pipe tells of its changes. */
export interface PipeOwner {
  /** There is something to read, and there was not before. */
  readable(pipe: Pipe): void;
  /** There is room to write, and there was not before. */
  writable(pipe: Pipe): void;
}

/** High-water marks, in messages; `Infinity`: none. */
export interface PipeOptions {
  /** How many messages may wait to be sent. */
  sendHighWaterMark: number;
  /** How many messages may wait to be read. */
  receiveHighWaterMark: number;
  /** Whether each direction keeps only the newest message. */
  readonly conflate: boolean;
}

/** One peer, as a socket sees it. */
export class Pipe {
  /** What is sent to the peer is in here until it has left: whole messages. */
  queued = 0;
  /** What has come from the peer, oldest first. */
  readonly inbound: Deque<Message | Control> = new Deque();
  /** The routing id that the peer announced; empty if it has none, or is not known yet. */
  peerId: Uint8Array = EMPTY;
  /** The routing id that `connect` was told to give the peer; empty if it was not. */
  givenId: Uint8Array = EMPTY;
  /** Whether the pipe still leads anywhere; a dead one may hold messages that can be read. */
  alive = true;
  /** Whether the peer can be reached right now. */
  connected = false;
  /** Whether the endpoint was connected by us, rather than accepted. */
  readonly dialled: boolean;
  /** Whether the peer is a socket of this process, which is no stranger: limits are for those. */
  local = false;
  /** Whether the peer never says what it wants, and so gets everything: there are only datagrams. */
  unasking = false;
  /** What the application gets when this connection is lost, behind all that has come through it; `undefined`: nothing. */
  lastWord: Message | undefined;
  /** A number that a distributor stamps on the pipes it has chosen. */
  mark = 0;
  /** Messages that were dropped because the queue was full. */
  dropped = 0;

  #sendHwm: number;
  #receiveHwm: number;
  readonly #conflate: boolean;
  #outlet: Outlet | undefined;
  readonly #owner: PipeOwner;
  /** Whether the writer has been told that there is no room. */
  #full = false;
  /** Whether the outlet has been told to stop. */
  #stalled = false;

  /** A pipe of `owner`'s; {@link open} gives it somewhere to write to. */
  constructor(owner: PipeOwner, options: PipeOptions, dialled: boolean) {
    this.#owner = owner;
    this.#sendHwm = options.sendHighWaterMark;
    this.#receiveHwm = options.receiveHighWaterMark;
    this.#conflate = options.conflate;
    this.dialled = dialled;
  }

  /** Gives the pipe its outlet; before this nothing may be written. */
  open(outlet: Outlet): void {
    this.#outlet = outlet;
  }

  /** The high-water marks, when they change at run time. Room that this makes is told to the owner. */
  limit(sendHighWaterMark: number, receiveHighWaterMark: number): void {
    this.#sendHwm = sendHighWaterMark;
    this.#receiveHwm = receiveHighWaterMark;
    // The half that draining waits for spares waking a writer for each message; here there is no next one to wait for.
    if (this.#full && this.queued < sendHighWaterMark) this.#tellRoom();
    if (this.#stalled && this.inbound.length < receiveHighWaterMark) this.#tellMore();
  }

  /** Whether a message can be written now. After a `false` the owner is told when there is room. */
  canWrite(): boolean {
    if (this.#conflate) return this.alive;
    if (this.alive && this.queued < this.#sendHwm) return true;
    this.#full = true;
    return false;
  }

  /** Queues a message. Only if {@link canWrite} says so. */
  write(message: Message, publication?: Publication): void {
    // Hot: once per message.
    if (this.#conflate && this.queued > 0) this.clear();
    this.queued++;
    this.#outlet!.put(message, publication);
  }

  /** Queues a subscription. */
  control(control: Control): void {
    if (this.alive) this.#outlet!.control(control);
  }

  /** Sends a message before all others of the connection. */
  prelude(message: Message): void {
    if (this.alive) this.#outlet!.prelude(message);
  }

  /** Forgets what is queued and has not been sent. */
  clear(): void {
    this.queued -= this.#outlet!.clear();
    this.#relieve();
  }

  /** Ends the connection: the peer broke the rules of the pattern; or without a reason, since it is not wanted any more. */
  refuse(reason?: Error): void {
    if (this.alive) this.#outlet!.refuse(reason);
  }

  /** The outlet has moved `count` messages on. */
  sent(count: number): void {
    this.queued -= count;
    this.#relieve();
  }

  /** Takes the oldest message that has come. */
  read(): Message | Control | undefined {
    // Hot: once per message.
    const item = this.inbound.shift();
    if (item === undefined) return undefined;
    this.#outlet?.taken();
    if (this.#stalled) this.#drained();
    return item;
  }

  /**
   * Something has come from the peer.
   *
   * @returns Whether more may come; after `false` wait for {@link Outlet.more}.
   */
  deliver(item: Message | Control): boolean {
    // Hot: once per message.
    const inbound = this.inbound;
    if (this.#conflate && inbound.length > 0 && inbound.peek() instanceof Array && !(item instanceof Control)) {
      inbound.shift();
      this.#outlet?.taken();
    }
    inbound.push(item);
    if (inbound.length === 1) this.#owner.readable(this);
    if (this.#conflate || inbound.length < this.#receiveHwm) return true;
    this.#stalled = true;
    return false;
  }

  /** If the peer could be reached it is lost, and not by our doing. Its last word is taken whatever the high-water mark. */
  lose(): void {
    if (this.connected && this.lastWord) this.deliver(this.lastWord);
    this.connected = false;
  }

  /** Tells the writer that there is room, once half of the queue has gone. */
  #relieve(): void {
    if (this.#full && (this.queued === 0 || this.queued <= this.#sendHwm / 2)) this.#tellRoom();
  }

  #tellRoom(): void {
    this.#full = false;
    if (this.alive) this.#owner.writable(this);
  }

  /** Tells the outlet that there is room, once half of what came has been read. */
  #drained(): void {
    if (this.#stalled && (this.inbound.length === 0 || this.inbound.length <= this.#receiveHwm / 2)) this.#tellMore();
  }

  #tellMore(): void {
    this.#stalled = false;
    this.#outlet?.more();
  }
}
