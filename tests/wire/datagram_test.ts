import { assertEquals } from "@std/assert";
import { decodeDatagram, encodeDatagram, LONGEST_DATAGRAM } from "../../src/wire/datagram.ts";
import { hex, test } from "../harness.ts";

const MOVIES = new TextEncoder().encode("Movies");
const TERMINATOR = new TextEncoder().encode("Terminator");

test("group Movies, body Terminator: a length, the group, the body, as libzmq sends them", () => {
  const octets = hex("06 4D 6F 76 69 65 73 54 65 72 6D 69 6E 61 74 6F 72");
  assertEquals(encodeDatagram(MOVIES, TERMINATOR), octets);
  assertEquals(decodeDatagram(octets), [MOVIES, TERMINATOR]);
});

test("no group and no body are a single zero", () => {
  const nothing = new Uint8Array(0);
  assertEquals(encodeDatagram(nothing, nothing), hex("00"));
  assertEquals(decodeDatagram(hex("00")), [nothing, nothing]);
});

test("a group of 255 octets is the longest that fits its length", () => {
  const group = new Uint8Array(255).fill(0x67);
  const octets = encodeDatagram(group, TERMINATOR)!;
  assertEquals([octets[0], octets.length], [255, 266]);
  assertEquals(decodeDatagram(octets), [group, TERMINATOR]);
});

test("what is longer than libzmq reads is not encoded, and what is as long is", () => {
  const most = LONGEST_DATAGRAM - 1 - MOVIES.length;
  assertEquals(encodeDatagram(MOVIES, new Uint8Array(most))!.length, 8192);
  assertEquals(encodeDatagram(MOVIES, new Uint8Array(most + 1)), undefined);
});

test("what is no message is passed over: nothing at all, and a group longer than the rest", () => {
  assertEquals(decodeDatagram(new Uint8Array(0)), undefined);
  assertEquals(decodeDatagram(hex("06 4D 6F 76 69 65")), undefined);
  assertEquals(decodeDatagram(hex("ff")), undefined);
});
