import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { keyOf, latin1 } from "../../src/bytes/ascii.ts";
import { UnreachableError, type ZmqError } from "../../src/errors.ts";
import type { PatternOptions } from "../../src/pattern/pattern.ts";
import { RouterPattern } from "../../src/pattern/router.ts";
import { test } from "../harness.ts";
import { PATTERN_OPTIONS, Peer, Rig } from "../pipe_fixture.ts";

const router = (options: Partial<PatternOptions> = {}, first = 0x12200854) =>
  new Rig(new RouterPattern({ ...PATTERN_OPTIONS, ...options }, first));
const ids = (rig: Rig<RouterPattern>) => rig.pattern.ids.map(keyOf);
const generated = (last: string) => `\0\u0012\u0020\u0008${last}`;
const refusal = (peer: Peer) => [(peer.refused as ZmqError | undefined)?.code, peer.refused?.message];

test("a peer without an id gets zero and a number, one more for each", () => {
  const rig = router();
  const peers = [rig.join(), rig.join(), rig.join()];
  assertEquals(ids(rig), [generated("\u0054"), generated("\u0055"), generated("\u0056")]);
  rig.send(`${generated("\u0055")}|x`);
  assertEquals(peers.map((peer) => peer.queue), [[], ["x"], []]);
});

test("numbers begin again after the largest, and skip ids that are in use", () => {
  const rig = router({}, 0xffffffff);
  rig.join({ dialled: true, givenId: "\0\0\0\0\0" });
  rig.join();
  rig.join();
  assertEquals(ids(rig), ["\0\0\0\0\0", "\0\u00ff\u00ff\u00ff\u00ff", "\0\0\0\0\u0001"]);
});

test("the id that connect was told comes before the one that the peer announces, and works at once", () => {
  const rig = router();
  const peer = rig.join({ dialled: true, givenId: "given", ready: false });
  assertEquals(rig.pattern.has(latin1("given")), true);
  rig.send("given|early");
  rig.ready(peer, "announced");
  assertEquals([peer.queue, ids(rig)], [["early"], ["given"]]);
  peer.say("x");
  assertEquals(rig.receive(), "given|x");
});

test("a peer that has not said who it is cannot be addressed, nor read", () => {
  const rig = router({ mandatory: true });
  const peer = rig.join({ dialled: true, ready: false });
  assertEquals(ids(rig), []);
  rig.ready(peer, "me");
  assertEquals([ids(rig), rig.send("me|x")], [["me"], true]);
});

test("an id that begins with zero is ours to give: who announces one counts as anonymous", () => {
  const rig = router();
  const peer = rig.join({ id: generated("\u0055") });
  rig.join();
  assertEquals([ids(rig), peer.refused], [[generated("\u0054"), generated("\u0055")], undefined]);
});

test("a dialled peer keeps its id through a lost connection, and takes a new name that it has made up since", () => {
  const rig = router();
  const anonymous = rig.join({ dialled: true });
  const named = rig.join({ dialled: true, id: "one" });
  for (const peer of [anonymous, named]) rig.hiccup(peer);
  assertEquals(ids(rig), [generated("\u0054"), "one"]);
  rig.ready(anonymous);
  rig.ready(named, "two");
  assertEquals(ids(rig), [generated("\u0054"), "two"]);
  rig.ready(named, "");
  rig.ready(anonymous, "late");
  assertEquals(ids(rig), ["two", "late"]);
  named.say("x");
  anonymous.say("y");
  assertEquals(rig.receiveAll(), ["two|x", "late|y"]);
});

test("an id is free again when its peer has left", () => {
  const rig = router();
  rig.leave(rig.join({ id: "a" }));
  assertEquals([ids(rig), rig.pattern.has(latin1("a"))], [[], false]);
  const next = rig.join({ id: "a" });
  assertEquals([next.refused, ids(rig)], [undefined, ["a"]]);
});

test("a second peer of an id that is in use is refused, and the first keeps it", () => {
  const rig = router();
  const first = rig.join({ id: "a" });
  const second = rig.join({ id: "a" });
  assertEquals(refusal(second), ["EADDRINUSE", 'Cannot accept peer: routing id "a" is in use']);
  second.say("intruder");
  rig.leave(second);
  rig.send("a|x");
  assertEquals([first.queue, first.refused, rig.receive(), ids(rig)], [["x"], undefined, undefined, ["a"]]);
});

test("with handover the second takes the id, and the first is refused once it has been read", () => {
  const rig = router({ handover: true });
  const first = rig.join({ id: "a" });
  first.say("old");
  const second = rig.join({ id: "a" });
  assertEquals(refusal(first), ["EADDRINUSE", 'Cannot keep peer: "a" was handed over']);
  second.say("new");
  rig.send("a|x");
  assertEquals([first.queue, second.queue, second.refused], [[], ["x"], undefined]);
  assertEquals(rig.receiveAll(), [`${generated("\u0054")}|old`, "a|new"]);
  rig.leave(first);
  assertEquals(ids(rig), ["a"]);
  rig.send("a|y");
  assertEquals(second.queue, ["x", "y"]);
});

test("a dialled peer that comes back under a name in use is refused, or takes it over", () => {
  const strict = router();
  const [first, other] = [strict.join({ id: "a" }), strict.join({ dialled: true, id: "b" })];
  strict.ready(other, "a");
  assertEquals([refusal(other)[0], first.refused, ids(strict)], ["EADDRINUSE", undefined, ["a", "b"]]);
  const handover = router({ handover: true });
  const [old, next] = [handover.join({ id: "a" }), handover.join({ dialled: true, id: "b" })];
  handover.ready(next, "a");
  assertEquals([refusal(old)[0], next.refused], ["EADDRINUSE", undefined]);
  assertEquals(ids(handover).sort(), [generated("\u0054"), "a"]);
});

test("what a peer has sent before it went is read under its id", () => {
  const rig = router();
  const peer = rig.join({ id: "a" });
  peer.say("1");
  peer.say("2");
  rig.leave(peer);
  assertEquals([ids(rig), rig.receiveAll()], [[], ["a|1", "a|2"]]);
});

test("a message of an id alone is dropped, known or not, mandatory or not", () => {
  for (const mandatory of [false, true]) {
    const rig = router({ mandatory });
    const peer = rig.join({ id: "a" });
    assertEquals([rig.send("a"), rig.send("b"), rig.pattern.dropped, peer.queue], [true, true, 2, []]);
  }
});

test("mandatory: no peer of that id is an error that names it; a full one makes the sender wait", () => {
  const rig = router({ mandatory: true });
  const error = assertThrows(() => rig.send("\0a|x"), UnreachableError);
  assertEquals(error.message, "Cannot send: no peer has the routing id 0x0061, and the socket is mandatory");
  assertEquals(error.code, "EHOSTUNREACH");
  const peer = rig.join({ id: "a", sendHighWaterMark: 1 });
  assertEquals([rig.send("a|1"), rig.send("a|2")], [true, false]);
  assertEquals([rig.pattern.dropped, rig.woken], [0, 0]);
  peer.flush();
  assertEquals([rig.woken, rig.send("a|2"), peer.queue], [1, true, ["2"]]);
  rig.leave(peer);
  assertThrows(() => rig.send("a|3"), UnreachableError);
});

test("probeRouter greets who may stay, and a probe is read as an empty message", () => {
  const rig = router({ probeRouter: true });
  const first = rig.join({ id: "a" });
  const second = rig.join({ id: "a" });
  assertEquals([first.preludes, second.preludes], [[""], []]);
  first.say("");
  assertEquals(rig.receive(), "a|");
});

test("an id that is handed out is a copy, and one that was handed in was copied", () => {
  const rig = router();
  const given = Buffer.from("abc");
  const peer = new Peer(rig);
  peer.pipe.givenId = given;
  rig.pattern.attach(peer.pipe);
  given.fill(0);
  peer.say("x");
  const [id] = rig.pattern.receive()!;
  assertEquals(keyOf(id!), "abc");
  id!.fill(0);
  rig.pattern.ids[0]!.fill(0);
  peer.say("y");
  assertEquals(rig.receive(), "abc|y");
});

test("the id of a peer is in front of messages of any frames, by fair queue", () => {
  const rig = router();
  const peers = Array.from({ length: 10 }, (_, i) => rig.join({ id: `p${i}` }));
  for (const peer of peers) for (let i = 0; i < 3; i++) peer.say(`${i}|`);
  const heard = rig.receiveAll();
  for (let round = 0; round < 3; round++) {
    const senders = heard.slice(round * 10, round * 10 + 10).map((text) => text.slice(0, 2));
    assertEquals(senders.sort(), peers.map((_, i) => `p${i}`));
  }
});

test("every new peer begins with the hello message, before a probe, and one that is turned away gets none", () => {
  const rig = router({ helloMessage: latin1("hello"), probeRouter: true });
  const [first, second] = [rig.join({ id: "a" }), rig.join({ id: "a" })];
  assertEquals([first.preludes, second.preludes], [["hello", ""], []]);
});

test("the disconnect message comes last, under the id of a peer that had connected to us, and of no other", () => {
  const rig = router({ disconnectMessage: latin1("gone") });
  const [theirs, ours] = [rig.join({ id: "a" }), rig.join({ dialled: true, id: "b" })];
  theirs.say("1");
  for (const peer of [theirs, ours]) {
    peer.pipe.lose();
    rig.leave(peer);
  }
  assertEquals(rig.receiveAll(), ["a|1", "a|gone"]);
});

test("a peer that is turned away, or whose id was handed over, leaves no disconnect message", () => {
  for (const handover of [false, true]) {
    const rig = router({ handover, disconnectMessage: latin1("gone") });
    const [first, second] = [rig.join({ id: "a" }), rig.join({ id: "a" })];
    const loser = handover ? first : second;
    loser.pipe.lose();
    rig.leave(loser);
    assertEquals(rig.receiveAll(), []);
    (handover ? second : first).pipe.lose();
    assertEquals(rig.receiveAll(), ["a|gone"]);
  }
});
