/**
 * Handshakes of ZWS 2.0 ({@link https://rfc.zeromq.org/spec/45/ | RFC 45}), as mechanisms:
 *
 * | sub-protocol    | what each side says                                                      |
 * | --------------- | ------------------------------------------------------------------------ |
 * | `ZWS2.0`        | a message that is its routing id; there is no metadata                   |
 * | `ZWS2.0/NULL`   | READY, as in ZMTP                                                        |
 * | `ZWS2.0/PLAIN`  | the commands of RFC 24                                                   |
 * | `ZWS2.0/CURVE`  | the commands of RFC 26; libzmq's extension                               |
 *
 * @module
 */

import { ProtocolError } from "../errors.ts";
import type { HandshakeStep, Mechanism, Sealing, Verdict } from "../mechanism/mechanism.ts";
import type { FrameSink } from "../wire/frame.ts";
import type { ZwsFraming } from "../wire/zws.ts";
import type { ZwsDecoder } from "../wire/zws_decoder.ts";

const LONGEST_ROUTING_ID = 255;

/** The sub-protocol without a mechanism, the only one that a browser's WebSocket can ask for. */
export const BARE = "ZWS2.0";

/** The sub-protocols that a mechanism speaks, the best first. */
export function protocolsOf(mechanism: string): string[] {
  return mechanism === "NULL" ? ["ZWS2.0/NULL", BARE] : [`ZWS2.0/${mechanism}`];
}

/** What there is without a mechanism: each side tells its routing id. */
export class RoutingIds implements Mechanism {
  /** It is NULL to whoever judges. */
  readonly name = "NULL";
  /** There are no roles. */
  readonly asServer = false;
  /** No type is told. */
  readonly untyped = true;
  readonly #own: Uint8Array;

  /** `own`: our routing id; empty: none. */
  constructor(own: Uint8Array) {
    this.#own = own;
  }

  /** Our routing id. */
  start(): Uint8Array {
    return this.#own;
  }

  /** Takes the peer's. */
  receive(id: Uint8Array): HandshakeStep {
    if (id.length <= LONGEST_ROUTING_ID) return { type: "done", metadata: new Map([["Identity", id.slice()]]) };
    const found = `the peer's routing id is ${id.length} octets, wanted ${LONGEST_ROUTING_ID} at the most`;
    throw new ProtocolError("handshake", `Cannot shake hands: ${found}`);
  }
}

/** The handshake of one connection: that of its mechanism, or of none, as the sub-protocol has it. */
export class ZwsHandshake implements Mechanism {
  /** The mechanism's name. */
  readonly name: string;
  /** Whether it is the mechanism's server. */
  readonly asServer: boolean;
  /** Whether the peer is to be heard before anything is said. */
  waits = false;
  /** Whether it is without a mechanism. */
  isBare = false;
  /** What was said last. */
  said: Uint8Array | undefined;
  #mechanism: Mechanism;
  readonly #bare: () => Mechanism;
  readonly #sealingOf: (inner: Sealing | undefined) => Sealing;

  /**
   * @param mechanism The one that the options ask for.
   * @param bare Makes what takes its place where the sub-protocol has none.
   * @param sealingOf Makes frames of the WebSocket of what the mechanism seals, or leaves as it is.
   */
  constructor(mechanism: Mechanism, bare: () => Mechanism, sealingOf: (inner: Sealing | undefined) => Sealing) {
    this.name = mechanism.name;
    this.asServer = mechanism.asServer;
    this.#mechanism = mechanism;
    this.#bare = bare;
    this.#sealingOf = sealingOf;
  }

  /** The peer does not say its type. */
  get untyped(): boolean {
    return this.isBare;
  }

  /** There is no mechanism. */
  bare(): void {
    this.isBare = true;
    this.#mechanism = this.#bare();
  }

  /** What frames what goes out, sealed or not. */
  get sealing(): Sealing {
    return this.#sealingOf(this.#mechanism.sealing);
  }

  start(): Uint8Array | HandshakeStep | undefined {
    return this.waits ? undefined : this.#begin();
  }

  receive(command: Uint8Array): HandshakeStep {
    if (!this.waits) return this.#say(this.#mechanism.receive(command));
    this.waits = false;
    const first = this.#begin();
    const step = this.#mechanism.receive(command);
    if (first instanceof Uint8Array) return step.type === "done" ? { ...step, command: first } : step;
    // Who judges is asked first, and has kept what came.
    return first ?? step;
  }

  judged(verdict: Verdict): HandshakeStep {
    return this.#say(this.#mechanism.judged!(verdict));
  }

  wipe(): void {
    this.#mechanism.wipe?.();
  }

  #begin(): Uint8Array | HandshakeStep | undefined {
    const first = this.#mechanism.start();
    if (first instanceof Uint8Array) this.said = first;
    return first;
  }

  #say(step: HandshakeStep): HandshakeStep {
    // Without a mechanism there is no ERROR to say.
    if (step.type === "deny" && this.isBare) return { type: "deny", error: step.error };
    if ("command" in step) this.said = step.command;
    return step;
  }
}

/** Frames what goes out as a WebSocket has it, once a mechanism has sealed it, if it does. */
export class ZwsSealing implements Sealing {
  /** That of the mechanism. */
  readonly overhead: number;
  readonly #inner: Sealing | undefined;
  readonly #framing: ZwsFraming;
  readonly #decoder: ZwsDecoder;

  /** `inner`: the mechanism's; `decoder`: whose frames are to be opened. */
  constructor(inner: Sealing | undefined, framing: ZwsFraming, decoder: ZwsDecoder) {
    this.#inner = inner;
    this.overhead = inner?.overhead ?? 0;
    this.#framing = framing;
    this.#decoder = decoder;
  }

  seal(runs: readonly Uint8Array[]): Uint8Array {
    const inner = this.#inner;
    if (inner === undefined) return this.#framing.frame(runs);
    const sealed = inner.seal(runs);
    const framed = this.#framing.frame([sealed]);
    inner.release(sealed);
    return framed;
  }

  release(octets: Uint8Array): void {
    this.#framing.release(octets);
  }

  opening(sink: FrameSink, limit: number): FrameSink {
    if (this.#inner !== undefined) return this.#inner.opening(sink, limit);
    // What is a command shows outside: messages need no more room than their own.
    this.#decoder.limit = limit;
    return sink;
  }
}
