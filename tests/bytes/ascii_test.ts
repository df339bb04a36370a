import { assertEquals } from "@std/assert";
import { keyOf, latin1, showOctets, spells } from "../../src/bytes/ascii.ts";
import { hex, test } from "../harness.ts";
import { Random } from "../random.ts";

test("a text of characters below U+0100 is one octet a character", () => {
  assertEquals(latin1("AZ\u0000\u00ff"), hex("41 5A 00 FF"));
  assertEquals(latin1(""), hex(""));
});

test("octets become a key and come back, all values and any length", () => {
  const random = new Random(3);
  for (const length of [0, 1, 5, 12, 13, 255, 256, 4095, 4096, 4097, 200_000]) {
    const octets = random.octets(length);
    const key = keyOf(octets);
    assertEquals(key.length, length);
    assertEquals(latin1(key), octets);
  }
});

test("octets are shown as text if they are printable, else in hexadecimal, and never more than 32 of them", () => {
  assertEquals(showOctets(latin1("READY")), '"READY"');
  assertEquals(showOctets(latin1('a"b')), '"a\\"b"');
  assertEquals(showOctets(hex("")), '""');
  assertEquals(showOctets(hex("00 7F 41")), "0x007f41");
  assertEquals(showOctets(latin1("x".repeat(32))), `"${"x".repeat(32)}"`);
  assertEquals(showOctets(latin1("x".repeat(33))), `"${"x".repeat(32)}..."`);
  assertEquals(showOctets(new Uint8Array(33)), `0x${"00".repeat(32)}...`);
});

test("a name is spelled only if all of it is there, in its own case", () => {
  const octets = latin1("?PING");
  assertEquals(spells(octets, 1, "PING"), true);
  assertEquals(spells(octets, 1, "PIN"), true);
  assertEquals(spells(octets, 1, "PINGS"), false);
  assertEquals(spells(octets, 1, "ping"), false);
  assertEquals(spells(octets, 2, "ING?"), false);
  assertEquals(spells(octets, 5, ""), true);
});
