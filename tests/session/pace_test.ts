import { assertEquals } from "@std/assert";
import type { Engine } from "../../src/engine/engine.ts";
import { Conversation } from "../../src/session/conversation.ts";
import { Outflow } from "../../src/session/outflow.ts";
import type { Link } from "../../src/transport/link.ts";
import { test } from "../harness.ts";
import { ManualClock } from "../manual_clock.ts";
import { Peer, PIPE_OPTIONS } from "../pipe_fixture.ts";

const KIB = 1024;

/** A conversation whose engine takes everything, and what its link was told. */
function converse(clock: ManualClock): { conversation: Conversation; told: string[] } {
  const told: string[] = [];
  const link = {
    pause: () => void told.push("pause"),
    resume: () => void told.push("resume"),
  } as unknown as Link;
  const engine = {
    receive: () => true,
    resume: () => void told.push("engine"),
    nextTick: Infinity,
  } as unknown as Engine;
  const { pipe } = new Peer({ readable() {}, writable() {} }, PIPE_OPTIONS);
  const outflow = new Outflow(clock, { sent() {}, drained() {}, more() {}, refuse() {} });
  const judge = () => Promise.reject(new Error("Nobody is to be judged here"));
  const owner = { engine: () => engine, judge, shaken() {}, failing() {}, over() {} };
  return { conversation: new Conversation(link, pipe, outflow, clock, owner), told };
}

test("a turn takes long chunks for 2 ms, from all peers together, and the rest in the next", async () => {
  const clock = new ManualClock();
  const [one, other] = [converse(clock), converse(clock)];
  one.conversation.data(new Uint8Array(200 * KIB));
  clock.pass(1.5);
  one.conversation.data(new Uint8Array(200 * KIB));
  assertEquals(one.told, []);
  clock.pass(0.5);
  other.conversation.data(new Uint8Array(16 * KIB));
  assertEquals([one.told, other.told], [[], ["pause"]]);
  // Room in the pipe does not end the rest.
  other.conversation.resume();
  assertEquals(other.told, ["pause"]);
  await clock.endTurn();
  assertEquals([one.told, other.told], [[], ["pause", "resume", "engine"]]);
  clock.pass(5);
  other.conversation.data(new Uint8Array(255 * KIB));
  assertEquals(other.told.length, 3);
});

test("what one chunk brings is for several turns too, if it takes long to receive", async () => {
  const clock = new ManualClock();
  const { conversation, told } = converse(clock);
  conversation.resume();
  clock.pass(1);
  conversation.resume();
  assertEquals(told, ["resume", "engine", "resume", "engine"]);
  clock.pass(1);
  conversation.resume();
  assertEquals(told.splice(0), ["resume", "engine", "resume", "engine", "pause"]);
  await clock.endTurn();
  assertEquals(told, ["resume", "engine"]);
});

test("short chunks do not count: whoever asks and answers never rests", () => {
  const clock = new ManualClock();
  const { conversation, told } = converse(clock);
  for (let i = 0; i < 100; i++) {
    conversation.data(new Uint8Array(16 * KIB - 1));
    clock.pass(1);
  }
  assertEquals(told, []);
});
