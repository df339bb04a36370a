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

/** Octets that all nonces of a {@link BoxRow} begin with. */
export const PREFIX_SIZE = 16;

/** Octets of the counter that follows them. */
export const COUNTER_SIZE = 8;

/** Octets before a text that a {@link BoxRow} writes, or reads: 8 of the caller's, the counter, the MAC. */
export const ROW_HEAD = 32;

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

  /** Octets that the library keeps for its own work: they do not grow with what is sealed. */
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

  /**
   * Boxes of this key whose nonces begin with the same octets: what depends on these alone is worked out once. The row
   * is wiped with the key.
   *
   * @param prefix 16 octets, under which nobody else seals with this key.
   * @param counter 8 octets: that of the last box that was sealed so, all zeros if none was. They are copied.
   */
  row(prefix: Uint8Array, counter: Uint8Array): BoxRow;

  /** Overwrites the key. To seal or open with it throws from then on; to wipe it again does nothing. */
  wipe(): void;
}

/**
 * Where texts and boxes lie while a {@link BoxRow} works on them: many of them at a time, so that what costs the same
 * for a few octets as for thousands is done once for all. There is one for all keys of a backend: what is on it is the
 * caller's until it has finished, without anything awaited, and is overwritten then.
 */
export interface Desk {
  /** The memory that it is a part of. Addresses are places in it. */
  readonly memory: Uint8Array<ArrayBuffer>;
  /** Where {@link DESK_SIZE} octets of input begin, a multiple of 16; {@link ROW_HEAD} octets before it are there too. */
  readonly input: number;
  /** Where as many octets of output begin, a multiple of 16. */
  readonly output: number;
}

/** Octets of a {@link Desk}'s input, and of its output: small enough for both to stay in a processor's cache. */
export const DESK_SIZE = 32768;

/**
 * The boxes of one direction of a connection. Their nonces are a prefix and a counter, which rises with every box that
 * is sealed and never repeats. Each travels with its counter:
 *
 * | octets | field                          |
 * | ------ | ------------------------------ |
 * | 0–7    | the caller's                   |
 * | 8–15   | the counter, the highest first |
 * | 16–31  | the MAC                        |
 * | 32–    | the text, sealed               |
 */
export interface BoxRow {
  /** Where short texts and boxes lie. */
  readonly desk: Desk;

  /**
   * Seals the `length` octets of the desk from `text`. The {@link ROW_HEAD} octets before them are overwritten.
   *
   * @param out Where on the desk to write as many octets, after their head; its first 8 octets are anything then. It
   * must not overlap with the text.
   * @throws {StateError} If the key is wiped.
   */
  seal(text: number, length: number, out: number): void;

  /**
   * Opens the `length` octets whose head begins on the desk at `from`, a multiple of 16.
   *
   * @param out Where on the desk, a multiple of 16, to write a head of anything and then what was sealed.
   * @returns Whether they were opened; if not, nothing of the text is left on the desk.
   * @throws {StateError} If the key is wiped.
   */
  open(from: number, length: number, out: number): boolean;

  /**
   * Seals an octet of flags and a body of any length, and writes head and box to `out` from `at`, but for the first 8
   * octets. A long one passes over the desk piece by piece, so that it needs no memory of its length.
   */
  sealFrame(flags: number, body: Uint8Array, out: Uint8Array, at: number): void;

  /**
   * Opens, in its place, the box whose head `octets` begins with.
   *
   * @returns Whether it was opened; if not, `octets` are as they were.
   */
  openFrame(octets: Uint8Array): boolean;
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

/** Counts on. 64 bits are more than any connection sends: at 10 million a second they last 58 000 years. */
export function increment(counter: Uint8Array): void {
  let place = COUNTER_SIZE - 1;
  while (++counter[place]! === 0x100) counter[place--] = 0;
}
