/**
 * CURVE keys.
 *
 * @module
 */

import { z85 } from "../bytes/z85.ts";
import { makeKeyPair, publicKeyOf } from "../crypto/key_pair.ts";
import { show, wrongType } from "../errors.ts";

/** The two keys of a CURVE pair, as Z85 text. */
export interface CurveKeyPair {
  /** The key to give away, 40 characters. */
  readonly publicKey: string;
  /** The key to keep, 40 characters. */
  readonly secretKey: string;
}

/**
 * Makes a CURVE key pair of random octets. libzmq: `zmq_curve_keypair`.
 *
 * @returns A new pair: give it away by halves.
 * @throws {NotSupportedError} In a browser, before `loadCrypto()` of `@zerostream/zmq/crypto` has been awaited.
 *
 * @example
 * ```ts
 * import { curveKeyPair } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * const { publicKey, secretKey } = curveKeyPair();
 * assertEquals([publicKey.length, secretKey.length], [40, 40]);
 * ```
 */
export function curveKeyPair(): CurveKeyPair {
  const { publicKey, secretKey } = makeKeyPair();
  const pair = { publicKey: z85.encode(publicKey), secretKey: z85.encode(secretKey) };
  secretKey.fill(0);
  return pair;
}

/**
 * The public key that goes with a secret one. libzmq: `zmq_curve_public`.
 *
 * @param secretKey 40 characters of Z85, or 32 octets.
 * @returns The public key, as Z85 text.
 * @throws {TypeError} If it is neither text nor octets.
 * @throws {RangeError} If it is no Z85, or not 32 octets. The key is not shown.
 * @throws {NotSupportedError} As {@link curveKeyPair} does.
 *
 * @example
 * ```ts
 * import { curveKeyPair, curvePublicKey } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * const { publicKey, secretKey } = curveKeyPair();
 * assertEquals(curvePublicKey(secretKey), publicKey);
 * ```
 */
export function curvePublicKey(secretKey: string | Uint8Array): string {
  if (typeof secretKey !== "string" && !(secretKey instanceof Uint8Array)) {
    throw wrongType(`Cannot make public key: the secret key is ${show(secretKey)}, wanted Z85 text or octets`);
  }
  return z85.encode(publicKeyOf(typeof secretKey === "string" ? z85.decode(secretKey) : secretKey));
}
