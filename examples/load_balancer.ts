/**
 * A queue between clients and workers: a ROUTER that clients connect to, a DEALER that workers connect to, and a proxy
 * between them. Requests go to the workers in turn, and each reply finds its way back to whoever asked.
 *
 * ```sh
 * deno run --allow-net examples/load_balancer.ts
 * bun examples/load_balancer.ts
 * node examples/load_balancer.ts
 * ```
 *
 * The program has three workers. Alone, it asks them thirty questions itself, and ends. With the argument `serve` it
 * waits for clients until Ctrl-C: for `load_balancer.py`, or for `Request` sockets that connect to port 5559. More
 * workers may connect to port 5560 from elsewhere.
 */

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Dealer, proxy, Reply, Request, Router, text } from "@zerostream/zmq";

const FRONT = "tcp://127.0.0.1:5559";
const BACK = "tcp://127.0.0.1:5560";

const clients = new Router();
const workers = new Dealer();
await clients.bind(FRONT);
await workers.bind(BACK);
const queue = proxy(clients, workers);

const team = ["Ada", "Bo", "Cy"].map((name) => ({ name, socket: new Reply(), done: 0 }));
const working = team.map(async (worker) => {
  worker.socket.connect(BACK);
  for await (const [question] of worker.socket) {
    await sleep(5); // The work.
    worker.done++;
    await worker.socket.send(`${worker.name} says: ${text(question)}`);
  }
});

if (process.argv[2] === "serve") {
  console.log(`Queueing between ${FRONT} and ${BACK}`);
  await new Promise((resolve) => process.once("SIGINT", resolve));
} else {
  // A worker that is not connected yet would miss the first questions, and the others do them all.
  while (workers.peers.length < team.length) await sleep(5);
  await using client = new Request();
  client.connect(FRONT);
  // `request` sends and receives in one call, and any number of calls may be in flight.
  const questions = Array.from({ length: 30 }, (_, i) => `question ${i + 1}`);
  const answers = await Promise.all(questions.map((question) => client.request(question, { timeout: 10_000 })));
  console.log(answers.map(([answer]) => text(answer)).at(-1));
}

await clients.close(); // The proxy ends with either of its sockets.
await queue;
await workers.close();
await Promise.all(team.map(({ socket }) => socket.close()));
await Promise.all(working);
for (const { name, done } of team) console.log(`${name} answered ${done}`);
