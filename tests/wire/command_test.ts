import { assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { ProtocolError } from "../../src/errors.ts";
import { Control } from "../../src/message.ts";
import { encodeFrame } from "../../src/wire/batch.ts";
import {
  commandData,
  commandName,
  decodeError,
  decodePing,
  encodeCommand,
  encodeError,
  encodePing,
  encodeSubscription,
  encodeSubscriptionMessage,
  isCommand,
} from "../../src/wire/command.ts";
import { COMMAND } from "../../src/wire/frame.ts";
import { hex, test } from "../harness.ts";

test("subscriptions to a 3.1 peer are the commands that libzmq sends", () => {
  const frame = (type: Control["type"], topic: string) =>
    encodeFrame(COMMAND, encodeSubscription(new Control(type, latin1(topic))));
  assertEquals(frame("subscribe", "abc"), hex("04 0D 09 53 55 42 53 43 52 49 42 45 61 62 63"));
  assertEquals(frame("cancel", "abc"), hex("04 0A 06 43 41 4E 43 45 4C 61 62 63"));
  assertEquals(frame("subscribe", ""), hex("04 0A 09 53 55 42 53 43 52 49 42 45"));
});

test("JOIN and LEAVE are the commands that libzmq sends", () => {
  const frame = (type: Control["type"], group: string) =>
    encodeFrame(COMMAND, encodeSubscription(new Control(type, latin1(group))));
  assertEquals(frame("join", "grp"), hex("04 08 04 4A 4F 49 4E 67 72 70"));
  assertEquals(frame("leave", "grp"), hex("04 09 05 4C 45 41 56 45 67 72 70"));
  assertEquals(frame("join", ""), hex("04 05 04 4A 4F 49 4E"));
});

test("subscriptions to a 3.0 peer are the messages that libzmq sends", () => {
  const frame = (type: Control["type"], topic: string) =>
    encodeFrame(0, encodeSubscriptionMessage(new Control(type, latin1(topic))));
  assertEquals(frame("subscribe", "abc"), hex("00 04 01 61 62 63"));
  assertEquals(frame("cancel", "abc"), hex("00 04 00 61 62 63"));
  assertEquals(frame("subscribe", ""), hex("00 01 01"));
});

test("PING carries its time to live and its context", () => {
  assertEquals(encodeFrame(COMMAND, encodePing(0, hex(""))), hex("04 07 04 50 49 4E 47 00 00"));
  assertEquals(encodePing(15, hex("")), hex("04 50 49 4E 47 00 0F"));
  assertEquals(encodePing(0xabcd, hex("01 02")), hex("04 50 49 4E 47 AB CD 01 02"));
});

test("reads a PING: no context, the longest, and one too long, which is cut to 16 octets", () => {
  const context = "000102030405060708090A0B0C0D0E0F";
  assertEquals(decodePing(hex("04 50 49 4E 47 00 0F")), { ttl: 15, context: hex("") });
  assertEquals(decodePing(hex(`04 50 49 4E 47 FF FF ${context}`)), { ttl: 65535, context: hex(context) });
  assertEquals(decodePing(hex(`04 50 49 4E 47 00 00 ${context} 10`)), { ttl: 0, context: hex(context) });
});

test("refuses a PING without room for its time to live", () => {
  for (const body of ["04 50 49 4E 47", "04 50 49 4E 47 00"]) {
    const error = assertThrows(() => decodePing(hex(body)), ProtocolError);
    assertEquals(error.message, `Cannot read PING: body is ${hex(body).length} octets, wanted 7 or more`);
  }
});

test("a command is its name's length, its name, its data", () => {
  const body = hex("04 50 4F 4E 47 01 02");
  assertEquals(encodeCommand("PONG", hex("01 02")), body);
  assertEquals(commandName("traffic", body), "PONG");
  assertEquals(commandData(body), hex("01 02"));
  assertEquals(isCommand(body, "PONG"), true);
  assertEquals(isCommand(body, "PING"), false);
  assertEquals(isCommand(body, "PON"), false);
  assertEquals(isCommand(hex(""), "PONG"), false);
  assertEquals(commandName("traffic", encodeCommand("N".repeat(255), hex(""))), "N".repeat(255));
});

test("refuses a command without a name, and one whose name is longer than its body", () => {
  const refused = (body: string, message: string) => {
    const error = assertThrows(() => commandName("handshake", hex(body)), ProtocolError);
    assertEquals([error.phase, error.message], ["handshake", `Cannot read command: ${message}`]);
  };
  refused("", "its body is empty, wanted a name");
  refused("00", "its name is 0 octets in a body of 1, wanted 1 or more that fit");
  refused("00 41", "its name is 0 octets in a body of 2, wanted 1 or more that fit");
  refused("03 41 42", "its name is 3 octets in a body of 3, wanted 1 or more that fit");
  refused("FF 41", "its name is 255 octets in a body of 2, wanted 1 or more that fit");
});

test("an ERROR has a reason with its length before it", () => {
  assertEquals(encodeError("400"), hex("05 45 52 52 4F 52 03 34 30 30"));
  assertEquals(decodeError(hex("05 45 52 52 4F 52 03 34 30 30")), "400");
  assertEquals(decodeError(hex("05 45 52 52 4F 52 00")), "");
  assertEquals(decodeError(hex("05 52 45 41 44 59")), undefined);
});

test("a reason that we send is ASCII of at most 255 octets", () => {
  assertEquals(decodeError(encodeError("é\n€")), "???");
  assertEquals(decodeError(encodeError("x".repeat(300))), "x".repeat(255));
});

test("refuses an ERROR whose reason is missing, cut short, or followed by more", () => {
  const refused = (data: string, message: string) => {
    const error = assertThrows(() => decodeError(hex(`05 45 52 52 4F 52 ${data}`)), ProtocolError);
    assertEquals(error.message, `Cannot read ERROR: its reason is ${message} follow`);
  };
  refused("", "missing octets, and 0");
  refused("03 34 30", "3 octets, and 2");
  refused("01 34 30", "1 octets, and 2");
});
