/**
 * When the way out writes: a lone message soon, a crowd of them together, nothing while a write is on loan.
 */
import { assert, assertEquals } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { Control } from "../../src/message.ts";
import { Outflow, type OutflowOwner } from "../../src/session/outflow.ts";
import { test, toHex } from "../harness.ts";
import { ManualClock, settled } from "../manual_clock.ts";
import { MemoryLink } from "../memory_link.ts";
import { message } from "../pipe_fixture.ts";

/** An engine that has nothing to say but what it is given. */
class Mute implements Engine {
  hungUp(): undefined {}
  readonly nextTick = Infinity;
  readonly roundTrip = undefined;
  readonly output: Uint8Array[] = [];

  start(): void {}
  receive(): void {}
  resume(): void {}
  tick(): number {
    return Infinity;
  }
  takeOutput(): Uint8Array | undefined {
    return this.output.shift();
  }
  spell(control: Control): { flags: number; body: Uint8Array } {
    return { flags: 4, body: control.topic };
  }
}

/** A way out, and all around it. */
class Rig implements OutflowOwner {
  readonly clock = new ManualClock();
  readonly engine = new Mute();
  readonly link: MemoryLink = MemoryLink.pair()[0];
  readonly log: string[] = [];
  readonly outflow = new Outflow(this.clock, this);

  constructor(ready = true) {
    this.outflow.attach(this.link, this.engine);
    if (ready) this.outflow.open();
  }

  sent(messages: number): void {
    this.log.push(`sent ${messages}`);
  }
  drained(): void {
    this.log.push("drained");
  }
  more(): void {
    this.log.push("more");
  }
  refuse(reason: Error): void {
    this.log.push(`refuse ${reason.message}`);
  }

  put(...texts: string[]): void {
    for (const text of texts) this.outflow.put(message(text));
  }

  /** The sizes of the writes since the last call. */
  writes(): number[] {
    return this.link.writes.splice(0).map(({ length }) => length);
  }
}

/** A way out that is ready, at the beginning of a turn in which nothing has been written. */
async function fresh(): Promise<Rig> {
  const rig = new Rig();
  await rig.clock.endTurn();
  await rig.clock.endTurn();
  return rig;
}

test("the first message of a turn goes out on a microtask", async () => {
  const rig = await fresh();
  rig.put("a");
  assertEquals(rig.writes(), []);
  await settled();
  assertEquals(rig.writes(), [3]);
  assertEquals(rig.log.slice(-2), ["sent 1", "drained"]);
});

test("the rest of that turn goes out at its end, in one write", async () => {
  const rig = await fresh();
  rig.put("a");
  await settled();
  assertEquals(rig.writes(), [3]);
  for (let i = 0; i < 100; i++) {
    rig.put("b");
    await Promise.resolve();
  }
  await settled();
  assertEquals(rig.writes(), []);
  await rig.clock.endTurn();
  assertEquals(rig.writes(), [300]);
});

test("messages of one moment go out in one write", async () => {
  const rig = await fresh();
  rig.put("a", "b|c", "d");
  await settled();
  assertEquals(rig.link.writes.map(toHex), ["00 01 61 01 01 62 00 01 63 00 01 64"]);
});

test("64 KiB go out at once", async () => {
  const rig = await fresh();
  const kilobyte = "x".repeat(1024 - 9);
  for (let i = 0; i < 64; i++) {
    assertEquals(rig.writes(), []);
    rig.put(kilobyte);
  }
  assertEquals(rig.writes().reduce((sum, length) => sum + length, 0), 65536);
});

test("a link that can gather gets long bodies and what is between them in one write, of 64 KiB or one more run", async () => {
  const rig = await fresh();
  rig.link.gather = rig.link.gatherAll;
  rig.link.lending = true;
  const body = "x".repeat(16384);
  rig.put("a", body, "b|" + body, ...new Array<string>(5).fill(body));
  rig.outflow.flush();
  assertEquals(rig.link.gathered, [[12, 16384, 3 + 9, 16384, 9, 16384, 9, 16384]]);
  assertEquals([rig.outflow.queued, rig.outflow.unsent, rig.outflow.messages], [3, 8, 0]);
  rig.link.repay();
  await settled();
  await rig.clock.endTurn();
  assertEquals(rig.link.gathered[1], [9, 16384, 9, 16384, 9, 16384]);
  assertEquals([rig.outflow.queued, rig.outflow.unsent, rig.outflow.messages], [0, 3, 5]);
  rig.link.repay();
  await settled();
  assertEquals([rig.outflow.unsent, rig.outflow.messages, rig.outflow.bytes], [0, 8, rig.link.written.length]);
  assertEquals(rig.log.filter((line) => line.startsWith("sent")), ["sent 5", "sent 3"]);
});

test("of messages that are long no more than one is on loan, whatever is gathered", async () => {
  const rig = await fresh();
  rig.link.gather = rig.link.gatherAll;
  rig.link.lending = true;
  const long = "x".repeat(65536);
  rig.put("x".repeat(65535) + "|y", "|" + long, long, long);
  while (!rig.outflow.idle) {
    assert(rig.outflow.unsent - rig.outflow.queued <= 1, `${rig.outflow.unsent - rig.outflow.queued} on loan`);
    rig.link.repay();
    await settled();
    await rig.clock.endTurn();
  }
  assertEquals(rig.outflow.messages, 4);
});

test("what the engine has to say does not go between a header and its body that are gathered", async () => {
  const rig = await fresh();
  rig.link.gather = rig.link.gatherAll;
  rig.link.lending = true;
  rig.put("x".repeat(70000));
  rig.engine.output.push(Uint8Array.of(9));
  rig.put("b");
  rig.link.repay();
  await settled();
  await rig.clock.endTurn();
  assertEquals(rig.writes(), [70009, 1]);
  assertEquals(rig.link.gathered, [[9, 70000]]);
});

test("a turn that has sent a megabyte so waits for its end with the rest", async () => {
  const rig = await fresh();
  const body = "x".repeat(8192);
  for (let i = 0; i < 1000; i++) rig.put(body);
  const early = rig.writes().reduce((sum, length) => sum + length, 0);
  assertEquals([early >= 1_000_000, early <= 2_000_000], [true, true]);
  await rig.clock.endTurn();
  assertEquals(early + rig.writes().reduce((sum, length) => sum + length, 0), 1000 * (8192 + 9));
});

test("a turn that has written for 3 ms waits for its end with the rest", async () => {
  const rig = await fresh();
  const body = "x".repeat(16000);
  for (let i = 0; i < 5; i++) rig.put(body);
  const early = rig.writes().length;
  rig.clock.pass(3);
  for (let i = 0; i < 9; i++) rig.put(body);
  assertEquals([early > 0, rig.writes()], [true, []]);
  await rig.clock.endTurn();
  assertEquals(rig.outflow.queued, 0);
});

test("a queue of long messages that the link takes at once goes out in several turns", async () => {
  const rig = new Rig(false);
  const body = "x".repeat(100_000);
  for (let i = 0; i < 10; i++) rig.put(body);
  const write = rig.link.write.bind(rig.link);
  rig.link.write = (bytes) => {
    rig.clock.pass(0.4);
    return write(bytes);
  };
  rig.outflow.open();
  await settled();
  // Each is two writes, its header's and its body's.
  assertEquals(rig.outflow.queued, 6);
  await settled();
  assertEquals(rig.outflow.queued, 6);
  await rig.clock.endTurn();
  assertEquals(rig.outflow.queued, 2);
  await rig.clock.endTurn();
  assertEquals([rig.outflow.queued, rig.link.written.length], [0, 10 * 100_009]);
});

test("nothing is written while a write is on loan, and all that came meanwhile goes together", async () => {
  const rig = new Rig();
  rig.link.lending = true;
  rig.put("a");
  await rig.clock.endTurn();
  assertEquals(rig.writes(), [3]);
  assertEquals([rig.outflow.queued, rig.outflow.unsent, rig.outflow.idle], [0, 1, false]);
  for (let i = 0; i < 10; i++) {
    rig.put("b", "c");
    await rig.clock.endTurn();
  }
  assertEquals(rig.writes(), []);
  assertEquals(rig.outflow.unsent, 21);
  rig.link.repay();
  await rig.clock.endTurn();
  assertEquals(rig.writes(), [60]);
  rig.link.repay();
  await rig.clock.endTurn();
  assertEquals([rig.outflow.unsent, rig.outflow.idle, rig.log.at(-1)], [0, true, "drained"]);
});

test("octets on loan do not change, whatever is queued meanwhile", async () => {
  const rig = new Rig();
  rig.link.lending = true;
  rig.put("abc");
  await rig.clock.endTurn();
  const before = toHex(rig.link.onLoan!);
  for (let i = 0; i < 5000; i++) rig.put("defghijklmnop");
  assertEquals(toHex(rig.link.onLoan!), before);
});

test("before the handshake only the engine speaks", async () => {
  const rig = new Rig(false);
  rig.put("a");
  rig.engine.output.push(latin1("greeting"));
  rig.outflow.plan();
  await rig.clock.endTurn();
  assertEquals(rig.writes(), [8]);
  rig.outflow.open();
  await rig.clock.endTurn();
  assertEquals(rig.writes(), [3]);
});

test("what the engine says goes before what is queued, and never into a frame", async () => {
  const rig = new Rig();
  rig.link.lending = true;
  const long = "x".repeat(20_000);
  rig.put("a", long, "b");
  await rig.clock.endTurn();
  // The header of the long body is in this write, so the body must be the next.
  assertEquals(rig.writes(), [3 + 9]);
  rig.engine.output.push(latin1("PONG"));
  rig.outflow.plan();
  rig.link.repay();
  await rig.clock.endTurn();
  assertEquals(rig.writes(), [20_000]);
  rig.link.repay();
  await rig.clock.endTurn();
  assertEquals(rig.link.writes.map(toHex), ["50 4F 4E 47"]);
  rig.writes();
  rig.link.repay();
  await rig.clock.endTurn();
  assertEquals(rig.link.writes.map(toHex), ["00 01 62"]);
});

test("preludes go before the queue, on this connection alone", async () => {
  const rig = new Rig(false);
  rig.put("queued");
  rig.outflow.open();
  rig.outflow.prelude(message("hi|there"));
  await rig.clock.endTurn();
  assertEquals(rig.link.writes.map(toHex)[0]!.slice(0, 11), "01 02 68 69");
  assertEquals(rig.outflow.messages, 1);
  rig.outflow.prelude(message("lost"));
  rig.outflow.detach();
  const again = MemoryLink.pair()[0];
  rig.outflow.attach(again, rig.engine);
  rig.outflow.open();
  await rig.clock.endTurn();
  assertEquals(again.writes, []);
});

test("a subscription is for the connection that is there", async () => {
  const rig = new Rig(false);
  rig.outflow.control(new Control("subscribe", latin1("too soon")));
  rig.outflow.open();
  rig.outflow.control(new Control("subscribe", latin1("A")));
  await rig.clock.endTurn();
  assertEquals(rig.link.writes.map(toHex), ["04 01 41"]);
});

test("after a shutting only the engine speaks", async () => {
  const rig = new Rig();
  await rig.clock.endTurn();
  rig.outflow.shut();
  rig.put("a");
  rig.engine.output.push(latin1("ERROR"));
  rig.outflow.flush();
  assertEquals(rig.writes(), [5]);
  await rig.clock.endTurn();
  assertEquals([rig.writes(), rig.outflow.queued], [[], 1]);
});

test("a connection that breaks takes what is on loan and the rest of a half-sent message, and no more", async () => {
  const rig = new Rig();
  rig.link.lending = true;
  rig.put("a", `b|${"x".repeat(20_000)}`, "c", "d");
  await rig.clock.endTurn();
  assertEquals(rig.outflow.unsent, 4);
  rig.log.length = 0;
  rig.outflow.detach();
  assertEquals(rig.log, ["sent 1"]);
  assertEquals([rig.outflow.queued, rig.outflow.unsent], [2, 2]);
  const again = MemoryLink.pair()[0];
  rig.outflow.attach(again, rig.engine);
  rig.outflow.open();
  await rig.clock.endTurn();
  assertEquals(again.writes.map(toHex), ["00 01 63 00 01 64"]);
});

test("a loan that settles after its connection is gone changes nothing", async () => {
  const rig = new Rig();
  rig.link.lending = true;
  rig.put("a");
  await rig.clock.endTurn();
  rig.outflow.detach();
  const again = MemoryLink.pair()[0];
  again.lending = true;
  rig.outflow.attach(again, rig.engine);
  rig.outflow.open();
  rig.put("b");
  await rig.clock.endTurn();
  rig.put("c");
  rig.link.repay();
  await rig.clock.endTurn();
  assertEquals(again.writes.map(toHex), ["00 01 62"]);
  assertEquals(rig.outflow.unsent, 2);
});

test("what is cleared is counted, and what is on loan is not touched", async () => {
  const rig = new Rig();
  rig.link.lending = true;
  rig.put("a");
  await rig.clock.endTurn();
  rig.put("b", "c");
  assertEquals(rig.outflow.clear(), 2);
  assertEquals([rig.outflow.queued, rig.outflow.unsent], [0, 1]);
  rig.link.repay();
  await rig.clock.endTurn();
  assertEquals(rig.outflow.messages, 1);
});

test("it counts the messages and octets that were handed to links", async () => {
  const rig = new Rig();
  rig.put("a", "b|c");
  await rig.clock.endTurn();
  assertEquals([rig.outflow.messages, rig.outflow.bytes], [2, 9]);
});

test("who finishes waits for a write that is on loan, then for what the engine has to say, and for no message", async () => {
  const rig = new Rig(false);
  const log: string[] = [];
  rig.link.lending = true;
  rig.engine.output.push(Uint8Array.of(1));
  rig.outflow.flush();
  rig.engine.output.push(Uint8Array.of(2, 2));
  rig.put("a");
  rig.outflow.finish(() => log.push("said"));
  assertEquals([rig.writes(), log], [[1], []]);
  rig.link.repay();
  await settled();
  assertEquals([rig.writes(), log], [[2], []]);
  rig.link.repay();
  await settled();
  assertEquals([rig.writes(), log], [[], ["said"]]);
  rig.outflow.finish(() => log.push("again"));
  assertEquals(log, ["said", "again"]);
});

test("who waits to finish hears nothing of a connection that is gone", async () => {
  const rig = new Rig(false);
  const log: string[] = [];
  rig.link.lending = true;
  rig.engine.output.push(Uint8Array.of(1));
  rig.outflow.flush();
  rig.outflow.finish(() => log.push("said"));
  rig.outflow.detach();
  rig.link.repay();
  await settled();
  assertEquals(log, []);
});
