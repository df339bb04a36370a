/** How a Worker's transports call `connect`, told by a `connect` that is none. What comes of it is tried in workerd. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EndpointError, NotSupportedError } from "../../mod.ts";
import type { SocketAddress, SocketInfo, SocketOptions, WorkerSocket } from "../../src/runtime/workers/sockets.ts";
import { WorkersTcp } from "../../src/runtime/workers/tcp.ts";
import { test } from "../harness.ts";

/** Remembers how it was called. */
class FakeNetwork {
  readonly calls: (SocketAddress & SocketOptions)[] = [];
  readonly opened = Promise.withResolvers<SocketInfo>();
  closings = 0;

  readonly connect = (address: SocketAddress, options: SocketOptions): WorkerSocket => {
    this.calls.push({ ...address, ...options });
    const writable = new WritableStream<Uint8Array>();
    const close = (): Promise<void> => {
      this.closings++;
      return Promise.resolve();
    };
    const bytes = new ReadableStream({ type: "bytes" });
    return { opened: this.opened.promise, readable: bytes, writable, close };
  };
}

function dial(network: FakeNetwork, endpoint: string, signal = new AbortController().signal, ipv6 = false) {
  return new WorkersTcp(() => network.connect, endpoint.startsWith("tls:")).connect(endpoint, { signal, ipv6 });
}

test("an endpoint is dialled as what it says, with both directions ended apart", async () => {
  const table = [
    ["tcp://example.com:5555", "example.com", "off"],
    ["tcp://[::1]:5555", "[::1]", "off"],
    ["tls://example.com:5555", "example.com", "on"],
  ] as const;
  for (const [endpoint, hostname, secureTransport] of table) {
    const network = new FakeNetwork();
    network.opened.resolve({ remoteAddress: `${hostname}:5555` });
    const link = await dial(network, endpoint, undefined, true);
    assertEquals(network.calls, [{ hostname, port: 5555, secureTransport, allowHalfOpen: true }]);
    assertEquals(link.remote, endpoint);
  }
});

test("a dial that is given up closes what it had begun, and rejects with the reason", async () => {
  const network = new FakeNetwork();
  const controller = new AbortController();
  const dialling = dial(network, "tcp://example.com:5555", controller.signal);
  while (network.calls.length === 0) await Promise.resolve();
  await Promise.resolve();
  controller.abort(new RangeError("enough"));
  await assertRejects(() => dialling, RangeError, "enough");
  assertEquals(network.closings, 1);
  network.opened.reject(new Error("closed"));
});

test("a dial that was given up before it began does not begin", async () => {
  const network = new FakeNetwork();
  await assertRejects(() => dial(network, "tcp://example.com:5555", AbortSignal.abort(new RangeError("enough"))));
  assertEquals(network.calls, []);
});

test("what the runtime says is quoted, whatever it was; IPv6 and port 0 are refused before", async () => {
  const network = new FakeNetwork();
  network.opened.reject(new Error("proxy request failed"));
  const error = await assertRejects(
    () => dial(network, "tcp://example.com:5555"),
    EndpointError,
    "proxy request failed",
  );
  assertEquals((error as EndpointError).code, "ECONNREFUSED");
  await assertRejects(() => dial(network, "tcp://[::1]:5555"), EndpointError, "ipv6 is false");
  await assertRejects(() => dial(network, "tcp://example.com:0"), EndpointError, "port is 0");
  assertEquals(network.calls.length, 1);
});

test("what a Worker's TLS cannot be told is refused at the call, and what tcp does not heed is not", () => {
  const tls = new WorkersTcp(() => new FakeNetwork().connect, true);
  const endpoint = "tls://example.com:5555";
  for (
    const [options, name] of [
      [{ tlsTrust: "-----BEGIN" }, "tlsTrust"],
      [{ tlsHostname: "other.example.com" }, "tlsHostname"],
      [{ tlsCertificate: "-----BEGIN", tlsKey: "-----BEGIN" }, "tlsKey"],
      [{ tlsTrustSystem: false }, "tlsTrustSystem"],
      [{ tlsAlpn: ["zmtp"] }, "tlsAlpn"],
    ] as const
  ) {
    const words = `Cannot connect to "${endpoint}": a Worker's TLS cannot be told "${name}", wanted it left as it is`;
    assertThrows(() => tls.check(endpoint, "connect", options), NotSupportedError, words);
    new WorkersTcp(() => new FakeNetwork().connect).check("tcp://example.com:5555", "connect", options);
  }
  tls.check(endpoint, "connect", { tlsAlpn: [], tlsTrust: undefined, tlsTrustSystem: true });
  tls.check(endpoint, "connect");
});
