/**
 * The options of one socket, as they are now: what was given, to be read back, and what the library works with.
 *
 * @module
 */

import type { SocketType } from "../engine/compatibility.ts";
import type { ZmtpVersion } from "../engine/engine.ts";
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
  readonly maxMessageParts: number;
  readonly maxPingRate: number;
  readonly minimumProtocol: ZmtpVersion;
  readonly maxHandshakes: number;
  readonly maxConnections: number;
  readonly heartbeatInterval: number;
  readonly heartbeatTimeout: number | undefined;
  readonly heartbeatTimeToLive: number;
  readonly tcpKeepalive: boolean | undefined;
  readonly tcpKeepaliveIdle: number | undefined;
  readonly tcpKeepaliveInterval: number | undefined;
  readonly tcpKeepaliveCount: number | undefined;
  readonly tcpAcceptFilter: AcceptFilter | undefined;
  readonly typeOfService: number;
  readonly multicastHops: number | undefined;
  readonly socksProxy: string | undefined;
  readonly socksUsername: string | undefined;
  readonly socksPassword: string | undefined;
  readonly plainServer: boolean;
  readonly plainUsername: string | null;
  readonly plainPassword: string | null;
  readonly curveServer: boolean;
  readonly curvePublicKey: string | null;
  readonly curveSecretKey: string | null;
  readonly curveServerKey: string | null;
  readonly zapDomain: string | null;
  readonly zapEnforceDomain: boolean;
  readonly metadata: readonly (readonly [string, Uint8Array])[];
  readonly messageMetadata: boolean;
  readonly routingId: Uint8Array | undefined;
  readonly sendTimeout: number;
  readonly receiveTimeout: number;
}

/** What the options of some sockets are unless they are set. */
interface Defaults {
  /** As they are read back. */
  readonly given: Readonly<Record<string, unknown>>;
  /** As the library works with them. */
  readonly used: Readonly<Record<string, unknown>>;
}

/** Defaults are worked out once for each socket type, and each set of options that a context was given. */
const known: WeakMap<object, Map<SocketType, Defaults>> = new WeakMap();

/** Holds the options of one socket: those that were set. For the others it looks where all sockets like it look. */
export class OptionStore {
  /** What the library works with. */
  readonly settings: Settings;
  readonly #type: SocketType;
  readonly #defaults: Defaults;
  readonly #given: Record<string, unknown>;
  readonly #used: Record<string, unknown>;

  /** Every option at its default for this type; `defaults`, checked, are the context's, and count where heeded. */
  constructor(type: SocketType, defaults: Readonly<Record<string, unknown>>) {
    this.#type = type;
    this.#defaults = defaultsOf(type, defaults);
    this.#given = Object.create(this.#defaults.given);
    this.#used = Object.create(this.#defaults.used);
    // Every name of `Settings` is a row of the table, whose check answers what `Settings` says.
    this.settings = this.#used as unknown as Settings;
  }

  /** An option as it was given; `undefined` for one that this socket type does not heed. */
  get(name: string): unknown {
    if (!heeds(this.#type, name)) return undefined;
    const value = this.#given[name];
    return value instanceof Uint8Array ? new Uint8Array(value) : value;
  }

  /**
   * Checks a value for an option; `undefined` is the default. Throws, naming what was given and what was wanted, if it
   * does not fit.
   */
  check(name: string, value: unknown): unknown {
    const row = optionRow(this.#type, name);
    return value === undefined ? this.#defaults.given[name] : row.check(name, value);
  }

  /** Sets an option to a value that has been checked. */
  put(name: string, value: unknown): void {
    this.#given[name] = value;
    this.#used[name] = use(name, value);
  }
}

function defaultsOf(type: SocketType, ofContext: Readonly<Record<string, unknown>>): Defaults {
  let byType = known.get(ofContext);
  if (byType === undefined) known.set(ofContext, byType = new Map());
  let defaults = byType.get(type);
  if (defaults === undefined) byType.set(type, defaults = makeDefaults(type, ofContext));
  return defaults;
}

function makeDefaults(type: SocketType, ofContext: Readonly<Record<string, unknown>>): Defaults {
  const given: Record<string, unknown> = {};
  const used: Record<string, unknown> = {};
  for (const name of Object.keys(OPTION_TABLE)) {
    const set = Object.hasOwn(ofContext, name) && heeds(type, name);
    given[name] = set ? ofContext[name] : initialOf(type, name);
    used[name] = use(name, given[name]);
  }
  return { given, used };
}

function heeds(type: SocketType, name: string): boolean {
  return OPTION_TABLE[name]!.heeds?.includes(type) !== false;
}

/** What the library works with, of a value that has been checked. */
function use(name: string, value: unknown): unknown {
  const row = OPTION_TABLE[name]!;
  return row.use === undefined ? value : row.use(value);
}
