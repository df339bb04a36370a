/**
 * A subscriber: takes a few updates of one topic from `pub_server.ts` (or `pub_server.py`), then ends.
 *
 * ```sh
 * deno run --allow-net examples/sub_client.ts [topic] [updates]
 * bun examples/sub_client.ts [topic] [updates]
 * node examples/sub_client.ts [topic] [updates]
 * ```
 *
 * A topic is a prefix: `weather.` is every city, and no text at all is everything.
 */

import process from "node:process";
import { json, Subscriber, text } from "@zerostream/zmq";

const topic = process.argv[2] ?? "weather.paris";
const updates = Number(process.argv[3] ?? 5);

await using subscriber = new Subscriber({ receiveTimeout: 10_000 });
subscriber.subscribe(topic);
subscriber.connect("tcp://localhost:5556");

let sum = 0;
for (let i = 0; i < updates; i++) {
  const [name, news] = await subscriber.receive();
  const { degrees } = json<{ degrees: number }>(news);
  console.log(`${text(name)}: ${degrees} °C`);
  sum += degrees;
}
console.log(`Average of ${updates} updates: ${(sum / updates).toFixed(1)} °C`);
