import { assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { UnreachableError } from "../../src/errors.ts";
import { ServerPattern } from "../../src/pattern/server.ts";
import { test } from "../harness.ts";
import { message, Rig } from "../pipe_fixture.ts";

const server = (first = 0x41424344) => new Rig(new ServerPattern("SERVER", first));

test("routing ids are one more for each peer, the most significant octet first", () => {
  const rig = server();
  const peers = [rig.join(), rig.join(), rig.join()];
  for (const peer of peers) peer.say("x");
  assertEquals(rig.receiveAll().sort(), ["ABCD|x", "ABCE|x", "ABCF|x"]);
  rig.send("ABCE|y");
  assertEquals(peers.map((peer) => peer.queue), [[], ["y"], []]);
});

test("after the largest they begin again, and pass over zero", () => {
  const rig = server(0xfffffffe);
  const peers = [rig.join(), rig.join(), rig.join()];
  for (const peer of peers) peer.say("x");
  const ids = ["\0\0\0\u0001", "\u00ff\u00ff\u00ff\u00fe", "\u00ff\u00ff\u00ff\u00ff"];
  assertEquals(rig.receiveAll().sort(), ids.map((id) => `${id}|x`));
});

test("a dialled peer can be sent to before it is there, and keeps its id through a lost connection", () => {
  const rig = server();
  const peer = rig.join({ dialled: true, ready: false });
  assertEquals([rig.send("ABCD|early"), peer.queue], [true, ["early"]]);
  rig.ready(peer);
  rig.hiccup(peer);
  rig.ready(peer);
  assertEquals([rig.send("ABCD|late"), peer.queue], [true, ["early", "late"]]);
});

test("the id of the peer that was dialled last is told, until it is gone", () => {
  const rig = server();
  assertEquals(rig.pattern.lastDialledId, undefined);
  const dialled = rig.join({ dialled: true });
  rig.join();
  assertEquals(rig.pattern.lastDialledId, latin1("ABCD"));
  rig.leave(dialled);
  assertEquals(rig.pattern.lastDialledId, undefined);
});

test("what a peer has sent before it left is read under its id, and cannot be answered", () => {
  const rig = server();
  const peer = rig.join();
  peer.say("1");
  peer.say("2");
  rig.leave(peer);
  assertEquals(rig.receiveAll(), ["ABCD|1", "ABCD|2"]);
  assertThrows(() => rig.send("ABCD|late"), UnreachableError, 'Cannot send: no peer has the routing id "ABCD"');
});

test("an id that was received is the caller's to keep and change", () => {
  const rig = server();
  const peer = rig.join();
  peer.say("1");
  peer.say("2");
  const [id] = rig.pattern.receive()!;
  id!.fill(0);
  assertEquals(rig.receive(), "ABCD|2");
});

test("a message that is not four octets and a body is refused", () => {
  const { pattern } = server();
  const cases: [string, string][] = [
    ["ABCD", "the message has 1 part, wanted two: a routing id and a body"],
    ["ABCD|a|b", "the message has 3 parts, wanted two: a routing id and a body"],
    ["ABC|a", "the routing id is 3 octets, wanted 4"],
    ["|a", "the routing id is 0 octets, wanted 4"],
  ];
  for (const [text, found] of cases) {
    for (const call of [() => pattern.check(message(text)), () => pattern.send(message(text))]) {
      const error = assertThrows(call, Error, `Cannot send on a SERVER socket: ${found}`);
      assertEquals((error as { code?: string }).code, "EINVAL");
    }
  }
});
