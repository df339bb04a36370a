/**
 * CURVE's server ({@link https://rfc.zeromq.org/spec/26/ | RFC 26}). It needs no list of clients: it learns a client's
 * long-term key in INITIATE, and has it judged before it says READY.
 *
 * @module
 */

import { type BoxKey, COUNTER_SIZE, type CryptoBackend, KEY_SIZE, MAC_SIZE } from "../crypto/backend.ts";
import { constantTimeEqual } from "../crypto/constant_time_equal.ts";
import { ProtocolError } from "../errors.ts";
import { encodeCommand, expectCommand, malformedCommand, tooEarly } from "../wire/command.ts";
import { decodeMetadata, encodeMetadata, type Metadata } from "../wire/metadata.ts";
import {
  COOKIE_SIZE,
  counterOf,
  CurveSealing,
  HELLO_BOX,
  HELLO_COUNTER,
  HELLO_KEY,
  HELLO_SIZE,
  isAbove,
  LONG_TAIL_SIZE,
  longNonce,
  notOpened,
  type Random,
  randomOctets,
  share,
  shortNonce,
  TWO_KEYS_BOX,
  WELCOME_SIZE,
} from "./curve.ts";
import { admitted, denial } from "./judged.ts";
import type { HandshakeStep, Mechanism, Verdict } from "./mechanism.ts";

/** What a server has of keys, 32 octets each. */
export interface CurveServerKeys {
  /** What clients know it by. */
  readonly publicKey: Uint8Array;
  /** Its own. */
  readonly secretKey: Uint8Array;
}

const INITIATE_COUNTER = COOKIE_SIZE;
const INITIATE_BOX = INITIATE_COUNTER + COUNTER_SIZE;
const INITIATE_TEXT = KEY_SIZE + LONG_TAIL_SIZE + TWO_KEYS_BOX;
const INITIATE_LEAST = INITIATE_BOX + MAC_SIZE + INITIATE_TEXT;

/** The server of one connection. */
export class CurveServer implements Mechanism {
  /** `CURVE`. */
  readonly name = "CURVE";
  /** It is the server. */
  readonly asServer = true;
  /** There once the handshake is complete. */
  sealing?: CurveSealing;
  readonly #crypto: CryptoBackend;
  readonly #keys: CurveServerKeys;
  readonly #metadata: Metadata;
  readonly #random: Random;
  /** `undefined`: the client is being judged, or has been. */
  #wanted: "HELLO" | "INITIATE" | undefined = "HELLO";
  /** The client's short-term key, and the counter of its HELLO. */
  #theirs!: Uint8Array;
  #counter!: Uint8Array;
  #cookie!: Uint8Array;
  /** Our short-term secret key. */
  #secretKey: Uint8Array | undefined;
  #key: BoxKey | undefined;
  /** What the client has told of itself. */
  #told!: Uint8Array;

  /** `metadata` is what we tell the client. */
  constructor(crypto: CryptoBackend, keys: CurveServerKeys, metadata: Metadata, random: Random = randomOctets) {
    this.#crypto = crypto;
    this.#keys = keys;
    this.#metadata = metadata;
    this.#random = random;
  }

  /** The client speaks first. */
  start(): undefined {}

  /** Takes HELLO, then INITIATE, and has the client's key judged. */
  receive(command: Uint8Array): HandshakeStep {
    if (this.#wanted === undefined) throw tooEarly();
    const data = expectCommand(command, this.#wanted);
    return this.#wanted === "HELLO" ? this.#greeted(data) : this.#initiated(data);
  }

  /** Says READY, or ERROR. */
  judged(verdict: Verdict): HandshakeStep {
    if (verdict.status !== 200) return denial(verdict);
    const counter = counterOf(1);
    const text = encodeMetadata(this.#metadata);
    const ready = new Uint8Array(COUNTER_SIZE + MAC_SIZE + text.length);
    ready.set(counter);
    this.#key!.seal(shortNonce("CurveZMQREADY---", counter), text, ready, COUNTER_SIZE);
    this.sealing = new CurveSealing(this.#key!, true, counter, this.#counter);
    return admitted(verdict, decodeMetadata(this.#told), encodeCommand("READY", ready));
  }

  /** Overwrites the keys of this connection. */
  wipe(): void {
    this.#key?.wipe();
    this.#secretKey?.fill(0);
  }

  #greeted(data: Uint8Array): HandshakeStep {
    if (data.length !== HELLO_SIZE) {
      throw malformedCommand("HELLO", `${data.length} octets follow its name`, `${HELLO_SIZE}`);
    }
    if (data[0] !== 1 || data[1] !== 0) {
      throw malformedCommand("HELLO", `it is of CurveZMQ ${data[0]}.${data[1]}`, "1.0");
    }
    const theirs = this.#theirs = data.slice(HELLO_KEY, HELLO_COUNTER);
    this.#counter = data.slice(HELLO_COUNTER, HELLO_BOX);
    const key = share(this.#crypto, theirs, this.#keys.secretKey);
    // What fails here is a client that has another server's key.
    const opened = key.open(shortNonce("CurveZMQHELLO---", this.#counter), data, HELLO_BOX);
    if (opened === undefined || opened.some((octet) => octet !== 0)) throw notOpened("handshake", "HELLO");

    this.#secretKey = this.#random(KEY_SIZE);
    const cookie = this.#cookie = this.#bake();
    const text = new Uint8Array(KEY_SIZE + COOKIE_SIZE);
    text.set(this.#crypto.publicKeyOf(this.#secretKey!));
    text.set(cookie, KEY_SIZE);
    const tail = this.#random(LONG_TAIL_SIZE);
    const welcome = new Uint8Array(WELCOME_SIZE);
    welcome.set(tail);
    key.seal(longNonce("WELCOME-", tail), text, welcome, LONG_TAIL_SIZE);
    key.wipe();
    this.#wanted = "INITIATE";
    return { type: "send", command: encodeCommand("WELCOME", welcome) };
  }

  /**
   * The cookie would let a server forget a client between its commands. We keep what we know, as libzmq does, so the
   * cookie has to come back as it went, and its key is for nothing but to make it.
   */
  #bake(): Uint8Array {
    const text = new Uint8Array(2 * KEY_SIZE);
    text.set(this.#theirs);
    text.set(this.#secretKey!, KEY_SIZE);
    const secret = this.#random(KEY_SIZE);
    const key = this.#crypto.secret(secret);
    const tail = this.#random(LONG_TAIL_SIZE);
    const cookie = new Uint8Array(COOKIE_SIZE);
    cookie.set(tail);
    key.seal(longNonce("COOKIE--", tail), text, cookie, LONG_TAIL_SIZE);
    key.wipe();
    secret.fill(0);
    text.fill(0);
    return cookie;
  }

  #initiated(data: Uint8Array): HandshakeStep {
    if (data.length < INITIATE_LEAST) {
      throw malformedCommand("INITIATE", `${data.length} octets follow its name`, `${INITIATE_LEAST} or more`);
    }
    if (!constantTimeEqual(this.#cookie, data.subarray(0, COOKIE_SIZE))) {
      throw new ProtocolError("handshake", "Cannot read INITIATE: its cookie is not the one that we sent");
    }
    if (!isAbove(data, INITIATE_COUNTER, this.#counter, 0)) {
      throw new ProtocolError("handshake", "Cannot read INITIATE: its counter is not above that of HELLO");
    }
    const counter = this.#counter = data.slice(INITIATE_COUNTER, INITIATE_BOX);
    this.#key = share(this.#crypto, this.#theirs, this.#secretKey!);
    const opened = this.#key!.open(shortNonce("CurveZMQINITIATE", counter), data, INITIATE_BOX);
    if (opened === undefined) throw notOpened("handshake", "INITIATE");
    const client = opened.slice(0, KEY_SIZE);
    this.#checkVouch(client, opened.subarray(KEY_SIZE, INITIATE_TEXT));
    this.#secretKey!.fill(0);
    this.#told = opened.subarray(INITIATE_TEXT);
    this.#wanted = undefined;
    return { type: "ask", credentials: [client] };
  }

  /** The client's long-term key must vouch for its short-term one, and to us. */
  #checkVouch(client: Uint8Array, vouch: Uint8Array): void {
    const key = share(this.#crypto, client, this.#secretKey!);
    const opened = key.open(longNonce("VOUCH---", vouch.subarray(0, LONG_TAIL_SIZE)), vouch, LONG_TAIL_SIZE);
    key.wipe();
    if (opened === undefined) throw notOpened("handshake", "vouch");
    const wanted = new Uint8Array(2 * KEY_SIZE);
    wanted.set(this.#theirs);
    wanted.set(this.#keys.publicKey, KEY_SIZE);
    if (!constantTimeEqual(wanted, opened)) {
      throw new ProtocolError("handshake", "Cannot read INITIATE: its vouch is for other keys than these");
    }
  }
}
