/**
 * One part of a measurement, played by the npm package `zeromq`, the native binding of libzmq. `bench/peers.ts` says
 * what such a program is given and what it answers.
 *
 * Every send is awaited before the next: a second pending send throws EBUSY.
 *
 * @module
 */

import { once } from "node:events";
import process from "node:process";
import { Dealer, Pull, Push, Reply, Request, Router, XPublisher } from "zeromq";
import { now, percentiles, readWords, resident, say } from "./words.ts";

const { role, endpoint, octets, count, warm, parts, peers, drop } = readWords(process.argv);
const total = warm + count;
const payload = Buffer.alloc(octets);
const message = new Array<Buffer>(parts).fill(payload);
const roles: Record<string, () => Promise<void>> = {
  push: () => send(new Push()),
  pull: () => receive(new Pull()),
  dealer: () => send(new Dealer()),
  router: () => receive(new Router()),
  inproc,
  request,
  reply,
  publish,
  idle,
};
await roles[role]!();

async function send(socket: Push | Dealer): Promise<void> {
  for (let i = 0; i < peers; i++) socket.connect(endpoint);
  await sendAll(socket);
  await endOfInput();
  socket.close();
}

async function receive(socket: Pull | Router): Promise<void> {
  await socket.bind(endpoint);
  say({ endpoint: socket.lastEndpoint });
  say({ seconds: await receiveAll(socket) });
  socket.close();
}

/** Both ends in one process. */
async function inproc(): Promise<void> {
  const receiver = new Pull();
  const sender = new Push();
  await receiver.bind(endpoint);
  sender.connect(endpoint);
  const [seconds] = await Promise.all([receiveAll(receiver), sendAll(sender)]);
  say({ seconds });
  sender.close();
  receiver.close();
}

async function sendAll(socket: Push | Dealer): Promise<void> {
  const what = parts === 1 ? payload : message;
  for (let i = 0; i < total; i++) await socket.send(what);
}

/** Receives all messages. Answers the seconds that those after the warm-up took. */
async function receiveAll(socket: Pull | Router): Promise<number> {
  let frames: Buffer[] = [];
  for (let i = 0; i < warm; i++) frames = await socket.receive();
  const started = now();
  for (let i = 0; i < count; i++) frames = await socket.receive();
  const ended = now();
  const length = frames.at(-1)!.length;
  if (length !== octets) throw new Error(`Found ${length} octets, wanted ${octets}`);
  return ended - started;
}

async function reply(): Promise<void> {
  const socket = new Reply();
  await socket.bind(endpoint);
  say({ endpoint: socket.lastEndpoint });
  for (let i = 0; i < total; i++) await socket.send((await socket.receive())[0]!);
  await endOfInput();
  socket.close();
}

async function request(): Promise<void> {
  const socket = new Request();
  socket.connect(endpoint);
  const times = new Float64Array(count);
  let begun = 0;
  for (let i = -warm; i < count; i++) {
    const started = now();
    if (i === 0) begun = started;
    await socket.send(payload);
    const [frame] = await socket.receive();
    if (i >= 0) times[i] = now() - started;
    if (frame!.length !== octets) throw new Error(`Found ${frame!.length} octets, wanted ${octets}`);
  }
  say({ seconds: now() - begun, ...percentiles(times) });
  socket.close();
}

/** An XPUB that waits until it has been told of every subscription that is to come. */
async function publish(): Promise<void> {
  const socket = new XPublisher({ verbosity: "allSubs", noDrop: !drop });
  await socket.bind(endpoint);
  say({ endpoint: socket.lastEndpoint });
  for (let i = 0; i < peers; i++) await socket.receive();
  for (let i = 0; i < total; i++) {
    try {
      await socket.send(payload);
    } catch (error) {
      // It waits for room for someone, and there must be room for all.
      if ((error as { code?: unknown }).code !== "EAGAIN") throw error;
      i--;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await endOfInput();
  socket.close();
}

/** Accepts whoever comes, and says how much memory it takes whenever it is asked. */
async function idle(): Promise<void> {
  const socket = new Pull();
  await socket.bind(endpoint);
  say({ endpoint: socket.lastEndpoint });
  process.stdin.on("data", () => say({ resident: resident() }));
  await once(process.stdin, "end");
  socket.close();
}

async function endOfInput(): Promise<void> {
  await once(process.stdin.resume(), "end");
}
