/**
 * The options of one socket by their numbers in libzmq, and what is asked for like an option: subscriptions, events, the
 * name that the next peer shall have.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { Subscriber, XPublisher } from "../socket/publishing.ts";
import type { Socket } from "../socket/socket.ts";
import { errnoError } from "./errno.ts";
import type { LibraryType } from "./library_types.ts";
import { IMMEDIATE, type Kind, type Raw, SPECIAL } from "./option_table.ts";
import { readValue, type Settings } from "./settings.ts";
import { warn } from "./process.ts";

/** There is a message. */
export const READABLE = 1;
/** There is room for one. */
export const WRITABLE = 2;
const MECHANISMS = [null, "plain", "curve"];

/** How the socket is. */
export interface Condition {
  /** Whether it is closed. */
  readonly closed: boolean;
  /** Whether it is bound and connected to nothing, and not about to be. */
  readonly bare: boolean;
  /** {@link READABLE} and {@link WRITABLE}, or'ed. */
  events(): number;
}

/** Reads and writes options by their numbers. */
export class NumberedOptions {
  readonly #type: LibraryType;
  readonly #socket: Socket;
  readonly #settings: Settings;
  readonly #condition: Condition;
  #peerId: string | Buffer | undefined;

  /** `condition` is asked each time. */
  constructor(type: LibraryType, socket: Socket, settings: Settings, condition: Condition) {
    this.#type = type;
    this.#socket = socket;
    this.#settings = settings;
    this.#condition = condition;
  }

  /** The routing id that the next peer shall have, once. */
  takePeerId(): string | Buffer | undefined {
    const id = this.#peerId;
    this.#peerId = undefined;
    return id;
  }

  /** An option as libzmq has it. */
  get(id: unknown): Raw {
    if (typeof id !== "number") throw new TypeError("Identifier must be a number");
    if (this.#condition.closed) throw errnoError("ENOTSOCK");
    switch (id) {
      case SPECIAL.type:
        return this.#type.number;
      case SPECIAL.lastEndpoint:
        return this.#socket.lastEndpoint ?? null;
      case SPECIAL.mechanism:
        return MECHANISMS.indexOf(this.#socket.securityMechanism);
      case SPECIAL.threadSafe:
        return Number(this.#type.threadSafe);
      case SPECIAL.receiveMore:
        return 0;
      case SPECIAL.events:
        return this.#condition.events();
    }
    const value = this.#settings.get(id);
    if (value === undefined) throw errnoError("EINVAL");
    return value;
  }

  /** Sets an option to a value of some kind. */
  set(kind: Kind, id: unknown, given: unknown): void {
    if (typeof id !== "number") throw new TypeError("Identifier must be a number");
    const value = readValue(kind, given);
    const { closed, bare } = this.#condition;
    if (!bare && !closed && !IMMEDIATE.has(id)) warn("Socket option will not take effect until next connect/bind.");
    if (kind === "Uint64" && given as number > Number.MAX_SAFE_INTEGER) {
      warn("Value is larger than Number.MAX_SAFE_INTEGER and may have been rounded inaccurately.");
    }
    if (closed) throw errnoError("ENOTSOCK");
    if (id === SPECIAL.subscribe || id === SPECIAL.unsubscribe) return this.#subscribe(id, value);
    if (
      id === SPECIAL.connectRoutingId && typeof value !== "number" && value !== null &&
      (this.#type.name === "ROUTER" || this.#type.name === "STREAM")
    ) {
      this.#peerId = value;
    } else this.#settings.set(id, value);
  }

  #subscribe(id: number, value: Raw): void {
    const { name } = this.#type;
    if (typeof value === "number" || name !== "SUB" && name !== "XPUB") throw errnoError("EINVAL");
    const socket = this.#socket as Subscriber | XPublisher;
    try {
      if (id === SPECIAL.subscribe) socket.subscribe(value ?? "");
      else socket.unsubscribe(value ?? "");
    } catch (error) {
      throw errnoError("EINVAL", { cause: error });
    }
  }
}
