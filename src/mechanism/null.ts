/**
 * NULL: no security, and the exchange of metadata that every mechanism ends with
 * ({@link https://rfc.zeromq.org/spec/37/ | RFC 37}, "The NULL Security Mechanism").
 *
 * Both peers send READY as soon as they have the other's greeting, as libzmq does and RFC 23 has it; either may
 * arrive first.
 *
 * @module
 */

import { showOctets } from "../bytes/ascii.ts";
import { ProtocolError } from "../errors.ts";
import { commandData, commandName, decodeError, encodeCommand } from "../wire/command.ts";
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
    const name = commandName("handshake", command);
    if (name === "READY") return { type: "done", metadata: decodeMetadata(commandData(command)) };
    const reason = decodeError(command);
    if (reason !== undefined) return { type: "refused", reason };
    const shown = showOctets(command.subarray(1, 1 + command[0]!));
    throw new ProtocolError("handshake", `Cannot shake hands: the peer sent command ${shown}, wanted "READY"`);
  }
}
