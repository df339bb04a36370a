/**
 * What a socket is bound and connected to.
 *
 * @module
 */

import { EndpointError, show, wrongType } from "../errors.ts";
import type { Connection } from "../session/connection.ts";
import { Session } from "../session/session.ts";
import { parseInproc, type Role, splitEndpoint } from "../transport/endpoint.ts";
import type { SocketCore } from "./core.ts";
import type { Bindable } from "./datagrams.ts";
import { linkOptionsOf } from "./dial.ts";
import { Door } from "./door.ts";
import { security } from "./security_slot.ts";

/** How many names an error lists of those that there are. */
const LISTED = 10;

/** Types that connect once however often they are told to, as in libzmq. */
const CONNECT_ONCE = ["DEALER", "SUB", "PUB", "REQ"];

/** A bound endpoint. */
interface Bound {
  /** What `bind` was given. */
  readonly given: string;
  /** What that came to. */
  readonly endpoint: string;
  /** Frees the name. */
  close(): Promise<void>;
}

/** The endpoints of one socket. */
export class Endpoints {
  /** The last endpoint bound, as resolved, or connected, as given. */
  last: string | undefined;
  readonly #core: SocketCore;
  /** What is bound, under the name that was given and the one that this came to. */
  readonly #bound: Named<Bound> = new Named();
  readonly #connections: Set<Connection> = new Set();
  /** What is dialled, but for what is on its way out: such a name can be connected again. */
  readonly #dialled: Named<Connection> = new Named();
  /** Who has come in, by the bound endpoint. */
  readonly #doors: Map<string, Door> = new Map();
  /** Names that are being bound or freed: `close` waits for them. */
  readonly #pending: Set<Promise<unknown>> = new Set();

  /** The endpoints of `core`. */
  constructor(core: SocketCore) {
    this.#core = core;
  }

  /** Every peer, and every dialled endpoint. */
  get connections(): Connection[] {
    return [...this.#connections];
  }

  /** A connection has been made. */
  add(connection: Connection): void {
    this.#connections.add(connection);
    if (connection.dialled) this.#dialled.add(connection.endpoint, connection);
  }

  /** A connection is over. */
  remove(connection: Connection): void {
    this.#connections.delete(connection);
    if (connection.dialled) this.#dialled.delete(connection.endpoint, connection);
    else if (connection instanceof Session) this.#doors.get(connection.endpoint)?.left(connection);
  }

  /** Binds an endpoint. What is wrong with its spelling throws; what fails rejects. */
  bind(endpoint: string, signal: AbortSignal | undefined): Promise<string> {
    const core = this.#core;
    this.check(endpoint, "bind");
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (endpoint.startsWith("inproc://")) {
      try {
        core.context.names.bind(endpoint, core);
      } catch (error) {
        return this.#bindFailed(endpoint, error);
      }
      return Promise.resolve(this.note(endpoint, {
        endpoint,
        close: () => Promise.resolve(core.context.names.unbind(endpoint, core)),
      }));
    }
    const binding = this.#listen(endpoint, signal);
    this.#wait(binding);
    return binding;
  }

  /** Connects to an endpoint, from now on and for good. `givenId`: a routing id for the peer; empty: none. */
  connect(endpoint: string, givenId: Uint8Array): void {
    const core = this.#core;
    this.check(endpoint, "connect");
    if (CONNECT_ONCE.includes(core.type) && this.#dialled.has(endpoint)) return;
    this.last = endpoint;
    if (endpoint.startsWith("inproc://")) return void core.context.names.connect(endpoint, core, givenId);
    if (core.datagrams?.connect(core, endpoint)) return;
    const session = new Session(core, endpoint, true, givenId);
    this.add(session);
    session.dial();
  }

  /** Frees a bound endpoint, and ends the connections accepted through it. */
  unbind(endpoint: string): Promise<void> {
    this.#checkText(endpoint, "unbind");
    const found = this.#bound.all(endpoint);
    if (found.length === 0) {
      const known = list(new Set(Array.from(this.#bound, (bound) => bound.endpoint)));
      return Promise.reject(missing("unbind", endpoint, `it is not bound, wanted one that is: ${known}`));
    }
    for (const bound of found) {
      this.#bound.delete(bound.given, bound);
      this.#bound.delete(bound.endpoint, bound);
      // The name of an inproc endpoint is freed, and no more, as in libzmq.
      for (const session of this.#doors.get(bound.endpoint)?.sessions ?? []) {
        this.#wait(session.close(this.#core.options.linger));
      }
      this.#doors.delete(bound.endpoint);
    }
    return Promise.all(found.map((bound) => this.#free(bound))).then(() => {});
  }

  /** Connects to an endpoint no more. */
  disconnect(endpoint: string): void {
    this.#checkText(endpoint, "disconnect");
    const found = this.#dialled.all(endpoint);
    if (found.length === 0) {
      const known = list(new Set(Array.from(this.#dialled, (connection) => connection.endpoint)));
      throw missing("disconnect", endpoint, `it is not connected, wanted one that is: ${known}`);
    }
    const { observed } = this.#core;
    for (const connection of found) {
      this.#dialled.delete(endpoint, connection);
      this.#wait(connection.close(this.#core.options.linger));
      if (observed) this.#core.emit({ type: "close", endpoint: connection.endpoint });
    }
  }

  /** Ends everything. Answers how many messages did not go out. */
  async close(linger: number): Promise<number> {
    const bound = new Set(this.#bound);
    this.#bound.clear();
    // Settled from the start: a name that cannot be freed is an event, and must not end the process meanwhile.
    const freed = Promise.allSettled(Array.from(bound, (one) => this.#free(one)));
    const ended = this.connections.map((connection) => connection.close(linger));
    const unsent = await Promise.all(ended);
    await freed;
    await Promise.allSettled(this.#pending);
    return unsent.reduce((sum, messages) => sum + messages, 0);
  }

  /** Throws if the socket is closed, or an endpoint is not spelled as its transport would have it. */
  check(endpoint: string, role: Role): void {
    this.#checkText(endpoint, role);
    if (splitEndpoint(endpoint, role).scheme === "inproc") return void parseInproc(endpoint, role);
    const { context, options, type } = this.#core;
    const transport = context.transports.find(endpoint, role, ["inproc"]);
    transport.check(endpoint, role, options, type);
    security()?.agree(options, `${role} to ${show(endpoint)}`, transport.scheme, role);
    const { socksProxy, socksUsername, socksPassword } = options;
    if (role === "bind" || transport.scheme !== "tcp" || socksProxy === undefined) return;
    // RFC 1929 has no room for one without the other.
    if ((socksUsername === undefined) !== (socksPassword === undefined)) {
      throw wrongType(
        `Cannot connect to ${show(endpoint)}: socksProxy has a username or a password alone, wanted both or neither`,
      );
    }
  }

  #checkText(endpoint: string, what: string): void {
    if (this.#core.isClosed) throw this.#core.closedError(what);
    if (typeof endpoint !== "string") {
      throw wrongType(`Cannot ${what}: endpoint is ${show(endpoint)}, wanted text such as "tcp://127.0.0.1:5555"`);
    }
  }

  async #listen(endpoint: string, signal: AbortSignal | undefined): Promise<string> {
    const core = this.#core;
    const { options } = core;
    const transport = core.context.transports.find(endpoint, "bind");
    let listener: Bindable;
    try {
      const port = core.datagrams?.bind(core, endpoint, signal);
      if (port !== undefined) return this.note(endpoint, await port);
      const prepared = security()?.prepare(options);
      if (prepared !== undefined) await prepared;
      listener = await transport.listen(
        endpoint,
        { backlog: options.backlog, ...linkOptionsOf(options, transport) },
        {
          accept: (link) => this.door(listener.endpoint).accept(link),
          failed: (error) => {
            if (core.observed) core.emit({ type: "accept:error", endpoint: listener.endpoint, error });
          },
        },
      );
    } catch (error) {
      return this.#bindFailed(endpoint, error);
    }
    if (core.isClosed || signal?.aborted) {
      await listener.close();
      signal?.throwIfAborted();
      throw core.closedError("bind");
    }
    core.opened?.(listener);
    return this.note(endpoint, listener);
  }

  /** The door of a bound endpoint, or of one that somebody else listens for. */
  door(endpoint: string): Door {
    let door = this.#doors.get(endpoint);
    if (door === undefined) this.#doors.set(endpoint, door = new Door(this.#core, endpoint));
    return door;
  }

  /** Something is bound, and may be on a port that was not given. */
  note(given: string, listener: Bindable): string {
    const { endpoint } = listener;
    const bound: Bound = { given, endpoint, close: () => listener.close() };
    this.last = endpoint;
    this.#bound.add(given, bound);
    this.#bound.add(endpoint, bound);
    if (this.#core.observed) this.#core.emit({ type: "bind", endpoint });
    return endpoint;
  }

  #bindFailed(endpoint: string, error: unknown): Promise<never> {
    if (this.#core.observed) this.#core.emit({ type: "bind:error", endpoint, error: error as Error });
    return Promise.reject(error);
  }

  async #free(bound: Bound): Promise<void> {
    const { endpoint } = bound;
    const closing = bound.close();
    this.#wait(closing);
    try {
      await closing;
      if (this.#core.observed) this.#core.emit({ type: "close", endpoint });
    } catch (error) {
      if (this.#core.observed) this.#core.emit({ type: "close:error", endpoint, error: error as Error });
      throw error;
    }
  }

  #wait(promise: Promise<unknown>): void {
    this.#pending.add(promise);
    const done = (): boolean => this.#pending.delete(promise);
    promise.then(done, done);
  }
}

/** Things by name, several of one name perhaps: whatever is asked of it takes the same time however many there are. */
class Named<T> implements Iterable<T> {
  readonly #byName: Map<string, Set<T>> = new Map();

  /** Whether there is anything of this name. */
  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Everything of this name, as it is now. */
  all(name: string): T[] {
    return [...this.#byName.get(name) ?? []];
  }

  /** Everything. */
  *[Symbol.iterator](): Generator<T> {
    for (const things of this.#byName.values()) yield* things;
  }

  add(name: string, thing: T): void {
    const things = this.#byName.get(name);
    if (things === undefined) this.#byName.set(name, new Set([thing]));
    else things.add(thing);
  }

  delete(name: string, thing: T): void {
    const things = this.#byName.get(name);
    if (things?.delete(thing) && things.size === 0) this.#byName.delete(name);
  }

  clear(): void {
    this.#byName.clear();
  }
}

/** Some names, for an error message. */
function list(names: ReadonlySet<string>): string {
  if (names.size === 0) return "none";
  const first = [...names].slice(0, LISTED).join(", ");
  return names.size > LISTED ? `${first} and ${names.size - LISTED} more` : first;
}

function missing(what: string, endpoint: string, found: string): EndpointError {
  return new EndpointError("ENOENT", endpoint, `Cannot ${what} ${show(endpoint)}: ${found}`);
}
