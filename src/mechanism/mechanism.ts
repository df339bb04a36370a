/**
 * What a security mechanism is to the engine: a state machine that answers commands until both peers are known to
 * each other ({@link https://rfc.zeromq.org/spec/37/ | RFC 37}, "Security Mechanisms"). Pure: command bodies in and out.
 *
 * @module
 */

import type { Metadata } from "../wire/metadata.ts";

/** What a mechanism wants after a command. */
export type HandshakeStep =
  /** Send this command body, and wait for the peer's next. */
  | { readonly type: "send"; readonly command: Uint8Array }
  /** The handshake is complete, on our side after sending `command` if there is one. `metadata` is the peer's. */
  | { readonly type: "done"; readonly metadata: Metadata; readonly command?: Uint8Array }
  /** The peer has refused us, with a reason in its own words. */
  | { readonly type: "refused"; readonly reason: string };

/** A mechanism, for one connection. */
export interface Mechanism {
  /** Its name in the greeting, e.g. `NULL`. */
  readonly name: string;
  /** Whether we take its server role; `false` where it has none. */
  readonly asServer: boolean;
  /** The first command's body, if we are to speak first. Called once, when the greetings have been exchanged. */
  start(): Uint8Array | undefined;
  /**
   * Takes the peer's next command.
   *
   * @throws {ProtocolError} If it is malformed or out of turn.
   */
  receive(command: Uint8Array): HandshakeStep;
}
