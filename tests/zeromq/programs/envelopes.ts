/** Envelopes: a topic in a part of its own, so that a subscription compares with it alone; and who has spoken in the next. */
import { Publisher, Reply, Request, Subscriber } from "zeromq";

const [publisher, registry] = [new Publisher(), new Reply()];
await publisher.bind("tcp://127.0.0.1:*");
await registry.bind("tcp://127.0.0.1:*");

/** Subscribes, and tells the publisher when it has heard it: nothing that follows is missed. */
async function subscribe(name: string, ...topics: string[]): Promise<Subscriber> {
  const [subscriber, there] = [new Subscriber(), new Request()];
  subscriber.connect(publisher.lastEndpoint!);
  there.connect(registry.lastEndpoint!);
  subscriber.subscribe("hello", ...topics);
  await subscriber.receive();
  subscriber.unsubscribe("hello");
  await there.send(name);
  await there.receive();
  there.close();
  return subscriber;
}

let registered = 0;
const greeting = (async () => {
  while (registered < 3) {
    await publisher.send("hello");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
})();
const registering = (async () => {
  for await (const [name] of registry) {
    await registry.send(`welcome, ${name}`);
    if (++registered === 3) break;
  }
})();
const subscribers = await Promise.all([
  subscribe("one", "A"),
  subscribe("two", "B"),
  subscribe("three", "A", "AB"),
]);
await greeting;
await registering;
for (const topic of ["A", "B", "AB", "C"]) await publisher.send([topic, "address", `of ${topic}`]);
await publisher.send(["A", "address", "the end"]);
await publisher.send(["B", "address", "the end"]);
for (const [index, subscriber] of subscribers.entries()) {
  const heard: string[] = [];
  for await (const [topic, , content] of subscriber) {
    if (topic!.toString() === "hello") continue;
    heard.push(`${topic}: ${content}`);
    if (content!.toString() === "the end") break;
  }
  console.log(index + 1, heard.join(", "));
}
for (const socket of [...subscribers, publisher, registry]) socket.close();
