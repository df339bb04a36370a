import { assertEquals } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { Control } from "../../src/message.ts";
import type { Pipe, PipeOwner } from "../../src/pipe/pipe.ts";
import { message, Peer, PIPE_OPTIONS, show } from "../pipe_fixture.ts";
import { test } from "../harness.ts";

class Owner implements PipeOwner {
  readables = 0;
  writables = 0;
  onReadable: (pipe: Pipe) => void = () => {};

  readable(pipe: Pipe): void {
    this.readables++;
    this.onReadable(pipe);
  }

  writable(): void {
    this.writables++;
  }
}

function make(options: Partial<typeof PIPE_OPTIONS> = {}): { owner: Owner; peer: Peer; pipe: Pipe } {
  const owner = new Owner();
  const peer = new Peer(owner, { ...PIPE_OPTIONS, ...options });
  return { owner, peer, pipe: peer.pipe };
}

function fill(pipe: Pipe): number {
  let count = 0;
  while (pipe.canWrite()) {
    pipe.write(message(`${count}`));
    count++;
  }
  return count;
}

test("a pipe takes as many messages as its high-water mark, whatever their frames", () => {
  for (const mark of [1, 2, 3, 10, 11]) {
    const { pipe, peer } = make({ sendHighWaterMark: mark });
    assertEquals(fill(pipe), mark);
    assertEquals([pipe.queued, peer.queue.length], [mark, mark]);
  }
  const { pipe } = make({ sendHighWaterMark: 1 });
  pipe.write(message("a|b|c"));
  assertEquals([pipe.queued, pipe.canWrite()], [1, false]);
});

test("a pipe that was full is writable again when half of its queue has gone, and says so once", () => {
  for (const [mark, half] of [[1, 1], [2, 1], [3, 2], [10, 5], [11, 6]] as const) {
    const { pipe, peer, owner } = make({ sendHighWaterMark: mark });
    fill(pipe);
    for (let gone = 1; gone <= mark; gone++) {
      peer.flush(1);
      assertEquals(owner.writables, gone >= half ? 1 : 0, `${gone} of ${mark} gone`);
    }
  }
});

test("nobody is told of room that nobody missed", () => {
  const { pipe, peer, owner } = make({ sendHighWaterMark: 2 });
  pipe.write(message("a"));
  pipe.write(message("b"));
  peer.flush();
  assertEquals(owner.writables, 0);
});

test("without a high-water mark there is always room", () => {
  const { pipe, owner } = make({ sendHighWaterMark: Infinity });
  for (let i = 0; i < 5000; i++) pipe.write(message("a"));
  assertEquals(pipe.canWrite(), true);
  pipe.sent(5000);
  assertEquals(owner.writables, 0);
});

test("subscriptions count towards no mark, and keep their place", () => {
  const { pipe, peer } = make({ sendHighWaterMark: 1 });
  pipe.control(new Control("subscribe", latin1("A")));
  pipe.write(message("a"));
  pipe.control(new Control("cancel", latin1("A")));
  assertEquals([pipe.queued, peer.queue], [1, ["+A", "a", "-A"]]);
});

test("what has come is read in order, and the owner is told when there is something again", () => {
  const { pipe, peer, owner } = make();
  assertEquals(pipe.read(), undefined);
  peer.say("a");
  peer.say("b|c");
  assertEquals(owner.readables, 1);
  assertEquals([show(pipe.read() as never), show(pipe.read() as never), pipe.read()], ["a", "b|c", undefined]);
  assertEquals(peer.read, 2);
  peer.say("d");
  assertEquals(owner.readables, 2);
});

test("at the receiving mark the peer is stopped, and goes on when half has been read", () => {
  for (const [mark, half] of [[1, 1], [2, 1], [3, 2], [10, 5]] as const) {
    const { pipe, peer } = make({ receiveHighWaterMark: mark });
    for (let i = 1; i <= mark; i++) assertEquals(peer.say("a"), i < mark, `${i} of ${mark}`);
    for (let read = 1; read <= mark; read++) {
      pipe.read();
      assertEquals(peer.resumed, read >= half ? 1 : 0, `${read} of ${mark} read`);
    }
  }
});

test("what comes over the mark all the same is not lost", () => {
  const { pipe, peer } = make({ receiveHighWaterMark: 1 });
  assertEquals([peer.say("a"), peer.say("b")], [false, false]);
  assertEquals([show(pipe.read() as never), show(pipe.read() as never)], ["a", "b"]);
  assertEquals(peer.resumed, 1);
});

test("an owner that reads at once never stops the peer", () => {
  const { owner, peer } = make({ receiveHighWaterMark: 1 });
  owner.onReadable = (pipe) => void pipe.read();
  assertEquals([peer.say("a"), peer.say("b")], [true, true]);
});

test("marks may change at any time: more room is told, less is heeded from then on", () => {
  const { pipe, peer, owner } = make({ sendHighWaterMark: 4, receiveHighWaterMark: 4 });
  fill(pipe);
  for (let i = 0; i < 4; i++) peer.say("a");
  pipe.limit(4, 4);
  assertEquals([owner.writables, peer.resumed], [0, 0]);
  pipe.limit(5, 5);
  assertEquals([owner.writables, peer.resumed], [1, 1]);
  assertEquals([fill(pipe), peer.say("a")], [1, false]);
  pipe.limit(8, 8);
  assertEquals([owner.writables, peer.resumed], [2, 2]);
  assertEquals(fill(pipe), 3);
  pipe.limit(2, 2);
  assertEquals(pipe.canWrite(), false);
  assertEquals(peer.say("a"), false);
  peer.flush(6);
  assertEquals([pipe.queued, owner.writables], [2, 2]);
  peer.flush(1);
  assertEquals(owner.writables, 3);
  pipe.limit(Infinity, Infinity);
  assertEquals(pipe.canWrite(), true);
  assertEquals(peer.say("a"), true);
});

test("forgetting what is queued makes room, and says so", () => {
  const { pipe, owner } = make({ sendHighWaterMark: 3 });
  fill(pipe);
  pipe.clear();
  assertEquals([pipe.queued, owner.writables], [0, 1]);
  assertEquals(fill(pipe), 3);
});

test("conflate keeps the newest message of each direction, and knows no marks", () => {
  const { pipe, peer, owner } = make({ conflate: true, sendHighWaterMark: 1, receiveHighWaterMark: 1 });
  for (const text of ["a", "b|c", "d"]) {
    assertEquals(pipe.canWrite(), true);
    pipe.write(message(text));
  }
  assertEquals([peer.queue, pipe.queued], [["d"], 1]);
  peer.flush();
  assertEquals([owner.writables, pipe.queued], [0, 0]);
  for (const text of ["a", "b|c", "d|e"]) assertEquals(peer.say(text), true);
  assertEquals(peer.read, 2, "what was replaced counts as taken");
  assertEquals([show(pipe.read() as never), pipe.read()], ["d|e", undefined]);
  assertEquals([peer.read, peer.resumed], [3, 0]);
});

test("conflate replaces no subscription", () => {
  const { pipe, peer } = make({ conflate: true });
  peer.subscribe("A");
  peer.subscribe("B");
  peer.say("a");
  assertEquals(pipe.inbound.length, 3);
});

test("a pipe that leads nowhere takes nothing, and can be read", () => {
  const { pipe, peer, owner } = make({ sendHighWaterMark: 1 });
  peer.say("a");
  fill(pipe);
  pipe.alive = false;
  peer.flush();
  pipe.control(new Control("subscribe", latin1("A")));
  pipe.prelude(message("p"));
  pipe.refuse(new Error("late"));
  assertEquals([pipe.canWrite(), owner.writables, peer.queue, peer.preludes, peer.refused], [
    false,
    0,
    [],
    [],
    undefined,
  ]);
  assertEquals(show(pipe.read() as never), "a");
});

test("what goes before all else and why a peer is refused are passed on", () => {
  const { pipe, peer } = make();
  pipe.write(message("a"));
  pipe.prelude(message("p"));
  const reason = new Error("no");
  pipe.refuse(reason);
  assertEquals([peer.preludes, peer.queue, peer.refused], [["p"], ["a"], reason]);
});
