import { assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { ProtocolError } from "../../src/errors.ts";
import { NullMechanism } from "../../src/mechanism/null.ts";
import { hex, test } from "../harness.ts";

const mechanism = () => new NullMechanism(new Map([["Socket-Type", latin1("SUB")]]));

test("NULL speaks at once: READY, with the metadata it was given", () => {
  const { name, asServer } = mechanism();
  assertEquals([name, asServer], ["NULL", false]);
  assertEquals(
    mechanism().start(),
    hex("05 52 45 41 44 59 0B 53 6F 63 6B 65 74 2D 54 79 70 65 00 00 00 03 53 55 42"),
  );
});

test("the peer's READY completes the handshake, also without a property", () => {
  const step = mechanism().receive(hex("05 52 45 41 44 59 01 61 00 00 00 01 31"));
  assertEquals(step, { type: "done", metadata: new Map([["a", hex("31")]]) });
  assertEquals(mechanism().receive(hex("05 52 45 41 44 59")), { type: "done", metadata: new Map() });
});

test("the peer's ERROR is a refusal, in its words", () => {
  assertEquals(mechanism().receive(hex("05 45 52 52 4F 52 03 34 30 30")), { type: "refused", reason: "400" });
});

test("any other command is an error that names it, in whatever case", () => {
  const refused = (body: string, shown: string) => {
    const error = assertThrows(() => mechanism().receive(hex(body)), ProtocolError);
    assertEquals(error.message, `Cannot shake hands: the peer sent command ${shown}, wanted "READY"`);
    assertEquals(error.phase, "handshake");
  };
  refused("05 48 45 4C 4C 4F", '"HELLO"');
  refused("05 72 65 61 64 79", '"ready"');
  refused("06 52 45 41 44 59 59", '"READYY"');
  refused("01 00", "0x00");
});

test("a command without a name is an error of the handshake", () => {
  assertEquals(assertThrows(() => mechanism().receive(hex("")), ProtocolError).phase, "handshake");
  assertThrows(() => mechanism().receive(hex("07 52 45 41 44 59")), ProtocolError);
});
