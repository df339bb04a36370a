import { assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { UnreachableError } from "../../src/errors.ts";
import { StreamPattern } from "../../src/pattern/stream.ts";
import { test } from "../harness.ts";
import { Rig } from "../pipe_fixture.ts";

const ID = "\0\0\0\0\u0007";

test("a connection gets zero and a number, and what comes by it is behind that", () => {
  const rig = new Rig(new StreamPattern(7));
  const peer = rig.join();
  peer.say("octets");
  assertEquals(rig.receive(), `${ID}|octets`);
  rig.send(`${ID}|a`);
  rig.send(`${ID}|b|c`);
  assertEquals(peer.queue, ["a", "b|c"]);
});

test("a message without octets ends the connection, without a fault of its own", () => {
  const rig = new Rig(new StreamPattern(7));
  const peer = rig.join();
  let ended = 0;
  peer.refuse = (reason?: Error) => {
    assertEquals(reason, undefined);
    ended++;
  };
  assertEquals(rig.pattern.send([latin1(ID), latin1("")]), true);
  assertEquals([ended, peer.queue], [1, []]);
});

test("an id that no connection has, and a message without any octets part, are errors", () => {
  const { pattern } = new Rig(new StreamPattern(7));
  const gone = assertThrows(() => pattern.send([latin1("x"), latin1("y")]), UnreachableError);
  assertEquals([gone.message, gone.code], ['Cannot send: no connection has the id "x"', "EHOSTUNREACH"]);
  assertThrows(() => pattern.send([latin1("x")]), TypeError, "the message has one part");
});

test("a connection whose queue is full makes the socket mute, and drops nothing", () => {
  const rig = new Rig(new StreamPattern(7));
  const peer = rig.join({ sendHighWaterMark: 1 });
  assertEquals(rig.pattern.send([latin1(ID), latin1("a")]), true);
  assertEquals(rig.pattern.send([latin1(ID), latin1("b")]), false);
  assertEquals([peer.queue, rig.pattern.dropped], [["a"], 0]);
});
