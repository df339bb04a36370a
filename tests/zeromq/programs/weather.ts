/** Weather by postal code: a subscriber that hears of one place among many. */
import { Publisher, Subscriber } from "zeromq";

const publisher = new Publisher();
await publisher.bind("tcp://127.0.0.1:*");
const subscriber = new Subscriber();
subscriber.subscribe("10001 ");
subscriber.connect(publisher.lastEndpoint!);

let heard = 0;
const publishing = (async () => {
  for (let round = 0; heard < 20; round++) {
    for (const code of ["10000", "10001", "10002"]) await publisher.send(`${code} ${code.length * 4} ${5}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
})();
let total = 0;
for await (const [update] of subscriber) {
  const [code, temperature] = update!.toString().split(" ");
  if (code !== "10001") throw new Error(`Heard of ${code}`);
  total += Number(temperature);
  if (++heard === 20) break;
}
console.log(`Average temperature of 10001: ${total / heard}`);
await publishing;
subscriber.close();
publisher.close();
