/**
 * An engine with a handler that writes down what it is told, and the octets of a peer worked by hand.
 *
 * @module
 */

import {
  type EngineHandler,
  MAX_PARTS,
  MAX_PING_RATE,
  nullMechanism,
  type PeerInfo,
  type Question,
  ZmtpEngine,
} from "../src/engine/mod.ts";
import type { SocketType } from "../src/engine/mod.ts";
import type { HeartbeatOptions } from "../src/engine/heartbeat.ts";
import { keyOf, latin1 } from "../src/bytes/ascii.ts";
import type { ZmqError } from "../src/errors.ts";
import { type Control, EMPTY, type Message } from "../src/message.ts";
import type { Mechanism } from "../src/mechanism/mechanism.ts";
import { hex, toHex } from "./harness.ts";

/** The greeting of libzmq for NULL, without a routing id. */
export const GREETING = `FF 00 00 00 00 00 00 00 01 7F 03 01 4E 55 4C 4C ${"00 ".repeat(16)} ${"00 ".repeat(32)}`;

/** The same of a peer that speaks ZMTP 3.0. */
export const GREETING_30 = GREETING.replace("03 01", "03 00");

/** The READY frame of a peer of this type that announces no Identity. */
export function ready(type: string, more = ""): string {
  const body = `05 52 45 41 44 59 ${property("Socket-Type", type)} ${more}`;
  return `04 ${size(hex(body).length)} ${body}`;
}

/** One property of the metadata, in hexadecimal. */
export function property(name: string, value: string): string {
  return `${size(name.length)} ${toHex(latin1(name))} 00 00 ${size(value.length >> 8)} ${size(value.length & 255)} ${
    toHex(latin1(value))
  }`;
}

function size(value: number): string {
  return value.toString(16).padStart(2, "0");
}

/** How an engine under test is made. */
export interface Options {
  readonly maxMessageSize?: number;
  readonly maxMessageParts?: number;
  readonly maxPingRate?: number;
  readonly heartbeat?: Partial<HeartbeatOptions>;
  readonly routingId?: Uint8Array;
  readonly properties?: Iterable<readonly [string, Uint8Array]>;
  readonly mechanism?: Mechanism;
}

/** An engine, and all that it has told its handler, one line for each call. */
export class Recorded implements EngineHandler {
  readonly engine: ZmtpEngine;
  /** `ready ROUTER`, `message a|b`, `subscribe A`, `fail …`, in order. */
  readonly log: string[] = [];
  peer: PeerInfo | undefined;
  error: ZmqError | undefined;
  /** Every message, for those whose frames are no text. */
  readonly messages: Message[] = [];
  outputs = 0;
  /** Whether the handler wants no more after the next message. */
  full = false;

  constructor(type: SocketType, options: Options = {}) {
    const mechanism = options.mechanism ?? nullMechanism(type, options.routingId ?? EMPTY, options.properties);
    const heartbeat = { interval: 0, timeout: Infinity, ttl: 0, ...options.heartbeat };
    this.engine = new ZmtpEngine(
      {
        maxMessageParts: options.maxMessageParts ?? MAX_PARTS,
        maxPingRate: options.maxPingRate ?? MAX_PING_RATE,
        socketType: type,
        mechanism,
        maxMessageSize: options.maxMessageSize ?? 1_000_000,
        heartbeat,
      },
      this,
    );
    this.engine.start();
  }

  ready(peer: PeerInfo): void {
    this.peer = peer;
    this.log.push(`ready ${peer.socketType}`);
  }

  message(message: Message): boolean {
    this.messages.push(message);
    this.log.push(`message ${message.map((frame) => frame.length > 40 ? frame.length : keyOf(frame)).join("|")}`);
    return !this.full;
  }

  control(control: Control): boolean {
    this.log.push(`${control.type} ${keyOf(control.topic)}`);
    return !this.full;
  }

  output(): void {
    this.outputs++;
  }

  judge?(question: Question): void;

  fail(error: ZmqError): void {
    this.error = error;
    this.log.push(`fail ${error.message}`);
  }

  /** Feeds octets written in hexadecimal. */
  feed(octets: string, now = 0): this {
    this.engine.receive(hex(octets), now);
    return this;
  }

  /** What the engine has to send, in hexadecimal; empty: nothing. */
  sent(): string {
    const output = this.engine.takeOutput();
    return output === undefined ? "" : toHex(output);
  }
}

/** An engine that has shaken hands with a peer of this type, and whose output has been taken. */
export function connected(type: SocketType, peer: string, options: Options = {}, greeting = GREETING): Recorded {
  const recorded = new Recorded(type, options);
  recorded.feed(greeting).feed(ready(peer));
  recorded.sent();
  recorded.log.length = 0;
  return recorded;
}
