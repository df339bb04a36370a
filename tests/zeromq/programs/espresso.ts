/** Espresso: a proxy between publishers and subscribers, with somebody who listens to all that passes, either way. */
import { Pair, Publisher, Subscriber, XPublisher, XSubscriber } from "zeromq";

const [input, output] = [new XSubscriber(), new XPublisher()];
const [pipe, listener] = [new Pair(), new Pair()];
await pipe.bind("inproc://espresso");
listener.connect("inproc://espresso");
await output.bind("tcp://127.0.0.1:*");
const publisher = new Publisher();
await publisher.bind("tcp://127.0.0.1:*");
input.connect(publisher.lastEndpoint!);

const relays = [
  (async () => {
    for await (const message of input) {
      await output.send(message);
      await pipe.send(message);
    }
  })(),
  (async () => {
    for await (const message of output) {
      await input.send(message);
      await pipe.send(message);
    }
  })(),
];
const subscriber = new Subscriber();
subscriber.connect(output.lastEndpoint!);
subscriber.subscribe("A", "B");
let done = false;
const publishing = (async () => {
  for (let round = 0; !done; round++) {
    for (const topic of ["A", "B", "C"]) await publisher.send(`${topic}-${round}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
})();
const heard = new Set<string>();
while (heard.size < 2) heard.add((await subscriber.receive())[0]!.toString()[0]!);
subscriber.unsubscribe("B");
const seen = new Set<string>();
while (!seen.has("unsubscribes B")) {
  const [part] = await listener.receive();
  if (part![0]! < 2) seen.add(`${part![0] === 1 ? "subscribes" : "unsubscribes"} ${part!.subarray(1)}`);
  else seen.add(`passes ${part!.toString()[0]}`);
}
done = true;
await publishing;
console.log([...heard].sort().join(" "));
console.log([...seen].sort().join("\n"));
for (const socket of [output, input, publisher, subscriber, listener, pipe]) socket.close();
await Promise.all(relays);
