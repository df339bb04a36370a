/** A shared queue: a proxy of ROUTER and DEALER between clients and services. */
import { Dealer, Proxy, Reply, Request, Router } from "zeromq";

const [front, back] = [new Router(), new Dealer()];
await front.bind("tcp://127.0.0.1:*");
await back.bind("tcp://127.0.0.1:*");
const [toFront, toBack] = [front.lastEndpoint!, back.lastEndpoint!];
const proxy = new Proxy(front, back);
const running = proxy.run();

const services = [1, 2].map(() => {
  const service = new Reply();
  service.connect(toBack);
  const serving = (async () => {
    for await (const [question] of service) await service.send(question!.toString().toUpperCase());
  })();
  return { service, serving };
});
const client = new Request();
client.connect(toFront);
for (const word of ["one", "two", "three", "four"]) {
  await client.send(word);
  console.log((await client.receive()).toString());
}
client.close();
for (const { service, serving } of services) {
  service.close();
  await serving;
}
proxy.terminate();
await running;
console.log(front.closed, back.closed);
