/**
 * CURVE and PLAIN of a Worker, beside libzmq and this library on Node. WebAssembly cannot be compiled in a Worker, so its
 * boxes are noble's.
 */
import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { MANY, SLIM, SOME } from "../interop/contents.ts";
import { CURVE, CURVE_CLIENT, CURVE_SERVER, PLAIN } from "../interop/keys.ts";
import { meet, PAIRINGS } from "../interop/matrix.ts";
import { leave, LocalPeer, RemotePeer } from "../interop/peers.ts";
import { DATES, leaveWorkers, ON_NODE, shaken, WorkerPeer } from "./workerd.ts";

const TYPES = ["PUSH PULL", "PUB SUB", "REQ REP", "DEALER ROUTER"];

if (ON_NODE.skip) test("a Worker speaks CURVE and PLAIN", () => {}, ON_NODE);
else {
  const libzmq = await RemotePeer.libzmq();
  const others = [libzmq, new LocalPeer()];
  const workers = await Promise.all(DATES.map((date) => WorkerPeer.start(date)));
  const pairings = PAIRINGS.filter(({ first, second }) => TYPES.includes(`${first} ${second}`));
  for (const worker of workers) {
    for (const other of others) {
      for (const [name, secured] of [["CURVE", CURVE], ["PLAIN", PLAIN]] as const) {
        for (const pairing of pairings) {
          for (const side of ["first", "second"] as const) {
            // libzmq's REQ hangs up on those that it has asked about.
            if (name === "PLAIN" && pairing.first === "REQ" && side === "second") continue;
            const [first, second] = side === "first" ? [worker, other] : [other, worker];
            const binds = side === "first" ? "second" : "first";
            test(`${name}: ${first.name}'s ${pairing.first} talks to ${second.name}'s ${pairing.second}`, () =>
              meet(
                { pairing: shaken(pairing, side), first, second, binds, endpoint: "tcp://127.0.0.1:*", secured },
                SLIM,
                pairing.lockstep ? SOME : MANY,
              ), { timeout: 60_000 });
          }
        }
      }

      test(`CURVE: ${worker.name} is the server of ${other.name}, though it connects`, async () => {
        await using client = await other.socket("PAIR", CURVE_CLIENT);
        await using server = await worker.socket("PAIR", CURVE_SERVER);
        await server.connect(await client.bind());
        await client.send("hello", "and more");
        assertEquals(await server.receive(), ["hello", "and more"]);
        await server.send("well met");
        assertEquals(await client.receive(), ["well met"]);
      });
    }

    test(`${worker.name} has its boxes from noble`, async () => {
      assertEquals(await worker.program("crypto"), "noble");
    });
  }
  leaveWorkers(...workers);
  leave(libzmq);
}
