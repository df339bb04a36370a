/**
 * Takes some away among as many as each argument says, and tells what one of them cost, in microseconds: a line of JSON
 * for each argument, with a few figures for each operation.
 *
 * @module
 */

import process from "node:process";
import { Dealer, Publisher, Pull, Push, Router, Subscriber } from "../../../mod.ts";

/** How many are taken away for one figure, and how many figures there are. */
const MANY = 20;
const TIMES = 10;

const steps = process.argv.slice(2).map(Number);
// The compilers of the runtime have their turn before anything counts.
await all(steps[0]!);
for (const step of steps) console.log(JSON.stringify(await all(step)));

async function all(count: number): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = { "close all": [] };
  await endpoints(count, found);
  await sockets(count, found);
  await subscriptions(count, found);
  return found;
}

/** One socket with many endpoints. */
async function endpoints(count: number, found: Record<string, number[]>): Promise<void> {
  const pull = new Pull();
  const push = new Push();
  const name = (i: number) => `inproc://teardown-${i}`;
  for (let i = 0; i < count; i++) await pull.bind(name(i));
  found.connect = [await each(count, (i) => push.connect(name(i)))];
  await turn();
  found.disconnect = await few(count, 0, (i) => push.disconnect(name(i)));
  found.unbind = await few(count, 1, (i) => pull.unbind(name(i)));
  found["close all"]!.push(await each(1, () => push.close()) / count, await each(1, () => pull.close()) / count);
}

/** One socket with many peers, each a socket. */
async function sockets(count: number, found: Record<string, number[]>): Promise<void> {
  const router = new Router();
  await router.bind("inproc://teardown");
  const dealers: Dealer[] = [];
  found.open = [
    await each(count, () => {
      const dealer = new Dealer();
      dealer.connect("inproc://teardown");
      dealers.push(dealer);
    }),
  ];
  await turn();
  found.close = await few(count, 0, (i) => dealers[i]!.close());
  await router.close();
  found["close all"]!.push(await each(1, () => Promise.all(dealers.map((dealer) => dealer.close()))) / count);
}

/** One socket with many subscriptions, at a publisher in this process, over tcp. */
async function subscriptions(count: number, found: Record<string, number[]>): Promise<void> {
  const publisher = new Publisher();
  const subscriber = new Subscriber();
  subscriber.connect(await publisher.bind("tcp://127.0.0.1:*"));
  const topic = (i: number) => String(i).padStart(8, "0");
  const known = async (topics: number) => {
    while (publisher.topicsCount !== topics) await turn();
  };
  const started = performance.now();
  for (let i = 0; i < count; i++) subscriber.subscribe(topic(i));
  await known(count);
  found.subscribe = [(performance.now() - started) * 1000 / count];
  const times: number[] = [];
  for (let time = 0; time < TIMES; time++) {
    const before = performance.now();
    for (let i = 0; i < MANY; i++) subscriber.unsubscribe(topic(place(count, 0, time, i)));
    await known(count - (time + 1) * MANY);
    times.push((performance.now() - before) * 1000 / MANY);
  }
  found.unsubscribe = times;
  await subscriber.close();
  found["close all"]!.push(await each(1, () => publisher.close()) / count);
}

/** Microseconds for each of so many. */
async function each(count: number, what: (i: number) => unknown): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < count; i++) {
    const done = what(i);
    if (done instanceof Promise) await done;
  }
  return (performance.now() - started) * 1000 / count;
}

/** Does it to a few, all over the place. */
async function few(count: number, shift: number, what: (i: number) => unknown): Promise<number[]> {
  const times: number[] = [];
  for (let time = 0; time < TIMES; time++) times.push(await each(MANY, (i) => what(place(count, shift, time, i))));
  return times;
}

/** A place among so many that is like no other of the same shift. */
function place(count: number, shift: number, time: number, i: number): number {
  return (Math.floor((time * MANY + i) * (count / (TIMES * MANY))) + shift) % count;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
