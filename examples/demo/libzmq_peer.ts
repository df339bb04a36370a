/**
 * One of the four of the exchange, with libzmq itself: the npm package `zeromq`, on Node. It does what `peer.ts` does.
 *
 * @module
 */

import process from "node:process";
import * as zmq from "zeromq";

const [name, conductorEndpoint] = process.argv.slice(2) as [string, string];

const replies = new zmq.Reply();
const publisher = new zmq.Publisher();
await replies.bind("tcp://127.0.0.1:*");
await publisher.bind("tcp://127.0.0.1:*");

const conductor = new zmq.Request();
conductor.connect(conductorEndpoint);
const everyone = await tell({ asked: replies.lastEndpoint, heard: publisher.lastEndpoint }) as Other[];
const others = everyone.filter((other) => other.name !== name);

interface Other {
  readonly name: string;
  readonly asked: string;
  readonly heard: string;
}

void answer();
const answered: string[] = [];
for (const other of others) if (await ask(other)) answered.push(other.name);
await tell({ good: answered });

let publishing = true;
const published = publish();
await tell({ good: await listen() });
publishing = false;
await published;
for (const socket of [replies, publisher, conductor]) socket.close();

/** Tells the conductor something, and waits for its answer. */
async function tell(what: Record<string, unknown>): Promise<unknown> {
  await conductor.send(JSON.stringify({ name, ...what }));
  return JSON.parse((await conductor.receive())[0]!.toString());
}

async function answer(): Promise<void> {
  for await (const [question] of replies) await replies.send(`${name} to: ${question}`);
}

async function ask(other: Other): Promise<boolean> {
  const question = `${name} asks ${other.name}`;
  const request = new zmq.Request({ receiveTimeout: 10_000 });
  request.connect(other.asked);
  await request.send(question);
  const [reply] = await request.receive();
  request.close();
  return reply!.toString() === `${other.name} to: ${question}`;
}

async function publish(): Promise<void> {
  while (publishing) {
    await publisher.send(["news", name]);
    await publisher.send(["gossip", name]);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function listen(): Promise<string[]> {
  const subscriber = new zmq.Subscriber({ receiveTimeout: 10_000 });
  subscriber.subscribe("news");
  for (const other of others) subscriber.connect(other.heard);
  const authors = new Set<string>();
  while (authors.size < others.length) {
    const [topic, author] = await subscriber.receive();
    if (topic!.toString() !== "news") throw new Error(`${name} heard ${topic}, and subscribed to news`);
    authors.add(author!.toString());
  }
  subscriber.close();
  return [...authors];
}
