/**
 * A CURVE client that seals what it should not. The boxes are the library's own, and so is the order of the handshake;
 * what is in them, and what becomes of them, is the attacker's.
 *
 * @module
 */

import { latin1 } from "../../src/bytes/ascii.ts";
import type { BoxKey, CryptoBackend } from "../../src/crypto/backend.ts";
import { loadCrypto } from "../../src/crypto/load.ts";
import { CurveSealing } from "../../src/mechanism/curve.ts";
import { CurveClient } from "../../src/mechanism/curve_client.ts";
import { frame, greeting, RawPeer } from "../interop/raw_peer.ts";
import { VECTORS } from "../mechanism/curve_vectors.ts";

/** The keys of the server that is attacked. */
export const CURVE_SERVER = { publicKey: VECTORS.serverPublic, secretKey: VECTORS.serverSecret };
/** The keys of its honest client, and the attacker's too: knowing a key that is let in does not help. */
export const CURVE_CLIENT = { publicKey: VECTORS.clientPublic, secretKey: VECTORS.clientSecret };

/** Where the box of an INITIATE begins. */
const INITIATE_BOX = 113;
const MAC_SIZE = 16;
const OVERHEAD = 33;

/** What was sealed last. */
interface Sealed {
  readonly key: BoxKey;
  readonly nonce: Uint8Array;
  readonly text: Uint8Array;
}

/** One attacker, and its connection. */
export class CurveAttacker implements AsyncDisposable {
  readonly #peer: RawPeer;
  readonly #client: CurveClient;
  #last: Sealed | undefined;
  #initiate = new Uint8Array();

  private constructor(peer: RawPeer, crypto: CryptoBackend) {
    this.#peer = peer;
    const watched = {
      ...bound(crypto),
      share: (...keys: [Uint8Array, Uint8Array]) => this.#watch(crypto.share(...keys)!),
    };
    const keys = { ...CURVE_CLIENT, serverKey: CURVE_SERVER.publicKey };
    const metadata = new Map([["Socket-Type", latin1("PUSH")]]);
    this.#client = new CurveClient(watched, keys, metadata);
  }

  /** Connects, and greets. */
  static async dial(endpoint: string): Promise<CurveAttacker> {
    const crypto = await loadCrypto();
    const peer = await RawPeer.dial(endpoint);
    const attacker = new CurveAttacker(peer, crypto);
    await peer.write(greeting(1, "CURVE"), frame(4, attacker.#client.start()));
    await peer.read(64);
    return attacker;
  }

  /** Settles when the connection is over. */
  get closed(): Promise<void> {
    return this.#peer.closed;
  }

  /** The INITIATE that answers the server's WELCOME. It is not sent yet. */
  async initiate(): Promise<Uint8Array> {
    const step = this.#client.receive(latin1((await this.#peer.readFrame()).body));
    if (step.type !== "send") throw new Error(`Wanted an INITIATE, found ${step.type}`);
    return this.#initiate = step.command.slice();
  }

  /** The same INITIATE with something else in its box. */
  resealed(change: (text: Uint8Array) => Uint8Array): Uint8Array {
    const { key, nonce, text } = this.#last!;
    const changed = change(text.slice());
    const command = new Uint8Array(INITIATE_BOX + MAC_SIZE + changed.length);
    command.set(this.#initiate.subarray(0, INITIATE_BOX));
    key.seal(nonce, changed, command, INITIATE_BOX);
    return command;
  }

  /** Sends a command of the handshake. */
  say(command: Uint8Array): Promise<void> {
    return this.#peer.write(frame(4, command));
  }

  /** Sends octets. */
  write(octets: Uint8Array): Promise<void> {
    return this.#peer.write(octets);
  }

  /** Completes the handshake, as an honest client would. */
  async finish(initiate: Uint8Array): Promise<void> {
    await this.say(initiate);
    this.#client.receive(latin1((await this.#peer.readFrame()).body));
  }

  /** Seals a message. */
  seal(text: string): Uint8Array {
    const box = new Uint8Array(text.length + OVERHEAD);
    this.#client.sealing!.sealFrame(0, latin1(text), box, 0);
    return box;
  }

  /** Seals a message with the counter of the first, which is 3. */
  sealAgain(text: string): Uint8Array {
    const box = new Uint8Array(text.length + OVERHEAD);
    const two = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2);
    new CurveSealing(this.#last!.key, false, two, two).sealFrame(0, latin1(text), box, 0);
    return box;
  }

  /** Cuts the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#peer[Symbol.asyncDispose]();
  }

  /** Keeps what a key seals. */
  #watch(key: BoxKey): BoxKey {
    return {
      seal: (nonce, text, out, at) => {
        // A vouch's key is wiped before it could be of use.
        if (nonce[0] !== "V".charCodeAt(0)) this.#last = { key, nonce: nonce.slice(), text: text.slice() };
        key.seal(nonce, text, out, at);
      },
      open: (...args) => key.open(...args),
      openInto: (...args) => key.openInto(...args),
      sealFrame: (...args) => key.sealFrame(...args),
      row: (...args) => key.row(...args),
      wipe: () => key.wipe(),
    };
  }
}

function bound(crypto: CryptoBackend): CryptoBackend {
  return {
    name: crypto.name,
    memory: crypto.memory,
    keyPair: () => crypto.keyPair(),
    publicKeyOf: (key) => crypto.publicKeyOf(key),
    share: (...keys) => crypto.share(...keys),
    secret: (key) => crypto.secret(key),
  };
}
