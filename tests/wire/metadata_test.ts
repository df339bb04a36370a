import { assertEquals, assertThrows } from "@std/assert";
import { keyOf, latin1 } from "../../src/bytes/ascii.ts";
import { ProtocolError } from "../../src/errors.ts";
import { decodeMetadata, encodeMetadata } from "../../src/wire/metadata.ts";
import { hex, test } from "../harness.ts";

const SOCKET_TYPE = "0B 53 6F 63 6B 65 74 2D 54 79 70 65";
const IDENTITY = "08 49 64 65 6E 74 69 74 79";

/** Properties as text, for reading. */
function read(octets: string): Record<string, string> {
  return Object.fromEntries(Array.from(decodeMetadata(hex(octets)), ([name, value]) => [name, keyOf(value)]));
}

function refused(octets: Uint8Array, message: string): void {
  const error = assertThrows(() => decodeMetadata(octets), ProtocolError);
  assertEquals(error.message, `Cannot read metadata: ${message}`);
  assertEquals(error.phase, "handshake");
}

test("writes properties in the order they are given", () => {
  const properties = new Map([["Socket-Type", latin1("DEALER")], ["Identity", latin1("cli1")], ["X-a", hex("")]]);
  assertEquals(
    encodeMetadata(properties),
    hex(`${SOCKET_TYPE} 00 00 00 06 44 45 41 4C 45 52 ${IDENTITY} 00 00 00 04 63 6C 69 31 03 58 2D 61 00 00 00 00`),
  );
  assertEquals(encodeMetadata(new Map()), hex(""));
});

test("reads properties, known and unknown, with values empty and not", () => {
  assertEquals(read(""), {});
  assertEquals(read(`${SOCKET_TYPE} 00 00 00 03 53 55 42`), { "Socket-Type": "SUB" });
  assertEquals(read(`${IDENTITY} 00 00 00 00 03 58 2D 61 00 00 00 01 31`), { Identity: "", "X-a": "1" });
});

test("knows a property whatever the case of its name, and leaves other names as they are", () => {
  assertEquals(read("0B 53 4F 43 4B 45 54 2D 54 59 50 45 00 00 00 00"), { "Socket-Type": "" });
  assertEquals(read("08 69 64 65 6E 74 69 74 79 00 00 00 00"), { Identity: "" });
  assertEquals(read("08 72 65 73 6F 75 72 63 65 00 00 00 00"), { Resource: "" });
  assertEquals(read("03 78 2D 41 00 00 00 00"), { "x-A": "" });
});

test("a value keeps its case, and its octets are no view of the chunk they came in", () => {
  const octets = hex(`${SOCKET_TYPE} 00 00 00 02 73 55`);
  const value = decodeMetadata(octets).get("Socket-Type")!;
  octets.fill(0);
  assertEquals(value, hex("73 55"));
});

test("a name of 255 octets is the longest there is", () => {
  const name = "N".repeat(255);
  assertEquals(decodeMetadata(encodeMetadata(new Map([[name, hex("01")]]))), new Map([[name, hex("01")]]));
});

test("an unknown property that comes twice has its last value", () => {
  assertEquals(read("01 61 00 00 00 01 31 01 61 00 00 00 01 32"), { a: "2" });
});

test("refuses a name of no octets", () => {
  refused(hex("00 00 00 00 00"), "a name of no octets, wanted 1 to 255");
});

test("refuses metadata that is cut short, wherever", () => {
  const octets = hex(`${SOCKET_TYPE} 00 00 00 03 53 55 42`);
  for (let length = 1; length < octets.length; length++) {
    const message = length < 16
      ? `a name of 11 octets before ${length - 1}, wanted a name and a value`
      : `"Socket-Type" has a value of 3 octets, and ${length - 16} follow, wanted a whole value`;
    refused(octets.subarray(0, length), message);
  }
});

test("refuses a stray octet at the end", () => {
  refused(hex("01 61 00 00 00 00 05"), "a name of 5 octets before 0, wanted a name and a value");
});

test("refuses a value longer than what follows, however long it says it is", () => {
  refused(hex("01 61 FF FF FF FF 31"), '"a" has a value of 4294967295 octets, and 1 follow, wanted a whole value');
  refused(hex("01 61 80 00 00 00"), '"a" has a value of 2147483648 octets, and 0 follow, wanted a whole value');
});

test("refuses a well-known property that comes twice, in whatever case", () => {
  refused(hex(`${IDENTITY} 00 00 00 00 ${IDENTITY} 00 00 00 00`), '"Identity" comes twice, wanted it once');
  refused(
    hex(`${IDENTITY} 00 00 00 00 08 69 64 65 6E 74 69 74 79 00 00 00 00`),
    '"identity" comes twice, wanted it once',
  );
});

test("refuses more than 256 properties", () => {
  const many = (count: number) => new Map(Array.from({ length: count }, (_, i) => [`X-${i}`, hex("")]));
  assertEquals(decodeMetadata(encodeMetadata(many(256))).size, 256);
  refused(encodeMetadata(many(257)), "more than 256 properties, wanted 256 at the most");
});
