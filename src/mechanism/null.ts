/**
 * NULL: no security, and the exchange of metadata that every mechanism ends with
 * ({@link https://rfc.zeromq.org/spec/37/ | RFC 37}, "The NULL Security Mechanism").
 *
 * Both peers send READY as soon as they have the other's greeting, as libzmq does and RFC 23 has it; either may
 * arrive first.
 *
 * @module
 */

import { decodeError, encodeCommand, expectCommand } from "../wire/command.ts";
import { decodeMetadata, encodeMetadata, type Metadata } from "../wire/metadata.ts";
import type { HandshakeStep, Mechanism } from "./mechanism.ts";

const NOTHING: Metadata = new Map();

/** The NULL mechanism of one connection. */
export class NullMechanism implements Mechanism {
  /** `NULL`. */
  readonly name = "NULL";
  /** NULL has no roles. */
  readonly asServer = false;
  #metadata: Metadata;

  /** `metadata` is what we tell the peer. */
  constructor(metadata: Metadata) {
    this.#metadata = metadata;
  }

  /** Our READY. */
  start(): Uint8Array {
    const metadata = encodeMetadata(this.#metadata);
    // Said once, and a connection is long.
    this.#metadata = NOTHING;
    return encodeCommand("READY", metadata);
  }

  /** Takes the peer's READY, or its ERROR. */
  receive(command: Uint8Array): HandshakeStep {
    const reason = decodeError(command);
    if (reason !== undefined) return { type: "refused", reason };
    return { type: "done", metadata: decodeMetadata(expectCommand(command, "READY")) };
  }
}
