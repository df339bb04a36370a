/**
 * Two thousand who come and do not shake hands: the last of them are held, so many as there are places, and whoever is
 * honest comes in and is served meanwhile.
 *
 * @module
 */

// runs alone

import { assert, assertEquals } from "@std/assert";
import { Push } from "../../mod.ts";
import { test } from "../harness.ts";
import { spawnRuntime } from "../processes.ts";
import { until } from "../socket_fixture.ts";
import { Arena } from "./arena.ts";

/** The bench has ten thousand. */
const CROWD = 2000;
const PLACES = 1024;

for (const said of ["nothing", "greeting"]) {
  test(`a crowd of 2000 that says ${said} has 1024 places, and an honest peer comes in beside it`, async () => {
    await using arena = await Arena.open("PULL");
    const script = new URL("./crowd.ts", import.meta.url);
    await using crowd = spawnRuntime("node", script, [arena.endpoint, `${CROWD}`, said]);
    let opened = false;
    const opening = crowd.receive(60_000).then(() => opened = true);
    let most = 0;
    let passed = 0;
    while (!opened) {
      await arena.exchange();
      passed++;
      // To count a thousand peers takes longer than to serve one.
      if (passed % 50 === 0) most = Math.max(most, arena.socket.stats().peers.length);
    }
    await opening;
    // Those who were cut may still be on their way out, in the turn after.
    assert(most <= PLACES + 1 + 64, `${most} connections were held at one time`);
    assert(passed > 100, `${passed}`);
    await until(() => arena.socket.stats().peers.length === PLACES + 1);
    await using late = new Push();
    late.connect(arena.endpoint);
    await until(() => arena.socket.peers.length === 2);
    await arena.exchange();

    const kinds = Map.groupBy(arena.troubles(), ({ type, error }) => `${type} ${(error as { code?: string }).code}`);
    const counts = Object.fromEntries(Array.from(kinds, ([kind, events]) => [kind, events.length]));
    // The late one took the place of the crowd's oldest, and gave it back.
    const cut = CROWD - PLACES + 1;
    assertEquals(counts, { "handshake:error:other EMFILE": cut, "disconnect EMFILE": cut });
    await until(() => arena.socket.stats().peers.length === PLACES - 1 + 2);
  }, { timeout: 30_000 });
}
