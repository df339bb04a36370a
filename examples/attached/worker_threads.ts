/**
 * Work shared among threads: a PUSH gives jobs to workers, each over a port of its own, and a PULL takes what they have
 * found. Each worker gets the next job when it has room for it; no thread can flood another.
 *
 * ```sh
 * deno run --allow-read --allow-env examples/attached/worker_threads.ts [workers] [jobs]
 * bun examples/attached/worker_threads.ts [workers] [jobs]
 * node examples/attached/worker_threads.ts [workers] [jobs]
 * ```
 *
 * Each job is a block of octets, and is given away to the worker, without a copy: `transfer`.
 */

import process from "node:process";
import { isMainThread, MessageChannel, Worker, workerData } from "node:worker_threads";
import { json, type MessagePortLike, Pull, Push } from "@zerostream/zmq";

interface Ports {
  readonly name: string;
  readonly jobs: MessagePortLike;
  readonly results: MessagePortLike;
}

if (isMainThread) {
  const workers = Number(process.argv[2] ?? 2);
  const jobs = Number(process.argv[3] ?? 20);
  // Two jobs wait with each worker; the rest is for whoever is done first.
  await using push = new Push({ sendHighWaterMark: 1 });
  await using pull = new Pull();
  const threads = Array.from({ length: workers }, (_, i) => {
    const [there, back] = [new MessageChannel(), new MessageChannel()];
    const ports = { name: `worker ${i + 1}`, jobs: there.port2, results: back.port2 };
    const thread = new Worker(new URL(import.meta.url), {
      workerData: ports,
      transferList: [there.port2, back.port2],
    });
    push.attach(there.port1, { transfer: true });
    pull.attach(back.port1, { role: "bind" });
    return new Promise((resolve) => thread.once("exit", resolve));
  });

  const collecting = (async () => {
    const done = new Map<string, number>();
    let sum = 0;
    for (let i = 0; i < jobs; i++) {
      const result = json<{ name: string; sum: number }>((await pull.receive())[0]);
      done.set(result.name, (done.get(result.name) ?? 0) + 1);
      sum += result.sum;
    }
    return { done, sum };
  })();
  let expected = 0;
  for (let i = 0; i < jobs; i++) {
    const block = new Uint8Array(1 << 18).fill(i);
    expected += block.length * i;
    await push.send(block);
  }
  const { done, sum } = await collecting;
  // The ports say good-bye, and the workers end.
  await push.close();
  await Promise.all(threads);
  console.log(`${jobs} jobs by ${done.size} workers, the sum is ${sum === expected ? "right" : "wrong"}`);
} else {
  const { name, jobs, results } = workerData as Ports;
  await using pull = new Pull({ receiveHighWaterMark: 2 });
  await using push = new Push();
  const attached = pull.attach(jobs);
  push.attach(results);
  attached.closed.then(() => pull.close());
  for await (const [block] of pull) {
    await push.send(JSON.stringify({ name, sum: block!.reduce((sum, octet) => sum + octet, 0) }));
  }
}
