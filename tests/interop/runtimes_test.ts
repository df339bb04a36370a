/**
 * Every pair of socket types between this runtime and each of the other two, over tcp, ipc and ws, each side binding and
 * connecting.
 *
 * @module
 */

import { runtime, type RuntimeName, test } from "../harness.ts";
import { SLIM, SOME } from "./contents.ts";
import { meet, PAIRINGS } from "./matrix.ts";
import { leave, LocalPeer, RemotePeer } from "./peers.ts";

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];

const here = new LocalPeer();
const others = await Promise.all(RUNTIMES.filter((name) => name !== runtime).map((name) => RemotePeer.ours(name)));

for (const there of others) {
  for (const pairing of PAIRINGS) {
    for (
      const [transport, endpoint] of [["tcp", "tcp://127.0.0.1:*"], ["ipc", "ipc://*"], [
        "ws",
        "ws://127.0.0.1:*",
      ]] as const
    ) {
      test(`${transport}: ${pairing.first} here and ${pairing.second} on ${there.name} talk, whoever binds`, async () => {
        for (const binds of ["first", "second"] as const) {
          await meet({ pairing, first: here, second: there, binds, endpoint }, SLIM, SOME);
        }
      });
      test(`${transport}: ${pairing.first} on ${there.name} and ${pairing.second} here talk, whoever binds`, async () => {
        for (const binds of ["first", "second"] as const) {
          await meet({ pairing, first: there, second: here, binds, endpoint }, SLIM, SOME);
        }
      });
    }
  }
}

leave(...others);
