/**
 * What callbacks are asked and may answer, and what becomes of it: whoever comes in gets a name and properties.
 *
 * @module
 */

import { show, wrongRange, wrongType } from "../errors.ts";
import type { Metadata } from "../wire/metadata.ts";
import type { Certificate } from "./certificate.ts";
import type { ZapAnswer } from "./zap_message.ts";

/** What every callback is asked. */
export interface AuthQuestion {
  /** The `zapDomain` of the socket that the peer comes to; empty if it has none. */
  readonly domain: string;
  /** The peer's IP address, or `localhost` for one that comes by ipc. */
  readonly address: string;
  /** The socket's own routing id; empty if it has none. */
  readonly routingId: Uint8Array;
  /** Aborted when the answer would be too late, or the authenticator is closed. */
  readonly signal: AbortSignal;
}

/** A peer that says a username and a password. */
export interface PlainQuestion extends AuthQuestion {
  /** The username, as the peer says it. */
  readonly username: string;
  /** The password, as the peer says it: keep it out of logs. Compare with `constantTimeEqual`. */
  readonly password: string;
}

/** A peer that has proved that it has the secret key of a pair. */
export interface CurveQuestion extends AuthQuestion {
  /** The pair's public key, 40 characters of Z85. */
  readonly publicKey: string;
}

/** The peer may come in. At least one of these must be there, and none be `undefined`: `{}` is no answer. */
export interface AuthGrant {
  /** Come in. */
  readonly status?: 200;
  /** A name for the peer, at most 255 octets. Default: the username of PLAIN, the public key of CURVE. */
  readonly userId?: string;
  /**
   * Properties of the peer, which it cannot claim itself: at most 256, names of 1 to 255 letters, digits and `-_.+`,
   * 64 KiB in all. `Socket-Type`, `Identity`, `Routing-Id`, `Resource`, `User-Id` and `Peer-Address` are ZMTP's own, in
   * any case, and not to be granted.
   */
  readonly metadata?: Readonly<Record<string, string | Uint8Array>> | ReadonlyMap<string, string | Uint8Array>;
}

/** The peer may not come in. */
export interface AuthRefusal {
  /** 300: perhaps later, and it will dial again. 400: no. 500: whoever judges is in trouble. */
  readonly status: 300 | 400 | 500;
  /** Why, at most 255 characters: for our own events; the peer is told the status alone. */
  readonly text?: string;
}

/** What a callback answers: `true` or a grant, `false` or a refusal. */
export type AuthAnswer = boolean | AuthGrant | AuthRefusal;

/** Judges peers that use PLAIN. */
export type PlainCallback = (question: PlainQuestion) => AuthAnswer | Promise<AuthAnswer>;

/** Judges peers that use CURVE. */
export type CurveCallback = (question: CurveQuestion) => AuthAnswer | Promise<AuthAnswer>;

const LONGEST_NAME = 255;
const LONGEST_USER_ID = 255;
const LONGEST_TEXT = 255;
const MOST_PROPERTIES = 256;
const MOST_OCTETS = 65_536;
/** RFC 37's `name-char`. */
const NAME = /^[A-Za-z0-9\-_.+]+$/;
/** What ZMTP and ZAP use themselves: granted, they would change who the peer is. */
const RESERVED: ReadonlySet<string> = new Set([
  "socket-type",
  "identity",
  "routing-id",
  "resource",
  "user-id",
  "peer-address",
]);
const KNOWN: readonly string[] = ["status", "userId", "metadata", "text"];

/**
 * Reads what a callback has answered. Shows none of it but names: a callback that is wrong may answer anything.
 *
 * @param name What the peer is called unless the answer says otherwise.
 * @throws {TypeError} If it is no answer.
 * @throws {RangeError} If it is one that cannot be sent.
 */
export function readAnswer(answer: unknown, name: string): ZapAnswer {
  if (answer === true) return { status: 200, userId: name, metadata: new Map() };
  if (answer === false) return { status: 400, text: "denied by the callback" };
  const keys = typeof answer === "object" && answer !== null ? Object.keys(answer) : [];
  if (keys.length === 0 || keys.some((key) => !KNOWN.includes(key))) {
    const found = keys.length > 0
      ? "an object of other things"
      : answer === null
      ? "null"
      : `a value (${typeof answer})`;
    throw refuse(found, "true, false, { userId, metadata } or { status, text }");
  }
  const given = answer as Record<string, unknown>;
  // Somebody who was looked up and not found: to take it for a default would let him in.
  const missing = keys.find((key) => given[key] === undefined);
  if (missing !== undefined) throw refuse(`"${missing}" undefined`, "a value, or no such property");
  const { status = 200, userId = name, metadata, text = "" } = given;
  if (status === 200) {
    if (keys.includes("text")) throw refuse("a text for a peer that may come in", "userId or metadata");
    return { status, userId: checkUserId(userId), metadata: checkMetadata(metadata) };
  }
  if (status !== 300 && status !== 400 && status !== 500) throw refuse("another status", "200, 300, 400 or 500");
  if (keys.includes("userId") || keys.includes("metadata")) {
    throw refuse("a userId or metadata for a peer that may not come in", "status and text");
  }
  if (typeof text !== "string" || text.length > LONGEST_TEXT) {
    throw refuse("a text that is none or too long", `at most ${LONGEST_TEXT} characters`);
  }
  return { status, text };
}

/**
 * What a certificate's owner gets. The name is what its metadata calls `user-id`, else `name`, else its public key; the
 * properties are those of its metadata whose names ZMTP can carry, but for its own and `user-id`.
 */
export function grantOf({ publicKey, metadata }: Pick<Certificate, "publicKey" | "metadata">): ZapAnswer {
  const byName = new Map(Array.from(metadata, ([name, value]) => [name.toLowerCase(), value]));
  const granted = new Map(Array.from(metadata).filter(([name]) => isSendable(name)));
  const userId = byName.get("user-id") || byName.get("name") || publicKey;
  return { status: 200, userId: checkUserId(userId), metadata: checkMetadata(granted) };
}

function isSendable(name: string): boolean {
  return name.length <= LONGEST_NAME && NAME.test(name) && !RESERVED.has(name.toLowerCase());
}

function checkUserId(userId: unknown): string {
  if (typeof userId === "string" && new TextEncoder().encode(userId).length <= LONGEST_USER_ID) return userId;
  throw refuse("a userId that is none or too long", `text of at most ${LONGEST_USER_ID} octets`);
}

function checkMetadata(metadata: unknown): Metadata {
  const checked = new Map<string, Uint8Array>();
  if (metadata === undefined) return checked;
  if (typeof metadata !== "object" || metadata === null) throw refuse("metadata of another kind", "an object or a Map");
  const names = new Set<string>();
  let octets = 0;
  for (const [name, value] of metadata instanceof Map ? metadata : Object.entries(metadata)) {
    if (typeof name !== "string" || !isSendable(name)) {
      throw refuse(`metadata with the name ${show(name)}`, "1 to 255 letters, digits and -_.+, and none of ZMTP's own");
    }
    if (names.has(name.toLowerCase())) throw refuse(`metadata with ${show(name)} twice`, "it once, whatever its case");
    if (typeof value !== "string" && !(value instanceof Uint8Array)) {
      throw refuse(`metadata whose ${show(name)} is of type ${typeof value}`, "text or octets");
    }
    const sent = typeof value === "string" ? new TextEncoder().encode(value) : value;
    names.add(name.toLowerCase());
    checked.set(name, sent);
    octets += name.length + sent.length;
    if (checked.size <= MOST_PROPERTIES && octets <= MOST_OCTETS) continue;
    throw wrongRange(`Cannot judge peer: there is too much metadata, wanted ${MOST_PROPERTIES} properties in 64 KiB`);
  }
  return checked;
}

function refuse(found: string, wanted: string): TypeError {
  return wrongType(`Cannot judge peer: the verdict has ${found}, wanted ${wanted}`);
}
