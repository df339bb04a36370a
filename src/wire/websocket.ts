/**
 * WebSocket frames, their headers and masks ({@link https://www.rfc-editor.org/rfc/rfc6455#section-5.2 | RFC 6455,
 * section 5.2}). Pure.
 *
 * | octets | field                                                                       |
 * | ------ | --------------------------------------------------------------------------- |
 * | 0      | bit 7 FIN, bits 6–4 reserved, bits 3–0 opcode                               |
 * | 1      | bit 7 MASK, bits 6–0 size; 126: two octets of it follow, 127: eight         |
 * | …      | with MASK, the key: four octets, by turns exclusive-ored with the payload's |
 * | …      | payload                                                                     |
 *
 * @module
 */

import { readSize } from "./frame.ts";

/** More of a message that was begun by another frame. */
export const CONTINUATION = 0;
/** Text, which ZWS has no use for. */
export const TEXT = 1;
/** Octets. */
export const BINARY = 2;
/** The sender closes. */
export const CLOSE = 8;
/** The sender wants a PONG. */
export const PING = 9;
/** The answer to a PING. */
export const PONG = 10;
/** The last, or only, frame of a message. */
export const FIN = 0x80;
/** The payload is masked, as a client's must be. */
export const MASK = 0x80;
/** The most octets that a control frame's payload may have. */
export const CONTROL_LIMIT = 125;
/** The most octets that a frame's header may have. */
export const LONGEST_HEADER = 14;
/** Octets of a mask. */
export const MASK_SIZE = 4;

/** The close was ordinary. */
export const CLOSED_NORMALLY = 1000;
/** The peer broke the protocol. */
export const BROKEN = 1002;
/** It sent a kind of message that cannot be taken. */
export const UNACCEPTABLE = 1003;
/** It sent a message that is too long. */
export const TOO_BIG = 1009;

/** Payloads under this length are masked as they lie; longer ones by aligned words, which pays from here on. */
const WORTH_ALIGNING = 64;

const LITTLE_ENDIAN = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ Uint32Array.of(1).buffer)[0] === 1;

/** Memory in the three ways that masking looks at it: its views are made once for a chunk, not for a frame. */
export class Maskable {
  /** The octets. */
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #words: Uint32Array | undefined;

  /** Looks at `bytes`. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The mask whose four octets begin at `at`. */
  key(at: number): number {
    return this.#view.getUint32(at, true);
  }

  /** Writes a mask's four octets at `at`. */
  writeKey(at: number, key: number): void {
    this.#view.setUint32(at, key, true);
  }

  /** Masks, or unmasks, the octets from `from` to `to` in place. The least octet of `key` goes with the first of them. */
  mask(from: number, to: number, key: number): void {
    // Hot: once per masked frame.
    const { bytes } = this;
    const view = this.#view;
    let at = from;
    let turned = key;
    if (to - from >= WORTH_ALIGNING && LITTLE_ENDIAN) {
      const { buffer, byteOffset } = bytes;
      for (; ((byteOffset + at) & 3) !== 0; at++) {
        bytes[at]! ^= turned;
        turned = turned >>> 8 | turned << 24;
      }
      const words = this.#words ??= new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
      const end = Math.floor((byteOffset + to) / 4);
      for (let i = (byteOffset + at) / 4; i < end; i++) words[i]! ^= turned;
      at = end * 4 - byteOffset;
    }
    for (; to - at >= MASK_SIZE; at += MASK_SIZE) view.setUint32(at, view.getUint32(at, true) ^ turned, true);
    for (; at < to; at++, turned >>>= 8) bytes[at]! ^= turned;
  }
}

/** Writes a frame's header but for the key. Answers where that, or the payload, goes. */
export function writeWebSocketHeader(bytes: Uint8Array, at: number, first: number, mask: number, size: number): number {
  // Hot: once per frame.
  bytes[at] = first;
  if (size < 126) {
    bytes[at + 1] = mask | size;
    return at + 2;
  }
  if (size < 65536) {
    bytes[at + 1] = mask | 126;
    bytes[at + 2] = size >>> 8;
    bytes[at + 3] = size;
    return at + 4;
  }
  const high = Math.floor(size / 0x100000000);
  bytes[at + 1] = mask | 127;
  bytes[at + 2] = bytes[at + 3] = 0;
  bytes[at + 4] = high >>> 8;
  bytes[at + 5] = high;
  bytes[at + 6] = size >>> 24;
  bytes[at + 7] = size >>> 16;
  bytes[at + 8] = size >>> 8;
  bytes[at + 9] = size;
  return at + 10;
}

/** How many octets a header has, by its second octet. */
export function headerSize(second: number): number {
  const size = second & 127;
  return 2 + (size < 126 ? 0 : size === 126 ? 2 : 8) + ((second & MASK) === 0 ? 0 : MASK_SIZE);
}

/** The size of the payload, by a complete header. */
export function payloadSize(header: Uint8Array, at: number): number {
  const size = header[at + 1]! & 127;
  if (size < 126) return size;
  return size === 126 ? header[at + 2]! << 8 | header[at + 3]! : readSize(header, at + 2);
}

/** A whole frame. `key`: the mask; `undefined`: a server's, unmasked. */
export function encodeWebSocketFrame(opcode: number, payload: Uint8Array, key: number | undefined): Uint8Array {
  const octets = new Uint8Array(LONGEST_HEADER + payload.length);
  let at = writeWebSocketHeader(octets, 0, FIN | opcode, key === undefined ? 0 : MASK, payload.length);
  if (key !== undefined) at += MASK_SIZE;
  octets.set(payload, at);
  if (key !== undefined) {
    const maskable = new Maskable(octets);
    maskable.writeKey(at - MASK_SIZE, key);
    maskable.mask(at, at + payload.length, key);
  }
  return octets.subarray(0, at + payload.length);
}

/** The payload of CLOSE: why, in two octets. */
export function closeCode(code: number): Uint8Array {
  return Uint8Array.of(code >>> 8, code);
}
