/**
 * ROUTER ({@link https://rfc.zeromq.org/spec/28/ | RFC 28}): every peer has a routing id; incoming messages get their
 * sender's before them, outgoing ones go to the peer that their first frame names. It SHALL NOT block on sending, and
 * SHALL discard what it cannot route, unless `mandatory`.
 *
 * A peer's routing id is, in this order: the one that `connect` was told, the one that the peer announces, or five
 * octets that we make: zero and a number.
 *
 * @module
 */

import { keyOf, showOctets } from "../bytes/ascii.ts";
import { Copies } from "../bytes/copies.ts";
import { equal } from "../bytes/equal.ts";
import { UnreachableError, ZmqError } from "../errors.ts";
import { EMPTY, keepPeer, type Message } from "../message.ts";
import { FairQueue } from "../pipe/fair_queue.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { Pattern, PatternOptions } from "./pattern.ts";

interface Route {
  readonly pipe: Pipe;
  id: Uint8Array;
  key: string;
}

/** The octets of the slab that copies of ids share: an application may keep one of them for each peer. */
const SLAB = 4096;

/** What of the options it heeds. */
export type RouterRules = Pick<
  PatternOptions,
  "mandatory" | "handover" | "probeRouter" | "helloMessage" | "disconnectMessage"
>;

/** The rules of ROUTER. */
export class RouterPattern implements Pattern {
  /** Messages without a route, or whose peer had no room. */
  dropped = 0;
  readonly #options: RouterRules;
  readonly #in = new FairQueue();
  readonly #byKey: Map<string, Route> = new Map();
  readonly #byPipe: Map<Pipe, Route> = new Map();
  #nextNumber: number;
  /** The route of the last message in, and of the last one out: the next is often of the same. */
  #lastIn: Route | undefined;
  #lastOut: Route | undefined;
  /** The application may do with an id that it gets as it likes. */
  readonly #ids = new Copies(SLAB);

  /** `firstNumber`: where the numbers in made-up ids start, best at random; an unsigned integer of 32 bits. */
  constructor(options: RouterRules, firstNumber: number) {
    this.#options = options;
    this.#nextNumber = firstNumber >>> 0;
  }

  /** The routing ids of the peers that can be addressed. */
  get ids(): Uint8Array[] {
    return [...this.#byKey.values()].map((route) => route.id.slice());
  }

  /** Whether a routing id is in use. */
  has(id: Uint8Array): boolean {
    return this.#byKey.has(keyOf(id));
  }

  /** The pipe of whoever has a routing id. */
  pipeOf(id: Uint8Array): Pipe | undefined {
    return this.#find(id)?.pipe;
  }

  /** A pipe joins; it can be addressed at once if `connect` gave it an id. */
  attach(pipe: Pipe): void {
    if (pipe.givenId.length > 0) this.#register(pipe, pipe.givenId);
  }

  /** A pipe leaves; what it holds may be read. */
  detach(pipe: Pipe): void {
    this.#in.detach(pipe);
    const route = this.#byPipe.get(pipe);
    if (route !== undefined && this.#byKey.get(route.key) === route) this.#byKey.delete(route.key);
    if (route === this.#lastOut) this.#lastOut = undefined;
    if (route === this.#lastIn) this.#lastIn = undefined;
    if (pipe.inbound.length === 0) this.#byPipe.delete(pipe);
  }

  /** The peer has told who it is. */
  ready(pipe: Pipe): void {
    const route = this.#byPipe.get(pipe);
    // RFC 37 keeps ids that begin with zero for ROUTER's own: such a peer counts as anonymous.
    const announced = pipe.peerId.length > 0 && pipe.peerId[0] !== 0 ? pipe.peerId : EMPTY;
    if (pipe.givenId.length === 0 && !this.#admit(pipe, route, announced)) return;
    const { helloMessage, disconnectMessage, probeRouter } = this.#options;
    if (helloMessage !== undefined) pipe.prelude([helloMessage]);
    if (probeRouter) pipe.prelude([EMPTY]);
    if (!pipe.dialled) pipe.lastWord = disconnectMessage && [disconnectMessage.slice()];
  }

  /** The queue waits for the next connection. */
  hiccup(): void {}

  /** A pipe has messages. */
  readable(pipe: Pipe): void {
    this.#in.readable(pipe);
  }

  /** The socket asks again by itself. */
  writable(): void {}

  /** Sends to the peer that the first frame names. */
  send(message: Message): boolean {
    const id = message[0]!;
    const pipe = this.#find(id)?.pipe;
    if (message.length === 1) {
      this.dropped++;
      return true;
    }
    if (pipe === undefined) {
      if (this.#options.mandatory) {
        throw new UnreachableError(
          `Cannot send: no peer has the routing id ${showOctets(id)}, and the socket is mandatory`,
        );
      }
      this.dropped++;
    } else if (pipe.canWrite()) pipe.write(message.slice(1));
    else if (this.#options.mandatory) return false;
    else {
      pipe.dropped++;
      this.dropped++;
    }
    return true;
  }

  /** The next message, of each peer in turn, behind its sender's routing id. */
  receive(): Message | undefined {
    const message = this.#in.read() as Message | undefined;
    if (message === undefined) return undefined;
    // Hot: once per message.
    const pipe = this.#in.last!;
    const route = this.#lastIn?.pipe === pipe ? this.#lastIn : this.#lastIn = this.#byPipe.get(pipe)!;
    if (!pipe.alive && pipe.inbound.length === 0) {
      this.#byPipe.delete(pipe);
      this.#lastIn = undefined;
    }
    const id = this.#ids.copy(route.id);
    return keepPeer(message, message.length === 1 ? [id, message[0]!] : [id, ...message]);
  }

  /** Where a message for this id goes. */
  #find(id: Uint8Array): Route | undefined {
    // Hot: once per message.
    const last = this.#lastOut;
    if (last !== undefined && equal(last.id, id)) return last;
    const route = this.#byKey.get(keyOf(id));
    if (route !== undefined) this.#lastOut = route;
    return route;
  }

  /** Gives a peer its id, or refuses it. Answers whether it may stay. */
  #admit(pipe: Pipe, route: Route | undefined, announced: Uint8Array): boolean {
    if (route !== undefined) {
      // It has been here before: a name that it has made up for itself since replaces the old one.
      if (announced.length === 0 || route.key === keyOf(announced)) return true;
    } else if (announced.length === 0) {
      this.#register(pipe, this.#makeId());
      return true;
    }
    const holder = this.#byKey.get(keyOf(announced));
    if (holder !== undefined) {
      if (!this.#options.handover) {
        pipe.refuse(new ZmqError("EADDRINUSE", `Cannot accept peer: routing id ${showOctets(announced)} is in use`));
        return false;
      }
      // What the old peer has sent already is read under a name of its own.
      this.#rename(holder, this.#makeId());
      // Whoever has its name is still there.
      holder.pipe.lastWord = undefined;
      holder.pipe.refuse(new ZmqError("EADDRINUSE", `Cannot keep peer: ${showOctets(announced)} was handed over`));
    }
    if (route === undefined) this.#register(pipe, announced);
    else this.#rename(route, announced);
    return true;
  }

  #register(pipe: Pipe, id: Uint8Array): void {
    // A plain array, since `slice` of a Node Buffer makes no copy for those we hand the id to.
    const route: Route = { pipe, id: new Uint8Array(id), key: keyOf(id) };
    this.#byKey.set(route.key, route);
    this.#lastOut = undefined;
    this.#byPipe.set(pipe, route);
    this.#in.attach(pipe);
  }

  #rename(route: Route, id: Uint8Array): void {
    this.#byKey.delete(route.key);
    this.#lastOut = undefined;
    route.id = id;
    route.key = keyOf(id);
    this.#byKey.set(route.key, route);
  }

  #makeId(): Uint8Array {
    for (;;) {
      const number = this.#nextNumber;
      this.#nextNumber = (number + 1) >>> 0;
      const id = Uint8Array.of(0, number >>> 24, number >>> 16, number >>> 8, number);
      if (!this.#byKey.has(keyOf(id))) return id;
    }
  }
}
