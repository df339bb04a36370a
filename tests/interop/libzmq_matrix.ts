/**
 * Every pair of socket types between this library and libzmq, over one transport.
 *
 * @module
 */

import { test } from "../harness.ts";
import { EVERYTHING, MANY, SOME } from "./contents.ts";
import { meet, type Secured, SIDES } from "./matrix.ts";
import { leave, LocalPeer, RemotePeer } from "./peers.ts";

/** Defines the tests of one transport. `endpoint` is bound, by either side; `secured` are options of a mechanism. */
export async function testMatrix(transport: string, endpoint: string, secured?: Secured): Promise<void> {
  const ours = new LocalPeer();
  const libzmq = await RemotePeer.libzmq();
  // libzmq's PEER is in `peer_test.ts`: its binding for Node knows no routing ids of it.
  for (const { pairing, side } of SIDES.filter(({ pairing }) => !pairing.byId)) {
    for (const binds of ["first", "second"] as const) {
      const [first, second] = side === "first" ? [ours, libzmq] : [libzmq, ours];
      const verbs = binds === "first" ? ["that binds", "that connects"] : ["that connects", "that binds"];
      const name = `${transport}: ${first.name} ${pairing.first} ${
        verbs[0]
      } talks to ${second.name} ${pairing.second} ${verbs[1]}`;
      test(
        name,
        () =>
          meet(
            { pairing, first, second, binds, endpoint, ...(secured && { secured }) },
            EVERYTHING,
            pairing.lockstep ? SOME : MANY,
          ),
      );
    }
  }
  leave(libzmq);
}
