/**
 * CURVE without chance and nearly without cost: keys and random octets are those of the worked vectors, and what two
 * keys have in common is computed once. Boxes are sealed here, around whatever an input wants in them, so that what is
 * wrong gets past the cryptography.
 *
 * @module
 */

import { keyOf, latin1 } from "../../src/bytes/ascii.ts";
import type { BoxKey, CryptoBackend } from "../../src/crypto/backend.ts";
import { loadCrypto } from "../../src/crypto/load.ts";
import type { SocketType } from "../../src/engine/compatibility.ts";
import { metadataOf } from "../../src/engine/announcement.ts";
import { CurveClient } from "../../src/mechanism/curve_client.ts";
import { CurveServer } from "../../src/mechanism/curve_server.ts";
import { VECTORS } from "../mechanism/curve_vectors.ts";
import { command } from "./grammar.ts";
import { joined, Writer } from "./octets.ts";

const MAC = 16;
const COOKIE = VECTORS.initiate.slice(9, 9 + 96);

/** A backend that computes nothing twice. Its keys outlive whoever wipes them. */
function remembering(real: CryptoBackend): CryptoBackend {
  const remember = <T>(compute: (...keys: Uint8Array[]) => T): (...keys: Uint8Array[]) => T => {
    const known = new Map<string, T>();
    return (...keys) => {
      const name = keys.map(keyOf).join("|");
      if (!known.has(name)) {
        // Inputs with keys of their own must not fill memory.
        if (known.size > 5000) known.clear();
        known.set(name, compute(...keys));
      }
      return known.get(name)!;
    };
  };
  const lasting = (key: BoxKey): BoxKey =>
    new Proxy(key, {
      get(target, name) {
        if (name === "wipe") return () => {};
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  const share = remember((publicKey, secretKey) => {
    const key = real.share(publicKey!, secretKey!);
    return key === undefined ? undefined : lasting(key);
  });
  const publicKeyOf = remember((secretKey) => real.publicKeyOf(secretKey!));
  const secret = remember((key) => lasting(real.secret(key!)));
  return {
    name: real.name,
    memory: real.memory,
    keyPair: () => real.keyPair(),
    share: (publicKey, secretKey) => share(publicKey, secretKey),
    publicKeyOf: (secretKey) => publicKeyOf(secretKey).slice(),
    secret: (key) => secret(key),
  };
}

const crypto: CryptoBackend = remembering(await loadCrypto());
const SERVER_SHORT: Uint8Array = crypto.publicKeyOf(VECTORS.serverShort);

/** Random octets in the order in which they are wanted. */
function fixed(...values: readonly Uint8Array[]): (length: number) => Uint8Array {
  let at = 0;
  return () => values[at++]!.slice();
}

/** A server whose random octets are known. */
export function makeServer(type: SocketType): CurveServer {
  const { serverPublic, serverSecret, serverShort, cookieKey, cookieTail, welcomeTail } = VECTORS;
  return new CurveServer(
    crypto,
    { publicKey: serverPublic, secretKey: serverSecret },
    metadataOf(type, new Uint8Array(0), []),
    fixed(serverShort, cookieKey, cookieTail, welcomeTail),
  );
}

/** A client whose random octets are known. */
export function makeClient(type: SocketType): CurveClient {
  const { clientPublic, clientSecret, serverPublic, clientShort, vouchTail } = VECTORS;
  return new CurveClient(
    crypto,
    { publicKey: clientPublic, secretKey: clientSecret, serverKey: serverPublic },
    metadataOf(type, new Uint8Array(0), []),
    fixed(clientShort, vouchTail),
  );
}

function nonceOf(prefix: string, tail: Uint8Array): Uint8Array {
  return joined(latin1(prefix), tail);
}

/** A counter's eight octets. */
export function counter(count: number): Uint8Array {
  return new Writer().uint32(0).uint32(count).done();
}

function box(key: BoxKey, nonce: Uint8Array, text: Uint8Array): Uint8Array {
  const out = new Uint8Array(text.length + MAC);
  key.seal(nonce, text, out, 0);
  return out;
}

const helloKey: BoxKey = crypto.share(VECTORS.serverPublic, VECTORS.clientShort)!;
const shortKey: BoxKey = crypto.share(SERVER_SHORT, VECTORS.clientShort)!;
const vouchKey: BoxKey = crypto.share(SERVER_SHORT, VECTORS.clientSecret)!;

/** Turns one octet of some, if it is told which; else they stay as they are. */
export function turned(octets: Uint8Array, tweak: number): Uint8Array {
  if (tweak === 0 || octets.length === 0) return octets;
  const copy = octets.slice();
  copy[(tweak * 7) % copy.length]! ^= 1 + (tweak & 0x7e);
  return copy;
}

/** The client's HELLO. */
export function hello(version: number, proof: Uint8Array, count: number): Uint8Array {
  const client = crypto.publicKeyOf(VECTORS.clientShort);
  const tail = counter(count);
  const data = new Writer().octet(version >> 8).octet(version).put(new Uint8Array(72)).put(client).put(tail);
  return command("HELLO", data.put(box(helloKey, nonceOf("CurveZMQHELLO---", tail), proof)).done());
}

/** The client's INITIATE; each tweak makes something in it wrong, 0 nothing. */
export function initiate(
  { cookie, key, vouch, count }: { cookie: number; key: number; vouch: number; count: number },
  metadata: Uint8Array,
): Uint8Array {
  const vouched = turned(joined(crypto.publicKeyOf(VECTORS.clientShort), VECTORS.serverPublic), vouch);
  const text = new Writer().put(turned(VECTORS.clientPublic, key)).put(VECTORS.vouchTail)
    .put(box(vouchKey, nonceOf("VOUCH---", VECTORS.vouchTail), vouched)).put(metadata).done();
  const tail = counter(count);
  const sealed = box(shortKey, nonceOf("CurveZMQINITIATE", tail), text);
  return command("INITIATE", joined(turned(COOKIE, cookie), tail, sealed));
}

/** The server's WELCOME, around any text. */
export function welcome(text: Uint8Array): Uint8Array {
  return command("WELCOME", joined(VECTORS.welcomeTail, box(helloKey, nonceOf("WELCOME-", VECTORS.welcomeTail), text)));
}

/** What WELCOME holds: the server's short-term key and a cookie. */
export const WELCOME_TEXT: Uint8Array = joined(SERVER_SHORT, COOKIE);

/** The server's READY. */
export function ready(count: number, metadata: Uint8Array): Uint8Array {
  const tail = counter(count);
  return command("READY", joined(tail, box(shortKey, nonceOf("CurveZMQREADY---", tail), metadata)));
}

/** A MESSAGE of either side, around flags and a body. */
export function message(byClient: boolean, count: number, flags: number, body: Uint8Array): Uint8Array {
  const tail = counter(count);
  const nonce = nonceOf(byClient ? "CurveZMQMESSAGEC" : "CurveZMQMESSAGES", tail);
  return command("MESSAGE", joined(tail, box(shortKey, nonce, joined(Uint8Array.of(flags), body))));
}
