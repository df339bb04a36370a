/**
 * What happens to a socket's endpoints and connections, told as typed events: the names of npm `zeromq` v6, with
 * `endpoint` where that says `address`. Events with nobody to hear them are never made.
 *
 * @module
 */

import { Deque } from "../bytes/deque.ts";

/** Something that happened to an endpoint. */
export interface EndpointEvent<T extends string> {
  /** What happened. */
  readonly type: T;
  /** The endpoint as it was given to `connect`, or as `bind` resolved it. */
  readonly endpoint: string;
}

/** Something that happened to one connection. */
export interface PeerEvent<T extends string> extends EndpointEvent<T> {
  /** The peer's address, e.g. `tcp://127.0.0.1:49731`. */
  readonly peer: string;
}

/** Something that went wrong. */
export interface FailureEvent {
  /** What went wrong. Its `code`, where it has one, is an errno name. */
  readonly error: Error;
}

/** What happened, told apart by `type`. */
export type SocketEvent =
  /** An endpoint has been bound. */
  | EndpointEvent<"bind">
  /** An endpoint could not be bound. */
  | (EndpointEvent<"bind:error"> & FailureEvent)
  /** A peer has connected to a bound endpoint; its handshake follows. */
  | PeerEvent<"accept">
  /** A connection could not be accepted, or was turned away by `tcpAcceptFilter`. */
  | (EndpointEvent<"accept:error"> & FailureEvent)
  /** A dialled connection is open; its handshake follows. */
  | PeerEvent<"connect">
  /** Dialling has begun. */
  | EndpointEvent<"connect:delay">
  /** Dialling failed, or the connection was lost; it will be dialled again. */
  | (EndpointEvent<"connect:retry"> & {
    /** Milliseconds until then. */
    readonly interval: number;
  })
  /** The handshake is complete: messages may pass. */
  | (PeerEvent<"handshake"> & {
    /** The peer's socket type, e.g. `ROUTER`. */
    readonly socketType: string;
    /** The routing id that the peer announced; empty if it announced none. */
    readonly routingId: Uint8Array;
    /** What the peer announced with names that begin with `X-`, and whatever else it told. */
    readonly properties: ReadonlyMap<string, Uint8Array>;
    /** The version of ZMTP that both speak. */
    readonly version: "3.0" | "3.1";
  })
  /** The peer broke the protocol, speaks another one, or does not fit. */
  | (PeerEvent<"handshake:error:protocol"> & FailureEvent)
  /** The peer refuses us for who we are. */
  | (PeerEvent<"handshake:error:auth"> & FailureEvent & {
    /** Its status: 300 for a temporary error, 400 for refused, 500 for an error of its own. */
    readonly status: number;
  })
  /** The handshake ended otherwise: the peer left, or took longer than `handshakeInterval`. */
  | (PeerEvent<"handshake:error:other"> & FailureEvent)
  /** A connection has ended. */
  | (PeerEvent<"disconnect"> & Partial<FailureEvent>)
  /** An endpoint is bound or dialled no more: by us, or because dialling again is of no use. */
  | (EndpointEvent<"close"> & Partial<FailureEvent>)
  /** An endpoint could not be given up cleanly. */
  | (EndpointEvent<"close:error"> & FailureEvent)
  /** The socket is closed: the last event. */
  | {
    /** What happened. */
    readonly type: "end";
  };

/** The names of events. */
export type SocketEventType = SocketEvent["type"];

/** The event of one type. */
export type SocketEventOf<T extends SocketEventType> = Extract<SocketEvent, { readonly type: T }>;

/** Hears events of one type. What it throws is reported as an uncaught error, and harms nobody else. */
export type SocketEventListener<T extends SocketEventType> = (event: SocketEventOf<T>) => void;

/** How many events wait for a slow or missing reader; after that the oldest are dropped. */
const KEPT = 1024;

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
  readonly #listeners: Map<SocketEventType, Set<(event: SocketEvent) => void>> = new Map();
  readonly #readers: Set<Reader> = new Set();
  /** What the first iterator will find. */
  #early: Reader | undefined;
  #ended = false;

  /** Keeps events from now on. */
  constructor() {
    this.#early = new Reader(() => {});
    this.#readers.add(this.#early);
  }

  /**
   * Calls `listener` at every event of a type, at once when it happens.
   *
   * @param type The event's name.
   * @param listener What to call; the same function is called once however often it is given.
   * @returns This, for chaining.
   */
  on<T extends SocketEventType>(type: T, listener: SocketEventListener<T>): this {
    let listeners = this.#listeners.get(type);
    if (listeners === undefined) this.#listeners.set(type, listeners = new Set());
    listeners.add(listener as (event: SocketEvent) => void);
    return this;
  }

  /**
   * Calls `listener` no more.
   *
   * @param type The event's name, as given to {@link on}.
   * @param listener The function given to {@link on}.
   * @returns This, for chaining.
   */
  off<T extends SocketEventType>(type: T, listener: SocketEventListener<T>): this {
    this.#listeners.get(type)?.delete(listener as (event: SocketEvent) => void);
    return this;
  }

  /**
   * Waits for the next event of a type.
   *
   * @param type The event's name.
   * @param options `signal` ends the wait.
   * @returns The event.
   * @throws {Error} The signal's reason, or an `AbortError` if the socket closes first.
   */
  once<T extends SocketEventType>(type: T, options: { readonly signal?: AbortSignal } = {}): Promise<SocketEventOf<T>> {
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
      const ended = (): void => {
        stop();
        reject(new DOMException(`Cannot wait for "${type}": the socket is closed`, "AbortError"));
      };
      const aborted = (): void => {
        stop();
        reject(signal!.reason);
      };
      this.on(type, hear);
      if (type !== "end") this.on("end", ended);
      signal?.addEventListener("abort", aborted);
      if (this.#ended) ended();
    });
  }

  /** Events as they happen; ends after `end`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<SocketEvent> {
    const early = this.#early;
    this.#early = undefined;
    const reader = early ?? new Reader((gone) => this.#readers.delete(gone));
    if (early !== undefined) early.left = (gone) => this.#readers.delete(gone);
    if (!this.#ended) this.#readers.add(reader);
    else if (early === undefined) reader.end();
    return reader;
  }

  /** Tells everyone. For the library's own use. @internal */
  emit(event: SocketEvent): void {
    if (this.#ended) return;
    for (const listener of this.#listeners.get(event.type) ?? []) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    for (const reader of this.#readers) reader.put(event);
    if (event.type !== "end") return;
    this.#ended = true;
    for (const reader of this.#readers) reader.end();
  }
}

/** One iteration. */
class Reader implements AsyncIterableIterator<SocketEvent> {
  left: (reader: Reader) => void;
  readonly #events: Deque<SocketEvent> = new Deque();
  readonly #waiting: Deque<(result: IteratorResult<SocketEvent>) => void> = new Deque();
  #ended = false;

  constructor(left: (reader: Reader) => void) {
    this.left = left;
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
    this.left(this);
    this.#events.clear();
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
