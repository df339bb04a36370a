/**
 * The engine for every version: streams of octets from peers of ZMTP 1.0, 2.0 and 3 that are nearly right, held against
 * a plain reading of RFCs 13, 15 and 23.
 *
 * @module
 */

import { type EngineHandler, type EngineOptions, VersionedEngine } from "../../src/engine/mod.ts";
import { NullMechanism } from "../../src/mechanism/null.ts";
import type { Random } from "../random.ts";
import { playBoth, readSetup, showMessage } from "./engine_rig.ts";
import { opening, ourMetadata, readReady } from "./engine_targets.ts";
import { bodyLength, COMMAND, command, metadata, MORE, PARTNER, traffic, type TYPES } from "./grammar.ts";
import { Reader, Writer } from "./octets.ts";
import { cutFrame, expect, judgePeer } from "./reference.ts";
import type { Target } from "./target.ts";

/** The types by their numbers, RFC 15 and libzmq. */
const NUMBERS = "PAIR PUB SUB REQ REP DEALER ROUTER PULL PUSH XPUB XSUB".split(" ");
const LONGEST_IDENTITY = 255;
const SIGNATURE = "\xff\0\0\0\0\0\0\0\x01\x7f";

/** A frame of ZMTP 1.0. */
function oldFrame(writer: Writer, flags: number, body: Uint8Array, random: Random): void {
  const length = body.length + 1;
  if (length < 255 && random.below(8) !== 0) writer.octet(length);
  else writer.octet(255).uint32(0).uint32(length);
  writer.octet(flags).put(body);
}

function oldTraffic(writer: Writer, random: Random): void {
  for (let count = random.below(6); count > 0; count--) {
    for (let parts = random.below(3); parts > 0; parts--) {
      oldFrame(writer, random.pick([MORE, MORE, 0xff]), random.octets(bodyLength(random)), random);
    }
    oldFrame(writer, random.pick([0, 0, 0xfe]), random.octets(bodyLength(random)), random);
  }
}

/** What a stream comes to. */
function expectAny(stream: Uint8Array, ours: string, limit: number): readonly string[] {
  // The newer types have no number that an old peer could know them by.
  if (!NUMBERS.includes(ours)) return expect(stream, ours, "NULL", limit, readReady, showMessage).log;
  if (stream.length === 0) return [];
  const signed = stream[0] === 0xff;
  if (signed && stream.length < 10) return [];
  if (!signed || (stream[9]! & 1) === 0) return expectOld(stream, 0, "", ours, limit, oldCut);
  const major = stream[10];
  if (major === undefined) return [];
  if (major > 1) return expect(stream, ours, "NULL", limit, readReady, showMessage).log;
  const number = stream[11];
  if (number === undefined) return [];
  const type = NUMBERS[number] ?? "none";
  const said = new Map([["socket-type", new TextEncoder().encode(type)]]);
  if (judgePeer(ours, said) === undefined) return ["fail"];
  return expectOld(stream, 12, type, ours, limit, major === 0 ? oldCut : newCut);
}

type Cut = ReturnType<typeof cutFrame>;
type CutFrame = (octets: Uint8Array, at: number, limit: number, total: number, first: boolean) => Cut;

const newCut: CutFrame = (octets, at, limit, total, first) => {
  const cut = cutFrame(octets, at, limit, total);
  return cut.type === "frame" && ((cut.flags & COMMAND) !== 0 || first && cut.flags !== 0) ? { type: "broken" } : cut;
};

const oldCut: CutFrame = (octets, at, limit, total, first) => {
  const start = octets[at];
  if (start === undefined) return { type: "unfinished" };
  if (start === 0) return { type: "broken" };
  const flagsAt = at + (start === 255 ? 9 : 1);
  const flags = octets[flagsAt];
  if (flags === undefined) return { type: "unfinished" };
  let length = BigInt(start);
  if (start === 255) {
    length = 0n;
    for (let i = at + 1; i < flagsAt; i++) length = length << 8n | BigInt(octets[i]!);
  }
  if (length === 0n || first && flags !== 0 || length - 1n > BigInt(limit - total)) return { type: "broken" };
  const end = flagsAt + Number(length);
  if (octets.length < end) return { type: "unfinished" };
  return { type: "frame", flags: flags & MORE, body: octets.subarray(flagsAt + 1, end), end };
};

function expectOld(
  stream: Uint8Array,
  from: number,
  type: string,
  ours: string,
  limit: number,
  cutNext: CutFrame,
): string[] {
  const log: string[] = [];
  const identity = cutNext(stream, from, LONGEST_IDENTITY, 0, true);
  if (identity.type !== "frame") return identity.type === "broken" ? ["fail"] : [];
  log.push(`ready ${type}`);
  if (type === "" && (ours === "PUB" || ours === "XPUB")) log.push("SUBSCRIBE ");
  let parts: Uint8Array[] = [];
  let total = 0;
  for (let at = identity.end;;) {
    const cut = cutNext(stream, at, limit, total, false);
    if (cut.type !== "frame") return cut.type === "broken" ? [...log, "fail"] : log;
    at = cut.end;
    parts.push(cut.body);
    total += cut.body.length;
    if ((cut.flags & MORE) !== 0) continue;
    log.push(showMessage(parts));
    parts = [];
    total = 0;
  }
}

const anyVersion: Target = {
  name: "any-version",
  weight: 12,
  build: (random) => {
    const { writer, type } = opening("NULL", random);
    const setup = writer.done().subarray(0, 6);
    if (random.below(6) === 0) {
      writer.frame(COMMAND, command("READY", metadata(PARTNER[type], random)));
      return traffic(writer, random).done();
    }
    const old = new Writer().put(setup);
    const identity = random.octets(random.below(20) === 0 ? 250 + random.below(8) : random.below(5));
    const version = random.below(3);
    if (version > 0) {
      old.put(SIGNATURE).octet(version - 1).octet(NUMBERS.indexOf(PARTNER[type as (typeof TYPES)[number]]));
    }
    if (version === 2) return traffic(old.frame(0, identity, random.below(8) === 0), random).done();
    oldFrame(old, 0, identity, random);
    oldTraffic(old, random);
    return old.done();
  },
  run(input) {
    const reader = new Reader(input);
    const setup = readSetup(reader);
    const stream = reader.rest();
    const expected = expectAny(stream, setup.type, setup.limit);
    const make = (options: EngineOptions, handler: EngineHandler): VersionedEngine => {
      const mechanism = new NullMechanism(ourMetadata(setup.type));
      const routingId = new Uint8Array(setup.variant).fill(0x69);
      return new VersionedEngine({ ...options, mechanism }, handler, { minimumProtocol: "1.0", routingId });
    };
    playBoth(setup, () => new NullMechanism(new Map()), undefined, stream, expected, make);
  },
};

/** The targets of old versions. */
export const OLD_TARGETS: readonly Target[] = [anyVersion];
