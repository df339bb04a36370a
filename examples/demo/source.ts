/**
 * Where the pipeline begins, on Deno: cuts every file of a folder into chunks and pushes them to the workers. It then
 * reads every file a second time, and tells the sink what each must be like when it has come.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { Push } from "@zerostream/zmq";
import type { Chunk, End, FileSum } from "./messages.ts";
import { Reporter } from "./reporter.ts";

/** Octets in a chunk. */
const CHUNK = 256 * 1024;

const [name, reports, control, sinkEndpoint, folder] = Deno.args as [string, string, string, string, string];
const reporter = new Reporter(name, reports, control);

// A high-water mark of 16: a worker that is slow gets no more than that in advance, and the others get the rest.
await using workers = new Push({ sendHighWaterMark: 16 });
await using sink = new Push();
sink.connect(sinkEndpoint);

let files = 0;
let bytes = 0;
let messages = 0;

await reporter.ready(`Deno ${Deno.version.deno}`, await workers.bind("tcp://127.0.0.1:*"));
await reporter.started();
const stopped = reporter.untilStopped(() => {
  const { queuedOut, pendingSends } = workers.stats();
  return { files, bytes, messages, queuedOut: queuedOut + pendingSends };
});

const paths: string[] = [];
let total = 0;
for await (const { path, size } of filesIn("")) {
  paths.push(path);
  total += size;
}
await reporter.say("total", { files: paths.length, bytes: total, messages: 0 });
await Promise.all([sendFiles(), sendSums()]);
await stopped;

/** Sends every file in chunks. While all queues are full `send` waits, and so does the reading. */
async function sendFiles(): Promise<void> {
  for (const path of paths) {
    using file = await Deno.open(`${folder}/${path}`);
    for (let index = 0;; index++) {
      const octets = await readChunk(file);
      if (octets.length === 0 && index > 0) break;
      const header: Chunk = { type: "chunk", path, index, sha256: createHash("sha256").update(octets).digest("hex") };
      await workers.send([JSON.stringify(header), octets]);
      bytes += octets.length;
      messages++;
      if (octets.length < CHUNK) break;
    }
    files++;
  }
}

/** Tells the sink the SHA-256 of every file, from a reading of its own. */
async function sendSums(): Promise<void> {
  for (const path of paths) {
    using file = await Deno.open(`${folder}/${path}`);
    const hash = createHash("sha256");
    let size = 0;
    for (;;) {
      const octets = await readChunk(file);
      hash.update(octets);
      size += octets.length;
      if (octets.length < CHUNK) break;
    }
    const chunks = Math.max(1, Math.ceil(size / CHUNK));
    const sum: FileSum = { type: "file", path, size, chunks, sha256: hash.digest("hex") };
    await sink.send(JSON.stringify(sum));
  }
  const end: End = { type: "end", files: paths.length };
  await sink.send(JSON.stringify(end));
}

/** The next octets, a full chunk of them unless the file ends. Each time in memory of their own: `send` borrows it. */
async function readChunk(file: Deno.FsFile): Promise<Uint8Array> {
  const octets = new Uint8Array(CHUNK);
  let length = 0;
  while (length < CHUNK) {
    const count = await file.read(octets.subarray(length));
    if (count === null) break;
    length += count;
  }
  return octets.subarray(0, length);
}

/** Every file under the folder, but no symbolic link. */
async function* filesIn(under: string): AsyncGenerator<{ path: string; size: number }> {
  for await (const entry of Deno.readDir(`${folder}/${under}`)) {
    const path = `${under}${entry.name}`;
    if (entry.isDirectory) yield* filesIn(`${path}/`);
    else if (entry.isFile) yield { path, size: (await Deno.stat(`${folder}/${path}`)).size };
  }
}
