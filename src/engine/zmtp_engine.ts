/**
 * ZMTP 3.1 and 3.0, from greeting to traffic ({@link https://rfc.zeromq.org/spec/37/ | RFC 37},
 * {@link https://rfc.zeromq.org/spec/23/ | RFC 23}).
 *
 * ```text
 *           both greetings       mechanism done          anything malformed
 * greeting ───────────────► handshake ─────► traffic ─────────────────────► failed
 * ```
 *
 * @module
 */

import { latin1, showOctets } from "../bytes/ascii.ts";
import { ProtocolError, quote, RefusedError, ZmqError } from "../errors.ts";
import { Control, EMPTY, type Message } from "../message.ts";
import type { Admission, HandshakeStep, Mechanism, Sealing, Verdict } from "../mechanism/mechanism.ts";
import {
  commandData,
  commandName,
  decodePing,
  encodeCommand,
  encodeError,
  encodeSubscription,
  encodeSubscriptionMessage,
} from "../wire/command.ts";
import { encodeFrame } from "../wire/batch.ts";
import { COMMAND, COMMAND_LIMIT, FrameDecoder, type FrameSink, type FrameSource, MORE } from "../wire/frame.ts";
import { encodeGreeting, type Greeting, GreetingReader } from "../wire/greeting.ts";
import type { Metadata } from "../wire/metadata.ts";
import { compatible, type SocketType, takesSubscriptions, wantedPeers } from "./compatibility.ts";
import type { Engine, EngineHandler, PeerInfo } from "./engine.ts";
import { Heartbeat, type HeartbeatOptions } from "./heartbeat.ts";

/** The most octets that one handshake command may have, and so the most an unknown peer can make us hold. */
export const HANDSHAKE_LIMIT = 65536;
/** The most frames that one message may have by default: each costs memory of its own, even an empty one. */
export const MAX_PARTS = 65536;
/** The most commands a second that carry nothing for us, by default: libzmq beats every millisecond at the most. */
export const MAX_PING_RATE = 2000;
/** For so many seconds a peer may have been silent, or not been read, and then send what it could have sent in them. */
const PINGS_SAVED = 60;
/** A new connection begins as if it had been silent for so many seconds. */
const PINGS_AT_FIRST = 10;
const LONGEST_ROUTING_ID = 255;

/** How an engine speaks. */
export interface EngineOptions {
  /** Our socket type. */
  readonly socketType: SocketType;
  /** The mechanism of this connection, with our metadata in it. */
  readonly mechanism: Mechanism;
  /** The most octets that the frames of one message may have together; `Infinity`: no limit. */
  readonly maxMessageSize: number;
  /** The most frames that one message may have, 1 or more; {@link MAX_PARTS} unless given. */
  readonly maxMessageParts?: number;
  /**
   * The most PINGs a second, and other commands that carry nothing for us, on the average of a minute;
   * {@link MAX_PING_RATE} unless given, `Infinity`: no limit.
   */
  readonly maxPingRate?: number;
  /** Heartbeats. */
  readonly heartbeat: HeartbeatOptions;
}

/** What reads the beginning of a connection, until that is complete: the greeting, unless something else carries ZMTP. */
export type Greeter = Pick<GreetingReader, "begun" | "complete" | "read" | "value">;

/** The engine of one connection. */
export class ZmtpEngine implements Engine, FrameSink {
  readonly #options: EngineOptions;
  readonly #handler: EngineHandler;
  readonly #mechanism: Mechanism;
  /** Reads the peer's greeting, until that is complete. */
  #greeting: Greeter | undefined;
  readonly #decoder: FrameSource;
  readonly #output: Uint8Array[] = [];
  readonly #subscribable: boolean;
  readonly #maxParts: number;
  readonly #maxPingRate: number;
  #phase: "greeting" | "handshake" | "traffic" | "failed" = "greeting";
  /** The handler wants no more for now. */
  #paused = false;
  #minor = 1;
  /** Beats if we send PINGs, or the peer has asked to be watched. */
  #heartbeat: Heartbeat | undefined;
  #now = 0;
  /** Whether the peer was not read for a time since the last tick, so that its silence says nothing. */
  #deaf = false;
  /** The PING that is due and not sent yet: a link that takes nothing gets one. */
  #ping: Uint8Array | undefined;
  /** The answer to the last PING, not sent yet: a flood of PINGs gets one. */
  #pong: Uint8Array | undefined;
  /** How many commands that carry nothing the peer may send now, and when that was counted. */
  #pings: number;
  #pingsAt = 0;
  /** The frames of a message whose last has not come. */
  #parts: Message = [];
  /** How many of them have memory of their own. */
  #ownParts = 0;

  /** Whether the peer is being judged: mechanisms hear nothing of it meanwhile. */
  #asking = false;
  /** Seals what goes out and opens what comes, if the mechanism does. */
  sealing: Sealing | undefined;

  /** Says nothing until {@link start}. `greeting` and `decoder`: for what carries ZMTP in another way. */
  constructor(options: EngineOptions, handler: EngineHandler, greeting?: Greeter, decoder?: FrameSource) {
    this.#options = options;
    this.#handler = handler;
    this.#mechanism = options.mechanism;
    this.#subscribable = takesSubscriptions(options.socketType);
    this.#maxParts = options.maxMessageParts ?? MAX_PARTS;
    this.#maxPingRate = options.maxPingRate ?? MAX_PING_RATE;
    this.#pings = PINGS_AT_FIRST * this.#maxPingRate;
    this.#greeting = greeting ?? new GreetingReader();
    this.#decoder = decoder ?? new FrameDecoder(this, HANDSHAKE_LIMIT);
  }

  /** Where the connection stands. */
  get phase(): "greeting" | "handshake" | "traffic" | "failed" {
    return this.#phase;
  }

  /** Sends our greeting, whole and at once: a peer may wait for it before it sends more than ten octets. */
  start(): void {
    this.send(encodeGreeting(this.#mechanism.name, this.#mechanism.asServer));
  }

  /** Takes octets of any length, cut anywhere. */
  receive(chunk: Uint8Array, now: number): boolean {
    if (this.#phase === "failed") return false;
    this.#now = now;
    this.#heartbeat?.heard(now);
    try {
      let rest = chunk;
      if (this.#phase === "greeting") {
        const greeting = this.#greeting!;
        rest = chunk.subarray(greeting.read(chunk));
        if (greeting.complete) this.#greeted(greeting.value());
      }
      if (rest.length === 0) return false;
      const kept = this.#decoder.decode(rest);
      this.#goOn();
      return kept;
    } catch (error) {
      this.#fail(error);
      return true;
    }
  }

  /** Where the rest of a long body belongs. */
  room(): Uint8Array<ArrayBuffer> | undefined {
    return this.#phase === "traffic" ? this.#decoder.room() : undefined;
  }

  /**
   * libzmq sends ten octets, and the rest once it has seen our greeting; if it does not like our mechanism it hangs up
   * instead, and never tells its own.
   */
  hungUp(cause: Error | undefined): ProtocolError | undefined {
    if (this.#phase !== "greeting" || !this.#greeting!.begun) return undefined;
    const ours = this.#mechanism.name;
    return new ProtocolError(
      "greeting",
      `Cannot shake hands: the peer hung up on our greeting, as libzmq does unless its mechanism is "${ours}" too`,
      cause === undefined ? undefined : { cause },
    );
  }

  /** Forgets the keys of the connection. */
  over(): void {
    this.#mechanism.wipe?.();
  }

  /** Goes on with what was kept back. */
  resume(): void {
    this.#paused = false;
    try {
      this.#goOn();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What is to be sent besides messages. */
  takeOutput(): Uint8Array | undefined {
    const output = this.#output;
    if (this.#pong !== undefined) output.push(this.frameOf(encodeCommand("PONG", this.#pong)));
    if (this.#ping !== undefined) output.push(this.frameOf(this.#ping));
    this.#pong = this.#ping = undefined;
    if (output.length <= 1) return output.pop();
    let length = 0;
    for (const piece of output) length += piece.length;
    const octets = new Uint8Array(length);
    let at = 0;
    for (const piece of output) {
      octets.set(piece, at);
      at += piece.length;
    }
    output.length = 0;
    return octets;
  }

  /** RFC 37 has commands for subscriptions; to a 3.0 peer they are messages (RFC 23). */
  spell(control: Control): { readonly flags: number; readonly body: Uint8Array } {
    return this.#minor >= 1
      ? { flags: COMMAND, body: encodeSubscription(control) }
      : { flags: 0, body: encodeSubscriptionMessage(control) };
  }

  /** Sends the PING that is due, and ends the connection if the peer has been silent for too long. */
  tick(now: number): number {
    const heartbeat = this.#heartbeat;
    if (heartbeat === undefined || this.#phase === "failed") return Infinity;
    if (this.#deaf) heartbeat.heard(now);
    this.#deaf = this.#paused;
    const silence = heartbeat.dead(now);
    if (silence !== undefined) {
      this.end(
        new ZmqError("ETIMEDOUT", `Cannot keep connection: the peer has been silent for ${Math.round(silence)} ms`),
      );
      return Infinity;
    }
    const ping = heartbeat.ping(now);
    if (ping !== undefined) {
      this.#ping = ping;
      this.#handler.output();
    }
    return heartbeat.next();
  }

  /** When the next heartbeat is due. */
  get nextTick(): number {
    return this.#phase === "traffic" ? this.#heartbeat?.next() ?? Infinity : Infinity;
  }

  /** The last answered PING's round trip. */
  get roundTrip(): number | undefined {
    return this.#heartbeat?.roundTrip;
  }

  /** One frame from the decoder. */
  frame(flags: number, body: Uint8Array): boolean {
    // Hot: once per frame.
    if (this.#phase !== "traffic") return this.#shake(flags, body);
    if ((flags & COMMAND) !== 0) return this.command(body);
    if ((flags & MORE) !== 0) {
      if (this.#parts.push(body) >= this.#maxParts) throw this.#tooManyParts();
      return true;
    }
    let message: Message;
    if (this.#parts.length === 0) message = [body];
    else {
      message = this.#parts;
      message.push(body);
      this.#parts = [];
      this.#ownParts = 0;
    }
    return this.#handler.message(message) || this.#pause();
  }

  /** Lets the decoder run for as long as the handler takes what it finds. */
  #goOn(): void {
    while (this.#decoder.stopped && !this.#paused && this.#phase !== "failed") this.#decoder.resume();
  }

  #greeted({ mechanism, minor }: Greeting): void {
    this.#greeting = undefined;
    const ours = this.#mechanism.name;
    if (mechanism !== ours) {
      const theirs = showOctets(latin1(mechanism));
      throw new RefusedError("greeting", `Cannot shake hands: the peer's mechanism is ${theirs}, wanted "${ours}"`);
    }
    this.#minor = minor;
    this.#phase = "handshake";
    const first = this.#mechanism.start();
    if (first instanceof Uint8Array) this.send(this.frameOf(first));
    else if (first !== undefined) this.#step(first);
  }

  /** One frame of the handshake. Stops the decoder when that is over, so that the limits of traffic hold after it. */
  #shake(flags: number, body: Uint8Array): boolean {
    if ((flags & COMMAND) === 0) {
      throw new ProtocolError("handshake", "Cannot shake hands: the peer sent a message, wanted a command");
    }
    return this.#step(this.#mechanism.receive(body));
  }

  #step(step: HandshakeStep): boolean {
    const { type } = step;
    if (type === "refused") {
      const shown = quote(step.reason);
      throw new RefusedError("handshake", `Cannot shake hands: the peer refuses us with ERROR ${shown}`, step.reason);
    }
    if (type === "ask") {
      this.#asking = true;
      const { name: mechanism } = this.#mechanism;
      if (this.#handler.judge === undefined) {
        this.end(new ZmqError("EACCES", "Cannot let the peer in: nobody judges"));
      } else this.#handler.judge({ mechanism, credentials: step.credentials });
      return true;
    }
    const peer = type === "done" ? this.#know(step.metadata, step.admission) : undefined;
    if (type !== "wait" && step.command !== undefined) this.send(this.frameOf(step.command));
    if (type === "deny") this.end(step.error);
    if (peer === undefined) return true;
    const sealing = this.sealing = this.#mechanism.sealing;
    const decoder = this.#decoder;
    const limit = Math.min(this.#options.maxMessageSize, Number.MAX_SAFE_INTEGER);
    this.#phase = "traffic";
    this.#pingsAt = this.#now;
    decoder.phase = "traffic";
    decoder.limit = limit;
    if (sealing !== undefined) {
      // What is a command, to which the limit of messages does not apply, only shows within.
      decoder.limit = Math.max(limit, COMMAND_LIMIT) + sealing.overhead;
      decoder.sink = sealing.opening(this, limit);
    }
    const { heartbeat } = this.#options;
    if (heartbeat.interval > 0) this.#heartbeat = new Heartbeat(heartbeat, this.#now);
    this.#handler.ready(peer);
    return false;
  }

  /** What became of the peer that the handler was to judge. */
  judged(verdict: Verdict): void {
    if (this.#phase !== "handshake" || !this.#asking) return;
    this.#asking = false;
    try {
      this.#step(this.#mechanism.judged!(verdict));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A command's frame, sealed if need be. */
  protected frameOf(command: Uint8Array): Uint8Array {
    const frame = encodeFrame(COMMAND, command);
    if (this.sealing === undefined) return frame;
    const sealed = this.sealing.seal([frame]);
    const copy = sealed.slice();
    this.sealing.release(sealed);
    return copy;
  }

  /** Judges what the peer says it is. A peer that does not fit is told so before we hang up (RFC 37, "ERROR"). */
  #know(properties: Metadata, admission: Admission | undefined): PeerInfo {
    const ours = this.#options.socketType;
    const type = properties.get("Socket-Type");
    const socketType = type === undefined ? "" : String.fromCharCode(...type.subarray(0, 64));
    let fault = "";
    if (type === undefined && !this.#mechanism.untyped) {
      fault = `the peer does not say its Socket-Type, wanted ${wantedPeers(ours)}`;
    } else if (type !== undefined && !compatible(ours, socketType)) {
      fault = `the peer's Socket-Type is ${quote(socketType)}, wanted ${wantedPeers(ours)} for a ${ours}`;
    }
    const routingId = properties.get("Identity") ?? EMPTY;
    if (routingId.length > LONGEST_ROUTING_ID) {
      fault = `the peer's Identity is ${routingId.length} octets, wanted ${LONGEST_ROUTING_ID} at the most`;
    }
    if (fault !== "") {
      this.send(this.frameOf(encodeError(fault)));
      throw new ProtocolError("handshake", `Cannot shake hands: ${fault}`);
    }
    return {
      socketType,
      routingId,
      properties,
      mechanism: this.#mechanism.name,
      userId: admission?.userId ?? "",
      ...(admission === undefined ? {} : { granted: admission.metadata }),
      version: this.#minor >= 1 ? "3.1" : "3.0",
    };
  }

  /** One command of the traffic; unknown ones are ignored (RFC 37). */
  protected command(body: Uint8Array): boolean {
    if (this.#parts.length > this.#ownParts) this.#own();
    const name = commandName("traffic", body);
    if (this.#subscribable && (name === "SUBSCRIBE" || name === "CANCEL")) {
      const control = new Control(name === "SUBSCRIBE" ? "subscribe" : "cancel", commandData(body).slice());
      return this.#handler.control(control) || this.#pause();
    }
    // Whom we ask may answer.
    if (name === "PONG" && this.#heartbeat?.pong(commandData(body), this.#now)) return true;
    this.#countPing();
    if (name === "PING") {
      const { ttl, context } = decodePing(body);
      if (ttl > 0) this.#heartbeat ??= new Heartbeat(this.#options.heartbeat, this.#now);
      this.#heartbeat?.peerTtl(ttl * 100, this.#now);
      this.#pong = context.slice();
      this.#handler.output();
    }
    return true;
  }

  /** A command that carries nothing for the application: so many a second are heartbeats, more are a flood. */
  #countPing(): void {
    const rate = this.#maxPingRate;
    const now = this.#now;
    this.#pings = Math.min(PINGS_SAVED * rate, this.#pings + (now - this.#pingsAt) * rate / 1000) - 1;
    this.#pingsAt = now;
    if (this.#pings >= 0 || rate === Infinity) return;
    throw new ProtocolError(
      "traffic",
      `Cannot take command: more than ${rate} a second carry nothing, as PING does, limit is ${rate}`,
    );
  }

  /** The handler wants no more for now. */
  #pause(): false {
    this.#paused = this.#deaf = true;
    return false;
  }

  /** Has octets sent before any message. */
  protected send(octets: Uint8Array): void {
    this.#output.push(octets);
    this.#handler.output();
  }

  #fail(error: unknown): void {
    // What is not the peer's doing is a defect of ours, and must be seen.
    if (!(error instanceof ProtocolError)) throw error;
    this.end(error);
  }

  /** Ends the connection. */
  protected end(error: ZmqError): void {
    if (this.#phase === "failed") return;
    this.#phase = "failed";
    this.#parts = [];
    this.#handler.fail(error);
  }

  /**
   * Commands between a message's frames count towards no limit, and each frame keeps the chunk it came in: without
   * copies, small frames between many commands would hold memory without end.
   */
  #own(): void {
    const parts = this.#parts;
    for (let i = this.#ownParts; i < parts.length; i++) parts[i] = parts[i]!.slice();
    this.#ownParts = parts.length;
  }

  #tooManyParts(): ProtocolError {
    return new ProtocolError("traffic", `Cannot read message: it has more than ${this.#maxParts} frames`);
  }
}
