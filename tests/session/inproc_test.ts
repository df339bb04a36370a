/**
 * Pipe to pipe within a process: in either order, and with both sides' marks.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { EndpointError, ZmqError } from "../../src/errors.ts";
import { Control } from "../../src/message.ts";
import { InprocNames } from "../../src/session/inproc.ts";
import { test } from "../harness.ts";
import { ENDPOINT, Host, joined, NONE, room, send } from "../inproc_fixture.ts";
import { settled } from "../manual_clock.ts";
import { message } from "../pipe_fixture.ts";

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
