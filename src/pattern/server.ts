/**
 * SERVER ({@link https://rfc.zeromq.org/spec/41/ | RFC 41}) and PEER ({@link https://rfc.zeromq.org/spec/51/ | RFC 51}):
 * every peer has a routing id of 32 bits, not zero, that is made here and that no peer knows. Incoming messages get
 * their sender's before them, outgoing ones go to the peer that their first frame names. They SHALL return an error if
 * there is no such peer, SHALL block if its queue is full, and SHALL NOT discard what they cannot queue. Bodies have one
 * part: others MUST NOT be sent, and MUST be discarded when they come.
 *
 * An id is four octets here, the most significant first, so that a message is frames like any other.
 *
 * @module
 */

import { showOctets } from "../bytes/ascii.ts";
import { Copies } from "../bytes/copies.ts";
import { UnreachableError, wrongRange } from "../errors.ts";
import { keepPeer, type Message } from "../message.ts";
import { FairQueue } from "../pipe/fair_queue.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { Pattern, PatternOptions } from "./pattern.ts";
import { refuseParts } from "./single_part.ts";

/** How many octets a routing id has. */
const ID = 4;
/** The octets of the slab that copies of ids share: an application may keep one of them for each peer. */
const SLAB = 4096;

/** The rules of SERVER and PEER. */
export class ServerPattern implements Pattern {
  /** Messages of several parts that have come. */
  dropped = 0;
  readonly #type: string;
  readonly #options: Partial<PatternOptions>;
  readonly #in = new FairQueue();
  /** The peers that can be addressed. */
  readonly #pipes: Map<number, Pipe> = new Map();
  /** The ids of those, and of peers that are gone and have left messages. */
  readonly #ids: Map<Pipe, Uint8Array> = new Map();
  #nextNumber: number;
  #lastDialled: Pipe | undefined;
  /** The application may do with an id that it gets as it likes. */
  readonly #copies = new Copies(SLAB);

  /**
   * `type`: what the socket is called in errors. `firstNumber`: where routing ids start, best at random; an unsigned
   * integer of 32 bits. Heeds `helloMessage`, `disconnectMessage` and `hiccupMessage`.
   */
  constructor(type: string, firstNumber: number, options: Partial<PatternOptions> = {}) {
    this.#options = options;
    this.#type = type;
    this.#nextNumber = firstNumber >>> 0;
  }

  /** The routing id of the endpoint that was connected last; `undefined` if that is over already. */
  get lastDialledId(): Uint8Array | undefined {
    return this.#lastDialled && this.#ids.get(this.#lastDialled)?.slice();
  }

  /** A pipe joins; it can be addressed at once. */
  attach(pipe: Pipe): void {
    const number = this.#takeNumber();
    this.#pipes.set(number, pipe);
    this.#ids.set(pipe, Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number));
    this.#in.attach(pipe);
    if (pipe.dialled) this.#lastDialled = pipe;
  }

  /** A pipe leaves; what it holds may be read. */
  detach(pipe: Pipe): void {
    this.#in.detach(pipe);
    this.#pipes.delete(numberOf(this.#ids.get(pipe)!));
    if (pipe.inbound.length === 0) this.#ids.delete(pipe);
    if (pipe === this.#lastDialled) this.#lastDialled = undefined;
  }

  /** Greets the peer, if asked to. */
  ready(pipe: Pipe): void {
    const { helloMessage, disconnectMessage, hiccupMessage } = this.#options;
    if (helloMessage !== undefined) pipe.prelude([helloMessage]);
    // In this process nothing is connected again.
    const lastWord = !pipe.dialled ? disconnectMessage : pipe.local ? undefined : hiccupMessage;
    pipe.lastWord = lastWord && [lastWord.slice()];
  }

  /** The queue waits for the next connection, and so does the routing id. */
  hiccup(): void {}

  /** A pipe has messages. */
  readable(pipe: Pipe): void {
    this.#in.readable(pipe);
  }

  /** The socket asks again by itself. */
  writable(): void {}

  /** A message is a routing id and a body. */
  check(message: Message): void {
    if (message.length !== 2) throw refuseParts(this.#type, message, "two: a routing id and a body");
    const { length } = message[0]!;
    if (length !== ID) {
      throw wrongRange(`Cannot send on a ${this.#type} socket: the routing id is ${length} octets, wanted ${ID}`);
    }
  }

  /** Sends to the peer that the first frame names. */
  send(message: Message): boolean {
    // Hot: once per message.
    this.check(message);
    const pipe = this.find("send", message[0]!);
    if (!pipe.canWrite()) return false;
    pipe.write([message[1]!]);
    return true;
  }

  /** The next message of one part, of each peer in turn, behind its sender's routing id. */
  receive(): Message | undefined {
    // Hot: once per message.
    for (;;) {
      const message = this.#in.read() as Message | undefined;
      if (message === undefined) return undefined;
      const pipe = this.#in.last!;
      const id = this.#ids.get(pipe)!;
      if (!pipe.alive && pipe.inbound.length === 0) this.#ids.delete(pipe);
      if (message.length === 1) return keepPeer(message, [this.#copies.copy(id), message[0]!]);
      this.dropped++;
    }
  }

  /** The peer that an id names. Throws an {@link UnreachableError} if there is none. */
  find(tried: string, id: Uint8Array): Pipe {
    const pipe = this.#pipes.get(numberOf(id));
    if (pipe !== undefined) return pipe;
    throw new UnreachableError(`Cannot ${tried}: no peer has the routing id ${showOctets(id)}`);
  }

  #takeNumber(): number {
    for (;;) {
      const number = this.#nextNumber;
      this.#nextNumber = (number + 1) >>> 0;
      if (number !== 0 && !this.#pipes.has(number)) return number;
    }
  }
}

function numberOf(id: Uint8Array): number {
  return (id[0]! << 24 | id[1]! << 16 | id[2]! << 8 | id[3]!) >>> 0;
}
