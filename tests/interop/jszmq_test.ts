/**
 * Every pair of socket types with npm `jszmq`, over WebSockets, each side binding and connecting. It answers any offer
 * with the first sub-protocol in it, and then speaks without a mechanism all the same.
 *
 * @module
 */

import { test } from "../harness.ts";
import { SLIM, SOME } from "./contents.ts";
import { meet, type Pairing, SIDES } from "./matrix.ts";
import { leave, LocalPeer, RemotePeer } from "./peers.ts";

const here = new LocalPeer();
const there = await RemotePeer.jszmq();
const ITS_TYPES = "PUSH PULL PUB SUB XPUB XSUB REQ REP DEALER ROUTER PAIR".split(" ");
/** Its ROUTER has no way to be probed. */
const fitting = SIDES.filter(({ pairing: { first, second } }) =>
  ITS_TYPES.includes(first) && ITS_TYPES.includes(second) && !(first === "ROUTER" && second === "ROUTER")
);

for (const { pairing, side } of fitting) {
  const [first, second] = side === "first" ? [here, there] : [there, here];
  for (const binds of ["first", "second"] as const) {
    test(`jszmq: ${pairing.first} of ${first.name} and ${pairing.second} of ${second.name}, the ${binds} binds`, async () => {
      const known = patiently(pairing, first === here);
      await meet({ pairing: known, first, second, binds, endpoint: "ws://127.0.0.1:*" }, SLIM, SOME);
    });
  }
}

/** What it sends before a peer has come may be lost. */
function patiently(pairing: Pairing, oursIsFirst: boolean): Pairing {
  return {
    ...pairing,
    async ready(first, second) {
      await (oursIsFirst ? first : second).event("handshake");
      await pairing.ready?.(first, second);
    },
  };
}

leave(there);
