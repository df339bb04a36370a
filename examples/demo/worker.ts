/**
 * The middle of the pipeline, on Bun: pulls chunks, checks each, and pushes it on. The sockets are streams here, so
 * that the work is one pipe, and a slow sink slows everything down to the reading of the disk.
 *
 * @module
 */

import { createHash } from "node:crypto";
import process from "node:process";
import { type Frames, json, type MessageInput, Pull, Push } from "@zerostream/zmq";
import type { Chunk } from "./messages.ts";
import { Reporter } from "./reporter.ts";

const [name, reports, control, source, sink, tamper] = process.argv.slice(2) as [string, ...string[]];
const reporter = new Reporter(name, reports!, control!);

await using pull = new Pull({ receiveHighWaterMark: 16 });
await using push = new Push({ sendHighWaterMark: 16 });
push.connect(sink!);
pull.connect(source!);

let bytes = 0;
let messages = 0;
let toFlip = tamper === "tamper";

const check = new TransformStream<Frames, MessageInput>({
  transform([header, octets], pipe) {
    const { path, index, sha256 } = json<Chunk>(header);
    const found = createHash("sha256").update(octets!).digest("hex");
    if (found !== sha256) throw new Error(`Chunk ${index} of ${path} has SHA-256 ${found}, wanted ${sha256}`);
    bytes += octets!.length;
    messages++;
    pipe.enqueue([header!, name, toFlip && octets!.length > 0 ? flipped(octets!) : octets!]);
  },
});

const work = pull.readable.pipeThrough(check).pipeTo(push.writable);
await reporter.ready(`Bun ${process.versions["bun"]}`);
await Promise.race([
  work,
  reporter.untilStopped(() => {
    return { bytes, messages, queuedIn: pull.stats().queuedIn, queuedOut: push.stats().queuedOut };
  }),
]);
await pull.close(); // The stream of messages ends, and with it the pipe.
await work;

/** A copy with one bit changed, for once: what `--tamper` asks for, to see it found out. */
function flipped(octets: Uint8Array): Uint8Array {
  toFlip = false;
  const copy = octets.slice();
  copy[copy.length >> 1]! ^= 1;
  return copy;
}
