/**
 * The socket of version 5, over that of version 6: an emitter that reads by itself.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import process from "node:process";
import type { MessageLike } from "../outgoing.ts";
import type { Socket as Socket6 } from "../socket.ts";
import {
  Dealer,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../sockets.ts";
import { warn } from "../process.ts";
import { ZMQ_SNDMORE } from "./numbers.ts";
import { numberOf, options, type OptionValue, readOption, type ShortName, writeOption } from "./options.ts";

/** The socket types of version 5. */
export type SocketType =
  | "pair"
  | "req"
  | "rep"
  | "pub"
  | "sub"
  | "dealer"
  | "xreq"
  | "router"
  | "xrep"
  | "pull"
  | "push"
  | "xpub"
  | "xsub"
  | "stream";

/** Called when something has been done, or could not be. */
export type Callback = (error?: Error) => void;

const CLASSES: Readonly<Record<SocketType, new () => Socket6>> = {
  pair: Pair,
  req: Request,
  rep: Reply,
  pub: Publisher,
  sub: Subscriber,
  dealer: Dealer,
  xreq: Dealer,
  router: Router,
  xrep: Router,
  pull: Pull,
  push: Push,
  xpub: XPublisher,
  xsub: XSubscriber,
  stream: Stream,
};

/** What events were called. */
const EVENT_NAMES: Readonly<Record<string, string>> = {
  "connect": "connect",
  "connect:delay": "connect_delay",
  "connect:retry": "connect_retry",
  "bind": "listen",
  "bind:error": "bind_error",
  "accept": "accept",
  "accept:error": "accept_error",
  "close": "close",
  "close:error": "close_error",
  "disconnect": "disconnect",
};

/** What sockets of version 6 do, whatever their type. */
interface Six extends Socket6 {
  send(message: MessageLike[]): Promise<void>;
  receive(): Promise<Buffer[]>;
  subscribe(prefix: unknown): void;
  unsubscribe(prefix: unknown): void;
}

interface Queued {
  readonly message: MessageLike[];
  readonly done: Callback | undefined;
}

/** A socket: emits `message` for each that comes, `error` for what fails, and others once it is monitored. */
export class Socket extends EventEmitter {
  /** Options, by their short names; and what programs put here. */
  // deno-lint-ignore no-explicit-any -- as there
  [key: string]: any;
  /** The type, as it was given. */
  type: SocketType;
  readonly #socket: Six;
  /** Parts of the message that is being put together. */
  #parts: MessageLike[] = [];
  readonly #queue: Queued[] = [];
  /** Messages that came while the socket was paused. */
  readonly #kept: Buffer[][] = [];
  #paused = false;
  #reading = false;
  #sending = false;

  /** Makes a socket of a type. */
  constructor(type: SocketType) {
    super();
    const made = Object.hasOwn(CLASSES, type) ? CLASSES[type] : undefined;
    if (made === undefined) throw new Error(`Invalid socket type: ${type}`);
    this.type = type;
    this.#socket = new made() as Six;
    void this.#read();
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#socket.closed;
  }

  /** Binds an endpoint, and then calls `done` and emits `bind`. */
  bind(address: string, done?: Callback): this {
    return this.#then("bind", this.#socket.bind(address), address, done);
  }

  /** Frees an endpoint, and then calls `done` and emits `unbind`. */
  unbind(address: string, done?: Callback): this {
    return this.#then("unbind", this.#socket.unbind(address), address, done);
  }

  /** Binds an endpoint before it returns. Throws what goes wrong. */
  bindSync(address: string): void {
    this.#socket.bindSync(address);
  }

  /** Frees an endpoint before it returns. Throws what goes wrong. */
  unbindSync(address: string): void {
    this.#socket.unbindSync(address);
  }

  /** Connects to an endpoint. */
  connect(address: string): this {
    this.#socket.connect(address);
    return this;
  }

  /** Connects to an endpoint no more. */
  disconnect(address: string): this {
    this.#socket.disconnect(address);
    return this;
  }

  /** Queues a message, or, with {@link ZMQ_SNDMORE}, a part of one. `done` is called when it is on its way. */
  send(message: MessageLike[] | MessageLike, flags?: number | undefined | null, done?: Callback | undefined): this {
    this.#parts = this.#parts.concat(message);
    if (((flags ?? 0) & ZMQ_SNDMORE) !== 0) return this;
    this.#queue.push({ message: this.#parts, done });
    this.#parts = [];
    void this.#send();
    return this;
  }

  /** Was removed: throws. */
  read(): void {
    throw new Error("read() has been removed from compatibility mode; use on('message', ...) instead.");
  }

  /** Emits no messages, and sends none, until {@link resume} is called. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on after {@link pause}. */
  resume(): void {
    this.#paused = false;
    for (const message of this.#kept.splice(0)) this.#emitSoon("message", ...message);
    void this.#read();
    void this.#send();
  }

  /** Closes it. */
  close(): this {
    this.#socket.close();
    return this;
  }

  /** Emits what happens to its endpoints from now on: `connect`, `listen`, `accept`, `disconnect`, … */
  monitor(interval?: number, count?: number): this {
    if (interval || count) {
      warn("Arguments to monitor() are ignored in compatibility mode; all events are read automatically");
    }
    void this.#monitor();
    return this;
  }

  /** Emits that no more. */
  unmonitor(): this {
    this.#socket.events.close();
    return this;
  }

  /** Wants messages that begin with a prefix. */
  subscribe(filter: string): this {
    if (!(this.#socket instanceof Subscriber)) throw new Error("Subscriber socket required");
    this.#socket.subscribe(filter);
    return this;
  }

  /** Wants them no longer. */
  unsubscribe(filter: string): this {
    if (!(this.#socket instanceof Subscriber)) throw new Error("Subscriber socket required");
    this.#socket.unsubscribe(filter);
    return this;
  }

  /** Sets an option, by its name or its number. */
  setsockopt(option: number | ShortName, value: unknown): this {
    writeOption(this.#socket, numberOf(option), value);
    return this;
  }

  /** Reads an option, by its name or its number. */
  getsockopt(option: number | ShortName): OptionValue {
    return readOption(this.#socket, numberOf(option));
  }

  #then(what: string, doing: Promise<void>, address: string, done: Callback | undefined): this {
    doing.then(() => {
      process.nextTick(() => {
        this.emit(what, address);
        done?.();
      });
    }, (error) => {
      process.nextTick(() => {
        if (done === undefined) this.emit("error", error);
        else done(error);
      });
    });
    return this;
  }

  /** Later: what listeners throw is theirs, and must not end what is being read. */
  #emitSoon(name: string, ...values: unknown[]): void {
    process.nextTick(() => this.emit(name, ...values));
  }

  async #read(): Promise<void> {
    const socket = this.#socket;
    if (this.#reading || this.type === "push" || this.type === "pub") return;
    this.#reading = true;
    while (!socket.closed && !this.#paused) {
      try {
        const message = await socket.receive();
        if (this.#paused) this.#kept.push(message);
        else this.#emitSoon("message", ...message);
      } catch (error) {
        if (socket.closed) break;
        if ((error as { readonly code?: unknown }).code === "EBUSY") {
          // It is being bound. That takes turns of the event loop.
          await new Promise((resolve) => setTimeout(resolve, 0));
        } else this.#emitSoon("error", error);
      }
    }
    this.#reading = false;
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    while (this.#queue.length > 0 && !this.#paused && !this.#socket.closed) {
      const { message, done } = this.#queue.shift()!;
      let failure: Error | undefined;
      try {
        await this.#socket.send(message);
      } catch (error) {
        failure = error as Error;
      }
      if (done !== undefined) {
        // As there: without an argument if all is well.
        if (failure === undefined) done();
        else done(failure);
      } else if (failure !== undefined) this.emit("error", failure);
    }
    this.#sending = false;
  }

  async #monitor(): Promise<void> {
    const { events } = this.#socket;
    while (!events.closed) {
      try {
        const event = await events.receive();
        if (event.type === "end") return;
        const name = EVENT_NAMES[event.type];
        if (name === undefined) continue;
        const { address, interval, error } = event as { address?: string; interval?: number; error?: Error };
        this.emit(name, interval ?? (error as { errno?: number } | undefined)?.errno, address, error);
      } catch (error) {
        // Whoever has closed the observer wants to hear no more.
        if (events.closed || this.#socket.closed) return;
        this.emit("error", error);
      }
    }
  }
}

for (const name of Object.keys(options) as ShortName[]) {
  Object.defineProperty(Socket.prototype, name, {
    get(this: Socket): OptionValue {
      return this.getsockopt(name);
    },
    set(this: Socket, value: unknown): void {
      this.setsockopt(name, value);
    },
    configurable: true,
  });
}
