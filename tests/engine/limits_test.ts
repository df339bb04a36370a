/** What a peer may send of what costs memory or time and carries nothing: so much, and no more. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { hex, test } from "../harness.ts";
import { connected, type Options, type Recorded } from "../engine_fixture.ts";

const PING = "04 07 04 50 49 4E 47 00 00";
const PONG = "04 05 04 50 4F 4E 47";
const UNKNOWN = "04 03 02 48 49";
const SUBSCRIBE = "04 0A 09 53 55 42 53 43 52 49 42 45";
const FLOOD = "Cannot take command: more than 10 a second carry nothing, as PING does, limit is 10";

/** Feeds a command so many times at once. Answers what ended the connection. */
function flood(recorded: Recorded, command: string, count: number, now: number): string | undefined {
  recorded.feed(command.repeat(count), now);
  return recorded.error?.message;
}

const beating = (options: Options = {}, type: "PULL" | "PUB" = "PULL"): Recorded =>
  connected(type, type === "PULL" ? "PUSH" : "SUB", { maxPingRate: 10, ...options });

test("maxMessageParts is how many frames a message may have", () => {
  const run = (frames: number): string => {
    const recorded = connected("PULL", "PUSH", { maxMessageParts: 3 });
    recorded.feed("01 00 ".repeat(frames - 1) + PING + "00 00");
    return recorded.error?.message ?? recorded.log.join();
  };
  assertEquals(run(3), "message ||");
  assertEquals(run(4), "Cannot read message: it has more than 3 frames");
});

test("parts that never end are refused when they come, not with the last", () => {
  const recorded = connected("PULL", "PUSH", { maxMessageParts: 3 });
  recorded.feed("01 00 01 00");
  assertEquals(recorded.log, []);
  recorded.feed("01 00");
  assertEquals(recorded.log, ["fail Cannot read message: it has more than 3 frames"]);
});

for (const [name, command] of Object.entries({ PING, PONG, UNKNOWN, SUBSCRIBE })) {
  test(`a flood of ${name}, which carries nothing for a PULL, ends the connection after ten seconds' worth`, () => {
    assertEquals(flood(beating(), command, 100, 0), undefined);
    assertEquals(flood(beating(), command, 101, 0), FLOOD);
  });
}

test("subscriptions are no flood to a publisher, which has limits of its own for them", () => {
  const recorded = beating({}, "PUB");
  assertEquals(flood(recorded, SUBSCRIBE, 1000, 0), undefined);
  assertEquals(recorded.log.length, 1000);
});

test("maxPingRate can be sent for ever", () => {
  const recorded = beating();
  assertEquals(flood(recorded, PING, 100, 0), undefined);
  for (let now = 100; now < 100_000; now += 100) assertEquals(flood(recorded, PING, 1, now), undefined, `${now}`);
  assertEquals(flood(recorded, PING, 1, 99_950), FLOOD);
});

test("a peer that was silent, or not read, for a minute or more may catch up on a minute, not on an hour", () => {
  for (const [silence, saved] of [[1000, 110], [60_000, 600], [3_600_000, 600]] as const) {
    assertEquals(flood(beating(), PING, saved, silence), undefined, `${silence}`);
    assertEquals(flood(beating(), PING, saved + 1, silence), FLOOD, `${silence}`);
  }
});

test("Infinity is no limit", () => {
  assertEquals(flood(beating({ maxPingRate: Infinity }), PING, 100_000, 0), undefined);
});

test("a PING a millisecond, libzmq's fastest, is taken by default, and those of a minute at once", () => {
  const recorded = connected("PULL", "PUSH");
  for (let now = 0; now < 5000; now++) assertEquals(flood(recorded, PING, 1, now), undefined);
  assertEquals(flood(recorded, PING, 60_000, 65_000), undefined);
});

test("an unfinished message and a command between its frames hold maxMessageSize together, and 64 KiB at the most", () => {
  const recorded = connected("PULL", "PUSH", { maxMessageSize: 200_000 });
  recorded.engine.receive(hex("03 00 00 00 00 00 01 86 A0"), 0);
  recorded.engine.receive(new Uint8Array(100_000), 0);
  recorded.feed("06 00 00 00 00 00 01 86 A1");
  assertEquals(recorded.log, [
    "fail Cannot read frame: body is 100001 octets after 100000 octets of the same message, limit is 200000",
  ]);
});

test("an answer to our PING is no flood, however often we ask; a second answer to the same is", () => {
  const heartbeat = { interval: 10, timeout: 1000, ttl: 0 };
  const pull = connected("PULL", "PUSH", { maxPingRate: 1, heartbeat });
  for (let now = 10; now < 10_000; now += 10) {
    pull.engine.tick(now);
    const ping = pull.sent();
    assert(ping.startsWith("04 09 04 50 49 4E 47 00 00"), ping);
    pull.feed(`04 07 04 50 4F 4E 47 ${ping.slice(-5)}`, now);
  }
  assertEquals(pull.error, undefined);
  for (let i = 0; i < 30; i++) pull.feed("04 07 04 50 4F 4E 47 03 E7", 10_000);
  assertMatch(pull.error!.message, /more than 1 a second carry nothing/);
});
