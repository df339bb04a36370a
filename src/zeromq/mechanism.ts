/**
 * Which security mechanism the options of one socket ask for. In libzmq that is the last that an option of was set, and
 * a mechanism whose options are incomplete is one that lets nobody in; the library wants the options of one mechanism,
 * complete. So what it is given is the choice, and not the options one by one.
 *
 * @module
 */

import type { Raw } from "./option_table.ts";

const PLAIN_SERVER = 44;
const PLAIN_USERNAME = 45;
const PLAIN_PASSWORD = 46;
const CURVE_SERVER = 47;
const CURVE_PUBLIC_KEY = 48;
const CURVE_SECRET_KEY = 49;
const CURVE_SERVER_KEY = 50;
const KEY_SIZE = 32;

/** What is chosen between. */
export type Mechanism = "null" | "plain" | "curve";

/** The choice of one socket. */
export class MechanismChoice {
  #mechanism: Mechanism = "null";
  #asServer = false;
  /** A secret key that nobody knows the other half of, for a server that has been given none. */
  #unknown: Uint8Array | undefined;

  /** Whether an option is one of those that choose. */
  static concerns(id: number): boolean {
    return id >= PLAIN_SERVER && id <= CURVE_SERVER_KEY;
  }

  /** An option is set. */
  choose(id: number, value: Raw): void {
    if (id === PLAIN_SERVER || id === CURVE_SERVER) {
      this.#asServer = value !== 0;
      this.#mechanism = value === 0 ? "null" : id === PLAIN_SERVER ? "plain" : "curve";
    } else if (id === PLAIN_USERNAME || id === PLAIN_PASSWORD) {
      this.#mechanism = value === null ? "null" : "plain";
      if (value !== null) this.#asServer = false;
    } else {
      this.#mechanism = "curve";
      if (id === CURVE_SERVER_KEY) this.#asServer = false;
    }
  }

  /** What an option that says who is the server reads as; `undefined` for others. */
  read(id: number): number | undefined {
    if (id === PLAIN_SERVER) return Number(this.#asServer && this.#mechanism === "plain");
    if (id === CURVE_SERVER) return Number(this.#asServer && this.#mechanism === "curve");
    return undefined;
  }

  /** What each of the options is for the library, by its number, with the values that have been set at hand. */
  use(values: ReadonlyMap<number, Raw>): ReadonlyMap<number, Raw | Uint8Array> {
    const valueOf = (id: number): Raw => values.get(id) ?? null;
    const [plain, curve, server] = [this.#mechanism === "plain", this.#mechanism === "curve", this.#asServer];
    const guest = plain && !server;
    const secret = valueOf(CURVE_SECRET_KEY) ?? (server ? this.#noKey() : null);
    return new Map<number, Raw | Uint8Array>([
      [PLAIN_SERVER, Number(plain && server)],
      [PLAIN_USERNAME, guest ? valueOf(PLAIN_USERNAME) ?? "" : null],
      [PLAIN_PASSWORD, guest ? valueOf(PLAIN_PASSWORD) ?? "" : null],
      [CURVE_SERVER, Number(curve && server)],
      // libzmq's servers do not look at it.
      [CURVE_PUBLIC_KEY, curve && !server ? valueOf(CURVE_PUBLIC_KEY) : null],
      [CURVE_SECRET_KEY, curve ? secret : null],
      [CURVE_SERVER_KEY, curve && !server ? valueOf(CURVE_SERVER_KEY) : null],
    ]);
  }

  #noKey(): Uint8Array {
    return this.#unknown ??= crypto.getRandomValues(new Uint8Array(KEY_SIZE));
  }
}
