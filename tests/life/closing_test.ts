/**
 * Closing sockets: what goes out first, what is counted, what is left behind (nothing).
 */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClosedError, Context, Pull, Push, Reply, Request } from "../../mod.ts";
import { runtime, test } from "../harness.ts";
import { next, numbers, peers, RawPeer, receive, SCHEMES, spell, turn, vacant } from "../life_fixture.ts";
import { runScript } from "../processes.ts";

for (const scheme of SCHEMES) {
  test(`${scheme}: a socket that closes sends what is queued first`, async () => {
    await using pull = new Pull({ receiveHighWaterMark: 0 });
    const endpoint = await pull.bind(await vacant(scheme));
    {
      await using push = new Push({ sendHighWaterMark: 0 });
      push.connect(endpoint);
      for (let i = 0; i < 1000; i++) await push.send([String(i), new Uint8Array(i * 20)]);
    }
    for (let i = 0; i < 1000; i++) {
      const frames = await pull.receive();
      assertEquals([spell([frames[0]!]), frames[1]!.length], [String(i), i * 20]);
    }
  });

  test(`${scheme}: what is queued for a peer that comes while a socket closes goes out to it`, async () => {
    const endpoint = await vacant(scheme);
    const push = new Push({ reconnectInterval: 5, linger: Infinity });
    push.connect(endpoint);
    for (const number of numbers(1, 50)) await push.send(number);
    const closing = push.close();
    await using pull = new Pull();
    await pull.bind(endpoint);
    assertEquals(await receive(pull, 50), numbers(1, 50));
    assertEquals(await closing, { unsent: 0 });
  });

  test(`${scheme}: what does not go out within linger is counted`, async () => {
    const endpoint = await vacant(scheme);
    for (const linger of [0, 30]) {
      const push = new Push({ reconnectInterval: 5, linger });
      push.connect(endpoint);
      await push.send("1");
      await push.send(["2", "2"]);
      assertEquals(await push.close(), { unsent: 2 });
    }
  });

  test(`${scheme}: a hundred sockets that close while they connect leave nothing behind`, async () => {
    const endpoint = await vacant(scheme);
    await using pull = new Pull();
    for (let i = 0; i < 100; i++) {
      // Half of them find nobody, the other half somebody.
      if (i === 50) await pull.bind(endpoint);
      const push = new Push({ reconnectInterval: 1 });
      push.connect(endpoint);
      if (i % 3 === 1) await turn();
      if (i % 3 === 2) await next(push, i < 50 ? "connect:retry" : "connect");
      assertEquals(await push.close(), { unsent: 0 });
    }
  });
}

test("a socket can be closed from within any of its events", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  for (const type of ["connect:delay", "connect", "handshake"] as const) {
    const push = new Push();
    const closed = next(push, "end");
    push.events.on(type, () => push.close({ linger: 0 }));
    push.connect(endpoint);
    await closed;
    assertEquals(push.closed, true);
  }
  for (const type of ["accept", "handshake", "disconnect"] as const) {
    const server = new Pull();
    const closed = next(server, "end");
    server.events.on(type, () => server.close({ linger: 0 }));
    await using push = new Push({ linger: 0 });
    push.connect(await server.bind("tcp://127.0.0.1:*"));
    if (type === "disconnect") {
      await peers(server, 1);
      push.disconnect(server.lastEndpoint!);
    }
    await closed;
  }
});

test("a socket that has been closed says so, once and for all", async () => {
  const push = new Push();
  push.connect("tcp://127.0.0.1:1");
  const waiting = assertRejects(
    () => new Pull().receive({ signal: AbortSignal.abort(new Error("stop")) }),
    Error,
    "stop",
  );
  const first = push.close({ linger: 0 });
  assertEquals(push.close({ linger: 5000 }), first);
  assertThrows(() => push.connect("tcp://127.0.0.1:1"), ClosedError);
  await waiting;
  await first;
});

test("a disconnected endpoint has its linger time, and close can shorten it", async () => {
  const endpoint = await vacant("tcp");
  const push = new Push({ reconnectInterval: 5, linger: Infinity });
  push.connect(endpoint);
  await push.send("1");
  push.disconnect(endpoint);
  assertEquals(await push.close({ linger: 0 }), { unsent: 1 });
});

test("a peer sees a close as an end, and not as an error", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  const push = new Push();
  push.connect(endpoint);
  await peers(pull, 1);
  const gone = next(pull, "disconnect");
  await push.close();
  assertEquals("error" in await gone, false);
});

test("a context closes all that is in it, whatever it is doing", async () => {
  const context = new Context({ linger: 0 });
  const server = new Reply({ context });
  const client = new Request({ context });
  const endpoint = await server.bind("tcp://127.0.0.1:*");
  client.connect(endpoint);
  const asking = assertRejects(() => client.request("?"), ClosedError);
  await server.receive();
  const waiting = new Push({ context });
  waiting.connect("inproc://nobody");
  waiting.connect(await vacant("tcp"));
  await waiting.send("1");
  await waiting.send("2");
  assertEquals(await context.close(), { unsent: 2 });
  await asking;
  assertEquals([server.closed, client.closed, waiting.closed], [true, true, true]);
});

test("a peer that never reads has no say in when a context is closed", async () => {
  await using peer = await RawPeer.listen();
  const context = new Context({ linger: 20 });
  const push = new Push({ context, sendHighWaterMark: 0 });
  push.connect(peer.endpoint);
  const connection = await peer.accept();
  connection.stall();
  connection.shakeHands("PULL");
  await peers(push, 1);
  for (let i = 0; i < 200; i++) await push.send(new Uint8Array(100_000));
  assertEquals((await context.close()).unsent > 0, true);
});

for (const how of ["closed", "unsent", "connecting", "bound"]) {
  test(`a process ends by itself when its sockets are closed: ${how}`, async () => {
    const { code, stdout, stderr } = await runScript(runtime, new URL("./ending.ts", import.meta.url), [how]);
    assertEquals([code, stdout.trim(), stderr], [0, "done", ""]);
  });
}
