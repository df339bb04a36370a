import { assert, assertEquals, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import process from "node:process";
import { EndpointError, NotSupportedError } from "../../src/errors.ts";
import type { KeepAlive, Listener } from "../../src/transport/link.ts";
import { test } from "../harness.ts";
import { DIAL, Door, drop, failure, join, LISTEN, part, pattern, subject, Tap } from "./rig.ts";

const tcp = subject("tcp");
const linux = process.platform === "linux";
const addresses = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
  (list ?? []).map(({ address, internal }) => ({ name, address, internal }))
);
const loopback = addresses.find(({ address }) => address === "127.0.0.1")!.name;
const ipv6 = addresses.some(({ address }) => address === "::1");

/** The port at the end of an endpoint. */
const portOf = (endpoint: string): string => endpoint.slice(endpoint.lastIndexOf(":") + 1);

/** Binds, and answers the endpoint with its port written `P`, and where it can be reached. */
async function bound(endpoint: string, ipv6: boolean): Promise<{ listener: Listener; text: string; door: Door }> {
  const door = new Door();
  const listener = await tcp.listen(endpoint, { ...LISTEN, ipv6 }, door);
  assert(Number(portOf(listener.endpoint)) > 0, listener.endpoint);
  return { listener, door, text: listener.endpoint.replace(/:[0-9]+$/, ":P") };
}

/** Dials from `endpoint`, and answers how the accepted side names its ends, with its ports written `P`. */
async function reach(endpoint: string, door: Door, ipv6 = false): Promise<string[]> {
  const client = await tcp.connect(endpoint, { ...DIAL, ipv6 });
  const server = await door.next();
  assertEquals(client.local, server.remote);
  assertEquals(client.remote, server.local);
  const [here, there] = [new Tap(client), new Tap(server)];
  await client.write(pattern(10));
  await there.received(10);
  client.abort();
  server.abort();
  await Promise.all([here.ended, there.ended]);
  return [server.local, server.remote].map((end) => end.replace(/:[0-9]+$/, ":P"));
}

for (
  const { bind, v6 = false, text } of [
    { bind: "tcp://127.0.0.1:*", text: "tcp://127.0.0.1:P" },
    { bind: "tcp://127.0.0.1:0", text: "tcp://127.0.0.1:P" },
    { bind: "tcp://*:*", text: "tcp://0.0.0.0:P" },
    { bind: `tcp://${loopback}:*`, text: "tcp://127.0.0.1:P" },
    { bind: "tcp://localhost:*", text: "tcp://127.0.0.1:P" },
    { bind: "tcp://127.0.0.1:*", v6: true, text: "tcp://127.0.0.1:P" },
    { bind: "tcp://*:*", v6: true, text: "tcp://[::]:P" },
    { bind: "tcp://[::1]:*", v6: true, text: "tcp://[::1]:P" },
    { bind: "tcp://::1:*", v6: true, text: "tcp://[::1]:P" },
  ]
) {
  test(`tcp: bind to ${bind.replace(loopback, "lo")}, ipv6: ${v6}, answers ${text}`, async () => {
    const { listener, door, text: found } = await bound(bind, v6);
    assertEquals(found, text);
    const port = portOf(listener.endpoint);
    if (text.includes("[::1]")) {
      assertEquals(await reach(listener.endpoint, door, true), ["tcp://[::1]:P", "tcp://[::1]:P"]);
    } else {
      const ends = ["tcp://127.0.0.1:P", "tcp://127.0.0.1:P"];
      assertEquals(await reach(`tcp://127.0.0.1:${port}`, door), ends);
      assertEquals(await reach(`tcp://localhost:${port}`, door), ends);
      if (text.includes("[::]")) assertEquals((await reach(`tcp://[::1]:${port}`, door, true))[0], "tcp://[::1]:P");
    }
    await listener.close();
  }, { skip: v6 && !ipv6 });
}

test("tcp: what a wildcard bind answers can be connected to", async () => {
  const { listener, door } = await bound("tcp://*:*", false);
  await reach(listener.endpoint, door);
  await listener.close();
});

for (
  const { bind, code, found } of [
    {
      bind: "tcp://[::1]:*",
      code: "ENODEV",
      found: "the address is IPv6 and the option ipv6 is false, wanted IPv4 or ipv6: true",
    },
    {
      bind: "tcp://nosuchnic:*",
      code: "ENODEV",
      found: "no interface or local name is called that, wanted one of this machine's",
    },
    { bind: "tcp://:5555", code: "ENODEV", found: "host is empty, wanted an interface or an address of it" },
    {
      bind: "tcp://203.0.113.1:*",
      code: "EADDRNOTAVAIL",
      found: "the address is not available here, wanted one of this machine's",
    },
    { bind: "tcp://127.0.0.1", code: "EINVAL", found: "no port found, wanted host:port" },
  ]
) {
  test(`tcp: bind to ${bind} is ${code}`, async () => {
    const error = await failure(tcp.listen(bind, LISTEN, new Door()));
    assert(error instanceof EndpointError);
    assertEquals([error.code, error.endpoint], [code, bind]);
    assertEquals(error.message, `Cannot bind to "${bind}": ${found}`);
  });
}

test("tcp: two binds to ports of the system's choice get two", async () => {
  const [one, two] = await Promise.all([bound("tcp://127.0.0.1:*", false), bound("tcp://127.0.0.1:*", false)]);
  assert(one.listener.endpoint !== two.listener.endpoint);
  await one.listener.close();
  await two.listener.close();
});

test("tcp: a port is freed while links it accepted still send", async () => {
  const { listener, client, server } = await join({ transport: tcp, free: "tcp://127.0.0.1:*" });
  const [here, there] = [new Tap(client), new Tap(server)];
  await listener.close();
  const again = await tcp.listen(listener.endpoint, LISTEN, new Door());
  assertEquals(again.endpoint, listener.endpoint);
  await client.write(pattern(100_000));
  await there.received(100_000);
  await part(again, [client, here], [server, there]);
});

test("tcp: an unknown host is EHOSTUNREACH", async () => {
  const error = await failure(tcp.connect("tcp://no-such-host.invalid:5555", DIAL));
  assert(error instanceof EndpointError);
  assertEquals([error.code, error.endpoint], ["EHOSTUNREACH", "tcp://no-such-host.invalid:5555"]);
});

test("tcp: port 0 can be asked for and never connects", async () => {
  tcp.check("tcp://127.0.0.1:0", "connect");
  const error = await failure(tcp.connect("tcp://127.0.0.1:0", DIAL));
  assert(error instanceof EndpointError);
  assertEquals(error.code, "ECONNREFUSED");
});

test("tcp: an IPv6 address cannot be dialled where IPv6 is off", async () => {
  const error = await failure(tcp.connect("tcp://[::1]:5555", DIAL));
  assertEquals(error.code, "ENODEV");
});

test("tcp: the source address and port of a dial can be chosen, or are ENOTSUP", async () => {
  const { listener, door } = await bound("tcp://127.0.0.1:*", false);
  const target = listener.endpoint.slice("tcp://".length);
  if (!tcp.capabilities.sourceAddress) {
    const error = assertThrows(() => tcp.check(`tcp://127.0.0.1:0;${target}`, "connect"), NotSupportedError);
    assertEquals(error.code, "ENOTSUP");
    await listener.close();
    return;
  }
  for (const source of ["127.0.0.1:0", "127.0.0.1:*", "*:0", "*:*", `${loopback}:0`]) {
    assertEquals(await reach(`tcp://${source};${target}`, door), ["tcp://127.0.0.1:P", "tcp://127.0.0.1:P"], source);
  }
  if (linux) {
    assertEquals(await reach(`tcp://127.0.0.9:0;${target}`, door), ["tcp://127.0.0.1:P", "tcp://127.0.0.9:P"]);
  }
  // A port that was free a moment ago.
  const { listener: other } = await bound("tcp://127.0.0.1:*", false);
  await other.close();
  const client = await tcp.connect(`${other.endpoint};${target}`, DIAL);
  const server = await door.next();
  assertEquals([client.local, server.remote], [other.endpoint, other.endpoint]);
  await part(listener, [client, new Tap(client)], [server, new Tap(server)]);
  assertEquals((await failure(tcp.connect(`tcp://203.0.113.1:0;${target}`, DIAL))).code, "EADDRNOTAVAIL");
});

test("tcp: a connection that meets itself is refused", async () => {
  const { listener } = await bound("tcp://127.0.0.1:*", false);
  await listener.close();
  const here = listener.endpoint.slice("tcp://".length);
  const endpoint = tcp.capabilities.sourceAddress ? `tcp://${here};${here}` : listener.endpoint;
  assertEquals((await failure(tcp.connect(endpoint, DIAL))).code, "ECONNREFUSED");
});

test("tcp: every length of backlog is taken", async () => {
  for (const backlog of [1, 2, 100, 511, 4096]) {
    const door = new Door();
    const listener = await tcp.listen("tcp://127.0.0.1:*", { ...LISTEN, backlog }, door);
    await reach(listener.endpoint, door);
    await listener.close();
  }
});

for (
  const { name, keepAlive, seconds } of [
    { name: "on", keepAlive: { enabled: true }, seconds: [7000, 7200] },
    { name: "on after 600 s", keepAlive: { enabled: true, idle: 600 }, seconds: [500, 600] },
    {
      name: "on, with everything",
      keepAlive: { enabled: true, idle: 900, interval: 10, count: 3 },
      seconds: [800, 900],
    },
    { name: "on, with probes only", keepAlive: { enabled: true, interval: 10, count: 3 }, seconds: [7000, 7200] },
    { name: "off", keepAlive: { enabled: false }, seconds: undefined },
  ] satisfies { name: string; keepAlive: KeepAlive; seconds: number[] | undefined }[]
) {
  test(`tcp: keep-alive ${name}, on both sides`, async () => {
    const door = new Door();
    const listener = await tcp.listen("tcp://127.0.0.1:*", { ...LISTEN, keepAlive, typeOfService: 16 }, door);
    const client = await tcp.connect(listener.endpoint, { ...DIAL, keepAlive, typeOfService: 16 });
    const server = await door.next();
    if (linux) {
      for (const [local, remote] of [[client.local, client.remote], [server.local, server.remote]] as const) {
        const found = keepAliveTimer(portOf(local), portOf(remote));
        if (seconds === undefined) assertEquals(found, undefined);
        else if (tcp.capabilities.keepAliveIdle) assert(found! > seconds[0]! && found! <= seconds[1]!, `${found} s`);
        else assert(found !== undefined);
      }
    }
    await part(listener, [client, new Tap(client)], [server, new Tap(server)]);
  });
}

/** Seconds until Linux's keep-alive timer of a connection fires, or `undefined` if there is none. */
function keepAliveTimer(local: string, remote: string): number | undefined {
  const digits = (port: string): string => Number(port).toString(16).toUpperCase().padStart(4, "0");
  for (const line of readFileSync("/proc/net/tcp", "utf8").split("\n")) {
    const fields = line.trim().split(/\s+/);
    if (!fields[1]?.endsWith(`:${digits(local)}`) || !fields[2]?.endsWith(`:${digits(remote)}`)) continue;
    const [kind, jiffies] = fields[5]!.split(":");
    return kind === "02" ? parseInt(jiffies!, 16) / 100 : undefined;
  }
  throw new Error("The connection is not in /proc/net/tcp");
}

test("tcp: what a runtime cannot do is said, not pretended", () => {
  for (const [name, value] of Object.entries(tcp.capabilities)) assertEquals(typeof value, "boolean", name);
  assertEquals(tcp.capabilities.abstract, false);
});

test("tcp: a peer that resets is told as an error, once", async () => {
  const { listener, client, server } = await join({ transport: tcp, free: "tcp://127.0.0.1:*" });
  const here = new Tap(client);
  // The server goes with octets unread: the kernel answers with a reset.
  await client.write(pattern(1000));
  await drop(server);
  await here.ended;
  assertEquals(here.closings, 1);
  await listener.close();
});
