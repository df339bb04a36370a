import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { CryptoBackend, CryptoName } from "../../src/crypto/backend.ts";
import { publicKeyOf } from "../../src/crypto/key_pair.ts";
import { chooseCrypto, loadCrypto, loadedCrypto } from "../../src/crypto/load.ts";
import { canCompile } from "../../src/crypto/sodium.ts";
import { NotSupportedError, ZmqError } from "../../src/errors.ts";
import { hex, test, toHex } from "../harness.ts";

const SECRET = hex("8E0BDD697628B91D8F245587EE95C5B04D48963F79259877B49CD9063AEAD3B7");
const PUBLIC = hex("54FCBA24E93249969316FB617C872BB0C1D1FF14800427C594CBFACF1BC2D652");

/** What stands for a backend: all that is asked of it is its name. */
const named = (name: CryptoName) => Promise.resolve({ name } as CryptoBackend);
/** An edge server's: it is there, and refuses. */
const FORBIDDEN = { compile: () => Promise.reject(new Error("Wasm code generation disallowed by embedder")) };
const missing = (name: CryptoName) => Promise.reject(new NotSupportedError(`Cannot load "${name}": it is not there`));

// The first of this file, so that nothing is loaded yet.
test("a public key needs nothing loaded where the runtime has node:crypto, and says what it needs elsewhere", async () => {
  if (loadedCrypto() === undefined) {
    assertEquals(toHex(publicKeyOf(SECRET)), toHex(PUBLIC));
    const { process } = globalThis;
    const property = Object.getOwnPropertyDescriptor(globalThis, "process")!;
    try {
      Object.defineProperty(globalThis, "process", { value: undefined, configurable: true, writable: true });
      const error = assertThrows(() => publicKeyOf(SECRET), ZmqError, 'wanted "await loadCrypto()" before');
      assertEquals(error.code, "ENOTSUP");
    } finally {
      Object.defineProperty(globalThis, "process", property);
    }
    assertEquals(globalThis.process, process);
  }
  const backend = await loadCrypto();
  assert(loadedCrypto() === backend);
  assertEquals(toHex(publicKeyOf(SECRET)), toHex(PUBLIC));
  assertThrows(() => publicKeyOf(SECRET.subarray(1)), RangeError, "Cannot use secret key: found 31 octets, wanted 32");
});

test("libsodium is what is loaded, once", async () => {
  const [one, other, named] = await Promise.all([loadCrypto(), loadCrypto(), loadCrypto("libsodium")]);
  assertEquals(one.name, "libsodium");
  assert(one === other && one === named);
  assertEquals((await loadCrypto("noble")).name, "noble");
});

test("noble is loaded where WebAssembly is missing, or compiles nothing", async () => {
  assertEquals((await chooseCrypto({}, named)).name, "noble");
  assertEquals((await chooseCrypto({ WebAssembly: FORBIDDEN }, named)).name, "noble");
  assertEquals((await chooseCrypto(globalThis, named)).name, "libsodium");
  assertEquals((await chooseCrypto({}, loadCrypto)).publicKeyOf(SECRET), PUBLIC);
  assertEquals(await canCompile(globalThis), true);
});

test("noble is loaded where libsodium is not installed, and what is missing is named if neither is", async () => {
  const partly = (name: CryptoName) => name === "noble" ? named(name) : missing(name);
  assertEquals((await chooseCrypto(globalThis, partly)).name, "noble");
  await assertRejects(() => chooseCrypto(globalThis, missing), NotSupportedError, 'Cannot load "libsodium"');
});
