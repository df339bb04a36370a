/**
 * Every program of `examples/`, as a reader would start it: alone on each runtime, and the classics across all three.
 */
// runs alone: examples are on their well-known ports
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Request, text } from "../../mod.ts";
import { runtime, test } from "../harness.ts";
import { ROOT, spawnRuntime } from "../processes.ts";
import { until } from "../interop/waiting.ts";
import { inFolder, LIMIT, pathOf, run, RUNTIMES, searchPath, start } from "./programs.ts";

const OPTIONS = { timeout: LIMIT };

test("rep_server.ts answers req_client.ts on every runtime", async () => {
  await using server = start(runtime, "rep_server.ts", 6);
  for (const other of RUNTIMES) {
    const { stdout } = await run(other, "req_client.ts", 2);
    assertEquals(stdout, "RESPONSE: Hello, ZeroMQ! (1)\nRESPONSE: Hello, ZeroMQ! (2)\n");
  }
  assertMatch((await server.succeeded()).stdout, /^Answering at tcp:\/\/0\.0\.0\.0:5555\n(?:Asked: .*\n){6}$/);
}, OPTIONS);

test("secure_server.ts answers whom it knows on every runtime, and nobody else", async () => {
  await inFolder(async (folder) => {
    await using server = start(runtime, "secure_server.ts", folder, 6);
    await until(() => server.stdout.includes("Answering"));
    for (const other of RUNTIMES) {
      const { stdout } = await run(other, "secure_client.ts", folder, "joe", 2);
      assertEquals(stdout, "RESPONSE: Hello from joe (1)\nRESPONSE: Hello from joe (2)\n");
      if (other === RUNTIMES[0]) {
        assertEquals((await run(other, "secure_client.ts", folder, "stranger")).stdout, "Turned away: 400\n");
      }
    }
    const { stdout } = await server.succeeded();
    assertMatch(
      stdout,
      /^Answering at tcp:\/\/0\.0\.0\.0:5570\n(?:Let in: joe from 127\.0\.0\.1\n|Kept out: .*\n){4}$/,
    );
    assertStringIncludes(stdout, "Kept out: 127.0.0.1, unknown key\n");
  });
}, OPTIONS);

test("pub_server.ts publishes to sub_client.ts on every runtime, and ends on Ctrl-C", async () => {
  await using server = start(runtime, "pub_server.ts");
  const outcomes = await Promise.all(RUNTIMES.map((other) => run(other, "sub_client.ts", "weather.rome", 3)));
  for (const { stdout } of outcomes) {
    assertMatch(stdout, /^(?:weather\.rome: -?\d+ °C\n){3}Average of 3 updates: -?[\d.]+ °C\n$/);
  }
  // What Deno says of a child's end is the signal it was sent, whatever came of it: ask the child.
  await server.kill("SIGINT");
  assertMatch(server.stdout, /\nPublished \d+ rounds\n$/);
}, OPTIONS);

test("web_gateway.ts passes updates from tcp on to a page", async () => {
  const { stdout } = await run(runtime, "web_gateway.ts");
  assertMatch(stdout, /^(?:Update [1-3]: stock \d+ €\n){3}$/);
}, OPTIONS);

test("pub_server.ts ends after the rounds it was told", async () => {
  assertStringIncludes((await run(runtime, "pub_server.ts", 2)).stdout, "\nPublished 2 rounds\n");
}, OPTIONS);

test("push_ventilator.ts on every runtime fills pull_sink.ts", async () => {
  await using sink = start(runtime, "pull_sink.ts", 300);
  const outcomes = await Promise.all(RUNTIMES.map((other) => run(other, "push_ventilator.ts", 100)));
  for (const { stdout } of outcomes) assertEquals(stdout, "Sent 100 of 100 tasks\n");
  assertStringIncludes((await sink.succeeded()).stdout, `Took 300 tasks, the last was "task `);
}, OPTIONS);

test("load_balancer.ts shares its questions among its workers", async () => {
  const { stdout } = await run(runtime, "load_balancer.ts");
  assertMatch(stdout, /^\w+ says: question 30\nAda answered 10\nBo answered 10\nCy answered 10\n$/);
}, OPTIONS);

test("load_balancer.ts serve queues for others, until Ctrl-C", async () => {
  await using queue = start(runtime, "load_balancer.ts", "serve");
  await using client = new Request();
  client.connect("tcp://127.0.0.1:5559");
  const [answer] = await client.request("anyone?", { timeout: 30_000 });
  assertMatch(text(answer), /^(?:Ada|Bo|Cy) says: anyone\?$/);
  await queue.kill("SIGINT");
  assertMatch(queue.stdout, /\nCy answered [01]\n$/);
}, OPTIONS);

test("stream_pipeline.ts sends itself to itself", async () => {
  const { length } = readFileSync(pathOf("stream_pipeline.ts"));
  const { stdout } = await run(runtime, "stream_pipeline.ts");
  assertEquals(
    stdout,
    `Sent ${length} octets of stream_pipeline.ts\nReceived, compressed and unpacked ${length} octets\n`,
  );
}, OPTIONS);

for (const other of RUNTIMES.filter((name) => name !== runtime)) {
  test(`stream_pipeline.ts carries a file of many megabytes from ${other}`, async () => {
    const file = join(ROOT, "node_modules/typescript/lib/typescript.js");
    await inFolder(async (folder) => {
      const target = join(folder, "typescript.js.gz");
      await Promise.all([
        run(runtime, "stream_pipeline.ts", "receive", target),
        run(other, "stream_pipeline.ts", "send", file),
      ]);
      assertEquals(gunzipSync(readFileSync(target)).equals(readFileSync(file)), true);
    });
  }, OPTIONS);
}

test("graceful_shutdown.ts loses nothing when it is told to end", async () => {
  assertMatch((await run(runtime, "graceful_shutdown.ts")).stdout, /^(\d+) jobs sent, \1 done, \1 results\n$/);
}, OPTIONS);

test("stdio_peers.ts starts a child, and they talk over its stdin and stdout", async () => {
  const { stdout, stderr } = await run(runtime, "attached/stdio_peers.ts", 2);
  assertEquals(stdout, "QUESTION 1\nQUESTION 2\nThe child ended with 0\n");
  assertStringIncludes(stderr, "The child ends: the parent has hung up\n");
}, OPTIONS);

test("tls_tunnel.ts asks and answers through TLS", async () => {
  const { stdout } = await run(runtime, "attached/tls_tunnel.ts", 2);
  assertMatch(
    stdout,
    /^Connected by TLSv1\.3\nA REQ at tcp:\/\/127\.0\.0\.1:\d+\nQuestion 1\? Yes\nQuestion 2\? Yes\n$/,
  );
}, OPTIONS);

test("worker_threads.ts shares its jobs among its workers", async () => {
  const { stdout } = await run(runtime, "attached/worker_threads.ts", 3, 30);
  assertEquals(stdout, "30 jobs by 3 workers, the sum is right\n");
}, OPTIONS);

test("several_runtimes.ts starts the other two, and they talk", async () => {
  await inFolder(async (folder) => {
    const env = { PATH: searchPath(folder) };
    await using program = spawnRuntime(runtime, pathOf("several_runtimes.ts"), [], { env });
    const { stdout } = await program.succeeded();
    for (const other of RUNTIMES.filter((name) => name !== runtime)) {
      assertStringIncludes(stdout, `${other}: Hello from ${other} `);
      assertStringIncludes(stdout, `${other}: YOU ARE TALKING TO ${runtime.toUpperCase()}\n`);
    }
  });
}, OPTIONS);
