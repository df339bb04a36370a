/**
 * Engines under fire: one plays a stream in one go, another in pieces and with pauses, and both must tell their handlers
 * what the reference has worked out.
 *
 * @module
 */

import { assert } from "@std/assert";
import {
  type Engine,
  type EngineHandler,
  type EngineOptions,
  type PeerInfo,
  type Question,
  ZmtpEngine,
} from "../../src/engine/mod.ts";
import type { SocketType } from "../../src/engine/compatibility.ts";
import { ZmqError } from "../../src/errors.ts";
import type { Control, Message } from "../../src/message.ts";
import type { HandshakeStep, Mechanism, Verdict } from "../../src/mechanism/mechanism.ts";
import { TYPES } from "./grammar.ts";
import { checkShown, hash, pieces, type Reader, same } from "./octets.ts";
import { cutFrame } from "./reference.ts";

/** The most that an engine may keep of a peer that it does not know: a command of a handshake, behind its header. */
const MOST_UNKNOWN = 65536 + 9;
/** The most that it may have to say besides: greeting, handshake, an ERROR, one PING and one PONG. */
const MOST_SAID = 2048;
const LIMITS = [1_000_000, 64, 0, 1000] as const;

/** How an engine is set up: the first octets of an input. */
export interface Setup {
  readonly type: SocketType;
  readonly limit: number;
  /** How the stream is cut: see `pieces`. */
  readonly cuts: number;
  /** After which messages the handler wants no more for a while, as bits. */
  readonly pauses: number;
  /** Whether the peer waits for our answer to each command, or says all at once. */
  readonly patient: boolean;
  /** Whether the engine sends heartbeats. */
  readonly beats: boolean;
  /** What is for the mechanism to make of it. */
  readonly variant: number;
}

/** Reads a setup: six octets. */
export function readSetup(reader: Reader): Setup {
  const type = TYPES[reader.octet() % TYPES.length]!;
  const limit = LIMITS[reader.octet() % LIMITS.length]!;
  const cuts = reader.octet();
  const pauses = reader.octet();
  const flags = reader.octet();
  return { type, limit, cuts, pauses, patient: (flags & 1) === 0, beats: (flags & 2) !== 0, variant: reader.octet() };
}

/** A message, as a log has it. */
export function showMessage(frames: readonly Uint8Array[]): string {
  let line = "message";
  for (const frame of frames) line += ` ${frame.length}:${hash(frame)}`;
  return line;
}

/** Counts what a mechanism has heard. */
class Heard implements Mechanism {
  /** Octets of commands, and their headers at the least. */
  octets = 0;
  readonly commands: Uint8Array[] = [];
  readonly #inner: Mechanism;
  judged?: (verdict: Verdict) => HandshakeStep;

  constructor(inner: Mechanism) {
    this.#inner = inner;
    if (inner.judged !== undefined) this.judged = (verdict) => inner.judged!(verdict);
  }

  get name(): string {
    return this.#inner.name;
  }

  get asServer(): boolean {
    return this.#inner.asServer;
  }

  get sealing(): Mechanism["sealing"] & object {
    return this.#inner.sealing!;
  }

  start(): ReturnType<Mechanism["start"]> {
    return this.#inner.start();
  }

  receive(command: Uint8Array): HandshakeStep {
    this.octets += command.length + 2;
    this.commands.push(command.slice());
    return this.#inner.receive(command);
  }

  wipe(): void {
    this.#inner.wipe?.();
  }
}

/** What became of a stream. */
export interface Played {
  /** `ready …`, messages, subscriptions, `fail`. */
  readonly log: readonly string[];
  /** What the engine had to say. */
  readonly output: Uint8Array;
  /** The commands of the handshake, as they came. */
  readonly commands: readonly Uint8Array[];
  /** What the engine asked about the peer. */
  readonly questions: readonly Question[];
  readonly peer: PeerInfo | undefined;
  readonly error: ZmqError | undefined;
  readonly engine: Engine;
}

/** Makes an engine. */
export type MakeEngine = (options: EngineOptions, handler: EngineHandler) => Engine;

/** How the peer is judged: by what it shows. */
export type Judge = (question: Question) => Verdict;

/**
 * Plays a stream to a new engine.
 *
 * @param mechanism A fresh one.
 * @param judge Asked after the piece that raised the question; `undefined`: nobody judges.
 * @param cuts How to cut it; 0: each step in one.
 * @param pauses After which messages the handler wants no more.
 * @param make Makes the engine; of ZMTP 3 unless given.
 */
export function play(
  setup: Setup,
  mechanism: Mechanism,
  judge: Judge | undefined,
  steps: readonly Uint8Array[],
  cuts: number,
  pauses: number,
  make: MakeEngine = (options, handler) => new ZmtpEngine(options, handler),
): Played {
  const log: (string | Message)[] = [];
  const questions: Question[] = [];
  const heard = new Heard(mechanism);
  let asked: Question | undefined;
  let over = false;
  let peer: PeerInfo | undefined;
  let error: ZmqError | undefined;
  let paused = false;
  let items = 0;
  const told = (line: string | Message): void => {
    if (over) throw new Error(`After its end the engine tells "${line}"`);
    log.push(line);
  };
  const wanted = (): boolean => {
    paused = (pauses >> items++ % 8 & 1) === 1;
    return !paused;
  };
  const item = (line: string | Message): boolean => {
    if (paused) throw new Error(`While its handler wants no more the engine tells "${line}"`);
    if (peer === undefined) throw new Error(`Before the handshake is complete the engine tells "${line}"`);
    told(line);
    return wanted();
  };
  const handler: EngineHandler = {
    ready(info) {
      if (peer !== undefined) throw new Error("The engine is ready twice");
      peer = info;
      told(`ready ${info.socketType}`);
    },
    message: (message: Message) => item(message),
    control: (control: Control) => item(`${control.type.toUpperCase()} ${Array.from(control.topic).join(" ")}`),
    output() {
      if (over) throw new Error("After its end the engine has something to send");
    },
    fail(reason) {
      if (!(reason instanceof ZmqError)) throw reason;
      checkShown(reason);
      told("fail");
      over = true;
      error = reason;
    },
    ...(judge === undefined ? {} : {
      judge(question: Question) {
        assert(asked === undefined, "The engine asks twice");
        questions.push(question);
        asked = question;
      },
    }),
  };
  const { type: socketType, limit: maxMessageSize, beats } = setup;
  const heartbeat = { interval: beats ? 100 : 0, timeout: 50, ttl: beats ? 1000 : 0 };
  const engine = make({ socketType, mechanism: heard, maxMessageSize, heartbeat }, handler);
  engine.start();
  let fed = 0;
  for (const step of steps) {
    for (const piece of pieces(step, cuts)) {
      const room = engine.room?.();
      const kept = engine.receive(readInto(piece, room), 1);
      fed += piece.length;
      if (kept === false && room === undefined) piece.fill(0xee);
      if (peer === undefined && !over) {
        const unread = fed - 64 - heard.octets - 7 * heard.commands.length;
        assert(unread <= MOST_UNKNOWN, `of a peer that is not known, ${unread} octets are kept`);
      }
      if (paused && (cuts & 2) === 0) {
        paused = false;
        engine.resume();
      }
    }
    if (asked !== undefined) {
      const question = asked;
      asked = undefined;
      if (!over) engine.judged!(judge!(question));
    }
  }
  while (paused) {
    paused = false;
    engine.resume();
  }
  const output = engine.takeOutput() ?? new Uint8Array(0);
  assert(output.length <= MOST_SAID, `the engine has ${output.length} octets to say`);
  // Only now: a message whose memory was used again would show.
  const lines = log.map((line) => typeof line === "string" ? line : showMessage(line));
  return { log: lines, output, commands: heard.commands, questions, peer, error, engine };
}

/** What a link that can read into the engine's room hands up. */
function readInto(piece: Uint8Array, room: Uint8Array | undefined): Uint8Array {
  if (room === undefined || piece.length > room.length) return piece;
  room.set(piece);
  return room.subarray(0, piece.length);
}

/** The stream as a patient peer sends it: greeting, then a frame at a time; what is no frame comes last. */
export function stepsOf(stream: Uint8Array, patient: boolean): Uint8Array[] {
  if (!patient) return [stream];
  const steps = [stream.subarray(0, 64)];
  let at = 64;
  // The handshake has few; all that follows comes in one.
  for (let count = 0; count < 4 && at < stream.length; count++) {
    const cut = cutFrame(stream, at, 65536, 0);
    const end = cut.type === "frame" ? cut.end : stream.length;
    steps.push(stream.subarray(at, end));
    at = end;
  }
  if (at < stream.length) steps.push(stream.subarray(at));
  return steps;
}

/**
 * Plays a stream twice, once as it comes and once in pieces and with pauses, and compares.
 *
 * @param expected The log that both must have.
 */
export function playBoth(
  setup: Setup,
  makeMechanism: () => Mechanism,
  judge: Judge | undefined,
  stream: Uint8Array,
  expected: readonly string[] | undefined,
  make?: MakeEngine,
): Played {
  const steps = stepsOf(stream, setup.patient);
  const whole = play(setup, makeMechanism(), judge, steps, 0, 0, make);
  if (expected !== undefined) same(whole.log, expected, "in one piece");
  const cut = play(setup, makeMechanism(), judge, steps, setup.cuts, setup.pauses, make);
  same(cut.log, whole.log, `in pieces ${setup.cuts}, with pauses ${setup.pauses}`);
  same(hash(cut.output), hash(whole.output), `what is sent, in pieces ${setup.cuts}`);
  if (make === undefined) checkOutput(whole.output);
  for (const played of [whole, cut]) finish(played);
  return whole;
}

/** What an engine says is a greeting, and then frames. */
function checkOutput(output: Uint8Array): void {
  assert(output.length >= 64, "there is no greeting");
  for (let at = 64; at < output.length;) {
    const frame = cutFrame(output, at, 1_000_000, 0);
    assert(frame.type === "frame", `what is sent breaks the grammar at ${at}`);
    at = frame.end;
  }
}

/** What may still be asked of an engine, whatever its state: it does not throw, and what has failed stays silent. */
function finish({ engine, error, log }: Played): void {
  engine.receive(new Uint8Array([4, 0]), 2);
  engine.judged?.({ status: 200, admission: { userId: "", metadata: new Map() } });
  engine.resume();
  if (error !== undefined) {
    engine.receive(new Uint8Array(100), 3);
    same(engine.room?.(), undefined);
    same(engine.tick(1000), Infinity);
  }
  const next = engine.nextTick;
  assert(next === Infinity || next >= 0);
  for (const now of [101, 102, 151, 202, 100_000]) engine.tick(now);
  engine.takeOutput();
  engine.hungUp(undefined);
  engine.over?.();
  if (error !== undefined) same(log.at(-1), "fail");
}
