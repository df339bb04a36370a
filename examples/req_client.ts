/**
 * A client: asks the service of `rep_server.ts` (or `rep_server.py`), one question after the other, then ends.
 *
 * ```sh
 * deno run --allow-net examples/req_client.ts [questions]
 * bun examples/req_client.ts [questions]
 * node examples/req_client.ts [questions]
 * ```
 */

import process from "node:process";
import { Request, text } from "@zerostream/zmq";

const questions = Number(process.argv[2] ?? 3);

// The service may start later: the first question waits for it, ten seconds at most.
await using client = new Request({ receiveTimeout: 10_000 });
client.connect("tcp://localhost:5555");

for (let i = 1; i <= questions; i++) {
  await client.send(`Hello, ZeroMQ! (${i})`);
  const [answer] = await client.receive();
  console.log(text(answer));
}
