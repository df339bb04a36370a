import { assert, assertEquals, assertThrows } from "@std/assert";
import { systemClock as clock, Turns } from "../../src/session/clock.ts";
import { test } from "../harness.ts";
import { settled } from "../manual_clock.ts";

test("a timer runs once, no earlier than it was told", async () => {
  const start = clock.now();
  let calls = 0;
  await new Promise<void>((resolve) =>
    clock.after(20, () => {
      calls++;
      resolve();
    })
  );
  // Timers count whole milliseconds, and may begin inside of one.
  assert(clock.now() - start >= 19);
  assertEquals(calls, 1);
});

test("a timer that is prevented never runs, and one of Infinity is none", async () => {
  let calls = 0;
  const prevent = clock.after(1, () => calls++);
  clock.after(Infinity, () => calls++);
  prevent();
  prevent();
  await new Promise<void>((resolve) => clock.after(5, resolve));
  assertEquals(calls, 0);
});

test("a wait longer than timers can count does not end at once", async () => {
  let calls = 0;
  const prevent = clock.after(2 ** 40, () => calls++);
  await new Promise<void>((resolve) => clock.after(5, resolve));
  prevent();
  assertEquals(calls, 0);
});

test("a turn has one number until its end, microtasks included, and the next has another", async () => {
  const turn = clock.turn();
  await Promise.resolve();
  await Promise.resolve();
  assertEquals(clock.turn(), turn);
  await new Promise<void>((resolve) => clock.atTurnEnd(resolve));
  assert(clock.turn() !== turn);
});

test("work for the end of a turn runs in order, after every microtask, once", async () => {
  const order: string[] = [];
  clock.atTurnEnd(() => order.push("first"));
  clock.atTurnEnd(() => order.push("second"));
  queueMicrotask(() => queueMicrotask(() => order.push("microtask")));
  await settled();
  await settled();
  assertEquals(order, ["microtask", "first", "second"]);
});

test("work that is added at the end of a turn is for the next one's", async () => {
  const turns: number[] = [];
  clock.atTurnEnd(() => {
    turns.push(clock.turn());
    clock.atTurnEnd(() => turns.push(clock.turn()));
  });
  await settled();
  await settled();
  await settled();
  assertEquals(turns.length, 2);
  assert(turns[0] !== turns[1]);
});

/** What stands for a runtime: the test ends its turns. */
class Loop {
  readonly tasks: (() => void)[] = [];
  readonly MessageChannel = MessageChannel;
  readonly setImmediate = (task: () => void): void => void this.tasks.push(task);
}

test("one call of the runtime serves all that a turn's end is for, and none is made without need", () => {
  const loop = new Loop();
  const turns = new Turns(loop);
  assertEquals(loop.tasks.length, 0);
  turns.number();
  for (let i = 0; i < 10; i++) turns.add(() => {});
  assertEquals(loop.tasks.length, 1);
  loop.tasks.shift()!();
  assertEquals(loop.tasks.length, 0);
});

test("a task that throws is seen, and takes no other with it", () => {
  const loop = new Loop();
  const turns = new Turns(loop);
  const ran: string[] = [];
  turns.add(() => ran.push("before"));
  turns.add(() => {
    throw new Error("a defect");
  });
  turns.add(() => ran.push("after"));
  assertThrows(() => loop.tasks.shift()!(), Error, "a defect");
  assertEquals(ran, ["before"]);
  loop.tasks.shift()!();
  assertEquals(ran, ["before", "after"]);
  assertEquals(loop.tasks.length, 0);
});

test("where there is no setImmediate, a message to oneself ends the turn", async () => {
  const channels: MessageChannel[] = [];
  class Recorded extends MessageChannel {
    constructor() {
      super();
      channels.push(this);
    }
  }
  const turns = new Turns({ MessageChannel: Recorded });
  const order: string[] = [];
  const before = turns.number();
  queueMicrotask(() => order.push("microtask"));
  await new Promise<void>((resolve) =>
    turns.add(() => {
      order.push("end");
      resolve();
    })
  );
  assertEquals(order, ["microtask", "end"]);
  assert(turns.number() !== before);
  for (const { port1, port2 } of channels) {
    port1.close();
    port2.close();
  }
});

test("chance is from 0 up to 1", () => {
  for (let i = 0; i < 100; i++) {
    const chance = clock.random();
    assert(chance >= 0 && chance < 1);
  }
});

test("guesses cost the runtime nothing, and are believed a few times before it is asked", () => {
  const loop = new Loop();
  const turns = new Turns(loop);
  const first = turns.guess(1000);
  assertEquals([turns.guess(1000.005), turns.guess(1000.009)], [first, first]);
  let now = 1000;
  let last = first;
  for (let i = 0; i < 100; i++) {
    const next = turns.guess(now += 1);
    assert(next === last || next === last + 1);
    last = next;
  }
  // A loop of long writes is one turn: it may not go on for ever without the runtime being asked for the turn's end.
  assertEquals([last - first, loop.tasks.length], [7, 1]);
});
