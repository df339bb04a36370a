/**
 * A slow consumer on another runtime stops a fast producer, through the streams of both: what is under way stays
 * bounded, neither process grows, and nothing is lost when it goes on. Runs alone, since it measures memory.
 */
// runs alone
import { assert, assertEquals, assertLess } from "@std/assert";
import process from "node:process";
import { type MessageInput, Push } from "../../mod.ts";
import { runtime, type RuntimeName, test } from "../harness.ts";
import { spawnRuntime } from "../processes.ts";

const MEBI = 1024 * 1024;
const SIZE = 64 * 1024;
/** 375 MiB in all. */
const TOTAL = 6000;
const HIGH_WATER_MARK = 50;
/** What may be under way, in octets: both queues, 6.25 MiB, and what the kernel holds of a connection, 10 MiB or so. */
const UNDER_WAY = 32 * MEBI;
/** How much either process may grow, in octets: what is under way, and garbage that has not been collected yet. */
const GROWTH = 160 * MEBI;

const OTHER: Record<RuntimeName, RuntimeName> = { deno: "bun", bun: "node", node: "deno" };

interface Report {
  readonly taken: number;
  readonly rss: number;
  readonly [name: string]: unknown;
}

test(`a slow consumer on ${OTHER[runtime]} stops a fast producer on ${runtime}, and memory stays flat`, async () => {
  const script = new URL("./slow_consumer.ts", import.meta.url);
  await using consumer = spawnRuntime(OTHER[runtime], script, [`${HIGH_WATER_MARK}`]);
  const { endpoint } = await consumer.receive<{ endpoint: string }>();
  const take = async (count: number): Promise<Report> => {
    consumer.send({ take: count });
    return await consumer.receive<Report>(60_000);
  };

  await using push = new Push({ sendHighWaterMark: HIGH_WATER_MARK });
  push.connect(endpoint);
  let made = 0;
  const source = new ReadableStream<MessageInput>({
    pull(controller) {
      const octets = new Uint8Array(SIZE);
      new DataView(octets.buffer).setUint32(0, made++);
      controller.enqueue(octets);
      if (made === TOTAL) controller.close();
    },
  }, { highWaterMark: 0 });

  const before = { ours: process.memoryUsage().rss, theirs: (await take(0)).rss };
  const most = { ...before, underWay: 0 };
  const piping = source.pipeTo(push.writable);
  /** Takes some, and waits until the producer makes no more. */
  const step = async (count: number): Promise<number> => {
    let { taken, rss } = await take(count);
    for (let last = -1, quiet = 0; quiet < 20; quiet = made === last ? quiet + 1 : 0) {
      last = made;
      ({ taken, rss } = await take(0));
    }
    most.theirs = Math.max(most.theirs, rss);
    most.ours = Math.max(most.ours, process.memoryUsage().rss);
    most.underWay = Math.max(most.underWay, (made - taken) * SIZE);
    return taken;
  };

  let taken = await step(0);
  assertEquals(taken, 0);
  assert(made >= 2 * HIGH_WATER_MARK - 1, `${made} have been made`);
  for (let i = 0; i < 10; i++) taken = await step(20);
  while (taken < TOTAL) taken = await step(Math.min(500, TOTAL - taken));
  await piping;
  consumer.send({ take: -1 });
  await consumer.succeeded();
  assertEquals([taken, made], [TOTAL, TOTAL]);
  assertLess(most.underWay, UNDER_WAY);
  assertLess(most.ours - before.ours, GROWTH, "the producer");
  assertLess(most.theirs - before.theirs, GROWTH, "the consumer");
}, { timeout: 60_000 });
