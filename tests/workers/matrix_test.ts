/**
 * Every pair of socket types between a Worker and libzmq, and between a Worker and this library on Node. The Worker
 * connects, as it must.
 */
import { test } from "../harness.ts";
import { EVERYTHING, MANY, SOME } from "../interop/contents.ts";
import { meet, SIDES } from "../interop/matrix.ts";
import { leave, LocalPeer, RemotePeer } from "../interop/peers.ts";
import { DATES, leaveWorkers, ON_NODE, shaken, WorkerPeer } from "./workerd.ts";

if (ON_NODE.skip) test("a Worker talks to every socket type", () => {}, ON_NODE);
else {
  const libzmq = await RemotePeer.libzmq();
  const others = [libzmq, new LocalPeer()];
  const workers = await Promise.all(DATES.map((date) => WorkerPeer.start(date)));
  for (const worker of workers) {
    for (const other of others) {
      for (const { pairing, side } of SIDES) {
        // The binding of libzmq tells no names of a PEER's peers.
        if (pairing.byId && other === libzmq) continue;
        const [first, second] = side === "first" ? [worker, other] : [other, worker];
        const binds = side === "first" ? "second" : "first";
        test(`${first.name}'s ${pairing.first} talks to ${second.name}'s ${pairing.second}`, () =>
          meet(
            { pairing: shaken(pairing, side), first, second, binds, endpoint: "tcp://127.0.0.1:*" },
            EVERYTHING,
            pairing.lockstep ? SOME : MANY,
          ), { timeout: 60_000 });
      }
    }
  }
  leaveWorkers(...workers);
  leave(libzmq);
}
