/**
 * Who may talk to whom ({@link https://rfc.zeromq.org/spec/37/ | RFC 37}, "The Socket-Type Property"; for the newer types
 * RFC {@link https://rfc.zeromq.org/spec/41/ | 41}, {@link https://rfc.zeromq.org/spec/48/ | 48},
 * {@link https://rfc.zeromq.org/spec/49/ | 49}, {@link https://rfc.zeromq.org/spec/51/ | 51} and
 * {@link https://rfc.zeromq.org/spec/52/ | 52}).
 *
 * @module
 */

import type { Control } from "../message.ts";

/** The socket types, by their names on the wire. */
export type SocketType =
  | "PAIR"
  | "PUB"
  | "SUB"
  | "REQ"
  | "REP"
  | "DEALER"
  | "ROUTER"
  | "PULL"
  | "PUSH"
  | "XPUB"
  | "XSUB"
  | "STREAM"
  | "SERVER"
  | "CLIENT"
  | "RADIO"
  | "DISH"
  | "GATHER"
  | "SCATTER"
  | "PEER"
  | "CHANNEL"
  | "DGRAM";

const PEERS: Readonly<Record<Exclude<SocketType, "STREAM">, readonly string[]>> = {
  PAIR: ["PAIR"],
  PUB: ["SUB", "XSUB"],
  XPUB: ["SUB", "XSUB"],
  SUB: ["PUB", "XPUB"],
  XSUB: ["PUB", "XPUB"],
  REQ: ["REP", "ROUTER"],
  REP: ["REQ", "DEALER"],
  DEALER: ["REP", "DEALER", "ROUTER"],
  ROUTER: ["REQ", "DEALER", "ROUTER"],
  PUSH: ["PULL"],
  PULL: ["PUSH"],
  SERVER: ["CLIENT"],
  CLIENT: ["SERVER"],
  RADIO: ["DISH"],
  DISH: ["RADIO"],
  GATHER: ["SCATTER"],
  SCATTER: ["GATHER"],
  PEER: ["PEER"],
  CHANNEL: ["CHANNEL"],
  // Datagrams have no handshake.
  DGRAM: [],
};

/** Whether a socket of type `ours` talks to a peer that says it is a `theirs`. The spelling must be exact. */
export function compatible(ours: SocketType, theirs: string): boolean {
  return PEERS[ours as keyof typeof PEERS].includes(theirs);
}

/** The types that speak ZMTP: all but STREAM. */
export function zmtpTypes(): SocketType[] {
  return Object.keys(PEERS) as SocketType[];
}

/** The types a socket talks to, for an error message: `"REP" or "ROUTER"`. */
export function wantedPeers(ours: SocketType): string {
  return PEERS[ours as keyof typeof PEERS].map((type) => `"${type}"`).join(" or ");
}

/** Whether a socket tells its peers its routing id (libzmq: REQ, DEALER and ROUTER do, even an empty one). */
export function sendsIdentity(type: SocketType): boolean {
  return type === "REQ" || type === "DEALER" || type === "ROUTER";
}

/** What a socket of this type lets its peers subscribe to it with; from others, and else, it is ignored. */
export function controlsOf(type: SocketType): readonly Control["type"][] {
  if (type === "RADIO") return ["join", "leave"];
  return type === "PUB" || type === "XPUB" ? ["subscribe", "cancel"] : [];
}
