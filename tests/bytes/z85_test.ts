import { assertEquals, assertThrows } from "@std/assert";
import { z85 } from "../../src/bytes/z85.ts";
import { hex, test, toHex } from "../harness.ts";

const VECTORS = [
  { octets: "86 4F D2 6F B5 59 F7 5B", text: "HelloWorld" },
  {
    octets: "8E 0B DD 69 76 28 B9 1D 8F 24 55 87 EE 95 C5 B0 4D 48 96 3F 79 25 98 77 B4 9C D9 06 3A EA D3 B7",
    text: "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6",
  },
  { octets: "00 00 00 00", text: "00000" },
  { octets: "00 00 00 01", text: "00001" },
  { octets: "FF FF FF FF", text: "%nSc0" },
  { octets: "", text: "" },
];

for (const { octets, text } of VECTORS) {
  test(`Z85 writes ${octets || "nothing"} as "${text}", and reads it back`, () => {
    assertEquals(z85.encode(hex(octets)), text);
    assertEquals(toHex(z85.decode(text)), toHex(hex(octets)));
  });
}

test("Z85 encodes a view of a larger buffer", () => {
  const whole = hex("00 00 86 4F D2 6F B5 59 F7 5B 00");
  assertEquals(z85.encode(whole.subarray(2, 10)), "HelloWorld");
});

const REFUSED = [
  { text: "Hello1", message: "6 characters were given, wanted a multiple of 5" },
  { text: "%nSc1", message: "characters 1 to 5 are more than four octets hold" },
  { text: "00000#####", message: "characters 6 to 10 are more than four octets hold" },
  ...[..." \"',;\\_`|~\x7f\x00é€"].map((character) => ({
    text: `000${character}0`,
    message: "character 4 is not of its alphabet",
  })),
];

for (const { text, message } of REFUSED) {
  test(`Z85 refuses ${JSON.stringify(text)}`, () => {
    assertThrows(() => z85.decode(text), RangeError, message);
  });
}

test("Z85 refuses what is no multiple of four octets, and what is no octets or text, without showing it", () => {
  assertThrows(() => z85.encode(new Uint8Array(5)), RangeError, "5 octets were given, wanted a multiple of 4");
  assertThrows(() => z85.encode("secret" as unknown as Uint8Array), TypeError, "text was given, wanted a Uint8Array");
  assertThrows(() => z85.decode(7 as unknown as string), TypeError, "7 was given, wanted text");
});
