/**
 * A service: answers every request with `RESPONSE: …`, until Ctrl-C or until it has answered as many as it was told.
 *
 * ```sh
 * deno run --allow-net examples/rep_server.ts [requests]
 * bun examples/rep_server.ts [requests]
 * node examples/rep_server.ts [requests]
 * ```
 *
 * Its clients are `req_client.ts`, under any runtime, and `req_client.py`.
 */

import process from "node:process";
import { Reply, text } from "@zerostream/zmq";

const limit = Number(process.argv[2] ?? Infinity);

await using server = new Reply();
process.once("SIGINT", () => server.close());
await server.bind("tcp://*:5555");
console.log(`Answering at ${server.lastEndpoint}`);

let answered = 0;
for await (const [question] of server) {
  console.log(`Asked: ${text(question)}`);
  await server.send(`RESPONSE: ${text(question)}`);
  if (++answered === limit) break;
}
