/**
 * Heartbeats over a pair of streams, with time in the test's hands.
 */
import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { Session } from "../../src/session/session.ts";
import { StreamLink } from "../../src/transport/stream_link.ts";
import { GREETING, ready } from "../engine_fixture.ts";
import { hex, test, toHex } from "../harness.ts";
import { TestHost } from "../session_fixture.ts";
import { transformPair } from "../stream_transport.ts";

test("a PING goes out at each interval, and silence aborts the streams", async () => {
  const host = new TestHost("PUSH", { heartbeat: { interval: 100, timeout: 250 } });
  const [near, far] = transformPair();
  const session = new Session(host, "attached://1", false);
  session.accept(new StreamLink(near, "attached://1", "attached://1", host.clock));
  const heard: Uint8Array[] = [];
  let failed: unknown;
  const reading = (async () => {
    try {
      for await (const chunk of far.readable) heard.push(chunk as Uint8Array);
    } catch (error) {
      failed = error;
    }
  })();
  const writer = far.writable.getWriter();
  await writer.write(hex(GREETING + ready("PULL")));
  await host.clock.endTurn();
  heard.length = 0;
  const PING = "04 09 04 50 49 4E 47 00 00 00 ";
  await host.clock.advance(100);
  assertEquals(toHex(concat(heard.splice(0))), `${PING}01`);
  await writer.write(hex("04 05 04 50 4F 4E 47 00 01")); // PONG
  await host.clock.advance(100);
  assertEquals(toHex(concat(heard.splice(0))), `${PING}02`);
  assertEquals(host.heard(), ["accept", "handshake PULL"]);
  await host.clock.advance(250);
  await reading;
  assertEquals(host.heard(), ["disconnect ETIMEDOUT"]);
  assertEquals((failed as { code?: string }).code, "ECONNRESET");
  assertEquals(host.clock.timers, 0);
});
