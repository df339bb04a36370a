import { assertEquals } from "@std/assert";
import { isIPv4, isIPv6, plainIP, readIP, unmapped } from "../../src/transport/address.ts";
import { hex, test, toHex } from "../harness.ts";

for (
  const { text, octets } of [
    { text: "127.0.0.1", octets: "7F 00 00 01" },
    { text: "0.0.0.0", octets: "00 00 00 00" },
    { text: "255.255.255.255", octets: "FF FF FF FF" },
    { text: "::", octets: "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00" },
    { text: "::1", octets: "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01" },
    { text: "1::", octets: "00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00" },
    { text: "abcd:1234::1:0:234", octets: "AB CD 12 34 00 00 00 00 00 00 00 01 00 00 02 34" },
    { text: "1:2:3:4:5:6:7:8", octets: "00 01 00 02 00 03 00 04 00 05 00 06 00 07 00 08" },
    { text: "1:2:3::5:6:7:8", octets: "00 01 00 02 00 03 00 00 00 05 00 06 00 07 00 08" },
    { text: "::ffff:127.0.0.1", octets: "00 00 00 00 00 00 00 00 00 00 FF FF 7F 00 00 01" },
    { text: "::FFFF:7f00:1", octets: "00 00 00 00 00 00 00 00 00 00 FF FF 7F 00 00 01" },
    { text: "1:2:3:4:5:6:10.0.0.1", octets: "00 01 00 02 00 03 00 04 00 05 00 06 0A 00 00 01" },
    { text: "fe80::1%eth0", octets: "FE 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01" },
    { text: "fe80::1%2", octets: "FE 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01" },
  ]
) {
  test(`reads the address ${text}`, () => {
    assertEquals(toHex(readIP(text)!), octets);
    assertEquals([isIPv4(text), isIPv6(text)], [!text.includes(":"), text.includes(":")]);
  });
}

for (
  const text of [
    "",
    "localhost",
    "127.0.0",
    "127.0.0.1.1",
    "127.0.0.256",
    "127.0.0.01",
    "127.0.0.-1",
    " 127.0.0.1",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "::1::",
    "12345::",
    "g::1",
    "[::1]",
    "::127.0.0.256",
    "127.0.0.1::",
    "::1%",
    "1:2:3:4:5:6:7:10.0.0.1",
    ":1:2:3:4:5:6:7",
  ]
) {
  test(`finds no address in ${JSON.stringify(text)}`, () => assertEquals(readIP(text), undefined));
}

test("undresses an IPv4 address dressed as IPv6, and nothing else", () => {
  assertEquals(unmapped(hex("00000000 00000000 0000FFFF 0A000001")), hex("0A000001"));
  assertEquals(unmapped(hex("00000000 00000000 00010000 0A000001")).length, 16);
  assertEquals(unmapped(hex("00000000 00000001 0000FFFF 0A000001")).length, 16);
  assertEquals(unmapped(hex("0A000001")), hex("0A000001"));
  assertEquals(plainIP("::ffff:10.0.0.1"), "10.0.0.1");
  assertEquals(plainIP("::ffff:a00:1"), "10.0.0.1");
  assertEquals(plainIP("10.0.0.1"), "10.0.0.1");
  assertEquals(plainIP("fe80::1%eth0"), "fe80::1%eth0");
  assertEquals(plainIP("no:address"), "no:address");
});
