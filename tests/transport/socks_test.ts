import { assertEquals, assertThrows } from "@std/assert";
import { EndpointError } from "../../src/errors.ts";
import { type SocksCredentials, SocksHandshake } from "../../src/transport/socks.ts";
import { hex, test, toHex } from "../harness.ts";

const CREDENTIALS: SocksCredentials = { username: "me", password: "secret" };
const REPLY = "05 00 00 01 00000000 0000";

/** Plays a proxy's octets, cut at `cut`, and answers all that the client sends, and what is left over. */
function play(endpoint: string, proxy: Uint8Array, cut: number, credentials?: SocksCredentials): [string, string] {
  const handshake = new SocksHandshake(endpoint, credentials);
  const sent = [handshake.opening];
  for (const chunk of [proxy.subarray(0, cut), proxy.subarray(cut)]) {
    // One answer a call: more octets than the proxy could have sent by then call for no more.
    for (let answer = handshake.receive(chunk); answer; answer = handshake.receive(new Uint8Array(0))) {
      sent.push(answer);
    }
  }
  return [sent.map(toHex).join(" | "), handshake.open ? `open, then ${toHex(handshake.rest)}` : "not open"];
}

for (
  const { name, endpoint, credentials, proxy, client, rest = "" } of [
    {
      name: "RFC 1928: an IPv4 address goes as type 1",
      endpoint: "tcp://192.168.1.2:5555",
      proxy: `05 00 ${REPLY}`,
      client: "05 01 00 | 05 01 00 01 C0 A8 01 02 15 B3",
    },
    {
      name: "RFC 1928: an IPv6 address goes as type 4",
      endpoint: "tcp://[fd00::2]:80",
      proxy: `05 00 ${REPLY}`,
      client: "05 01 00 | 05 01 00 04 FD 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00 50",
    },
    {
      name: "RFC 1928: a name goes unresolved, as type 3 behind its length",
      endpoint: "tcp://zmq:65535",
      proxy: `05 00 ${REPLY}`,
      client: "05 01 00 | 05 01 00 03 03 7A 6D 71 FF FF",
    },
    {
      name: "a source address is no part of the request",
      endpoint: "tcp://127.0.0.1:0;10.0.0.1:1",
      proxy: `05 00 ${REPLY}`,
      client: "05 01 00 | 05 01 00 01 0A 00 00 01 00 01",
    },
    {
      name: "RFC 1929: the username and password follow when asked for",
      endpoint: "tcp://10.0.0.1:1",
      credentials: CREDENTIALS,
      proxy: `05 02 01 00 ${REPLY}`,
      client: "05 02 00 02 | 01 02 6D 65 06 73 65 63 72 65 74 | 05 01 00 01 0A 00 00 01 00 01",
    },
    {
      name: "credentials are kept back from a proxy that wants none",
      endpoint: "tcp://10.0.0.1:1",
      credentials: CREDENTIALS,
      proxy: `05 00 ${REPLY}`,
      client: "05 02 00 02 | 05 01 00 01 0A 00 00 01 00 01",
    },
    {
      name: "a reply may carry an IPv6 address, and the target's octets follow it",
      endpoint: "tcp://10.0.0.1:1",
      proxy: "05 00 05 00 00 04 00000000 00000000 00000000 00000001 1234 FF 00 7F",
      client: "05 01 00 | 05 01 00 01 0A 00 00 01 00 01",
      rest: "FF 00 7F",
    },
    {
      name: "a reply may carry a name",
      endpoint: "tcp://10.0.0.1:1",
      proxy: "05 00 05 00 00 03 02 6F 6B 1234 FF",
      client: "05 01 00 | 05 01 00 01 0A 00 00 01 00 01",
      rest: "FF",
    },
  ] satisfies {
    name: string;
    endpoint: string;
    credentials?: SocksCredentials;
    proxy: string;
    client: string;
    rest?: string;
  }[]
) {
  test(`${name}, however the octets arrive`, () => {
    const octets = hex(proxy);
    for (let cut = 0; cut <= octets.length; cut++) {
      assertEquals(play(endpoint, octets, cut, credentials), [client, `open, then ${rest}`], `cut at ${cut}`);
    }
  });
}

for (
  const { name, proxy, code, found, credentials } of [
    { name: "another version", proxy: "04 00", code: "EPROTO", found: "proxy speaks version 4, wanted SOCKS 5" },
    { name: "HTTP", proxy: "48 54", code: "EPROTO", found: "proxy speaks version 72, wanted SOCKS 5" },
    {
      name: "no acceptable method",
      proxy: "05 FF",
      code: "EACCES",
      found: "proxy accepts none of our methods, wanted a username and a password",
    },
    {
      name: "no acceptable method, with credentials",
      proxy: "05 FF",
      credentials: CREDENTIALS,
      code: "EACCES",
      found: "proxy accepts none of our methods, wanted a method we know",
    },
    {
      name: "a method that was not offered",
      proxy: "05 02",
      code: "EPROTO",
      found: "proxy chose method 2, wanted one that was offered",
    },
    {
      name: "a wrong password",
      proxy: "05 02 01 01",
      credentials: CREDENTIALS,
      code: "EACCES",
      found: "proxy refused the username and password, wanted ones it knows",
    },
    {
      name: "another authentication",
      proxy: "05 02 05 00",
      credentials: CREDENTIALS,
      code: "EPROTO",
      found: "proxy authenticates by version 5, wanted 1",
    },
    {
      name: "a reply of another version",
      proxy: "05 00 04 00",
      code: "EPROTO",
      found: "proxy replies as version 4, wanted 5",
    },
    {
      name: "an unknown address type",
      proxy: "05 00 05 00 00 02 00",
      code: "EPROTO",
      found: "proxy replies with address type 2, wanted 1, 3 or 4",
    },
    ...([
      ["01", "EIO", "general failure"],
      ["02", "EACCES", "connection not allowed"],
      ["03", "EHOSTUNREACH", "network unreachable"],
      ["04", "EHOSTUNREACH", "host unreachable"],
      ["05", "ECONNREFUSED", "connection refused"],
      ["06", "ETIMEDOUT", "TTL expired"],
      ["07", "ENOTSUP", "command not supported"],
      ["08", "ENOTSUP", "address type not supported"],
      ["2A", "EIO", "reply 42"],
    ] as const).map(([reply, code, words]) => ({
      name: `reply ${reply}`,
      proxy: `05 00 05 ${reply} 00`,
      code,
      found: `proxy says ${words}, wanted a connection`,
    })),
  ] satisfies { name: string; proxy: string; code: string; found: string; credentials?: SocksCredentials }[]
) {
  test(`${name} from a SOCKS proxy is ${code}`, () => {
    const octets = hex(proxy);
    for (let cut = 0; cut <= octets.length; cut++) {
      const error = assertThrows(() => play("tcp://10.0.0.1:1", octets, cut, credentials), EndpointError);
      assertEquals([error.code, error.message], [code, `Cannot connect to "tcp://10.0.0.1:1": ${found}`]);
    }
  });
}

test("a proxy that stops anywhere leaves the handshake unfinished", () => {
  const octets = hex(`05 02 01 00 ${REPLY}`);
  for (let length = 0; length < octets.length; length++) {
    assertEquals(play("tcp://10.0.0.1:1", octets.subarray(0, length), length, CREDENTIALS)[1], "not open");
  }
});

test("names, usernames and passwords have 1 to 255 octets", () => {
  const long = "x".repeat(256);
  const attempt = (endpoint: string, username: string, password: string): string =>
    assertThrows(() => new SocksHandshake(endpoint, { username, password }), RangeError).message;
  assertEquals(
    attempt(`tcp://${long}:1`, "a", "b"),
    "Cannot use SOCKS proxy: host name is 256 octets, wanted 1 to 255",
  );
  assertEquals(attempt("tcp://a:1", "", "b"), "Cannot use SOCKS proxy: username is 0 octets, wanted 1 to 255");
  assertEquals(attempt("tcp://a:1", "a", long), "Cannot use SOCKS proxy: password is 256 octets, wanted 1 to 255");
  new SocksHandshake(`tcp://${"x".repeat(255)}:1`, { username: "u".repeat(255), password: "p".repeat(255) });
  assertEquals(assertThrows(() => new SocksHandshake("tcp://*:1"), EndpointError).code, "EINVAL");
});
