/**
 * The way out of a {@link PortEnd}: messages wait as copies, and are posted as parcels, as far as the other side has
 * granted it. When to post is decided as an outflow of octets decides when to write: the first message of a turn on a
 * microtask, the rest of the turn at its end, and what is enough for a parcel at once, for some milliseconds of a turn.
 *
 * @module
 */

import { Deque } from "../bytes/deque.ts";
import { BY_REFERENCE, Control, type Message } from "../message.ts";
import type { Clock } from "./clock.ts";
import { copyMessage } from "./copy.ts";
import { pack, packedSize, type Parcel } from "./parcel.ts";

/** So many octets, or messages, are enough for a parcel; no more short ones are in one. */
const ENOUGH_OCTETS = 65536;
const ENOUGH_MESSAGES = 256;
/** For how long one turn may post, in milliseconds: what makes copies of long messages must not keep others from theirs. */
const A_TURN = 3;

/** Who is told of what has gone out. */
export interface PortOutflowOwner {
  /** Posts a parcel, and gives away memory. */
  post(parcel: Parcel, memory: ArrayBuffer[]): void;
  /** So many messages have left the queue. */
  sent(messages: number): void;
  /** All that may be posted has been. */
  drained(): void;
  /** It cannot be posted. */
  failed(error: unknown): void;
}

/** One end's way out. */
export class PortOutflow {
  /** Messages that wait. */
  messages = 0;
  /** Messages that have been posted, and their octets. */
  messagesOut = 0;
  bytesOut = 0;

  readonly #owner: PortOutflowOwner;
  readonly #clock: Clock;
  readonly #transfer: boolean;
  readonly #queue: Deque<Message | Control> = new Deque();
  /** What goes before the queue. */
  #preludes: Message[] = [];
  /** The octets of the messages that wait. */
  #octets = 0;
  /** How many messages may be posted. */
  #credit = 0;
  /** Whether the other side is there to be posted to. */
  #open = false;
  #planned = false;
  #posting = false;
  /** The turn that something was posted in last, and until when it may post more before its end. */
  #turn = -1;
  #earlyUntil = Infinity;

  /** `transfer`: whether long bodies are given away, and not copied. */
  constructor(owner: PortOutflowOwner, clock: Clock, transfer: boolean) {
    this.#owner = owner;
    this.#clock = clock;
    this.#transfer = transfer;
  }

  /** The other side is there. */
  open(): void {
    this.#open = true;
  }

  /** Nothing is posted any more. */
  shut(): void {
    this.#open = false;
    this.#queue.clear();
    this.#preludes = [];
    this.messages = 0;
  }

  /** So many more messages may be posted. */
  grant(messages: number): void {
    this.#credit += messages;
  }

  /** Queues a message; `shared`: others get it too. */
  put(message: Message, shared: boolean): void {
    // Hot: once per message.
    const own = this.#transfer ? takeOver(message, !shared) : copyMessage(message);
    this.#queue.push(own);
    this.#octets += lengthOf(own);
    const enough = ++this.messages >= ENOUGH_MESSAGES || this.#octets >= ENOUGH_OCTETS;
    if (this.#credit <= 0) return;
    if (enough && this.#mayPostEarly()) this.post();
    else if (!this.#planned) this.#plan();
  }

  /** Queues a subscription, if there is someone to hear it; who comes later is told everything anyway. */
  control(control: Control): void {
    if (!this.#open) return;
    this.#queue.push(control);
    this.#plan();
  }

  /** Sends a message before the queue. It may be one that is sent to others. */
  prelude(message: Message): void {
    if (!this.#open) return;
    this.#preludes.push(takeOver(message, false));
    this.#plan();
  }

  /** Forgets the messages that wait, and answers how many they were. Subscriptions stay. */
  clear(): number {
    const count = this.messages;
    for (let left = this.#queue.length; left > 0; left--) {
      const item = this.#queue.shift()!;
      if (item instanceof Control) this.#queue.push(item);
    }
    this.messages = 0;
    this.#octets = 0;
    return count;
  }

  /** Posts what may be posted, as long as the turn lasts. */
  post(): void {
    if (!this.#open || this.#posting) return;
    this.#posting = true;
    const clock = this.#clock;
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
      return this.#owner.failed(error);
    } finally {
      this.#posting = false;
    }
    this.#turn = clock.turn(true);
    this.#owner.drained();
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
    const memory = new Set(bodies.map(({ buffer }) => buffer as ArrayBuffer));
    memory.add(octets.buffer);
    this.#owner.post([octets, bodies], [...memory]);
    this.messages -= messages;
    this.#octets -= length;
    this.messagesOut += messages;
    this.bytesOut += length;
    // This may bring more messages at once.
    this.#owner.sent(messages);
    return queue.length > 0;
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    if (this.#turn === this.#clock.turn(true)) this.#clock.atTurnEnd(this.#run);
    else queueMicrotask(this.#run);
  }

  readonly #run = (): void => {
    this.#planned = false;
    this.post();
  };

  #mayPostEarly(): boolean {
    // Not loosely: a loop that never ends its turn must not go on for ever.
    const turn = this.#clock.turn();
    const now = this.#clock.now();
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#earlyUntil = Infinity;
    }
    if (this.#earlyUntil === Infinity) this.#earlyUntil = now + A_TURN;
    return now < this.#earlyUntil;
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
    if (take && buffer.byteLength === length && !own.some((other, j) => j !== i && other.buffer === buffer)) {
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

/** The octets of a message. */
export function lengthOf(message: Message): number {
  // Hot: once per message.
  let length = 0;
  for (let i = 0; i < message.length; i++) length += message[i]!.length;
  return length;
}
