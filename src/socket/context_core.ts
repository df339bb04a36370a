/**
 * A context without its face: what its sockets find in it.
 *
 * @module
 */

import { ClosedError, show, wrongType, ZmqError } from "../errors.ts";
import { InprocNames } from "../session/inproc.ts";
import type { Transport } from "../transport/link.ts";
import { Transports } from "../transport/registry.ts";
import { defaultTransports } from "./default_transports.ts";
import { checkCapability } from "./dial.ts";
import { CONTEXT_OPTION_TABLE, OPTION_TABLE, refuseUnknown } from "./option_table.ts";

/** A socket, as its context sees it. */
export interface ContextMember {
  /** Closes the socket. */
  close(linger: number): Promise<{ unsent: number }>;
  /** The socket's options. */
  readonly options: { readonly linger: number };
}

/** Inproc names, transports, default options, and the sockets that are open. */
export class ContextCore {
  /** The inproc names. */
  readonly names: InprocNames = new InprocNames();
  /** The default options that were given, checked. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Whether the context has been closed. */
  closed = false;
  readonly #given: Iterable<Transport> | undefined;
  readonly #maxSockets: number;
  readonly #members: Set<ContextMember> = new Set();
  #transports: Transports | undefined;

  /** Checks what `new Context` was given. */
  constructor(given: object) {
    if (typeof given !== "object" || given === null) {
      throw wrongType(`Cannot make context: options are ${show(given)}, wanted an object`);
    }
    const { transports, ...options } = given as { readonly transports?: unknown };
    this.#given = readTransports(transports);
    const own: Record<string, unknown> = {};
    const defaults: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(options)) {
      const ofContext = Object.hasOwn(CONTEXT_OPTION_TABLE, name);
      const row = ofContext ? CONTEXT_OPTION_TABLE[name]! : OPTION_TABLE[name];
      if (row === undefined || !ofContext && !Object.hasOwn(OPTION_TABLE, name)) throw refuseUnknown(name);
      if (value === undefined) continue;
      const checked = row.check(name, value);
      if (ofContext) own[name] = checked;
      else {
        checkCapability(() => this.transports, name, checked);
        defaults[name] = checked;
      }
    }
    this.#maxSockets = own["maxSockets"] as number | undefined ?? Infinity;
    this.defaults = own["blocky"] === false ? { linger: 0, ...defaults } : defaults;
  }

  /** The transports, found when they are first needed. */
  get transports(): Transports {
    return this.#transports ??= new Transports(this.#given ?? defaultTransports());
  }

  /** A socket is made. */
  join(member: ContextMember): void {
    if (this.closed) throw new ClosedError("Cannot make socket: its context is closed");
    if (this.#members.size >= this.#maxSockets) {
      throw new ZmqError(
        "EMFILE",
        `Cannot make socket: its context has ${this.#members.size} open, maxSockets is ${this.#maxSockets}`,
      );
    }
    this.#members.add(member);
  }

  /** A socket is closed. */
  leave(member: ContextMember): void {
    this.#members.delete(member);
  }

  /** Closes every socket. `linger`: for all of them; `undefined`: each has its own. */
  async close(linger: number | undefined): Promise<{ unsent: number }> {
    this.closed = true;
    const closing = [...this.#members].map((member) => member.close(linger ?? member.options.linger));
    // With its sockets closed there is nobody left to bind a name.
    this.names.close();
    const results = await Promise.all(closing);
    return { unsent: results.reduce((sum, { unsent }) => sum + unsent, 0) };
  }
}

function readTransports(given: unknown): Iterable<Transport> | undefined {
  if (given === undefined) return undefined;
  const iterable = typeof given === "object" && given !== null && Symbol.iterator in given;
  const transports = iterable ? [...given as Iterable<Partial<Transport> | null | undefined>] : [undefined];
  const strange = transports.find((one) => typeof one?.scheme !== "string" || typeof one.connect !== "function");
  if (iterable && !transports.includes(undefined) && strange === undefined) return transports as Transport[];
  throw wrongType(`Cannot make context: transports are ${show(given)}, wanted an array of Transport`);
}
