import { assertEquals, assertThrows } from "@std/assert";
import { EndpointError } from "../../src/errors.ts";
import { isMulticast, parseUdp } from "../../src/transport/udp.ts";
import { test } from "../harness.ts";

test("a udp endpoint is an address and a port, and perhaps an interface before a multicast group", () => {
  const plain = { interface: undefined, multicast: false };
  assertEquals(parseUdp("udp://127.0.0.1:5555", "connect"), { host: "127.0.0.1", port: 5555, ...plain });
  assertEquals(parseUdp("udp://example.org:5555", "connect"), { host: "example.org", port: 5555, ...plain });
  assertEquals(parseUdp("udp://*:5555", "bind"), { host: "*", port: 5555, ...plain });
  assertEquals(parseUdp("udp://eth0:*", "bind"), { host: "eth0", port: 0, ...plain });
  const group = { host: "239.0.0.1", port: 5555, multicast: true };
  assertEquals(parseUdp("udp://239.0.0.1:5555", "bind"), { ...group, interface: undefined });
  assertEquals(parseUdp("udp://eth0;239.0.0.1:5555", "connect"), { ...group, interface: "eth0" });
  assertEquals(parseUdp("udp://192.168.1.5;239.0.0.1:5555", "bind"), { ...group, interface: "192.168.1.5" });
  const six = { host: "ff02::1", port: 5555, interface: "eth0", multicast: true };
  assertEquals(parseUdp("udp://eth0;[ff02::1]:5555", "bind"), six);
});

test("an interface without a multicast group is EINVAL, and so is what tcp would refuse", () => {
  for (
    const [endpoint, role, words] of [
      ["udp://eth0;127.0.0.1:5555", "bind", "an interface was given for 127.0.0.1, wanted one with a multicast group"],
      ["udp://;239.0.0.1:5555", "bind", 'no interface before ";", wanted one with a multicast group'],
      ["udp://*:5555", "connect", 'host is "*", wanted the name or address of one peer'],
      ["udp://127.0.0.1", "bind", "no port found"],
      ["udp://127.0.0.1:70000", "connect", 'port is "70000"'],
      ["udp://a;b;239.0.0.1:5555", "bind", "a source address was given"],
    ] as const
  ) {
    const error = assertThrows(() => parseUdp(endpoint, role), EndpointError, words);
    assertEquals(error.code, "EINVAL");
  }
});

test("multicast groups are 224.0.0.0/4 and ff00::/8", () => {
  for (const group of ["224.0.0.1", "239.255.255.255", "ff02::1", "ff3e::8000:1"]) {
    assertEquals(isMulticast(group), true);
  }
  for (const host of ["223.255.255.255", "240.0.0.1", "::1", "fe80::1", "*", "eth0"]) {
    assertEquals(isMulticast(host), false);
  }
});
