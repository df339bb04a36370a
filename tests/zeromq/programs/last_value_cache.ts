/** A last value cache: whoever subscribes is told at once what was said last, by a proxy that hears of subscriptions. */
import { Publisher, Subscriber, XPublisher } from "zeromq";

const [input, output] = [new Subscriber(), new XPublisher({ verbosity: "allSubs" })];
input.subscribe();
await input.bind("tcp://127.0.0.1:*");
await output.bind("tcp://127.0.0.1:*");
const cache = new Map<string, string>();
let cached = (): void => {};
const running = [
  (async () => {
    for await (const [topic, value] of input) {
      cache.set(topic!.toString(), value!.toString());
      await output.send([topic!, value!]);
      cached();
    }
  })(),
  (async () => {
    for await (const [event] of output) {
      if (event![0] !== 1) continue;
      const topic = event!.subarray(1).toString();
      if (cache.has(topic)) await output.send([topic, cache.get(topic)!]);
    }
  })(),
];

const publisher = new Publisher();
publisher.connect(input.lastEndpoint!);
// Until the cache has subscribed, nothing that is published goes anywhere.
while (!cache.has("ready")) {
  const heard = new Promise<void>((resolve) => cached = resolve);
  await publisher.send(["ready", "yes"]);
  await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, 5))]);
}
for (let topic = 0; topic < 20; topic++) await publisher.send([`topic-${topic}`, `value ${topic}`]);
await publisher.send(["topic-7", "value 7, again"]);
while (cache.get("topic-7") !== "value 7, again") await new Promise<void>((resolve) => cached = resolve);

const subscribers: Subscriber[] = [];
for (const topic of ["topic-3", "topic-7", "topic-19", "topic-3"]) {
  const subscriber = new Subscriber();
  subscriber.connect(output.lastEndpoint!);
  subscriber.subscribe(topic);
  console.log((await subscriber.receive()).map(String).join(": "));
  subscribers.push(subscriber);
}
await publisher.send(["topic-19", "news"]);
console.log((await subscribers[2]!.receive()).map(String).join(": "));
output.close();
input.close();
await Promise.all(running);
for (const socket of [publisher, ...subscribers]) socket.close();
