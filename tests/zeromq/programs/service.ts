/** A service of two clients: SERVER answers each by its number. */
import { Client, Server } from "zeromq/draft.js";

const server = new Server();
await server.bind("tcp://127.0.0.1:*");

async function serve(): Promise<number> {
  const clients = new Set<number>();
  for await (const [question, { routingId }] of server) {
    clients.add(routingId);
    await server.send(question.toString().toUpperCase(), { routingId });
  }
  return clients.size;
}

async function ask(name: string): Promise<string[]> {
  const client = new Client();
  client.connect(server.lastEndpoint!);
  const answers: string[] = [];
  for (let number = 0; number < 3; number++) {
    await client.send(`${name} ${number}`);
    const [answer] = await client.receive();
    answers.push(answer.toString());
  }
  client.close();
  return answers;
}

const serving = serve();
console.log(JSON.stringify(await Promise.all([ask("one"), ask("other")])));
try {
  await server.send("to nobody", { routingId: 12345 });
} catch (error) {
  console.log((error as { code?: string }).code, (error as Error).message);
}
server.close();
console.log(await serving);
