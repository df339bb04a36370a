/**
 * What mechanisms make of a verdict, all alike ({@link https://rfc.zeromq.org/spec/27/ | RFC 27}); and NULL where peers
 * are judged by their addresses.
 *
 * @module
 */

import { DeniedError } from "../errors.ts";
import { encodeError, malformedCommand } from "../wire/command.ts";
import type { Metadata } from "../wire/metadata.ts";
import type { HandshakeStep, Mechanism, Verdict } from "./mechanism.ts";

/** A verdict that lets the peer in. */
export type Welcome = Extract<Verdict, { readonly status: 200 }>;

/** How a peer is turned away. Who may come back later is not told so. */
export function denial(verdict: Exclude<Verdict, Welcome>): HandshakeStep {
  if (verdict.status === "failed") return { type: "deny", error: verdict.error };
  const { status, text } = verdict;
  const error = new DeniedError(status, text);
  return status === 300 ? { type: "deny", error } : { type: "deny", error, command: encodeError(`${status}`) };
}

/** The last step, of a peer that was let in. What it claims does not count against what it was granted. */
export function admitted({ admission }: Welcome, told: Metadata, command?: Uint8Array): HandshakeStep {
  const sent = command === undefined ? {} : { command };
  if (admission === undefined) return { type: "done", metadata: told, ...sent };
  const granted = admission.metadata;
  const names = new Set(Array.from(granted.keys(), (name) => name.toLowerCase()));
  const metadata = new Map([...granted, ...Array.from(told).filter(([name]) => !names.has(name.toLowerCase()))]);
  return { type: "done", metadata, admission, ...sent };
}

/** NULL, for those who have peers judged: READY goes to nobody who may not come in. */
export class JudgedNull implements Mechanism {
  /** `NULL`. */
  readonly name = "NULL";
  /** NULL has no roles. */
  readonly asServer = false;
  readonly #inner: Mechanism;
  #welcome: Welcome | undefined;
  /** What came from the peer meanwhile: it need not wait for us. */
  #early: Uint8Array | undefined;

  /** `inner` is NULL itself. */
  constructor(inner: Mechanism) {
    this.#inner = inner;
  }

  /** There is nothing to show but an address. */
  start(): HandshakeStep {
    return { type: "ask", credentials: [] };
  }

  /** Takes the peer's READY or ERROR, now or later. */
  receive(command: Uint8Array): HandshakeStep {
    if (this.#welcome !== undefined) return this.#end(this.#welcome, command);
    if (this.#early !== undefined) throw malformedCommand("command", "a second one before our READY", "one");
    this.#early = command.slice();
    return { type: "wait" };
  }

  /** Says READY, or ERROR. */
  judged(verdict: Verdict): HandshakeStep {
    if (verdict.status !== 200) return denial(verdict);
    this.#welcome = verdict;
    const command = this.#inner.start() as Uint8Array;
    return this.#early === undefined ? { type: "send", command } : this.#end(verdict, this.#early, command);
  }

  #end(welcome: Welcome, theirs: Uint8Array, ours?: Uint8Array): HandshakeStep {
    const step = this.#inner.receive(theirs);
    return step.type === "done" ? admitted(welcome, step.metadata, ours) : step;
  }
}
