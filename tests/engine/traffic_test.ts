import { assertEquals } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { MAX_PARTS } from "../../src/engine/mod.ts";
import { Control } from "../../src/message.ts";
import { connected, GREETING, GREETING_30, ready, Recorded } from "../engine_fixture.ts";
import { hex, test } from "../harness.ts";

test("messages come whole, with as many frames as they have", () => {
  const recorded = connected("PULL", "PUSH").feed("00 01 61 01 01 61 01 00 00 01 62 00 00");
  assertEquals(recorded.log, ["message a", "message a||b", "message "]);
});

test("a message of which only a part has come is not handed over", () => {
  const recorded = connected("PULL", "PUSH").feed("00 01 61 01 01 62");
  assertEquals(recorded.log, ["message a"]);
});

test("PING is answered with its context, whatever its length, by all types and versions", () => {
  for (const greeting of [GREETING, GREETING_30]) {
    const recorded = connected("PUSH", "PULL", {}, greeting);
    assertEquals(recorded.feed("04 07 04 50 49 4E 47 00 00").sent(), "04 05 04 50 4F 4E 47");
    assertEquals(recorded.feed("04 09 04 50 49 4E 47 00 00 AB CD").sent(), "04 07 04 50 4F 4E 47 AB CD");
    const context = "00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F";
    assertEquals(recorded.feed(`04 17 04 50 49 4E 47 00 00 ${context}`).sent(), `04 15 04 50 4F 4E 47 ${context}`);
    // One octet more than RFC 37 allows is cut off, as libzmq does.
    assertEquals(recorded.feed(`04 18 04 50 49 4E 47 00 00 ${context} 10`).sent(), `04 15 04 50 4F 4E 47 ${context}`);
    assertEquals(recorded.log, []);
  }
});

test("a PING shorter than RFC 37 has it ends the connection", () => {
  const recorded = connected("PUSH", "PULL").feed("04 06 04 50 49 4E 47 00");
  assertEquals(recorded.log, ["fail Cannot read PING: body is 6 octets, wanted 7 or more"]);
  assertEquals(recorded.sent(), "");
});

test("a flood of PINGs that nobody can answer has one answer waiting: the last", () => {
  const recorded = connected("PUSH", "PULL");
  for (let i = 0; i < 1000; i++) recorded.feed(`04 08 04 50 49 4E 47 00 00 ${i % 10}0`);
  assertEquals(recorded.sent(), "04 06 04 50 4F 4E 47 90");
  assertEquals(recorded.sent(), "");
});

test("an answer does not hold the chunk that its PING came in", () => {
  const recorded = connected("PUSH", "PULL");
  const chunk = hex("04 08 04 50 49 4E 47 00 00 AB");
  recorded.engine.receive(chunk, 0);
  chunk.fill(0);
  assertEquals(recorded.sent(), "04 06 04 50 4F 4E 47 AB");
});

test("commands between the frames of a message are obeyed, and the message is whole", () => {
  const recorded = connected("PULL", "PUSH").feed("01 01 61 04 07 04 50 49 4E 47 00 00 01 01 62 04 02 01 41 00 01 63");
  assertEquals(recorded.log, ["message a|b|c"]);
  assertEquals(recorded.sent(), "04 05 04 50 4F 4E 47");
});

test("unknown commands are ignored, PONG and ERROR among them", () => {
  const recorded = connected("PULL", "PUSH");
  recorded.feed(
    "04 05 04 50 4F 4E 47 04 0A 05 45 52 52 4F 52 03 34 30 30 04 04 03 46 4F 4F 04 05 04 4A 4F 49 4E 00 01 61",
  );
  assertEquals(recorded.log, ["message a"]);
  assertEquals(recorded.sent(), "");
});

test("a command without a name ends the connection", () => {
  const failed = (octets: string) => connected("PULL", "PUSH").feed(octets).log;
  assertEquals(failed("04 00"), ["fail Cannot read command: its body is empty, wanted a name"]);
  const name = "fail Cannot read command: its name is";
  assertEquals(failed("04 02 00 41"), [`${name} 0 octets in a body of 2, wanted 1 or more that fit`]);
  assertEquals(failed("04 02 02 41"), [`${name} 2 octets in a body of 2, wanted 1 or more that fit`]);
});

test("malformed frames end the connection in the traffic phase", () => {
  const recorded = connected("PULL", "PUSH").feed("00 01 61 08 00");
  assertEquals(recorded.log, [
    "message a",
    "fail Cannot read frame: flags are 0x08, wanted the reserved bits 3-7 to be zero",
  ]);
  assertEquals((recorded.error as { phase?: string }).phase, "traffic");
});

const SUBSCRIBE = "09 53 55 42 53 43 52 49 42 45";
const CANCEL = "06 43 41 4E 43 45 4C";

test("publishers hear subscriptions spelled as commands, of peers of either version", () => {
  for (const type of ["PUB", "XPUB"] as const) {
    for (const greeting of [GREETING, GREETING_30]) {
      const recorded = connected(type, "SUB", {}, greeting);
      recorded.feed(`04 0D ${SUBSCRIBE} 61 62 63 04 0A ${SUBSCRIBE} 04 0A ${CANCEL} 61 62 63`);
      assertEquals(recorded.log, ["subscribe abc", "subscribe ", "cancel abc"]);
      // Spelled as messages they are messages, until the pattern reads them.
      recorded.feed("00 02 01 61");
      assertEquals(recorded.log[3], "message \u0001a");
    }
  }
});

test("a topic does not hold the chunk that it came in", () => {
  let topic: Uint8Array | undefined;
  const recorded = connected("PUB", "SUB");
  recorded.control = (control) => {
    topic = control.topic;
    return true;
  };
  const chunk = hex(`04 0B ${SUBSCRIBE} 41`);
  recorded.engine.receive(chunk, 0);
  chunk.fill(0);
  assertEquals(topic, hex("41"));
});

test("to all other types a subscription is an unknown command", () => {
  for (const [type, peer] of [["DEALER", "ROUTER"], ["PULL", "PUSH"], ["SUB", "PUB"], ["PAIR", "PAIR"]] as const) {
    assertEquals(connected(type, peer).feed(`04 0B ${SUBSCRIBE} 41`).log, []);
  }
});

test("the name of a command must be spelled exactly", () => {
  // In lower case, and with a flag that says it is a subscription as a message.
  assertEquals(connected("PUB", "SUB").feed("04 0A 09 73 75 62 73 63 72 69 62 65 04 02 01 61").log, []);
});

test("subscriptions are spelled as the peer's version has them", () => {
  const topic = latin1("abc");
  const subscribe = new Control("subscribe", topic);
  const cancel = new Control("cancel", topic);
  const of31 = connected("SUB", "PUB").engine;
  assertEquals(of31.spell(subscribe), { flags: 4, body: hex(`${SUBSCRIBE} 61 62 63`) });
  assertEquals(of31.spell(cancel), { flags: 4, body: hex(`${CANCEL} 61 62 63`) });
  const of30 = connected("SUB", "PUB", {}, GREETING_30).engine;
  assertEquals(of30.spell(subscribe), { flags: 0, body: hex("01 61 62 63") });
  assertEquals(of30.spell(cancel), { flags: 0, body: hex("00 61 62 63") });
  assertEquals(of30.spell(new Control("subscribe", hex(""))), { flags: 0, body: hex("01") });
});

test("a topic of 255 octets is spelled rightly to a 3.0 peer, where libzmq fails", () => {
  const { flags, body } = connected("SUB", "PUB", {}, GREETING_30).engine.spell(
    new Control("subscribe", new Uint8Array(255)),
  );
  assertEquals([flags, body.length, body[0]], [0, 256, 1]);
});

test("a message may have 65536 frames and no more", () => {
  const run = (frames: number): string => {
    const octets = new Uint8Array(2 * frames);
    for (let i = 0; i < frames - 1; i++) octets[2 * i] = 1;
    const recorded = connected("PULL", "PUSH");
    recorded.engine.receive(octets, 0);
    return recorded.error === undefined ? `${recorded.messages[0]!.length} frames` : recorded.error.message;
  };
  assertEquals(run(MAX_PARTS), "65536 frames");
  assertEquals(run(MAX_PARTS + 1), "Cannot read message: it has more than 65536 frames");
});

test("a message may have maxMessageSize octets, all its frames together, and no more", () => {
  const recorded = connected("PULL", "PUSH", { maxMessageSize: 4 });
  recorded.feed("01 02 61 62 00 02 63 64 01 04 61 61 61 61 04 07 04 50 49 4E 47 00 00 00 00");
  assertEquals(recorded.log, ["message ab|cd", "message aaaa|"]);
  recorded.feed("01 02 61 62 00 03");
  const found = "body is 3 octets after 2 octets of the same message";
  assertEquals(recorded.log[2], `fail Cannot read frame: ${found}, limit is 4`);
});

test("without a limit on messages, all sizes that are numbers are waited for", () => {
  const recorded = connected("PULL", "PUSH", { maxMessageSize: Infinity });
  recorded.feed("02 00 1F FF FF FF FF FF FF 00");
  assertEquals(recorded.log, []);
  const refused = connected("PULL", "PUSH", { maxMessageSize: Infinity }).feed("02 00 20 00 00 00 00 00 00");
  assertEquals(refused.log, ["fail Cannot read frame: body is 9007199254740992 octets, limit is 9007199254740991"]);
});

test("a handler that wants no more gets nothing until it resumes, and then all of it", () => {
  const recorded = connected("PULL", "PUSH");
  recorded.full = true;
  recorded.feed("00 01 61 00 01 62 00 01 63 00").feed("01 64");
  assertEquals(recorded.log, ["message a"]);
  recorded.engine.resume();
  assertEquals(recorded.log, ["message a", "message b"]);
  recorded.full = false;
  recorded.engine.resume();
  assertEquals(recorded.log, ["message a", "message b", "message c", "message d"]);
  recorded.engine.resume();
  recorded.feed("00 01 65");
  assertEquals(recorded.log.length, 5);
});

test("subscriptions stop a handler that wants no more as messages do", () => {
  const recorded = connected("PUB", "SUB");
  recorded.full = true;
  recorded.feed(`04 0B ${SUBSCRIBE} 41 04 0B ${SUBSCRIBE} 42`);
  assertEquals(recorded.log, ["subscribe A"]);
  recorded.full = false;
  recorded.engine.resume();
  assertEquals(recorded.log, ["subscribe A", "subscribe B"]);
});

test("a handler that wants no more at the handshake's end is asked before the traffic of the same chunk", () => {
  const recorded = new Recorded("PULL").feed(`${GREETING} ${ready("PUSH")} 00 01 61`);
  assertEquals(recorded.log, ["ready PUSH", "message a"]);
});

test("an error in what was kept back is told when it is reached, once", () => {
  const recorded = connected("PULL", "PUSH");
  recorded.full = true;
  recorded.feed("00 01 61 FF FF");
  assertEquals(recorded.log, ["message a"]);
  recorded.engine.resume();
  recorded.engine.resume();
  recorded.feed("00 01 61");
  assertEquals(recorded.log.length, 2);
  assertEquals(recorded.log[1], "fail Cannot read frame: flags are 0xff, wanted the reserved bits 3-7 to be zero");
});

test("frames are views of their chunk", () => {
  const recorded = connected("PULL", "PUSH");
  const chunk = hex("00 01 61");
  recorded.engine.receive(chunk, 0);
  assertEquals(recorded.messages[0]![0]!.buffer === chunk.buffer, true);
});

test("frames between which commands come keep no chunk: what an unfinished message holds is what it has", () => {
  const recorded = connected("PULL", "PUSH");
  const chunk = new Uint8Array(60_000);
  // A frame of one octet, and a command of nobody's that fills the rest of the chunk.
  chunk.set(hex("01 01 61 06 00 00 00 00 00 00 EA 54 03 66 6F 6F"));
  for (let i = 0; i < 3; i++) recorded.engine.receive(chunk.slice(), 0);
  recorded.feed("00 01 62");
  assertEquals(recorded.log, ["message a|a|a|b"]);
  assertEquals(recorded.messages[0]!.slice(0, 3).map((frame) => frame.buffer.byteLength), [1, 1, 1]);
});

test("JOIN and LEAVE reach a RADIO, of peers of 3.1 and 3.0, and nobody else", () => {
  const commands = "04 08 04 4A 4F 49 4E 67 72 70  04 05 04 4A 4F 49 4E  04 09 05 4C 45 41 56 45 67 72 70";
  for (const greeting of [GREETING, GREETING_30]) {
    const recorded = connected("RADIO", "DISH", {}, greeting).feed(commands);
    assertEquals(recorded.log, ["join grp", "join ", "leave grp"]);
    assertEquals(connected("PUB", "SUB", {}, greeting).feed(commands).log, []);
    assertEquals(connected("DISH", "RADIO", {}, greeting).feed(commands).log, []);
  }
});

test("a RADIO passes over SUBSCRIBE and CANCEL, and messages that spell them are messages", () => {
  const recorded = connected("RADIO", "DISH");
  recorded.feed("04 0B 09 53 55 42 53 43 52 49 42 45 41  04 08 06 43 41 4E 43 45 4C 41  00 02 01 41");
  assertEquals(recorded.log, ["message \u0001A"]);
});

test("a DISH says JOIN and LEAVE as commands to peers of 3.1 and 3.0", () => {
  for (const greeting of [GREETING, GREETING_30]) {
    const { engine } = connected("DISH", "RADIO", {}, greeting);
    assertEquals(engine.spell(new Control("join", latin1("g"))), { flags: 4, body: hex("04 4A 4F 49 4E 67") });
    assertEquals(engine.spell(new Control("leave", latin1("g"))), { flags: 4, body: hex("05 4C 45 41 56 45 67") });
  }
});
