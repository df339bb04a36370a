/** The three devices, as proxies: a streamer of tasks, a forwarder of news, and what comes of them when they are ended. */
import { Proxy, Publisher, Pull, Push, Subscriber, XPublisher, XSubscriber } from "zeromq";

async function stream(): Promise<void> {
  const [input, output] = [new Pull(), new Push()];
  await input.bind("tcp://127.0.0.1:*");
  await output.bind("tcp://127.0.0.1:*");
  const [toInput, toOutput] = [input.lastEndpoint!, output.lastEndpoint!];
  const streamer = new Proxy(input, output);
  const running = streamer.run();
  const [maker, taker] = [new Push(), new Pull()];
  maker.connect(toInput);
  taker.connect(toOutput);
  let sum = 0;
  for (let task = 1; task <= 100; task++) {
    await maker.send(String(task));
    sum += Number((await taker.receive())[0]);
  }
  console.log("streamed:", sum);
  maker.close();
  taker.close();
  streamer.terminate();
  await running;
  console.log("streamer:", input.closed, output.closed);
}

async function forward(): Promise<void> {
  const [input, output] = [new XSubscriber(), new XPublisher()];
  await input.bind("tcp://127.0.0.1:*");
  await output.bind("tcp://127.0.0.1:*");
  const [toInput, toOutput] = [input.lastEndpoint!, output.lastEndpoint!];
  const forwarder = new Proxy(input, output);
  const running = forwarder.run();
  const [teller, hearer] = [new Publisher(), new Subscriber()];
  teller.connect(toInput);
  hearer.connect(toOutput);
  hearer.subscribe("news");
  let heard: string | undefined;
  const hearing = hearer.receive().then((message) => heard = message.map(String).join(" "));
  while (heard === undefined) {
    await teller.send(["olds", "of yesterday"]);
    await teller.send(["news", "of today"]);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await hearing;
  console.log("forwarded:", heard);
  teller.close();
  hearer.close();
  forwarder.terminate();
  await running;
  console.log("forwarder:", input.closed, output.closed);
}
await stream();
await forward();
