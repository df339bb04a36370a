import { assertEquals } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { hex, test } from "../harness.ts";
import { GREETING, property, ready as readyOf, Recorded } from "../engine_fixture.ts";
import { hello, initiate, makeServer, message } from "./curve_rig.ts";
import { COMMAND, command } from "./grammar.ts";
import { Writer } from "./octets.ts";

// What fuzzing has found, in words. The inputs themselves are in `regressions/`.

test("what a peer says of itself moves no cursor, however it gets to a log", () => {
  const pull = new Recorded("PULL").feed(GREETING).feed(readyOf("\x9b2J\x7f"));
  assertEquals(pull.log, [
    'fail Cannot shake hands: the peer\'s Socket-Type is "?2J?", wanted "PUSH" for a PULL',
  ]);
  const push = new Recorded("PUSH").feed(GREETING).feed("04 0A 05 45 52 52 4F 52 03 9B 32 4A");
  assertEquals(push.log, ['fail Cannot shake hands: the peer refuses us with ERROR "?2J"']);
});

test("under CURVE a command passes however short messages must be, as it does without", () => {
  const told = new Writer().put(hex(property("Socket-Type", "SUB"))).done();
  const sound = { cookie: 0, key: 0, vouch: 0, count: 2 };
  const shaken = (): Recorded => {
    const pub = new Recorded("PUB", { mechanism: makeServer("PUB"), maxMessageSize: 4 });
    pub.judge = () => {};
    pub.feed(GREETING.replace("4E 55 4C 4C 00", "43 55 52 56 45"));
    const peer = (body: Uint8Array): boolean => pub.engine.receive(new Writer().frame(COMMAND, body).done(), 0);
    peer(hello(0x100, new Uint8Array(64), 1));
    peer(initiate(sound, told));
    pub.engine.judged({ status: 200, admission: { userId: "", metadata: new Map() } });
    return pub;
  };
  const send = (pub: Recorded, flags: number, body: Uint8Array): void =>
    void pub.engine.receive(new Writer().frame(0, message(true, 3, flags, body)).done(), 0);

  const pub = shaken();
  send(pub, 2, command("SUBSCRIBE", "a topic"));
  assertEquals(pub.log, ["ready SUB", "subscribe a topic"]);

  const other = shaken();
  send(other, 0, latin1("12345"));
  assertEquals(other.log, ["ready SUB", "fail Cannot open message: it is 5 octets or more, limit is 4"]);
});
