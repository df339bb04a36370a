/**
 * Finds who can seal and open: libsodium where WebAssembly can be compiled, noble elsewhere, as on edge servers that
 * compile nothing while they run. Neither is there, not even as a file that was read, until it is asked for.
 *
 * @module
 */

import { NotSupportedError } from "../errors.ts";
import type { CryptoBackend, CryptoName } from "./backend.ts";
import { openNoble } from "./noble.ts";
import { canCompile, openSodium } from "./sodium.ts";

const loading = new Map<CryptoName | undefined, Promise<CryptoBackend>>();
let loaded: CryptoBackend | undefined;

/**
 * Loads what CURVE needs. The first call takes some 20 ms, later ones answer with the same.
 *
 * @example The first box, and its opening
 * ```ts
 * import { loadCrypto } from "@zerostream/zmq/crypto";
 * import { assertEquals } from "@std/assert";
 *
 * const crypto = await loadCrypto();
 * const [mine, yours] = [crypto.keyPair(), crypto.keyPair()];
 * const nonce = new Uint8Array(24);
 * const box = new Uint8Array(5 + 16);
 * crypto.share(yours.publicKey, mine.secretKey)!.seal(nonce, new TextEncoder().encode("Hello"), box, 0);
 *
 * const opened = crypto.share(mine.publicKey, yours.secretKey)!.open(nonce, box, 0);
 * assertEquals(new TextDecoder().decode(opened), "Hello");
 * ```
 *
 * @param name The library, and no other; unless it is given, `"libsodium"`, or `"noble"` if that cannot be had.
 * @throws {NotSupportedError} If the library cannot be loaded here; `cause` says why.
 */
export function loadCrypto(name?: CryptoName): Promise<CryptoBackend> {
  let promise = loading.get(name);
  if (promise === undefined) {
    promise = name === undefined ? chooseCrypto(globalThis, loadCrypto) : openCrypto(name);
    loading.set(name, promise);
    promise.then((backend) => loaded ??= backend, () => loading.delete(name));
  }
  return promise;
}

/** The backend that was loaded first, `undefined` before any was. */
export function loadedCrypto(): CryptoBackend | undefined {
  return loaded;
}

/**
 * What {@link loadCrypto} does if it is told no name.
 *
 * @param scope Where `WebAssembly` is looked for.
 * @param load Loads one by its name.
 */
export async function chooseCrypto(
  scope: object,
  load: (name: CryptoName) => Promise<CryptoBackend>,
): Promise<CryptoBackend> {
  if (!await canCompile(scope)) return await load("noble");
  try {
    return await load("libsodium");
  } catch (error) {
    try {
      return await load("noble");
    } catch {
      throw error; // Of two packages that are not there, the first tells as much.
    }
  }
}

async function openCrypto(name: CryptoName): Promise<CryptoBackend> {
  try {
    return await (name === "libsodium" ? openSodium() : openNoble());
  } catch (error) {
    throw new NotSupportedError(`Cannot load "${name}": ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
