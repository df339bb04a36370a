/** Listening at once: what has returned is bound, and what cannot be bound has been thrown. */
import { assertEquals, assertThrows } from "@std/assert";
import { existsSync, writeFileSync } from "node:fs";
import { listenAtOnce } from "../../src/runtime/at_once.ts";
import { detectTransports } from "../../src/runtime/detect.ts";
import { EndpointError, NotSupportedError } from "../../src/errors.ts";
import type { Listener, ListenOptions, Transport } from "../../src/transport/link.ts";
import { test } from "../harness.ts";
import { directory, Door } from "./rig.ts";

const OPTIONS: ListenOptions = { backlog: 100, ipv6: false };

function transportOf(endpoint: string): Transport {
  return detectTransports().find(({ scheme }) => endpoint.startsWith(`${scheme}:`))!;
}

function listen(endpoint: string, door: Door = new Door(), options: ListenOptions = OPTIONS): Listener {
  return listenAtOnce(transportOf(endpoint), endpoint, options, door);
}

function codeOf(endpoint: string): string {
  return assertThrows(() => listen(endpoint), EndpointError).code;
}

const PATH = `ipc://${directory}/at-once`;

for (
  const [endpoint, bound] of [
    ["tcp://127.0.0.1:*", /^tcp:\/\/127\.0\.0\.1:\d+$/],
    ["tcp://localhost:*", /^tcp:\/\/127\.0\.0\.1:\d+$/],
    ["tcp://*:0", /^tcp:\/\/0\.0\.0\.0:\d+$/],
    [PATH, /\/at-once$/],
    ["ipc://*", /^ipc:\/\/.*\/socket$/],
  ] as const
) {
  test(`listening at once on ${endpoint.replace(directory, "")} accepts, and frees its name`, async () => {
    const door = new Door();
    const listener = listen(endpoint, door);
    assertEquals(bound.test(listener.endpoint), true, listener.endpoint);
    const target = listener.endpoint.replace("0.0.0.0", "127.0.0.1");
    const { signal } = new AbortController();
    const dialled = await transportOf(endpoint).connect(target, { signal, ipv6: false });
    const accepted = await door.next();
    const closings = [dialled, accepted].map((link) =>
      new Promise<void>((resolve) => {
        link.start({ data: () => {}, closed: () => resolve() });
        link.abort();
      })
    );
    await Promise.all(closings);
    await listener.close();
    if (endpoint.startsWith("ipc:")) assertEquals(existsSync(listener.endpoint.slice("ipc://".length)), false);
    else await listen(listener.endpoint).close();
  });
}

test("listening at once throws what the system says", async () => {
  const listener = listen("tcp://127.0.0.1:*");
  assertEquals(codeOf(listener.endpoint), "EADDRINUSE");
  await listener.close();
  assertEquals(codeOf("tcp://192.0.2.1:*"), "EADDRNOTAVAIL");
  assertEquals(codeOf("tcp://a.name.to.look.up:*"), "ENODEV");
  assertEquals(codeOf("tcp://[::1]:*"), "ENODEV");
  assertEquals(codeOf(`ipc://${directory}/nowhere/socket`), "ENOENT");
});

test("listening at once takes over a path that is a socket, and no other file", async () => {
  const file = `${directory}/no-socket`;
  writeFileSync(file, "");
  assertEquals(codeOf(`ipc://${file}`), "EADDRINUSE");
  const first = listen(PATH);
  const second = listen(PATH);
  await first.close();
  await second.close();
});

test("an abstract name is bound at once, and is not taken over", async () => {
  const endpoint = `ipc://@at-once${directory.replaceAll("/", "-")}`;
  if (!transportOf(endpoint).capabilities.abstract) return;
  const listener = listen(endpoint);
  assertEquals(listener.endpoint, endpoint);
  assertEquals(codeOf(endpoint), "EADDRINUSE");
  await listener.close();
});

test("tls cannot be bound at once", () => {
  assertThrows(() => listen("tls://127.0.0.1:*"), NotSupportedError, "tls can not");
});
