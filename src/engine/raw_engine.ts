/**
 * No protocol at all: octets as they are, for STREAM. There is no handshake, so the peer is known as soon as there is a
 * connection; what a read brings is a message of one frame.
 *
 * @module
 */

import { Deque } from "../bytes/deque.ts";
import { EMPTY } from "../message.ts";
import { Bodies } from "../wire/bodies.ts";
import type { Engine, EngineHandler } from "./engine.ts";

const NOTHING: ReadonlyMap<string, Uint8Array> = new Map();

/** The engine of one connection to a peer that speaks whatever it likes. */
export class RawEngine implements Engine {
  /** What is queued as frames goes out as octets. */
  readonly sealing: Bodies = new Bodies();
  /** There are no heartbeats. */
  readonly nextTick: number = Infinity;
  /** There are no heartbeats. */
  readonly roundTrip: undefined;

  readonly #handler: EngineHandler;
  readonly #notify: boolean;
  /** Chunks that came while the handler wanted no more. */
  readonly #held: Deque<Uint8Array> = new Deque();
  #paused = false;

  /** `notify`: whether the beginning and the end of the connection are empty messages. */
  constructor(handler: EngineHandler, notify: boolean) {
    this.#handler = handler;
    this.#notify = notify;
  }

  /** All is ready at once. Who the peer is shows in its address alone, which goes with each message. */
  start(): void {
    this.#handler.ready({
      socketType: "",
      routingId: EMPTY,
      properties: NOTHING,
      mechanism: "",
      version: "",
      userId: "",
      granted: NOTHING,
    });
    if (this.#notify) this.receive(EMPTY);
  }

  /** A chunk is a message. */
  receive(chunk: Uint8Array): void {
    // Hot: once per chunk.
    if (this.#paused) this.#held.push(chunk);
    else this.#paused = !this.#handler.message([chunk]);
  }

  /** A peer that leaves has no reason that we knew of. */
  hungUp(): undefined {}

  /** The connection is over, which is a message too, behind all that came. */
  over(): void {
    if (this.#notify) this.#handler.message([EMPTY]);
  }

  /** Goes on with what was kept back. */
  resume(): void {
    this.#paused = false;
    while (!this.#paused && this.#held.length > 0) this.#paused = !this.#handler.message([this.#held.shift()!]);
  }

  /** There is nothing to say but messages. */
  takeOutput(): undefined {}

  /** There is nobody to tell of subscriptions. */
  spell(): { readonly flags: number; readonly body: Uint8Array } {
    return { flags: 0, body: EMPTY };
  }

  /** There are no heartbeats. */
  tick(): number {
    return Infinity;
  }
}
