/** News passed on: XSUB and XPUB between publishers and subscribers, subscriptions and all. */
import { Publisher, Subscriber, XPublisher, XSubscriber } from "zeromq";

const [input, output] = [new XSubscriber(), new XPublisher()];
await input.bind("tcp://127.0.0.1:*");
await output.bind("tcp://127.0.0.1:*");
const relays = [
  (async () => {
    for await (const message of input) await output.send(message);
  })(),
  (async () => {
    for await (const [subscription] of output) {
      console.log(subscription![0] === 1 ? "subscribed:" : "cancelled:", subscription!.subarray(1).toString());
      await input.send(subscription!);
    }
  })(),
];
const publisher = new Publisher({ linger: 0 });
publisher.connect(input.lastEndpoint!);
const subscriber = new Subscriber();
subscriber.connect(output.lastEndpoint!);
subscriber.subscribe("news");
const got = subscriber.receive();
let arrived = false;
got.then(() => arrived = true);
while (!arrived) {
  await publisher.send(["weather", "rain"]);
  await publisher.send(["news", "extra"]);
  await new Promise((resolve) => setTimeout(resolve, 2));
}
console.log((await got).join(" "));
// The relay first: what the subscriber takes back when it leaves has nowhere to go then.
for (const socket of [input, output, publisher, subscriber]) socket.close();
await Promise.all(relays);
