import { assert, assertEquals, assertThrows } from "@std/assert";
import { networkInterfaces } from "node:os";
import { EndpointError } from "../../src/errors.ts";
import { runtime, test } from "../harness.ts";
import { DIAL, Door, failure, join, LISTEN, part, pattern, subject, Tap } from "./rig.ts";

const tls = subject("tls");
const FREE = "tls://127.0.0.1:*";
const addresses = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
  (list ?? []).map(({ address }) => ({ name, address }))
);
const loopback = addresses.find(({ address }) => address === "127.0.0.1")!.name;
const ipv6 = addresses.some(({ address }) => address === "::1");

/** Binds, dials, and answers how both name the ends, with ports written `P`. */
async function ends(bind: string, connect: (port: string) => string, v6 = false): Promise<string[]> {
  const door = new Door();
  const listener = await tls.listen(bind, { ...LISTEN, ipv6: v6 }, door);
  const port = listener.endpoint.slice(listener.endpoint.lastIndexOf(":") + 1);
  const client = await tls.connect(connect(port), { ...DIAL, ipv6: v6 });
  const server = await door.next();
  assertEquals([client.local, client.remote], [server.remote, server.local]);
  const [here, there] = [new Tap(client), new Tap(server)];
  if (!connect(port).includes("::1")) {
    await client.write(pattern(10));
    await there.received(10);
  }
  await part(listener, [client, here], [server, there]);
  return [listener.endpoint, client.local, client.remote].map((end) => end.replace(/:[0-9]+$/, ":P"));
}

const HERE = "tls://127.0.0.1:P";

test("tls: an address, every interface, an interface's name and localhost can be bound, as with tcp", async () => {
  const dial = (port: string): string => `tls://127.0.0.1:${port}`;
  assertEquals(await ends(FREE, dial), [HERE, HERE, HERE]);
  assertEquals(await ends("tls://*:*", dial), ["tls://0.0.0.0:P", HERE, HERE]);
  assertEquals(await ends(`tls://${loopback}:*`, dial), [HERE, HERE, HERE]);
  assertEquals(await ends("tls://localhost:*", (port) => `tls://localhost:${port}`), [HERE, HERE, HERE]);
});

test("tls: IPv6 is spelt with brackets", async () => {
  const there = "tls://[::1]:P";
  assertEquals(await ends("tls://[::1]:*", (port) => `tls://[::1]:${port}`, true), [there, there, there]);
}, { skip: !ipv6 });

test("tls: the source of a dial can be chosen", async () => {
  const found = await ends(FREE, (port) => `tls://127.0.0.1:0;127.0.0.1:${port}`);
  assertEquals(found, [HERE, HERE, HERE]);
  assert(tls.capabilities.sourceAddress);
});

for (
  const { bind, code } of [
    { bind: "tls://[::1]:*", code: "ENODEV" },
    { bind: "tls://:5555", code: "ENODEV" },
    // Deno's `node:net` has but one code for what cannot be bound.
    { bind: "tls://203.0.113.1:*", code: runtime === "deno" ? "EINVAL" : "EADDRNOTAVAIL" },
    { bind: "tls://127.0.0.1", code: "EINVAL" },
  ]
) {
  test(`tls: bind to ${bind} is ${code}`, async () => {
    const error = await failure(tls.listen(bind, LISTEN, new Door()));
    assert(error instanceof EndpointError);
    assertEquals([error.code, error.endpoint], [code, bind]);
  });
}

test("tls: without a certificate nothing is bound, and without TLS's options the runtime's trust counts", async () => {
  const error = await failure(tls.listen(FREE, { backlog: 1, ipv6: false }, new Door()));
  assertEquals(error.message, `Cannot bind to "${FREE}": there is no certificate, wanted tlsCertificate and tlsKey`);
  const door = new Door();
  const listener = await tls.listen(FREE, LISTEN, door);
  const client = await tls.connect(listener.endpoint, { signal: DIAL.signal, ipv6: false });
  const tap = new Tap(client);
  await tap.ended;
  assert(tap.error!.message.includes("its certificate cannot be verified"), tap.error!.message);
  const server = new Tap(await door.next());
  await server.ended;
  assert(server.error instanceof Error);
  await listener.close();
});

test("tls: what is malformed is so as with tcp", () => {
  assertThrows(() => tls.check("tls://*:1", "connect"), EndpointError, 'host is "*"');
  tls.check("tls://*:1", "bind");
});

test("tls: keep-alive and the type of service are set on both ends", async () => {
  const more = { keepAlive: { enabled: true, idle: 600, interval: 10, count: 3 }, typeOfService: 16 };
  const door = new Door();
  const listener = await tls.listen(FREE, { ...LISTEN, ...more }, door);
  const client = await tls.connect(listener.endpoint, { ...DIAL, ...more });
  const server = await door.next();
  const [here, there] = [new Tap(client), new Tap(server)];
  await client.write(pattern(10));
  await there.received(10);
  await part(listener, [client, here], [server, there]);
});

test("tls: a link that is aborted while hands are shaken ends once, on both sides", async () => {
  for (const side of ["client", "server"] as const) {
    const pair = await join({ transport: tls, free: FREE });
    const [here, there] = [new Tap(pair.client), new Tap(pair.server)];
    pair[side].abort();
    await Promise.all([here.ended, there.ended]);
    assertEquals([here.closings, there.closings], [1, 1]);
    await pair.listener.close();
  }
});
