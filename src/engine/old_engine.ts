/**
 * ZMTP 2.0 and 1.0, once the peer is known to speak one of them ({@link https://rfc.zeromq.org/spec/15/ | RFC 15},
 * {@link https://rfc.zeromq.org/spec/13/ | RFC 13}). Neither has a mechanism, commands or heartbeats: each side says its
 * identity in a first frame, all that follows are messages, and subscriptions are messages too.
 *
 * ```text
 *        socket type         identity              anything malformed
 * typing ───────────► naming ────────► traffic ─────────────────────► failed
 * ```
 *
 * @module
 */

import { latin1 } from "../bytes/ascii.ts";
import { ProtocolError } from "../errors.ts";
import { Control, EMPTY, type Message } from "../message.ts";
import { encodeFrame } from "../wire/batch.ts";
import { encodeSubscriptionMessage } from "../wire/command.ts";
import { COMMAND, FrameDecoder, type FrameSink, MORE } from "../wire/frame.ts";
import { OldFrameReader, OldFrameWriter } from "../wire/old_frame.ts";
import { compatible, controlsOf, wantedPeers } from "./compatibility.ts";
import type { Engine, EngineHandler } from "./engine.ts";
import { type EngineOptions, MAX_PARTS } from "./zmtp_engine.ts";

/** The socket types by their numbers on the wire (RFC 15), and libzmq's. There were no others then. */
export const TYPE_NUMBERS: readonly string[] = [
  "PAIR",
  "PUB",
  "SUB",
  "REQ",
  "REP",
  "DEALER",
  "ROUTER",
  "PULL",
  "PUSH",
  "XPUB",
  "XSUB",
];
const LONGEST_ROUTING_ID = 255;

/** How an old peer has begun. */
export type OldGreeting =
  /** With its first frame: ZMTP 1.0. */
  | "unversioned"
  /** With a signature and revision 0: ZMTP 1.0 behind a greeting of 2.0. */
  | "revision 0"
  /** With a signature and revision 1: ZMTP 2.0. */
  | "revision 1";

/** The engine of one connection to an old peer. */
export class OldEngine implements Engine, FrameSink {
  /** What is queued goes out in frames of ZMTP 1.0 to those who read no others. */
  readonly sealing: OldFrameWriter | undefined;
  /** There are no heartbeats. */
  readonly nextTick: number = Infinity;
  /** There are no heartbeats. */
  readonly roundTrip: undefined;

  readonly #options: EngineOptions;
  readonly #routingId: Uint8Array;
  readonly #handler: EngineHandler;
  readonly #greeting: OldGreeting;
  readonly #reader: OldFrameReader | undefined;
  readonly #decoder: FrameDecoder;
  #phase: "typing" | "naming" | "traffic" | "failed";
  #socketType = "";
  #paused = false;
  #output: Uint8Array | undefined;
  /** The frames of a message whose last has not come. */
  #parts: Message = [];

  /** Our signature has been sent, and to peers with a revision our own. */
  constructor(options: EngineOptions, handler: EngineHandler, greeting: OldGreeting, routingId: Uint8Array) {
    this.#options = options;
    this.#routingId = routingId;
    this.#handler = handler;
    this.#greeting = greeting;
    this.#phase = greeting === "unversioned" ? "naming" : "typing";
    if (greeting !== "revision 1") {
      this.#reader = new OldFrameReader();
      this.sealing = new OldFrameWriter();
    }
    this.#decoder = new FrameDecoder(this, LONGEST_ROUTING_ID);
  }

  /** Says our type, and our identity: to a peer without a revision its body alone, whose header our signature was. */
  start(): void {
    const { socketType } = this.#options;
    const routingId = this.#routingId;
    if (this.#greeting === "unversioned") this.#output = routingId.slice();
    else {
      const frame = encodeFrame(0, routingId);
      const identity = this.sealing?.seal([frame]) ?? frame;
      this.#output = new Uint8Array(1 + identity.length);
      this.#output[0] = TYPE_NUMBERS.indexOf(socketType);
      this.#output.set(identity, 1);
    }
    if (this.#output.length > 0) this.#handler.output();
  }

  /** Takes octets of any length, cut anywhere: all that follow the peer's revision, or all if it sent none. */
  receive(chunk: Uint8Array): boolean {
    if (this.#phase === "failed") return false;
    try {
      let rest = chunk;
      if (this.#phase === "typing" && chunk.length > 0) {
        this.#meet(chunk[0]!);
        rest = chunk.subarray(1);
      }
      const kept = this.#decoder.decode(this.#reader?.read(rest) ?? rest);
      this.#goOn();
      return kept && this.#reader === undefined;
    } catch (error) {
      this.#fail(error);
      return true;
    }
  }

  /** Where the rest of a long body belongs; what is to be rewritten has no place of its own. */
  room(): Uint8Array<ArrayBuffer> | undefined {
    return this.#phase === "traffic" && this.#reader === undefined ? this.#decoder.room() : undefined;
  }

  /** A peer that leaves has no reason that we knew of. */
  hungUp(): undefined {}

  /** Goes on with what was kept back. */
  resume(): void {
    this.#paused = false;
    try {
      this.#goOn();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What our side of the handshake is; there is nothing to say after it. */
  takeOutput(): Uint8Array | undefined {
    const output = this.#output;
    this.#output = undefined;
    return output?.length === 0 ? undefined : output;
  }

  /** A subscription is a message. */
  spell(control: Control): { readonly flags: number; readonly body: Uint8Array } {
    return { flags: 0, body: encodeSubscriptionMessage(control) };
  }

  /** There are no heartbeats. */
  tick(): number {
    return Infinity;
  }

  /** One frame from the decoder. */
  frame(flags: number, body: Uint8Array): boolean {
    // Hot: once per frame.
    if (this.#phase !== "traffic") return this.#name(flags, body);
    if ((flags & COMMAND) !== 0) throw noCommand("traffic");
    const parts = this.#parts;
    if ((flags & MORE) !== 0) {
      const most = this.#options.maxMessageParts ?? MAX_PARTS;
      if (parts.push(body) < most) return true;
      throw new ProtocolError("traffic", `Cannot read message: it has more than ${most} frames`);
    }
    parts.push(body);
    this.#parts = [];
    return this.#handler.message(parts) || this.#pause();
  }

  /** Lets the decoder run for as long as the handler takes what it finds; what breaks the grammar comes behind that. */
  #goOn(): void {
    while (this.#decoder.stopped && !this.#paused && this.#phase !== "failed") this.#decoder.resume();
    if (this.#reader?.fault !== undefined && !this.#decoder.stopped) throw this.#reader.fault;
  }

  /** The peer has told its type. */
  #meet(number: number): void {
    const { socketType } = this.#options;
    const theirs = TYPE_NUMBERS[number];
    if (theirs === undefined || !compatible(socketType, theirs)) {
      const found = theirs === undefined ? `number ${number}` : `"${theirs}"`;
      const wanted = `wanted ${wantedPeers(socketType)} for a ${socketType}`;
      throw new ProtocolError("handshake", `Cannot shake hands: the peer's socket type is ${found}, ${wanted}`);
    }
    this.#socketType = theirs;
    this.#phase = "naming";
  }

  /** The peer has told its identity. Stops the decoder, so that the limits of traffic hold after it. */
  #name(flags: number, identity: Uint8Array): boolean {
    if ((flags & COMMAND) !== 0) throw noCommand("handshake");
    if ((flags & MORE) !== 0) {
      throw new ProtocolError("handshake", "Cannot shake hands: the peer's identity is not all of a message");
    }
    this.#phase = "traffic";
    this.#decoder.phase = "traffic";
    this.#decoder.limit = Math.min(this.#options.maxMessageSize, Number.MAX_SAFE_INTEGER);
    const routingId = identity.slice();
    const properties = new Map<string, Uint8Array>();
    if (this.#socketType !== "") properties.set("Socket-Type", latin1(this.#socketType));
    if (routingId.length > 0) properties.set("Identity", routingId);
    this.#handler.ready({
      socketType: this.#socketType,
      routingId,
      properties,
      mechanism: "NULL",
      version: this.#greeting === "revision 1" ? "2.0" : "1.0",
      userId: "",
    });
    // Subscribers of that time filter what they receive, and tell nobody what they want.
    const silent = this.#greeting === "unversioned" && controlsOf(this.#options.socketType).includes("subscribe");
    if (silent && !this.#handler.control(new Control("subscribe", EMPTY))) this.#pause();
    return false;
  }

  #pause(): false {
    this.#paused = true;
    return false;
  }

  #fail(error: unknown): void {
    // What is not the peer's doing is a defect of ours, and must be seen.
    if (!(error instanceof ProtocolError)) throw error;
    if (this.#phase === "failed") return;
    this.#phase = "failed";
    this.#parts = [];
    this.#handler.fail(error);
  }
}

function noCommand(phase: ProtocolError["phase"]): ProtocolError {
  return new ProtocolError(phase, "Cannot read frame: it is a command, which ZMTP 2.0 does not have");
}
