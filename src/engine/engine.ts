/**
 * The seam between a protocol engine and whoever moves its octets: no I/O, no clock, no timers and no randomness but
 * what is passed in.
 *
 * @module
 */

import type { ZmqError } from "../errors.ts";
import type { Control, Message } from "../message.ts";
import type { Sealing, Verdict } from "../mechanism/mechanism.ts";
import type { Metadata } from "../wire/metadata.ts";

/** A version of ZMTP. */
export type ZmtpVersion = "1.0" | "2.0" | "3.0" | "3.1";

/** What the handshake told us of the peer. */
export interface PeerInfo {
  /** Its socket type, e.g. `ROUTER`; empty if it speaks ZMTP 1.0, which does not tell. */
  readonly socketType: string;
  /** The routing id it chose for itself; empty if it chose none. */
  readonly routingId: Uint8Array;
  /** Everything it announced, by name, `Socket-Type` and `Identity` included. */
  readonly properties: Metadata;
  /** The mechanism that was used, e.g. `NULL`; empty if there is none at all. */
  readonly mechanism: string;
  /** The version of ZMTP that both speak, e.g. `3.1`; empty if they speak none, and there was no handshake. */
  readonly version: ZmtpVersion | "";
  /** The name that whoever judged it gave it; empty if nobody did. */
  readonly userId: string;
  /** The properties that whoever judged it granted it; absent if nobody judged it. */
  readonly granted?: Metadata;
}

/** What a peer is to be judged by (RFC 27). */
export interface Question {
  /** The mechanism: `NULL`, `PLAIN` or `CURVE`. */
  readonly mechanism: string;
  /** NULL: none. PLAIN: username and password. CURVE: the public key, 32 octets. */
  readonly credentials: readonly Uint8Array[];
}

/** Who listens to an engine. Calls come from within `receive`, `resume` and `tick`. */
export interface EngineHandler {
  /** The handshake is complete: messages may pass from now on. */
  ready(peer: PeerInfo): void;
  /**
   * A whole message.
   *
   * @returns Whether to go on: after `false` nothing more comes until `resume()`.
   */
  message(message: Message): boolean;
  /** A subscription, in order with messages. Answers as {@link message} does. */
  control(control: Control): boolean;
  /**
   * The peer is to be judged: {@link Engine.judged} is to be told what became of it, but not from within this call.
   * Without this method nobody may come in who is to be judged.
   */
  judge?(question: Question): void;
  /** The engine has something to send: `takeOutput()` has it. */
  output(): void;
  /** The connection must end, once `takeOutput()` has been sent. Nothing else is called after it. */
  fail(error: ZmqError): void;
}

/** A protocol, for one connection: eats octets, emits messages and octets. */
export interface Engine {
  /** The connection is open. */
  start(): void;
  /**
   * Octets from the peer, ours to keep. `now` is in milliseconds, of any clock that does not go back.
   *
   * @returns `false`: nothing of the chunk is kept, its memory may be used again.
   */
  receive(chunk: Uint8Array, now: number): boolean | void;
  /**
   * Where the next octets had best be read to, so that a long body need not be copied; `undefined`: anywhere. What is
   * read there is handed to {@link receive} as the view that it fills, from the front.
   */
  room?(): Uint8Array<ArrayBuffer> | undefined;
  /** What it says of the peer that it has hung up now; `undefined`: nothing. */
  hungUp(cause: Error | undefined): ZmqError | undefined;
  /** What became of the question that {@link EngineHandler.judge} was asked. */
  judged?(verdict: Verdict): void;
  /** The connection is over; nothing is called after it. */
  over?(): void;
  /** The handler can take messages again. */
  resume(): void;
  /** Octets to send before any message, or between two frames: greeting, handshake, PING and PONG. */
  takeOutput(): Uint8Array | undefined;
  /** A subscription's flags and body as this peer understands them; only once ready. */
  spell(control: Control): { readonly flags: number; readonly body: Uint8Array };
  /** Seals what is queued, for a mechanism that does; `undefined`: it goes out as it is. Only once ready. */
  readonly sealing?: Pick<Sealing, "seal" | "release"> | undefined;
  /** Sends and judges heartbeats. Answers when to be called again; `Infinity`: not at all. */
  tick(now: number): number;
  /** When `tick` is to be called next. */
  readonly nextTick: number;
  /** The last heartbeat's round trip in milliseconds, if there was one. */
  readonly roundTrip: number | undefined;
}
