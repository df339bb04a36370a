/**
 * The network that the dashboard looks at: libzmq, by the npm package `zeromq`, in a process of its own. It publishes
 * measurements over tcp and answers questions. It prints its two endpoints as one line of JSON, and ends with its parent.
 *
 * @module
 */

import process from "node:process";
import * as zmq from "zeromq";

/** What is measured, and around which value it wanders. */
const MEASURED: readonly (readonly [topic: string, mean: number, digits: number])[] = [
  ["weather.temperature", 18, 1],
  ["weather.pressure", 1013, 1],
  ["market.gold", 2412, 2],
  ["market.copper", 9.4, 3],
  ["machine.load", 0.6, 2],
  ["machine.spindle", 12_000, 0],
];

/** Milliseconds between two bursts. */
const BEAT = 20;

const feed = new zmq.Publisher({ linger: 0 });
const desk = new zmq.Reply({ linger: 0 });
await feed.bind("tcp://127.0.0.1:*");
await desk.bind("tcp://127.0.0.1:*");
console.log(JSON.stringify({ feed: feed.lastEndpoint, desk: desk.lastEndpoint }));

const started = Date.now();
const values = MEASURED.map(([, mean]) => mean);
let rate = 500;
let owed = 0;
let next = 0;

async function measure(): Promise<void> {
  owed = Math.min(owed + rate * BEAT / 1000, rate);
  for (; owed >= 1; owed--) {
    const which = next++ % MEASURED.length;
    const [topic, mean, digits] = MEASURED[which]!;
    values[which] = values[which]! + (Math.random() - 0.5) * mean / 50 + (mean - values[which]!) / 20;
    const sent = performance.timeOrigin + performance.now();
    await feed.send([topic, JSON.stringify({ value: values[which]!.toFixed(digits), sent })]);
  }
  setTimeout(measure, BEAT);
}

function answer(question: string): string {
  const [word, number] = question.split(" ");
  if (word === "uptime") return `${((Date.now() - started) / 1000).toFixed(0)} s`;
  if (word === "version") return `libzmq ${zmq.version}`;
  if (word === "rate" && Number(number) > 0 && Number(number) <= 10_000) {
    rate = Number(number);
    return `${rate} messages a second from now on`;
  }
  return `I know uptime, version and rate, not "${question}"`;
}

process.stdin.on("end", () => process.exit()).resume();
measure();
for await (const [question] of desk) await desk.send(answer(question!.toString()));
