/** The guide's first program: a question, its answer, ten times over. */
import { Reply, Request } from "zeromq";

const server = new Reply();
await server.bind("tcp://127.0.0.1:*");
const serving = (async () => {
  for await (const [question] of server) await server.send(question!.toString() === "Hello" ? "World" : "What?");
})();

const client = new Request();
client.connect(server.lastEndpoint!);
for (let turn = 0; turn < 10; turn++) {
  await client.send("Hello");
  const [answer] = await client.receive();
  console.log(turn, answer!.toString());
}
client.close();
server.close();
await serving;
