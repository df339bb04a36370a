/** The lazy pirate: a client that tries again, with a new socket, until a server that is slow to come answers. */
import { Reply, Request } from "zeromq";

const probe = new Reply();
await probe.bind("tcp://127.0.0.1:*");
const endpoint = probe.lastEndpoint!;
await probe.unbind(endpoint);
probe.close();

const server = new Reply();
let tries = 0;
for (;;) {
  tries++;
  // Short as long as nobody can answer, long when somebody will.
  const client = new Request({ receiveTimeout: tries > 2 ? 20_000 : 50, linger: 0, reconnectInterval: 20 });
  client.connect(endpoint);
  await client.send("ping");
  try {
    const [answer] = await client.receive();
    console.log(`answered: ${answer}`);
    client.close();
    break;
  } catch (error) {
    console.log(`no answer: ${(error as { code: string }).code}`);
    client.close();
  }
  if (tries === 2) {
    await server.bind(endpoint);
    (async () => {
      for await (const [question] of server) await server.send(`${question} pong`);
    })();
  }
}
console.log(`${tries} tries`);
server.close();
