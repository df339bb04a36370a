import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../src/errors.ts";
import { encodeGreeting, type Greeting, GREETING_LENGTH, GreetingReader } from "../../src/wire/greeting.ts";
import { hex, test } from "../harness.ts";

/** The greeting of a libzmq socket without a routing id. */
const LIBZMQ = `
  FF 00 00 00 00 00 00 00 01 7F                               ; signature
  03 01                                                       ; version
  4E 55 4C 4C 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ; "NULL"
  00                                                          ; as-server
  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00`;

function read(octets: Uint8Array): Greeting {
  const reader = new GreetingReader();
  assertEquals(reader.read(octets), GREETING_LENGTH);
  assertEquals(reader.complete, true);
  return reader.value();
}

/** The greeting above with some octets changed. */
function changed(changes: Readonly<Record<number, number>>): Uint8Array {
  const octets = hex(LIBZMQ);
  for (const [at, octet] of Object.entries(changes)) octets[Number(at)] = octet;
  return octets;
}

function refused(octets: Uint8Array, found: string, wanted: string): void {
  const error = assertThrows(() => read(octets), ProtocolError);
  assertEquals(error.message, `Cannot read greeting: ${found}, wanted ${wanted}`);
  assertEquals(error.phase, "greeting");
  assertEquals(error.code, "EPROTO");
}

test("our greeting is that of libzmq, octet by octet", () => {
  assertEquals(encodeGreeting("NULL", false), hex(LIBZMQ));
});

test("as-server and the mechanism's name are where the grammar has them", () => {
  assertEquals(encodeGreeting("PLAIN", true), changed({ 12: 0x50, 13: 0x4c, 14: 0x41, 15: 0x49, 16: 0x4e, 32: 1 }));
  assertEquals(read(encodeGreeting("CURVE", true)), { mechanism: "CURVE", asServer: true, minor: 1 });
  const longest = "ABCDEFGHIJKLMNOPQRST";
  assertEquals(read(encodeGreeting(longest, false)), { mechanism: longest, asServer: false, minor: 1 });
});

test("reads a greeting however its octets arrive", () => {
  const octets = hex(LIBZMQ);
  for (let first = 0; first <= octets.length; first++) {
    for (const second of [first, first + 1, octets.length]) {
      const reader = new GreetingReader();
      reader.read(octets.subarray(0, first));
      reader.read(octets.subarray(first, second));
      reader.read(octets.subarray(second));
      assertEquals(reader.complete, true, `cuts at ${first} and ${second}`);
      assertEquals(reader.value(), { mechanism: "NULL", asServer: false, minor: 1 });
    }
  }
});

test("takes what belongs to the greeting, and leaves what follows", () => {
  const reader = new GreetingReader();
  const octets = new Uint8Array(70);
  octets.set(hex(LIBZMQ));
  assertEquals(reader.read(octets.subarray(0, 60)), 60);
  assertEquals(reader.complete, false);
  assertEquals(reader.read(octets.subarray(60)), 4);
  assertEquals(reader.complete, true);
  assertEquals(reader.read(octets.subarray(64)), 0);
});

test("heeds neither padding nor filler, and of the signature's end its last bit only", () => {
  for (let at = 1; at < 9; at++) assertEquals(read(changed({ [at]: 0xee })).minor, 1);
  for (let at = 33; at < 64; at++) assertEquals(read(changed({ [at]: 0xee })).mechanism, "NULL");
  for (const end of [0x01, 0x7f, 0xff]) assertEquals(read(changed({ 9: end })).mechanism, "NULL");
  assertEquals(read(changed({ 32: 7 })).asServer, false);
});

test("speaks 3.0 to a 3.0 peer, and 3.1 to every later one", () => {
  const minor = (major: number, its: number) => read(changed({ 10: major, 11: its })).minor;
  assertEquals(minor(3, 0), 0);
  assertEquals(minor(3, 1), 1);
  assertEquals(minor(3, 2), 1);
  assertEquals(minor(3, 255), 1);
  assertEquals(minor(2, 0), 1, "as libzmq has it");
  assertEquals(minor(4, 0), 1);
  assertEquals(minor(255, 0), 1);
});

test("refuses what is no signature by its first octet", () => {
  for (let first = 0; first < 255; first++) {
    const shown = `0x${first.toString(16).padStart(2, "0")}`;
    const found = `the first octet is ${shown}, so the peer speaks ZMTP 1.0 or no ZMTP at all`;
    refused(Uint8Array.of(first), found, "0xff (ZMTP 3.0 or later)");
  }
});

test("refuses a peer of ZMTP 1.0 by its signature", () => {
  refused(hex("FF 00 00 00 00 00 00 00 05 00"), "the signature ends as ZMTP 1.0's does", "ZMTP 3.0 or later");
  refused(changed({ 9: 0x7e }), "the signature ends as ZMTP 1.0's does", "ZMTP 3.0 or later");
});

test("refuses a peer of ZMTP 1.0 or 2.0 by its version, without waiting for more", () => {
  const signature = "FF 00 00 00 00 00 00 00 01 7F";
  refused(hex(`${signature} 00`), "the peer speaks ZMTP 1.0 (revision 0)", "ZMTP 3.0 or later");
  refused(hex(`${signature} 01`), "the peer speaks ZMTP 2.0 (revision 1)", "ZMTP 3.0 or later");
});

test("refuses octets after the mechanism's name, at each place", () => {
  for (let at = 17; at < 32; at++) {
    refused(changed({ [at]: 0x41 }), "octets follow the mechanism's name", "zeros up to its 20 octets");
  }
});

test("a mechanism of no name, and one of any octets, are read as they are", () => {
  assertEquals(read(changed({ 12: 0, 13: 0, 14: 0, 15: 0 })).mechanism, "");
  assertEquals(read(changed({ 12: 0xff })).mechanism, "\u00ffULL");
});
