import { assert, assertEquals, assertThrows } from "@std/assert";
import { chmodSync, existsSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import process from "node:process";
import { EndpointError, NotSupportedError } from "../../src/errors.ts";
import { test } from "../harness.ts";
import { spawnRuntime } from "../processes.ts";
import { checksum, DIAL, directory, Door, drop, failure, join, LISTEN, part, pattern, subject, Tap } from "./rig.ts";

const ipc = subject("ipc");
const linux = process.platform === "linux";
const limit = linux ? 107 : 103;
let names = 0;

/** A path in a directory of our own where nothing is. */
const fresh = (): string => `${directory}/${names++}`;

test("ipc: a path is what bind() answers, what connect() takes, and both ends' name", async () => {
  const endpoint = `ipc://${fresh()}`;
  const { listener, client, server } = await join({ transport: ipc, free: endpoint });
  assertEquals([listener.endpoint, client.remote, server.local], [endpoint, endpoint, endpoint]);
  await part(listener, [client, new Tap(client)], [server, new Tap(server)]);
});

test("ipc: a relative path is relative to the working directory", async () => {
  const before = process.cwd();
  process.chdir(directory);
  try {
    const { listener, client, server } = await join({ transport: ipc, free: "ipc://relative" });
    assertEquals(listener.endpoint, "ipc://relative");
    assert(statSync(`${directory}/relative`).isSocket());
    await part(listener, [client, new Tap(client)], [server, new Tap(server)]);
  } finally {
    process.chdir(before);
  }
});

test("ipc: close() removes the path that bind() made", async () => {
  const path = fresh();
  const listener = await ipc.listen(`ipc://${path}`, LISTEN, new Door());
  assert(statSync(path).isSocket());
  await listener.close();
  assertEquals(existsSync(path), false);
});

test("ipc: * makes a directory that only we may enter, and close() removes it", async () => {
  const listener = await ipc.listen("ipc://*", LISTEN, new Door());
  const path = listener.endpoint.slice("ipc://".length);
  assert(path.endsWith("/socket"), path);
  const made = path.slice(0, -"/socket".length);
  assertEquals((statSync(made).mode & 0o777).toString(8), "700");
  const other = await ipc.listen("ipc://*", LISTEN, new Door());
  assert(other.endpoint !== listener.endpoint);
  await other.close();
  assert(existsSync(path));
  await listener.close();
  assertEquals(existsSync(made), false);
});

test("ipc: close() leaves alone what somebody else put beside the socket of *", async () => {
  const listener = await ipc.listen("ipc://*", LISTEN, new Door());
  const made = listener.endpoint.slice("ipc://".length, -"/socket".length);
  writeFileSync(`${made}/theirs`, "");
  await listener.close();
  assertEquals(readdirSync(made), ["theirs"]);
  rmSync(made, { recursive: true });
});

test("ipc: a socket left behind by a process that died is taken over", async () => {
  const path = fresh();
  await using child = spawnRuntime("node", new URL("./leave_behind.ts", import.meta.url), [path]);
  await child.receive();
  child.kill("SIGKILL");
  await child.exited;
  assert(statSync(path).isSocket());
  const { listener, client, server } = await join({ transport: ipc, free: `ipc://${path}` });
  await part(listener, [client, new Tap(client)], [server, new Tap(server)]);
  assertEquals(existsSync(path), false);
});

test("ipc: a path that another listener answers on is not stolen", async () => {
  const endpoint = `ipc://${fresh()}`;
  const { listener, door, client, server } = await join({ transport: ipc, free: endpoint });
  const error = await failure(ipc.listen(endpoint, LISTEN, new Door()));
  assertEquals(error.code, "EADDRINUSE");
  // It has knocked; that link has ended. The next one is served as ever.
  await new Tap(await door.next()).ended;
  const client2 = await ipc.connect(endpoint, DIAL);
  const server2 = await door.next();
  const [here, there] = [new Tap(client2), new Tap(server2)];
  await client2.write(pattern(100));
  await there.received(100);
  await part(
    listener,
    [client, new Tap(client)],
    [server, new Tap(server)],
    [client2, here],
    [server2, there],
  );
});

test("ipc: a file that is no socket is never removed", async () => {
  const path = fresh();
  writeFileSync(path, "precious");
  assertEquals((await failure(ipc.listen(`ipc://${path}`, LISTEN, new Door()))).code, "EADDRINUSE");
  assert(statSync(path).isFile());
  const link = fresh();
  symlinkSync(path, link);
  assertEquals((await failure(ipc.listen(`ipc://${link}`, LISTEN, new Door()))).code, "EADDRINUSE");
  assert(statSync(link).isFile());
  assertEquals((await failure(ipc.listen(`ipc://${directory}`, LISTEN, new Door()))).code, "EADDRINUSE");
});

test("ipc: a directory that is not there is ENOENT, to bind and to connect", async () => {
  const endpoint = `ipc://${fresh()}/socket`;
  const error = await failure(ipc.listen(endpoint, LISTEN, new Door()));
  assert(error instanceof EndpointError);
  assertEquals([error.code, error.endpoint], ["ENOENT", endpoint]);
  assertEquals(
    error.message,
    `Cannot bind to "${endpoint}": no such file or directory, wanted one that exists`,
  );
  assertEquals((await failure(ipc.connect(endpoint, DIAL))).code, "ENOENT");
});

test("ipc: a socket we may not open is EACCES", async () => {
  const locked = fresh();
  const door = new Door();
  const listener = await ipc.listen(`ipc://${locked}`, LISTEN, door);
  chmodSync(locked, 0);
  const outcome = await ipc.connect(`ipc://${locked}`, DIAL).catch((error: EndpointError) => error);
  if (outcome instanceof Error) {
    assertEquals(outcome.code, "EACCES");
  } else {
    // Root may open anything.
    assertEquals(process.getuid!(), 0);
    const there = new Tap(await door.next());
    await drop(outcome);
    await there.ended;
  }
  await listener.close();
});

test(`ipc: a path of ${limit} octets works, and one of ${limit + 1} is ENAMETOOLONG`, async () => {
  const path = `${directory}/`.padEnd(limit, "x");
  const { listener, client, server } = await join({ transport: ipc, free: `ipc://${path}` });
  await part(listener, [client, new Tap(client)], [server, new Tap(server)]);
  for (const role of ["bind", "connect"] as const) {
    const error = assertThrows(() => ipc.check(`ipc://${path}x`, role), EndpointError);
    assertEquals(error.code, "ENAMETOOLONG");
  }
  assertEquals((await failure(ipc.connect(`ipc://${path}x`, DIAL))).code, "ENAMETOOLONG");
  assertEquals((await failure(ipc.listen(`ipc://${path}x`, LISTEN, new Door()))).code, "ENAMETOOLONG");
});

test("ipc: connecting to * is EINVAL", () => {
  assertEquals(assertThrows(() => ipc.check("ipc://*", "connect"), EndpointError).code, "EINVAL");
});

test("ipc: an abstract name leaves no file, and is taken while it is bound", async () => {
  const endpoint = `ipc://@zmq-${process.pid}-${names++}`;
  if (!ipc.capabilities.abstract) {
    assertThrows(() => ipc.check(endpoint, "bind"), NotSupportedError);
    return;
  }
  ipc.check(endpoint, "bind");
  const { listener, client, server } = await join({ transport: ipc, free: endpoint });
  assertEquals([listener.endpoint, client.remote], [endpoint, endpoint]);
  assertEquals((await failure(ipc.listen(endpoint, LISTEN, new Door()))).code, "EADDRINUSE");
  const [here, there] = [new Tap(client), new Tap(server)];
  await client.write(pattern(1000));
  await there.received(1000);
  assertEquals(checksum(there.bytes), checksum(pattern(1000)));
  await part(listener, [client, here], [server, there]);
  assertEquals((await failure(ipc.connect(endpoint, DIAL))).code, "ECONNREFUSED");
  const again = await ipc.listen(endpoint, LISTEN, new Door());
  await again.close();
});
