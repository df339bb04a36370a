/**
 * What every socket is: something to bind and connect, to listen to and to close.
 *
 * @module
 */

import { Deque } from "../bytes/deque.ts";
import type { SocketType } from "../engine/compatibility.ts";
import { ClosedError, show, StateError, wrongType } from "../errors.ts";
import type { Frames, MessageInput } from "../message.ts";
import type { SocketEvents } from "../monitor/socket_events.ts";
import type { PeerStats, SocketStats } from "../monitor/stats.ts";
import type { Pattern } from "../pattern/pattern.ts";
import { type Face, readableOf, writableOf } from "../streams/streams.ts";
import { signalOf, type WaitOptions } from "./aborts.ts";
import type { Attaching } from "./attach.ts";
import { Context, contextCoreOf, sharedContext } from "./context.ts";
import { SocketCore } from "./core.ts";
import { type CloseOptions, lingerOf } from "./linger.ts";
import { OPTION_TABLE } from "./option_table.ts";
import type { Properties, SocketOptions } from "./options.ts";
import { security } from "./security_slot.ts";
import type { Waiter } from "./waiters.ts";

/** `unlocked`: throws if the socket's readable stream is locked. */
let readCore: (socket: Socket, unlocked?: boolean) => SocketCore;

/** What is behind a socket's face. For the library's own use; it is not exported to users. */
export function coreOf(socket: Socket): SocketCore {
  return readCore(socket);
}

/** Throws if a socket's readable stream is locked. For the library's own use; it is not exported to users. */
export function checkReceiving(socket: Socket): void {
  readCore(socket, true);
}

/** Every option that all sockets heed, as a property; and `attach`, which `./core` has as a function alone. */
export interface Socket extends Properties<SocketOptions>, Attaching {}

/** What every socket type has in common. Make one of the types: `Push`, `Pull`, `Request`, … */
export abstract class Socket implements AsyncDisposable {
  readonly #core: SocketCore;
  readonly #context: Context;
  #readable: Face<ReadableStream<Frames>> | undefined;
  #writable: Face<WritableStream<MessageInput>> | undefined;

  /** For the socket types alone. @internal */
  protected constructor(
    type: SocketType,
    options: { readonly context?: Context } | undefined,
    makePattern: (core: SocketCore) => Pattern,
  ) {
    const given: unknown = options ?? {};
    if (typeof given !== "object") throw wrongType(`Cannot make socket: options are ${show(given)}, wanted an object`);
    const context = options?.context ?? sharedContext();
    if (!(context instanceof Context)) {
      throw wrongType(`Cannot make socket: context is ${show(context)}, wanted a Context`);
    }
    this.#context = context;
    this.#core = new SocketCore(type, contextCoreOf(context), given as object, makePattern);
  }

  /** The socket type's name on the wire, e.g. `PUSH`. */
  get type(): SocketType {
    return this.#core.type;
  }

  /** Whether `close` has been called. */
  get closed(): boolean {
    return this.#core.isClosed;
  }

  /** The context the socket lives in. */
  get context(): Context {
    return this.#context;
  }

  /** The last endpoint bound, as resolved, or connected, as given; `undefined` before. libzmq: `ZMQ_LAST_ENDPOINT`. */
  get lastEndpoint(): string | undefined {
    return this.#core.endpoints.last;
  }

  /** The security mechanism that the options ask for; `null` for NULL. libzmq: `ZMQ_MECHANISM`. */
  get securityMechanism(): "plain" | "curve" | null {
    return security()?.nameOf(this.#core.options) ?? null;
  }

  /**
   * Whether threads may share it: no socket can be given to another thread here, of whatever type. libzmq, which says so
   * of CLIENT and its like: `ZMQ_THREAD_SAFE`.
   */
  get threadSafe(): boolean {
    return false;
  }

  /** The peers that messages can pass to or from right now. */
  get peers(): readonly PeerStats[] {
    return this.#core.stats().peers.filter((peer) => peer.connected);
  }

  /**
   * What happens to the socket's endpoints and connections: an async iterable, with `on`, `off` and `once`. Nothing is
   * kept before the first look.
   */
  get events(): SocketEvents {
    return this.#core.events;
  }

  /** A snapshot of what the socket has counted, and of its queues. */
  stats(): SocketStats {
    return this.#core.stats();
  }

  /**
   * Binds an endpoint: peers may connect to it from now on.
   *
   * @example A port that the system picks
   * ```ts
   * import { Pull } from "@zerostream/zmq";
   * import { assertMatch } from "@std/assert";
   *
   * await using pull = new Pull();
   * assertMatch(await pull.bind("tcp://127.0.0.1:*"), /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/);
   * ```
   *
   * @param endpoint `tcp://interface:port`, `ws://interface:port/path`, `ipc://path` or `inproc://name`; `*` or 0 for a
   * free port, `*` for every interface, `ipc://*` for a fresh path, `ipc://@name` for Linux's abstract names;
   * `udp://interface:port` for DISH and DGRAM.
   * @param options `signal` gives the call up.
   * @returns The endpoint as bound, which is what `connect` takes.
   * @throws {EndpointError} If the endpoint is malformed (`EINVAL`) or its transport unknown (`EPROTONOSUPPORT`).
   * @throws {ClosedError} If the socket is closed.
   * @throws {EndpointError} (rejects) If it cannot be bound: `EADDRINUSE`, `EACCES`, `ENODEV`, `ENOENT`, …
   */
  bind(endpoint: string, options?: WaitOptions): Promise<string> {
    return this.#core.endpoints.bind(endpoint, signalOf("bind", options));
  }

  /**
   * Connects to an endpoint. Returns at once: it is dialled behind the scenes, and dialled again whenever it fails or
   * is lost. What is sent meanwhile is queued, unless the socket is `immediate`. To connect twice to one endpoint makes
   * two connections, but for DEALER, SUB, PUB and REQ, where the second call does nothing.
   *
   * @param endpoint `tcp://host:port`, `tcp://source:port;host:port`, `ws://host:port/path`, `ipc://path` or
   * `inproc://name`; `udp://host:port` for RADIO.
   * @throws {EndpointError} If the endpoint is malformed (`EINVAL`), its transport unknown (`EPROTONOSUPPORT`) or not for
   * sockets of this type (`ENOCOMPATPROTO`).
   * @throws {ClosedError} If the socket is closed.
   */
  connect(endpoint: string): void {
    this.#core.endpoints.connect(endpoint, new Uint8Array(0));
  }

  /**
   * Frees a bound endpoint, and ends the connections that were accepted through it, each after `linger` at most.
   *
   * @param endpoint The endpoint as `bind` was given it, or as it resolved it.
   * @returns When the endpoint can be bound again.
   * @throws {EndpointError} (rejects) `ENOENT` if it is not bound.
   */
  unbind(endpoint: string): Promise<void> {
    return this.#core.endpoints.unbind(endpoint);
  }

  /**
   * Connects to an endpoint no more. What is queued for it has `linger` to go out; what has come from it and was not
   * received is dropped, as in libzmq.
   *
   * @param endpoint The endpoint as `connect` was given it.
   * @throws {EndpointError} `ENOENT` if it is not connected.
   */
  disconnect(endpoint: string): void {
    this.#core.endpoints.disconnect(endpoint);
  }

  /**
   * Closes the socket: calls that wait reject with a {@link ClosedError}, iterations end, endpoints are freed, and
   * queued messages have `linger` to go out. To close twice is to close once.
   *
   * @example What does not go out is counted
   * ```ts
   * import { Push } from "@zerostream/zmq";
   * import { assertEquals } from "@std/assert";
   *
   * const push = new Push();
   * push.connect("tcp://127.0.0.1:1"); // Nobody is there.
   * await push.send("hello?");
   * assertEquals(await push.close({ linger: 0 }), { unsent: 1 });
   * ```
   *
   * @param options `linger`: milliseconds; the socket's own unless given.
   * @returns When all is done: how many queued messages did not go out.
   * @throws {RangeError} If `linger` is not a number of milliseconds, 0 or more.
   */
  close(options?: CloseOptions): Promise<{ unsent: number }> {
    return this.#core.close(lingerOf(options) ?? this.#core.options.linger);
  }

  /** Closes the socket, as `await using` does at the end of its block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #sending(): void {
    if (this.#writable?.stream.locked && !this.#writable.ended) {
      throw new StateError("Cannot send: the socket's writable stream is locked, wanted its lock released first");
    }
  }

  #receiving(): void {
    if (this.#readable?.stream.locked && !this.#readable.ended) {
      throw new StateError("Cannot receive: the socket's readable stream is locked, wanted its lock released first");
    }
  }

  // The faces of `Sending` and `Receiving`. Every type has them, so that a call on the wrong one gets an error that
  // says so; the types declare those that are theirs.
  static {
    readCore = (socket, unlocked) => {
      if (unlocked) socket.#receiving();
      return socket.#core;
    };
    const methods = {
      send(this: Socket, message: MessageInput, options?: WaitOptions): Promise<void> {
        // Hot: once per message.
        if (this.#writable !== undefined) this.#sending();
        return this.#core.send(message, options);
      },
      trySend(this: Socket, message: MessageInput): boolean {
        // Hot: once per message.
        if (this.#writable !== undefined) this.#sending();
        return this.#core.trySend(message);
      },
      receive(this: Socket, options?: WaitOptions): Promise<Frames> {
        // Hot: once per message.
        if (this.#readable !== undefined) this.#receiving();
        return this.#core.receive(options) as Promise<Frames>;
      },
      tryReceive(this: Socket): Frames | undefined {
        // Hot: once per message.
        if (this.#readable !== undefined) this.#receiving();
        return this.#core.tryReceive() as Frames | undefined;
      },
      [Symbol.asyncIterator](this: Socket): AsyncIterableIterator<Frames> {
        if (!this.#core.isClosed) this.#core.checkReceive();
        return new Iteration(this.#core, this);
      },
    };
    for (const name of Reflect.ownKeys(methods)) {
      const value = methods[name as keyof typeof methods];
      Object.defineProperty(this.prototype, name, { value, writable: true, configurable: true });
    }
    Object.defineProperty(this.prototype, "readable", {
      get(this: Socket): ReadableStream<Frames> {
        const core = this.#core;
        if (this.#readable === undefined || this.#readable.ended && !core.isClosed) {
          core.checkReceive();
          this.#readable = readableOf(core);
        }
        return this.#readable.stream;
      },
      configurable: true,
    });
    Object.defineProperty(this.prototype, "writable", {
      get(this: Socket): WritableStream<MessageInput> {
        const core = this.#core;
        if (this.#writable === undefined || this.#writable.ended && !core.isClosed) {
          core.checkSend();
          this.#writable = writableOf(core);
        }
        return this.#writable.stream;
      },
      configurable: true,
    });
  }
}

/** Makes options properties of every socket. For the library's own use; it is not exported to users. */
export function defineOptions(names: readonly string[]): void {
  for (const name of names) {
    Object.defineProperty(Socket.prototype, name, {
      get(this: Socket): unknown {
        return readCore(this).store.get(name);
      },
      set(this: Socket, value: unknown): void {
        readCore(this).setOption(name, value);
      },
      configurable: true,
    });
  }
}

defineOptions(Object.keys(OPTION_TABLE));

/** One `for await` over a socket: about half the cost of a stream's. */
class Iteration implements AsyncIterableIterator<Frames> {
  readonly #core: SocketCore;
  readonly #socket: Socket;
  /** Calls of `next` that wait, and some that have done so. */
  readonly #waiting: Deque<Waiter> = new Deque();
  #done = false;

  constructor(core: SocketCore, socket: Socket) {
    this.#core = core;
    this.#socket = socket;
  }

  next(): Promise<IteratorResult<Frames>> {
    // Hot: once per message.
    const core = this.#core;
    if (this.#done || core.isClosed) return Promise.resolve({ done: true, value: undefined });
    try {
      readCore(this.#socket, true);
    } catch (error) {
      return Promise.reject(error);
    }
    const message = core.tryTake();
    if (message !== undefined) return Promise.resolve({ done: false, value: message as Frames });
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting;
      while (waiting.peek()?.gone) waiting.shift();
      waiting.push(core.enterReceivers(
        core.options.receiveTimeout,
        (taken) => resolve({ done: false, value: taken as Frames }),
        (error) => error instanceof ClosedError ? resolve({ done: true, value: undefined }) : reject(error),
      ));
    });
  }

  return(): Promise<IteratorResult<Frames>> {
    this.#done = true;
    // What they would have taken is for others.
    for (let waiter = this.#waiting.shift(); waiter !== undefined; waiter = this.#waiting.shift()) {
      this.#core.giveUpReceiving(waiter, this.#core.closedError("receive"));
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
