/**
 * The codecs of `src/wire`: frames, greeting, metadata, commands.
 *
 * @module
 */

import { ProtocolError } from "../../src/errors.ts";
import { Control } from "../../src/message.ts";
import { Batch, encodeFrame } from "../../src/wire/batch.ts";
import {
  commandData,
  commandName,
  decodeError,
  decodePing,
  encodeCommand,
  encodeError,
  encodePing,
  encodeSubscription,
  expectCommand,
  isCommand,
} from "../../src/wire/command.ts";
import { COMMAND, FrameDecoder, LONG, MORE } from "../../src/wire/frame.ts";
import { encodeGreeting, GreetingReader } from "../../src/wire/greeting.ts";
import { decodeMetadata, encodeMetadata } from "../../src/wire/metadata.ts";
import { anyCommand, greeting, metadata, traffic, TYPES } from "./grammar.ts";
import { checkShown, hash, pieces, Reader, same, Writer } from "./octets.ts";
import { cutFrame, readGreeting, readMetadata } from "./reference.ts";
import type { Target } from "./target.ts";

const LIMITS = [1_000_000, 100, 0, 65536, 1] as const;

/** Answers what was thrown if it is a peer's doing; anything else is a defect, and goes on. */
function refused(body: () => void): ProtocolError | undefined {
  try {
    body();
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError && /^Cannot /.test(error.message)) return error;
    throw error;
  }
}

/** What a decoder makes of octets, in pieces; after every `stop`-th frame it is stopped, and goes on a piece later. */
function decode(octets: Uint8Array, limit: number, cuts: number, stop: number): string {
  const found: { readonly flags: number; readonly body: Uint8Array }[] = [];
  const decoder = new FrameDecoder({
    frame(flags, body) {
      found.push({ flags, body });
      return stop === 0 || found.length % stop !== 0;
    },
  }, limit);
  decoder.phase = "traffic";
  const error = refused(() => {
    for (const piece of pieces(octets, cuts)) {
      // What is said not to be kept may be written over: if a frame was a view of it after all, its hash tells.
      if (!decoder.decode(piece)) piece.fill(0xee);
      const room = decoder.room();
      if (room !== undefined && room.length === 0) throw new Error("There is room of no octets");
      if (decoder.stopped && (cuts & 1) === 0) decoder.resume();
    }
    while (decoder.stopped) decoder.resume();
  });
  let log = "";
  for (const { flags, body } of found) log += frameLine(flags & ~LONG, body);
  return error === undefined ? log : `${log}fail`;
}

const frames: Target = {
  name: "frames",
  weight: 24,
  build: (random) => {
    const writer = new Writer().octet(random.below(6)).octet(random.below(256)).octet(random.below(4));
    return traffic(writer, random).done();
  },
  run(input) {
    const reader = new Reader(input);
    const limit = LIMITS[reader.octet() % LIMITS.length]!;
    const cuts = reader.octet();
    const stop = reader.octet() % 4;
    const octets = reader.rest();
    let expected = "";
    let messages = "";
    let parts: Uint8Array[] = [];
    const batch = new Batch();
    const single = new Writer();
    for (let at = 0, total = 0;;) {
      const cut = cutFrame(octets, at, limit, total);
      if (cut.type === "broken") expected += "fail";
      if (cut.type !== "frame") break;
      const { flags, body, end } = cut;
      at = end;
      expected += frameLine(flags, body);
      single.put(encodeFrame(flags, body));
      if ((flags & COMMAND) !== 0) continue;
      total += body.length;
      parts.push(body);
      if ((flags & MORE) !== 0) continue;
      batch.append(parts);
      messages += parts.map((part, i) => frameLine(i < parts.length - 1 ? MORE : 0, part)).join("");
      parts = [];
      total = 0;
    }
    same(decode(octets, limit, 0, 0), expected, "in one piece");
    same(decode(octets, limit, cuts, stop), expected, `in pieces ${cuts}, stopped after ${stop}`);
    // What was read can be written and read again.
    same(decode(single.done(), limit, 0, 0), expected.replace(/fail$/, ""), "written again");
    const queue = new Writer();
    for (let segment = batch.take(); segment !== undefined; segment = batch.take()) {
      queue.put(segment.bytes);
      batch.release(segment);
    }
    same(decode(queue.done(), limit, 0, 0), messages, "written again, as a queue");
  },
};

function frameLine(flags: number, body: Uint8Array): string {
  return `${flags} ${body.length} ${hash(body)}\n`;
}

const greetings: Target = {
  name: "greeting",
  weight: 22,
  build: (random) => {
    const mechanism = random.pick(["NULL", "PLAIN", "CURVE", "GSSAPI", "", "ABCDEFGHIJKLMNOPQRST"]);
    return new Writer().octet(random.below(256)).put(greeting(mechanism, random)).done();
  },
  run(input) {
    const cuts = input[0] ?? 0;
    const octets = input.subarray(1);
    const read = (seed: number): string => {
      const reader = new GreetingReader();
      let taken = 0;
      let answer = "";
      const error = refused(() => {
        for (const piece of pieces(octets, seed)) taken += reader.read(piece);
        if (reader.complete) {
          const { mechanism, minor, asServer } = reader.value();
          answer = `${mechanism} ${minor} ${asServer}`;
        }
      });
      if (error === undefined) same(taken, Math.min(octets.length, 64));
      return error === undefined ? answer : "fail";
    };
    const whole = read(0);
    same(read(cuts), whole, `in pieces ${cuts}`);
    const expected = readGreeting(octets);
    if (expected !== undefined) same(whole, `${expected.mechanism} ${expected.minor} ${octets[32] === 1}`);
    else if (octets.length >= 64) same(whole, "fail");
    if (expected !== undefined) {
      const reader = new GreetingReader();
      reader.read(encodeGreeting(expected.mechanism, octets[32] === 1));
      same(reader.value().mechanism, expected.mechanism, "written again");
    }
  },
};

const properties: Target = {
  name: "metadata",
  weight: 20,
  build: (random) => {
    const writer = new Writer().put(metadata(random.pick(TYPES), random));
    if (random.below(200) === 0) {
      for (let i = 0; i < 250 + random.below(10); i++) writer.octet(2).octet(i >> 4).octet(i).uint32(0);
    }
    return writer.done();
  },
  run(input) {
    const expected = readMetadata(input);
    let read: Map<string, Uint8Array> | undefined;
    refused(() => read = decodeMetadata(input));
    same(read === undefined, expected === undefined, "whether it is refused");
    if (read === undefined) return;
    for (const [name, value] of expected!) {
      const ours = [...read].filter(([key]) => key.toLowerCase() === name);
      same(ours.some(([, octets]) => hash(octets) === hash(value)), true, `the value of ${name}`);
      same(ours.every(([, octets]) => octets.buffer !== input.buffer), true, "it keeps its command alive");
    }
    const again = decodeMetadata(encodeMetadata(read));
    same([...again.keys()], [...read.keys()], "written again");
    for (const [name, value] of read) same(hash(again.get(name)!), hash(value), `${name}, written again`);
  },
};

const commands: Target = {
  name: "commands",
  weight: 24,
  build: (random) => anyCommand(random),
  run(body) {
    let name: string | undefined;
    refused(() => name = commandName("traffic", body));
    const length = body[0] ?? 0;
    same(name === undefined, length === 0 || length >= body.length, "whether it has a name");
    if (name !== undefined) {
      same(hash(encodeCommand(name, commandData(body))), hash(body), "written again");
      same(isCommand(body, name), true);
      same(refused(() => void expectCommand(body, name!)), undefined);
    }
    for (const other of ["READY", "HELLO"]) {
      const error = refused(() => void expectCommand(body, other));
      same(error === undefined, name === other, `whether it is taken for ${other}`);
      // What a peer says gets to logs: no more of it than fits a line, and nothing that moves a terminal's cursor.
      if (error !== undefined) checkShown(error);
    }
    if (name === "PING") {
      refused(() => {
        const { ttl, context } = decodePing(body);
        same(context.length <= 16, true);
        const again = decodePing(encodePing(ttl, context));
        same([again.ttl, hash(again.context)], [ttl, hash(context)]);
      });
    }
    const reason: { is?: string | undefined } = {};
    const error = refused(() => void (reason.is = decodeError(body)));
    if (error !== undefined) checkShown(error);
    if (name !== "ERROR") same([reason.is, error], [undefined, undefined]);
    else if (error === undefined) {
      const printable = reason.is!.replace(/[^\x20-\x7e]/g, "?");
      same(decodeError(encodeError(reason.is!)), printable);
    }
    const topic = body.subarray(1);
    const types = ["cancel", "subscribe", "leave", "join"] as const;
    const control = new Control(types[length & 3]!, topic);
    same(hash(commandData(encodeSubscription(control))), hash(topic));
  },
};

/** Targets of `src/wire`. */
export const WIRE_TARGETS: readonly Target[] = [frames, greetings, properties, commands];
