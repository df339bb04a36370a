/**
 * An instance of libsodium and its memory: what lies where in it, and boxes of any length made there piece by piece.
 *
 * ```text
 * nonce | key | subkey | state of a MAC | head: 64 octets, input: 32 KiB, room: 64 KiB … | output: 32 KiB and a head
 * ```
 *
 * A box of XSalsa20-Poly1305 is three things that libsodium exports: HSalsa20 makes a key of the key and the first 16
 * octets of the nonce, Salsa20 under that one and the last 8 octets makes a stream, whose first 32 octets are the key
 * of Poly1305 and whose rest hides the text. `crypto_secretbox` does all of it for each box; where nonces begin alike
 * the first is the same each time. `crypto_secretbox` also wants a whole box in memory; these take it in pieces.
 *
 * @module
 */

import { constantTimeEqual } from "./constant_time_equal.ts";
import { type Desk, DESK_SIZE, KEY_SIZE, MAC_SIZE, NONCE_SIZE, PREFIX_SIZE, ROW_HEAD } from "./backend.ts";

/** Octets before a text in the room: what comes before it in a command is copied with it, to save a view. */
export const BEFORE = 64;

/** Up to here, a box is made in the room at once. */
export const LARGEST_ROOM: number = 65536 + MAC_SIZE;

/** Up to here, views are kept: on V8, to make one takes as long as to copy it. */
const LARGEST_VIEW = 1024;

/** Octets of a block of Salsa20's stream. */
const BLOCK = 64;

/** Octets of the stream that are the MAC's key. */
const MAC_KEY = 32;

/** What is used of libsodium. All numbers are addresses or sizes; one of 64 bits is two of them, the lower first. */
export interface Exports {
  /** Its memory. Another one after any `_malloc`. */
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  _sodium_init(): number;
  /** Answers 0 if there is no memory. */
  _malloc(size: number): number;
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
  /** `constants`: 0 for those of Salsa20. */
  _crypto_core_hsalsa20(out: number, input: number, key: number, constants: number): number;
  _crypto_stream_salsa20(out: number, size: number, high: number, nonce: number, key: number): number;
  _crypto_stream_salsa20_xor(
    out: number,
    text: number,
    size: number,
    high: number,
    nonce: number,
    key: number,
  ): number;
  _crypto_stream_salsa20_xor_ic(
    out: number,
    text: number,
    size: number,
    high: number,
    nonce: number,
    block: number,
    blockHigh: number,
    key: number,
  ): number;
  _crypto_onetimeauth(mac: number, text: number, size: number, high: number, key: number): number;
  _crypto_onetimeauth_verify(mac: number, text: number, size: number, high: number, key: number): number;
  _crypto_onetimeauth_statebytes(): number;
  _crypto_onetimeauth_init(state: number, key: number): number;
  _crypto_onetimeauth_update(state: number, text: number, size: number, high: number): number;
  _crypto_onetimeauth_final(state: number, mac: number): number;
}

/** An instance's memory, and what lies where in it. */
export class Arena implements Desk {
  readonly exports: Exports;
  readonly memory: Uint8Array<ArrayBuffer>;
  /** The same in words of four octets. */
  readonly words: Int32Array<ArrayBuffer>;
  readonly nonce: number;
  readonly key: number;
  /** What HSalsa20 made of a key and the beginning of a nonce. */
  readonly subkey: number;
  /** Where texts begin: there are {@link BEFORE} octets before, and {@link LARGEST_ROOM} from there on. */
  readonly text: number;
  /** The desk: it shares the room with the texts. */
  readonly input: number;
  readonly output: number;
  /** Room for a key stream. */
  readonly stream: number;
  /** Whose key lies at `key`, and whose at `subkey`. */
  holder: object | undefined;
  subholder: object | undefined;
  readonly #state: number;
  readonly #views: (Uint8Array<ArrayBuffer> | undefined)[] = [];
  readonly #opened: (Uint8Array<ArrayBuffer> | undefined)[] = [];

  constructor(exports: Exports) {
    this.exports = exports;
    const sizes = [
      NONCE_SIZE,
      KEY_SIZE,
      KEY_SIZE,
      exports._crypto_onetimeauth_statebytes(),
      BEFORE + LARGEST_ROOM,
      ROW_HEAD + DESK_SIZE,
      ROW_HEAD + DESK_SIZE,
    ];
    const places = sizes.map((size) => exports._malloc(size + 32)).map((at) => (at + 15) & ~15);
    if (places.includes(0)) throw new RangeError("WebAssembly has no memory");
    const [nonce, key, subkey, state, room, output, stream] = places as [
      ...[number, number, number, number],
      ...[number, number, number],
    ];
    this.nonce = nonce;
    this.key = key;
    this.subkey = subkey;
    this.#state = state;
    this.text = this.input = room + BEFORE;
    this.output = output;
    this.stream = stream;
    // Nothing is allocated from now on, so that it stays the same.
    this.memory = exports.HEAPU8;
    this.words = new Int32Array(this.memory.buffer);
  }

  /** The octets from `text` on. */
  view(length: number): Uint8Array<ArrayBuffer> {
    if (length > LARGEST_VIEW) return this.memory.subarray(this.text, this.text + length);
    return this.#views[length] ??= this.memory.subarray(this.text, this.text + length);
  }

  /** What follows the head of the output. */
  opened(length: number): Uint8Array<ArrayBuffer> {
    const at = this.output + ROW_HEAD;
    if (length > LARGEST_VIEW) return this.memory.subarray(at, at + length);
    return this.#opened[length] ??= this.memory.subarray(at, at + length);
  }

  /** Overwrites the keys, and forgets whose they are. */
  dropKey(): void {
    this.memory.fill(0, this.key, this.key + KEY_SIZE);
    this.memory.fill(0, this.subkey, this.subkey + KEY_SIZE);
    this.holder = this.subholder = undefined;
  }

  /** What HSalsa20 makes of `key` and the first octets of a nonce. It is not left here. */
  derive(key: Uint8Array, prefix: Uint8Array): Uint8Array<ArrayBuffer> {
    const { memory, text, subkey } = this;
    // Whoever's key lay there must put it back.
    this.subholder = undefined;
    memory.set(prefix.subarray(0, PREFIX_SIZE), text);
    memory.set(key, text + PREFIX_SIZE);
    this.exports._crypto_core_hsalsa20(subkey, text, text + PREFIX_SIZE, 0);
    memory.fill(0, text, text + PREFIX_SIZE + KEY_SIZE);
    const derived = memory.slice(subkey, subkey + KEY_SIZE);
    memory.fill(0, subkey, subkey + KEY_SIZE);
    return derived;
  }

  /**
   * Seals `head` octets, none or the one that is `flags`, and a body, piece by piece, under the key at `subkey` and the
   * 8 octets at `nonce`. Writes MAC and text to `out` from `at`.
   */
  sealLong(head: number, flags: number, body: Uint8Array, out: Uint8Array, at: number): void {
    const { exports, memory, input, output, nonce, subkey } = this;
    const state = this.#state;
    const before = MAC_KEY + head;
    memory.fill(0, input, input + MAC_KEY);
    memory[input + MAC_KEY] = flags;
    let from = 0;
    let to = at + MAC_SIZE;
    for (let block = 0; from < body.length || block === 0; block += DESK_SIZE / BLOCK) {
      // The first piece makes the MAC's key as well.
      const room = block === 0 ? before : 0;
      const skip = block === 0 ? MAC_KEY : 0;
      const length = Math.min(DESK_SIZE - room, body.length - from);
      memory.set(body.subarray(from, from + length), input + room);
      from += length;
      const end = room + length;
      exports._crypto_stream_salsa20_xor_ic(output, input, end, 0, nonce, block, 0, subkey);
      if (block === 0) exports._crypto_onetimeauth_init(state, output);
      exports._crypto_onetimeauth_update(state, output + skip, end - skip, 0);
      out.set(memory.subarray(output + skip, output + end), to);
      to += end - skip;
    }
    exports._crypto_onetimeauth_final(state, output);
    out.set(memory.subarray(output, output + MAC_SIZE), at);
    this.clear();
  }

  /**
   * Opens the box that `octets` hold from `from`, piece by piece, under the key at `subkey` and the 8 octets at `nonce`.
   * Writes the text to `out` from `at`, which may be in its place or before it.
   */
  openLong(octets: Uint8Array, from: number, out: Uint8Array, at: number): boolean {
    const { exports, memory, input, output, nonce, subkey } = this;
    const state = this.#state;
    const end = octets.length;
    exports._crypto_stream_salsa20(output, MAC_KEY, 0, nonce, subkey);
    exports._crypto_onetimeauth_init(state, output);
    // First all of it is judged, and nothing written.
    for (let next = from + MAC_SIZE; next < end; next += DESK_SIZE) {
      const length = Math.min(DESK_SIZE, end - next);
      memory.set(octets.subarray(next, next + length), input);
      exports._crypto_onetimeauth_update(state, input, length, 0);
    }
    exports._crypto_onetimeauth_final(state, output);
    const mac = memory.slice(output, output + MAC_SIZE);
    const genuine = constantTimeEqual(mac, octets.subarray(from, from + MAC_SIZE));
    mac.fill(0);
    if (genuine) {
      let to = at;
      let skip = MAC_KEY;
      for (let next = from + MAC_SIZE, block = 0; next < end; block += DESK_SIZE / BLOCK) {
        const length = Math.min(DESK_SIZE - skip, end - next);
        memory.set(octets.subarray(next, next + length), input + skip);
        exports._crypto_stream_salsa20_xor_ic(output, input, skip + length, 0, nonce, block, 0, subkey);
        out.set(memory.subarray(output + skip, output + skip + length), to);
        next += length;
        to += length;
        skip = 0;
      }
    }
    this.clear();
    return genuine;
  }

  /** Overwrites the desk. */
  clear(): void {
    const { memory, input, output } = this;
    memory.fill(0, input - ROW_HEAD, input + DESK_SIZE);
    memory.fill(0, output, output + ROW_HEAD + DESK_SIZE);
  }
}
