/**
 * One of the four of the exchange, on Deno, Bun or Node: answers everyone's questions and asks everyone, publishes to
 * everyone and listens to everyone.
 *
 * @module
 */

import process from "node:process";
import { json, Publisher, Reply, Request, Subscriber, text } from "@zerostream/zmq";

/** Someone else, and where they can be asked and heard. */
interface Other {
  readonly name: string;
  readonly asked: string;
  readonly heard: string;
}

const [name, conductorEndpoint] = process.argv.slice(2) as [string, string];

await using replies = new Reply();
await using publisher = new Publisher();
const asked = await replies.bind("tcp://127.0.0.1:*");
const heard = await publisher.bind("tcp://127.0.0.1:*");

// The conductor answers when all four have come this far: with what everyone has told it.
await using conductor = new Request();
conductor.connect(conductorEndpoint);
const everyone = json<Other[]>((await conductor.request(JSON.stringify({ name, asked, heard })))[0]);
const others = everyone.filter((other) => other.name !== name);

void answer();
const answered: string[] = [];
for (const other of others) if (await ask(other)) answered.push(other.name);
await conductor.request(JSON.stringify({ name, good: answered }));

const timer = setInterval(publish, 20);
const listened = await listen();
await conductor.request(JSON.stringify({ name, good: listened }));
clearInterval(timer);

async function answer(): Promise<void> {
  for await (const [question] of replies) await replies.send(`${name} to: ${text(question)}`);
}

async function ask(other: Other): Promise<boolean> {
  const question = `${name} asks ${other.name}`;
  await using request = new Request({ receiveTimeout: 10_000 });
  request.connect(other.asked);
  await request.send(question);
  return text((await request.receive())[0]) === `${other.name} to: ${question}`;
}

/** Who subscribes late misses what was said before, so we say it again and again. */
async function publish(): Promise<void> {
  await publisher.send(["news", name]);
  await publisher.send(["gossip", name]);
}

/** Listens until there are news from all others. Nobody here wants gossip. */
async function listen(): Promise<string[]> {
  await using subscriber = new Subscriber({ receiveTimeout: 10_000 });
  subscriber.subscribe("news");
  for (const other of others) subscriber.connect(other.heard);
  const authors = new Set<string>();
  while (authors.size < others.length) {
    const [topic, author] = await subscriber.receive();
    if (text(topic) !== "news") throw new Error(`${name} heard ${text(topic)}, and subscribed to news`);
    authors.add(text(author));
  }
  return [...authors];
}
