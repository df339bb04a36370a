/**
 * A way in for browsers: pages connect over WebSockets, services stay on tcp as they are, and a proxy stands between.
 * What is published on one side is received on the other; subscriptions go the other way.
 *
 * ```sh
 * deno run --allow-net examples/web_gateway.ts
 * bun examples/web_gateway.ts
 * node examples/web_gateway.ts
 * ```
 *
 * Alone, the program has a publisher on tcp and a page, which is a socket on the platform's own WebSocket, and ends
 * after three updates. With the argument `serve` it stands between publishers that connect to tcp port 5580 and pages of
 * http://localhost:8000 that connect to ws port 5581 until Ctrl-C.
 */

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Context, proxy, Publisher, Subscriber, text, webSockets, XPublisher, XSubscriber } from "@zerostream/zmq";

const BACK = "tcp://127.0.0.1:5580";
const FRONT = "ws://127.0.0.1:5581/updates";

const services = new XSubscriber();
const pages = new XPublisher({ wsAllowedOrigins: ["http://localhost:8000"] });
await services.bind(BACK);
await pages.bind(FRONT);
const gateway = proxy(services, pages);

if (process.argv[2] === "serve") {
  console.log(`Passing on from ${BACK} to ${FRONT}`);
  await new Promise((resolve) => process.once("SIGINT", resolve));
} else {
  const publisher = new Publisher();
  publisher.connect(BACK);
  // In a page: import { Subscriber } from "@zerostream/zmq/web".
  const page = new Subscriber({ context: new Context({ transports: webSockets }) });
  page.subscribe("stock");
  page.connect(FRONT);

  let done = false;
  const publishing = (async () => {
    for (let price = 100; !done; price++) {
      await publisher.send(["stock", `${price} €`]);
      await sleep(5);
    }
  })();
  for (let i = 1; i <= 3; i++) {
    console.log(`Update ${i}: ${(await page.receive()).map((frame) => text(frame)).join(" ")}`);
  }
  done = true;
  await publishing;
  await page.close();
  await publisher.close();
}

await pages.close(); // The proxy ends with either of its sockets.
await gateway;
await services.close();
