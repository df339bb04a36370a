/** How many may come in through a bound endpoint, and what becomes of the others. */
import { assert, assertEquals } from "@std/assert";
import { Context, Pull, Reply, type SocketEvent, type SocketOptions, XPublisher, XSubscriber } from "../../mod.ts";
import { coreOf } from "../../src/socket/socket.ts";
import { GREETING, ready } from "../engine_fixture.ts";
import { hex, test } from "../harness.ts";
import type { MemoryLink } from "../memory_link.ts";
import { MemoryTransport } from "../memory_transport.ts";
import { settled } from "../manual_clock.ts";
import { until } from "../socket_fixture.ts";

/** A PULL that listens in memory. */
class Listening implements AsyncDisposable {
  readonly transport = new MemoryTransport();
  readonly context = new Context({ transports: [this.transport], linger: 0 });
  readonly pull: Pull;
  readonly seen: SocketEvent[] = [];

  constructor(options: SocketOptions) {
    this.pull = new Pull({ context: this.context, ...options });
    const { events } = this.pull;
    void (async () => {
      for await (const event of events) this.seen.push(event);
    })();
  }

  /** Someone comes, and says `octets`. Answers its end of the link. */
  async come(octets = "", endpoint = "memory://door"): Promise<MemoryLink> {
    const link = await this.transport.connect(endpoint) as MemoryLink;
    link.start({ data: () => {}, closed: () => {} });
    if (octets !== "") link.write(hex(octets));
    await settled();
    return link;
  }

  /** Events since the last call that are none of an ordinary life; `peer` and code of each. */
  refusals(): string[] {
    return this.seen.splice(0).flatMap((event) =>
      "error" in event && event.type !== "disconnect"
        ? [`${event.type} ${(event.error as { code?: string }).code}: ${event.error!.message}`]
        : []
    );
  }

  /** What became of the listener's end of each link, in order: whether it was cut. */
  get cut(): boolean[] {
    return this.transport.links.map(([, far]) => far.calls.includes("abort"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}

const SHAKEN = GREETING + ready("PUSH");
const DISPLACED = "handshake:error:other EMFILE: Cannot shake hands: 2 others came since, maxHandshakes is 2";

test("beyond maxHandshakes the one that came first makes room, at once", async () => {
  await using listening = new Listening({ maxHandshakes: 2 });
  await listening.pull.bind("memory://door");
  for (let i = 0; i < 5; i++) await listening.come(i === 1 ? GREETING : "");
  assertEquals(listening.cut, [true, true, true, false, false]);
  assertEquals(listening.refusals(), [DISPLACED, DISPLACED, DISPLACED]);
  assertEquals(listening.pull.stats().peers.length, 2);
});

test("whoever has shaken hands takes no place of those who have not", async () => {
  await using listening = new Listening({ maxHandshakes: 2 });
  await listening.pull.bind("memory://door");
  for (let i = 0; i < 5; i++) await listening.come(SHAKEN);
  await listening.come();
  await listening.come(SHAKEN);
  await listening.come();
  assertEquals(listening.cut.includes(true), false);
  assertEquals(listening.refusals(), []);
  assertEquals(listening.pull.peers.length, 6);
});

test("a peer that is hung up on and does not hang up itself keeps its place no longer than others want it", async () => {
  await using listening = new Listening({ maxHandshakes: 2 });
  await listening.pull.bind("memory://door");
  for (let i = 0; i < 4; i++) {
    const link = await listening.come();
    link.stubborn = true;
    link.write(hex("00"));
    await settled();
  }
  assertEquals(listening.cut, [true, true, false, false]);
  // Each is told of once, for what it did, when it is gone.
  assertEquals(listening.refusals().map((line) => line.slice(0, 31)), Array(2).fill("handshake:error:protocol EPROTO"));
});

test("beyond maxConnections a newcomer is cut before anything is made of it", async () => {
  await using listening = new Listening({ maxConnections: 2 });
  await listening.pull.bind("memory://door");
  const first = await listening.come(SHAKEN);
  await listening.come();
  await listening.come(SHAKEN);
  assertEquals(listening.cut, [false, false, true]);
  assertEquals(listening.transport.links[2]![1].calls, ["abort"]);
  const refused = "accept:error EMFILE: Cannot accept memory://door#2: there are 2 others, maxConnections is 2";
  assertEquals(listening.refusals(), [refused]);
  assertEquals(listening.pull.stats().peers.length, 2);
  first.abort();
  await settled();
  await listening.come(SHAKEN);
  assertEquals(listening.cut, [false, false, true, false]);
});

test("both limits are of each endpoint, and act at once", async () => {
  await using listening = new Listening({ maxConnections: 1, maxHandshakes: 5 });
  await listening.pull.bind("memory://door");
  await listening.pull.bind("memory://window");
  await listening.come();
  await listening.come("", "memory://window");
  assertEquals(listening.refusals(), []);
  listening.pull.maxConnections = 10;
  for (let i = 0; i < 4; i++) await listening.come();
  assertEquals(listening.cut.includes(true), false);
  listening.pull.maxHandshakes = 1;
  await listening.come();
  assertEquals(listening.cut, [true, false, true, true, true, true, false]);
});

test("peers that have left count for as long as their messages wait", async () => {
  await using listening = new Listening({ maxConnections: 2 });
  await listening.pull.bind("memory://door");
  for (let i = 0; i < 3; i++) {
    const link = await listening.come(`${SHAKEN} 00 01 4${i}`);
    link.abort();
    await settled();
  }
  assertEquals(listening.pull.stats().peers.length, 0);
  assertEquals(listening.refusals().length, 1);
  assertEquals((await listening.pull.receive())[0], hex("40"));
  await listening.come(SHAKEN);
  assertEquals(listening.refusals(), []);
  assertEquals((await listening.pull.receive())[0], hex("41"));
});

test("a flood of refusals leaves the last 1024 of them for a reader that does not read, and no more", async () => {
  const transport = new MemoryTransport();
  await using context = new Context({ transports: [transport], linger: 0 });
  const pull = new Pull({ context, maxConnections: 1 });
  void pull.events;
  await pull.bind("memory://door");
  for (let i = 0; i < 5000; i++) void transport.connect("memory://door");
  await settled();
  const closing = pull.close();
  let refusals = 0;
  for await (const { type } of pull.events) if (type === "accept:error") refusals++;
  await closing;
  assert(refusals > 1000 && refusals <= 1024, `${refusals}`);
});

test("what a peer in this process subscribes to is the program's own doing", async () => {
  await using xpub = new XPublisher({ maxSubscriptions: 1 });
  await using xsub = new XSubscriber();
  xsub.connect(await xpub.bind("inproc://own"));
  xsub.subscribe("A", "B", "C");
  for (const topic of ["A", "B", "C"]) assertEquals((await xpub.receive())[0], hex(`01 4${"_ABC".indexOf(topic)}`));
});

const PLAIN_GREETING = GREETING.replace("4E 55 4C 4C 00", "50 4C 41 49 4E");
const HELLO = "04 08 05 48 45 4C 4C 4F 00 00";

test("a question about a peer that has left is taken back from a judge who has not read it", async () => {
  await using listening = new Listening({ plainServer: true, maxHandshakes: 3 });
  await using judge = new Reply({ context: listening.context });
  await judge.bind("inproc://zeromq.zap.01");
  await listening.pull.bind("memory://door");
  const first = await listening.come(PLAIN_GREETING + HELLO);
  await until(() => judge.stats().queuedIn === 1);
  first.abort();
  await until(() => judge.stats().queuedIn === 0 && judge.stats().peers.length === 0);
  // Nor can a crowd ask more than maxHandshakes questions.
  for (let i = 0; i < 20; i++) await listening.come(PLAIN_GREETING + HELLO);
  await until(() => judge.stats().queuedIn === 3 && judge.stats().peers.length === 3);
  // Those who have not read the others' find nothing of them.
  assertEquals((await judge.receive()).length, 7 + 1);
  assertEquals(coreOf(judge).endpoints.connections.length, 3);
});
