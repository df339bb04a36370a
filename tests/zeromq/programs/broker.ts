/** A load-balancing broker: clients are REQ, workers are REQ, and between them are two ROUTERs. */
import type { Buffer } from "node:buffer";
import { Request, Router } from "zeromq";

const [clients, workers] = [new Router(), new Router()];
await clients.bind("tcp://127.0.0.1:*");
await workers.bind("tcp://127.0.0.1:*");

const WORKERS = 3;
const CLIENTS = 5;
const idle: Buffer[] = [];
let wake = (): void => {};
const answered: string[] = [];

const fromWorkers = (async () => {
  for await (const [worker, , client, , answer] of workers) {
    idle.push(worker!);
    wake();
    if (client!.toString() !== "READY") await clients.send([client!, "", answer!]);
  }
})();
const fromClients = (async () => {
  for await (const [client, , question] of clients) {
    while (idle.length === 0) await new Promise<void>((resolve) => wake = resolve);
    await workers.send([idle.shift()!, "", client!, "", question!]);
  }
})();

const sockets: Request[] = [];
for (let number = 0; number < WORKERS; number++) {
  const worker = new Request({ routingId: `worker-${number}` });
  sockets.push(worker);
  worker.connect(workers.lastEndpoint!);
  (async () => {
    await worker.send("READY");
    for (;;) {
      const [client, , question] = await worker.receive();
      await worker.send([client!, "", `${question} done`]);
    }
  })().catch(() => {});
}
await Promise.all(
  Array.from({ length: CLIENTS }, async (_, number) => {
    const client = new Request({ routingId: `client-${number}` });
    sockets.push(client);
    client.connect(clients.lastEndpoint!);
    for (let turn = 0; turn < 4; turn++) {
      await client.send(`job ${number}.${turn}`);
      answered.push((await client.receive())[0]!.toString());
    }
  }),
);
console.log(answered.sort().join("\n"));
for (const socket of [...sockets, clients, workers]) socket.close();
await Promise.all([fromWorkers, fromClients]);
