/**
 * A WebSocket that somebody else has opened, a browser or an HTTP server, as a {@link Link}. It gives and takes whole
 * messages where a link's octets are frames, so frames are cut into messages on their way out, and headers put before
 * messages on their way in: unmasked, since masks are somebody else's business too.
 *
 * Such a WebSocket cannot be paused: what comes meanwhile is held, up to 64 MiB. It does not tell when it has room: that
 * is looked at every few milliseconds while it has none.
 *
 * @module
 */

import type { Engine, EngineHandler } from "../engine/engine.ts";
import type { Speaker } from "../engine/speaker.ts";
import type { EngineOptions } from "../engine/zmtp_engine.ts";
import { Deque } from "../bytes/deque.ts";
import { ZmqError } from "../errors.ts";
import type { Mechanism } from "../mechanism/mechanism.ts";
import type { Link, LinkHandler } from "../transport/link.ts";
import {
  BINARY,
  CLOSED_NORMALLY,
  FIN,
  headerSize,
  LONGEST_HEADER,
  payloadSize,
  TEXT,
  writeWebSocketHeader,
} from "../wire/websocket.ts";
import { speakZws } from "./speaking.ts";

/** What of a WebSocket is used: those of browsers and runtimes have it, and those of npm `ws`. */
export interface WebSocketLike {
  /** Set to `arraybuffer`. */
  binaryType: string;
  /** 0: connecting, 1: open, 2: closing, 3: closed. */
  readonly readyState: number;
  /** The sub-protocol that was agreed on. */
  readonly protocol: string;
  /** Octets that wait to be sent. */
  readonly bufferedAmount: number;
  /** Sends a message. */
  send(message: Uint8Array<ArrayBuffer>): unknown;
  /** Closes. */
  close(code?: number): unknown;
  /** Closes without a farewell, where a WebSocket can: those of browsers wait for the peer's. */
  terminate?(): unknown;
  /** Listens. */
  addEventListener(type: "open" | "error", listener: (event: unknown) => void): unknown;
  /** Listens to messages. */
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): unknown;
  /** Listens to its end. */
  addEventListener(
    type: "close",
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): unknown;
}

const OPEN = 1;
/** So many octets may wait in the WebSocket. */
const ENOUGH = 1024 * 1024;
/** How often one that has enough is looked at, in milliseconds. */
const A_WHILE = 4;
/** So many octets may have come while nobody wanted them. */
const MOST_HELD = 64 * 1024 * 1024;
/** What even an empty message takes while it is held. */
const A_MESSAGE = 64;

/** One WebSocket, open. */
export class NativeLink implements Link, Speaker {
  readonly local: string;
  readonly remote: string;
  readonly #socket: WebSocketLike;
  #handler: LinkHandler | undefined;
  #paused = true;
  /** What has come and was not wanted, and its octets. */
  readonly #held: Deque<unknown> = new Deque();
  #heldOctets = 0;
  #closing = false;
  /** Whether `closed()` is about to be called, and whether it has been. */
  #gone = false;
  #told = false;
  #error: Error | undefined;
  /** Whether the WebSocket has said its last. */
  #ended = false;
  #settle: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `socket` is open; `local` and `remote` are its ends, as far as they are known. */
  constructor(socket: WebSocketLike, local: string, remote: string) {
    this.#socket = socket;
    this.local = local;
    this.remote = remote;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#take(data));
    socket.addEventListener("error", () => this.#error ??= new ZmqError("ECONNRESET", "The WebSocket has failed"));
    socket.addEventListener("close", ({ code, reason }) => this.#finish(code, reason));
    if (socket.readyState > OPEN) this.#finish(CLOSED_NORMALLY, "");
  }

  speak(
    options: EngineOptions,
    handler: EngineHandler,
    secured: (none: () => Mechanism) => Mechanism,
    settings: object,
  ): Engine {
    return speakZws({ type: "open" }, () => {}, options, handler, secured, settings);
  }

  start(handler: LinkHandler): void {
    this.#handler = handler;
    this.#paused = false;
    // Never from within a call of ours.
    queueMicrotask(() => this.#release());
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#told || bytes.length === 0) return undefined;
    const socket = this.#socket;
    if (this.#closing || this.#gone || socket.readyState !== OPEN) {
      return new Promise((resolve) => this.#settle = resolve);
    }
    for (let at = 0; at < bytes.length;) {
      // Hot: once per frame.
      const from = at + headerSize(bytes[at + 1]!);
      const opcode = bytes[at]! & 0x0f;
      at = from + payloadSize(bytes, at);
      // Who else would be sent are PING, PONG and CLOSE, which are the WebSocket's own business. It may keep what it is
      // given, and the octets are only on loan.
      if (opcode === BINARY) socket.send(bytes.slice(from, at));
    }
    if (socket.bufferedAmount < ENOUGH) return undefined;
    const loan = new Promise<void>((resolve) => this.#settle = resolve);
    this.#look();
    return loan;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    queueMicrotask(() => this.#release());
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#held.clear();
    this.#socket.close(CLOSED_NORMALLY);
    if (this.#ended) this.#tell();
  }

  abort(): void {
    this.#closing = true;
    this.#held.clear();
    this.#error = undefined;
    if (this.#socket.terminate === undefined) this.#socket.close();
    else this.#socket.terminate();
    // It may wait for the peer's farewell for long, and nobody does so with it.
    this.#tell();
  }

  #take(data: unknown): void {
    if (this.#closing) return;
    if (!this.#paused && this.#held.length === 0) return this.#hand(data);
    this.#held.push(data);
    this.#heldOctets += sizeOf(data);
    if (this.#heldOctets <= MOST_HELD) return;
    const error = `Cannot hold what came: it is ${this.#heldOctets} octets, limit is ${MOST_HELD}`;
    this.abort();
    this.#error = new ZmqError("EPIPE", error);
  }

  /** A message, as frames have it. */
  #hand(data: unknown): void {
    const handler = this.#handler!;
    // Text is for the engine to refuse.
    const isText = typeof data === "string";
    const payload = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(0);
    const header = new Uint8Array(LONGEST_HEADER);
    const end = writeWebSocketHeader(header, 0, FIN | (isText ? TEXT : BINARY), 0, payload.length);
    handler.data(header.subarray(0, end));
    if (payload.length > 0) handler.data(payload);
  }

  #release(): void {
    while (!this.#paused && this.#held.length > 0) {
      const data = this.#held.shift();
      this.#heldOctets -= sizeOf(data);
      this.#hand(data);
    }
    if (this.#ended && this.#held.length === 0) this.#tell();
  }

  /** Looks whether there is room again. */
  #look(): void {
    this.#timer = setTimeout(() => {
      if (this.#gone) return;
      if (this.#socket.bufferedAmount >= ENOUGH) return this.#look();
      this.#repay();
    }, A_WHILE);
  }

  #repay(): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.();
  }

  #finish(code: number, reason: string): void {
    this.#ended = true;
    const ordinary = this.#closing || code === CLOSED_NORMALLY || code === 1001 || code === 1005;
    if (ordinary) this.#error = undefined;
    else this.#error ??= new ZmqError("EPIPE", `The WebSocket was closed with code ${code} ${JSON.stringify(reason)}`);
    if (this.#handler !== undefined && (this.#closing || this.#held.length === 0)) this.#tell();
  }

  /** The link is gone, and nothing that has come is left. */
  #tell(): void {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#timer);
    queueMicrotask(() => {
      this.#told = true;
      this.#handler?.closed(this.#error);
      this.#repay();
    });
  }
}

function sizeOf(data: unknown): number {
  return A_MESSAGE + (data instanceof ArrayBuffer ? data.byteLength : typeof data === "string" ? data.length : 0);
}
