/**
 * Keys and boxes by libsodium, compiled to WebAssembly: the package with all of its exports, `libsodium-sumo`. They are
 * called as they are, with addresses in their memory, which `arena.ts` divides.
 *
 * Nothing secret stays in that memory but the key of the boxes last sealed or opened, which is overwritten by the next
 * one's, or when it is wiped. It never grows: what is long passes through it piece by piece.
 *
 * @module
 */

import { Arena, BEFORE, type Exports, LARGEST_ROOM } from "./arena.ts";
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
import { builtin } from "./builtin.ts";

/**
 * From so many octets on, a text is mixed with the stream in words of four octets. libsodium's own `xor` does it octet
 * by octet, which is a sixth of the time that 16 KiB take on V8, and a quarter on JavaScriptCore.
 */
const WORTH_WORDS = 256;

/** A module of no content: whoever compiles that compiles anything. */
const EMPTY_MODULE = /* @__PURE__ */ Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Makes an instance of libsodium, with memory of its own. */
type Instantiate = (options: { getRandomValue(): number }) => Promise<Exports>;

/** Whether WebAssembly can be compiled here. Edge servers have it, and forbid to compile while they run. */
export async function canCompile(scope: object): Promise<boolean> {
  const { WebAssembly } = scope as { WebAssembly?: { compile(module: Uint8Array): Promise<unknown> } };
  try {
    await WebAssembly!.compile(EMPTY_MODULE);
    return true;
  } catch {
    return false; // Whatever the reason, the answer is no.
  }
}

/** Loads the package, and makes an instance. */
export async function openSodium(): Promise<CryptoBackend> {
  const instantiate = await loadPackage();
  return new Sodium(new Arena(await newInstance(instantiate)));
}

async function loadPackage(): Promise<Instantiate> {
  try {
    // @ts-ignore: the package has no declarations; what is used of it is declared above
    return (await import("libsodium-sumo")).default as Instantiate;
  } catch (error) {
    // Deno finds packages by the configuration of the program, and where that is another's than these files', it finds
    // none. But they may lie beside these files, where `require` looks.
    const instantiate = requirePackage();
    if (instantiate === undefined) throw error;
    return instantiate;
  }
}

function requirePackage(): Instantiate | undefined {
  try {
    const require = builtin("node:module")?.createRequire(import.meta.url);
    // For `require` there is another form of the package: one instance, which is ready some time.
    const only = require?.("libsodium-sumo") as Exports & { readonly ready: Promise<void> } | undefined;
    return only && (() => only.ready.then(() => only));
  } catch {
    return undefined; // It is not there either: why `import` failed says more.
  }
}

async function newInstance(instantiate: Instantiate): Promise<Exports> {
  const exports = await instantiate({ getRandomValue: () => crypto.getRandomValues(new Uint32Array(1))[0]! });
  if (exports._sodium_init() < 0) throw new Error("sodium_init failed");
  return exports;
}

class Sodium implements CryptoBackend {
  readonly name = "libsodium";
  readonly arena: Arena;

  constructor(arena: Arena) {
    this.arena = arena;
  }

  get memory(): number {
    return this.arena.memory.length;
  }

  keyPair(): KeyPair {
    const secretKey = randomKey();
    return { publicKey: this.publicKeyOf(secretKey), secretKey };
  }

  publicKeyOf(secretKey: Uint8Array): Uint8Array<ArrayBuffer> {
    checkKey("secret key", secretKey);
    const { exports, memory, text } = this.arena;
    memory.set(secretKey, text);
    exports._crypto_scalarmult_base(text + KEY_SIZE, text);
    return this.#take(text, text + KEY_SIZE);
  }

  share(publicKey: Uint8Array, secretKey: Uint8Array): BoxKey | undefined {
    checkKey("public key", publicKey);
    checkKey("secret key", secretKey);
    const { exports, memory, text } = this.arena;
    memory.set(secretKey, text);
    memory.set(publicKey, text + KEY_SIZE);
    const failed = exports._crypto_box_beforenm(text + 2 * KEY_SIZE, text + KEY_SIZE, text) !== 0;
    const key = this.#take(text, text + 2 * KEY_SIZE);
    return failed ? undefined : new SodiumKey(this.arena, key);
  }

  secret(key: Uint8Array): BoxKey {
    checkKey("key", key);
    return new SodiumKey(this.arena, new Uint8Array(key));
  }

  /** A copy of the key at `at`; what lies from `secret` to its end is overwritten. */
  #take(secret: number, at: number): Uint8Array<ArrayBuffer> {
    const { memory } = this.arena;
    const key = memory.slice(at, at + KEY_SIZE);
    memory.fill(0, secret, at + KEY_SIZE);
    return key;
  }
}

class SodiumKey implements BoxKey {
  readonly #arena: Arena;
  #key: Uint8Array | undefined;
  readonly #rows: SodiumRow[] = [];

  /** `key` becomes this one's own. */
  constructor(arena: Arena, key: Uint8Array) {
    this.#arena = arena;
    this.#key = key;
  }

  seal(nonce: Uint8Array, text: Uint8Array, out: Uint8Array, at: number): void {
    this.#seal(nonce, 0, 0, text, out, at);
  }

  sealFrame(nonce: Uint8Array, flags: number, body: Uint8Array, out: Uint8Array, at: number): void {
    this.#seal(nonce, 1, flags, body, out, at);
  }

  /** `head`: how many octets come before the body, 0 or 1; that one is `flags`. */
  #seal(nonce: Uint8Array, head: number, flags: number, body: Uint8Array, out: Uint8Array, at: number): void {
    const arena = this.#prepare(nonce);
    const length = head + body.length;
    const boxed = MAC_SIZE + length;
    if (out.length - at < boxed) throw noRoom(boxed, out, at);
    if (boxed > LARGEST_ROOM) {
      this.#derive(nonce);
      // What is sealed piece by piece must not be where the pieces go.
      return arena.sealLong(head, flags, body.buffer === out.buffer ? body.slice() : body, out, at);
    }
    const { memory, exports, text: box } = arena;
    const text = box + MAC_SIZE;
    memory[text] = flags;
    memory.set(body, text + head);
    exports._crypto_secretbox_easy(box, text, length, 0, arena.nonce, arena.key);
    out.set(arena.view(boxed), at);
  }

  open(nonce: Uint8Array, octets: Uint8Array, from: number): Uint8Array<ArrayBuffer> | undefined {
    const length = octets.length - from - MAC_SIZE;
    // A box that is too short has no room either, and is refused where the others are.
    const out = new Uint8Array(Math.max(0, length));
    return this.openInto(nonce, octets, from, out, 0) ? out : undefined;
  }

  openInto(nonce: Uint8Array, octets: Uint8Array, from: number, out: Uint8Array, at: number): boolean {
    const arena = this.#prepare(nonce);
    const boxed = octets.length - from;
    const length = boxed - MAC_SIZE;
    if (length < 0) return false;
    if (out.length - at < length) throw noRoom(length, out, at);
    if (boxed > LARGEST_ROOM) {
      this.#derive(nonce);
      return arena.openLong(octets, from, out, at);
    }
    const { memory, text } = arena;
    const box = text - MAC_SIZE;
    if (from <= BEFORE - MAC_SIZE) memory.set(octets, box - from);
    else memory.set(octets.subarray(from), box);
    if (arena.exports._crypto_secretbox_open_easy(text, box, boxed, 0, arena.nonce, arena.key) !== 0) return false;
    const view = arena.view(length);
    out.set(view, at);
    view.fill(0);
    return true;
  }

  row(prefix: Uint8Array, counter: Uint8Array): BoxRow {
    if (this.#key === undefined) throw wiped();
    const row = new SodiumRow(this.#arena, this.#arena.derive(this.#key, prefix), counter);
    this.#rows.push(row);
    return row;
  }

  wipe(): void {
    const arena = this.#arena;
    let there = arena.holder === this || arena.subholder === this;
    for (const row of this.#rows) there = row.wipe() || there;
    if (there) arena.dropKey();
    this.#key?.fill(0);
    this.#key = undefined;
  }

  /** Puts nonce and key where they are used, and answers with that. */
  #prepare(nonce: Uint8Array): Arena {
    const key = this.#key;
    if (key === undefined) throw wiped();
    if (nonce.length !== NONCE_SIZE) throw wrongNonce(nonce);
    const arena = this.#arena;
    if (arena.holder !== this) {
      arena.memory.set(key, arena.key);
      arena.holder = this;
    }
    arena.memory.set(nonce, arena.nonce);
    return arena;
  }

  /** For a box that is made piece by piece. */
  #derive(nonce: Uint8Array): void {
    const arena = this.#arena;
    const subkey = arena.derive(this.#key!, nonce);
    arena.memory.set(subkey, arena.subkey);
    subkey.fill(0);
    arena.subholder = this;
    arena.memory.set(nonce.subarray(PREFIX_SIZE), arena.nonce);
  }
}

class SodiumRow implements BoxRow {
  readonly #arena: Arena;
  #subkey: Uint8Array | undefined;
  readonly #counter: Uint8Array;

  /** `subkey` becomes this one's own. */
  constructor(arena: Arena, subkey: Uint8Array, counter: Uint8Array) {
    this.#arena = arena;
    this.#subkey = subkey;
    this.#counter = counter.slice(0, COUNTER_SIZE);
  }

  get desk(): Desk {
    return this.#arena;
  }

  seal(text: number, length: number, out: number): void {
    // Hot: once per frame.
    const arena = this.#prepare();
    const { memory, exports, nonce } = arena;
    const counter = this.#counter;
    increment(counter);
    for (let i = 0; i < COUNTER_SIZE; i++) memory[nonce + i] = counter[i]!;
    if (length < WORTH_WORDS) {
      // The stream's beginning is the MAC's key: it is what zeros become.
      const start = text - ROW_HEAD;
      for (let i = start; i < text; i++) memory[i] = 0;
      exports._crypto_stream_salsa20_xor(out, start, ROW_HEAD + length, 0, nonce, arena.subkey);
      exports._crypto_onetimeauth(out + ROW_HEAD - MAC_SIZE, out + ROW_HEAD, length, 0, out);
    } else this.#sealByWords(text, length, out);
    const place = out + ROW_HEAD - MAC_SIZE - COUNTER_SIZE;
    for (let i = 0; i < COUNTER_SIZE; i++) memory[place + i] = counter[i]!;
  }

  /** The stream is made where it lies to words of four octets as the text does. */
  #sealByWords(text: number, length: number, out: number): void {
    const { memory, exports, nonce, subkey, words, stream } = this.#arena;
    const start = stream + (text & 3);
    const box = start + ROW_HEAD;
    exports._crypto_stream_salsa20(start, ROW_HEAD + length, 0, nonce, subkey);
    // The first octets, up to where a word begins; the last word may reach beyond the text, where nothing is.
    const head = -text & 3;
    for (let i = 0; i < head; i++) memory[box + i]! ^= memory[text + i]!;
    const end = (text + length + 3) >> 2;
    for (let to = (box + head) >> 2, i = (text + head) >> 2; i < end; to++, i++) words[to]! ^= words[i]!;
    exports._crypto_onetimeauth(out + ROW_HEAD - MAC_SIZE, box, length, 0, start);
    memory.copyWithin(out + ROW_HEAD, box, box + length);
    memory.fill(0, start, box);
  }

  open(from: number, length: number, out: number): boolean {
    // Hot: once per frame.
    const arena = this.#prepare();
    const { exports, words, subkey } = arena;
    const box = from + ROW_HEAD;
    const mac = box - MAC_SIZE;
    exports._crypto_stream_salsa20(out, ROW_HEAD + length, 0, mac - COUNTER_SIZE, subkey);
    if (exports._crypto_onetimeauth_verify(mac, box, length, 0, out) !== 0) {
      arena.memory.fill(0, out, out + ROW_HEAD + length);
      return false;
    }
    for (let i = out >> 2; i < (out + ROW_HEAD) >> 2; i++) words[i] = 0;
    const end = (box + length + 3) >> 2;
    for (let text = (out + ROW_HEAD) >> 2, i = box >> 2; i < end; text++, i++) words[text]! ^= words[i]!;
    return true;
  }

  sealFrame(flags: number, body: Uint8Array, out: Uint8Array, at: number): void {
    const arena = this.#prepare();
    const { memory, input, output } = arena;
    const length = 1 + body.length;
    const total = ROW_HEAD + length;
    if (out.length - at < total) throw noRoom(total, out, at);
    const mac = at + ROW_HEAD - MAC_SIZE;
    if (length <= DESK_SIZE) {
      memory[input] = flags;
      memory.set(body, input + 1);
      this.seal(input, length, output);
      const skip = ROW_HEAD - MAC_SIZE - COUNTER_SIZE;
      out.set(memory.subarray(output + skip, output + total), at + skip);
      memory.fill(0, input, input + length);
      return;
    }
    increment(this.#counter);
    memory.set(this.#counter, arena.nonce);
    out.set(this.#counter, mac - COUNTER_SIZE);
    arena.sealLong(1, flags, body, out, mac);
  }

  openFrame(octets: Uint8Array): boolean {
    // Hot: once per frame.
    const arena = this.#prepare();
    const { memory, input, output } = arena;
    const length = octets.length - ROW_HEAD;
    if (length < 0) return false;
    if (octets.length > DESK_SIZE) {
      memory.set(octets.subarray(ROW_HEAD - MAC_SIZE - COUNTER_SIZE, ROW_HEAD - MAC_SIZE), arena.nonce);
      return arena.openLong(octets, ROW_HEAD - MAC_SIZE, octets, ROW_HEAD);
    }
    memory.set(octets, input);
    if (!this.open(input, length, output)) return false;
    const view = arena.opened(length);
    octets.set(view, ROW_HEAD);
    view.fill(0);
    return true;
  }

  /** Forgets the key, and answers whether it lies in the arena. */
  wipe(): boolean {
    this.#subkey?.fill(0);
    this.#subkey = undefined;
    return this.#arena.subholder === this;
  }

  /** Puts the key where it is used, and answers with that. */
  #prepare(): Arena {
    const subkey = this.#subkey;
    if (subkey === undefined) throw wiped();
    const arena = this.#arena;
    if (arena.subholder !== this) {
      arena.memory.set(subkey, arena.subkey);
      arena.subholder = this;
    }
    return arena;
  }
}
