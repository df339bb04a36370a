/**
 * Keys without waiting: a public key is the basis of X25519 multiplied by a secret one
 * ({@link https://www.rfc-editor.org/rfc/rfc7748 | RFC 7748}, section 6.1), and the runtimes have that built in. What
 * reads and writes keys there takes them in the forms of
 * {@link https://www.rfc-editor.org/rfc/rfc8410 | RFC 8410}: a few octets that say which curve, and then the key.
 *
 * @module
 */

import { NotSupportedError } from "../errors.ts";
import { checkKey, KEY_SIZE, type KeyPair, randomKey } from "./backend.ts";
import { builtin, type NodeCrypto } from "./builtin.ts";
import { loadedCrypto } from "./load.ts";

/** What stands before a secret key of X25519 in its `OneAsymmetricKey`, version 1. */
const SECRET_KEY_HEAD = /* @__PURE__ */ Uint8Array.of(
  ...[0x30, 46], // SEQUENCE, of 46 octets
  ...[0x02, 1, 0], // INTEGER: version 1 is written 0
  ...[0x30, 5, 0x06, 3, 0x2b, 0x65, 0x6e], // SEQUENCE of an OBJECT IDENTIFIER: 1.3.101.110, X25519
  ...[0x04, 34, 0x04, KEY_SIZE], // OCTET STRING, of an OCTET STRING, of the key
);

/**
 * Makes a key pair of random octets.
 *
 * @throws {NotSupportedError} If the runtime cannot, and no backend is loaded that could: see {@link publicKeyOf}.
 */
export function makeKeyPair(): KeyPair {
  const secretKey = randomKey();
  return { publicKey: publicKeyOf(secretKey), secretKey };
}

/**
 * The public key that goes with a secret one: by the backend that is loaded, by `node:crypto` if none is.
 *
 * @param secretKey 32 octets.
 * @throws {NotSupportedError} If there is neither, as in a browser before `loadCrypto()`.
 * @throws {RangeError} If the key has another size.
 */
export function publicKeyOf(secretKey: Uint8Array): Uint8Array<ArrayBuffer> {
  checkKey("secret key", secretKey);
  const backend = loadedCrypto();
  if (backend !== undefined) return backend.publicKeyOf(secretKey);
  const node = builtin("node:crypto");
  if (node !== undefined) return publicKeyByNode(node, secretKey);
  throw new NotSupportedError(
    'Cannot make a public key: found no "node:crypto" in this runtime, wanted "await loadCrypto()" before',
  );
}

/** What {@link publicKeyOf} does where no backend is loaded. */
export function publicKeyByNode(node: NodeCrypto, secretKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const der = new Uint8Array(SECRET_KEY_HEAD.length + KEY_SIZE);
  der.set(SECRET_KEY_HEAD);
  der.set(secretKey, SECRET_KEY_HEAD.length);
  try {
    const key = node.createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    // The key is what its `SubjectPublicKeyInfo` ends in. A `Uint8Array` of our own, not a `Buffer` in a pool.
    return new Uint8Array(node.createPublicKey(key).export({ format: "der", type: "spki" }).slice(-KEY_SIZE));
  } finally {
    der.fill(0);
  }
}
