import { assertEquals } from "@std/assert";
import { FairQueue } from "../../src/pipe/fair_queue.ts";
import type { Message } from "../../src/message.ts";
import type { Pipe, PipeOwner } from "../../src/pipe/pipe.ts";
import { Peer, show } from "../pipe_fixture.ts";
import { test } from "../harness.ts";

class Queue implements PipeOwner {
  readonly queue = new FairQueue();

  readable(pipe: Pipe): void {
    this.queue.readable(pipe);
  }

  writable(): void {}

  join(): Peer {
    const peer = new Peer(this);
    this.queue.attach(peer.pipe);
    return peer;
  }

  leave(peer: Peer): void {
    peer.pipe.alive = false;
    this.queue.detach(peer.pipe);
  }

  read(): string | undefined {
    return show(this.queue.read() as Message | undefined);
  }

  readAll(): string {
    let all = "";
    for (let text = this.read(); text !== undefined; text = this.read()) all += text;
    return all;
  }
}

test("whole messages come from each pipe in turn", () => {
  const queue = new Queue();
  const [a, b, c] = [queue.join(), queue.join(), queue.join()];
  for (let i = 0; i < 3; i++) a.say("a");
  for (let i = 0; i < 3; i++) b.say("b|b");
  for (let i = 0; i < 3; i++) c.say("c");
  const round = () => Array.from({ length: 3 }, () => queue.read()).sort();
  // One of each in every round; the order within a round changes as pipes run empty.
  for (let i = 0; i < 3; i++) assertEquals(round(), ["a", "b|b", "c"]);
  assertEquals([queue.queue.empty, queue.read()], [true, undefined]);
});

test("a pipe that never falls silent does not keep others from being read", () => {
  const queue = new Queue();
  const loud = queue.join();
  const quiet = queue.join();
  for (let i = 0; i < 100; i++) loud.say("l");
  queue.read();
  quiet.say("q");
  loud.say("l");
  assertEquals([queue.read(), queue.read()].includes("q"), true);
});

test("the queue knows whom the last message came from", () => {
  const queue = new Queue();
  const [a, b] = [queue.join(), queue.join()];
  b.say("b");
  queue.read();
  assertEquals(queue.queue.last === b.pipe, true);
  a.say("a");
  queue.read();
  assertEquals(queue.queue.last === a.pipe, true);
});

test("a pipe that joins with something in it is read", () => {
  const queue = new Queue();
  const peer = new Peer(queue);
  peer.say("a");
  queue.queue.attach(peer.pipe);
  assertEquals(queue.readAll(), "a");
});

test("what a pipe holds when it leaves can be read, and then it is gone", () => {
  const queue = new Queue();
  const [a, b, c] = [queue.join(), queue.join(), queue.join()];
  a.say("a");
  a.say("A");
  b.say("b");
  queue.leave(a);
  queue.leave(b);
  queue.leave(c);
  assertEquals(queue.readAll(), "abA");
  assertEquals(queue.queue.empty, true);
  for (const { pipe } of [a, b, c]) queue.queue.readable(pipe);
  assertEquals(queue.queue.empty, true);
});

test("a pipe that is removed takes along what it holds", () => {
  const queue = new Queue();
  const [a, b] = [queue.join(), queue.join()];
  a.say("a");
  b.say("b");
  queue.queue.remove(a.pipe);
  assertEquals(queue.readAll(), "b");
});

test("a pipe that is refilled while it is read keeps its turn", () => {
  const queue = new Queue();
  const [a, b] = [queue.join(), queue.join()];
  // As between two sockets of a process: reading makes room, and the other side fills it at once.
  a.taken = () => void a.say("a");
  a.say("a");
  for (let i = 0; i < 3; i++) b.say("b");
  assertEquals(Array.from({ length: 6 }, () => queue.read()).join(""), "ababab");
});
