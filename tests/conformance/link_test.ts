import { assert, assertEquals } from "@std/assert";
import type { Link } from "../../src/transport/link.ts";
import { test } from "../harness.ts";
import { Checksum, checksum, join, linked, part, pattern, Tap } from "./rig.ts";

const MiB = 1024 * 1024;

for (const subject of linked) {
  const { scheme } = subject.transport;

  test(`${scheme}: what goes in at one end comes out at the other, both ways`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    for (const length of [0, 1, 2, 63, 64, 1000, 8191, 8192, 8193, 65535, 65536, 65537, 200_000]) {
      const octets = pattern(length, length + 1);
      const before = there.total;
      await client.write(octets);
      await there.received(before + length);
      await server.write(octets);
      await here.received(before + length);
      assertEquals(checksum(there.bytes), checksum(here.bytes));
      assertEquals(checksum(there.bytes.subarray(before)), checksum(octets), `${length} octets`);
    }
    await part(listener, [client, here], [server, there]);
  });

  test(`${scheme}: chunks are plain Uint8Arrays and never overwritten later`, async () => {
    const { listener, client, server } = await join(subject);
    const there = new Tap(server);
    const here = new Tap(client);
    const copies: Uint8Array[] = [];
    there.onData = (chunk) => {
      assertEquals(Object.getPrototypeOf(chunk), Uint8Array.prototype);
      copies.push(chunk.slice());
    };
    let total = 0;
    for (let i = 0; i < 400; i++) {
      const octets = pattern(1 + i * 37 % 9000, i + 1);
      total += octets.length;
      await client.write(octets);
      if (i % 3 === 0) await there.received(total);
    }
    await there.received(total);
    assertEquals(there.chunks.length, copies.length);
    for (const [i, chunk] of there.chunks.entries()) assertEquals(checksum(chunk), checksum(copies[i]!), `chunk ${i}`);
    await part(listener, [client, here], [server, there]);
  });

  test(`${scheme}: octets go into the room that the handler has, and what it does not keep may be overwritten`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    class Placing extends Tap {
      readonly sum = new Checksum();
      asked: Uint8Array<ArrayBuffer> | undefined;
      room(): Uint8Array<ArrayBuffer> | undefined {
        return this.asked = this.total % 3 === 0 ? undefined : new Uint8Array(1 + this.total % 40_000);
      }
      override data(chunk: Uint8Array): boolean {
        // A link that cannot place what it reads never asks.
        if (this.asked !== undefined) {
          assertEquals([chunk.buffer === this.asked.buffer, chunk.byteOffset], [true, 0], "read into the room");
        }
        this.sum.add(chunk);
        super.data(chunk);
        return false;
      }
    }
    const there = new Placing(server);
    there.keep = false;
    const sent = new Checksum();
    for (let i = 0, total = 0; i < 100; i++) {
      const octets = pattern(1 + i * 7919 % 100_000, i + 1);
      sent.add(octets);
      total += octets.length;
      await client.write(octets);
      if (i % 3 === 0 || i === 99) await there.received(total);
    }
    assertEquals(`${there.sum}`, `${sent}`);
    await part(listener, [client, here], [server, there]);
  });

  const several = (client: Link, bytes: Uint8Array): Promise<void> | undefined => {
    // A link that cannot gather is given it in one.
    if (client.gather === undefined) return client.write(bytes);
    const runs = [0, 9, 200, 70_000, 70_001, 299_000].map((at, i, all) => bytes.subarray(at, all[i + 1]));
    return client.gather(runs.filter(({ length }) => length > 0));
  };
  const one = (client: Link, bytes: Uint8Array): Promise<void> | undefined => client.write(bytes);
  for (const [name, send] of [["write", one], ["gather", several]] as const) {
    test(`${scheme}: bytes may be reused as soon as ${name}() says so`, async () => {
      const { listener, client, server } = await join(subject);
      const here = new Tap(client);
      const there = new Tap(server);
      there.keep = false;
      const got = new Checksum();
      there.onData = (chunk) => got.add(chunk);
      const sent = new Checksum();
      const buffer = new Uint8Array(300_000);
      let total = 0;
      for (let i = 0; i < 100; i++) {
        const bytes = buffer.subarray(0, 1 + i * 7919 % buffer.length);
        bytes.set(pattern(bytes.length, i + 1));
        sent.add(bytes);
        total += bytes.length;
        const loan = send(client, bytes);
        if (loan !== undefined) await loan;
        bytes.fill(0xee);
      }
      await there.received(total);
      assertEquals(`${got}`, `${sent}`);
      await part(listener, [client, here], [server, there]);
    });
  }

  test(`${scheme}: nothing is read before start(), and nothing is lost`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const octets = pattern(5000);
    await client.write(octets);
    // A second pair, to and fro, lets time pass for the first.
    const other = await join(subject);
    const [a, b] = [new Tap(other.client), new Tap(other.server)];
    await other.client.write(octets);
    await b.received(octets.length);
    const there = new Tap(server);
    assertEquals(there.total, 0);
    await there.received(octets.length);
    assertEquals(checksum(there.bytes), checksum(octets));
    await part(other.listener, [other.client, a], [other.server, b]);
    await part(listener, [client, here], [server, there]);
  });

  test(`${scheme}: a write of 16 MiB waits for its reader, and arrives whole`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    there.keep = false;
    const got = new Checksum();
    there.onData = (chunk) => got.add(chunk);
    server.pause();
    const octets = pattern(16 * MiB);
    const loan = client.write(octets);
    assert(loan !== undefined, "16 MiB were taken at once");
    let settled = false;
    loan.then(() => settled = true);
    // The other direction is not stopped.
    await server.write(pattern(1000));
    await here.received(1000);
    assertEquals(settled, false);
    server.resume();
    await loan;
    await there.received(octets.length);
    assertEquals(`${got}`, checksum(octets));
    await part(listener, [client, here], [server, there]);
  });

  test(`${scheme}: a reader that pauses stops the writer, again and again`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    there.keep = false;
    const got = new Checksum();
    const block = pattern(MiB);
    const sent = new Checksum();
    let paused = false;
    let late = 0;
    there.onData = (chunk) => {
      got.add(chunk);
      if (paused) late += chunk.length;
      server.pause();
      paused = true;
    };
    let done = false;
    const writing = (async () => {
      for (let i = 0; i < 8; i++) {
        sent.add(block);
        await client.write(block);
      }
      done = true;
    })();
    let most = 0;
    for (let seen = 1; there.total < 8 * MiB; seen = there.total + 1) {
      await there.received(seen);
      // A trip to and fro in the other direction: what was on its way has arrived.
      const before = here.total;
      await server.write(block.subarray(0, 100));
      await here.received(before + 100);
      most = Math.max(most, late);
      late = 0;
      paused = false;
      server.resume();
    }
    await writing;
    assert(done);
    assertEquals(`${got}`, `${sent}`);
    assert(most <= 512 * 1024, `${most} octets came after a pause`);
    await part(listener, [client, here], [server, there]);
  });

  test(`${scheme}: a paused link stays paused while a write of its own waits and goes on`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    here.keep = there.keep = false;
    client.pause();
    server.pause();
    const octets = pattern(16 * MiB);
    const down = server.write(octets);
    const up = client.write(octets);
    assert(down !== undefined && up !== undefined);
    client.resume();
    // Every step of this transfer makes room for the server's write.
    await down;
    await here.received(octets.length);
    assert(there.total <= 512 * 1024, `${there.total} octets came while paused`);
    server.resume();
    await up;
    await there.received(octets.length);
    await part(listener, [client, here], [server, there]);
  });

  test(`${scheme}: a handler may write, pause and close while it is being told of a chunk`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    there.onData = (chunk) => {
      server.write(chunk.slice());
      server.pause();
      server.resume();
      if (there.total + chunk.length === 300) server.close();
    };
    for (let i = 1; i <= 3; i++) {
      await client.write(pattern(100, i));
      await here.received(100 * i);
    }
    await Promise.all([here.ended, there.ended]);
    assertEquals(checksum(here.bytes), checksum(there.bytes));
    assertEquals([here.closings, there.closings, here.error, there.error], [1, 1, undefined, undefined]);
    await listener.close();
  });

  test(`${scheme}: nothing is heard after abort(), though more has come`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    there.onData = () => server.abort();
    const loan = client.write(pattern(8 * MiB));
    await Promise.all([loan, here.ended, there.ended]);
    assertEquals(there.chunks.length, 1);
    assertEquals([here.closings, there.closings, there.error], [1, 1, undefined]);
    await listener.close();
  });

  test(`${scheme}: a writer that never waits for its reader waits for its loan, and memory stays flat`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    there.keep = false;
    const block = pattern(64 * 1024);
    const most = 512 * MiB;
    let sent = 0;
    server.pause();
    // Fills what the system holds: soon a loan stays out.
    let loan: Promise<void> | undefined;
    while (sent < most) {
      loan = client.write(block);
      sent += block.length;
      if (loan === undefined) continue;
      let settled = false;
      loan.then(() => settled = true);
      // To and fro in the other direction: time for the loan to settle, if it can.
      const before = here.total;
      await server.write(block.subarray(0, 10));
      await here.received(before + 10);
      if (!settled) break;
    }
    assert(sent < 64 * MiB, `${sent} octets were taken with nobody reading`);
    server.resume();
    await loan;
    await there.received(sent);
    assertEquals(there.total, sent);
    await part(listener, [client, here], [server, there]);
  });

  test(`${scheme}: pause() and resume() may be called in any state`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    server.resume();
    server.pause();
    server.pause();
    server.resume();
    server.resume();
    await client.write(pattern(100));
    await there.received(100);
    server.pause();
    server.resume();
    await client.write(pattern(100));
    await there.received(200);
    await part(listener, [client, here], [server, there]);
    server.pause();
    server.resume();
    server.close();
    server.abort();
    assertEquals(server.write(pattern(10)), undefined);
    assertEquals([here.closings, there.closings], [1, 1]);
  });

  test(`${scheme}: close() sends all that was written, then closes both ends once`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    const octets = pattern(3 * MiB);
    client.write(octets);
    client.close();
    client.close();
    assertEquals(here.closings, 0, "closed() came from within close()");
    await there.ended;
    await here.ended;
    assertEquals(checksum(there.bytes), checksum(octets));
    assertEquals([here.closings, here.error, there.closings, there.error], [1, undefined, 1, undefined]);
    await listener.close();
  });

  test(`${scheme}: close() delivers even when we have not read what the peer sent`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    client.pause();
    const refused = pattern(MiB);
    const loan = server.write(refused);
    const octets = pattern(MiB, 7);
    client.write(octets);
    client.close();
    await there.ended;
    await loan;
    await here.ended;
    assertEquals(checksum(there.bytes), checksum(octets));
    await listener.close();
  });

  test(`${scheme}: both ends may close at once`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    client.write(pattern(MiB));
    server.write(pattern(MiB));
    client.close();
    server.close();
    await Promise.all([here.ended, there.ended]);
    assertEquals([here.closings, there.closings], [1, 1]);
    await listener.close();
  });

  test(`${scheme}: a peer's end is the link's, after its last octets, even when we were paused`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    server.pause();
    const octets = pattern(100_000);
    const loan = client.write(octets);
    client.close();
    // Lets the end arrive while the other side is paused.
    const other = await join(subject);
    const [a, b] = [new Tap(other.client), new Tap(other.server)];
    await other.client.write(octets);
    await b.received(octets.length);
    await part(other.listener, [other.client, a], [other.server, b]);
    server.resume();
    await there.ended;
    await loan;
    assertEquals(checksum(there.bytes), checksum(octets));
    assertEquals([there.closings, there.error], [1, undefined]);
    await here.ended;
    await listener.close();
  });

  test(`${scheme}: a peer that vanishes closes the link once, and settles a loan`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    server.pause();
    const loan = client.write(pattern(16 * MiB));
    assert(loan !== undefined);
    server.abort();
    assertEquals(there.closings, 0, "closed() came from within abort()");
    await Promise.all([loan, here.ended, there.ended]);
    assertEquals([here.closings, there.closings], [1, 1]);
    assertEquals(there.error, undefined);
    assertEquals(client.write(pattern(10)), undefined);
    await listener.close();
  });

  for (const paused of [false, true]) {
    test(`${scheme}: a link whose peer has gone takes no more than the system holds, paused: ${paused}`, async () => {
      const { listener, client, server } = await join(subject);
      const here = new Tap(client);
      const there = new Tap(server);
      if (paused) client.pause();
      server.pause();
      let loan: Promise<void> | undefined;
      while (loan === undefined) loan = client.write(pattern(MiB));
      server.abort();
      // Who writes on as long as he is told that it was taken must not be able to pour out all he has.
      for (let writes = 0; here.closings === 0; writes++) {
        assert(writes < 64, "a link that is gone takes what it is given");
        await loan;
        loan = here.closings === 0 ? client.write(pattern(MiB)) : undefined;
      }
      await there.ended;
      assertEquals([here.closings, there.closings], [1, 1]);
      await listener.close();
    });
  }

  test(`${scheme}: abort() settles a loan`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    server.pause();
    const loan = client.write(pattern(16 * MiB));
    client.abort();
    client.abort();
    await Promise.all([loan, here.ended]);
    server.resume();
    await there.ended;
    assertEquals([here.closings, here.error, there.closings], [1, undefined, 1]);
    await listener.close();
  });

  test(`${scheme}: abort() cuts a close() short`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    const there = new Tap(server);
    server.pause();
    const loan = client.write(pattern(16 * MiB));
    client.close();
    client.abort();
    await Promise.all([loan, here.ended]);
    server.resume();
    await there.ended;
    assertEquals([here.closings, there.closings], [1, 1]);
    await listener.close();
  });

  test(`${scheme}: a link that is never started can be closed or aborted`, async () => {
    const one = await join(subject);
    const there = new Tap(one.server);
    one.client.abort();
    await there.ended;
    await one.listener.close();
    const two = await join(subject);
    const tap = new Tap(two.client);
    two.server.close();
    await tap.ended;
    await two.listener.close();
  });

  test(`${scheme}: a link that was gone before start() says so after`, async () => {
    const { listener, client, server } = await join(subject);
    const here = new Tap(client);
    server.abort();
    await here.ended;
    const there = new Tap(server);
    assertEquals(there.closings, 0);
    await there.ended;
    assertEquals(there.closings, 1);
    await listener.close();
  });

  test(`${scheme}: many links at once keep apart`, async () => {
    const { listener, client, server } = await join(subject);
    const taps = [new Tap(client), new Tap(server)];
    const pairs = await Promise.all(Array.from({ length: 40 }, () => join(subject)));
    const ends = pairs.map((pair) => ({ ...pair, here: new Tap(pair.client), there: new Tap(pair.server) }));
    await Promise.all(ends.map(async ({ client, server, here, there }, i) => {
      const octets = pattern(50_000 + i, i + 1);
      await Promise.all([client.write(octets), there.received(octets.length)]);
      await Promise.all([server.write(octets), here.received(octets.length)]);
      assertEquals([checksum(there.bytes), checksum(here.bytes)], [checksum(octets), checksum(octets)]);
    }));
    for (const { listener, client, server, here, there } of ends) await part(listener, [client, here], [server, there]);
    await part(listener, [client, taps[0]!], [server, taps[1]!]);
  });
}
