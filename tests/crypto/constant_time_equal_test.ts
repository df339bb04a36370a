import { assertEquals } from "@std/assert";
import { constantTimeEqual } from "../../src/crypto/constant_time_equal.ts";
import { hex, test } from "../harness.ts";

test("secrets are the same if each octet is, and there are as many", () => {
  for (const same of ["", "00", "61 62 63"]) assertEquals(constantTimeEqual(hex(same), hex(same)), true, same);
  for (const [one, other] of [["", "00"], ["61", "62"], ["61 62", "61"], ["61 62", "61 63"], ["01", "81"]] as const) {
    assertEquals(constantTimeEqual(hex(one), hex(other)), false);
    assertEquals(constantTimeEqual(hex(other), hex(one)), false);
  }
});

test("a difference anywhere is found, whichever bit it is", () => {
  const secret = hex("8E0BDD697628B91D8F245587EE95C5B0");
  for (let at = 0; at < secret.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const other = Uint8Array.from(secret);
      other[at]! ^= 1 << bit;
      assertEquals(constantTimeEqual(secret, other), false, `octet ${at}, bit ${bit}`);
    }
  }
});
