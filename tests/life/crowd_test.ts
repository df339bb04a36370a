/**
 * Many peers, and the comings and goings among them.
 */
import { assert, assertEquals } from "@std/assert";
import { Context, Dealer, Publisher, Pull, Push, Router, Subscriber, text, XPublisher } from "../../mod.ts";
import { test } from "../harness.ts";
import { numbers, peers, receive, until } from "../life_fixture.ts";
import { MemoryTransport } from "../memory_transport.ts";

/** A thousand peers. */
const CROWD = 1000;

test("a thousand peers of one socket are all heard, and all are let go", async () => {
  await using pull = new Pull();
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  const crowd = Array.from({ length: CROWD }, () => new Push());
  await Promise.all(crowd.map(async (push, i) => {
    push.connect(endpoint);
    await push.send([String(i), "first"]);
    await push.send([String(i), "second"]);
  }));
  const heard = new Map<string, string[]>();
  for (let i = 0; i < 2 * CROWD; i++) {
    const [name, what] = (await pull.receive()).map((frame) => text(frame));
    heard.set(name!, [...heard.get(name!) ?? [], what!]);
  }
  assertEquals(heard.size, CROWD);
  assert([...heard.values()].every((said) => said.join() === "first,second"));
  assertEquals(pull.peers.length, CROWD);
  assertEquals(await Promise.all(crowd.map((push) => push.close())), Array(CROWD).fill({ unsent: 0 }));
  await until(() => pull.stats().peers.length === 0);
}, { timeout: 60_000 });

test("one socket with a thousand endpoints serves each in turn", async () => {
  const context = new Context({ transports: [new MemoryTransport()] });
  const push = new Push({ context });
  const crowd = Array.from({ length: CROWD }, () => new Pull({ context }));
  for (const [i, pull] of crowd.entries()) push.connect(await pull.bind(`memory://${i}`));
  await peers(push, CROWD);
  for (const number of numbers(1, 3 * CROWD)) await push.send(number);
  const heard = await Promise.all(crowd.map((pull) => receive(pull, 3)));
  assertEquals(heard.flat().map(Number).sort((a, b) => a - b), numbers(1, 3 * CROWD).map(Number));
  assertEquals(await context.close(), { unsent: 0 });
}, { timeout: 60_000 });

test("a thousand subscribers all get what is published", async () => {
  const context = new Context({ transports: [new MemoryTransport()] });
  const pub = new XPublisher({ context, verbosity: "allSubs" });
  const endpoint = await pub.bind("memory://news");
  const crowd = Array.from({ length: CROWD }, () => new Subscriber({ context }));
  for (const sub of crowd) {
    sub.subscribe("");
    sub.connect(endpoint);
  }
  assertEquals(await receive(pub, CROWD), Array(CROWD).fill("\x01"));
  await pub.send("extra");
  assertEquals(await Promise.all(crowd.map((sub) => receive(sub, 1))), Array(CROWD).fill(["extra"]));
  await context.close();
}, { timeout: 60_000 });

/** How many elements of collections are looked at while `body` runs, by the methods that look at all of them. */
async function looks(body: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const undo: (() => void)[] = [];
  const watch = (prototype: object, names: readonly PropertyKey[]): void => {
    for (const name of names) {
      const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
      const original = descriptor.value as (...args: unknown[]) => unknown;
      const value = function (this: { readonly length?: number; readonly size?: number }, ...args: unknown[]): unknown {
        count += this.length ?? this.size ?? 0;
        return original.apply(this, args);
      };
      Object.defineProperty(prototype, name, { ...descriptor, value });
      undo.push(() => Object.defineProperty(prototype, name, descriptor));
    }
  };
  watch(Array.prototype, ["filter", "find", "findIndex", "indexOf", "includes", "map", "slice", "splice", "some"]);
  watch(Set.prototype, [Symbol.iterator, "values", "forEach"]);
  watch(Map.prototype, [Symbol.iterator, "values", "keys", "entries", "forEach"]);
  try {
    await body();
  } finally {
    for (const restore of undo) restore();
  }
  return count;
}

/** Both ends of a crowd: the one, and how to make a peer of it. */
const CROWDS = [
  ["PULL", (context: Context) => new Pull({ context }), (context: Context) => new Push({ context })],
  ["PUSH", (context: Context) => new Push({ context }), (context: Context) => new Pull({ context })],
  ["ROUTER", (context: Context) => new Router({ context }), (context: Context) => new Dealer({ context })],
  ["PUB", (context: Context) => new Publisher({ context }), (context: Context) => new Subscriber({ context })],
] as const;

for (const [type, one, other] of CROWDS) {
  test(`a peer of a ${type} comes and goes at the same price among many as among few`, async () => {
    const prices: number[] = [];
    for (const size of [10, 500]) {
      const context = new Context({ transports: [new MemoryTransport()], linger: 0 });
      const centre = one(context);
      const endpoint = await centre.bind("memory://centre");
      const crowd = Array.from({ length: size }, () => other(context));
      for (const peer of crowd) peer.connect(endpoint);
      // Both ends of each: a handshake that one end still had to finish would be counted with the newcomer's.
      await peers(centre, size);
      await Promise.all(crowd.map((peer) => peers(peer, 1)));
      const { events } = centre;
      prices.push(
        await looks(async () => {
          const last = other(context);
          const came = events.once("handshake");
          last.connect(endpoint);
          await came;
          const gone = events.once("disconnect");
          await last.close();
          await gone;
        }),
      );
      await context.close();
    }
    assert(prices[1]! <= prices[0]! + 100, `${prices[0]} looks among 10, ${prices[1]} among 500`);
  });
}
