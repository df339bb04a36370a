/**
 * The one `send` that may wait on a socket: for room, or, in REQ and REP, for its turn.
 *
 * @module
 */

import { StateError } from "../errors.ts";
import type { Message as Frames } from "../message.ts";
import type { RequestPattern } from "../pattern/request.ts";
import { can } from "../socket/option_table.ts";
import type { SocketCore } from "../socket/core.ts";
import type { Waiter } from "../socket/waiters.ts";
import { errnoError, translate } from "./errno.ts";
import type { Outcome } from "./receiving.ts";
import { CALLS_A_TURN, hold, inNextTurn, release } from "./turns.ts";

/** What a call that need not wait answers. */
const SENT: Promise<void> = Promise.resolve();

/** Types that never wait for room. */
const FREE: readonly string[] = ["PUB", "XPUB", "XSUB", "STREAM", "SERVER", "RADIO"];

/** Sends for one socket, a message at a time. */
export class Sending {
  readonly #core: SocketCore;
  /** Whether a message has come that has not been received: the turn of REQ and REP has not passed. */
  readonly #unread: () => boolean;
  /** Whether it is for the program to wait until a peer has room: whom the next message is for is not known. */
  readonly #hasty: boolean;
  #call: Outcome<void> | undefined;
  #message: Frames = [];
  /** The place in line for room; absent while it is not our turn. */
  #waiter: Waiter | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** How many calls there have been since one waited. */
  #atOnce = 0;
  /** Whether the call waits for the next turn alone. */
  #resting = false;

  /** `unread` says whether a message has been looked at and not been received. */
  constructor(core: SocketCore, unread: () => boolean) {
    this.#core = core;
    this.#unread = unread;
    this.#hasty = core.type === "SERVER";
  }

  /** Whether a call waits. */
  get busy(): boolean {
    return this.#call !== undefined;
  }

  /** Whether `send` would find room, and be in turn. `mandatory` is ROUTER's option. */
  ready(mandatory: boolean): boolean {
    const { type, pattern, endpoints, options } = this.#core;
    // As there, although it sends nothing.
    if (type === "DISH") return true;
    if (!can(type, "send") || this.busy) return false;
    if (FREE.includes(type) || type === "ROUTER" && !mandatory) return true;
    if (this.#turn() !== undefined) return false;
    // A REP may send when it may not receive.
    if (type === "REP") return refuses(() => pattern.checkReceive!());
    if (type === "REQ" && refuses(() => (pattern as RequestPattern).checkSend())) return false;
    return endpoints.connections.some(({ pipe }) => {
      return (pipe.connected || pipe.dialled && !options.immediate) && pipe.canWrite();
    });
  }

  /** Sends a message, or waits for as long as `timeout` says; -1: for ever. */
  send(message: Frames, timeout: number): Promise<void> {
    // Hot: once per message.
    const core = this.#core;
    if (!can(core.type, "send")) return Promise.reject(errnoError("ENOTSUP"));
    const hasty = timeout === 0 || this.#hasty;
    let turn: StateError | undefined;
    try {
      turn = this.#turn();
      if (turn === undefined && this.#atOnce++ >= CALLS_A_TURN && timeout !== 0) return this.#later(message, timeout);
      if (turn === undefined && (hasty ? core.trySend(message) : core.tryPost(message))) return SENT;
    } catch (error) {
      if (!(error instanceof StateError)) return Promise.reject(reasonOf(error));
      turn = error;
    }
    if (hasty) return Promise.reject(errnoError(turn === undefined ? "EAGAIN" : "EFSM", { cause: turn }));
    return this.#enter(message, timeout, () => turn === undefined && this.#wait());
  }

  /** Enters a call that waits, and then does what follows. */
  #enter(message: Frames, timeout: number, then: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#call = { resolve, reject };
      this.#message = message;
      hold();
      if (timeout > 0) this.#timer = setTimeout(() => this.giveUp(), timeout);
      then();
    });
  }

  /** Sends in the next turn. */
  #later(message: Frames, timeout: number): Promise<void> {
    return this.#enter(message, timeout, () => {
      const call = this.#call;
      this.#resting = true;
      inNextTurn(() => {
        if (this.#call !== call) return;
        this.#resting = false;
        this.retry();
      });
    });
  }

  /** A message has been received: it may be our turn. */
  retry(): void {
    if (this.#call === undefined || this.#waiter !== undefined || this.#resting) return;
    try {
      if (this.#hasty ? this.#core.trySend(this.#message) : this.#core.tryPost(this.#message)) {
        this.#settle(({ resolve }) => resolve());
      } else if (this.#hasty) this.#settle(({ reject }) => reject(errnoError("EAGAIN")));
      else this.#wait();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Ends the call that waits, if one does. */
  giveUp(): void {
    if (this.#call === undefined) return;
    const waiter = this.#waiter;
    const code = waiter === undefined && !this.#resting ? "EFSM" : "EAGAIN";
    this.#settle(({ reject }) => reject(errnoError(code)));
    if (waiter !== undefined) this.#core.giveUpSending(waiter, undefined);
  }

  #wait(): void {
    this.#waiter = this.#core.enterSenders(
      this.#message,
      Infinity,
      () => this.#settle(({ resolve }) => resolve()),
      (error) => this.#failed(error),
    );
  }

  #failed(error: unknown): void {
    this.#waiter = undefined;
    // If it is not our turn after all, the next message that is received may make it so.
    if (!(error instanceof StateError)) this.#settle(({ reject }) => reject(reasonOf(error)));
  }

  #turn(): StateError | undefined {
    return this.#unread() ? new StateError("Cannot send: a message has come, wanted receive() first") : undefined;
  }

  #settle(tell: (call: Outcome<void>) => void): void {
    const call = this.#call;
    if (call === undefined) return;
    this.#call = this.#waiter = undefined;
    this.#message = [];
    this.#atOnce = 0;
    this.#resting = false;
    clearTimeout(this.#timer);
    release();
    tell(call);
  }
}

/** Why a message could not be sent, in libzmq's words: those of a message that has not its type's form are few. */
function reasonOf(error: unknown): Error {
  return (error as { readonly code?: unknown }).code === "EINVAL"
    ? errnoError("EINVAL", { cause: error })
    : translate(error);
}

/** Whether a check throws. */
function refuses(check: () => void): boolean {
  try {
    check();
    return false;
  } catch {
    // That is the answer.
    return true;
  }
}
