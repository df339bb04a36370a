/**
 * What sockets share: inproc names, transports, and default options.
 *
 * @module
 */

import type { Transport } from "../transport/link.ts";
import { ContextCore } from "./context_core.ts";
import { lingerOf } from "./linger.ts";
import type { DefaultOptions } from "./options.ts";

/** How a {@link Context} is made: default options for its sockets, its transports and its limits. */
export interface ContextOptions extends Omit<DefaultOptions, "context"> {
  /**
   * The transports that `bind` and `connect` use, by their schemes; of two with one scheme the later wins. Default: the
   * runtime's own. `inproc` is always there.
   */
  readonly transports?: Iterable<Transport>;
  /** `false`: the default `linger` of the context's sockets is 0. Default `true`. libzmq: `ZMQ_BLOCKY`. */
  readonly blocky?: boolean;
  /**
   * How many sockets of the context may be open at once, 1 or more; one more throws `EMFILE`. Default `Infinity`.
   * libzmq: `ZMQ_MAX_SOCKETS`.
   */
  readonly maxSockets?: number;
}

let readCore: (context: Context) => ContextCore;

/** What is behind a context's face. For the library's own use; it is not exported to users. */
export function contextCoreOf(context: Context): ContextCore {
  return readCore(context);
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
  readonly #core: ContextCore;

  /**
   * Makes a context with no sockets.
   *
   * @param options Default options for the sockets of this context, and the transports they use. Each socket takes the
   * options that its type heeds.
   * @throws {TypeError} If an option is unknown, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   * @throws {NotSupportedError} If an option cannot be had on this runtime.
   */
  constructor(options: ContextOptions = {}) {
    this.#core = new ContextCore(options);
  }

  static {
    readCore = (context) => context.#core;
  }

  /** Whether the context has been closed. */
  get closed(): boolean {
    return this.#core.closed;
  }

  /**
   * Closes every socket of the context; none can be made in it afterwards. libzmq: `zmq_ctx_term`.
   *
   * @param options `linger`: how long queued messages may take to go out, in milliseconds; each socket's own unless
   * given.
   * @returns How many messages did not go out.
   * @throws {RangeError} If `linger` is not a number of milliseconds, 0 or more.
   */
  close(options?: { readonly linger?: number }): Promise<{ unsent: number }> {
    return this.#core.close(lingerOf(options));
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
