/**
 * From messages to octets: what stands between a socket's readable and a stream that takes octets.
 *
 * @module
 */

import type { Frames } from "../message.ts";

/**
 * A transform that cuts messages into their frames, in order, so that a socket's messages can flow into anything that
 * takes octets: a compressor, a file, a response. It holds one message at the most, and passes back-pressure on.
 *
 * @example Messages, compressed as they come
 * ```ts
 * import { frames, Pair } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using source = new Pair();
 * await using sink = new Pair();
 * await sink.bind("inproc://log");
 * source.connect("inproc://log");
 * const inflated = sink.readable
 *   .pipeThrough(frames())
 *   .pipeThrough(new CompressionStream("gzip"))
 *   .pipeThrough(new DecompressionStream("gzip"));
 * const text = new Response(inflated).text();
 * await source.send("one ");
 * await source.send(["two ", "three"]);
 * while (sink.stats().queuedIn > 0) await new Promise((resolve) => setTimeout(resolve, 1));
 * await sink.close();
 * assertEquals(await text, "one two three");
 * ```
 *
 * @returns A fresh transform.
 */
export function frames(): TransformStream<Frames, Uint8Array<ArrayBuffer>> {
  return new TransformStream({
    transform(message, controller) {
      for (let i = 0; i < message.length; i++) controller.enqueue(message[i]!);
    },
  });
}
