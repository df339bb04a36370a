import { assertEquals } from "@std/assert";
import {
  compatible,
  sendsIdentity,
  type SocketType,
  takesSubscriptions,
  wantedPeers,
} from "../../src/engine/compatibility.ts";
import { test } from "../harness.ts";

const TYPES = "REQ REP DEALER ROUTER PUB XPUB SUB XSUB PUSH PULL PAIR".split(" ") as SocketType[];

/** RFC 37's table: rows are ours, columns the peer's, both in the order above. */
const TABLE: Readonly<Partial<Record<SocketType, string>>> = {
  REQ: ".X.X.......",
  REP: "X.X........",
  DEALER: ".XXX.......",
  ROUTER: "X.XX.......",
  PUB: "......XX...",
  XPUB: "......XX...",
  SUB: "....XX.....",
  XSUB: "....XX.....",
  PUSH: ".........X.",
  PULL: "........X..",
  PAIR: "..........X",
};

test("who may talk to whom is RFC 37's table, and both sides agree", () => {
  for (const ours of TYPES) {
    const row = TYPES.map((theirs) => compatible(ours, theirs) ? "X" : ".").join("");
    assertEquals(row, TABLE[ours], ours);
    for (const theirs of TYPES) assertEquals(compatible(ours, theirs), compatible(theirs, ours));
  }
});

test("a type must be spelled as the RFC does", () => {
  for (const wrong of ["", "dealer", "DEALER ", "CLIENT", "toString"]) assertEquals(compatible("DEALER", wrong), false);
});

test("an error can say which peers were wanted", () => {
  assertEquals(wantedPeers("PUSH"), '"PULL"');
  assertEquals(wantedPeers("DEALER"), '"REP" or "DEALER" or "ROUTER"');
});

test("REQ, DEALER and ROUTER tell their routing id; PUB and XPUB take subscriptions", () => {
  assertEquals(TYPES.filter(sendsIdentity), ["REQ", "DEALER", "ROUTER"]);
  assertEquals(TYPES.filter(takesSubscriptions), ["PUB", "XPUB"]);
});
