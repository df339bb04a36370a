/**
 * The Python beside each example talks to it. Left out where Python has no pyzmq: `pip install pyzmq` somewhere, and
 * say where with `ZMQ_PYTHON=/somewhere/bin/python npm test -- examples/`.
 */
// runs alone: examples are on their well-known ports
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gunzipSync } from "node:zlib";
import { Subscriber, text } from "../../mod.ts";
import { runtime, test } from "../harness.ts";
import { type Outcome, ROOT, RuntimeProcess, spawnRuntime } from "../processes.ts";
import { until } from "../interop/waiting.ts";
import { inFolder, LIMIT, pathOf, run, RUNTIMES, searchPath, start } from "./programs.ts";

const PYTHON = process.env["ZMQ_PYTHON"] ?? "python3";
const absent = spawnSync(PYTHON, ["-c", "import zmq"]).status !== 0;
if (absent) console.log(`Left out: ${PYTHON} has no pyzmq; ZMQ_PYTHON may name one that has`);

const OPTIONS = { timeout: LIMIT, skip: absent };
const NEEDS = "(where there is pyzmq)";

function startPython(example: string, ...args: (string | number)[]): RuntimeProcess {
  return new RuntimeProcess("python", PYTHON, [pathOf(example), ...args.map(String)]);
}

async function runPython(example: string, ...args: (string | number)[]): Promise<Outcome> {
  await using child = startPython(example, ...args);
  return await child.succeeded();
}

test(`rep_server.ts answers Python ${NEEDS}`, async () => {
  await using server = start(runtime, "rep_server.ts", 2);
  const { stdout } = await runPython("req_client.py", 2);
  assertEquals(stdout, "RESPONSE: Hello from Python! (1)\nRESPONSE: Hello from Python! (2)\n");
  await server.succeeded();
}, OPTIONS);

test(`Python answers req_client.ts ${NEEDS}`, async () => {
  await using server = startPython("rep_server.py", 2);
  const { stdout } = await run(runtime, "req_client.ts", 2);
  assertEquals(stdout, "RESPONSE: Hello, ZeroMQ! (1)\nRESPONSE: Hello, ZeroMQ! (2)\n");
  await server.succeeded();
}, OPTIONS);

test(`secure_server.ts answers Python by certificates that it has made ${NEEDS}`, async () => {
  await inFolder(async (folder) => {
    await using server = start(runtime, "secure_server.ts", folder, 2);
    await until(() => server.stdout.includes("Answering"));
    assertEquals((await runPython("secure_client.py", folder, "stranger")).stdout, "Turned away: 400\n");
    const { stdout } = await runPython("secure_client.py", folder, "joe", 2);
    assertEquals(stdout, "RESPONSE: Hello from joe (1)\nRESPONSE: Hello from joe (2)\n");
    assertStringIncludes((await server.succeeded()).stdout, "Let in: joe from 127.0.0.1\n");
  });
}, OPTIONS);

test(`Python answers secure_client.ts by certificates that it has made ${NEEDS}`, async () => {
  await inFolder(async (folder) => {
    await using server = startPython("secure_server.py", folder, 2);
    await until(() => server.stdout.includes("Answering"));
    assertEquals((await run(runtime, "secure_client.ts", folder, "stranger")).stdout, "Turned away: 400\n");
    const { stdout } = await run(runtime, "secure_client.ts", folder, "joe", 2);
    assertEquals(stdout, "RESPONSE: Hello from joe (1)\nRESPONSE: Hello from joe (2)\n");
    await server.succeeded();
  });
}, OPTIONS);

test(`pub_server.ts publishes to Python ${NEEDS}`, async () => {
  await using _server = start(runtime, "pub_server.ts");
  assertMatch((await runPython("sub_client.py", "weather.rome", 3)).stdout, /^(?:weather\.rome: -?\d+ °C\n){3}$/);
}, OPTIONS);

test(`Python publishes to sub_client.ts ${NEEDS}`, async () => {
  await using _server = startPython("pub_server.py");
  assertStringIncludes((await run(runtime, "sub_client.ts", "weather.rome", 3)).stdout, "Average of 3 updates:");
}, OPTIONS);

test(`Python fills pull_sink.ts ${NEEDS}`, async () => {
  await using sink = start(runtime, "pull_sink.ts");
  await runPython("push_ventilator.py");
  assertStringIncludes((await sink.succeeded()).stdout, `Took 100 tasks, the last was "task 100"\n`);
}, OPTIONS);

test(`push_ventilator.ts fills Python ${NEEDS}`, async () => {
  await using sink = startPython("pull_sink.py");
  assertEquals((await run(runtime, "push_ventilator.ts")).stdout, "Sent 100 of 100 tasks\n");
  assertEquals((await sink.succeeded()).stdout, `Took 100 tasks, the last was "task 100"\n`);
}, OPTIONS);

test(`load_balancer.ts serve queues for Python ${NEEDS}`, async () => {
  await using _queue = start(runtime, "load_balancer.ts", "serve");
  assertMatch(
    (await runPython("load_balancer.py", 4)).stdout,
    /^(?:(?:Ada|Bo|Cy) says: question \d from Python\n){4}$/,
  );
}, OPTIONS);

test(`web_gateway.ts serve passes on what Python publishes ${NEEDS}`, async () => {
  await using _gateway = start(runtime, "web_gateway.ts", "serve");
  await using _publisher = startPython("web_gateway.py");
  await using subscriber = new Subscriber();
  subscriber.subscribe("stock");
  subscriber.connect("ws://127.0.0.1:5581/updates");
  const [, price] = await subscriber.receive();
  assertMatch(text(price), /^\d+ €$/);
}, OPTIONS);

test(`Python sends a file to stream_pipeline.ts ${NEEDS}`, async () => {
  const file = join(ROOT, "node_modules/typescript/lib/typescript.js");
  await inFolder(async (folder) => {
    const target = join(folder, "typescript.js.gz");
    await Promise.all([
      run(runtime, "stream_pipeline.ts", "receive", target),
      runPython("stream_pipeline.py", file),
    ]);
    assertEquals(gunzipSync(readFileSync(target)).equals(readFileSync(file)), true);
  });
}, OPTIONS);

test(`Python is the source that graceful_shutdown.ts outlives ${NEEDS}`, async () => {
  await using worker = start(runtime, "graceful_shutdown.ts", "worker");
  assertEquals((await runPython("graceful_shutdown.py", 100)).stdout, "100 jobs sent\n");
  assertEquals((await worker.succeeded()).stdout, "100 jobs done, 100 results\n");
}, OPTIONS);

test(`Python is the third peer of several_runtimes.ts ${NEEDS}`, async () => {
  await inFolder(async (folder) => {
    const env = { PATH: searchPath(folder) };
    await using program = spawnRuntime(runtime, pathOf("several_runtimes.ts"), ["3"], { env });
    await runPython("several_runtimes.py");
    const { stdout } = await program.succeeded();
    const others = [...RUNTIMES.filter((name) => name !== runtime), "python"];
    for (const other of others) assertStringIncludes(stdout, `${other}: YOU ARE TALKING TO ${runtime.toUpperCase()}\n`);
  });
}, OPTIONS);
