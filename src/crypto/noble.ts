/**
 * Keys and boxes by `@noble/curves` and `@noble/ciphers`: plain JavaScript, for where WebAssembly cannot be compiled.
 *
 * @module
 */

import {
  type BoxKey,
  type BoxRow,
  checkKey,
  COUNTER_SIZE,
  type CryptoBackend,
  type Desk,
  DESK_SIZE,
  increment,
  KEY_SIZE,
  type KeyPair,
  MAC_SIZE,
  NONCE_SIZE,
  noRoom,
  PREFIX_SIZE,
  randomKey,
  ROW_HEAD,
  wiped,
  wrongNonce,
} from "./backend.ts";

/** What the cipher wants before a text that it seals or opens, for work of its own. */
const CIPHER_HEAD = 32;

/** Up to here, boxes are made in memory that stays. */
const LARGEST_KEPT = 65536;

/** "expand 32-byte k", as HSalsa20 takes it: words of four octets, the lowest first. */
const SIGMA = /* @__PURE__ */ Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);

/** What is used of the packages. */
interface Library {
  xsalsa20poly1305(key: Uint8Array, nonce: Uint8Array): {
    encrypt(text: Uint8Array, output: Uint8Array): Uint8Array;
    decrypt(box: Uint8Array, output: Uint8Array): Uint8Array;
  };
  hsalsa(sigma: Uint32Array, key: Uint32Array, input: Uint32Array, out: Uint32Array): void;
  readonly x25519: {
    getPublicKey(secretKey: Uint8Array): Uint8Array;
    getSharedSecret(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  };
}

/** Loads the packages. */
export async function openNoble(): Promise<CryptoBackend> {
  const [{ hsalsa, xsalsa20poly1305 }, { x25519 }] = await Promise.all([
    import("@noble/ciphers/salsa.js"),
    import("@noble/curves/ed25519.js"),
  ]);
  return new Noble({ hsalsa, xsalsa20poly1305, x25519 } as Library);
}

class Noble implements CryptoBackend {
  readonly name = "noble";
  readonly #library: Library;
  readonly #scratch = new Scratch();

  constructor(library: Library) {
    this.#library = library;
  }

  get memory(): number {
    return this.#scratch.size;
  }

  keyPair(): KeyPair {
    const secretKey = randomKey();
    return { publicKey: this.publicKeyOf(secretKey), secretKey };
  }

  publicKeyOf(secretKey: Uint8Array): Uint8Array<ArrayBuffer> {
    checkKey("secret key", secretKey);
    return new Uint8Array(this.#library.x25519.getPublicKey(secretKey));
  }

  share(publicKey: Uint8Array, secretKey: Uint8Array): BoxKey | undefined {
    checkKey("public key", publicKey);
    checkKey("secret key", secretKey);
    let shared: Uint8Array;
    try {
      shared = this.#library.x25519.getSharedSecret(secretKey, publicKey);
    } catch {
      return undefined; // The sizes being right, all it refuses is a point of low order.
    }
    const words = new Uint32Array(new Uint8Array(shared).buffer);
    shared.fill(0);
    const key = new Uint32Array(KEY_SIZE / 4);
    this.#library.hsalsa(SIGMA, words, new Uint32Array(4), key);
    words.fill(0);
    return new NobleKey(this.#library, this.#scratch, new Uint8Array(key.buffer));
  }

  secret(key: Uint8Array): BoxKey {
    checkKey("key", key);
    return new NobleKey(this.#library, this.#scratch, new Uint8Array(key));
  }
}

class NobleKey implements BoxKey {
  readonly #library: Library;
  readonly #scratch: Scratch;
  #key: Uint8Array | undefined;

  /** `key` becomes this one's own. */
  constructor(library: Library, scratch: Scratch, key: Uint8Array) {
    this.#library = library;
    this.#scratch = scratch;
    this.#key = key;
  }

  seal(nonce: Uint8Array, text: Uint8Array, out: Uint8Array, at: number): void {
    const cipher = this.#cipher(nonce);
    const boxed = MAC_SIZE + text.length;
    if (out.length - at < boxed) throw noRoom(boxed, out, at);
    out.set(cipher.encrypt(text, this.#scratch.take(CIPHER_HEAD + text.length)), at);
  }

  sealFrame(nonce: Uint8Array, flags: number, body: Uint8Array, out: Uint8Array, at: number): void {
    const cipher = this.#cipher(nonce);
    const length = 1 + body.length;
    const boxed = MAC_SIZE + length;
    if (out.length - at < boxed) throw noRoom(boxed, out, at);
    // Joined where the box will be, since it is to be overwritten anyway.
    const text = out.subarray(at, at + length);
    text.set(body, 1);
    text[0] = flags;
    out.set(cipher.encrypt(text, this.#scratch.take(CIPHER_HEAD + length)), at);
  }

  open(nonce: Uint8Array, octets: Uint8Array, from: number): Uint8Array<ArrayBuffer> | undefined {
    const cipher = this.#cipher(nonce);
    if (octets.length - from < MAC_SIZE) return undefined;
    const box = octets.subarray(from);
    return decrypt(cipher, box, new Uint8Array(CIPHER_HEAD + box.length));
  }

  openInto(nonce: Uint8Array, octets: Uint8Array, from: number, out: Uint8Array, at: number): boolean {
    const cipher = this.#cipher(nonce);
    const length = octets.length - from - MAC_SIZE;
    if (length < 0) return false;
    if (out.length - at < length) throw noRoom(length, out, at);
    const box = octets.subarray(from);
    const text = decrypt(cipher, box, this.#scratch.take(CIPHER_HEAD + box.length));
    if (text === undefined) return false;
    out.set(text, at);
    text.fill(0);
    return true;
  }

  row(prefix: Uint8Array, counter: Uint8Array): BoxRow {
    if (this.#key === undefined) throw wiped();
    return new NobleRow(this, this.#scratch.desk, prefix, counter);
  }

  wipe(): void {
    this.#key?.fill(0);
    this.#key = undefined;
  }

  #cipher(nonce: Uint8Array): ReturnType<Library["xsalsa20poly1305"]> {
    if (this.#key === undefined) throw wiped();
    if (nonce.length !== NONCE_SIZE) throw wrongNonce(nonce);
    return this.#library.xsalsa20poly1305(this.#key, nonce);
  }
}

class NobleRow implements BoxRow {
  readonly desk: Desk;
  readonly #key: NobleKey;
  readonly #nonce = new Uint8Array(NONCE_SIZE);
  /** Where counters are in the nonce of what is sealed. */
  readonly #counter: Uint8Array;
  /** The nonce of what is opened. */
  readonly #other: Uint8Array;

  constructor(key: NobleKey, desk: Desk, prefix: Uint8Array, counter: Uint8Array) {
    this.desk = desk;
    this.#key = key;
    this.#nonce.set(prefix);
    this.#other = this.#nonce.slice();
    this.#nonce.set(counter, PREFIX_SIZE);
    this.#counter = this.#nonce.subarray(PREFIX_SIZE);
  }

  seal(text: number, length: number, out: number): void {
    const { memory } = this.desk;
    increment(this.#counter);
    this.#key.seal(this.#nonce, memory.subarray(text, text + length), memory, out + ROW_HEAD - MAC_SIZE);
    memory.set(this.#counter, out + ROW_HEAD - MAC_SIZE - COUNTER_SIZE);
  }

  open(from: number, length: number, out: number): boolean {
    const { memory } = this.desk;
    const octets = memory.subarray(from, from + ROW_HEAD + length);
    return this.#open(octets, memory, out + ROW_HEAD);
  }

  sealFrame(flags: number, body: Uint8Array, out: Uint8Array, at: number): void {
    const mac = at + ROW_HEAD - MAC_SIZE;
    increment(this.#counter);
    this.#key.sealFrame(this.#nonce, flags, body, out, mac);
    out.set(this.#counter, mac - COUNTER_SIZE);
  }

  openFrame(octets: Uint8Array): boolean {
    return octets.length >= ROW_HEAD && this.#open(octets, octets, ROW_HEAD);
  }

  #open(octets: Uint8Array, out: Uint8Array, at: number): boolean {
    const mac = ROW_HEAD - MAC_SIZE;
    for (let i = 0; i < COUNTER_SIZE; i++) this.#other[PREFIX_SIZE + i] = octets[mac - COUNTER_SIZE + i]!;
    return this.#key.openInto(this.#other, octets, mac, out, at);
  }
}

/** `output` is as long as the cipher wants it: the text is its last part. */
function decrypt(
  cipher: ReturnType<Library["xsalsa20poly1305"]>,
  box: Uint8Array,
  output: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | undefined {
  try {
    cipher.decrypt(box, output);
  } catch {
    return undefined; // The sizes being right, all it refuses is a MAC that does not fit.
  }
  return output.subarray(CIPHER_HEAD + MAC_SIZE);
}

/** Memory for one box at a time. */
class Scratch {
  #kept = new Uint8Array(0);
  #desk: Desk | undefined;

  /** Octets kept. */
  get size(): number {
    return this.#kept.length + (this.#desk?.memory.length ?? 0);
  }

  /** Where rows work. */
  get desk(): Desk {
    const size = ROW_HEAD + DESK_SIZE;
    return this.#desk ??= { memory: new Uint8Array(2 * size), input: ROW_HEAD, output: size };
  }

  /** So many octets, until the next call. What is in them is anything. */
  take(length: number): Uint8Array<ArrayBuffer> {
    if (length > LARGEST_KEPT) return new Uint8Array(length);
    if (length > this.#kept.length) {
      this.#kept = new Uint8Array(Math.min(LARGEST_KEPT, Math.max(1024, 2 * length)));
    }
    return this.#kept.subarray(0, length);
  }
}
