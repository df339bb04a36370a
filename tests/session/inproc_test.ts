/**
 * Pipe to pipe within a process: in either order, with both sides' marks, and both ends ending as one.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import type { SocketType } from "../../src/engine/compatibility.ts";
import { EndpointError, ZmqError } from "../../src/errors.ts";
import { Control } from "../../src/message.ts";
import type { Pipe, PipeOptions } from "../../src/pipe/pipe.ts";
import type { Connection } from "../../src/session/connection.ts";
import { type InprocHost, InprocNames } from "../../src/session/inproc.ts";
import { test } from "../harness.ts";
import { ManualClock, settled } from "../manual_clock.ts";
import { message, PIPE_OPTIONS, show } from "../pipe_fixture.ts";

const ENDPOINT = "inproc://here";
const NONE = new Uint8Array(0);

/** A socket that keeps what it is told. */
class Host implements InprocHost {
  readonly type: SocketType;
  readonly options: PipeOptions;
  readonly clock: ManualClock;
  routingId: Uint8Array = NONE;
  readonly connections: Connection[] = [];
  readonly received: string[] = [];
  receiving = true;
  log: string[] = [];
  welcome: (pipe: Pipe) => void = () => {};
  greet: (pipe: Pipe) => void = () => {};

  constructor(type: SocketType, options: Partial<PipeOptions> = {}, clock = new ManualClock()) {
    this.type = type;
    this.options = { ...PIPE_OPTIONS, ...options };
    this.clock = clock;
  }

  joined(connection: Connection): void {
    this.connections.push(connection);
  }
  attach(pipe: Pipe): void {
    this.log.push("attach");
    this.welcome(pipe);
  }
  detach(): void {
    this.log.push("detach");
  }
  ready(pipe: Pipe): void {
    this.log.push("ready");
    this.greet(pipe);
  }
  closed(connection: Connection, unsent: number): void {
    this.log.push(`closed ${unsent}`);
    this.connections.splice(this.connections.indexOf(connection), 1);
  }
  turnedAway(_endpoint: string, error: Error): void {
    this.log.push((error as ZmqError).code);
  }
  readable(pipe: Pipe): void {
    if (this.receiving) this.receive(pipe);
  }
  writable(): void {
    this.log.push("writable");
  }

  receive(pipe: Pipe = this.pipe, count = Infinity): void {
    for (; count > 0; count--) {
      const item = pipe.read();
      if (item === undefined) return;
      this.received.push(item instanceof Control ? item.type : show(item)!);
    }
  }

  /** The one connection's pipe. */
  get pipe(): Pipe {
    return this.connections[0]!.pipe;
  }

  told(): string[] {
    return this.log.splice(0);
  }
}

function send(pipe: Pipe, ...texts: string[]): void {
  for (const text of texts) pipe.write(message(text));
}

/** How many messages a pipe takes before it is full. */
function room(pipe: Pipe): number {
  let count = 0;
  for (; count < 100 && pipe.canWrite(); count++) send(pipe, "x");
  return count;
}

/** A PUSH connected to a PULL. */
function joined(push: Partial<PipeOptions> = {}, pull: Partial<PipeOptions> = {}): { push: Host; pull: Host } {
  const names = new InprocNames();
  const binder = new Host("PULL", pull);
  const dialler = new Host("PUSH", push, binder.clock);
  names.bind(ENDPOINT, binder);
  names.connect(ENDPOINT, dialler, NONE);
  return { push: dialler, pull: binder };
}

test("bind, then connect: both are ready at once", () => {
  const { push, pull } = joined();
  assertEquals([push.told(), pull.told()], [["attach", "ready"], ["attach", "ready"]]);
  assertEquals([push.pipe.dialled, pull.pipe.dialled], [true, false]);
  send(push.pipe, "a", "b|c");
  send(pull.pipe, "back");
  assertEquals([pull.received, push.received], [["a", "b|c"], ["back"]]);
});

test("connect, then bind: what was sent meanwhile arrives, in order", () => {
  const names = new InprocNames();
  const push = new Host("PUSH");
  const pull = new Host("PULL");
  const connection = names.connect(ENDPOINT, push, NONE);
  assertEquals([push.told(), push.pipe.connected], [["attach"], false]);
  send(push.pipe, "a", "b");
  assertEquals(connection.stats().queuedOut, 2);
  names.bind(ENDPOINT, pull);
  send(push.pipe, "c");
  assertEquals([pull.received, push.pipe.connected], [["a", "b", "c"], true]);
  assertEquals([connection.stats().queuedOut, connection.stats().messagesOut], [0, 3]);
});

test("several that connect before are all joined, and each brings what is its own", () => {
  const names = new InprocNames();
  const pushes = ["1", "2", "3"].map((name) => {
    const push = new Host("PUSH");
    names.connect(ENDPOINT, push, NONE);
    send(push.pipe, `${name}a`, `${name}b`);
    return push;
  });
  const pull = new Host("PULL");
  names.bind(ENDPOINT, pull);
  assertEquals(pull.received, ["1a", "1b", "2a", "2b", "3a", "3b"]);
  assertEquals([pull.connections.length, pushes.map(({ pipe }) => pipe.queued)], [3, [0, 0, 0]]);
});

test("a name is bound once at a time, and can be bound again once it is free", () => {
  const names = new InprocNames();
  const first = new Host("PULL");
  const second = new Host("PULL");
  names.bind(ENDPOINT, first);
  assertThrows(() => names.bind(ENDPOINT, second), EndpointError, "the name is in use in this context");
  names.unbind(ENDPOINT, second);
  assertThrows(() => names.bind(ENDPOINT, second), EndpointError, "in use");
  const push = new Host("PUSH");
  names.connect(ENDPOINT, push, NONE);
  names.unbind(ENDPOINT, first);
  names.bind(ENDPOINT, second);
  send(push.pipe, "to the first: connections outlive the name");
  assertEquals([first.received.length, second.received.length], [1, 0]);
  names.connect(ENDPOINT, new Host("PUSH"), NONE);
  assertEquals(second.connections.length, 1);
});

test("the high-water marks of both sides add up, each way", () => {
  const { push, pull } = joined(
    { sendHighWaterMark: 2, receiveHighWaterMark: 7 },
    { sendHighWaterMark: 4, receiveHighWaterMark: 3 },
  );
  push.receiving = pull.receiving = false;
  assertEquals([room(push.pipe), room(pull.pipe)], [5, 11]);
});

test("one side without a mark is no mark at all", () => {
  for (const unlimited of ["sendHighWaterMark", "receiveHighWaterMark"]) {
    const marks = { sendHighWaterMark: 2, receiveHighWaterMark: 2, [unlimited]: Infinity };
    const { push, pull } = joined(marks, marks);
    pull.receiving = false;
    assertEquals(room(push.pipe), 100);
  }
});

test("before there is another end only one's own mark counts, then both", () => {
  const names = new InprocNames();
  const push = new Host("PUSH", { sendHighWaterMark: 2 });
  const pull = new Host("PULL", { receiveHighWaterMark: 3 });
  pull.receiving = false;
  names.connect(ENDPOINT, push, NONE);
  assertEquals(room(push.pipe), 2);
  push.told();
  names.bind(ENDPOINT, pull);
  assertEquals(push.told(), ["writable", "ready"]);
  assertEquals(room(push.pipe), 3);
});

test("a full pipe has room again once half of it has been read", () => {
  const { push, pull } = joined({ sendHighWaterMark: 2 }, { receiveHighWaterMark: 2 });
  pull.receiving = false;
  assertEquals(room(push.pipe), 4);
  push.told();
  pull.receive(pull.pipe, 1);
  assertEquals(push.told(), []);
  pull.receive(pull.pipe, 1);
  assertEquals(push.told(), ["writable"]);
  assertEquals(room(push.pipe), 2);
});

test("marks that change at run time act on what there is", () => {
  const { push, pull } = joined({ sendHighWaterMark: 1 }, { receiveHighWaterMark: 1 });
  pull.receiving = false;
  assertEquals(room(push.pipe), 2);
  push.options.sendHighWaterMark = 4;
  push.connections[0]!.limit();
  assertEquals(room(push.pipe), 3);
});

test("what the patterns say first goes before all that has waited, and takes room until it is read", () => {
  const names = new InprocNames();
  const dealer = new Host("DEALER");
  const router = new Host("ROUTER");
  router.receiving = dealer.receiving = false;
  dealer.greet = router.greet = (pipe) => pipe.prelude(message("hello"));
  router.welcome = (pipe) => send(pipe, "waited");
  names.connect(ENDPOINT, dealer, NONE);
  send(dealer.pipe, "early");
  names.bind(ENDPOINT, router);
  assertEquals([dealer.pipe.queued, router.pipe.queued], [2, 2]);
  dealer.receive();
  router.receive();
  assertEquals([dealer.received, router.received], [["hello", "waited"], ["hello", "early"]]);
  assertEquals([dealer.pipe.queued, router.pipe.queued], [0, 0]);
});

test("subscriptions travel in order with messages", () => {
  const names = new InprocNames();
  const pub = new Host("XPUB");
  const sub = new Host("XSUB");
  sub.greet = (pipe) => pipe.control(new Control("subscribe", latin1("A")));
  names.connect(ENDPOINT, sub, NONE);
  send(sub.pipe, "early");
  names.bind(ENDPOINT, pub);
  sub.pipe.control(new Control("cancel", latin1("A")));
  assertEquals(pub.received, ["subscribe", "early", "cancel"]);
  assertEquals(sub.pipe.queued, 0);
});

test("each end learns the other's routing id, and the one it was told to give", () => {
  const names = new InprocNames();
  const router = new Host("ROUTER");
  router.routingId = latin1("R");
  const dealer = new Host("DEALER");
  dealer.routingId = latin1("D");
  names.bind(ENDPOINT, router);
  names.connect(ENDPOINT, dealer, latin1("given"));
  assertEquals([dealer.pipe.peerId, dealer.pipe.givenId], [latin1("R"), latin1("given")]);
  assertEquals([router.pipe.peerId, router.pipe.givenId], [latin1("D"), NONE]);
});

for (const order of ["bind, then connect", "connect, then bind"]) {
  test(`types that do not fit are turned away, and both sides hear of it: ${order}`, () => {
    const names = new InprocNames();
    const push = new Host("PUSH");
    const pub = new Host("PUB");
    if (order.startsWith("bind")) names.bind(ENDPOINT, pub);
    names.connect(ENDPOINT, push, NONE);
    if (order.startsWith("connect")) names.bind(ENDPOINT, pub);
    assertEquals(push.told(), ["attach", "detach", "closed 0", "EINVAL"]);
    assertEquals(pub.told(), ["EINVAL"]);
    assertEquals([push.connections.length, pub.connections.length], [0, 0]);
  });
}

test("a refused peer loses its connection, and what it had sent is not counted as sent", async () => {
  const names = new InprocNames();
  const pair = new Host("PAIR");
  const other = new Host("PAIR");
  pair.greet = (pipe) => pipe.refuse(new ZmqError("EPROTO", "Cannot accept peer"));
  names.connect(ENDPOINT, other, NONE);
  send(other.pipe, "1", "2");
  names.bind(ENDPOINT, pair);
  await settled();
  assertEquals(pair.received, []);
  assertEquals(pair.told(), ["attach", "ready", "EPROTO", "detach", "closed 0"]);
  assertEquals(other.told(), ["attach", "ready", "detach", "closed 2"]);
});

test("one end closes: both are over, once, and what had come can still be read by the other", async () => {
  for (const closer of ["push", "pull"] as const) {
    const { push, pull } = joined();
    pull.receiving = false;
    send(push.pipe, "1", "2");
    const { pipe } = pull;
    const connection = { push, pull }[closer].connections[0]!;
    assertEquals(await connection.close(Infinity), 0);
    assertEquals([push.told(), pull.told()], Array(2).fill(["attach", "ready", "detach", "closed 0"]));
    assertEquals(pipe.alive, false);
    pull.receive(pipe);
    assertEquals(pull.received, ["1", "2"]);
    assertEquals(await connection.close(0), 0);
    assertEquals([push.told(), pull.told()], [[], []]);
  }
});

test("what an end that connected has received and not read is dropped when it closes", async () => {
  const { push, pull } = joined();
  push.receiving = false;
  send(pull.pipe, "1");
  const { pipe } = push;
  await push.connections[0]!.close(0);
  assertEquals(pipe.inbound.length, 0);
});

test("a closed end with something to send waits for a binder for as long as linger says", async () => {
  const names = new InprocNames();
  const push = new Host("PUSH");
  const closing = names.connect(ENDPOINT, push, NONE);
  send(push.pipe, "1", "2");
  const unsent = closing.close(300);
  assertEquals(push.told(), ["attach", "detach"]);
  await push.clock.advance(299);
  assertEquals(push.connections.length, 1);
  await push.clock.advance(1);
  assertEquals([await unsent, push.told(), push.clock.timers], [2, ["closed 2"], 0]);
  const late = new Host("PULL");
  names.bind(ENDPOINT, late);
  assertEquals(late.told(), []);
});

test("a binder that comes in that time gets it all, and then both ends are over", async () => {
  const names = new InprocNames();
  const push = new Host("PUSH");
  const pull = new Host("PULL");
  const connection = names.connect(ENDPOINT, push, NONE);
  send(push.pipe, "1", "2");
  const unsent = connection.close(300);
  names.bind(ENDPOINT, pull);
  assertEquals([await unsent, pull.received, push.clock.timers], [0, ["1", "2"], 0]);
  assertEquals(push.told(), ["attach", "detach", "closed 0"]);
  assertEquals(pull.told(), ["attach", "ready", "detach", "closed 0"]);
});

test("linger 0, and nothing to send, end it at once; a second close can shorten the first's time", async () => {
  const names = new InprocNames();
  for (const [queued, first, second] of [[0, Infinity, 0], [2, 0, 0], [2, Infinity, 0], [2, 1000, 10]] as const) {
    const push = new Host("PUSH");
    const connection = names.connect(ENDPOINT, push, NONE);
    for (let i = 0; i < queued; i++) send(push.pipe, "x");
    const unsent = connection.close(first);
    assertEquals(connection.close(second), unsent);
    await push.clock.advance(10);
    assertEquals([await unsent, push.clock.timers, push.connections.length], [queued, 0, 0]);
  }
});

test("an end that was closed before a bind is not joined", async () => {
  const names = new InprocNames();
  const push = new Host("PUSH");
  await names.connect(ENDPOINT, push, NONE).close(0);
  const pull = new Host("PULL");
  names.bind(ENDPOINT, pull);
  assertEquals(pull.told(), []);
});

for (const side of ["push", "pull"] as const) {
  test(`conflate at the ${side} keeps only the newest message`, () => {
    const { push, pull } = joined({ conflate: side === "push" }, { conflate: side === "pull" });
    pull.receiving = false;
    send(push.pipe, "1", "2|2", "3", "4|4");
    pull.receive();
    send(push.pipe, "5");
    pull.receive();
    assertEquals([pull.received, push.pipe.queued], [["4|4", "5"], 0]);
  });
}

test("conflate before there is another end keeps only the newest message", () => {
  const names = new InprocNames();
  const push = new Host("PUSH", { conflate: true });
  const pull = new Host("PULL");
  names.connect(ENDPOINT, push, NONE);
  send(push.pipe, "1", "2", "3");
  names.bind(ENDPOINT, pull);
  assertEquals([pull.received, push.pipe.queued], [["3"], 0]);
});

test("each side counts messages and octets, and sees the other", () => {
  const { push, pull } = joined();
  send(push.pipe, "abc", "d|ef");
  const out = push.connections[0]!.stats();
  const inn = pull.connections[0]!.stats();
  assertEquals([out.messagesOut, out.bytesOut, out.socketType, out.peer], [2, 6, "PULL", ENDPOINT]);
  assertEquals([inn.messagesIn, inn.bytesIn, inn.socketType, inn.connected], [2, 6, "PUSH", true]);
});
