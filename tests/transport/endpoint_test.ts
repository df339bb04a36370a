import { assertEquals, assertThrows } from "@std/assert";
import { EndpointError, show } from "../../src/errors.ts";
import {
  formatTcp,
  hostOf,
  parseInproc,
  parseIpc,
  parseTcpBind,
  parseTcpConnect,
  splitEndpoint,
} from "../../src/transport/endpoint.ts";
import { test } from "../harness.ts";

/** What a call throws, as its code and the part of its message behind the endpoint. */
function refusal(call: () => unknown): [string, string] {
  const error = assertThrows(call, EndpointError);
  const quoted = show(error.endpoint);
  const at = error.message.indexOf(`${quoted}: `);
  return at < 0 ? [error.code, error.message] : [error.code, error.message.slice(at + quoted.length + 2)];
}

for (
  const { endpoint, found } of [
    { endpoint: "", found: 'no "://" found' },
    { endpoint: "tcp", found: 'no "://" found' },
    { endpoint: "tcp:/x", found: 'no "://" found' },
    { endpoint: "tcp//127.0.0.1:80", found: 'no "://" found' },
    { endpoint: "://127.0.0.1:80", found: 'nothing before "://"' },
    { endpoint: "tcp://", found: 'nothing behind "://"' },
  ]
) {
  test(`${JSON.stringify(endpoint)} is no endpoint`, () => {
    const wanted = 'wanted transport://address such as "tcp://127.0.0.1:5555"';
    for (const role of ["bind", "connect"] as const) {
      assertEquals(refusal(() => splitEndpoint(endpoint, role)), ["EINVAL", `${found}, ${wanted}`]);
    }
  });
}

test("an error says what was tried, quotes the endpoint, and keeps it", () => {
  const error = assertThrows(() => splitEndpoint("tcp:/x", "connect"), EndpointError);
  assertEquals(
    error.message,
    'Cannot connect to "tcp:/x": no "://" found, wanted transport://address such as "tcp://127.0.0.1:5555"',
  );
  assertEquals(error.endpoint, "tcp:/x");
  assertEquals(
    assertThrows(() => splitEndpoint("x", "bind"), EndpointError).message.slice(0, 19),
    'Cannot bind to "x":',
  );
});

test("an endpoint is cut at its first ://", () => {
  assertEquals(splitEndpoint("ipc:///tmp/a://b", "bind"), { scheme: "ipc", address: "/tmp/a://b" });
  assertEquals(splitEndpoint("TCP://x", "bind").scheme, "TCP");
});

// The tables of libzmq's unittest_ip_resolver, as far as they need no resolver; its atoi is not followed.
for (
  const { address, host, port } of [
    { address: "*:*", host: "*", port: 0 },
    { address: "*:0", host: "*", port: 0 },
    { address: "*:1234", host: "*", port: 1234 },
    { address: "127.128.129.130:123", host: "127.128.129.130", port: 123 },
    { address: "127.128.129.130:*", host: "127.128.129.130", port: 0 },
    { address: "127.128.129.130:0", host: "127.128.129.130", port: 0 },
    { address: "127.0.0.1:65535", host: "127.0.0.1", port: 65535 },
    { address: "127.0.0.1:00080", host: "127.0.0.1", port: 80 },
    { address: "[::1]:1234", host: "::1", port: 1234 },
    { address: "::1:1234", host: "::1", port: 1234 },
    { address: "[::]:*", host: "::", port: 0 },
    { address: ":::*", host: "::", port: 0 },
    { address: "[abcd:1234::1:0:234]:555", host: "abcd:1234::1:0:234", port: 555 },
    { address: "abcd:1234::1:0:234:555", host: "abcd:1234::1:0:234", port: 555 },
    { address: "[::ffff:127.0.0.1]:5", host: "::ffff:127.0.0.1", port: 5 },
    { address: "[fe80::1%eth0]:5", host: "fe80::1%eth0", port: 5 },
    { address: "fe80::1%2:5", host: "fe80::1%2", port: 5 },
    { address: "localhost:5555", host: "localhost", port: 5555 },
    { address: "eth0:5555", host: "eth0", port: 5555 },
    { address: "br-1_a.5:*", host: "br-1_a.5", port: 0 },
    { address: ":5555", host: "", port: 5555 },
  ]
) {
  test(`bind tcp://${address} is host ${JSON.stringify(host)}, port ${port}`, () => {
    assertEquals(parseTcpBind(`tcp://${address}`), { host, port });
  });
  test(`connect tcp://${address} is the same, but for wildcards`, () => {
    if (host === "*" || host === "" || address.endsWith("*")) {
      assertEquals(refusal(() => parseTcpConnect(`tcp://${address}`))[0], "EINVAL");
    } else {
      assertEquals(parseTcpConnect(`tcp://${address}`), { host, port });
    }
  });
}

const HOSTS = "wanted a name, an IPv4 address or an IPv6 address";
for (
  const { address, found, bindFound = found } of [
    { address: "127.0.0.1", found: "no port found, wanted host:port" },
    { address: "[::1]", found: "no port found, wanted host:port" },
    { address: "*", found: "no port found, wanted host:port" },
    ...["65536", "99999", "100000", "80x", "x", "-1", "+1", " 1", "1.5", "0x10", ""].map((port) => ({
      address: `127.0.0.1:${port}`,
      found: `port is ${JSON.stringify(port)}, wanted 0 to 65535`,
      bindFound: `port is ${JSON.stringify(port)}, wanted 0 to 65535 or "*"`,
    })),
    { address: "in valid:1", found: `host is "in valid", ${HOSTS}` },
    { address: "a/b:1", found: `host is "a/b", ${HOSTS}` },
    { address: "h\u00f6st:1", found: `host is "h\u00f6st", ${HOSTS}` },
    { address: "[localhost]:1", found: `host is "[localhost]", ${HOSTS}` },
    { address: "[127.0.0.1]:1", found: `host is "[127.0.0.1]", ${HOSTS}` },
    { address: "[::1:1", found: `host is "[::1", ${HOSTS}` },
    { address: "::1]:1", found: `host is "::1]", ${HOSTS}` },
    { address: "[]:1", found: `host is empty, ${HOSTS}` },
    { address: "1:2:3", found: `host is "1:2", ${HOSTS}` },
    { address: "**:1", found: `host is "**", ${HOSTS}` },
  ]
) {
  test(`tcp://${address} is EINVAL`, () => {
    assertEquals(refusal(() => parseTcpConnect(`tcp://${address}`)), ["EINVAL", found]);
    assertEquals(refusal(() => parseTcpBind(`tcp://${address}`)), ["EINVAL", bindFound]);
  });
}

test("connecting to the host * or the port * is EINVAL", () => {
  assertEquals(refusal(() => parseTcpConnect("tcp://*:80")), [
    "EINVAL",
    'host is "*", wanted the name or address of one peer',
  ]);
  assertEquals(refusal(() => parseTcpConnect("tcp://localhost:*")), ["EINVAL", 'port is "*", wanted 0 to 65535']);
  assertEquals(refusal(() => parseTcpConnect("tcp://:80")), ["EINVAL", `host is empty, ${HOSTS}`]);
});

for (
  const { address, source } of [
    { address: "192.168.1.17:5555;192.168.1.1:80", source: { host: "192.168.1.17", port: 5555 } },
    { address: "eth1:0;192.168.1.1:80", source: { host: "eth1", port: 0 } },
    { address: "eth1:*;192.168.1.1:80", source: { host: "eth1", port: 0 } },
    { address: "*:5555;192.168.1.1:80", source: { host: "*", port: 5555 } },
    { address: "[::1]:5;192.168.1.1:80", source: { host: "::1", port: 5 } },
  ]
) {
  test(`tcp://${address} dials from ${source.host}, port ${source.port}`, () => {
    assertEquals(parseTcpConnect(`tcp://${address}`), { host: "192.168.1.1", port: 80, source });
  });
}

test("a source address needs a port and a target, and has no place in a bind", () => {
  assertEquals(refusal(() => parseTcpConnect("tcp://192.168.1.17;h:80"))[0], "EINVAL");
  assertEquals(refusal(() => parseTcpConnect("tcp://192.168.1.17:5555;"))[0], "EINVAL");
  assertEquals(refusal(() => parseTcpConnect("tcp://;h:80"))[0], "EINVAL");
  assertEquals(refusal(() => parseTcpConnect("tcp://a:1;b:2;h:80"))[0], "EINVAL");
  assertEquals(refusal(() => parseTcpBind("tcp://a:1;h:80")), [
    "EINVAL",
    "a source address was given, wanted one only when connecting",
  ]);
});

test("tcp ends are spelt with brackets around IPv6, and IPv4 in its own clothes", () => {
  assertEquals(formatTcp("127.0.0.1", 80), "tcp://127.0.0.1:80");
  assertEquals(formatTcp("::1", 80), "tcp://[::1]:80");
  assertEquals(formatTcp("::", 80), "tcp://[::]:80");
  assertEquals(formatTcp("::ffff:127.0.0.1", 80), "tcp://127.0.0.1:80");
  assertEquals(formatTcp("fe80::1%eth0", 80), "tcp://[fe80::1%eth0]:80");
  for (const host of ["127.0.0.1", "::1", "fe80::1%eth0"]) assertEquals(hostOf(formatTcp(host, 80)), host);
  assertEquals(hostOf("tcp://localhost:80"), "localhost");
  assertEquals([hostOf("tls://[::1]:80"), hostOf("tls://192.0.2.1:80")], ["::1", "192.0.2.1"]);
  assertEquals([hostOf("ipc:///tmp/x"), hostOf("tps://192.0.2.1:80")], ["", ""]);
});

test("ipc names are paths, abstract names or the wildcard", () => {
  assertEquals(parseIpc("ipc:///tmp/x", "bind", 107), { type: "path", path: "/tmp/x" });
  assertEquals(parseIpc("ipc://rel/x", "connect", 107), { type: "path", path: "rel/x" });
  assertEquals(parseIpc("ipc://a@b", "connect", 107), { type: "path", path: "a@b" });
  assertEquals(parseIpc("ipc://@name", "bind", 107), { type: "abstract", name: "name" });
  assertEquals(parseIpc("ipc://*", "bind", 107), { type: "wildcard" });
  assertEquals(parseIpc("ipc://*x", "connect", 107), { type: "path", path: "*x" });
  assertEquals(refusal(() => parseIpc("ipc://*", "connect", 107)), [
    "EINVAL",
    'path is "*", wanted the path of one peer',
  ]);
  assertEquals(refusal(() => parseIpc("ipc://@", "bind", 107)), ["EINVAL", 'no name behind "@", wanted ipc://@name']);
  assertEquals(refusal(() => parseIpc("ipc://a\0b", "bind", 107)), ["EINVAL", "path holds a null, wanted none"]);
});

test("ipc paths are measured in octets of UTF-8", () => {
  for (const limit of [107, 103]) {
    for (const role of ["bind", "connect"] as const) {
      const path = "é".repeat((limit - 1) / 2) + "/";
      assertEquals(parseIpc(`ipc://${path}`, role, limit), { type: "path", path });
      assertEquals(refusal(() => parseIpc(`ipc://${path}x`, role, limit)), [
        "ENAMETOOLONG",
        `path is ${limit + 1} octets, limit is ${limit}`,
      ]);
    }
  }
  assertEquals(refusal(() => parseIpc(`ipc://@${"x".repeat(107)}`, "bind", 107))[0], "ENAMETOOLONG");
});

test("inproc names have 1 to 256 characters, of any kind", () => {
  assertEquals(parseInproc("inproc://a b/*:?", "bind"), "a b/*:?");
  assertEquals(parseInproc(`inproc://${"x".repeat(256)}`, "connect").length, 256);
  assertEquals(refusal(() => parseInproc(`inproc://${"x".repeat(257)}`, "connect")), [
    "ENAMETOOLONG",
    "name is 257 characters, limit is 256",
  ]);
  assertEquals(refusal(() => parseInproc("inproc://", "bind"))[0], "EINVAL");
});
