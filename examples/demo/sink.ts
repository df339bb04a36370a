/**
 * Where the pipeline ends, on Node: puts the chunks of every file in order, whichever worker they come through, and
 * compares the SHA-256 of the whole with what the source found when it read the file a second time.
 *
 * @module
 */

import { createHash, type Hash } from "node:crypto";
import process from "node:process";
import { json, Pull, text } from "@zerostream/zmq";
import type { Chunk, End, FileSum } from "./messages.ts";
import { Reporter } from "./reporter.ts";

/** A file on its way. */
interface Assembly {
  /** Of the chunks so far. */
  readonly hash: Hash;
  /** The chunk that is next. */
  next: number;
  /** In octets, so far. */
  size: number;
  /** Chunks that overtook others. */
  readonly early: Map<number, Uint8Array>;
  /** What it must be like in the end. */
  wanted: FileSum | undefined;
}

const [name, reports, control] = process.argv.slice(2) as [string, string, string];
const reporter = new Reporter(name, reports, control);

await using pull = new Pull({ receiveHighWaterMark: 16 });
await reporter.ready(`Node ${process.versions.node}`, await pull.bind("tcp://127.0.0.1:*"));

let files = 0;
let bytes = 0;
let messages = 0;
let expected: number | undefined;
const assemblies = new Map<string, Assembly>();
const through: Record<string, { messages: number; bytes: number }> = {};
const count = () => ({ files, bytes, messages, queuedIn: pull.stats().queuedIn, through });
const stopped = reporter.untilStopped(count);

for await (const frames of pull) {
  const message = json<Chunk | FileSum | End>(frames[0]);
  if (message.type === "end") expected = message.files;
  else if (message.type === "file") await finish(message.path, assemblyOf(message.path), message);
  else {
    const octets = frames[2]!;
    bytes += octets.length;
    messages++;
    tally(text(frames[1]), octets.length);
    const assembly = assemblyOf(message.path);
    assembly.early.set(message.index, octets);
    await finish(message.path, assembly, assembly.wanted);
  }
  if (files === expected) break;
}
await reporter.say("complete", count());
await stopped;

function assemblyOf(path: string): Assembly {
  let assembly = assemblies.get(path);
  if (assembly === undefined) {
    assembly = { hash: createHash("sha256"), next: 0, size: 0, early: new Map(), wanted: undefined };
    assemblies.set(path, assembly);
  }
  return assembly;
}

/** Takes in what is in order by now, and judges the file if that was all of it. */
async function finish(path: string, assembly: Assembly, wanted: FileSum | undefined): Promise<void> {
  assembly.wanted = wanted;
  for (;;) {
    const octets = assembly.early.get(assembly.next);
    if (octets === undefined) break;
    assembly.early.delete(assembly.next);
    assembly.hash.update(octets);
    assembly.size += octets.length;
    assembly.next++;
  }
  if (wanted === undefined || assembly.next < wanted.chunks) return;
  assemblies.delete(path);
  files++;
  const found = assembly.hash.digest("hex");
  if (assembly.size !== wanted.size) {
    await reporter.wrong(`${path} came with ${assembly.size} octets, wanted ${wanted.size}`);
  } else if (found !== wanted.sha256) {
    await reporter.wrong(`${path} came with SHA-256 ${found.slice(0, 16)}…, wanted ${wanted.sha256.slice(0, 16)}…`);
  }
}

function tally(worker: string, length: number): void {
  const sum = through[worker] ??= { messages: 0, bytes: 0 };
  sum.messages++;
  sum.bytes += length;
}
