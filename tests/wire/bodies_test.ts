import { assertEquals } from "@std/assert";
import { Bodies } from "../../src/wire/bodies.ts";
import { hex, test, toHex } from "../harness.ts";

/** A long header, and octets that count up. */
function counted(header: string, size: number): Uint8Array {
  const start = hex(header);
  const octets = new Uint8Array(start.length + size);
  octets.set(start);
  for (let i = 0; i < size; i++) octets[start.length + i] = i;
  return octets;
}

test("of frames their bodies go out, one after another, whatever the flags", () => {
  const strip = (...runs: string[]): string => toHex(new Bodies().seal(runs.map(hex)));
  assertEquals(strip("00 02 68 69"), "68 69");
  assertEquals(strip("01 01 61 00 02 62 63", "00 01 64"), "61 62 63 64");
  assertEquals(strip("00 00"), "");
  assertEquals(strip("01 00 00 01 61 00 00"), "61");
  assertEquals(toHex(new Bodies().seal([counted("02 00 00 00 00 00 00 01 00", 256)])), toHex(counted("", 256)));
});

test("a body that is a run of its own follows the header at the end of the last, in one write or the next", () => {
  const body = counted("", 300);
  const runs = [hex("00 01 7A 03 00 00 00 00 00 00 01 2C"), body, hex("00 01 79")];
  const wanted = `7A ${toHex(body)} 79`;
  assertEquals(toHex(new Bodies().seal(runs)), wanted);
  const bodies = new Bodies();
  assertEquals(runs.map((run) => toHex(bodies.seal([run]))), ["7A", toHex(body), "79"]);
});

test("what is sealed is a copy, so that the queue's memory may be used again", () => {
  const run = hex("00 01 61");
  const octets = new Bodies().seal([run]);
  run.fill(0);
  assertEquals(toHex(octets), "61");
});
