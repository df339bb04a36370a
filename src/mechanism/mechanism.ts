/**
 * What a security mechanism is to the engine: a state machine that answers commands until both peers are known to
 * each other ({@link https://rfc.zeromq.org/spec/37/ | RFC 37}, "Security Mechanisms"). Pure: command bodies in and out.
 *
 * @module
 */

import type { ZmqError } from "../errors.ts";
import type { FrameSink } from "../wire/frame.ts";
import type { Metadata } from "../wire/metadata.ts";

/** What a mechanism wants after a command. */
export type HandshakeStep =
  /** Send this command body, and wait for the peer's next. */
  | { readonly type: "send"; readonly command: Uint8Array }
  /** Wait for the peer's next command. */
  | { readonly type: "wait" }
  /**
   * The handshake is complete, on our side after sending `command` if there is one. `metadata` is the peer's, and what
   * whoever judged it has granted; `admission` is that alone, if somebody did.
   */
  | {
    readonly type: "done";
    readonly metadata: Metadata;
    readonly command?: Uint8Array;
    readonly admission?: Admission;
  }
  /** Have the peer judged by what it has shown, and call {@link Mechanism.judged}. */
  | { readonly type: "ask"; readonly credentials: readonly Uint8Array[] }
  /** We refuse the peer: it is told so by `command`, if there is one. */
  | { readonly type: "deny"; readonly error: ZmqError; readonly command?: Uint8Array }
  /** The peer has refused us, with a reason in its own words. */
  | { readonly type: "refused"; readonly reason: string };

/** What a peer was granted: a name, and properties besides its own. */
export interface Admission {
  /** The name; empty if it was given none. */
  readonly userId: string;
  /** The properties. */
  readonly metadata: Metadata;
}

/** What became of a peer that was judged ({@link https://rfc.zeromq.org/spec/27/ | RFC 27}). */
export type Verdict =
  /** It may come in, with what it is granted; absent: there was nobody to ask. */
  | { readonly status: 200; readonly admission?: Admission }
  /** It may not: 300 means perhaps later, 400 never, 500 that whoever judges is in trouble. */
  | { readonly status: 300 | 400 | 500; readonly text: string }
  /** Nobody could be asked, or the answer was none. */
  | { readonly status: "failed"; readonly error: ZmqError };

/** A mechanism, for one connection. */
export interface Mechanism {
  /** Its name in the greeting, e.g. `NULL`. */
  readonly name: string;
  /** Whether we take its server role; `false` where it has none. */
  readonly asServer: boolean;
  /** Whether peers do not say of which type they are. */
  readonly untyped?: boolean;
  /** What frames are sealed with once the handshake is complete; absent: they pass as they are. */
  readonly sealing?: Sealing;
  /** The first command's body, if we are to speak first, or another step. Called once, after the greetings. */
  start(): Uint8Array | HandshakeStep | undefined;
  /**
   * Takes the peer's next command.
   *
   * @throws {ProtocolError} If it is malformed or out of turn.
   */
  receive(command: Uint8Array): HandshakeStep;
  /** What became of the question that the last step was. Throws as {@link receive} does. */
  judged?(verdict: Verdict): HandshakeStep;
  /** The connection is over: keys are forgotten. */
  wipe?(): void;
}

/** How a mechanism seals frames, each on its own (RFC 26, "MESSAGE"). */
export interface Sealing {
  /** How many octets a sealed frame's body has beyond the body that it seals. */
  readonly overhead: number;
  /**
   * Seals frames as they lie in a queue: runs of them, each of which ends where a frame does, or with a header whose
   * body is all of the next run.
   *
   * @returns What to send instead. Give it to {@link release} once it has been sent.
   */
  seal(runs: readonly Uint8Array[]): Uint8Array;
  /** What {@link seal} answered has been sent. */
  release(octets: Uint8Array): void;
  /**
   * Opens sealed frames, each in its place, for a sink that takes what is in them. Its `frame` throws a
   * {@link ProtocolError} for one that has been changed, repeated, or sealed by another.
   *
   * @param limit The most octets that the frames of one message may have together, opened.
   */
  opening(sink: FrameSink, limit: number): FrameSink;
}
