/**
 * The middle of the pipeline once more, with libzmq itself: the npm package `zeromq`, on Node. It does what `worker.ts`
 * does, and to its neighbours there is no difference.
 *
 * @module
 */

import { createHash } from "node:crypto";
import process from "node:process";
import * as zmq from "zeromq";
import type { Chunk, Counts, Report } from "./messages.ts";

const [name, reports, control, source, sink] = process.argv.slice(2) as [string, string, string, string, string];

const conductor = new zmq.Push();
const stop = new zmq.Subscriber();
const pull = new zmq.Pull({ receiveHighWaterMark: 16 });
const push = new zmq.Push({ sendHighWaterMark: 16 });
conductor.connect(reports);
stop.connect(control);
stop.subscribe("stop");
push.connect(sink);
pull.connect(source);

let bytes = 0;
let messages = 0;
let telling: Promise<void> = Promise.resolve();
const counts = (): Counts => ({ bytes, messages });

await tell({ type: "ready", from: name, about: `libzmq ${zmq.version}` });
const timer = setInterval(() => void tell({ type: "progress", from: name, counts: counts() }), 100);
const work = carry();
await Promise.race([work, stop.receive()]);
clearInterval(timer);
pull.close(); // Ends the loop in `carry`.
await work;
await tell({ type: "stopped", from: name, counts: counts() });
for (const socket of [conductor, stop, push]) socket.close();

async function carry(): Promise<void> {
  for await (const [header, octets] of pull) {
    const { path, index, sha256 } = JSON.parse(header!.toString()) as Chunk;
    const found = createHash("sha256").update(octets!).digest("hex");
    if (found !== sha256) throw new Error(`Chunk ${index} of ${path} has SHA-256 ${found}, wanted ${sha256}`);
    bytes += octets!.length;
    messages++;
    await push.send([header!, name, octets!]);
  }
}

/** One report after the other: this package throws if a send starts while another is going on. */
function tell(report: Report): Promise<void> {
  telling = telling.then(() => conductor.send(JSON.stringify(report)));
  return telling;
}
