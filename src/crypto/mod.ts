/**
 * The cryptography of CURVE, to load before it is needed or to use with `@zerostream/zmq/engine`: X25519 keys, and the
 * boxes of NaCl, by libsodium or by noble.
 *
 * @module
 */

export { type BoxKey, type BoxRow, type CryptoBackend, type CryptoName, type Desk, type KeyPair } from "./backend.ts";
export { constantTimeEqual } from "./constant_time_equal.ts";
export { makeKeyPair, publicKeyOf } from "./key_pair.ts";
export { loadCrypto, loadedCrypto } from "./load.ts";
