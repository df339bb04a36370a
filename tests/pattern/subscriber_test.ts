import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { latin1 } from "../../src/bytes/ascii.ts";
import type { PatternOptions } from "../../src/pattern/pattern.ts";
import { SubscriberPattern } from "../../src/pattern/subscriber.ts";
import { test } from "../harness.ts";
import { PATTERN_OPTIONS, Rig } from "../pipe_fixture.ts";

const sub = (options: Partial<PatternOptions> = {}) =>
  new Rig(new SubscriberPattern({ ...PATTERN_OPTIONS, ...options }, true));
const xsub = (options: Partial<PatternOptions> = {}) =>
  new Rig(new SubscriberPattern({ ...PATTERN_OPTIONS, ...options }, false));
const A = latin1("A");

test("every subscription is told, and only the last cancellation", () => {
  const rig = sub();
  const peer = rig.join();
  for (let i = 0; i < 3; i++) rig.pattern.subscribe(A);
  for (let i = 0; i < 4; i++) rig.pattern.unsubscribe(A);
  assertEquals([peer.queue, rig.pattern.topicsCount], [["+A", "+A", "+A", "-A"], 0]);
});

test("with verboseUnsubscribe every cancellation is told, also of what is not subscribed", () => {
  const rig = xsub({ verboseUnsubscribe: true });
  const peer = rig.join();
  rig.send("\u0001A");
  rig.send("\u0001A");
  for (let i = 0; i < 3; i++) rig.send("\0A");
  assertEquals([peer.queue, rig.pattern.topicsCount], [["+A", "+A", "-A", "-A", "-A"], 0]);
});

test("a new publisher is told each topic once, however often it is subscribed", () => {
  const rig = sub();
  for (const topic of ["A", "A", "B", ""]) rig.pattern.subscribe(latin1(topic));
  assertEquals(rig.join().queue.sort(), ["+", "+A", "+B"]);
});

test("a publisher that is not there yet is told when it comes, and not twice", () => {
  const rig = sub();
  const peer = rig.join({ dialled: true, ready: false });
  rig.pattern.subscribe(A);
  assertEquals(peer.queue, []);
  rig.ready(peer);
  assertEquals(peer.queue, ["+A"]);
});

test("after a reconnection all topics are told again, and what was queued for the old connection is forgotten", () => {
  const rig = xsub();
  const peer = rig.join({ dialled: true, sendHighWaterMark: 2 });
  rig.send("\u0001A");
  for (const text of ["2", "3", "4"]) rig.send(text);
  assertEquals(peer.queue, ["+A", "2", "3"]);
  rig.hiccup(peer);
  rig.send("\u0001B");
  rig.send("\0A");
  assertEquals(peer.queue, []);
  rig.ready(peer);
  assertEquals(peer.queue, ["+B"]);
  // Nor is it full any more.
  rig.send("5");
  assertEquals(peer.queue, ["+B", "5"]);
});

test("a publisher that has gone is told nothing", () => {
  const rig = sub();
  const peer = rig.join();
  rig.leave(peer);
  rig.pattern.subscribe(A);
  assertEquals(peer.queue, []);
});

test("a full queue loses no subscription", () => {
  const rig = xsub();
  const peer = rig.join({ sendHighWaterMark: 1 });
  rig.send("1x");
  rig.send("\u0001A");
  rig.send("\0A");
  assertEquals(peer.queue, ["1x", "+A", "-A"]);
});

test("SUB filters by the first frame; XSUB does not filter", () => {
  const hears = (rig: Rig<SubscriberPattern>) => {
    const peer = rig.join();
    rig.pattern.subscribe(A);
    for (const text of ["A", "AB|x", "B|A", "", "|A"]) peer.say(text);
    return [rig.receiveAll(), rig.pattern.dropped];
  };
  assertEquals(hears(sub()), [["A", "AB|x"], 3]);
  assertEquals(hears(xsub()), [["A", "AB|x", "B|A", "", "|A"], 0]);
});

test("SUB hears nothing before it subscribes, and nothing of what it has unsubscribed", () => {
  const rig = sub();
  const peer = rig.join();
  peer.say("A");
  assertEquals(rig.receive(), undefined);
  rig.pattern.subscribe(A);
  peer.say("A1");
  assertEquals(rig.receive(), "A1");
  peer.say("A2");
  rig.pattern.unsubscribe(A);
  assertEquals(rig.receive(), undefined);
});

test("invertMatching delivers what does not match", () => {
  const rig = sub({ invertMatching: true });
  const peer = rig.join();
  rig.pattern.subscribe(A);
  for (const text of ["A", "B", ""]) peer.say(text);
  assertEquals(rig.receiveAll(), ["B", ""]);
});

test("a subscription is looked for in every frame that XSUB sends; the others are one message for all", () => {
  const rig = xsub();
  const [one, other] = [rig.join(), rig.join()];
  rig.send("\u0001A|x|\u0001B|y");
  assertEquals(one.queue, ["+A", "+B", "x|y"]);
  assertEquals(other.queue, one.queue);
});

test("with onlyFirstSubscribe only the first frame that XSUB sends can be a subscription", () => {
  const rig = xsub({ onlyFirstSubscribe: true });
  const peer = rig.join();
  rig.send("\u0001A|\u0001B");
  rig.send("x|\0A");
  assertEquals([peer.queue, rig.pattern.topicsCount], [["+A", "\u0001B", "x|\0A"], 1]);
});

test("XSUB sends an empty message, and what begins with neither 1 nor 0", () => {
  const rig = xsub();
  const peer = rig.join();
  rig.send("");
  rig.send("\u0002");
  assertEquals(peer.queue, ["", "\u0002"]);
});

test("a topic is copied, also if it is a Buffer", () => {
  const rig = sub();
  const peer = rig.join();
  const controls: Uint8Array[] = [];
  peer.control = (control) => void controls.push(control.topic);
  const topic = Buffer.from("A");
  rig.pattern.subscribe(topic);
  topic.fill(0);
  peer.say("A");
  assertEquals([rig.receive(), controls], ["A", [A]]);
});

test("messages of publishers come by fair queue, unwanted ones in no one's stead", () => {
  const rig = sub();
  rig.pattern.subscribe(A);
  const [a, b] = [rig.join(), rig.join()];
  for (let i = 0; i < 50; i++) a.say("unwanted");
  b.say("A");
  assertEquals(rig.receive(), "A");
});

test("100 000 topics are subscribed, told to a new publisher, and unsubscribed", () => {
  const rig = sub();
  for (let i = 0; i < 100_000; i++) rig.pattern.subscribe(latin1(`topic.${i}`));
  const peer = rig.join();
  assertEquals([peer.queue.length, rig.pattern.topicsCount], [100_000, 100_000]);
  for (let i = 0; i < 100_000; i++) rig.pattern.unsubscribe(latin1(`topic.${i}`));
  assertEquals([peer.queue.length, rig.pattern.topicsCount], [200_000, 0]);
});
