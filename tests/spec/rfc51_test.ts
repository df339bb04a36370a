/**
 * RFC 51/P2P: one test for each SHALL that PEER does not share with SERVER, whose rules it has (see RFC 41), and that can
 * be kept by rules alone; and the one that takes a socket.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { Peer, text } from "../../mod.ts";
import { UnreachableError } from "../../src/errors.ts";
import { ServerPattern } from "../../src/pattern/server.ts";
import { test } from "../harness.ts";
import { Rig } from "../pipe_fixture.ts";

const peer = () => new Rig(new ServerPattern("PEER", 0x41414141));

test("RFC 51: PEER SHALL maintain a queue whether or not the connection is established", () => {
  const rig = peer();
  const other = rig.join({ dialled: true, ready: false });
  assertEquals([rig.send("AAAA|early"), other.queue], [true, ["early"]]);
});

test("RFC 51: PEER MAY both send and receive messages in any order", () => {
  const rig = peer();
  const [a, b] = [rig.join(), rig.join({ dialled: true })];
  rig.send("AAAB|1");
  a.say("2");
  b.say("3");
  rig.send("AAAA|4");
  assertEquals([rig.receiveAll().sort(), a.queue, b.queue], [["AAAA|2", "AAAB|3"], ["4"], ["1"]]);
});

test("RFC 51: PEER SHALL block if the queue is full, and SHALL return an error if it does not exist", () => {
  const rig = peer();
  rig.join({ sendHighWaterMark: 1 });
  assertEquals([rig.send("AAAA|1"), rig.send("AAAA|2")], [true, false]);
  assertThrows(() => rig.send("AAAB|x"), UnreachableError);
});

test("RFC 51: PEER MUST NOT send multi-part messages, and MUST discard those that come", () => {
  const rig = peer();
  const other = rig.join();
  assertThrows(() => rig.send("AAAA|a|b"), TypeError, "Cannot send on a PEER socket: the message has 3 parts");
  for (const said of ["a|b", "c"]) other.say(said);
  assertEquals([rig.receiveAll(), rig.pattern.dropped, other.queue], [["AAAA|c"], 1, []]);
});

test("RFC 51: PEER SHALL provide an API to connect and retrieve the routing id in atomic manner", async () => {
  await using one = new Peer();
  await using other = new Peer();
  // Nobody is there yet, and what is sent waits.
  const ids = [one.connectPeer("inproc://other"), one.connectPeer("inproc://itself")];
  await one.bind("inproc://itself");
  await one.send([ids[1]!, "to itself"]);
  const [from, itself] = await one.receive();
  assertEquals([text(itself), from!.length, from!.every((octet, i) => octet === ids[1]![i])], ["to itself", 4, false]);
  await one.send([ids[0]!, "to the other"]);
  await other.bind("inproc://other");
  assertEquals(text((await other.receive())[1]), "to the other");
});
