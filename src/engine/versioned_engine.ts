/**
 * Every version of ZMTP: finds out which one the peer speaks, and leaves the rest to its engine
 * ({@link https://rfc.zeromq.org/spec/37/ | RFC 37}, "Version Negotiation").
 *
 * What we have sent when the peer tells its version must fit all of them, so our greeting goes out in steps, as
 * libzmq's does:
 *
 * | we send                                | once the peer has sent                    | it is the beginning of     |
 * | -------------------------------------- | ----------------------------------------- | -------------------------- |
 * | signature, 10 octets                   | nothing                                   | an identity's frame of 1.0 |
 * | major version, `03`                    | a signature, whose end is odd             | a greeting of 2.0 or 3     |
 * | the rest, 53 octets                    | a major version of 2 or more              | ZMTP 3.0 or 3.1            |
 * | our socket type, and our identity      | a major version of 1 (2.0), or of 0 (1.0) | ZMTP 2.0, or 1.0 behind it |
 * | our identity, less what the signature was | anything that is no signature          | ZMTP 1.0                   |
 *
 * A peer that sends its whole greeting at once gets all of ours for it. Only one that says nothing at all before it has
 * seen 64 octets would wait for ever, as it would for libzmq.
 *
 * @module
 */

import { ProtocolError, ZmqError } from "../errors.ts";
import { type Control, EMPTY } from "../message.ts";
import type { Verdict } from "../mechanism/mechanism.ts";
import { NullMechanism } from "../mechanism/null.ts";
import { wantedPeers } from "./compatibility.ts";
import type { Engine, EngineHandler, ZmtpVersion } from "./engine.ts";
import { OldEngine, type OldGreeting, TYPE_NUMBERS } from "./old_engine.ts";
import { type EngineOptions, ZmtpEngine } from "./zmtp_engine.ts";

const SIGNATURE = 10;
const MAJOR = 10;
const MINOR = 11;

/** What else an engine for any version must know. */
export interface VersionOptions {
  /** The oldest version that a peer may speak. */
  readonly minimumProtocol: ZmtpVersion;
  /** Our routing id, if there is one: every type tells it in the old versions. In the others that is the mechanism's. */
  readonly routingId: Uint8Array | undefined;
}

/**
 * Whether an old peer may be spoken to at all: these versions have no security, so only where none is configured, and
 * nobody is to judge who comes; and they know no types but those of their time.
 */
function mayDowngrade({ socketType, mechanism }: EngineOptions, { minimumProtocol }: VersionOptions): boolean {
  return minimumProtocol < "3.0" && mechanism instanceof NullMechanism && TYPE_NUMBERS.includes(socketType);
}

/**
 * The engine of one connection to a peer of any version. With another mechanism than NULL, with a judge, or with a
 * `minimumProtocol` of 3.0 or 3.1 it speaks ZMTP 3 only, and sends its greeting whole and at once.
 */
export class VersionedEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #versions: VersionOptions;
  readonly #handler: EngineHandler;
  /** What the peer has sent until its version is known. */
  readonly #first = new Uint8Array(MINOR + 1);
  #have = 0;
  /** What of our greeting has not been taken yet. */
  #output: Uint8Array | undefined;
  /** The engine for ZMTP 3; it has all of what we say, if nothing else is spoken. */
  readonly #modern: ZmtpEngine;
  readonly #downgrades: boolean;
  /** The engine of the version that the peer speaks. */
  #engine: Engine | undefined;
  #failed = false;

  /** Says nothing until {@link start}. */
  constructor(options: EngineOptions, handler: EngineHandler, versions: VersionOptions) {
    this.#options = options;
    this.#versions = versions;
    this.#handler = handler;
    this.#modern = new ZmtpEngine(options, handler);
    this.#downgrades = mayDowngrade(options, versions);
    if (versions.minimumProtocol !== "3.1" && !this.#downgrades) this.#engine = this.#modern;
  }

  /** Sends our signature; padded as libzmq's, it is the header of a long identity in ZMTP 1.0. */
  start(): void {
    if (!this.#downgrades) return this.#modern.start();
    const length = (this.#versions.routingId?.length ?? 0) + 1;
    this.#say(Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, length >> 8, length, 0x7f));
  }

  /** Takes octets of any length, cut anywhere. */
  receive(chunk: Uint8Array, now: number): boolean | void {
    // Hot: once per chunk.
    const engine = this.#engine;
    return engine === undefined ? this.#meet(chunk, now) : engine.receive(chunk, now);
  }

  /** Where the rest of a long body belongs. */
  room(): Uint8Array<ArrayBuffer> | undefined {
    return this.#engine?.room?.();
  }

  /**
   * What it may mean: until the peer's version is known it has seen nothing of ours to dislike, and later it may be
   * that our type does not fit its own, which libzmq does not say either.
   */
  hungUp(cause: Error | undefined): ZmqError | undefined {
    const modern = this.#modern;
    if (this.#engine !== modern) return undefined;
    if (modern.phase !== "handshake" || this.#options.mechanism.name !== "NULL") return modern.hungUp(cause);
    const { socketType } = this.#options;
    return new ZmqError(
      "EPIPE",
      `Cannot shake hands: the peer hung up on our READY, as libzmq does unless it is a ${wantedPeers(socketType)}`,
      cause === undefined ? undefined : { cause },
    );
  }

  /** What became of the peer that the handler was to judge. */
  judged(verdict: Verdict): void {
    this.#engine?.judged?.(verdict);
  }

  /** Forgets the keys of the connection. */
  over(): void {
    this.#engine?.over?.();
  }

  /** Goes on with what was kept back. */
  resume(): void {
    this.#engine?.resume();
  }

  /** What is to be sent besides messages. */
  takeOutput(): Uint8Array | undefined {
    // Hot: once per write.
    const output = this.#output;
    if (output === undefined) return (this.#engine ?? this.#modern).takeOutput();
    this.#output = undefined;
    return join(output, this.#engine?.takeOutput());
  }

  /** As the peer's version has it. */
  spell(control: Control): { readonly flags: number; readonly body: Uint8Array } {
    return this.#engine!.spell(control);
  }

  /** Seals what goes out, or rewrites it for a peer of ZMTP 1.0. */
  get sealing(): Engine["sealing"] {
    return this.#engine?.sealing;
  }

  /** Sends the PING that is due, and ends the connection if the peer has been silent for too long. */
  tick(now: number): number {
    return this.#engine?.tick(now) ?? Infinity;
  }

  /** When the next heartbeat is due. */
  get nextTick(): number {
    return this.#engine?.nextTick ?? Infinity;
  }

  /** The last answered PING's round trip. */
  get roundTrip(): number | undefined {
    return this.#engine?.roundTrip;
  }

  /** Reads until the version is known. */
  #meet(chunk: Uint8Array, now: number): boolean | void {
    const first = this.#first;
    for (let at = 0; at < chunk.length && !this.#failed; at++) {
      first[this.#have++] = chunk[at]!;
      if (this.#downgrades) this.#step();
      else if (this.#have > MINOR) this.#judge();
      if (this.#engine === undefined) continue;
      const read = first.subarray(this.#engine === this.#modern || this.#have <= MAJOR ? 0 : this.#have, this.#have);
      this.#engine.receive(read, now);
      return this.#engine.receive(chunk.subarray(at + 1), now);
    }
    return false;
  }

  /** One octet more. What we say shows no more of a version than the peer has. */
  #step(): void {
    const first = this.#first;
    const have = this.#have;
    if (first[0] !== 0xff || have === SIGNATURE && (first[SIGNATURE - 1]! & 1) === 0) this.#old("unversioned");
    else if (have === SIGNATURE) this.#say(Uint8Array.of(3));
    else if (have > MAJOR && first[MAJOR]! < 2) this.#old(first[MAJOR] === 1 ? "revision 1" : "revision 0");
    else if (have > MAJOR) {
      this.#modern.start();
      this.#say(this.#modern.takeOutput()!.subarray(MAJOR + 1));
      this.#engine = this.#modern;
    }
  }

  /** Only 3.1 and later is spoken. What is older than 3.0, or no ZMTP, is for the engine to find out. */
  #judge(): void {
    const first = this.#first;
    if (first[0] === 0xff && first[MAJOR] === 3 && first[MINOR] === 0) {
      this.#refuse("Cannot read greeting: the peer speaks ZMTP 3.0, wanted ZMTP 3.1 or later");
    } else this.#engine = this.#modern;
  }

  /** The peer speaks an old version. */
  #old(greeting: OldGreeting): void {
    if (greeting !== "revision 1" && this.#versions.minimumProtocol === "2.0") {
      const found = greeting === "unversioned" ? "ZMTP 1.0 or no ZMTP at all" : "ZMTP 1.0 (revision 0)";
      return this.#refuse(`Cannot read greeting: the peer speaks ${found}, wanted ZMTP 2.0 or later`);
    }
    this.#engine = new OldEngine(this.#options, this.#handler, greeting, this.#versions.routingId ?? EMPTY);
    this.#engine.start();
  }

  #refuse(message: string): void {
    this.#failed = true;
    this.#handler.fail(new ProtocolError("greeting", message));
  }

  #say(octets: Uint8Array): void {
    this.#output = join(this.#output, octets);
    this.#handler.output();
  }
}

/** Both pieces, in order. */
function join(one: Uint8Array | undefined, other: Uint8Array | undefined): Uint8Array | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const octets = new Uint8Array(one.length + other.length);
  octets.set(one);
  octets.set(other, one.length);
  return octets;
}
