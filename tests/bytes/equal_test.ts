import { assertEquals } from "@std/assert";
import { equal } from "../../src/bytes/equal.ts";
import { hex, test } from "../harness.ts";

test("octets are the same if each of them is, and there are as many", () => {
  for (const same of ["", "00", "61 62 63"]) assertEquals(equal(hex(same), hex(same)), true, same);
  for (const [one, other] of [["", "00"], ["61", "62"], ["61 62", "61"], ["61 62", "61 63"]] as const) {
    assertEquals(equal(hex(one), hex(other)), false);
    assertEquals(equal(hex(other), hex(one)), false);
  }
});
