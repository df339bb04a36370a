/**
 * Where sockets find what encrypts and authenticates. `mod.ts` names it here; without it, as in `./core`, there is the
 * NULL mechanism only, and a bundle is some kilobytes smaller.
 *
 * @module
 */

import type { Question } from "../engine/engine.ts";
import type { Mechanism, Verdict } from "../mechanism/mechanism.ts";
import type { Role } from "../transport/endpoint.ts";
import type { TlsOptions } from "../transport/link.ts";
import type { Metadata } from "../wire/metadata.ts";
import type { ContextCore } from "./context_core.ts";
import type { Settings } from "./settings.ts";

/** Mechanisms besides NULL, and who may come in. */
export interface Security {
  /** Checks an option's value, and answers it as it is to be read back. Throws, and shows no secret. */
  check(name: string, value: unknown): unknown;
  /**
   * Throws if the options do not fit together.
   *
   * @param what What cannot be done then, e.g. `bind to "tcp://*:5555"`.
   * @param scheme The endpoint's.
   */
  agree(settings: Settings, what: string, scheme: string, role: Role): void;
  /** What a transport of this scheme has to know of the options. */
  tls(settings: Settings, scheme: string): { readonly tls?: TlsOptions };
  /** Loads what the options need, before there is a connection; `undefined`: nothing. */
  prepare(settings: Settings): Promise<void> | undefined;
  /** The mechanism of one connection. `inner` is NULL with the same metadata. */
  mechanism(settings: Settings, metadata: Metadata, inner: () => Mechanism): Mechanism;
  /** Judges a peer. Never rejects. `signal`: nobody waits for the verdict any more. */
  judge(
    context: ContextCore,
    settings: Settings,
    question: Question,
    peer: string,
    signal: AbortSignal,
  ): Promise<Verdict>;
  /** The name of the mechanism that the options ask for, as npm `zeromq` has it; `null` is NULL. */
  nameOf(settings: Settings): "plain" | "curve" | null;
}

let known: Security | undefined;

/** Names what there is. For `mod.ts` alone. */
export function provideSecurityTo(sockets: Security): void {
  known = sockets;
}

/** What there is. */
export function security(): Security | undefined {
  return known;
}
