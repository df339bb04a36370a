/**
 * Pairs of socket types between this runtime and each of the other two over tls, each side binding and connecting, and
 * both showing who they are.
 *
 * @module
 */

import { authority, local } from "../certificates.ts";
import { runtime, type RuntimeName, test } from "../harness.ts";
import { SLIM, SOME } from "./contents.ts";
import { meet, PAIRINGS } from "./matrix.ts";
import { leave, LocalPeer, RemotePeer } from "./peers.ts";

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];
const KNOWN = { tlsKey: local.key, tlsCertificate: local.certificate, tlsTrust: authority.certificate };
const secured = { server: { ...KNOWN, tlsClientCertificates: "require" }, client: KNOWN };

const here = new LocalPeer();
const others = await Promise.all(RUNTIMES.filter((name) => name !== runtime).map((name) => RemotePeer.ours(name)));

for (const there of others) {
  for (const pairing of PAIRINGS) {
    test(`tls: ${pairing.first} here and ${pairing.second} on ${there.name} talk, whoever binds`, async () => {
      for (const binds of ["first", "second"] as const) {
        await meet({ pairing, first: here, second: there, binds, endpoint: "tls://127.0.0.1:*", secured }, SLIM, SOME);
      }
    });
  }
}

leave(...others);
