/** Freelance: a client that knows several servers by name, asks the first that is there, and another when that one fails. */
import { Router } from "zeromq";

async function serve(name: string): Promise<Router> {
  const server = new Router({ routingId: name, linger: 0 });
  await server.bind("tcp://127.0.0.1:*");
  void (async () => {
    for await (const [client, control, question] of server) {
      const answer = control!.toString() === "PING" ? ["PONG"] : [control!, `${name} answers ${question}`];
      await server.send([client!, ...answer]);
    }
  })();
  return server;
}

const servers = [await serve("alpha"), await serve("beta"), await serve("gamma")];
const client = new Router({ mandatory: true, linger: 0, receiveTimeout: 5000 });
const names = ["alpha", "beta", "gamma"];
for (const [index, server] of servers.entries()) client.connect(server.lastEndpoint!, { routingId: names[index]! });

/** Waits until a server has said that it is there. */
async function ping(name: string): Promise<void> {
  for (;;) {
    try {
      await client.send([name, "PING"]);
      break;
    } catch (error) {
      // It is still being connected to.
      if ((error as { code: string }).code !== "EHOSTUNREACH") throw error;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  const [from, answer] = await client.receive();
  console.log(`${from}: ${answer}`);
}

async function ask(sequence: number, question: string): Promise<string> {
  for (const name of names) {
    try {
      await client.send([name, String(sequence), question]);
      const [, number, answer] = await client.receive();
      return `${number}: ${answer}`;
    } catch (error) {
      console.log(`${name}: ${(error as { code: string }).code}`);
    }
  }
  return "nobody is left";
}
for (const name of names) await ping(name);
console.log(await ask(1, "one"));
for (const [index, number] of [[0, 2], [1, 3]] as const) {
  const endpoint = servers[index]!.lastEndpoint!;
  servers[index]!.close();
  client.disconnect(endpoint);
  console.log(await ask(number, `question ${number}`));
}
client.close();
servers[2]!.close();
