/**
 * A file through a pipeline, as streams: sent in messages as it is read, and compressed as it is received. A slow
 * reader holds the sender back, so that memory stays flat however long the file is.
 *
 * ```sh
 * deno run --allow-net --allow-read --allow-write examples/stream_pipeline.ts
 * bun examples/stream_pipeline.ts
 * node examples/stream_pipeline.ts
 * ```
 *
 * Alone, the program sends itself this very file. With `receive FILE.gz` it only receives, into that file; with `send
 * FILE` it only sends; `stream_pipeline.py FILE` sends too. An empty message is the end of a file.
 */

import { createWriteStream, openAsBlob } from "node:fs";
import process from "node:process";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type Frames, frames, Pull, Push } from "@zerostream/zmq";

const ENDPOINT = "tcp://127.0.0.1:5558";

/** Passes messages on, until an empty one comes. */
function untilEmpty(): TransformStream<Frames, Frames> {
  return new TransformStream({
    transform(message, controller) {
      if (message[0]!.length === 0) controller.terminate();
      else controller.enqueue(message);
    },
  });
}

async function send(path: string): Promise<void> {
  await using push = new Push({ linger: 10_000 });
  push.connect(ENDPOINT);
  const file = await openAsBlob(path);
  await file.stream().pipeTo(push.writable);
  // The stream is closed and the socket is not: it can still send.
  await push.send(null);
  console.log(`Sent ${file.size} octets of ${path.split("/").at(-1)}`);
}

async function receive(target: WritableStream<Uint8Array>): Promise<void> {
  await using pull = new Pull();
  await pull.bind(ENDPOINT);
  const octets = pull.readable.pipeThrough(untilEmpty()).pipeThrough(frames());
  await octets.pipeThrough(new CompressionStream("gzip")).pipeTo(target);
}

const [what, path = ""] = process.argv.slice(2);
if (what === "send") await send(path);
else if (what === "receive") {
  await receive(Writable.toWeb(createWriteStream(path)));
  console.log(`Received ${path.split("/").at(-1)}`);
} else {
  const compressed = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  const receiving = receive(compressed.writable);
  const unpacked = new Response(compressed.readable.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  await send(fileURLToPath(import.meta.url));
  await receiving;
  console.log(`Received, compressed and unpacked ${(await unpacked).byteLength} octets`);
}
