/**
 * What CURVE needs of cryptography, whoever provides it: X25519 keys and the boxes of NaCl
 * ({@link https://rfc.zeromq.org/spec/26/ | RFC 26}, "Cryptographic Notation"). `crypto_box` derives a key from two key
 * pairs by X25519 and HSalsa20, `crypto_secretbox` is given one; from there on both are XSalsa20-Poly1305:
 *
 * | octets | field                                      |
 * | ------ | ------------------------------------------ |
 * | 0–15   | MAC: Poly1305 of what follows              |
 * | 16–    | the text under XSalsa20, as long as it was |
 *
 * @module
 */

import { StateError, wrongRange, wrongType } from "../errors.ts";

/** Octets of a key, public, secret or shared. */
export const KEY_SIZE = 32;

/** Octets of a nonce. */
export const NONCE_SIZE = 24;

/** Octets that a box is longer than what is in it. */
export const MAC_SIZE = 16;

/** The libraries that there is a backend for. */
export type CryptoName = "libsodium" | "noble";

/** The two keys of a pair, {@link KEY_SIZE} octets each. */
export interface KeyPair {
  /** The key to give away. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** The key to keep. */
  readonly secretKey: Uint8Array<ArrayBuffer>;
}

/** Keys and boxes, from a library that does nothing else. */
export interface CryptoBackend {
  /** The library. */
  readonly name: CryptoName;

  /** Octets that the library keeps for its own work: they do not grow with what is sealed, but for a short time. */
  readonly memory: number;

  /** Makes a key pair of random octets. */
  keyPair(): KeyPair;

  /**
   * The public key that goes with a secret one.
   *
   * @param secretKey 32 octets.
   * @throws {RangeError} If it has another size.
   */
  publicKeyOf(secretKey: Uint8Array): Uint8Array<ArrayBuffer>;

  /**
   * The key that two pairs have in common: NaCl's `crypto_box_beforenm`.
   *
   * @param publicKey The other side's, 32 octets.
   * @param secretKey Ours, 32 octets. It stays the caller's, who overwrites it when it has served.
   * @returns `undefined` if the public key is of low order, so that anybody would know what comes of it.
   * @throws {RangeError} If a key has another size.
   */
  share(publicKey: Uint8Array, secretKey: Uint8Array): BoxKey | undefined;

  /**
   * A key for `crypto_secretbox`, which no other side has a part in: that of a server's cookie.
   *
   * @param key 32 octets. They are copied.
   * @throws {RangeError} If it has another size.
   */
  secret(key: Uint8Array): BoxKey;
}

/**
 * A key to seal and open boxes with. Whoever has it calls {@link BoxKey.wipe} in the end.
 *
 * Under one key, a nonce must never seal twice.
 */
export interface BoxKey {
  /**
   * Seals `text` and writes the box, 16 octets longer, to `out` from `at`.
   *
   * @param nonce 24 octets. They are read before this returns.
   * @param text What to seal. It may lie in `out`.
   * @param out Where the box goes.
   * @param at Where in `out`.
   * @throws {RangeError} If the nonce has another size, or the box has no room in `out`.
   * @throws {StateError} If the key is wiped.
   */
  seal(nonce: Uint8Array, text: Uint8Array, out: Uint8Array, at: number): void;

  /**
   * The same for the box of a CURVE MESSAGE, which holds an octet of flags and then a frame's body: 17 octets more than
   * the body has. It saves whoever has both apart from joining them first.
   */
  sealFrame(nonce: Uint8Array, flags: number, body: Uint8Array, out: Uint8Array, at: number): void;

  /**
   * Opens the box that `octets` holds from `from` to its end.
   *
   * @param nonce 24 octets.
   * @param octets What ends in the box: a command, that need not be cut.
   * @param from Where in it the box begins.
   * @returns What was sealed, in memory of its own; `undefined` if this is not what the key sealed with that nonce.
   * @throws {RangeError} If the nonce has another size.
   * @throws {StateError} If the key is wiped.
   */
  open(nonce: Uint8Array, octets: Uint8Array, from: number): Uint8Array<ArrayBuffer> | undefined;

  /**
   * The same, into memory of the caller's: where many small boxes are opened, an allocation for each is what takes the
   * time. What is written to `out` from `at` is 16 octets shorter than the box.
   *
   * @returns Whether it was opened; if not, `out` is as it was.
   * @throws {RangeError} If the nonce has another size, or there is no room in `out`.
   * @throws {StateError} If the key is wiped.
   */
  openInto(nonce: Uint8Array, octets: Uint8Array, from: number, out: Uint8Array, at: number): boolean;

  /** Overwrites the key. To seal or open with it throws from then on; to wipe it again does nothing. */
  wipe(): void;
}

/**
 * Throws unless `key` is 32 octets.
 *
 * @param what What the key is, for the message, which never shows it.
 */
export function checkKey(what: string, key: Uint8Array): void {
  if (!(key instanceof Uint8Array)) throw wrongType(`Cannot use ${what}: found ${typeof key}, wanted octets`);
  if (key.length !== KEY_SIZE) {
    throw wrongRange(`Cannot use ${what}: found ${key.length} octets, wanted ${KEY_SIZE}`);
  }
}

/** What to throw for a nonce of another size. Apart, since callers are hot. */
export function wrongNonce(nonce: Uint8Array): RangeError {
  return wrongRange(`Cannot use nonce: found ${nonce.length} octets, wanted ${NONCE_SIZE}`);
}

/** What to throw where `length` octets have no room. */
export function noRoom(length: number, out: Uint8Array, at: number): RangeError {
  return wrongRange(`Cannot write ${length} octets at ${at}: found room for ${Math.max(0, out.length - at)}`);
}

/** What to throw for a key that is wiped. */
export function wiped(): StateError {
  return new StateError("Cannot use key: it is wiped");
}

/** 32 octets that nobody can guess. */
export function randomKey(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(KEY_SIZE));
}
