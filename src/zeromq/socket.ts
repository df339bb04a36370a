/**
 * The socket of npm `zeromq`, over the library's: one call at a time each way, nothing while it is being bound.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { SocketCore } from "../socket/core.ts";
import { coreOf, type Socket as LibrarySocket } from "../socket/socket.ts";
import type { Router as LibraryRouter } from "../socket/routing.ts";
import { bindAtOnce } from "./at_once.ts";
import { type Behind, putBehind } from "./behind.ts";
import { BoundNames, checkScheme } from "./names.ts";
import { Context, context as sharedContext, insideOf } from "./context.ts";
import { closed, type Lasting, opened } from "./ending.ts";
import { checkOptions } from "./envelopes.ts";
import { changeGroups } from "./groups.ts";
import { busyError, checkCount, errnoError, translate } from "./errno.ts";
import { type LibraryType, libraryTypeOf } from "./library_types.ts";
import { Observer } from "./observer.ts";
import { type Condition, NumberedOptions, READABLE, WRITABLE } from "./numbered_options.ts";
import { defineOptions } from "./option_properties.ts";
import { SPECIAL } from "./option_table.ts";
import { outgoing } from "./outgoing.ts";
import { iterate, type Received, type Receiver, Receiving } from "./receiving.ts";
import { Sending } from "./sending.ts";
import { rowsOf, Settings, showValue } from "./settings.ts";
import type { SocketProperties } from "./properties.ts";
import { hold, release } from "./turns.ts";

const SEND_TIMEOUT = 28;
const RECEIVE_TIMEOUT = 27;
const MANDATORY = 33;

type State = "open" | "blocked" | "closed";

/** The options of every socket, as properties. */
export interface Socket extends SocketProperties {}

/** What every socket has. Make one of the types: `Push`, `Pull`, `Request`, … */
export abstract class Socket {
  readonly #type: LibraryType;
  readonly #library: LibrarySocket;
  readonly #core: SocketCore;
  readonly #context: Context;
  readonly #settings: Settings;
  readonly #options: NumberedOptions;
  readonly #sending: Sending;
  readonly #receiving: Receiving;
  #state: State = "open";
  /** Whether `close` has been called while the socket was blocked. */
  #closing = false;
  readonly #bound = new BoundNames();
  #endpoints = 0;
  #observer: Observer | undefined;
  readonly #lasting: Lasting;

  /**
   * Makes a socket of a type, which each class for itself knows.
   *
   * @param type The type's number in libzmq.
   * @param options Options to set.
   * @throws {TypeError} If an option is unknown or of the wrong type.
   * @throws {Error} `EINVAL` if there is no such type, or an option is out of its range; `EMFILE` if the context has too
   * many sockets; `ENOTSUP` for what cannot be had here.
   */
  protected constructor(type: number, options?: object) {
    if (typeof type !== "number") throw new TypeError("Socket type must be a number");
    if (options !== undefined && typeof options !== "object" && typeof options !== "function" || options === null) {
      throw new TypeError("Options must be an object");
    }
    checkCount(arguments.length, 2);
    const { context = sharedContext, ...rest } = (options ?? {}) as { readonly context?: unknown };
    // As there: without a code.
    if (!(context instanceof Context)) throw new Error("Invalid argument");
    this.#type = libraryTypeOf(type);
    const inside = insideOf(this.#context = context);
    inside.join();
    this.#library = this.#type.make(inside.library);
    const core = this.#core = coreOf(this.#library);
    this.#settings = new Settings(this.#type.name, this.#library, inside.initialOf(this.#type.name));
    this.#options = new NumberedOptions(this.#type, this.#library, this.#settings, this.#condition());
    this.#receiving = new Receiving(core, () => this.#sending.retry(), this.#type.open);
    this.#sending = new Sending(core, () => this.#receiving.peeked && this.#type.turns);
    putBehind(this, this.#behind());
    this.#lasting = opened(core, () => context.blocky, () => this.#shut());
    Object.seal(this);
    try {
      Object.assign(this, rest);
    } catch (error) {
      this.#shut();
      throw error;
    }
  }

  static {
    const methods = {
      send(this: Socket, message: unknown, options?: unknown): Promise<void> {
        // Hot: once per message.
        if (message === undefined) throw new TypeError("Message must be present");
        const { seal } = this.#type;
        if (seal !== undefined) checkOptions(options);
        checkCount(arguments.length, seal === undefined ? 1 : 2);
        this.#check();
        if (this.#sending.busy) throw busyError("Socket", "writing", "send");
        const parts = outgoing(message);
        const frames = seal === undefined ? parts : seal(parts, options);
        if (parts.length === 0) return Promise.resolve();
        return this.#sending.send(frames, this.#settings.number(SEND_TIMEOUT));
      },
      receive(this: Socket): Promise<Received> {
        // Hot: once per message.
        checkCount(arguments.length, 0);
        this.#check();
        if (this.#receiving.busy) throw busyError("Socket", "reading", "receive");
        return this.#receiving.receive(this.#settings.number(RECEIVE_TIMEOUT));
      },
      join(this: Socket, ...groups: unknown[]): void {
        changeGroups(this.#library, "join", groups, () => this.#check());
      },
      leave(this: Socket, ...groups: unknown[]): void {
        changeGroups(this.#library, "leave", groups, () => this.#check());
      },
      [Symbol.asyncIterator](this: Socket & Receiver): AsyncIterator<Received, undefined> {
        return iterate(this);
      },
    };
    for (const name of Reflect.ownKeys(methods)) {
      const value = methods[name as keyof typeof methods];
      Object.defineProperty(this.prototype, name, { value, writable: true, configurable: true });
    }
    defineOptions(this.prototype, rowsOf(undefined));
  }

  /** The context that it is in. */
  get context(): Context {
    // As there: a closed socket has none.
    return this.closed ? undefined as unknown as Context : this.#context;
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#state === "closed";
  }

  /** Whether `receive` would find a message. */
  get readable(): boolean {
    return !this.closed && this.#receiving.ready;
  }

  /** Whether `send` would find room. */
  get writable(): boolean {
    return !this.closed && this.#sending.ready(this.#settings.get(MANDATORY) === 1);
  }

  /** What happens to it: the observer is made at the first look. */
  get events(): Observer {
    return this.#observer ??= new Observer(this);
  }

  /** The number of its type in libzmq. */
  get type(): number {
    return this.getInt32Option(SPECIAL.type);
  }

  /** The last endpoint that was bound, as resolved, or connected, as given; `null` before. */
  get lastEndpoint(): string | null {
    return this.getStringOption(SPECIAL.lastEndpoint);
  }

  /** The security mechanism that its options ask for; `null` for none. */
  get securityMechanism(): null | "plain" | "curve" | "gssapi" {
    return ([null, "plain", "curve"] as const)[this.getInt32Option(SPECIAL.mechanism)]!;
  }

  /** Whether libzmq would let threads share it. */
  get threadSafe(): boolean {
    return this.getBoolOption(SPECIAL.threadSafe);
  }

  /**
   * Binds an endpoint. Until that is done the socket can do nothing else.
   *
   * @param address `tcp://interface:port`, `ipc://path` or `inproc://name`; `*` for any interface, any port.
   * @returns When it is bound: `lastEndpoint` says to what.
   * @throws {TypeError} If the address is no text.
   * @throws {Error} `EBADF` if it is closed, `EBUSY` if it is being bound; rejects with `EADDRINUSE`, `EINVAL`, …
   */
  bind(address: string): Promise<void> {
    this.#checkAddress(address, arguments.length);
    this.#state = "blocked";
    return this.#blocked(address, async () => {
      const endpoint = await this.#core.endpoints.bind(address, undefined);
      this.#noteBound(address, endpoint);
    });
  }

  /**
   * Binds an endpoint before it returns. A path of `ipc` that is a socket already is taken over, as by libzmq, whoever
   * listens on it: {@link bind} asks first.
   *
   * @param address As for {@link bind}; a host that would have to be looked up is `ENODEV`.
   * @throws {TypeError} If the address is no text.
   * @throws {Error} `ENOTSUP` for other transports than `tcp`, `ipc` and `inproc`; otherwise as {@link bind}.
   */
  bindSync(address: string): void {
    this.#checkAddress(address, arguments.length);
    try {
      this.#noteBound(address, bindAtOnce(this.#core, address));
    } catch (error) {
      throw translate(error, address);
    }
  }

  /**
   * Frees an endpoint that was bound. Until that is done the socket can do nothing else.
   *
   * @param address As it was given to {@link bind}, or as `lastEndpoint` was.
   * @returns When it can be bound again.
   * @throws {TypeError} If the address is no text.
   * @throws {Error} `EBADF` if it is closed, `EBUSY` if it is being bound; rejects with `ENOENT` if it is not bound,
   * `EINVAL` or `EPROTONOSUPPORT` if it could not be.
   */
  unbind(address: string): Promise<void> {
    this.#checkAddress(address, arguments.length);
    this.#state = "blocked";
    return this.#blocked(address, async () => {
      checkScheme(this.#core, address, "bind");
      await (this.#free(address) ?? this.#core.endpoints.disconnect(address));
    });
  }

  /**
   * Frees an endpoint before it returns.
   *
   * @param address As it was given to {@link bind}, or as `lastEndpoint` was.
   * @throws {TypeError} If the address is no text.
   * @throws {Error} As {@link unbind}.
   */
  unbindSync(address: string): void {
    this.#checkAddress(address, arguments.length);
    try {
      checkScheme(this.#core, address, "bind");
      const freeing = this.#free(address);
      // What fails is an event.
      if (freeing === undefined) this.#core.endpoints.disconnect(address);
      else freeing.catch(() => {});
    } catch (error) {
      throw translate(error, address);
    }
  }

  /**
   * Connects to an endpoint, behind the scenes, and again whenever the connection is lost.
   *
   * @param address `tcp://host:port`, `ipc://path` or `inproc://name`.
   * @throws {TypeError} If the address is no text.
   * @throws {Error} `EBADF` if it is closed, `EBUSY` if it is being bound, `EINVAL` if the address is malformed.
   */
  connect(address: string): void {
    this.#checkAddress(address, arguments.length);
    const routingId = this.#options.takePeerId();
    try {
      this.#settings.checkFit();
      if (routingId === undefined) this.#library.connect(address);
      else (this.#library as LibraryRouter).connect(address, { routingId });
    } catch (error) {
      throw translate(error, address);
    }
    this.#endpoints++;
  }

  /**
   * Connects to an endpoint no more.
   *
   * @param address As it was given to {@link connect}.
   * @throws {TypeError} If the address is no text.
   * @throws {Error} `EBADF` if it is closed, `EBUSY` if it is being bound, `ENOENT` if it is not connected.
   */
  disconnect(address: string): void {
    this.#checkAddress(address, arguments.length);
    try {
      checkScheme(this.#core, address, "connect");
      const freeing = this.#free(address);
      if (freeing === undefined) {
        this.#core.endpoints.disconnect(address);
        this.#endpoints--;
      } else {
        // What fails is an event.
        freeing.catch(() => {});
      }
    } catch (error) {
      throw translate(error, address);
    }
  }

  /**
   * Closes it: calls that wait reject with `EAGAIN`, and what is queued has `linger` to go out, behind the scenes. If it
   * is being bound, it closes when that is done.
   */
  close(): void {
    checkCount(arguments.length, 0);
    if (this.#state === "blocked") this.#closing = true;
    else this.#shut();
  }

  /** Reads a flag by its number in libzmq. */
  protected getBoolOption(option: number): boolean {
    return showValue("Bool", this.#options.get(option)) as boolean;
  }

  /** Sets a flag by its number in libzmq. */
  protected setBoolOption(option: number, value: boolean): void {
    this.#options.set("Bool", option, value);
  }

  /** Reads a number by its own number in libzmq. */
  protected getInt32Option(option: number): number {
    return this.#options.get(option) as number;
  }

  /** Sets a number by its own number in libzmq. */
  protected setInt32Option(option: number, value: number): void {
    this.#options.set("Int32", option, value);
  }

  /** Reads a number by its own number in libzmq. */
  protected getUint32Option(option: number): number {
    return this.#options.get(option) as number;
  }

  /** Sets a number by its own number in libzmq. */
  protected setUint32Option(option: number, value: number): void {
    this.#options.set("Uint32", option, value);
  }

  /** Reads a number by its own number in libzmq. */
  protected getInt64Option(option: number): number {
    return this.#options.get(option) as number;
  }

  /** Sets a number by its own number in libzmq. */
  protected setInt64Option(option: number, value: number): void {
    this.#options.set("Int64", option, value);
  }

  /** Reads a number by its own number in libzmq. */
  protected getUint64Option(option: number): number {
    return this.#options.get(option) as number;
  }

  /** Sets a number by its own number in libzmq. */
  protected setUint64Option(option: number, value: number): void {
    this.#options.set("Uint64", option, value);
  }

  /** Reads text by its number in libzmq. */
  protected getStringOption(option: number): string | null {
    return showValue("String", this.#options.get(option)) as string | null;
  }

  /** Sets text or octets by their number in libzmq. */
  protected setStringOption(option: number, value: string | Buffer | null): void {
    this.#options.set("String", option, value);
  }

  #check(): void {
    if (this.#state === "open") return;
    if (this.#state === "closed") throw errnoError("EBADF");
    throw errnoError("EBUSY", { message: "Socket is blocked by a bind or unbind operation" });
  }

  #checkAddress(address: unknown, count: number): void {
    if (typeof address !== "string") throw new TypeError("Address must be a string");
    checkCount(count, 1);
    this.#check();
  }

  /** Does what takes its time, with the socket blocked meanwhile. */
  async #blocked(address: string, body: () => Promise<void>): Promise<void> {
    hold();
    try {
      await body();
    } catch (error) {
      throw translate(error, address);
    } finally {
      release();
      this.#state = "open";
      if (this.#closing) this.#shut();
    }
  }

  #noteBound(given: string, endpoint: string): void {
    this.#bound.add(given, endpoint);
    this.#endpoints++;
  }

  /** Frees a name that is bound; `undefined` if it is not. */
  #free(address: string): Promise<void> | undefined {
    const endpoint = this.#bound.take(address);
    if (endpoint === undefined) return undefined;
    this.#endpoints--;
    return this.#core.endpoints.unbind(endpoint);
  }

  #shut(): void {
    if (this.closed) return;
    this.#sending.giveUp();
    this.#receiving.giveUp();
    this.#state = "closed";
    this.#endpoints = 0;
    this.#observer = undefined;
    insideOf(this.#context).leave();
    closed(this.#lasting, this.#core.close(this.#core.options.linger));
  }

  #condition(): Condition {
    const socket = this as Socket;
    return {
      events: () => (socket.readable ? READABLE : 0) | (socket.writable ? WRITABLE : 0),
      get closed() {
        return socket.closed;
      },
      get bare() {
        return socket.#endpoints === 0 && socket.#state !== "blocked";
      },
    };
  }

  #behind(): Behind {
    const socket = this as Socket;
    return {
      library: this.#library,
      core: this.#core,
      get closed() {
        return socket.closed;
      },
      get endpoints() {
        return socket.#endpoints;
      },
      check: () => this.#check(),
      block: () => void (this.#state = "blocked"),
      shut: () => this.#shut(),
    };
  }
}
