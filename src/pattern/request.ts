/**
 * REQ ({@link https://rfc.zeromq.org/spec/28/ | RFC 28}): a request to each peer in turn, and its reply before the next.
 * It SHALL put an empty delimiter before the request, SHALL accept a reply only from the peer that was asked last,
 * and SHALL block on sending when it has no available peers.
 *
 * With `correlate` a number of four octets goes before the delimiter, and a reply must carry the same. Calls made with
 * `request()` always do so, and any number of them may be in flight beside the one that `send` and `receive` take
 * turns with.
 *
 * @module
 */

import { ProtocolError, StateError } from "../errors.ts";
import { EMPTY, keepPeer, type Message } from "../message.ts";
import { LoadBalancer } from "../pipe/load_balancer.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { Pattern, PatternOptions } from "./pattern.ts";

/** Takes the reply to one numbered call. */
export type ReplyHandler = (reply: Message) => void;

/** A numbered call whose reply has not come. */
interface Call {
  readonly handler: ReplyHandler;
  /** Who was asked, and so may reply: one peer, or several if the call was repeated. */
  readonly asked: Pipe[];
}

/** The rules of REQ. */
export class RequestPattern implements Pattern {
  /** Replies that nobody waits for any more. */
  dropped = 0;
  readonly #out = new LoadBalancer();
  readonly #options: PatternOptions;
  #nextNumber: number;
  /** Whether `send` has been called and its reply has not been received. */
  #waiting = false;
  /** Whom `send` asked, and the number it used, if it did. */
  #asked: Pipe | undefined;
  #number: number | undefined;
  #reply: Message | undefined;
  readonly #calls: Map<number, Call> = new Map();
  /** Calls' requests that have not been sent yet, envelope and all, and their numbers. */
  readonly #prepared: Map<Message, number> = new Map();

  /** `firstNumber`: where numbering starts, best at random; an unsigned integer of 32 bits. */
  constructor(options: PatternOptions, firstNumber: number) {
    this.#options = options;
    this.#nextNumber = firstNumber >>> 0;
  }

  /** A pipe joins the round. */
  attach(pipe: Pipe): void {
    this.#out.attach(pipe);
  }

  /** A pipe leaves the round. A reply that it owed will not come. */
  detach(pipe: Pipe): void {
    this.#out.detach(pipe);
  }

  /** Tells a ROUTER that we are here, if asked to. */
  ready(pipe: Pipe): void {
    if (this.#options.probeRouter) pipe.prelude([EMPTY]);
  }

  /** The request, if it is still queued, waits for the next connection. */
  hiccup(): void {}

  /** Replies are sorted as they come, so that those nobody waits for take no room. */
  readable(pipe: Pipe): void {
    for (let message = pipe.read(); message !== undefined; message = pipe.read()) this.#sort(pipe, message as Message);
  }

  /** A pipe has room. */
  writable(pipe: Pipe): void {
    this.#out.writable(pipe);
  }

  /** Whether `send` would break the alternation. */
  checkSend(): void {
    if (this.#waiting && !this.#options.relaxed) {
      throw new StateError("Cannot send on a REQ socket: the last request has no reply yet, wanted receive() first");
    }
  }

  /** Asks the next peer. */
  send(message: Message): boolean {
    if (this.#prepared.size > 0 && this.#prepared.has(message)) return this.#sendCall(message);
    this.checkSend();
    const pipe = this.#out.pick();
    if (pipe === undefined) return false;
    this.#number = this.#options.correlate ? this.#takeNumber() : undefined;
    pipe.write(envelope(this.#number, message));
    this.#asked = pipe;
    this.#waiting = true;
    this.#reply = undefined;
    return true;
  }

  /** The reply to the last request. */
  receive(): Message | undefined {
    const reply = this.#reply;
    if (reply === undefined) return undefined;
    this.#reply = undefined;
    this.#waiting = false;
    this.#asked = undefined;
    return reply;
  }

  /** There is nothing to wait for before a request. */
  checkReceive(): void {
    if (!this.#waiting) {
      throw new StateError("Cannot receive on a REQ socket: no request has been sent, wanted send() first");
    }
  }

  /** A number for a call, whose reply goes to `handler`. {@link forget} ends it. */
  open(handler: ReplyHandler): number {
    const number = this.#takeNumber();
    this.#calls.set(number, { handler, asked: [] });
    return number;
  }

  /** A call's request as {@link send} takes it, in no turn with others. Prepare it again to send it again. */
  prepare(number: number, message: Message): Message {
    const request = envelope(number, message);
    this.#prepared.set(request, number);
    return request;
  }

  /** A prepared request is not to be sent after all. */
  discard(request: Message): void {
    this.#prepared.delete(request);
  }

  /** Nobody waits for the reply to this call any more. */
  forget(number: number): void {
    this.#calls.delete(number);
  }

  #sendCall(request: Message): boolean {
    const pipe = this.#out.pick();
    if (pipe === undefined) return false;
    const asked = this.#calls.get(this.#prepared.get(request)!)?.asked;
    if (asked !== undefined && !asked.includes(pipe)) asked.push(pipe);
    this.#prepared.delete(request);
    pipe.write(request);
    return true;
  }

  #takeNumber(): number {
    let number = this.#nextNumber;
    while (this.#calls.has(number)) number = (number + 1) >>> 0;
    this.#nextNumber = (number + 1) >>> 0;
    return number;
  }

  #sort(pipe: Pipe, message: Message): void {
    const first = message[0]!;
    let number: number | undefined;
    let body = 1;
    if (first.length === 4 && message.length > 2 && message[1]!.length === 0) {
      number = (first[0]! << 24 | first[1]! << 16 | first[2]! << 8 | first[3]!) >>> 0;
      body = 2;
    } else if (first.length > 0 || message.length < 2) {
      this.dropped++;
      pipe.refuse(
        new ProtocolError("traffic", "Cannot take reply: it has no envelope, wanted an empty frame before it"),
      );
      return;
    }
    const call = number === undefined ? undefined : this.#calls.get(number);
    if (call?.asked.includes(pipe)) {
      this.#calls.delete(number!);
      call.handler(keepPeer(message, message.slice(body)));
    } else if (this.#waiting && this.#reply === undefined && pipe === this.#asked && number === this.#number) {
      this.#reply = keepPeer(message, message.slice(body));
    } else this.dropped++;
  }
}

function envelope(number: number | undefined, message: Message): Message {
  if (number === undefined) return [EMPTY, ...message];
  return [Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number), EMPTY, ...message];
}
