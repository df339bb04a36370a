/**
 * The observer of npm `zeromq`: a socket's events, read one by one or heard by listeners.
 *
 * @module
 */

import { EventEmitter } from "node:events";
import type { SocketEvent } from "../monitor/events.ts";
import { behindOf } from "./behind.ts";
import { busyError, checkCount, checkObject, errnoError } from "./errno.ts";
import { type Event, type EventOfType, EventTranslator, type EventType } from "./events.ts";
import { hold, release } from "./turns.ts";

/** What events are heard with. */
export interface EventSubscriber {
  /**
   * Calls `listener` at every event of a type, from now on.
   *
   * @param type The event's name.
   * @param listener What to call.
   */
  on<E extends EventType>(type: E, listener: (data: EventOfType<E>) => void): EventSubscriber;
  /**
   * Calls `listener` no more.
   *
   * @param type The event's name.
   * @param listener What was given to {@link on}.
   */
  off<E extends EventType>(type: E, listener: (data: EventOfType<E>) => void): EventSubscriber;
}

interface Waiting {
  resolve(event: Event): void;
  reject(error: unknown): void;
}

/**
 * The events of one socket, from when it is made; `socket.events` makes it. Read them with {@link receive}, or iterate,
 * or listen with {@link on}: who listens cannot read any more.
 */
export class Observer implements EventSubscriber {
  readonly #events: AsyncIterator<SocketEvent>;
  readonly #translator = new EventTranslator();
  /** Events that have been translated and not been read. */
  readonly #ready: Event[] = [];
  #closed = false;
  #waiting: Waiting | undefined;
  #emitter: EventEmitter | undefined;

  /**
   * Begins to observe a socket. It should not be necessary to call this: see `socket.events`.
   *
   * @param socket The socket to observe.
   * @throws {TypeError} If it is no object.
   * @throws {Error} `ENOTSOCK` if it is closed; without a code if it is no socket.
   */
  constructor(socket: object) {
    checkObject(socket, "Socket");
    checkCount(arguments.length, 1);
    const target = behindOf(socket);
    if (target.closed) throw errnoError("ENOTSOCK");
    this.#events = target.core.events[Symbol.asyncIterator]();
  }

  /** Whether it has been closed, or its socket has been and that has been read. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Reads no more events. A call that waits rejects with `ENOTSOCK`. */
  close(): void {
    checkCount(arguments.length, 0);
    this.#end();
    if (this.#waiting === undefined) return;
    this.#waiting.reject(errnoError("ENOTSOCK"));
    this.#waiting = undefined;
    release();
  }

  /**
   * The next event, or a wait for it.
   *
   * @throws {Error} `EBADF` if the observer is closed; `EBUSY` if another call waits; without a code if there are
   * listeners.
   */
  receive(): Promise<Event> {
    if (this.#emitter !== undefined) {
      throw new Error(
        "Observer is in event emitter mode. After a call to events.on() it is not possible to read events with events.receive().",
      );
    }
    checkCount(arguments.length, 0);
    if (this.#closed) throw errnoError("EBADF");
    if (this.#waiting !== undefined) throw busyError("Observer", "reading", "receive");
    return this.#receive();
  }

  /** Events as they happen; ends when the socket or the observer is closed. */
  [Symbol.asyncIterator](): AsyncIterator<Event, undefined> {
    return {
      next: async () => {
        if (this.#closed) return { done: true, value: undefined };
        return { done: false, value: await this.receive() };
      },
    };
  }

  /**
   * Calls `listener` at every event of a type, from now on.
   *
   * @param type The event's name.
   * @param listener What to call.
   * @returns What else can be listened with.
   */
  on<E extends EventType>(type: E, listener: (data: EventOfType<E>) => void): EventSubscriber {
    return this.#listened().on(type, listener) as EventSubscriber;
  }

  /**
   * Calls `listener` no more.
   *
   * @param type The event's name.
   * @param listener What was given to {@link on}.
   * @returns What else can be listened with.
   */
  off<E extends EventType>(type: E, listener: (data: EventOfType<E>) => void): EventSubscriber {
    return this.#listened().off(type, listener) as EventSubscriber;
  }

  #listened(): EventEmitter {
    if (this.#emitter !== undefined) return this.#emitter;
    const emitter = this.#emitter = new EventEmitter();
    const tell = async (): Promise<void> => {
      while (!this.#closed) {
        const event = await this.#receive().catch(() => undefined);
        if (event === undefined) return;
        emitter.emit(event.type, event);
      }
    };
    void tell();
    return emitter;
  }

  #receive(): Promise<Event> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      hold();
      if (this.#ready.length > 0) this.#hand();
      else void this.#read();
    });
  }

  async #read(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#events.next();
      if (done) return;
      this.#ready.push(...this.#translator.translate(value));
      if (this.#ready.length > 0) return this.#hand();
    }
  }

  #hand(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    release();
    const event = this.#ready.shift()!;
    if (event.type === "end") this.#end();
    waiting.resolve(event);
  }

  #end(): void {
    this.#closed = true;
    void this.#events.return?.();
  }
}
