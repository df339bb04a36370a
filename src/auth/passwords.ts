/**
 * Users and their passwords, for PLAIN. Whether a password is right is told in a time that depends neither on what it
 * is, nor on how long it is, nor on whether there is such a user.
 *
 * @module
 */

import { keyOf } from "../bytes/ascii.ts";
import { constantTimeEqual } from "../crypto/constant_time_equal.ts";
import { show, wrongRange, wrongType } from "../errors.ts";
import { LONGEST_CREDENTIAL } from "../mechanism/plain.ts";

/** Passwords by username. */
export type PasswordTable = Readonly<Record<string, string>> | ReadonlyMap<string, string>;

/** A password as it is compared: its length in one octet, the password, zeros. */
const SIZE = 1 + LONGEST_CREDENTIAL;

/** Users and their passwords, read once: a change to what they were read from does not count. */
export class Passwords {
  readonly #byName: Map<string, Uint8Array> = new Map();
  /** What is compared with where there is no such user: no password has the length 0. */
  readonly #nobody = new Uint8Array(SIZE);

  /**
   * Checks and copies a table.
   *
   * @throws {TypeError} If it is no table, or a password is no text.
   * @throws {RangeError} If a name or a password is not 1 to 255 octets. No password is shown.
   */
  constructor(table: unknown) {
    const what = "Cannot take passwords:";
    if (typeof table !== "object" || table === null || Array.isArray(table)) {
      throw wrongType(`${what} they are ${show(table)}, wanted an object, a Map or a function`);
    }
    const wanted = `text of 1 to ${LONGEST_CREDENTIAL} octets`;
    for (const [name, password] of table instanceof Map ? table : Object.entries(table)) {
      if (typeof name !== "string") throw wrongType(`${what} a username is ${show(name)}, wanted ${wanted}`);
      const whose = `${what} that of ${show(name)}`;
      if (typeof password !== "string") throw wrongType(`${whose} is of type ${typeof password}, wanted ${wanted}`);
      const octets = encode(password);
      if (octets === undefined) throw wrongRange(`${whose} is empty, too long or no Unicode, wanted ${wanted}`);
      const key = encode(name);
      if (key === undefined) throw wrongRange(`${what} there is the username ${show(name)}, wanted ${wanted}`);
      this.#byName.set(keyOf(key), padded(octets));
    }
  }

  /** Whether a user's password is this. */
  match(username: Uint8Array, password: Uint8Array): boolean {
    if (password.length > LONGEST_CREDENTIAL) return false;
    const known = this.#byName.get(keyOf(username));
    const equal = constantTimeEqual(known ?? this.#nobody, padded(password));
    return equal && known !== undefined;
  }
}

function padded(password: Uint8Array): Uint8Array {
  const octets = new Uint8Array(SIZE);
  octets[0] = password.length;
  octets.set(password, 1);
  return octets;
}

/** The octets of a text, `undefined` unless there are 1 to 255 of them that are that text. */
function encode(text: string): Uint8Array | undefined {
  const octets = new TextEncoder().encode(text);
  const fits = octets.length > 0 && octets.length <= LONGEST_CREDENTIAL;
  // Half of a surrogate pair would become another character, and one text be as good as another.
  return fits && new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets) === text ? octets : undefined;
}
