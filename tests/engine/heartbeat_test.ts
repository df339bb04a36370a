import { assertEquals } from "@std/assert";
import { Heartbeat } from "../../src/engine/heartbeat.ts";
import { connected, Recorded } from "../engine_fixture.ts";
import { hex, test, toHex } from "../harness.ts";

const NONE = { interval: 0, timeout: Infinity, ttl: 0 };
/** A PING with a time to live, in tenths of a second, and no context. */
const ping = (ttl: string) => `04 07 04 50 49 4E 47 ${ttl}`;
/** Something that is no answer to a PING. */
const TRAFFIC = "00 01 61";

test("without an interval there is nothing to do, ever", () => {
  const recorded = connected("PUSH", "PULL");
  assertEquals(recorded.engine.nextTick, Infinity);
  assertEquals(recorded.engine.tick(1e9), Infinity);
  assertEquals(recorded.sent(), "");
});

test("before the handshake is complete there is no heart to beat", () => {
  const recorded = new Recorded("PUSH", { heartbeat: { interval: 100 } });
  assertEquals(recorded.engine.nextTick, Infinity);
  assertEquals(recorded.engine.tick(1e9), Infinity);
});

test("a PING goes out every interval, the first one interval after the handshake", () => {
  const recorded = connected("PUSH", "PULL", { heartbeat: { interval: 100 } });
  assertEquals(recorded.engine.nextTick, 100);
  assertEquals(recorded.engine.tick(99), 100);
  assertEquals(recorded.sent(), "");
  assertEquals(recorded.engine.tick(100), 200);
  assertEquals(recorded.sent(), "04 09 04 50 49 4E 47 00 00 00 01");
  assertEquals(recorded.engine.tick(205), 305);
  assertEquals(recorded.sent(), "04 09 04 50 49 4E 47 00 00 00 02");
});

test("PINGs that a link does not take do not pile up", () => {
  const recorded = connected("PUSH", "PULL", { heartbeat: { interval: 100 } });
  const before = recorded.outputs;
  for (let now = 100; now <= 1000; now += 100) recorded.engine.tick(now);
  assertEquals(recorded.outputs - before, 10);
  assertEquals(recorded.sent(), "04 09 04 50 49 4E 47 00 00 00 0A");
  assertEquals(recorded.sent(), "");
});

test("PING and PONG that are due together go out together", () => {
  const recorded = connected("PUSH", "PULL", { heartbeat: { interval: 100 } });
  recorded.feed(ping("00 00"), 50);
  recorded.engine.tick(100);
  assertEquals(recorded.sent(), "04 05 04 50 4F 4E 47 04 09 04 50 49 4E 47 00 00 00 01");
});

test("the time to live goes out in tenths of a second, at most 655 of them", () => {
  const sent = (ttl: number) => {
    const heart = new Heartbeat({ interval: 100, timeout: Infinity, ttl }, 0);
    return toHex(heart.ping(100)!.subarray(5, 7));
  };
  assertEquals(sent(0), "00 00");
  assertEquals(sent(99), "00 00");
  assertEquals(sent(1550), "00 0F");
  assertEquals(sent(65_500), "02 8F");
  assertEquals(sent(65_600), "02 8F");
  assertEquals(sent(1e9), "02 8F");
});

test("silence after a PING ends the connection when the timeout has passed", () => {
  const recorded = connected("PUSH", "PULL", { heartbeat: { interval: 100, timeout: 250 } });
  recorded.engine.tick(100);
  assertEquals(recorded.engine.tick(200), 300);
  assertEquals(recorded.engine.tick(300), 350, "the timeout counts from the first PING that was not answered");
  assertEquals(recorded.engine.tick(349), 350);
  assertEquals(recorded.log, []);
  assertEquals(recorded.engine.tick(350), Infinity);
  assertEquals(recorded.log, ["fail Cannot keep connection: the peer has been silent for 350 ms"]);
  assertEquals(recorded.error!.code, "ETIMEDOUT");
  assertEquals(recorded.engine.nextTick, Infinity);
});

test("anything that comes is a sign of life, a PONG or not, whole or not", () => {
  for (const octets of [TRAFFIC, "04 05 04 50 4F 4E 47", "00", "04 04 03 46 4F 4F"]) {
    const recorded = connected("PULL", "PUSH", { heartbeat: { interval: 100, timeout: 150 } });
    recorded.engine.tick(100);
    recorded.feed(octets, 240);
    assertEquals(recorded.engine.tick(250), 350, octets);
    // The next PING was sent at 250; nothing has come since.
    assertEquals(recorded.engine.tick(400), Infinity);
    assertEquals(recorded.log.at(-1), "fail Cannot keep connection: the peer has been silent for 160 ms");
  }
});

test("without a timeout silence never ends the connection", () => {
  const recorded = connected("PUSH", "PULL", { heartbeat: { interval: 100, timeout: Infinity } });
  for (let now = 100; now < 100_000; now += 100) assertEquals(recorded.engine.tick(now), now + 100);
  assertEquals(recorded.log, []);
});

test("a peer that asks to be given up after a time is, unless something more comes", () => {
  const recorded = connected("PULL", "PUSH");
  recorded.feed(ping("00 0F"), 1000);
  assertEquals(recorded.engine.nextTick, 2500);
  assertEquals(recorded.engine.tick(2499), 2500);
  recorded.feed(TRAFFIC, 2499);
  assertEquals(recorded.engine.nextTick, Infinity);
  recorded.feed(ping("00 0F"), 3000).feed(ping("00 00"), 3001);
  assertEquals(recorded.engine.nextTick, Infinity);
  recorded.feed(ping("00 01"), 4000);
  assertEquals(recorded.engine.tick(4100), Infinity);
  assertEquals(recorded.log.at(-1), "fail Cannot keep connection: the peer has been silent for 100 ms");
});

test("a peer's time to live has its full range here, where libzmq's wraps", () => {
  const recorded = connected("PULL", "PUSH");
  recorded.feed(ping("02 90"), 0);
  assertEquals(recorded.engine.nextTick, 65_600);
  recorded.feed(ping("FF FF"), 0);
  assertEquals(recorded.engine.nextTick, 6_553_500);
});

test("the round trip is that of the last PING that was answered", () => {
  const recorded = connected("PUSH", "PULL", { heartbeat: { interval: 100 } });
  assertEquals(recorded.engine.roundTrip, undefined);
  recorded.engine.tick(100);
  recorded.feed("04 07 04 50 4F 4E 47 00 01", 107.5);
  assertEquals(recorded.engine.roundTrip, 7.5);
  recorded.engine.tick(200);
  // Another's context, an old one, none, and one too long: no answers to what was asked.
  for (const context of ["07 00 07", "07 00 01", "05", "08 00 00 02"]) {
    recorded.feed(`04 ${context.slice(0, 2)} 04 50 4F 4E 47 ${context.slice(3)}`, 201);
  }
  assertEquals(recorded.engine.roundTrip, 7.5);
  recorded.feed("04 07 04 50 4F 4E 47 00 02", 203);
  assertEquals(recorded.engine.roundTrip, 3);
});

test("a context begins again after the largest number it can hold", () => {
  const heart = new Heartbeat({ ...NONE, interval: 1 }, 0);
  let context = hex("");
  for (let now = 1; now <= 0x10001; now++) context = heart.ping(now)!.slice(7);
  assertEquals(context, hex("00 01"));
});

test("who could not look in time looks once more before it gives the peer up", () => {
  // The event loop was busy: what has come is still to be read.
  const make = () => connected("PULL", "PUSH", { heartbeat: { interval: 1000, timeout: 500 } });
  const heard = make();
  heard.engine.tick(1000);
  assertEquals(heard.engine.tick(4000), 4020);
  heard.feed(TRAFFIC, 4001);
  assertEquals(heard.engine.tick(4020), 5000);
  assertEquals(heard.log, ["message a"]);
  const silent = make();
  silent.engine.tick(1000);
  assertEquals(silent.engine.tick(4000), 4020);
  assertEquals(silent.engine.tick(4019), 4020);
  assertEquals(silent.engine.tick(4020), Infinity);
  assertEquals(silent.log, ["fail Cannot keep connection: the peer has been silent for 4020 ms"]);
});

test("a peer that we do not read is not blamed for its silence", () => {
  const recorded = connected("PULL", "PUSH", { heartbeat: { interval: 100, timeout: 150 } });
  recorded.full = true;
  recorded.feed(`${TRAFFIC} ${TRAFFIC}`, 50);
  for (let now = 100; now <= 1000; now += 50) recorded.engine.tick(now);
  assertEquals(recorded.log, ["message a"]);
  recorded.full = false;
  recorded.engine.resume();
  // From the first look after that on, it has its time again.
  recorded.engine.tick(1100);
  assertEquals(recorded.engine.tick(1249) < Infinity, true);
  assertEquals(recorded.log.length, 2);
  assertEquals(recorded.engine.tick(1250), Infinity);
});
