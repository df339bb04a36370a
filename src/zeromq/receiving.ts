/**
 * The one `receive` that may wait on a socket.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { StateError } from "../errors.ts";
import type { Message as Frames } from "../message.ts";
import { can } from "../socket/option_table.ts";
import type { SocketCore } from "../socket/core.ts";
import type { Waiter } from "../socket/waiters.ts";
import type { Open } from "./envelopes.ts";
import { errnoError, translate } from "./errno.ts";
import { CALLS_A_TURN, hold, inNextTurn, release } from "./turns.ts";

/** What comes of a call, once it has waited. */
export interface Outcome<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** A message as a program gets it: its parts, and what came with it if anything does. */
export type Received = object[];

/** What can be iterated over. */
export interface Receiver {
  /** Whether there will be no more. */
  readonly closed: boolean;
  /** The next message. */
  receive(): Promise<Received>;
}

/** Messages of a socket until it is closed: closing while one is waited for is the end, and not an error. */
export function iterate(socket: Receiver): AsyncIterator<Received, undefined> {
  const end = { done: true } as IteratorReturnResult<undefined>;
  return {
    async next() {
      if (socket.closed) return end;
      try {
        return { value: await socket.receive(), done: false };
      } catch (error) {
        if (socket.closed && (error as { readonly code?: unknown }).code === "EAGAIN") return end;
        throw error;
      }
    },
  };
}

/** Receives for one socket, a message at a time. */
export class Receiving {
  /** Whether a message has been looked at and not been received: in REQ and REP that is not the next turn yet. */
  peeked = false;
  readonly #core: SocketCore;
  /** Told when a message has been received. */
  readonly #received: () => void;
  readonly #open: Open | undefined;
  #call: Outcome<Received> | undefined;
  #waiter: Waiter | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** How many calls there have been since one waited. */
  #atOnce = 0;

  /** `received` is called after each message; `open` tells it from what came with it. */
  constructor(core: SocketCore, received: () => void, open: Open | undefined) {
    this.#core = core;
    this.#received = received;
    this.#open = open;
  }

  /** Whether a call waits. */
  get busy(): boolean {
    return this.#call !== undefined;
  }

  /** Whether `receive` would find a message. */
  get ready(): boolean {
    const core = this.#core;
    if (this.peeked) return true;
    const message = core.tryTake();
    if (message === undefined) return false;
    core.giveBack(message);
    // Giving back serves those who wait: then there is nothing left.
    return this.peeked = !this.busy;
  }

  /** Receives the next message, or waits for it for as long as `timeout` says; -1: for ever. */
  receive(timeout: number): Promise<Received> {
    // Hot: once per message.
    const core = this.#core;
    if (!can(core.type, "receive")) return Promise.reject(errnoError("ENOTSUP"));
    const rested = this.#atOnce++ < CALLS_A_TURN || timeout === 0;
    if (rested) {
      const message = core.tryTake();
      if (message !== undefined) return Promise.resolve(this.#take(message));
      if (timeout === 0) return Promise.reject(this.#late());
    }
    return new Promise((resolve, reject) => {
      const call = this.#call = { resolve, reject };
      hold();
      if (timeout > 0) this.#timer = setTimeout(() => this.giveUp(), timeout);
      if (rested) this.#wait();
      else inNextTurn(() => this.#call === call && this.#begin());
    });
  }

  /** The turn has come that a call was made to wait for. */
  #begin(): void {
    const message = this.#core.tryTake();
    if (message === undefined) this.#wait();
    else this.#settle(({ resolve }) => resolve(this.#take(message)));
  }

  #wait(): void {
    this.#waiter = this.#core.enterReceivers(
      Infinity,
      (message) => this.#settle(({ resolve }) => resolve(this.#take(message))),
      (error) => this.#settle(({ reject }) => reject(translate(error))),
    );
  }

  /** Ends the call that waits, if one does. */
  giveUp(): void {
    if (this.#call === undefined) return;
    const error = this.#late();
    const waiter = this.#waiter;
    this.#settle(({ reject }) => reject(error));
    if (waiter !== undefined) this.#core.giveUpReceiving(waiter, undefined);
  }

  #take(message: Frames): Received {
    this.peeked = false;
    // Now, not later: whoever waits for this turn to pass was there first.
    this.#received();
    const frames = message.map((frame) => Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
    return this.#open === undefined ? frames : this.#open(frames);
  }

  /** Why there is no message: none has come, or none can. */
  #late(): Error {
    try {
      this.#core.pattern.checkReceive?.();
    } catch (error) {
      if (error instanceof StateError) return errnoError("EFSM", { cause: error });
      throw error;
    }
    return errnoError("EAGAIN");
  }

  #settle(tell: (call: Outcome<Received>) => void): void {
    const call = this.#call;
    if (call === undefined) return;
    this.#call = this.#waiter = undefined;
    this.#atOnce = 0;
    clearTimeout(this.#timer);
    release();
    tell(call);
  }
}
