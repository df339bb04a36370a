/** News by groups: over tcp, and as datagrams over udp. */
import { Buffer } from "node:buffer";
import { createSocket } from "node:dgram";
import { Dish, Radio } from "zeromq/draft.js";

/** A port that was free a moment ago: with npm `zeromq` nobody can tell which one udp has bound. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

for (const address of ["tcp://127.0.0.1:*", `udp://127.0.0.1:${await freePort()}`]) {
  const dish = new Dish();
  dish.join("weather", "sports");
  dish.leave("sports");
  await dish.bind(address);
  const radio = new Radio();
  radio.connect(address.startsWith("tcp") ? dish.lastEndpoint! : address);

  // A radio does not wait for those who are late.
  let heard = false;
  const hearing = dish.receive().then(() => heard = true);
  while (!heard) {
    await radio.send("is anybody there?", { group: "weather" });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await hearing;

  await radio.send("2:1", { group: "sports" });
  await radio.send("sunny", { group: "weather" });
  await radio.send("good night", { group: Buffer.from("weather") });
  const news: string[] = [];
  for await (const [body, { group }] of dish) {
    const text = `${group}: ${body}`;
    if (text !== "weather: is anybody there?") news.push(text);
    if (text.endsWith("good night")) break;
  }
  console.log(address.slice(0, 3), news.join(", "));
  radio.close();
  dish.close();
}
