/**
 * Who hears what happens to a socket: listeners, iterators, and those who wait for one event. Events with nobody to
 * hear them are never made.
 *
 * @module
 */

import { Deque } from "../bytes/deque.ts";
import { ClosedError, show, wrongType } from "../errors.ts";
import type { SocketEvent, SocketEventListener, SocketEventOf, SocketEventType } from "./events.ts";

type Listener = (event: SocketEvent) => void;

/** Every name there is, so that a misspelt one is found at the call. */
const TYPES: Readonly<Record<SocketEventType, true>> = {
  "bind": true,
  "bind:error": true,
  "accept": true,
  "accept:error": true,
  "connect": true,
  "connect:delay": true,
  "connect:retry": true,
  "handshake": true,
  "handshake:error:protocol": true,
  "handshake:error:auth": true,
  "handshake:error:other": true,
  "disconnect": true,
  "close": true,
  "close:error": true,
  "end": true,
};

/** How many events wait for a slow or missing reader; after that the oldest are dropped. */
const KEPT = 1024;

let tell: (events: SocketEvents, event: SocketEvent) => void;

/** Tells everyone. For the library's own use; it is not exported to users. */
export function emitTo(events: SocketEvents, event: SocketEvent): void {
  tell(events, event);
}

/**
 * The events of one socket: listen with {@link on}, or iterate. Events are kept from the first look at
 * `socket.events`, at most 1024 of them, for the first iterator; each iterator sees every event from its start on.
 *
 * @example Waiting for a peer
 * ```ts
 * import { Pull, Push } from "@zerostream/zmq";
 *
 * await using pull = new Pull();
 * await using push = new Push();
 * const events = push.events;
 * push.connect(await pull.bind("tcp://127.0.0.1:*"));
 * for await (const event of events) {
 *   if (event.type === "handshake") break;
 * }
 * ```
 */
export class SocketEvents implements AsyncIterable<SocketEvent> {
  readonly #listeners: Map<SocketEventType, Set<Listener>> = new Map();
  readonly #readers: Set<Reader> = new Set();
  /** What the first iterator will find. */
  #early: Reader | undefined = new Reader((gone) => this.#readers.delete(gone));
  #ended = false;

  /** Keeps events from now on. */
  constructor() {
    this.#readers.add(this.#early!);
  }

  static {
    tell = (events, event) => events.#emit(event);
  }

  /**
   * Calls `listener` at every event of a type, soon after it has happened and never within a call of yours.
   *
   * @param type The event's name.
   * @param listener What to call; the same function is called once however often it is given.
   * @returns This, for chaining.
   * @throws {TypeError} If there is no event of this name, or the listener is not a function.
   */
  on<T extends SocketEventType>(type: T, listener: SocketEventListener<T>): this {
    check("listen", type, listener);
    let listeners = this.#listeners.get(type);
    if (listeners === undefined) this.#listeners.set(type, listeners = new Set());
    listeners.add(listener as Listener);
    return this;
  }

  /**
   * Calls `listener` no more.
   *
   * @param type The event's name, as given to {@link on}.
   * @param listener The function given to {@link on}.
   * @returns This, for chaining.
   * @throws {TypeError} If there is no event of this name, or the listener is not a function.
   */
  off<T extends SocketEventType>(type: T, listener: SocketEventListener<T>): this {
    check("stop listening", type, listener);
    this.#listeners.get(type)?.delete(listener as Listener);
    return this;
  }

  /**
   * Waits for the next event of a type. After the last of all, `end`, waiting for that resolves at once.
   *
   * @param type The event's name.
   * @param options `signal` ends the wait.
   * @returns The event.
   * @throws {TypeError} If there is no event of this name.
   * @throws {Error} (rejects) The signal's reason.
   * @throws {ClosedError} (rejects) If the socket closes first.
   */
  once<T extends SocketEventType>(
    type: T,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<SocketEventOf<T>> {
    check("wait", type, () => {});
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = (): void => {
        this.off(type, hear).off("end", ended);
        signal?.removeEventListener("abort", aborted);
      };
      const hear = (event: SocketEventOf<T>): void => {
        stop();
        resolve(event);
      };
      const ended = (event: SocketEventOf<"end">): void => {
        if (type === "end") return hear(event as SocketEventOf<T>);
        stop();
        reject(new ClosedError(`Cannot wait for "${type}": the socket is closed`));
      };
      const aborted = (): void => {
        stop();
        reject(signal!.reason);
      };
      if (this.#ended) return ended({ type: "end" });
      this.on(type, hear).on("end", ended);
      signal?.addEventListener("abort", aborted);
    });
  }

  /** Events as they happen; ends after `end`. Leaving the loop loses those that it has not seen. */
  [Symbol.asyncIterator](): AsyncIterableIterator<SocketEvent> {
    const early = this.#early;
    this.#early = undefined;
    if (early !== undefined) return early;
    const reader = new Reader((gone) => this.#readers.delete(gone));
    if (this.#ended) reader.end();
    else this.#readers.add(reader);
    return reader;
  }

  #emit(event: SocketEvent): void {
    if (this.#ended) return;
    const listeners = this.#listeners.get(event.type);
    if (listeners !== undefined && listeners.size > 0) this.#call([...listeners], listeners, event);
    for (const reader of this.#readers) reader.put(event);
    if (event.type !== "end") return;
    this.#ended = true;
    for (const reader of this.#readers) reader.end();
  }

  /** Calls those who listen now, and still do by then. Not at once: they may do anything, and we are in the midst of it. */
  #call(now: readonly Listener[], listeners: ReadonlySet<Listener>, event: SocketEvent): void {
    queueMicrotask(() => {
      for (const listener of now) {
        if (!listeners.has(listener)) continue;
        try {
          listener(event);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    });
  }
}

function check(what: string, type: unknown, listener: unknown): void {
  if (typeof type !== "string" || !Object.hasOwn(TYPES, type)) {
    throw wrongType(
      `Cannot ${what} for ${show(type)}: there is no such event, wanted ${Object.keys(TYPES).join(", ")}`,
    );
  }
  if (typeof listener !== "function") {
    throw wrongType(`Cannot ${what} for "${type}": listener is ${show(listener)}, wanted a function`);
  }
}

/** One iteration. */
class Reader implements AsyncIterableIterator<SocketEvent> {
  readonly #left: (reader: Reader) => void;
  readonly #events: Deque<SocketEvent> = new Deque();
  readonly #waiting: Deque<(result: IteratorResult<SocketEvent>) => void> = new Deque();
  #ended = false;

  constructor(left: (reader: Reader) => void) {
    this.#left = left;
  }

  put(event: SocketEvent): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting({ done: false, value: event });
    if (this.#events.length === KEPT) this.#events.shift();
    this.#events.push(event);
  }

  end(): void {
    this.#ended = true;
    for (let waiting = this.#waiting.shift(); waiting !== undefined; waiting = this.#waiting.shift()) {
      waiting({ done: true, value: undefined });
    }
  }

  next(): Promise<IteratorResult<SocketEvent>> {
    const event = this.#events.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<SocketEvent>> {
    this.#left(this);
    this.#events.clear();
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
