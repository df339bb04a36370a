/**
 * News for whoever wants it: publishes the weather of three cities ten times a second, until Ctrl-C or for as many
 * rounds as it was told.
 *
 * ```sh
 * deno run --allow-net examples/pub_server.ts [rounds]
 * bun examples/pub_server.ts [rounds]
 * node examples/pub_server.ts [rounds]
 * ```
 *
 * Its subscribers are `sub_client.ts`, under any runtime, and `sub_client.py`.
 */

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Publisher } from "@zerostream/zmq";

const rounds = Number(process.argv[2] ?? Infinity);
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

await using publisher = new Publisher();
await publisher.bind("tcp://*:5556");
console.log(`Publishing at ${publisher.lastEndpoint}`);

let round = 0;
while (round < rounds && !stop.signal.aborted) {
  round++;
  for (const city of ["london", "paris", "rome"]) {
    const degrees = Math.round(Math.random() * 40 - 5);
    // The first frame is what subscriptions are matched with; the rest is the news.
    await publisher.send([`weather.${city}`, JSON.stringify({ round, degrees })]);
  }
  await sleep(100);
}
console.log(`Published ${round} rounds`);
