/**
 * The context of npm `zeromq`, over the library's.
 *
 * @module
 */

import { Context as LibraryContext, sharedContext } from "../socket/context.ts";
import { checkCount, errnoError } from "./errno.ts";
import type { Raw, TypeName } from "./option_table.ts";
import { readValue, showValue } from "./settings.ts";

/** What can be set on a context, when it is made or later. */
export interface ContextOptions {
  /** As {@link Context.blocky}. */
  blocky?: boolean;
  /** As {@link Context.ioThreads}. */
  ioThreads?: number;
  /** As {@link Context.maxMessageSize}. */
  maxMessageSize?: number;
  /** As {@link Context.maxSockets}. */
  maxSockets?: number;
  /** As {@link Context.ipv6}. */
  ipv6?: boolean;
  /** As {@link Context.threadPriority}. */
  threadPriority?: number;
  /** As {@link Context.threadSchedulingPolicy}. */
  threadSchedulingPolicy?: number;
}

/** The options of a context as properties. */
export interface Context {
  /** Whether `linger` of its sockets is -1 unless they set it, rather than 0. Default `true`. */
  blocky: boolean;
  /** Reads as 1: there are no I/O threads here. To set it to anything else throws `ENOTSUP`. */
  ioThreads: number;
  /** Octets. As in libzmq it is read back, and limits nothing. Default 2147483647. */
  maxMessageSize: number;
  /** How many of its sockets may be open at one time. Default 1023. Fixed by the first socket. */
  maxSockets: number;
  /** Whether `ipv6` of its sockets is set unless they set it. Default `false`. */
  ipv6: boolean;
  /** Cannot be read; to set it throws `ENOTSUP`: there are no I/O threads here. */
  threadPriority: number;
  /** Cannot be read; to set it throws `ENOTSUP`: there are no I/O threads here. */
  threadSchedulingPolicy: number;
  /** The most that `maxSockets` can be: 65535. */
  readonly maxSocketsLimit: number;
}

interface Row {
  readonly name: keyof ContextOptions | "maxSocketsLimit";
  readonly id: number;
  readonly kind: "Bool" | "Int32";
  readonly access?: "read" | "write";
  readonly initial: number;
  readonly least: number;
  readonly most: number;
}

const MOST_SOCKETS = 65535;
const LARGEST = 2 ** 31 - 1;
const MAX_SOCKETS = 2;
const IPV6 = 42;
const BLOCKY = 70;

const flagRow = { kind: "Bool", least: -LARGEST, most: LARGEST } as const;
const TABLE: readonly Row[] = [
  { name: "ioThreads", id: 1, kind: "Int32", initial: 1, least: 0, most: LARGEST },
  { name: "maxSockets", id: MAX_SOCKETS, kind: "Int32", initial: 1023, least: 1, most: MOST_SOCKETS },
  { name: "maxSocketsLimit", id: 3, kind: "Int32", access: "read", initial: MOST_SOCKETS, least: 0, most: LARGEST },
  { name: "threadPriority", id: 3, kind: "Int32", access: "write", initial: -1, least: 0, most: LARGEST },
  { name: "threadSchedulingPolicy", id: 4, kind: "Int32", access: "write", initial: -1, least: 0, most: LARGEST },
  { name: "maxMessageSize", id: 5, kind: "Int32", initial: LARGEST, least: 0, most: LARGEST },
  { name: "ipv6", id: IPV6, initial: 0, ...flagRow },
  { name: "blocky", id: BLOCKY, initial: 1, ...flagRow },
];

/** Options that have no meaning without threads: only their defaults are taken. */
const THREADED: readonly string[] = ["ioThreads", "threadPriority", "threadSchedulingPolicy"];

/** Types whose `linger` is 0 unless they set it. */
const HASTY: readonly TypeName[] = ["SUB", "XSUB", "DISH"];

let shared: Context | undefined;
let inside: (context: Context) => ContextInside;

/** What sockets need of their context. */
export interface ContextInside {
  /** The library's context. */
  readonly library: LibraryContext;
  /** What its sockets' options are unless they set them, by number. */
  initialOf(type: TypeName): ReadonlyMap<number, Raw>;
  /** A socket is made. Throws `EMFILE` if there are too many. */
  join(): void;
  /** A socket is closed. */
  leave(): void;
}

/** What is behind a context's face. For this room's own use; it is not exported to users. */
export function insideOf(context: Context): ContextInside {
  return inside(context);
}

/** A world of its own for sockets, whose `inproc` names meet only within it. */
export class Context {
  readonly #library: LibraryContext | undefined;
  readonly #values: Map<number, number> = new Map();
  #open = 0;
  /** How many may be open, once that is fixed. */
  #most: number | undefined;

  /**
   * Makes a context with no sockets.
   *
   * @param options The options that it shall have.
   * @throws {TypeError} If the options are no object, or one is unknown or of the wrong type.
   * @throws {Error} `EINVAL` if one is out of its range; `ENOTSUP` if it needs I/O threads.
   */
  constructor(options?: ContextOptions) {
    if (options !== undefined && (typeof options !== "object" && typeof options !== "function" || options === null)) {
      throw new TypeError("Options must be an object");
    }
    checkCount(arguments.length, 1);
    // The first is the one that sockets share which are given none.
    this.#library = shared === undefined ? undefined : new LibraryContext();
    Object.seal(this);
    Object.assign(this, options);
  }

  static {
    inside = (context) => context.#inside;
    for (const { name, id, kind, access } of TABLE) {
      Object.defineProperty(this.prototype, name, {
        ...(access === "write" ? {} : {
          get(this: Context): unknown {
            return kind === "Bool" ? this.getBoolOption(id) : this.getInt32Option(id);
          },
        }),
        ...(access === "read" ? {} : {
          set(this: Context, value: unknown): void {
            if (kind === "Bool") this.setBoolOption(id, value as boolean);
            else this.setInt32Option(id, value as number);
          },
        }),
        configurable: true,
        enumerable: false,
      });
    }
  }

  /** Reads a flag by its number in libzmq. */
  protected getBoolOption(option: number): boolean {
    return showValue("Bool", this.#get(option)) as boolean;
  }

  /** Sets a flag by its number in libzmq. */
  protected setBoolOption(option: number, value: boolean): void {
    this.#set(option, readValue("Bool", value) as number);
  }

  /** Reads a number by its own number in libzmq. */
  protected getInt32Option(option: number): number {
    return this.#get(option);
  }

  /** Sets a number by its own number in libzmq. */
  protected setInt32Option(option: number, value: number): void {
    this.#set(option, readValue("Int32", value) as number);
  }

  #get(id: unknown): number {
    const row = rowOf(id, "write");
    return this.#values.get(row.id) ?? row.initial;
  }

  #set(id: unknown, value: number): void {
    const row = rowOf(id, "read");
    if (value < row.least || value > row.most) throw errnoError("EINVAL");
    if (THREADED.includes(row.name) && value !== row.initial) {
      const message = `Cannot set option "${row.name}": there are no I/O threads here, wanted it left alone`;
      throw errnoError("ENOTSUP", { message });
    }
    this.#values.set(row.id, row.kind === "Bool" ? Number(value !== 0) : value);
  }

  get #inside(): ContextInside {
    return {
      library: this.#library ?? sharedContext(),
      initialOf: (type) => {
        const lingers = this.#get(BLOCKY) !== 0 && !HASTY.includes(type);
        return new Map<number, Raw>([[17, lingers ? -1 : 0], [22, -1], [IPV6, this.#get(IPV6)]]);
      },
      join: () => {
        this.#most ??= this.#get(MAX_SOCKETS);
        if (this.#open >= this.#most) throw errnoError("EMFILE");
        this.#open++;
      },
      leave: () => void this.#open--,
    };
  }
}

function rowOf(id: unknown, besides: "read" | "write"): Row {
  if (typeof id !== "number") throw new TypeError("Identifier must be a number");
  const row = TABLE.find((row) => row.id === id && row.access !== besides);
  if (row === undefined) throw errnoError("EINVAL");
  return row;
}

/** The context of sockets that are given none. */
export const context: Context = shared = new Context();
