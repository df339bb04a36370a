/**
 * A link that a WebSocket is to be spoken on: the octets are the link's below, and so are their rules; the engine is its
 * own.
 *
 * @module
 */

import type { Engine, EngineHandler } from "../engine/engine.ts";
import type { Speaker } from "../engine/speaker.ts";
import type { EngineOptions } from "../engine/zmtp_engine.ts";
import type { Mechanism } from "../mechanism/mechanism.ts";
import type { Link, LinkHandler } from "../transport/link.ts";
import { type Beginning, speakZws } from "./speaking.ts";

/** A link below, upgraded or about to be. */
export class WebSocketLink implements Link, Speaker {
  readonly local: string;
  readonly remote: string;
  readonly #link: Link;
  readonly #begins: Beginning;
  readonly #early: Uint8Array | undefined;
  /** What is said before we hang up. */
  #farewell: Uint8Array | undefined;
  #loan: Promise<void> | undefined;
  #closing = false;

  /** Whatever `begins` says is spoken over `link`, which is not started; `early`: what somebody else has read of it. */
  constructor(link: Link, begins: Beginning, early?: Uint8Array) {
    this.#link = link;
    this.#begins = begins;
    this.#early = early;
    this.local = link.local;
    this.remote = link.remote;
  }

  speak(
    options: EngineOptions,
    handler: EngineHandler,
    secured: (none: () => Mechanism) => Mechanism,
    settings: object,
  ): Engine {
    const farewell = (octets: Uint8Array | undefined): void => void (this.#farewell = octets);
    return speakZws(this.#begins, farewell, options, handler, secured, settings);
  }

  start(handler: LinkHandler): void {
    if (this.#early !== undefined) handler.data(this.#early);
    this.#link.start(handler);
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    // Hot: once per write.
    const loan = this.#link.write(bytes);
    if (loan === undefined) return undefined;
    return this.#loan = loan.then(() => this.#loan = undefined);
  }

  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#loan === undefined) this.#leave();
    else this.#loan.then(() => this.#leave());
  }

  abort(): void {
    this.#farewell = undefined;
    this.#link.abort();
  }

  unref(): void {
    this.#link.unref?.();
  }

  #leave(): void {
    if (this.#farewell !== undefined) this.#link.write(this.#farewell);
    this.#link.close();
  }
}
