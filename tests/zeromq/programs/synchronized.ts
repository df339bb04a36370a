/** Node coordination: a publisher that waits for all its subscribers before it says anything. */
import { Publisher, Reply, Request, Subscriber } from "zeromq";

const EXPECTED = 10;
const COUNT = 1000;
const [publisher, sync] = [new Publisher({ sendHighWaterMark: 0 }), new Reply()];
await publisher.bind("tcp://127.0.0.1:*");
await sync.bind("tcp://127.0.0.1:*");

const subscribers = Array.from({ length: EXPECTED }, async () => {
  const [subscriber, client] = [new Subscriber({ receiveHighWaterMark: 0 }), new Request()];
  subscriber.connect(publisher.lastEndpoint!);
  subscriber.subscribe();
  await subscriber.receive();
  client.connect(sync.lastEndpoint!);
  await client.send("");
  await client.receive();
  client.close();
  let updates = 0;
  for await (const [update] of subscriber) {
    if (update!.toString() === "END") break;
    if (update!.toString() !== "ARE YOU THERE?") updates++;
  }
  subscriber.close();
  return updates;
});
let there = 0;
const asking = (async () => {
  while (there < EXPECTED) {
    await publisher.send("ARE YOU THERE?");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
})();
while (there < EXPECTED) {
  await sync.receive();
  await sync.send("");
  there++;
}
await asking;
for (let update = 0; update < COUNT; update++) await publisher.send("Rhubarb");
await publisher.send("END");
console.log((await Promise.all(subscribers)).join(" "));
publisher.close();
sync.close();
