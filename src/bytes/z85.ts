/**
 * Z85: octets as printable text, five characters for four octets ({@link https://rfc.zeromq.org/spec/32/ | RFC 32}).
 * libzmq writes CURVE keys this way (`zmq_z85_encode`, `zmq_z85_decode`).
 *
 * @module
 */

import { show, wrongRange, wrongType } from "../errors.ts";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const BASE = 85;
const GROUP = 5;
const OCTETS = 4;
const LARGEST = 0xffffffff;

/** The value of each character by its code; -1 for one that is not of the alphabet. */
const VALUES: Int8Array = /* @__PURE__ */ valuesOf(ALPHABET);

/** Reads and writes Z85. */
export interface Z85 {
  /**
   * Writes octets as text.
   *
   * @param octets A multiple of four of them.
   * @returns Five characters for each four octets.
   * @throws {RangeError} If their number is no multiple of four.
   * @throws {TypeError} If they are no octets.
   */
  encode(octets: Uint8Array): string;
  /**
   * Reads octets from text.
   *
   * @param text A multiple of five characters.
   * @returns Four octets for each five characters.
   * @throws {RangeError} If their number is no multiple of five, one is not of the alphabet, or five are too much for
   * four octets. The text is never shown, since it may be a key.
   * @throws {TypeError} If it is no text.
   */
  decode(text: string): Uint8Array<ArrayBuffer>;
}

/**
 * Octets as printable text, and back ({@link https://rfc.zeromq.org/spec/32/ | RFC 32}).
 *
 * @example RFC 32's own
 * ```ts
 * import { z85 } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * const octets = Uint8Array.of(0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b);
 * assertEquals(z85.encode(octets), "HelloWorld");
 * assertEquals(z85.decode("HelloWorld"), octets);
 * ```
 */
export const z85: Z85 = {
  encode(octets: Uint8Array): string {
    if (!(octets instanceof Uint8Array)) throw wrongType(`Cannot encode Z85: ${kind(octets)}, wanted a Uint8Array`);
    if (octets.length % OCTETS !== 0) {
      throw wrongRange(`Cannot encode Z85: ${octets.length} octets were given, wanted a multiple of ${OCTETS}`);
    }
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    let text = "";
    for (let at = 0; at < octets.length; at += OCTETS) {
      let value = view.getUint32(at);
      let group = "";
      for (let i = 0; i < GROUP; i++) {
        group = ALPHABET[value % BASE] + group;
        value = Math.floor(value / BASE);
      }
      text += group;
    }
    return text;
  },
  decode(text: string): Uint8Array<ArrayBuffer> {
    if (typeof text !== "string") throw wrongType(`Cannot decode Z85: ${kind(text)}, wanted text`);
    if (text.length % GROUP !== 0) {
      throw wrongRange(`Cannot decode Z85: ${text.length} characters were given, wanted a multiple of ${GROUP}`);
    }
    const octets = new Uint8Array(text.length / GROUP * OCTETS);
    const view = new DataView(octets.buffer);
    for (let at = 0; at < text.length; at += GROUP) {
      let value = 0;
      for (let i = at; i < at + GROUP; i++) {
        const digit = VALUES[text.charCodeAt(i)] ?? -1;
        if (digit < 0) throw wrongRange(`Cannot decode Z85: character ${i + 1} is not of its alphabet`);
        value = value * BASE + digit;
      }
      if (value > LARGEST) {
        throw wrongRange(`Cannot decode Z85: characters ${at + 1} to ${at + GROUP} are more than four octets hold`);
      }
      view.setUint32(at / GROUP * OCTETS, value);
    }
    return octets;
  },
};

function kind(value: unknown): string {
  // A string may be a secret: its kind is told, and no more.
  return typeof value === "string" ? "text was given" : `${show(value)} was given`;
}

function valuesOf(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let value = 0; value < BASE; value++) values[alphabet.charCodeAt(value)] = value;
  return values;
}
