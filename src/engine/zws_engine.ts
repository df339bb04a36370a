/**
 * ZWS 2.0 ({@link https://rfc.zeromq.org/spec/45/ | RFC 45}): ZMTP's handshakes and messages inside a WebSocket. What is
 * its own is how a connection begins, how frames travel, and that heartbeats and farewells are the WebSocket's; the
 * rest is {@link ZmtpEngine}'s.
 *
 * ```text
 *          upgraded          handshake of the sub-protocol     CLOSE, or anything malformed
 * upgrade ─────────► handshake ───────────────────────► traffic ──────────────────────────► failed
 * ```
 *
 * @module
 */

import { ProtocolError, quote, ZmqError } from "../errors.ts";
import { EMPTY } from "../message.ts";
import type { Mechanism } from "../mechanism/mechanism.ts";
import { encodeCommand, encodePing, isCommand } from "../wire/command.ts";
import { COMMAND, type FrameSink, MORE } from "../wire/frame.ts";
import { BINARY, CLOSE, closeCode, CLOSED_NORMALLY, encodeWebSocketFrame, PING, PONG } from "../wire/websocket.ts";
import { type Masks, ZwsFraming } from "../wire/zws.ts";
import { type ControlSink, ZwsDecoder } from "../wire/zws_decoder.ts";
import type { EngineHandler } from "./engine.ts";
import { type UpgradeOwner, Upgrader, type UpgradeTools, type WebSocketSide } from "./upgrader.ts";
import { type EngineOptions, HANDSHAKE_LIMIT, ZmtpEngine } from "./zmtp_engine.ts";
import { BARE, protocolsOf, ZwsHandshake, ZwsSealing } from "./zws_handshake.ts";

export type { UpgradeTools, WebSocketSide };

/** Octets of the context that tells one PING from another. */
const CONTEXT_SIZE = 2;

/** How an engine speaks inside a WebSocket. */
export interface ZwsOptions extends EngineOptions {
  /** Which end of it we are. */
  readonly side: WebSocketSide;
  /** Makes what takes the mechanism's place if the sub-protocol is `ZWS2.0` alone: {@link RoutingIds}, judged perhaps. */
  readonly bare: () => Mechanism;
  /** What the platform does. */
  readonly tools: UpgradeTools;
  /** Masks for a client. */
  readonly masks: Masks;
  /** Told of what to say before hanging up; `undefined`: nothing more. */
  readonly farewell: (octets: Uint8Array | undefined) => void;
}

/** The engine of one WebSocket. */
export class ZwsEngine extends ZmtpEngine implements ControlSink, UpgradeOwner {
  readonly #upgrader: Upgrader;
  readonly #decoder: ZwsDecoder;
  readonly #handshake: ZwsHandshake;
  readonly #masks: Masks | undefined;
  readonly #farewell: (octets: Uint8Array | undefined) => void;
  readonly #isClient: boolean;
  #now = 0;
  #over = false;
  /** Whether there is a WebSocket, in which we have not closed. */
  #open = false;
  /** The context of our last PING, which no WebSocket need carry. */
  #asked = EMPTY;
  /** The payload of the peer's last PING. */
  #echo = EMPTY;

  /** Says nothing until {@link start}. */
  constructor(options: ZwsOptions, handler: EngineHandler) {
    const { side, mechanism, bare } = options;
    const masks = side.type === "client" ? options.masks : undefined;
    const framing = new ZwsFraming(masks);
    // What the parts are to call is made after them.
    const self: { engine?: ZwsEngine } = {};
    const shaking: FrameSink = { frame: (flags, body) => self.engine!.#shake(flags, body) };
    const controls: ControlSink = { control: (opcode, payload) => self.engine!.control(opcode, payload) };
    const owner: UpgradeOwner = {
      say: (octets) => self.engine!.say(octets),
      settled: () => self.engine!.settled(),
    };
    const decoder = new ZwsDecoder(side.type === "server", shaking, controls, HANDSHAKE_LIMIT);
    const handshake = new ZwsHandshake(mechanism, bare, (inner) => new ZwsSealing(inner, framing, decoder));
    const upgrader = new Upgrader(side, mechanism.name, protocolsOf(mechanism.name), options.tools, owner);
    super({ ...options, mechanism: handshake }, handler, upgrader, decoder);
    self.engine = this;
    this.#upgrader = upgrader;
    this.#decoder = decoder;
    this.#handshake = handshake;
    this.#masks = masks;
    this.#farewell = options.farewell;
    this.#isClient = side.type === "client";
  }

  /** A client asks; if the WebSocket is open already, the handshake begins. */
  override start(): void {
    this.#upgrader.start();
    if (this.#upgrader.complete) this.settled();
  }

  override receive(chunk: Uint8Array, now: number): boolean {
    this.#now = now;
    return super.receive(chunk, now);
  }

  override over(): void {
    this.#over = true;
    super.over();
  }

  /** The upgrade has something to say. */
  say(octets: Uint8Array): void {
    if (!this.#over) this.send(octets);
  }

  /** The upgrade is complete, or has failed. */
  settled(): void {
    if (this.#over) return;
    const { complete, protocol, rest } = this.#upgrader;
    if (complete) {
      this.#open = true;
      this.#farewell(this.#webSocketFrame(CLOSE, closeCode(CLOSED_NORMALLY)));
      if (protocol === BARE) this.#handshake.bare();
      // A server that takes the first sub-protocol it is offered, whatever that is, speaks without a mechanism: jszmq.
      this.#handshake.waits = this.#isClient && protocol === "ZWS2.0/NULL";
    }
    super.receive(EMPTY, this.#now);
    for (const chunk of rest.splice(0)) super.receive(chunk, this.#now);
  }

  /** PING, PONG or CLOSE. */
  control(opcode: number, payload: Uint8Array): boolean {
    if (opcode === PING) {
      this.#echo = payload.slice();
      return this.command(encodePing(0, EMPTY));
    }
    // Whatever its payload: libzmq's is empty, whatever was asked.
    if (opcode === PONG) return this.command(encodeCommand("PONG", this.#asked));
    this.#closed(payload);
    return false;
  }

  protected override frameOf(command: Uint8Array): Uint8Array {
    // A routing id may look like anything.
    const isId = this.#handshake.isBare && command === this.#handshake.said;
    if (!isId && isCommand(command, "PING")) {
      this.#asked = command.slice(-CONTEXT_SIZE);
      return this.#webSocketFrame(PING, EMPTY);
    }
    if (!isId && isCommand(command, "PONG")) return this.#webSocketFrame(PONG, this.#echo);
    const payload = new Uint8Array(1 + command.length);
    payload[0] = this.#handshake.isBare ? 0 : 2;
    payload.set(command, 1);
    return this.#webSocketFrame(BINARY, payload);
  }

  protected override end(error: ZmqError): void {
    const code = error instanceof ProtocolError ? this.#decoder.fault : CLOSED_NORMALLY;
    if (this.#open) this.#farewell(this.#webSocketFrame(CLOSE, closeCode(code)));
    super.end(error);
  }

  /** One frame of the handshake. */
  #shake(flags: number, body: Uint8Array): boolean {
    const handshake = this.#handshake;
    if (handshake.waits && (flags & COMMAND) === 0) handshake.bare();
    if ((flags & (COMMAND | MORE)) === (handshake.isBare ? 0 : COMMAND)) return this.frame(COMMAND, body);
    const wanted = handshake.isBare ? "a routing id" : "a command";
    throw new ProtocolError("handshake", `Cannot shake hands: the peer sent another kind of frame, wanted ${wanted}`);
  }

  /** The peer has closed: it is answered, and that is the end. */
  #closed(payload: Uint8Array): void {
    if (payload.length === 1) {
      throw new ProtocolError("traffic", "Cannot read CLOSE: its payload is 1 octet, wanted 0, 2 or more");
    }
    if (this.#open) this.send(this.#webSocketFrame(CLOSE, payload.subarray(0, 2)));
    this.#open = false;
    this.#farewell(undefined);
    const code = payload.length === 0 ? "no code" : `code ${payload[0]! << 8 | payload[1]!}`;
    const reason = payload.length > 2 ? ` and ${quote(new TextDecoder().decode(payload.subarray(2)))}` : "";
    this.end(new ZmqError("EPIPE", `Cannot keep connection: the peer has closed it with ${code}${reason}`));
  }

  #webSocketFrame(opcode: number, payload: Uint8Array): Uint8Array {
    return encodeWebSocketFrame(opcode, payload, this.#masks?.next());
  }
}
