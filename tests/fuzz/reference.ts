/**
 * What an engine is held against: the grammar in its plainest form, with all octets at hand. It knows nothing of chunks,
 * pauses and memory, and shares no code with what it judges.
 *
 * @module
 */

import { Reader } from "./octets.ts";

/** A frame; or where and how the octets break the grammar. */
export type Cut =
  | { readonly type: "frame"; readonly flags: number; readonly body: Uint8Array; readonly end: number }
  | { readonly type: "broken" }
  | { readonly type: "unfinished" };

const COMMAND_LIMIT = 65536n;

/**
 * The frame at the front of `octets`. `room` is how many octets a message's frame may have, `least` how many a command
 * may have at any rate.
 */
export function cutFrame(octets: Uint8Array, at: number, limit: number, total: number): Cut {
  const flags = octets[at];
  if (flags === undefined) return { type: "unfinished" };
  const isCommand = (flags & 4) !== 0;
  if (flags > 7 || isCommand && (flags & 1) !== 0) return { type: "broken" };
  const start = at + ((flags & 2) === 0 ? 2 : 9);
  if (octets.length < start) return { type: "unfinished" };
  let size = 0n;
  for (let i = at + 1; i < start; i++) size = size << 8n | BigInt(octets[i]!);
  const own = BigInt(limit);
  if (size > (isCommand ? own > COMMAND_LIMIT ? own : COMMAND_LIMIT : own - BigInt(total))) return { type: "broken" };
  const end = start + Number(size);
  return octets.length < end
    ? { type: "unfinished" }
    : { type: "frame", flags: flags & ~2, body: octets.subarray(start, end), end };
}

/** Metadata by lower-case name, the first of each first; `undefined` if it is malformed. */
export function readMetadata(octets: Uint8Array): Map<string, Uint8Array> | undefined {
  const reader = new Reader(octets);
  const properties = new Map<string, Uint8Array>();
  const names = new Set<string>();
  while (reader.more) {
    const length = reader.octet();
    const name = reader.take(length);
    if (length === 0 || name.length < length) return undefined;
    const sizes = reader.take(4);
    if (sizes.length < 4) return undefined;
    const size = new DataView(sizes.buffer, sizes.byteOffset).getUint32(0);
    const value = reader.take(size);
    if (value.length < size) return undefined;
    const spelling = String.fromCharCode(...name);
    const key = spelling.toLowerCase();
    const known = key === "socket-type" || key === "identity" || key === "resource";
    if (known && properties.has(key)) return undefined;
    if (names.size === 256) return undefined;
    names.add(known ? key : spelling);
    properties.set(key, value);
  }
  return properties;
}

/** Whose greeting it is: `undefined` if it is none, or not complete. */
export function readGreeting(octets: Uint8Array): { readonly mechanism: string; readonly minor: number } | undefined {
  if (octets.length < 64 || octets[0] !== 0xff || (octets[9]! & 1) === 0 || octets[10]! < 2) return undefined;
  const field = String.fromCharCode(...octets.subarray(12, 32));
  const mechanism = field.replace(/\0+$/, "");
  if (mechanism.includes("\0")) return undefined;
  return { mechanism, minor: octets[10] === 3 && octets[11] === 0 ? 0 : 1 };
}

const PEERS: Readonly<Record<string, string>> = {
  PAIR: "PAIR",
  PUB: "SUB XSUB",
  XPUB: "SUB XSUB",
  SUB: "PUB XPUB",
  XSUB: "PUB XPUB",
  RADIO: "DISH",
  DISH: "RADIO",
  REQ: "REP ROUTER",
  REP: "REQ DEALER",
  DEALER: "REP DEALER ROUTER",
  ROUTER: "REQ DEALER ROUTER",
  PUSH: "PULL",
  PULL: "PUSH",
};

/** What the peer is, if it fits. */
export function judgePeer(ours: string, properties: ReadonlyMap<string, Uint8Array> | undefined): string | undefined {
  const type = properties?.get("socket-type");
  if (type === undefined || (properties!.get("identity")?.length ?? 0) > 255) return undefined;
  const name = String.fromCharCode(...type.subarray(0, 100));
  return PEERS[ours]!.split(" ").includes(name) ? name : undefined;
}

/** What one command of a handshake comes to. */
export type Step =
  | { readonly type: "on" }
  | { readonly type: "fail" }
  | { readonly type: "done"; readonly properties: ReadonlyMap<string, Uint8Array> | undefined };

/** What an engine is expected to tell its handler, but for errors' words: `ready`, messages, subscriptions, `fail`. */
export interface Expectation {
  readonly log: readonly string[];
  /** How many octets of the stream the handshake took; all of them if it is not complete. */
  readonly handshake: number;
}

/**
 * Works out what a stream comes to.
 *
 * @param shake One command of the handshake.
 * @param show A message as the log has it.
 */
export function expect(
  stream: Uint8Array,
  ours: string,
  mechanism: string,
  limit: number,
  shake: (command: Uint8Array) => Step,
  show: (frames: readonly Uint8Array[]) => string,
): Expectation {
  const log: string[] = [];
  const failed = (): Expectation => ({ log: [...log, "fail"], handshake: stream.length });
  const greeting = readGreeting(stream);
  if (greeting === undefined || greeting.mechanism !== mechanism) {
    return brokenGreeting(stream, mechanism) ? failed() : { log, handshake: stream.length };
  }
  let at = 64;
  for (;;) {
    const cut = cutFrame(stream, at, 65536, 0);
    if (cut.type === "unfinished") return { log, handshake: stream.length };
    if (cut.type === "broken" || (cut.flags & 4) === 0) return failed();
    at = cut.end;
    const step = shake(cut.body);
    if (step.type === "fail") return failed();
    if (step.type === "on") continue;
    const type = judgePeer(ours, step.properties);
    if (type === undefined) return failed();
    log.push(`ready ${type}`);
    break;
  }
  const handshake = at;
  let parts: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const cut = cutFrame(stream, at, limit, total);
    if (cut.type === "unfinished") return { log, handshake };
    if (cut.type === "broken") return { log: [...log, "fail"], handshake };
    at = cut.end;
    if ((cut.flags & 4) !== 0) {
      const line = commandLine(cut.body, ours);
      if (line === undefined) return { log: [...log, "fail"], handshake };
      if (line !== "") log.push(line);
      continue;
    }
    parts.push(cut.body);
    total += cut.body.length;
    if ((cut.flags & 1) !== 0) continue;
    log.push(show(parts));
    parts = [];
    total = 0;
  }
}

/** What a command of the traffic comes to: a line of the log, `""` if nothing, `undefined` if it is malformed. */
export function commandLine(body: Uint8Array, ours: string): string | undefined {
  const length = body[0] ?? 0;
  if (length === 0 || length >= body.length) return undefined;
  const name = String.fromCharCode(...body.subarray(1, 1 + length));
  if (name === "PING") return body.length < 7 ? undefined : "";
  const taken = ours === "RADIO" ? ["JOIN", "LEAVE"] : /^X?PUB$/.test(ours) ? ["SUBSCRIBE", "CANCEL"] : [];
  if (!taken.includes(name)) return "";
  return `${name} ${Array.from(body.subarray(1 + length)).join(" ")}`;
}

/** Whether what has come of a greeting shows that it is none of ours. */
function brokenGreeting(octets: Uint8Array, mechanism: string): boolean {
  if (octets.length > 0 && octets[0] !== 0xff) return true;
  if (octets.length > 9 && (octets[9]! & 1) === 0) return true;
  if (octets.length > 10 && octets[10]! < 2) return true;
  return octets.length >= 64 && readGreeting(octets)?.mechanism !== mechanism;
}
