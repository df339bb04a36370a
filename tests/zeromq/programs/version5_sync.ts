/** A program of the time of version 5 that binds before it does anything else, and never waits for that. */
import type { Buffer } from "node:buffer";
import * as zmq from "zeromq/v5-compat.js";

const server = zmq.socket("rep", { linger: 0 });
console.log(server.bindSync("tcp://127.0.0.1:*"));
console.log(/^tcp:\/\/127.0.0.1:\d+$/.test(server.last_endpoint));
const taken = zmq.socket("rep", { linger: 0 });
try {
  taken.bindSync(server.last_endpoint);
} catch (error) {
  const { name, message, code, errno, address } = error as Error & { code: string; errno: number; address: string };
  console.log(name, message, code, errno, address === server.last_endpoint);
}
taken.close();
server.on("message", (question: Buffer) => server.send(`${question}, indeed`));

const pull = zmq.socket("pull", { linger: 0 });
pull.bindSync("ipc://*");
const push = zmq.socket("push", { linger: 0 });
push.connect(pull.last_endpoint);
pull.on("message", (...parts: Buffer[]) => {
  console.log(parts.join(" "));
  for (const socket of [server, client, pull, push]) socket.close();
});

const client = zmq.socket("req", { linger: 0 });
client.connect(server.last_endpoint);
client.on("message", (answer: Buffer) => push.send(["the answer is", answer]));
client.send("hello");
