/**
 * The options of one socket: as libzmq has them for whoever reads them back, and as the library has them for its use.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Socket as LibrarySocket } from "../socket/socket.ts";
import { errnoError, translate } from "./errno.ts";
import { MechanismChoice } from "./mechanism.ts";
import { type Kind, OPTION_ROWS, OPTION_TABLE, type OptionRow, type Raw, text, type TypeName } from "./option_table.ts";

const LARGEST_UINT64 = 2 ** 64;

/** Options that no socket may seem to heed. */
const SECURITY = /^(?:plain|curve|zap)/;

/** What each kind takes, in the binding's words. */
const WANTED: Readonly<Record<Kind, string>> = {
  Bool: "Option value must be a boolean",
  Int32: "Option value must be a number",
  Uint32: "Option value must be a number",
  Int64: "Option value must be a number",
  Uint64: "Option value must be a number",
  String: "Option value must be a string or buffer",
};

/** Reads a value that was given for an option of some kind: as that kind has it. */
export function readValue(kind: Kind, value: unknown): Raw {
  const refused = new TypeError(WANTED[kind]);
  if (kind === "Bool") {
    if (typeof value !== "boolean") throw refused;
    return Number(value);
  }
  if (kind === "String") {
    if (value === null || typeof value === "string") return value;
    if (!ArrayBuffer.isView(value)) throw refused;
    // A copy: the caller may go on to use it.
    return Buffer.from(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  }
  if (typeof value !== "number") throw refused;
  if (kind === "Int32") return value | 0;
  if (kind === "Uint32") return value >>> 0;
  const number = Number.isNaN(value) || kind === "Int64" && !Number.isFinite(value) ? 0 : Math.trunc(value) + 0;
  return kind === "Int64" ? number : Math.min(Math.max(number, 0), LARGEST_UINT64);
}

/** What an option of some kind is shown as. */
export function showValue(kind: Kind, value: Raw): unknown {
  if (kind === "Bool") return value !== 0;
  return value !== null && typeof value === "object" ? text(value) : value;
}

/** The options of one socket. */
export class Settings {
  readonly #type: TypeName;
  readonly #socket: LibrarySocket;
  readonly #values: Map<number, Raw>;
  readonly #mechanism = new MechanismChoice();
  /** What the library will not have, of options that libzmq looks at when it connects. */
  readonly #unfit: Map<number, unknown> = new Map();

  /** `initial` are the values by number that differ from the table's, e.g. the context's. */
  constructor(type: TypeName, socket: LibrarySocket, initial: ReadonlyMap<number, Raw>) {
    this.#type = type;
    this.#socket = socket;
    this.#values = new Map(initial);
    for (const [id, value] of initial) this.#apply(OPTION_ROWS.get(id)!, value);
  }

  /** An option's value; `undefined` if it cannot be read, or is none of this socket's. */
  get(id: number): Raw | undefined {
    const row = OPTION_ROWS.get(id);
    if (row === undefined || row.access === "write" || row.unreadable || !this.#heeds(row)) return undefined;
    const value = this.#mechanism.read(id) ?? this.#values.get(id);
    return value === undefined ? row.initial : value;
  }

  /** A number among the options; 0 if it is none of this socket's. */
  number(id: number): number {
    return (this.get(id) ?? 0) as number;
  }

  /** Sets an option. Throws what the binding would, or `ENOTSUP` for what cannot be had here. */
  set(id: number, value: Raw): void {
    const row = OPTION_ROWS.get(id);
    if (row === undefined) throw errnoError("EINVAL");
    const checked = row.check(value);
    if (checked === undefined || !this.#heeds(row)) throw errnoError("EINVAL");
    if (MechanismChoice.concerns(id)) return this.#choose(id, checked);
    this.#apply(row, checked);
    this.#values.set(id, checked);
  }

  /** Throws `EINVAL` if an option has a value that nothing can be connected with. */
  checkFit(): void {
    for (const cause of this.#unfit.values()) throw errnoError("EINVAL", { cause });
  }

  #choose(id: number, value: Raw): void {
    this.#mechanism.choose(id, value);
    // As in libzmq: none is a choice, and what there was stays.
    if (value !== null) this.#values.set(id, value);
    for (const [its, used] of this.#mechanism.use(this.#values)) this.#apply(OPTION_ROWS.get(its)!, used as Raw);
  }

  #apply(row: OptionRow, value: Raw): void {
    if (row.idle?.includes(this.#type)) return;
    try {
      this.#unfit.delete(row.id);
      (this.#socket as unknown as Record<string, unknown>)[row.name] = row.use(value);
    } catch (error) {
      // Options that the library has not for this type are options for libzmq, and do nothing there.
      if (!this.#heeds(row)) return;
      if (row.late) return void this.#unfit.set(row.id, error);
      // So are those of ZMTP for a STREAM; but what asks for security there must not seem to have it.
      if (this.#type === "STREAM" && !SECURITY.test(row.name)) return;
      const { code } = error as { readonly code?: unknown };
      throw code === "EINVAL" ? errnoError(code, { cause: error }) : translate(error);
    }
  }

  /** libzmq lets most options be set on any socket; those of some pattern it refuses elsewhere. */
  #heeds(row: OptionRow): boolean {
    return row.on === undefined || row.on.includes(this.#type) || row.numbered?.includes(this.#type) === true;
  }
}

/** The properties of sockets of one type, `undefined` for those that all have. */
export function rowsOf(type: TypeName | undefined): OptionRow[] {
  return OPTION_TABLE.filter(({ on }) => type === undefined ? on === undefined : on?.includes(type));
}
