/**
 * Who may talk to whom ({@link https://rfc.zeromq.org/spec/37/ | RFC 37}, "The Socket-Type Property").
 *
 * @module
 */

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
  | "STREAM";

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

/** Whether subscriptions mean something to a socket of this type; to others they are ignored. */
export function takesSubscriptions(type: SocketType): boolean {
  return type === "PUB" || type === "XPUB";
}
