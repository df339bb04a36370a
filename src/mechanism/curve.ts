/**
 * What both roles of CURVE share: nonces, and the MESSAGE that every frame travels in once the handshake is complete
 * ({@link https://rfc.zeromq.org/spec/26/ | RFC 26}, {@link https://rfc.zeromq.org/spec/25/ | RFC 25}).
 *
 * | octets | MESSAGE                                                       |
 * | ------ | ------------------------------------------------------------- |
 * | 0–7    | `07 "MESSAGE"`                                                |
 * | 8–15   | a counter that rises with every box of its direction          |
 * | 16–    | box: flags (bit 0 MORE, bit 1 COMMAND), then the frame's body |
 *
 * It travels as an ordinary frame of one part; its flags are those within.
 *
 * @module
 */

import { latin1, spells } from "../bytes/ascii.ts";
import {
  type BoxKey,
  type BoxRow,
  COUNTER_SIZE,
  type CryptoBackend,
  type Desk,
  KEY_SIZE,
  MAC_SIZE,
  NONCE_SIZE,
  ROW_HEAD,
} from "../crypto/backend.ts";
import { ProtocolError } from "../errors.ts";
import { COMMAND, type FrameSink, MORE } from "../wire/frame.ts";
import type { Sealing } from "./mechanism.ts";
import { type FrameSealing, Sealer } from "./sealer.ts";

/** Octets of the random end of a long nonce. */
export const LONG_TAIL_SIZE = 16;

/** HELLO without its name: its size, and where the client's short-term key, its counter and the box are. */
export const HELLO_SIZE = 194;
export const HELLO_KEY = 74;
export const HELLO_COUNTER: number = HELLO_KEY + KEY_SIZE;
export const HELLO_BOX: number = HELLO_COUNTER + COUNTER_SIZE;
/** Octets of a box of two keys: a vouch's, and a cookie's. */
export const TWO_KEYS_BOX: number = MAC_SIZE + 2 * KEY_SIZE;
/** Octets of a cookie: a nonce's end, and the box. */
export const COOKIE_SIZE: number = LONG_TAIL_SIZE + TWO_KEYS_BOX;
/** Octets of WELCOME without its name: a nonce's end, and a box of the server's short-term key and the cookie. */
export const WELCOME_SIZE: number = LONG_TAIL_SIZE + MAC_SIZE + KEY_SIZE + COOKIE_SIZE;

const MESSAGE = "\x07MESSAGE";
const SEALED_COMMAND = 2;
const FLAGS_SIZE = 1;
/** Where what was sealed begins: name, counter and MAC are as a row of boxes has them. */
const TEXT = ROW_HEAD;
const OVERHEAD = TEXT + FLAGS_SIZE;

/** Where random octets come from, so that a test can know them. */
export type Random = (length: number) => Uint8Array;

/** Octets that nobody can guess. */
export function randomOctets(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** A nonce of 8 letters and 16 octets that are never the same twice. */
export function longNonce(prefix: string, tail: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(NONCE_SIZE);
  nonce.set(latin1(prefix));
  nonce.set(tail, NONCE_SIZE - LONG_TAIL_SIZE);
  return nonce;
}

/** A nonce of 16 letters and a counter. */
export function shortNonce(prefix: string, counter: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(NONCE_SIZE);
  nonce.set(latin1(prefix));
  nonce.set(counter, NONCE_SIZE - COUNTER_SIZE);
  return nonce;
}

/** A counter's octets, for the few boxes of a handshake. */
export function counterOf(count: number): Uint8Array {
  const counter = new Uint8Array(COUNTER_SIZE);
  counter[COUNTER_SIZE - 1] = count;
  return counter;
}

/** Whether a counter is above another. */
export function isAbove(counter: Uint8Array, at: number, other: Uint8Array, otherAt: number): boolean {
  for (let i = 0; i < COUNTER_SIZE; i++) {
    const difference = counter[at + i]! - other[otherAt + i]!;
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** The key that two pairs have in common. Throws for a public key of low order, which makes it everybody's. */
export function share(crypto: CryptoBackend, publicKey: Uint8Array, secretKey: Uint8Array): BoxKey {
  const key = crypto.share(publicKey, secretKey);
  if (key !== undefined) return key;
  throw new ProtocolError("handshake", "Cannot shake hands: the peer's key is of low order, wanted one that hides");
}

/** The error of a box that does not open: it was sealed with other keys, or changed on its way. */
export function notOpened(phase: ProtocolError["phase"], what: string): ProtocolError {
  return new ProtocolError(phase, `Cannot open ${what}: its box was sealed with other keys, or changed`);
}

/** Seals and opens the frames of one connection. */
export class CurveSealing implements Sealing, FrameSealing {
  /** `07 "MESSAGE"`, a counter, the MAC, and an octet of flags. */
  readonly overhead = OVERHEAD;
  /** Where frames are sealed many at a time. */
  readonly desk: Desk;
  /** The flags of the frame that was opened last. */
  flags = 0;
  readonly #outgoing: BoxRow;
  readonly #incoming: BoxRow;
  /** The counter of the box that was opened last. */
  readonly #counter: Uint8Array;
  readonly #name = latin1(MESSAGE);
  readonly #sealer = new Sealer(this);

  /**
   * @param key What the short-term keys have in common.
   * @param asServer Whether we are the server.
   * @param sent The counter of the last box that we sent.
   * @param received That of the last that we received.
   */
  constructor(key: BoxKey, asServer: boolean, sent: Uint8Array, received: Uint8Array) {
    this.#outgoing = key.row(latin1(asServer ? "CurveZMQMESSAGES" : "CurveZMQMESSAGEC"), sent);
    this.#incoming = key.row(latin1(asServer ? "CurveZMQMESSAGEC" : "CurveZMQMESSAGES"), received);
    this.#counter = received.slice();
    this.desk = this.#outgoing.desk;
  }

  /** Seals runs of frames. */
  seal(runs: readonly Uint8Array[]): Uint8Array {
    return this.#sealer.seal(runs);
  }

  /** What {@link seal} answered has been sent. */
  release(octets: Uint8Array): void {
    this.#sealer.release(octets);
  }

  /** Makes a MESSAGE of the body on the desk. The octets before it, that of a header among them, are overwritten. */
  sealOnDesk(flags: number, body: number, length: number, out: number): void {
    // Hot: once per frame.
    const { memory } = this.desk;
    memory[body - FLAGS_SIZE] = sealedFlags(flags);
    this.#outgoing.seal(body - FLAGS_SIZE, FLAGS_SIZE + length, out);
    this.#writeName(memory, out);
  }

  /** Makes a MESSAGE. */
  sealFrame(flags: number, body: Uint8Array, out: Uint8Array, at: number): void {
    this.#outgoing.sealFrame(sealedFlags(flags), body, out, at);
    this.#writeName(out, at);
  }

  #writeName(out: Uint8Array, at: number): void {
    const name = this.#name;
    for (let i = 0; i < MESSAGE.length; i++) out[at + i] = name[i]!;
  }

  /** Opens MESSAGEs. Their frames have no flags of their own: what MORE and COMMAND are for is within. */
  opening(sink: FrameSink, limit: number): FrameSink {
    let total = 0;
    return {
      frame: (around, sealed) => {
        // Hot: once per frame.
        if ((around & MORE) !== 0) throw notMessage(sealed);
        const body = this.open(sealed);
        const { flags } = this;
        if ((flags & COMMAND) === 0) {
          total += body.length;
          if (total > limit) throw tooLong(total, limit);
          if ((flags & MORE) === 0) total = 0;
        }
        return sink.frame(flags, body);
      },
    };
  }

  /** Opens a MESSAGE in its place. {@link flags} are its frame's then. */
  open(body: Uint8Array): Uint8Array {
    // Hot: once per frame.
    const size = body.length;
    if (size < OVERHEAD || !spells(body, 0, MESSAGE)) throw notMessage(body);
    const counter = this.#counter;
    if (!isAbove(body, MESSAGE.length, counter, 0)) throw repeated();
    for (let i = 0; i < COUNTER_SIZE; i++) counter[i] = body[MESSAGE.length + i]!;
    if (!this.#openFrame(body)) throw notOpened("traffic", "message");
    const sealed = body[TEXT]!;
    this.flags = (sealed & MORE) | ((sealed & SEALED_COMMAND) === 0 ? 0 : COMMAND);
    return new Uint8Array(body.buffer, body.byteOffset + OVERHEAD, size - OVERHEAD);
  }

  #openFrame(body: Uint8Array): boolean {
    try {
      return this.#incoming.openFrame(body);
    } catch (error) {
      // A backend may need as much memory again as the box takes.
      if (!(error instanceof RangeError)) throw error;
      const found = `there is no memory for its ${body.length} octets`;
      throw new ProtocolError("traffic", `Cannot open message: ${found}`, { cause: error });
    }
  }
}

function sealedFlags(flags: number): number {
  return (flags & MORE) | ((flags & COMMAND) === 0 ? 0 : SEALED_COMMAND);
}

function notMessage(body: Uint8Array): ProtocolError {
  const found = body.length < OVERHEAD ? `a frame of ${body.length} octets` : "a frame of another kind";
  return new ProtocolError("traffic", `Cannot open message: found ${found}, wanted a MESSAGE of CURVE`);
}

function tooLong(size: number, limit: number): ProtocolError {
  return new ProtocolError("traffic", `Cannot open message: it is ${size} octets or more, limit is ${limit}`);
}

function repeated(): ProtocolError {
  return new ProtocolError("traffic", "Cannot open message: its counter is not above the last, wanted each box once");
}
