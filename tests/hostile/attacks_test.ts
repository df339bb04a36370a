/**
 * Each attack once, beside an honest peer: it costs the attacker its connection, comes to one event, leaves nothing
 * behind, and keeps nothing from the honest one.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { until } from "../socket_fixture.ts";
import { Arena } from "./arena.ts";
import { ATTACKS } from "./attacks.ts";

for (const attack of ATTACKS) {
  test(`${attack.target} withstands ${attack.name}`, async () => {
    await using arena = await Arena.open(attack.target, attack.limits);
    let over = false;
    const attacking = attack.run(arena.endpoint, 25).finally(() => over = true);
    let passed = 0;
    while (!over) {
      await arena.exchange();
      passed++;
    }
    await attacking;
    await until(() => arena.troubles().some(({ type }) => type === attack.event));
    await until(() => arena.socket.stats().peers.length === 1);
    await arena.exchange();

    const troubles = arena.troubles().filter(({ type }) => type === attack.event);
    assertEquals(troubles.length, 1);
    const { error } = troubles[0]!;
    assertEquals((error as { code?: string }).code, attack.code);
    assert(error.message.includes(attack.words), error.message);
    // Its end is told too, of the same error, and nothing else of anybody.
    const others = arena.troubles().filter((event) => event !== troubles[0]);
    assert(others.every((event) => event.type === "disconnect" && event.error === error), `${others.length}`);

    const { queuedIn, queuedOut, bytesIn, peers } = arena.socket.stats();
    assertEquals([queuedIn, queuedOut, peers[0]!.connected], [0, 0, true]);
    const taken = bytesIn - peers[0]!.bytesIn;
    assert(taken <= attack.most, `${taken} octets were taken in, wanted ${attack.most} at the most`);
    assert(passed > 0);
  });
}
