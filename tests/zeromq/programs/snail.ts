/** The suicidal snail: a subscriber that finds itself too late, and gives up rather than work with what is stale. */
import { Publisher, Subscriber } from "zeromq";

const publisher = new Publisher({ sendHighWaterMark: 100_000 });
await publisher.bind("tcp://127.0.0.1:*");
const LATEST = 50;
let told = 0;
let stopped = false;
const ticking = (async () => {
  while (!stopped) {
    // What it says is how far it has come: that is its clock.
    for (let tick = 0; tick < 10; tick++) await publisher.send(String(++told));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
})();

async function listen(pause: number): Promise<string> {
  const subscriber = new Subscriber({ receiveHighWaterMark: 100_000 });
  subscriber.subscribe();
  subscriber.connect(publisher.lastEndpoint!);
  let heard = 0;
  try {
    for await (const [tick] of subscriber) {
      if (told - Number(tick) > LATEST + 10 && pause > 0) return "too late: the snail is no more";
      if (++heard === 300 && pause === 0) return "in time, 300 times";
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    return "closed";
  } finally {
    subscriber.close();
  }
}
console.log(await listen(0));
console.log(await listen(10));
stopped = true;
await ticking;
publisher.close();
