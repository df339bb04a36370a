import { assertEquals, assertThrows } from "@std/assert";
import { EndpointError } from "../../src/errors.ts";
import { bindHost, checkTarget, type Interface } from "../../src/transport/tcp.ts";
import { test } from "../harness.ts";

const INTERFACES: readonly Interface[] = [
  { name: "lo", address: "127.0.0.1" },
  { name: "eth0", address: "fe80::1" },
  { name: "eth0", address: "192.168.1.2" },
  { name: "eth0", address: "192.168.1.3" },
  { name: "v6", address: "fd00::1" },
];

for (
  const { host, ipv6 = false, found } of [
    { host: "*", found: "0.0.0.0" },
    { host: "*", ipv6: true, found: "::" },
    { host: "10.0.0.1", found: "10.0.0.1" },
    { host: "10.0.0.1", ipv6: true, found: "10.0.0.1" },
    { host: "::1", ipv6: true, found: "::1" },
    { host: "lo", found: "127.0.0.1" },
    { host: "eth0", found: "192.168.1.2" },
    { host: "eth0", ipv6: true, found: "fe80::1" },
    { host: "v6", found: "v6" },
    { host: "v6", ipv6: true, found: "fd00::1" },
    { host: "localhost", found: "localhost" },
  ]
) {
  test(`to bind ${host}, ipv6: ${ipv6}, is to bind ${found}`, () => {
    assertEquals(bindHost("tcp://x:1", "bind", host, ipv6, () => INTERFACES), found);
  });
}

test("the interfaces are not listed for what needs no list", () => {
  const never = (): never => {
    throw new Error("Listed");
  };
  for (const host of ["*", "10.0.0.1", "::1", "localhost"]) bindHost("tcp://x:1", "bind", host, true, never);
});

test("no host, and an IPv6 address where IPv6 is off, are ENODEV", () => {
  for (const host of ["", "::1", "fe80::1%eth0"]) {
    const error = assertThrows(() => bindHost("tcp://x:1", "bind", host, false, () => INTERFACES), EndpointError);
    assertEquals(error.code, "ENODEV");
  }
  const dial = (host: string, port: number, ipv6: boolean): void => checkTarget("tcp://x:1", { host, port }, ipv6);
  assertEquals(assertThrows(() => dial("::1", 1, false), EndpointError).code, "ENODEV");
  assertEquals(assertThrows(() => dial("10.0.0.1", 0, false), EndpointError).code, "ECONNREFUSED");
  dial("::1", 1, true);
  dial("10.0.0.1", 1, true);
});
