/**
 * The greeting: 64 octets that open every connection
 * ({@link https://rfc.zeromq.org/spec/37/ | RFC 37}, "Formal Grammar"). Pure: octets in, a value out.
 *
 * | octets | field                             |
 * | ------ | --------------------------------- |
 * | 0–9    | signature: `FF`, 8 padding, `7F`  |
 * | 10–11  | version: major, minor             |
 * | 12–31  | mechanism: ASCII, null-padded     |
 * | 32     | as-server                         |
 * | 33–63  | filler: zeros                     |
 *
 * @module
 */

import { latin1 } from "../bytes/ascii.ts";
import { ProtocolError } from "../errors.ts";

/** The length of a greeting, in octets. */
export const GREETING_LENGTH = 64;

const SIGNATURE_START = 0;
const SIGNATURE_END = 9;
const MAJOR = 10;
const MINOR = 11;
const MECHANISM = 12;
const MECHANISM_LENGTH = 20;
const AS_SERVER = 32;

/** What a greeting says. */
export interface Greeting {
  /** The mechanism's name, 1 to 20 ASCII characters, e.g. `NULL`. */
  readonly mechanism: string;
  /** Whether the sender takes the mechanism's server role; `false` for NULL. */
  readonly asServer: boolean;
  /** The minor version of ZMTP 3: 0 or 1 (later ones are read as 1). */
  readonly minor: number;
}

/** The 64 octets that announce ZMTP 3.1 and a mechanism. */
export function encodeGreeting(mechanism: string, asServer: boolean): Uint8Array {
  const octets = new Uint8Array(GREETING_LENGTH);
  octets[SIGNATURE_START] = 0xff;
  octets[SIGNATURE_END - 1] = 1; // As libzmq pads it: the length of a ZMTP 1.0 identity of no octets.
  octets[SIGNATURE_END] = 0x7f;
  octets[MAJOR] = 3;
  octets[MINOR] = 1;
  octets.set(latin1(mechanism), MECHANISM);
  octets[AS_SERVER] = asServer ? 1 : 0;
  return octets;
}

/** Reads a greeting that arrives in any pieces, judging each octet as soon as it is there. */
export class GreetingReader {
  readonly #octets = new Uint8Array(GREETING_LENGTH);
  #have = 0;

  /** Whether a signature has been read, and not all 64 octets. */
  get begun(): boolean {
    return this.#have > SIGNATURE_END && !this.complete;
  }

  /** Whether all 64 octets have been read. */
  get complete(): boolean {
    return this.#have === GREETING_LENGTH;
  }

  /**
   * Takes what belongs to the greeting from the front of `chunk`.
   *
   * @returns How many octets were taken.
   * @throws {ProtocolError} If the peer speaks no ZMTP 3; as early as that shows.
   */
  read(chunk: Uint8Array): number {
    const taken = Math.min(chunk.length, GREETING_LENGTH - this.#have);
    this.#octets.set(taken === chunk.length ? chunk : chunk.subarray(0, taken), this.#have);
    this.#have += taken;
    this.#judge();
    return taken;
  }

  /** What the complete greeting says. */
  value(): Greeting {
    const octets = this.#octets;
    let end = MECHANISM;
    while (end < MECHANISM + MECHANISM_LENGTH && octets[end] !== 0) end++;
    let mechanism = "";
    for (let i = MECHANISM; i < end; i++) mechanism += String.fromCharCode(octets[i]!);
    for (let i = end; i < MECHANISM + MECHANISM_LENGTH; i++) {
      if (octets[i] !== 0) throw refuse("octets follow the mechanism's name", "zeros up to its 20 octets");
    }
    // RFC 37: a peer accepts higher versions, so whatever is above 3.0 is spoken to as 3.1. So is 2, as by libzmq:
    // nobody ever sent it, whom the RFC would have spoken to as 2.0.
    return { mechanism, asServer: octets[AS_SERVER] === 1, minor: octets[MAJOR] === 3 && octets[MINOR] === 0 ? 0 : 1 };
  }

  #judge(): void {
    const octets = this.#octets;
    const have = this.#have;
    if (have > SIGNATURE_START && octets[SIGNATURE_START] !== 0xff) {
      throw refuse(
        `the first octet is 0x${
          octets[0]!.toString(16).padStart(2, "0")
        }, so the peer speaks ZMTP 1.0 or no ZMTP at all`,
        "0xff (ZMTP 3.0 or later)",
      );
    }
    if (have > SIGNATURE_END && (octets[SIGNATURE_END]! & 1) === 0) {
      throw refuse("the signature ends as ZMTP 1.0's does", "ZMTP 3.0 or later");
    }
    if (have > MAJOR && octets[MAJOR]! < 2) {
      throw refuse(
        `the peer speaks ZMTP ${octets[MAJOR] === 0 ? "1.0" : "2.0"} (revision ${octets[MAJOR]})`,
        "ZMTP 3.0 or later",
      );
    }
  }
}

function refuse(found: string, wanted: string): ProtocolError {
  return new ProtocolError("greeting", `Cannot read greeting: ${found}, wanted ${wanted}`);
}
