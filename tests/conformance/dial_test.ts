import { assert, assertEquals } from "@std/assert";
import { EndpointError } from "../../src/errors.ts";
import type { Link } from "../../src/transport/link.ts";
import { test } from "../harness.ts";
import { DIAL, directory, Door, drop, failure, join, LISTEN, part, pattern, subjects, Tap } from "./rig.ts";

for (const subject of subjects) {
  const { transport, free } = subject;
  const { scheme } = transport;

  /** An endpoint where nobody listens, and lately somebody did. */
  const deserted = async (): Promise<string> => {
    const listener = await transport.listen(free, LISTEN, new Door());
    await listener.close();
    return listener.endpoint;
  };

  test(`${scheme}: dialling where nobody listens is refused, with an errno`, async () => {
    const endpoint = await deserted();
    const error = await failure(transport.connect(endpoint, DIAL));
    assert(error instanceof EndpointError);
    assertEquals([error.code, error.endpoint], [scheme === "ipc" ? "ENOENT" : "ECONNREFUSED", endpoint]);
    assert(error.message.startsWith(`Cannot connect to "${endpoint}": `), error.message);
    assert(error.cause instanceof Error);
  });

  test(`${scheme}: a dial whose signal has aborted already rejects with its reason`, async () => {
    const endpoint = await deserted();
    const reason = new Error("changed my mind");
    assertEquals(await failure(transport.connect(endpoint, { ...DIAL, signal: AbortSignal.abort(reason) })), reason);
  });

  test(`${scheme}: a dial given up at any moment leaves nothing open`, async () => {
    let abandoned = 0;
    for (let moment = 0; moment < 60; moment++) {
      const door = new Door();
      const listener = await transport.listen(free, LISTEN, door);
      const controller = new AbortController();
      const reason = new Error(`given up at ${moment}`);
      const outcome = transport.connect(listener.endpoint, { ...DIAL, signal: controller.signal })
        .catch((error: unknown) => error);
      // From the same turn to well after the other side has accepted.
      const first = moment % 2 === 1 ? await door.next() : undefined;
      for (let i = 0; i < moment; i++) await undefined;
      controller.abort(reason);
      const link = await outcome;
      if (link === reason) abandoned++;
      else await drop(link as Link);
      // Whatever was accepted before this one belongs to the dial that was given up, and ends.
      const last = await transport.connect(listener.endpoint, DIAL);
      const tap = new Tap(last);
      await last.write(pattern(1));
      for (let accepted = first ?? await door.next();; accepted = await door.next()) {
        const there = new Tap(accepted);
        await Promise.race([there.received(1), there.ended]);
        if (there.total > 0) {
          await part(listener, [last, tap], [accepted, there]);
          break;
        }
        await there.ended;
      }
    }
    assert(abandoned > 0);
  });

  test(`${scheme}: a signal that aborts after the dial changes nothing`, async () => {
    const door = new Door();
    const listener = await transport.listen(free, LISTEN, door);
    const controller = new AbortController();
    const client = await transport.connect(listener.endpoint, { ...DIAL, signal: controller.signal });
    const server = await door.next();
    controller.abort();
    const [here, there] = [new Tap(client), new Tap(server)];
    await client.write(pattern(100));
    await there.received(100);
    await part(listener, [client, here], [server, there]);
  });

  test(`${scheme}: a name in use is refused, and its holder is not disturbed`, async () => {
    const { listener, door, client, server } = await join(subject);
    const error = await failure(transport.listen(listener.endpoint, LISTEN, new Door()));
    assert(error instanceof EndpointError);
    assertEquals([error.code, error.endpoint], ["EADDRINUSE", listener.endpoint]);
    assertEquals(
      error.message,
      `Cannot bind to "${listener.endpoint}": the address is in use, wanted one that is free`,
    );
    const another = await transport.connect(listener.endpoint, DIAL);
    await drop(another);
    const taps: Tap[] = [];
    // One for the dial just made; ipc has knocked, too, to see whether the name was stale.
    for (let i = 0; i < (scheme === "ipc" ? 2 : 1); i++) taps.push(new Tap(await door.next()));
    for (const tap of taps) await tap.ended;
    await part(listener, [client, new Tap(client)], [server, new Tap(server)]);
  });

  test(`${scheme}: closing a listener frees its name at once, and links already made live on`, async () => {
    const { listener, client, server } = await join({
      transport,
      free: scheme === "ipc" ? `ipc://${directory}/again` : free,
    });
    await listener.close();
    await listener.close();
    const again = await transport.listen(listener.endpoint, LISTEN, new Door());
    await again.close();
    const [here, there] = [new Tap(client), new Tap(server)];
    await client.write(pattern(1000));
    await there.received(1000);
    await server.write(pattern(1000));
    await here.received(1000);
    await part(again, [client, here], [server, there]);
  });

  test(`${scheme}: a closed listener accepts nobody`, async () => {
    const door = new Door();
    const listener = await transport.listen(free, LISTEN, door);
    const dialling = transport.connect(listener.endpoint, DIAL).catch((error: Error) => error);
    const closing = listener.close();
    const outcome = await dialling;
    await closing;
    if (!(outcome instanceof Error)) await new Tap(outcome).ended;
    assertEquals(door.waiting, 0);
    assertEquals(door.failures, []);
  });

  test(`${scheme}: a hundred dials at once are all accepted`, async () => {
    const door = new Door();
    const listener = await transport.listen(free, { ...LISTEN, backlog: 200 }, door);
    const clients = await Promise.all(Array.from({ length: 100 }, () => transport.connect(listener.endpoint, DIAL)));
    const servers = await Promise.all(clients.map(() => door.next()));
    await part(listener, ...[...clients, ...servers].map((link) => [link, new Tap(link)] as const));
  });
}
