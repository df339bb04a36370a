/** The asynchronous client and server: DEALERs that ask several things at once of a ROUTER that answers in its own time. */
import { Dealer, Router } from "zeromq";

const server = new Router();
await server.bind("tcp://127.0.0.1:*");
const serving = (async () => {
  for await (const [client, number] of server) {
    for (let part = 1; part <= 3; part++) await server.send([client!, number!, `part ${part}`]);
  }
})();
const lines: string[] = [];
await Promise.all(
  ["a", "b", "c"].map(async (name) => {
    const client = new Dealer({ routingId: name });
    client.connect(server.lastEndpoint!);
    for (let number = 1; number <= 2; number++) await client.send(number);
    for (let answers = 0; answers < 6; answers++) {
      const [number, part] = await client.receive();
      lines.push(`${name} ${number} ${part}`);
    }
    client.close();
  }),
);
console.log(lines.sort().join("\n"));
server.close();
await serving;
