import { assertEquals } from "@std/assert";
import { Pull, Push } from "../../mod.ts";
import { test } from "../harness.ts";
import { World } from "./world.ts";

// What the models have found, in words.

test("a message that a broken link had begun to take is counted: it was handed over", async () => {
  const world = new World();
  const { context, transport } = world;
  const pull = new Pull({ context });
  const push = new Push({ context });
  await pull.bind("memory://here");
  push.connect("memory://here");
  await world.settle();
  const [line] = transport.lines;
  line!.loseAfter(1, true);
  await push.send("lost");
  await world.settle();
  const { messagesOut, queuedOut, dropped } = push.stats();
  assertEquals([messagesOut, queuedOut, dropped], [1, 0, 0]);
  await world.pass(200);
  await push.send("not lost");
  await world.settle();
  assertEquals(pull.tryReceive()?.length, 1);
  assertEquals(push.stats().messagesOut, 2);
  const closing = context.close({ linger: 0 });
  await world.pass(2000);
  await closing;
});

test("over inproc a receiver's new mark acts at once, since both sides' marks add up", async () => {
  const world = new World();
  const { context } = world;
  const pull = new Pull({ context, receiveHighWaterMark: 1 });
  const push = new Push({ context, sendHighWaterMark: 1 });
  await pull.bind("inproc://here");
  push.connect("inproc://here");
  const room = (): number => {
    let count = 0;
    while (push.trySend("x")) count++;
    return count;
  };
  assertEquals(room(), 2);
  pull.receiveHighWaterMark = 4;
  assertEquals(room(), 3);
  await context.close({ linger: 0 });
});
