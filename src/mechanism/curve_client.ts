/**
 * CURVE's client ({@link https://rfc.zeromq.org/spec/26/ | RFC 26}): it knows the server's key beforehand, makes a pair
 * of keys for this connection alone, and shows its own long-term key only under the server's short-term one.
 *
 * @module
 */

import { type BoxKey, COUNTER_SIZE, type CryptoBackend, KEY_SIZE, MAC_SIZE } from "../crypto/backend.ts";
import { decodeError, encodeCommand, expectCommand, malformedCommand } from "../wire/command.ts";
import { decodeMetadata, encodeMetadata, type Metadata } from "../wire/metadata.ts";
import {
  COOKIE_SIZE,
  counterOf,
  CurveSealing,
  HELLO_BOX,
  HELLO_COUNTER,
  HELLO_KEY,
  HELLO_SIZE,
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
import type { HandshakeStep, Mechanism } from "./mechanism.ts";

/** What a client has of keys, 32 octets each. */
export interface CurveClientKeys {
  /** Its own, long-term. */
  readonly publicKey: Uint8Array;
  /** Its own, long-term. */
  readonly secretKey: Uint8Array;
  /** The server's public key. */
  readonly serverKey: Uint8Array;
}

const PROOF_SIZE = 64;
const READY_LEAST = COUNTER_SIZE + MAC_SIZE;

/** The client of one connection. */
export class CurveClient implements Mechanism {
  /** `CURVE`. */
  readonly name = "CURVE";
  /** It is the client. */
  readonly asServer = false;
  /** There once the handshake is complete. */
  sealing?: CurveSealing;
  readonly #crypto: CryptoBackend;
  readonly #keys: CurveClientKeys;
  readonly #metadata: Metadata;
  readonly #random: Random;
  /** Our short-term keys. */
  #publicKey!: Uint8Array;
  #secretKey: Uint8Array | undefined;
  /** For the greeting's boxes, then for those that follow. */
  #key: BoxKey | undefined;
  #wanted: "WELCOME" | "READY" = "WELCOME";

  /** `metadata` is what we tell the server. */
  constructor(crypto: CryptoBackend, keys: CurveClientKeys, metadata: Metadata, random: Random = randomOctets) {
    this.#crypto = crypto;
    this.#keys = keys;
    this.#metadata = metadata;
    this.#random = random;
  }

  /** Our HELLO, which proves that we have a short-term key and know the server's. */
  start(): Uint8Array {
    const crypto = this.#crypto;
    this.#secretKey = this.#random(KEY_SIZE);
    this.#publicKey = crypto.publicKeyOf(this.#secretKey!);
    this.#key = share(crypto, this.#keys.serverKey, this.#secretKey!);
    const data = new Uint8Array(HELLO_SIZE);
    data[0] = 1; // The version, 1.0; zeros after it make the answer no longer than the question.
    data.set(this.#publicKey, HELLO_KEY);
    const counter = counterOf(1);
    data.set(counter, HELLO_COUNTER);
    this.#key!.seal(shortNonce("CurveZMQHELLO---", counter), new Uint8Array(PROOF_SIZE), data, HELLO_BOX);
    return encodeCommand("HELLO", data);
  }

  /** Takes WELCOME, then READY; or ERROR. */
  receive(command: Uint8Array): HandshakeStep {
    const reason = decodeError(command);
    if (reason !== undefined) return { type: "refused", reason };
    const data = expectCommand(command, this.#wanted);
    return this.#wanted === "WELCOME" ? this.#welcomed(data) : this.#ready(data);
  }

  /** Overwrites the keys of this connection. */
  wipe(): void {
    this.#key?.wipe();
    this.#secretKey?.fill(0);
  }

  #welcomed(data: Uint8Array): HandshakeStep {
    if (data.length !== WELCOME_SIZE) {
      throw malformedCommand("WELCOME", `${data.length} octets follow its name`, `${WELCOME_SIZE}`);
    }
    const opened = this.#key!.open(longNonce("WELCOME-", data.subarray(0, LONG_TAIL_SIZE)), data, LONG_TAIL_SIZE);
    if (opened === undefined) throw notOpened("handshake", "WELCOME");
    this.#key!.wipe();
    const theirs = opened.subarray(0, KEY_SIZE);
    const key = this.#key = share(this.#crypto, theirs, this.#secretKey!);
    const vouch = this.#vouch(theirs);
    this.#secretKey!.fill(0);

    const metadata = encodeMetadata(this.#metadata);
    const text = new Uint8Array(KEY_SIZE + vouch.length + metadata.length);
    text.set(this.#keys.publicKey);
    text.set(vouch, KEY_SIZE);
    text.set(metadata, KEY_SIZE + vouch.length);
    const initiate = new Uint8Array(COOKIE_SIZE + COUNTER_SIZE + MAC_SIZE + text.length);
    initiate.set(opened.subarray(KEY_SIZE));
    const counter = counterOf(2);
    initiate.set(counter, COOKIE_SIZE);
    key.seal(shortNonce("CurveZMQINITIATE", counter), text, initiate, COOKIE_SIZE + COUNTER_SIZE);
    this.#wanted = "READY";
    return { type: "send", command: encodeCommand("INITIATE", initiate) };
  }

  /** Proves that our long-term key is ours: it vouches for the short-term one, to this server. */
  #vouch(theirs: Uint8Array): Uint8Array {
    const text = new Uint8Array(2 * KEY_SIZE);
    text.set(this.#publicKey);
    text.set(this.#keys.serverKey, KEY_SIZE);
    const vouch = new Uint8Array(LONG_TAIL_SIZE + TWO_KEYS_BOX);
    const tail = this.#random(LONG_TAIL_SIZE);
    vouch.set(tail);
    const key = share(this.#crypto, theirs, this.#keys.secretKey);
    key.seal(longNonce("VOUCH---", tail), text, vouch, LONG_TAIL_SIZE);
    key.wipe();
    return vouch;
  }

  #ready(data: Uint8Array): HandshakeStep {
    if (data.length < READY_LEAST) {
      throw malformedCommand("READY", `${data.length} octets follow its name`, `${READY_LEAST} or more`);
    }
    const counter = data.slice(0, COUNTER_SIZE);
    const opened = this.#key!.open(shortNonce("CurveZMQREADY---", counter), data, COUNTER_SIZE);
    if (opened === undefined) throw notOpened("handshake", "READY");
    this.sealing = new CurveSealing(this.#key!, false, counterOf(2), counter);
    return { type: "done", metadata: decodeMetadata(opened) };
  }
}
