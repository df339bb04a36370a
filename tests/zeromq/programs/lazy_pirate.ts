/** The guide's lazy pirate: a client that asks again, on a new socket, when a server that is ill leaves it without a reply. */
import { Reply, Request } from "zeromq";

const TIMEOUT = 200;
const RETRIES = 3;

/** Answers, but loses the second and third question, and is gone after the fifth. */
async function serve(server: Reply): Promise<void> {
  let cycle = 0;
  for await (const [question] of server) {
    cycle++;
    if (cycle === 2 || cycle === 3) {
      console.log(`server: loses ${question}`);
      // As good as a crash: its clients go, and it comes up again.
      await server.send("");
      continue;
    }
    await server.send(question!);
    if (cycle === 5) break;
  }
}

async function ask(endpoint: string, question: string): Promise<string> {
  for (let left = RETRIES; left > 0; left--) {
    const client = new Request({ linger: 0, receiveTimeout: TIMEOUT * 20 });
    client.connect(endpoint);
    try {
      await client.send(question);
      const [answer] = await client.receive();
      if (answer!.length > 0) return `client: ${answer} is the answer`;
      console.log(`client: no answer to ${question}, once more`);
    } finally {
      client.close();
    }
  }
  return `client: gives ${question} up`;
}

async function askNobody(endpoint: string, question: string): Promise<string> {
  const client = new Request({ linger: 0, receiveTimeout: TIMEOUT });
  client.connect(endpoint);
  await client.send(question);
  try {
    return `client: ${(await client.receive())[0]}`;
  } catch (error) {
    return `client: gives ${question} up: ${(error as { code: string }).code}`;
  } finally {
    client.close();
  }
}

const server = new Reply();
await server.bind("tcp://127.0.0.1:*");
const endpoint = server.lastEndpoint!;
const serving = serve(server);
for (const question of ["one", "two", "three"]) console.log(await ask(endpoint, question));
await serving;
server.close();
console.log(await askNobody(endpoint, "four"));
