/**
 * Ports between real threads: workers of `node:worker_threads`, which all three runtimes have, and those of the web.
 */
import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import { MessageChannel as NodeChannel, Worker as NodeWorker } from "node:worker_threads";
import { Pull, Push, Router, text } from "../../mod.ts";
import type { MessagePortLike } from "../../src/transport/port.ts";
import { runtime, test } from "../harness.ts";
import { texts, until } from "../socket_fixture.ts";

const PROGRAM = new URL("./attach_worker.ts", import.meta.url);
type Role = "echo" | "sink" | "stop";

/** A thread, and what is posted to it. */
interface Thread {
  readonly port: MessagePortLike;
  readonly ended: Promise<unknown>;
  stop(): unknown;
}

/** Starts a thread that plays a role, over a port of a channel, or over itself. */
type Start = (role: Role) => Thread;

const STARTS: Readonly<Record<string, Start>> = {
  "a port of node:worker_threads": (role) => {
    const { port1, port2 } = new NodeChannel();
    const worker = new NodeWorker(PROGRAM, { workerData: { port: port2, role }, transferList: [port2] });
    return { port: port1, ended: once(worker, "exit"), stop: () => worker.terminate() };
  },
  "a Worker of node:worker_threads": (role) => {
    const worker = new NodeWorker(PROGRAM, { workerData: { port: undefined, role } });
    return { port: worker, ended: once(worker, "exit"), stop: () => worker.terminate() };
  },
  ...(runtime === "node" ? {} : {
    "a port of the web": (role) => {
      const { port1, port2 } = new MessageChannel();
      const worker = new Worker(PROGRAM, { type: "module" });
      worker.postMessage({ port: port2, role }, [port2]);
      return { port: port1, ended: Promise.resolve(), stop: () => worker.terminate() };
    },
    "a Worker of the web": (role) => {
      const worker = new Worker(PROGRAM, { type: "module" });
      worker.postMessage({ port: undefined, role });
      return { port: worker, ended: Promise.resolve(), stop: () => worker.terminate() };
    },
  }),
};

for (const [name, start] of Object.entries(STARTS)) {
  test(`${name}: messages there and back, short and long, and a good-bye`, async () => {
    const { port, ended, stop } = start("echo");
    await using router = new Router({ mandatory: true });
    const attached = router.attach(port, { role: "bind" });
    await until(() => router.peers.length === 1);
    const long = new Uint8Array(300_000).map((_, i) => i % 249);
    for (let i = 0; i < 500; i++) await router.send(["worker", `${i}`, i % 100 === 0 ? long : "short"]);
    for (let i = 0; i < 500; i++) {
      const [id, echo, number, body] = await router.receive();
      assertEquals(texts([id!, echo!, number!]), ["worker", "echo", `${i}`]);
      if (i % 100 === 0) assertEquals(body, long);
      else assertEquals(text(body), "short");
    }
    await router.send(["worker", "bye"]);
    assertEquals(await attached.closed, undefined);
    await ended;
    await stop();
  });

  test(`${name}: a thread that reads slowly makes the other wait`, async () => {
    const { port, ended, stop } = start("sink");
    await using push = new Push({ sendHighWaterMark: 10 });
    const attached = push.attach(port, { role: "bind" });
    let waited = 0;
    for (let i = 0; i < 1000; i++) {
      if (push.trySend(`${i}`)) continue;
      waited++;
      await push.send(`${i}`);
    }
    assert(waited > 0);
    assertEquals(await attached.closed, undefined);
    await ended;
    await stop();
  });
}

test("a thread that ends without a good-bye is a peer that is gone; what it had sent is received", async () => {
  for (const name of ["a port of node:worker_threads", "a Worker of node:worker_threads"]) {
    const { port, stop } = STARTS[name]!("stop");
    await using pull = new Pull();
    const attached = pull.attach(port, { role: "bind" });
    assertEquals(texts(await pull.receive()), ["I am here"]);
    await stop();
    // Deno does not tell that a port's other end is gone; of a Worker that it is.
    if (runtime === "deno" && name.startsWith("a port")) await attached.close();
    assertEquals(await attached.closed, undefined);
  }
});
