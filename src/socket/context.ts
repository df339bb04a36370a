/**
 * What sockets share: inproc names, transports, and default options.
 *
 * @module
 */

import { ClosedError } from "../errors.ts";
import { InprocNames } from "../session/inproc.ts";
import type { Transport } from "../transport/link.ts";
import { Transports } from "../transport/registry.ts";
import { defaultTransports } from "./default_transports.ts";
import type { DefaultOptions } from "./options.ts";

/** How a {@link Context} is made: default options for its sockets, and its transports. */
export interface ContextOptions extends Omit<DefaultOptions, "context"> {
  /**
   * The transports that `bind` and `connect` use, by their schemes; of two with one scheme the later wins. Default: the
   * runtime's own. `inproc` is always there.
   */
  readonly transports?: Iterable<Transport>;
}

/** A socket, as its context sees it. */
export interface ContextMember {
  /** Closes the socket. */
  close(linger: number): Promise<{ unsent: number }>;
  /** The socket's options. */
  readonly options: { readonly linger: number };
}

/**
 * A world of its own for sockets: `inproc` names meet only within it, and its options are its sockets' defaults.
 * Sockets that are not given a context share one.
 *
 * @example Defaults, and one call that closes everything
 * ```ts
 * import { Context, Pull, Push } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * const context = new Context({ linger: 0, sendHighWaterMark: 10 });
 * const push = new Push({ context });
 * const pull = new Pull({ context });
 * await pull.bind("inproc://jobs");
 * push.connect("inproc://jobs");
 * assertEquals(push.sendHighWaterMark, 10);
 * await context.close();
 * assertEquals(pull.closed, true);
 * ```
 */
export class Context implements AsyncDisposable {
  /** The inproc names. @internal */
  readonly names: InprocNames = new InprocNames();
  /** The default options. @internal */
  readonly defaults: object;
  readonly #given: Iterable<Transport> | undefined;
  #transports: Transports | undefined;
  readonly #members: Set<ContextMember> = new Set();
  #closed = false;

  /**
   * @param options Default options for the sockets of this context, and the transports they use. Each socket takes the
   * options that its type heeds; they are checked when the first such socket is made.
   */
  constructor(options: ContextOptions = {}) {
    const { transports, ...defaults } = options;
    this.#given = transports;
    this.defaults = defaults;
  }

  /** Whether the context has been closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The transports, found when they are first needed. @internal */
  get transports(): Transports {
    return this.#transports ??= new Transports(this.#given ?? defaultTransports());
  }

  /** A socket is made. @internal */
  join(member: ContextMember): void {
    if (this.#closed) throw new ClosedError("Cannot make socket: its context is closed");
    this.#members.add(member);
  }

  /** A socket is closed. @internal */
  leave(member: ContextMember): void {
    this.#members.delete(member);
  }

  /**
   * Closes every socket of the context; none can be made in it afterwards. libzmq: `zmq_ctx_term`.
   *
   * @param options `linger`: how long queued messages may take to go out, in milliseconds; each socket's own unless
   * given.
   * @returns How many messages did not go out.
   */
  async close(options: { readonly linger?: number } = {}): Promise<{ unsent: number }> {
    this.#closed = true;
    const closing = [...this.#members].map((member) => member.close(options.linger ?? member.options.linger));
    const results = await Promise.all(closing);
    return { unsent: results.reduce((sum, { unsent }) => sum + unsent, 0) };
  }

  /** Closes every socket of the context. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

let shared: Context | undefined;

/** The context of sockets that are given none. */
export function sharedContext(): Context {
  if (shared === undefined || shared.closed) shared = new Context();
  return shared;
}
