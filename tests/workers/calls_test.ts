/**
 * What a Worker's author does with sockets: calls, streams, ends, and what cannot be. And what a Worker's peers do to it.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Dealer, Pull, Push, Reply, Router, text } from "../../mod.ts";
import { hex, test } from "../harness.ts";
import { until, watch } from "../interop/waiting.ts";
import { greeting, RawServer, ready } from "../interop/raw_peer.ts";
import { RemotePeer } from "../interop/peers.ts";
import { DATES, leaveWorkers, ON_NODE, WorkerPeer } from "./workerd.ts";

/** An endpoint that can be bound and is not. */
async function vacant(): Promise<string> {
  await using pull = new Pull();
  return await pull.bind("tcp://127.0.0.1:*");
}

async function defineTests(date: string): Promise<WorkerPeer> {
  const worker = await WorkerPeer.start(date);
  const here = (name: string, body: () => Promise<void>): void => test(`${worker.name}: ${name}`, body);

  here("a request is answered", async () => {
    await using reply = new Reply();
    const endpoint = await reply.bind("tcp://127.0.0.1:*");
    const asked = worker.program("request", { endpoint, timeout: "10000" });
    const question = await reply.receive();
    await reply.send([...question, "answer"]);
    assertEquals(await asked, ["question", "answer"]);
  });

  here("fifty requests at once each get their own answer", async () => {
    await using router = new Router();
    const endpoint = await router.bind("tcp://127.0.0.1:*");
    const asked = worker.program<string[]>("manyRequests", { endpoint });
    for (let i = 0; i < 50; i++) {
      const envelope = await router.receive();
      await router.send([...envelope.slice(0, -1), `re: ${text(envelope.at(-1)!)}`]);
    }
    assertEquals(await asked, Array.from({ length: 50 }, (_, i) => `re: question ${i}`));
  });

  here("a request that nobody answers is late", async () => {
    await using reply = new Reply();
    const endpoint = await reply.bind("tcp://127.0.0.1:*");
    const asked = worker.program("request", { endpoint, timeout: "100" }).then(
      () => ({ code: "", message: "" }),
      (error) => error,
    );
    await reply.receive();
    const { code, message } = await asked;
    assertEquals(code, "EAGAIN");
    assertMatch(message, /100 ms/);
  });

  here("a request is asked again, and its second answer is taken", async () => {
    await using router = new Router();
    const endpoint = await router.bind("tcp://127.0.0.1:*");
    const asked = worker.program("request", { endpoint, timeout: "300", retries: "20" });
    await router.receive();
    const again = await router.receive();
    await router.send([...again.slice(0, -1), "answer"]);
    assertEquals(await asked, ["answer"]);
  });

  here("a request waits for a server that is not there yet", async () => {
    const endpoint = await vacant();
    const asked = worker.program("request", { endpoint, timeout: "15000" });
    await using reply = new Reply();
    await reply.bind(endpoint);
    await reply.receive();
    await reply.send("answer");
    assertEquals(await asked, ["answer"]);
  });

  here("for await takes what comes", async () => {
    await using push = new Push();
    const endpoint = await push.bind("tcp://127.0.0.1:*");
    const got = worker.program("iterate", { endpoint, count: "3" });
    for (const value of [1, { two: 2 }, "three"]) await push.send(JSON.stringify(value));
    assertEquals(await got, [1, { two: 2 }, "three"]);
  });

  here("readable and writable make a pipeline of two sockets", async () => {
    await using push = new Push();
    await using pull = new Pull();
    const [from, to] = [await push.bind("tcp://127.0.0.1:*"), await pull.bind("tcp://127.0.0.1:*")];
    const done = worker.program("pipe", { from, to, count: "500" });
    for (let i = 0; i < 500; i++) await push.send(`${i}`);
    for (let i = 0; i < 500; i++) assertEquals((await pull.receive()).map(text), [`${i}`, `${i}`]);
    assertEquals(await done, { unsent: 0 });
  });

  here("a readable that is not read makes the sender wait, and its cancelling closes nothing else", async () => {
    await using push = new Push({ sendHighWaterMark: 2 });
    await using dealer = new Dealer();
    const [endpoint, marker] = [await push.bind("tcp://127.0.0.1:*"), await dealer.bind("tcp://127.0.0.1:*")];
    const done = worker.program<{ octets: number }>("backPressure", { endpoint, marker });
    const body = new Uint8Array(1 << 20);
    await push.send("first");
    await dealer.receive();
    let sent = 0;
    // More than the system and both queues hold: it must come to a stop.
    while (push.trySend(body) || !(await isMute(push))) sent++;
    assert(sent < 100, `${sent} MiB were taken`);
    await dealer.send("go on");
    await push.send("");
    assertEquals((await done).octets % (1 << 20), 0);
  });

  here("what is queued goes out within the linger time", async () => {
    await using pull = new Pull();
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    const done = worker.program("linger", { endpoint, count: "1000", linger: "10000" });
    for (let i = 0; i < 1000; i++) assertEquals((await pull.receive()).map(text), [`${i}`]);
    assertEquals(await done, { unsent: 0 });
  });

  here("what nobody takes is told when the linger time is over", async () => {
    const endpoint = await vacant();
    assertEquals(await worker.program("linger", { endpoint, count: "3", linger: "50" }), { unsent: 3 });
    assertEquals(await worker.program("linger", { endpoint, count: "2", linger: "0" }), { unsent: 2 });
  });

  here("it cannot bind, and has no ipc and no say over its connections: all of that is told", async () => {
    const told = await worker.program<Record<string, { code: string; message: string }>>("refusals");
    const { malformed, ...others } = told;
    assertEquals(malformed!.code, "EINVAL");
    for (const [name, { code }] of Object.entries(others)) assertEquals(`${name}: ${code}`, `${name}: ENOTSUP`);
    assertEquals(
      told["bind"]!.message,
      'Cannot bind to "tcp://*:5555": a Worker has no socket that listens, wanted the peer to bind and this one to connect',
    );
    assertMatch(told["ipc"]!.message, /^Cannot connect to "ipc:\/\/\/tmp\/x": a Worker has no Unix sockets/);
  });

  here("inproc is there", async () => {
    assertEquals(await worker.program("inproc"), ["hello"]);
  });

  here("a server that comes back finds it there again", async () => {
    await using push = await worker.socket("PUSH", { reconnectInterval: 10 });
    const endpoint = await vacant();
    await push.connect(endpoint);
    for (let round = 0; round < 3; round++) {
      const pull = new Pull();
      await pull.bind(endpoint);
      await push.send(`round ${round}`);
      assertEquals((await pull.receive()).map(text), [`round ${round}`]);
      await pull.close();
      await push.event("disconnect");
    }
  });

  here("nobody is there: that is a connect:delay and a connect:retry, with what the runtime says", async () => {
    const { code, message } = await worker.program<{ code: string; message: string }>("events", {
      endpoint: await vacant(),
      until: "connect:retry",
    });
    assertEquals(code, "ECONNREFUSED");
    assertMatch(message, /^Cannot connect to "tcp:\/\/127\.0\.0\.1:\d+": a Worker is told no more than "/);
  });

  here("IPv6 is dialled where it is asked for", async () => {
    await using reply = new Reply({ ipv6: true });
    const endpoint = await reply.bind("tcp://[::1]:*");
    await using request = await worker.socket("REQ", { ipv6: true });
    await request.connect(endpoint);
    await request.send("question");
    await reply.send(await reply.receive());
    assertEquals(await request.receive(), ["question"]);
  });

  here("an address that does not answer is given up when connectTimeout says", async () => {
    // Listens, and its backlog is never emptied: but a connection is made all the same, so the handshake is what waits.
    await using server = await RawServer.listen();
    const { code } = await worker.program<{ code: string }>("events", {
      endpoint: server.endpoint,
      until: "handshake:error:other",
      handshakeInterval: "100",
    });
    assertEquals(code, "ETIMEDOUT");
  });

  const nonsense: readonly (readonly [string, readonly Uint8Array[]])[] = [
    ["no greeting", [hex("00".repeat(64))]],
    ["a greeting of HTTP", [new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n".padEnd(64))]],
    ["a frame larger than it takes", [greeting(), ready("DEALER"), hex("02 7F FF FF FF FF FF FF FF")]],
    ["a frame with reserved flags", [greeting(), ready("DEALER"), hex("80 00")]],
    ["a command that is none", [greeting(), ready("DEALER"), hex("04 01 FF")]],
    ["a type that does not fit", [greeting(), ready("PUB")]],
  ];
  for (const [name, octets] of nonsense) {
    here(`a peer that sends ${name} is hung up on, and its neighbour served`, async () => {
      await using server = await RawServer.listen();
      await using dealer = await worker.socket("DEALER", { reconnectInterval: 10_000 });
      await dealer.connect(server.endpoint);
      const peer = await server.accept();
      await peer.write(...octets);
      await peer.closed;
      await using neighbour = new Dealer();
      await dealer.connect(await neighbour.bind("tcp://127.0.0.1:*"));
      await neighbour.send("still here");
      assertEquals(await dealer.receive(), ["still here"]);
    });
  }

  here("a peer that cuts the connection in the middle of a frame is dialled again", async () => {
    await using server = await RawServer.listen();
    await using dealer = await worker.socket("DEALER", { reconnectInterval: 10 });
    await dealer.connect(server.endpoint);
    const peer = await server.accept();
    await peer.shake("DEALER");
    await peer.write(hex("00 05 68"));
    await peer[Symbol.asyncDispose]();
    const again = await server.accept();
    await again.shake("DEALER");
    await again.write(hex("00 05 68 65 6C 6C 6F"));
    assertEquals(await dealer.receive(), ["hello"]);
  });

  here("octets that come one by one make the same message", async () => {
    await using server = await RawServer.listen();
    await using dealer = await worker.socket("DEALER");
    await dealer.connect(server.endpoint);
    const peer = await server.accept();
    const octets = new Uint8Array([...greeting(), ...ready("DEALER"), ...hex("01 02 68 69 00 05 68 65 6C 6C 6F")]);
    await peer.dribble(octets, Array.from({ length: octets.length - 1 }, (_, i) => i + 1));
    assertEquals(await dealer.receive(), ["hi", "hello"]);
  });

  here("a peer that hangs is dropped by its heartbeat, and taken back", async () => {
    const peer = await RemotePeer.libzmq();
    try {
      const settings = { heartbeatInterval: 50, heartbeatTimeout: 300, reconnectInterval: 5 };
      await using push = await worker.socket("PUSH", settings);
      const pull = await peer.socket("PULL");
      await push.connect(await pull.bind());
      await push.send("before");
      assertEquals(await pull.receive(), ["before"]);
      peer.process.freeze();
      try {
        assertEquals((await push.event("disconnect")).code, "ETIMEDOUT");
      } finally {
        peer.process.thaw();
      }
      await push.send("after");
      assertEquals(await pull.receive(), ["after"]);
    } finally {
      await peer.process.kill();
    }
  });

  here("heartbeats pass both ways, and are measured", async () => {
    await using dealer = new Dealer({ heartbeatInterval: 10, heartbeatTimeout: 15_000 });
    const events = watch(dealer);
    await using other = await worker.socket("DEALER", { heartbeatInterval: 10, heartbeatTimeout: 15_000 });
    await other.connect(await dealer.bind("tcp://127.0.0.1:*"));
    await events.next("handshake");
    await until(() => dealer.peers[0]?.roundTrip !== undefined);
    while ((await other.stats()).roundTrip === undefined);
    await other.send("still here");
    assertEquals((await dealer.receive()).map(text), ["still here"]);
  });

  here("20 000 messages of 64 octets go there and come back in order", async () => {
    await using dealer = new Dealer();
    const endpoint = await dealer.bind("tcp://127.0.0.1:*");
    const done = worker.program("many", { endpoint, count: "20000" });
    for (let i = 0; i < 20_000; i++) await dealer.send(await dealer.receive());
    assertEquals(await done, { messagesIn: 20_000, messagesOut: 20_000 });
  });

  here("bodies around 16 KiB, where copies end, and of many chunks arrive whole both ways", async () => {
    const sizes = [16383, 16384, 16385, 32768, 131071, 131072, 131073, 1 << 20];
    const batch = { seed: 5, shapes: [...sizes.map((size) => [size]), sizes], count: 60 };
    await using dealer = new Dealer({ sendHighWaterMark: 0, receiveHighWaterMark: 0 });
    const endpoint = await dealer.bind("tcp://127.0.0.1:*");
    await using other = await worker.socket("DEALER");
    await other.connect(endpoint);
    const echo = (async () => {
      for (let i = 0; i < batch.count; i++) await dealer.send(await dealer.receive());
    })();
    await Promise.all([other.sendBatch(batch), other.receiveBatch(batch), echo]);
  });
  return worker;
}

/** Whether a socket still cannot send after it has had time to. */
async function isMute(push: Push): Promise<boolean> {
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (push.stats().queuedOut < 2) return false;
  }
  return true;
}

if (ON_NODE.skip) test("a Worker calls, streams and ends", () => {}, ON_NODE);
else leaveWorkers(...await Promise.all(DATES.map(defineTests)));
