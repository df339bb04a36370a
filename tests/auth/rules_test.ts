/** Addresses and passwords, each rule alone. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { AddressRules } from "../../src/auth/address_rules.ts";
import { Passwords } from "../../src/auth/passwords.ts";
import { test } from "../harness.ts";

function refusals(rules: AddressRules, ...addresses: string[]): (string | undefined)[] {
  return addresses.map((address) => rules.refusal(address));
}

const [DENIED, OUTSIDE] = ["address denied", "address not allowed"];

test("without lists everybody may come in", () => {
  assertEquals(refusals(new AddressRules(), "127.0.0.1", "localhost", "::1", ""), Array(4).fill(undefined));
});

test("with an allow list nobody else may come in", () => {
  const rules = new AddressRules();
  rules.allow(["127.0.0.1", "10.0.0.0/8", "fd00::/8"]);
  assertEquals(refusals(rules, "127.0.0.1", "10.255.0.1", "fd12::3", "::ffff:10.1.1.1"), Array(4).fill(undefined));
  assertEquals(refusals(rules, "127.0.0.2", "11.0.0.1", "fe80::1", "localhost", ""), Array(5).fill(OUTSIDE));
});

test("with a deny list everybody else may come in", () => {
  const rules = new AddressRules();
  rules.deny(["192.0.2.7", "2001:db8::/32"]);
  assertEquals(refusals(rules, "192.0.2.7", "::ffff:192.0.2.7", "2001:db8::9"), Array(3).fill(DENIED));
  assertEquals(refusals(rules, "192.0.2.8", "localhost", "2001:db9::"), Array(3).fill(undefined));
});

test("what is denied is denied, be it allowed or not", () => {
  const rules = new AddressRules();
  rules.allow(["10.0.0.0/8"]);
  rules.deny(["10.1.0.0/16"]);
  assertEquals(refusals(rules, "10.0.0.1", "10.1.0.1", "11.0.0.1"), [undefined, DENIED, OUTSIDE]);
});

test("localhost is ipc's peers, and they are nothing else", () => {
  const rules = new AddressRules();
  rules.allow(["localhost"]);
  assertEquals(refusals(rules, "localhost", "127.0.0.1", "::1"), [undefined, OUTSIDE, OUTSIDE]);
  const others = new AddressRules();
  others.deny(["0.0.0.0/0", "::/0"]);
  assertEquals(refusals(others, "localhost", "127.0.0.1", "::1"), [undefined, DENIED, DENIED]);
});

test("an allow list that has become empty allows nobody", () => {
  const rules = new AddressRules();
  rules.allow(["10.0.0.0/8"]);
  rules.deny(["192.0.2.7"]);
  rules.forget(["10.0.0.0/8", "192.0.2.7", "192.0.2.8"]);
  assertEquals(refusals(rules, "10.0.0.1", "192.0.2.7"), [OUTSIDE, OUTSIDE]);
});

test("of a list with a mistake in it nothing counts, and an empty one is a mistake", () => {
  const rules = new AddressRules();
  for (
    const [wrong, message] of [
      ["example.org", /Cannot allow address "example\.org": it is no IP address or network, wanted an address or a/],
      ["10.0.0.0/33", /"10\.0\.0\.0\/33"/],
      ["127.0.0.1:5555", /"127\.0\.0\.1:5555"/],
      ["", /""/],
      ["*", /"\*"/],
      [10, /it is 10, wanted/],
    ] as const
  ) {
    assertMatch(assertThrows(() => rules.allow(["10.0.0.1", wrong]), Error).message, message);
  }
  for (const call of ["allow", "deny", "forget"] as const) {
    assertThrows(() => rules[call]([]), RangeError, `Cannot ${call} addresses: there are none, wanted one at least`);
  }
  assertEquals(refusals(rules, "127.0.0.1"), [undefined]);
});

function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

test("a password is the user's own, whole, or none", () => {
  for (
    const table of [{ joe: "sesame", zoë: "ø".repeat(127) }, new Map([["joe", "sesame"], ["zoë", "ø".repeat(127)]])]
  ) {
    const passwords = new Passwords(table);
    assertEquals(passwords.match(octets("joe"), octets("sesame")), true);
    assertEquals(passwords.match(octets("zoë"), octets("ø".repeat(127))), true);
    for (
      const [name, password] of [
        ["joe", "sesam"],
        ["joe", "sesamE"],
        ["joe", "sesame\0"],
        ["joe", "sesame "],
        ["joe", ""],
        ["Joe", "sesame"],
        ["", "sesame"],
        ["zoë", "sesame"],
        ["ann", ""],
        ["ann", "\0"],
        ["toString", "sesame"],
        ["__proto__", ""],
        ["joe", "s".repeat(256)],
      ] as const
    ) assertEquals(passwords.match(octets(name), octets(password)), false, `${name}, ${password}`);
  }
});

test("for somebody unknown as much is compared as for a user", () => {
  const compared: number[] = [];
  const passwords = new Passwords({ joe: "sesame" });
  // Every comparison makes a padded copy of what was said: its size is what is compared.
  const { prototype } = Uint8Array;
  const set = prototype.set;
  prototype.set = function (this: Uint8Array, source: ArrayLike<number>, offset?: number): void {
    compared.push(this.length);
    set.call(this, source, offset);
  };
  try {
    for (const name of ["joe", "ann"]) {
      for (const password of ["s", "sesame", "s".repeat(255)]) passwords.match(octets(name), octets(password));
    }
  } finally {
    prototype.set = set;
  }
  assertEquals(compared, Array(6).fill(256));
});

test("passwords are copied, and what is no table of them is refused without being shown", () => {
  const table: Record<string, string> = { joe: "sesame" };
  const passwords = new Passwords(table);
  table["ann"] = "sesame";
  assertEquals(passwords.match(octets("ann"), octets("sesame")), false);
  for (
    const [wrong, error, message] of [
      ["sesame", TypeError, /wanted an object, a Map or a function/],
      [null, TypeError, /they are null/],
      [["joe", "sesame"], TypeError, /they are an array of 2/],
      [{ joe: 7 }, TypeError, /that of "joe" is of type number, wanted text of 1 to 255 octets/],
      [{ joe: undefined }, TypeError, /that of "joe" is of type undefined/],
      [{ joe: "" }, RangeError, /that of "joe" is empty, too long or no Unicode/],
      [{ joe: "sesame".repeat(43) }, RangeError, /that of "joe" is empty, too long or no Unicode/],
      [{ joe: "sesame\ud800" }, RangeError, /that of "joe" is empty, too long or no Unicode/],
      [{ "": "sesame" }, RangeError, /there is the username ""/],
      [new Map([[1, "sesame"]]), TypeError, /a username is 1/],
    ] as const
  ) {
    const thrown = assertThrows(() => new Passwords(wrong), error);
    assertMatch(thrown.message, message);
    if (wrong !== "sesame") assertEquals(thrown.message.includes("sesame"), false);
  }
});
