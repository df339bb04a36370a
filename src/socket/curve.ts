/**
 * CURVE keys. There is no CURVE mechanism yet: the name is here so that a program which needs it says so clearly.
 *
 * @module
 */

import { NotSupportedError } from "../errors.ts";

/** The two keys of a CURVE pair, as Z85 text. */
export interface CurveKeyPair {
  /** The key to give away, 40 characters. */
  readonly publicKey: string;
  /** The key to keep, 40 characters. */
  readonly secretKey: string;
}

/**
 * Makes a CURVE key pair, once there is CURVE. libzmq: `zmq_curve_keypair`.
 *
 * @returns Never, in this version.
 * @throws {NotSupportedError} Always: this version has the NULL mechanism only.
 */
export function curveKeyPair(): CurveKeyPair {
  throw new NotSupportedError("Cannot make CURVE keys: this version has the NULL mechanism only");
}
