import { assertEquals, assertThrows } from "@std/assert";
import { AcceptFilter } from "../../src/transport/accept_filter.ts";
import { test } from "../harness.ts";

test("an empty filter lets everybody in", () => {
  const filter = new AcceptFilter([]);
  for (const address of ["127.0.0.1", "::1", "", "nonsense"]) assertEquals(filter.accepts(address), true);
});

for (
  const { rule, inside, outside } of [
    { rule: "192.168.1.17", inside: ["192.168.1.17", "::ffff:192.168.1.17"], outside: ["192.168.1.16", "::1"] },
    { rule: "192.168.1.17/32", inside: ["192.168.1.17"], outside: ["192.168.1.18"] },
    {
      rule: "10.0.0.0/8",
      inside: ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
      outside: ["9.255.255.255", "11.0.0.0"],
    },
    { rule: "10.9.9.9/8", inside: ["10.0.0.1"], outside: ["11.0.0.1"] },
    { rule: "10.0.0.128/25", inside: ["10.0.0.128", "10.0.0.255"], outside: ["10.0.0.127", "10.0.1.128"] },
    { rule: "172.16.0.0/12", inside: ["172.16.0.1", "172.31.255.255"], outside: ["172.15.0.1", "172.32.0.0"] },
    { rule: "0.0.0.0/0", inside: ["1.2.3.4", "255.255.255.255"], outside: ["::1", "fd00::1"] },
    { rule: "::1", inside: ["::1", "0:0:0:0:0:0:0:1"], outside: ["::2", "127.0.0.1"] },
    { rule: "fd00::/8", inside: ["fd00::1", "fdff::", "fd12::1%eth0"], outside: ["fc00::1", "fe00::"] },
    { rule: "2001:db8::/33", inside: ["2001:db8:7fff::1"], outside: ["2001:db8:8000::1"] },
    { rule: "::/0", inside: ["::1", "fe80::1"], outside: ["127.0.0.1"] },
    { rule: "::ffff:10.0.0.0/104", inside: ["10.1.2.3", "::ffff:10.1.2.3"], outside: ["11.0.0.0"] },
    { rule: "::ffff:10.0.0.1", inside: ["10.0.0.1"], outside: ["10.0.0.2"] },
  ]
) {
  test(`${rule} holds ${inside.join(", ")} and not ${outside.join(", ")}`, () => {
    const filter = new AcceptFilter([rule]);
    for (const address of inside) assertEquals(filter.accepts(address), true, address);
    for (const address of [...outside, "", "localhost"]) assertEquals(filter.accepts(address), false, address);
  });
}

test("one rule of several is enough", () => {
  const filter = new AcceptFilter(["10.0.0.0/8", "::1"]);
  assertEquals(["10.1.1.1", "::1", "127.0.0.1"].map((address) => filter.accepts(address)), [true, true, false]);
});

for (
  const rule of ["", "localhost", "10.0.0.0/33", "::1/129", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "10.0.0.0/8/8"]
) {
  test(`${JSON.stringify(rule)} is no rule`, () => {
    const error = assertThrows(() => new AcceptFilter([rule]), RangeError);
    assertEquals(
      error.message,
      `Cannot filter by ${JSON.stringify(rule)}: it is no IP network, wanted one such as "10.0.0.0/8"`,
    );
  });
}
