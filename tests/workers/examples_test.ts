/**
 * The Workers of `examples/workers/`, served as their reader would serve them, but on free ports.
 */
import { assert, assertEquals } from "@std/assert";
import { createServer } from "node:net";
import { Publisher, Reply, text, XPublisher } from "../../mod.ts";
import { test } from "../harness.ts";
import { until, watch } from "../interop/waiting.ts";
import { ROOT, type RuntimeProcess, spawnRuntime } from "../processes.ts";
import { ON_NODE } from "./workerd.ts";

const OPTIONS = { ...ON_NODE, timeout: 30_000 };

/** Ports that nobody has; workerd does not tell which it would have picked. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports as [number, number];
}

/** Serves both Workers while `body` runs. */
async function serving(
  env: Record<string, string>,
  body: (ask: string, news: string, program: RuntimeProcess) => Promise<void>,
): Promise<void> {
  const [ask, news] = await freePorts();
  const args = [`--socket-addr=ask=127.0.0.1:${ask}`, `--socket-addr=news=127.0.0.1:${news}`];
  const program = spawnRuntime("node", `${ROOT}/examples/workers/main.ts`, args, { env });
  try {
    for (const port of [ask, news]) await answering(`http://127.0.0.1:${port}/`, program);
    await body(`http://127.0.0.1:${ask}/`, `http://127.0.0.1:${news}/`, program);
  } finally {
    await program.kill("SIGTERM");
  }
}

/** Waits until somebody answers. */
async function answering(url: string, program: RuntimeProcess): Promise<void> {
  const controller = new AbortController();
  const gone = program.exited.then(() => {
    throw new Error(`It has ended: ${program.stderr}`);
  });
  gone.catch(() => {});
  for (let there = false; !there;) {
    const asked = fetch(url, { method: "PUT", signal: controller.signal }).then(() => true, () => false);
    there = await Promise.race([asked, gone]);
  }
  controller.abort();
}

test("ask.ts passes questions on to a service, and answers 504 for one that is silent", async () => {
  await using reply = new Reply();
  const SERVICE = await reply.bind("tcp://127.0.0.1:*");
  await serving({ SERVICE }, async (ask) => {
    const asking = Array.from({ length: 5 }, (_, i) => fetch(ask, { method: "POST", body: `question ${i}` }));
    for (let i = 0; i < 5; i++) await reply.send(`RESPONSE: ${text((await reply.receive())[0]!)}`);
    for (const [i, asked] of asking.entries()) {
      const response = await asked;
      assertEquals([response.status, await response.text()], [200, `RESPONSE: question ${i}`]);
    }
    const late = fetch(ask, { method: "POST", body: "are you there?" });
    await reply.receive();
    const response = await late;
    assertEquals([response.status, await response.text()], [504, "The service does not answer\n"]);
    const wrong = await fetch(ask);
    assertEquals([wrong.status, wrong.headers.get("allow"), await wrong.text()], [405, "POST", "POST a question\n"]);
  });
}, OPTIONS);

test("news.ts streams a topic as events, and lets go of the publisher when its client goes", async () => {
  await using publisher = new XPublisher({ sendHighWaterMark: 0 });
  const NEWS = await publisher.bind("tcp://127.0.0.1:*");
  await serving({ NEWS }, async (_ask, news) => {
    while (publisher.tryReceive() !== undefined); // Those of the question whether anyone is there.
    const events = watch(publisher);
    const controller = new AbortController();
    const response = await fetch(`${news}?topic=weather.rome`, { signal: controller.signal });
    assertEquals(response.headers.get("content-type"), "text/event-stream");
    while (text((await publisher.receive())[0]!) !== "\x01weather.rome");
    await publisher.send(["weather.paris", "rain"]);
    for (let i = 0; i < 3; i++) await publisher.send(["weather.rome", `sun ${i}\nand wind`, "21"]);
    let body = "";
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const wanted = ": here you are\n\n" +
      [0, 1, 2].map((i) => `event: weather.rome\ndata: sun ${i}\ndata: and wind\ndata: 21\n\n`).join("");
    while (body.length < wanted.length) body += (await reader.read()).value!;
    assertEquals(body, wanted);
    const left = events.next("disconnect");
    controller.abort();
    await reader.read().catch(() => {});
    // The Worker learns of it when it writes.
    const publishing = setInterval(() => void publisher.send(["weather.rome", "fog"]), 20);
    await left;
    clearInterval(publishing);
  });
}, OPTIONS);

test("news.ts waits for a client that reads slowly, and keeps little for it", async () => {
  await using publisher = new Publisher({ sendHighWaterMark: 10, noDrop: true });
  const NEWS = await publisher.bind("tcp://127.0.0.1:*");
  await serving({ NEWS }, async (_ask, news) => {
    const controller = new AbortController();
    const response = await fetch(news, { signal: controller.signal });
    const reader = response.body!.getReader();
    // Who asked whether anybody is there has left, and its Worker learns of that when it writes.
    const publishing = setInterval(() => void publisher.trySend(["news", "soon"]), 20);
    let heard = "";
    while (!heard.includes("soon")) heard += text((await reader.read()).value);
    await until(() => publisher.peers.length === 1);
    clearInterval(publishing);
    const body = "x".repeat(1 << 20);
    // With `noDrop` a publisher waits for its slowest subscriber: it must come to a stop, and go on when that reads.
    let sent = 0;
    let waiting = Promise.resolve();
    for (let stopped = false; !stopped; sent++) {
      waiting = publisher.send(["news", body]);
      const late = new Promise((resolve) => setTimeout(resolve, 1000, true));
      stopped = await Promise.race([waiting.then(() => false), late]) as boolean;
    }
    assert(sent < 200, `${sent} MiB were taken for a client that reads nothing`);
    let going = false;
    void waiting.then(() => going = true);
    while (!going) await reader.read();
    controller.abort();
    await reader.read().catch(() => {});
  });
}, OPTIONS);
