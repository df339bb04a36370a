/**
 * One end of a measurement, with this library, on whichever runtime runs it. `bench/peers.ts` says what such a program
 * is given and what it answers.
 *
 * @module
 */

import { once } from "node:events";
import process from "node:process";
import { Pull, Push, Reply, Request } from "../../mod.ts";

const [role, endpoint, size, count, calls] = process.argv.slice(2) as [string, string, string, string, string];
const total = Number(count);
const payload = new Uint8Array(Number(size));
const roles: Record<string, () => Promise<void>> = { push, pull, inproc, request, reply };
await roles[role]!();

async function push(): Promise<void> {
  await using socket = new Push();
  socket.connect(endpoint);
  await send(socket);
  await once(process.stdin.resume(), "end");
}

async function pull(): Promise<void> {
  await using socket = new Pull();
  say({ endpoint: await socket.bind(endpoint) });
  say({ seconds: await receive(socket) });
}

/** Both ends in one process. */
async function inproc(): Promise<void> {
  await using receiver = new Pull();
  await using sender = new Push();
  await receiver.bind(endpoint);
  sender.connect(endpoint);
  const [seconds] = await Promise.all([receive(receiver), send(sender)]);
  say({ seconds });
}

async function send(socket: Push): Promise<void> {
  if (calls === "try") {
    for (let i = 0; i < total; i++) {
      if (!socket.trySend(payload)) await socket.send(payload);
    }
  } else {
    for (let i = 0; i < total; i++) await socket.send(payload);
  }
}

/** The seconds from the first message to the last. */
async function receive(socket: Pull): Promise<number> {
  let [frame] = await socket.receive();
  const started = performance.now();
  if (calls === "try") {
    for (let i = 1; i < total; i++) [frame] = socket.tryReceive() ?? await socket.receive();
  } else {
    for (let i = 1; i < total; i++) [frame] = await socket.receive();
  }
  const ended = performance.now();
  if (frame!.length !== payload.length) throw new Error(`Found ${frame!.length} octets, wanted ${payload.length}`);
  return (ended - started) / 1000;
}

async function reply(): Promise<void> {
  await using socket = new Reply();
  say({ endpoint: await socket.bind(endpoint) });
  for (let i = 0; i < total; i++) await socket.send((await socket.receive())[0]!);
  await once(process.stdin.resume(), "end");
}

async function request(): Promise<void> {
  await using socket = new Request();
  socket.connect(endpoint);
  const times = new Float64Array(total);
  const begun = performance.now();
  for (let i = 0; i < total; i++) {
    const started = performance.now();
    await socket.send(payload);
    const [frame] = await socket.receive();
    times[i] = performance.now() - started;
    if (frame!.length !== payload.length) throw new Error(`Found ${frame!.length} octets, wanted ${payload.length}`);
  }
  const ended = performance.now();
  // The first fifth warms up.
  const sorted = times.subarray(Math.ceil(total / 5)).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]! * 1000;
  say({ seconds: (ended - begun) / 1000, p50: at(0.5), p99: at(0.99) });
}

function say(line: Record<string, unknown>): void {
  console.log(JSON.stringify(line));
}
