/**
 * Keys and boxes by libsodium, compiled to WebAssembly. Its exports are called as they are, with addresses in its
 * memory: a box is copied in, sealed or opened where it lies, and copied out.
 *
 * ```text
 * nonce | key | room: 64 octets, then a box or what was in it …
 * ```
 *
 * Nothing secret stays in that memory but the key of the boxes last sealed or opened, which is overwritten by the next
 * one's, or when it is wiped. WebAssembly can only ever grow its memory. After a box that made it grow a lot, it is
 * therefore given up for a new instance.
 *
 * @module
 */

import { wrongRange } from "../errors.ts";
import {
  type BoxKey,
  checkKey,
  type CryptoBackend,
  KEY_SIZE,
  type KeyPair,
  MAC_SIZE,
  NONCE_SIZE,
  noRoom,
  randomKey,
  wiped,
  wrongNonce,
} from "./backend.ts";
import { builtin } from "./builtin.ts";

/** Octets before a text in the room: what comes before it in a command is copied with it, to save a view. */
const BEFORE = 64;

/** Up to here, a text is copied to the room that is always there; for a longer one, there is a room while it is used. */
const LARGEST_ROOM = 65536 + MAC_SIZE;

/** Octets of WebAssembly memory over which an instance is given up for a new one. A new one has 4 MiB. */
const LARGEST_MEMORY = 16 << 20;

/** Up to here, views of the room are kept: on V8, to make one takes as long as to copy it. */
const LARGEST_VIEW = 1024;

/** A module of no content: whoever compiles that compiles anything. */
const EMPTY_MODULE = /* @__PURE__ */ Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** What is used of libsodium. All numbers are addresses or sizes; a size of 64 bits is two of them, the lower first. */
interface Exports {
  /** Its memory. Another one after any `_malloc`. */
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  _sodium_init(): number;
  /** Answers 0 if there is no memory. */
  _malloc(size: number): number;
  _free(at: number): void;
  _crypto_scalarmult_base(publicKey: number, secretKey: number): number;
  _crypto_box_beforenm(key: number, publicKey: number, secretKey: number): number;
  _crypto_secretbox_easy(box: number, text: number, size: number, high: number, nonce: number, key: number): number;
  _crypto_secretbox_open_easy(
    text: number,
    box: number,
    size: number,
    high: number,
    nonce: number,
    key: number,
  ): number;
}

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
  return new Sodium(instantiate, new Arena(await newInstance(instantiate)));
}

async function loadPackage(): Promise<Instantiate> {
  try {
    // @ts-ignore: the package has no declarations; what is used of it is declared above
    return (await import("libsodium")).default as Instantiate;
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
    const only = require?.("libsodium") as Exports & { readonly ready: Promise<void> } | undefined;
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

/** An instance's memory, and what lies where in it. */
class Arena {
  readonly exports: Exports;
  memory: Uint8Array<ArrayBuffer>;
  readonly nonce: number;
  readonly key: number;
  /** Where texts begin: there are {@link BEFORE} octets before, and {@link LARGEST_ROOM} from there on. */
  readonly text: number;
  /** Whose key lies at `key`. */
  holder: SodiumKey | undefined;
  #views: (Uint8Array<ArrayBuffer> | undefined)[] = [];

  constructor(exports: Exports) {
    this.exports = exports;
    this.nonce = exports._malloc(NONCE_SIZE);
    this.key = exports._malloc(KEY_SIZE);
    const room = exports._malloc(BEFORE + LARGEST_ROOM);
    if (this.nonce === 0 || this.key === 0 || room === 0) throw new RangeError("WebAssembly has no memory");
    this.text = room + BEFORE;
    this.memory = exports.HEAPU8;
  }

  /** The octets from `text` on. */
  view(length: number): Uint8Array<ArrayBuffer> {
    if (length > LARGEST_VIEW) return this.memory.subarray(this.text, this.text + length);
    return this.#views[length] ??= this.memory.subarray(this.text, this.text + length);
  }

  /** A room for a long text: its address. */
  allocate(size: number): number {
    const at = this.exports._malloc(size);
    if (this.exports.HEAPU8 !== this.memory) {
      this.memory = this.exports.HEAPU8;
      this.#views = [];
    }
    if (at === 0) throw wrongRange(`Cannot seal or open ${size} octets: WebAssembly has no memory for them`);
    return at;
  }

  /** Gives a room back; what is in it is overwritten. */
  free(at: number, size: number): void {
    this.memory.fill(0, at, at + size);
    this.exports._free(at);
  }

  /** Overwrites the key, and forgets whose it is. */
  dropKey(): void {
    this.memory.fill(0, this.key, this.key + KEY_SIZE);
    this.holder = undefined;
  }
}

class Sodium implements CryptoBackend {
  readonly name = "libsodium";
  readonly #instantiate: Instantiate;
  /** The present instance. */
  arena: Arena;
  #renewing = false;

  constructor(instantiate: Instantiate, arena: Arena) {
    this.#instantiate = instantiate;
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
    return failed ? undefined : new SodiumKey(this, key);
  }

  secret(key: Uint8Array): BoxKey {
    checkKey("key", key);
    return new SodiumKey(this, new Uint8Array(key));
  }

  /** A copy of the key at `at`; what lies from `secret` to its end is overwritten. */
  #take(secret: number, at: number): Uint8Array<ArrayBuffer> {
    const { memory } = this.arena;
    const key = memory.slice(at, at + KEY_SIZE);
    memory.fill(0, secret, at + KEY_SIZE);
    return key;
  }

  /** Sees to it that a memory which has grown large goes away. */
  renew(): void {
    if (this.#renewing || this.memory <= LARGEST_MEMORY) return;
    this.#renewing = true;
    newInstance(this.#instantiate).then((exports) => {
      if (exports === this.arena.exports) return; // There can be only one of it.
      const arena = new Arena(exports);
      this.arena.dropKey();
      this.arena = arena;
      this.#renewing = false;
    }).catch(() => {
      // There is no memory for another one: the old one serves as well, and the next long box tries again.
      this.#renewing = false;
    });
  }
}

class SodiumKey implements BoxKey {
  readonly #sodium: Sodium;
  #key: Uint8Array | undefined;

  /** `key` becomes this one's own. */
  constructor(sodium: Sodium, key: Uint8Array) {
    this.#sodium = sodium;
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
    // Hot: once per frame.
    const arena = this.#prepare(nonce);
    const length = head + body.length;
    const boxed = MAC_SIZE + length;
    if (out.length - at < boxed) throw noRoom(boxed, out, at);
    const long = boxed > LARGEST_ROOM;
    const box = long ? arena.allocate(boxed) : arena.text;
    const { memory, exports } = arena;
    const text = box + MAC_SIZE;
    memory[text] = flags;
    memory.set(body, text + head);
    exports._crypto_secretbox_easy(box, text, length, 0, arena.nonce, arena.key);
    if (!long) return out.set(arena.view(boxed), at);
    out.set(memory.subarray(box, box + boxed), at);
    arena.free(box, boxed);
    this.#sodium.renew();
  }

  open(nonce: Uint8Array, octets: Uint8Array, from: number): Uint8Array<ArrayBuffer> | undefined {
    const length = octets.length - from - MAC_SIZE;
    // A box that is too short has no room either, and is refused where the others are.
    const out = new Uint8Array(Math.max(0, length));
    return this.openInto(nonce, octets, from, out, 0) ? out : undefined;
  }

  openInto(nonce: Uint8Array, octets: Uint8Array, from: number, out: Uint8Array, at: number): boolean {
    // Hot: once per frame.
    const arena = this.#prepare(nonce);
    const boxed = octets.length - from;
    const length = boxed - MAC_SIZE;
    if (length < 0) return false;
    if (out.length - at < length) throw noRoom(length, out, at);
    if (length > LARGEST_ROOM) return this.#openLong(octets.subarray(from), out, at);
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

  #openLong(octets: Uint8Array, out: Uint8Array, at: number): boolean {
    const { arena } = this.#sodium;
    const boxed = octets.length;
    const box = arena.allocate(boxed);
    const { memory, exports } = arena;
    const text = box + MAC_SIZE;
    memory.set(octets, box);
    const opened = exports._crypto_secretbox_open_easy(text, box, boxed, 0, arena.nonce, arena.key) === 0;
    if (opened) out.set(memory.subarray(text, box + boxed), at);
    arena.free(box, boxed);
    this.#sodium.renew();
    return opened;
  }

  wipe(): void {
    const { arena } = this.#sodium;
    if (arena.holder === this) arena.dropKey();
    this.#key?.fill(0);
    this.#key = undefined;
  }

  /** Puts nonce and key where they are used, and answers with that. */
  #prepare(nonce: Uint8Array): Arena {
    const key = this.#key;
    if (key === undefined) throw wiped();
    if (nonce.length !== NONCE_SIZE) throw wrongNonce(nonce);
    const { arena } = this.#sodium;
    if (arena.holder !== this) {
      arena.memory.set(key, arena.key);
      arena.holder = this;
    }
    arena.memory.set(nonce, arena.nonce);
    return arena;
  }
}
