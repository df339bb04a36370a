/** What happens to a socket, told as events. */
import { Dealer, Router } from "zeromq";

const [server, client] = [new Router({ linger: 0 }), new Dealer({ linger: 0 })];
const told: string[] = [];
const listening = new Promise<void>((resolve) => {
  client.events.on("connect", ({ type }) => told.push(type));
  client.events.on("handshake", ({ type }) => {
    told.push(type);
    resolve();
  });
});
await server.bind("tcp://127.0.0.1:*");
client.connect(server.lastEndpoint!);
await listening;
console.log("client:", told.join(" "));

const heard: string[] = [];
const observing = (async () => {
  for await (const event of server.events) {
    // Whether the handshake was over when we began to look is chance.
    if (event.type !== "handshake") heard.push(event.type);
    if (event.type === "disconnect") server.close();
  }
})();
await client.send("hello");
await server.receive();
client.close();
await observing;
console.log("server:", heard.join(" "));
