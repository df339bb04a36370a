/**
 * PLAIN, CURVE, ZAP and the options of TLS for those entry points that have them: which mechanism a socket's options
 * ask for, and what it needs. The role is the socket's, whether it binds or connects.
 *
 * @module
 */

import { z85 } from "../bytes/z85.ts";
import { constantTimeEqual } from "../crypto/constant_time_equal.ts";
import { publicKeyOf } from "../crypto/key_pair.ts";
import { loadCrypto, loadedCrypto } from "../crypto/load.ts";
import { NotSupportedError, wrongRange, wrongType, ZmqError } from "../errors.ts";
import { CurveClient } from "../mechanism/curve_client.ts";
import { CurveServer } from "../mechanism/curve_server.ts";
import { JudgedNull } from "../mechanism/judged.ts";
import type { Mechanism } from "../mechanism/mechanism.ts";
import { LONGEST_CREDENTIAL, PlainClient, PlainServer } from "../mechanism/plain.ts";
import type { Metadata } from "../wire/metadata.ts";
import { provideSecurityTo, type Security } from "./security_slot.ts";
import type { Settings } from "./settings.ts";
import { agreeTls, tlsOf } from "./tls.ts";
import { judge } from "./zap_client.ts";

const KEY_SIZE = 32;
const KEY_TEXT = 40;
const NOTHING: ReadonlyMap<string, Uint8Array> = new Map();

type Role = "NULL" | "PLAIN client" | "PLAIN server" | "CURVE client" | "CURVE server";

/** Lets sockets encrypt and authenticate. For `mod.ts` alone; it is not exported to users. */
export function provideSecurity(): void {
  provideSecurityTo(SECURITY);
}

const SECURITY: Security = {
  check(name, value) {
    if (name === "plainServer" || name === "curveServer" || name === "zapEnforceDomain") return checkFlag(name, value);
    return name.startsWith("curve") ? checkKey(name, value) : checkText(name, value);
  },
  agree(settings, what, scheme, endpointRole) {
    agreeTls(settings, what, scheme, endpointRole);
    const role = roleOf(settings, what);
    if (role === "CURVE client" || role === "CURVE server") checkPair(settings, what);
  },
  prepare(settings) {
    if (!roleOf(settings, "connect").startsWith("CURVE") || loadedCrypto() !== undefined) return undefined;
    return loadCrypto().then(() => checkPair(settings, "use keys"));
  },
  tls: tlsOf,
  mechanism: makeMechanism,
  judge,
  sender({ messageMetadata }, { socketType, routingId, properties, mechanism, userId, granted }, peer) {
    if (granted === undefined && mechanism !== "CURVE" && !messageMetadata) return undefined;
    // Made once for a connection, and tied to each of its messages. What nobody asked for is not kept.
    return {
      userId,
      metadata: granted ?? NOTHING,
      mechanism,
      peer,
      socketType,
      routingId: routingId.slice(),
      properties: messageMetadata ? properties : NOTHING,
    };
  },
  nameOf: (settings) => asksForCurve(settings) ? "curve" : asksForPlain(settings) ? "plain" : null,
};

function asksForPlain({ plainServer, plainUsername, plainPassword }: Settings): boolean {
  return plainServer || plainUsername !== null || plainPassword !== null;
}

function asksForCurve({ curveServer, curvePublicKey, curveSecretKey, curveServerKey }: Settings): boolean {
  return curveServer || curvePublicKey !== null || curveSecretKey !== null || curveServerKey !== null;
}

/** What the options ask for. Throws if that is half a thing, or two. */
function roleOf(settings: Settings, what: string): Role {
  const { plainServer, plainUsername, plainPassword } = settings;
  const { curveServer, curvePublicKey, curveSecretKey, curveServerKey } = settings;
  const refuse = (found: string, wanted: string): never => {
    throw wrongType(`Cannot ${what}: ${found}, wanted ${wanted}`);
  };
  const plain = asksForPlain(settings);
  const curve = asksForCurve(settings);
  if (plain && curve) refuse("there are options of PLAIN and of CURVE", "those of one mechanism");
  if (plainServer) {
    if (plainUsername === null && plainPassword === null) return "PLAIN server";
    refuse("plainServer is true, and there is a username or a password", "those on clients alone");
  }
  if (plain) {
    if (plainUsername !== null && plainPassword !== null) return "PLAIN client";
    refuse(plainUsername === null ? "there is no plainUsername" : "there is no plainPassword", "both or neither");
  }
  if (!curve) return "NULL";
  if (curveSecretKey === null) refuse("there is no curveSecretKey", "one for any option of CURVE");
  if (curveServer) {
    if (curveServerKey === null) return "CURVE server";
    refuse("curveServer is true, and there is a curveServerKey", "that on clients alone: a server knows its own");
  }
  if (curveServerKey === null) refuse("there is no curveServerKey", "it, or curveServer: true");
  if (curvePublicKey === null) refuse("there is no curvePublicKey", "the one that goes with curveSecretKey");
  return "CURVE client";
}

/** Whether the public key is that of the secret one, where both are given and somebody can tell. */
function checkPair({ curvePublicKey, curveSecretKey }: Settings, what: string): void {
  if (curvePublicKey === null || curveSecretKey === null) return;
  let publicKey: Uint8Array;
  try {
    publicKey = publicKeyOf(z85.decode(curveSecretKey));
  } catch (error) {
    // In a browser it is known once a library has been loaded, which is before the first connection.
    if (error instanceof NotSupportedError) return;
    throw error;
  }
  if (constantTimeEqual(publicKey, z85.decode(curvePublicKey))) return;
  throw wrongRange(`Cannot ${what}: curvePublicKey does not go with curveSecretKey, wanted the two of one pair`);
}

/** Options may change at any time: what they come to then ends the connection, and never is NULL instead. */
function makeMechanism(settings: Settings, metadata: Metadata, inner: () => Mechanism): Mechanism {
  try {
    return mechanismOf(settings, metadata, inner);
  } catch (error) {
    const fault = error instanceof ZmqError ? error : new ZmqError("EINVAL", (error as Error).message);
    return {
      name: SECURITY.nameOf(settings) === "plain" ? "PLAIN" : "CURVE",
      asServer: false,
      start: () => ({ type: "deny", error: fault }),
      receive: () => ({ type: "deny", error: fault }),
    };
  }
}

function mechanismOf(settings: Settings, metadata: Metadata, inner: () => Mechanism): Mechanism {
  const role = roleOf(settings, "shake hands");
  if (role === "NULL") return settings.zapDomain === null ? inner() : new JudgedNull(inner());
  if (role === "PLAIN server") return new PlainServer(metadata);
  if (role === "PLAIN client") {
    const encoder = new TextEncoder();
    return new PlainClient(encoder.encode(settings.plainUsername!), encoder.encode(settings.plainPassword!), metadata);
  }
  const crypto = loadedCrypto();
  if (crypto === undefined) {
    // CURVE was asked for after `bind`: the next connection will have it.
    loadCrypto().catch(() => {});
    throw new ZmqError("EIO", "Cannot shake hands: the cryptography is not loaded yet");
  }
  const secretKey = z85.decode(settings.curveSecretKey!);
  if (role === "CURVE server") {
    return new CurveServer(crypto, { publicKey: crypto.publicKeyOf(secretKey), secretKey }, metadata);
  }
  const publicKey = z85.decode(settings.curvePublicKey!);
  return new CurveClient(crypto, { publicKey, secretKey, serverKey: z85.decode(settings.curveServerKey!) }, metadata);
}

function checkFlag(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw wrongType(`Cannot set option "${name}": value is of type ${typeof value}, wanted true or false`);
}

function checkText(name: string, value: unknown): string {
  const wanted = `text of at most ${LONGEST_CREDENTIAL} octets, or null`;
  if (typeof value !== "string") {
    throw wrongType(`Cannot set option "${name}": value is of type ${typeof value}, wanted ${wanted}`);
  }
  const { length } = new TextEncoder().encode(value);
  if (length <= LONGEST_CREDENTIAL) return value;
  throw wrongRange(`Cannot set option "${name}": value is ${length} octets, wanted ${wanted}`);
}

/** A key, as the text that it is read back as. It is never shown, wrong as it may be. */
function checkKey(name: string, value: unknown): string {
  const wanted = `a key: ${KEY_TEXT} characters of Z85, or ${KEY_SIZE} octets`;
  if (value instanceof Uint8Array) {
    if (value.length === KEY_SIZE) return z85.encode(value);
    throw wrongRange(`Cannot set option "${name}": value is ${value.length} octets, wanted ${wanted}`);
  }
  if (typeof value !== "string") {
    throw wrongType(`Cannot set option "${name}": value is of type ${typeof value}, wanted ${wanted}`);
  }
  if (value.length !== KEY_TEXT) {
    throw wrongRange(`Cannot set option "${name}": value is ${value.length} characters, wanted ${wanted}`);
  }
  try {
    z85.decode(value);
  } catch {
    // Z85's own words would show what is wrong with it.
    throw wrongRange(`Cannot set option "${name}": value is no Z85, wanted ${wanted}`);
  }
  return value;
}
