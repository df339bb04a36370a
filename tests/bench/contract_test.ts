/**
 * Every peer of the bench keeps the contract of `bench/peers.ts`: it plays each of its roles, with a handful of messages.
 *
 * @module
 */

// runs alone

import { assert, assertEquals, assertMatch } from "@std/assert";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { CASES } from "../../bench/cases.ts";
import { buildLibzmq } from "../../bench/libzmq.ts";
import { type Calls, libzmq, OURS, plays, ZEROMQ } from "../../bench/peers.ts";
import { type Finding, run, start, wordsOf } from "../../bench/run.ts";
import { runtime, test } from "../harness.ts";
import { ROOT, runScript } from "../processes.ts";

const built = runtime === "node" ? buildLibzmq() : { missing: "built on Node alone" };
const inC = "missing" in built ? undefined : libzmq(built.binary);
const ONCE = { skip: runtime !== "node", timeout: 60_000 };

for (const peer of [...OURS, ZEROMQ, ...(inC === undefined ? [] : [inC])]) {
  const helper = inC ?? OURS[0]!;

  test(`${peer.name} sends and receives, in each way it has`, async () => {
    for (const calls of peer.calls) {
      for (const words of [{}, { parts: 3 }, { peers: 2 }]) {
        const found = await run({ ...pair("pull", "push"), calls, words }, peer, peer, 20);
        assert(found.seconds > 0, `${calls} ${JSON.stringify(words)}`);
      }
    }
    assert((await run(pair("router", "dealer"), peer, peer, 20)).seconds > 0);
    assert((await run({ ...pair("inproc"), transport: "inproc" }, peer, peer, 20)).seconds > 0);
  }, ONCE);

  test(`${peer.name} asks and answers`, async () => {
    const found = await run(pair("reply", "request", "connects"), peer, peer, 20);
    assert(found.p50! > 0 && found.p50! <= found.p99! && found.seconds > 0, JSON.stringify(found));
  }, ONCE);

  test(`${peer.name} publishes to whoever has subscribed, and to all of them`, async () => {
    for (const words of peer === ZEROMQ ? [{ peers: 3 }] : [{ peers: 3 }, { topics: 100 }, { topics: 100, hot: 10 }]) {
      const what = { ...pair("publish", "subscribe", "connects"), words };
      assert((await run({ ...what, play: { ...what.play, tested: "binds" } }, peer, helper, 20)).seconds > 0);
      if (!plays(peer, "subscribe", "await")) continue;
      assert((await run({ ...what, play: { ...what.play, tested: "connects" } }, peer, helper, 20)).seconds > 0);
    }
  }, ONCE);

  test(`${peer.name} says how much memory it takes, with connections and without`, async () => {
    await using server = start(peer, ["idle", "tcp://127.0.0.1:*"]);
    const { endpoint } = await server.receive<{ endpoint: string }>();
    await using dialer = start(plays(peer, "dial", "await") ? peer : helper, ["dial", endpoint, "peers=60"]);
    assertEquals(await dialer.receive(), { connected: 60 });
    server.send({});
    assert((await server.receive<{ resident: number }>()).resident > 1_000_000);
    dialer.closeInput();
    await dialer.succeeded();
    server.closeInput();
    await server.succeeded();
  }, ONCE);

  if (peer === ZEROMQ) continue;

  test(`${peer.name} floods until told to stop, whoever stalls`, async () => {
    await using publisher = start(peer, ["flood", "tcp://127.0.0.1:*", ...wordsOf({ peers: 3, drop: 1 })]);
    const { endpoint } = await publisher.receive<{ endpoint: string }>();
    await using stalled = start(peer, ["stall", endpoint]);
    await using fast = start(peer, ["subscribe", endpoint, ...wordsOf({ peers: 2, count: 50 })]);
    assert((await fast.receive<{ seconds: number }>()).seconds > 0);
    for (const child of [stalled, publisher]) child.closeInput();
    assert((await publisher.receive<{ sent: number }>()).sent >= 50);
    for (const child of [fast, stalled, publisher]) await child.succeeded();
  }, ONCE);

  test(`${peer.name} paces and observes by the clock of the machine`, async () => {
    const found = await run({ ...pair("observe", "pace"), words: { rate: 1000 } }, peer, peer, 50);
    // Who took one process's clock for another's would be off by the time between their starts, at least.
    assert(found.p50! > -1000 && found.p50! < 1_000_000, JSON.stringify(found));
  }, ONCE);
}

test("a timer beside a flood is watched at both ends", async () => {
  for (const peer of OURS) {
    const found: Finding = await run({ ...pair("pull", "push"), words: { timer: 1 } }, peer, peer, 50_000);
    assert(found.late !== undefined && found.senderLate !== undefined, peer.name);
  }
}, ONCE);

test("every case is played by roles that someone has", () => {
  for (const { play, title, calls } of CASES) {
    assert(OURS.every((peer) => plays(peer, play.binds, calls)), title);
  }
}, ONCE);

test("without a compiler, or without libzmq's header, one line says what to install", () => {
  const empty = mkdtempSync(join(tmpdir(), "zmq-bench-test-"));
  try {
    const line = (path: string) => (buildLibzmq(path) as { missing: string }).missing;
    assertMatch(line(empty), /^libzmq in C: skipped, there is no C compiler: apt-get install gcc libzmq3-dev$/);
    writeFileSync(join(empty, "cc"), '#!/bin/sh\n[ "$1" = --version ]\n');
    chmodSync(join(empty, "cc"), 0o755);
    assertMatch(line(empty), /^libzmq in C: skipped, there is no zmq\.h: apt-get install libzmq3-dev$/);
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}, { ...ONCE, skip: ONCE.skip || process.platform === "win32" });

test("without libzmq in C, the bench goes on beside zeromq", async () => {
  const empty = mkdtempSync(join(tmpdir(), "zmq-bench-test-"));
  try {
    const file = join(empty, "figures.json");
    const args = ["--quick", "--runs", "1", "--only", "throughput,64B,tcp,bun,await", "--json", file];
    const env = { PATH: empty, CC: "" };
    const { code, stdout, stderr } = await runScript("node", join(ROOT, "bench/main.ts"), args, {
      env,
      timeout: 50_000,
    });
    assertEquals(code, 0, stdout + stderr);
    assertMatch(stdout, /^libzmq in C: skipped, /m);
    assertMatch(stdout, /× zeromq/);
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}, ONCE);

/** Two programs over tcp, or one by itself. */
function pair(binds: string, connects?: string, tells: "binds" | "connects" = "binds") {
  return {
    transport: "tcp" as "tcp" | "inproc",
    size: { name: "64B", octets: 64 },
    calls: "await" as Calls,
    play: {
      binds,
      ...(connects === undefined ? {} : { connects }),
      tells,
      tested: "both" as "both" | "binds" | "connects",
    },
    words: {},
  };
}
