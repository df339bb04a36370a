/**
 * The options of one socket, as they are now: what was given, to be read back, and what the library works with.
 *
 * @module
 */

import type { SocketType } from "../engine/compatibility.ts";
import type { PatternOptions } from "../pattern/pattern.ts";
import type { SessionOptions } from "../session/session.ts";
import type { AcceptFilter } from "../transport/accept_filter.ts";
import { initialOf, OPTION_TABLE, optionRow } from "./option_table.ts";

/** Options as the library works with them. A change shows at once to whoever holds the record. */
export interface Settings extends PatternOptions, SessionOptions {
  readonly linger: number;
  readonly backlog: number;
  readonly ipv6: boolean;
  readonly maxMessageSize: number;
  readonly heartbeatInterval: number;
  readonly heartbeatTimeout: number | undefined;
  readonly heartbeatTimeToLive: number;
  readonly tcpKeepalive: boolean | undefined;
  readonly tcpKeepaliveIdle: number | undefined;
  readonly tcpKeepaliveInterval: number | undefined;
  readonly tcpKeepaliveCount: number | undefined;
  readonly tcpAcceptFilter: AcceptFilter | undefined;
  readonly typeOfService: number;
  readonly socksProxy: string | undefined;
  readonly socksUsername: string | undefined;
  readonly socksPassword: string | undefined;
  readonly metadata: readonly (readonly [string, Uint8Array])[];
  readonly routingId: Uint8Array | undefined;
  readonly sendTimeout: number;
  readonly receiveTimeout: number;
}

/** Holds the options of one socket. */
export class OptionStore {
  /** What the library works with. */
  readonly settings: Settings;
  readonly #type: SocketType;
  readonly #defaults: Readonly<Record<string, unknown>>;
  readonly #given: Record<string, unknown> = {};
  readonly #used: Record<string, unknown> = {};

  /** Every option at its default for this type; `defaults`, checked, are the context's, and count where heeded. */
  constructor(type: SocketType, defaults: Readonly<Record<string, unknown>>) {
    this.#type = type;
    this.#defaults = defaults;
    for (const name of Object.keys(OPTION_TABLE)) this.put(name, this.#initial(name));
    // Every name of `Settings` is a row of the table, whose check answers what `Settings` says.
    this.settings = this.#used as unknown as Settings;
  }

  /** An option as it was given; `undefined` for one that this socket type does not heed. */
  get(name: string): unknown {
    if (!this.#heeds(name)) return undefined;
    const value = this.#given[name];
    return value instanceof Uint8Array ? new Uint8Array(value) : value;
  }

  /**
   * Checks a value for an option; `undefined` is the default. Throws, naming what was given and what was wanted, if it
   * does not fit.
   */
  check(name: string, value: unknown): unknown {
    const row = optionRow(this.#type, name);
    return value === undefined ? this.#initial(name) : row.check(name, value);
  }

  /** Sets an option to a value that has been checked. */
  put(name: string, value: unknown): void {
    const row = OPTION_TABLE[name]!;
    this.#given[name] = value;
    this.#used[name] = row.use === undefined ? value : row.use(value);
  }

  #heeds(name: string): boolean {
    return OPTION_TABLE[name]!.heeds?.includes(this.#type) !== false;
  }

  #initial(name: string): unknown {
    return Object.hasOwn(this.#defaults, name) && this.#heeds(name)
      ? this.#defaults[name]
      : initialOf(this.#type, name);
  }
}
