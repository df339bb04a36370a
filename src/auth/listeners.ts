/**
 * What an authenticator tells, and who hears it. With nobody to hear it, nothing is kept.
 *
 * @module
 */

import { show, wrongType } from "../errors.ts";
import type { AuthPeer } from "./policy.ts";

/** What an {@link Authenticator} tells. No event has a password or a secret key in it. */
export type AuthEvent =
  /** A peer may come in. */
  | (AuthPeer & {
    /** What has happened. */
    readonly type: "granted";
    /** The name that the peer was given. */
    readonly userId: string;
  })
  /** A peer may not come in. */
  | (AuthPeer & {
    /** What has happened. */
    readonly type: "denied";
    /** 300: perhaps later, 400: no, 500: a callback or a store is in trouble. */
    readonly status: 300 | 400 | 500;
    /** Why, in a few words. */
    readonly reason: string;
  })
  /**
   * A callback has thrown, answered what is no answer, or taken too long; a store of certificates has failed; a file in
   * a {@link CertificateDirectory} is no certificate.
   */
  | {
    /** What has happened. */
    readonly type: "error";
    /**
     * What went wrong. Its `cause`, where it has one, is what was thrown, as it was. What a callback for PLAIN throws may
     * have the password anywhere in it, and is never passed on: the message tells its class, and its `code` if that is
     * at most 32 capital letters, digits and `_`.
     */
    readonly error: Error;
    /** Who was being judged. */
    readonly peer: AuthPeer;
  };

/** The names of events. */
export type AuthEventType = AuthEvent["type"];

/** Hears events of one type. What it throws is reported as an uncaught error, and harms nobody else. */
export type AuthEventListener<T extends AuthEventType> = (event: Extract<AuthEvent, { readonly type: T }>) => void;

type Listener = (event: AuthEvent) => void;

const TYPES: readonly AuthEventType[] = ["granted", "denied", "error"];

/** Listeners by the type of event. */
export class AuthListeners {
  readonly #byType: Map<string, Set<Listener>> = new Map(TYPES.map((type) => [type, new Set()]));

  /** Adds one. */
  add(type: unknown, listener: unknown): void {
    this.#of(type, listener).add(listener as Listener);
  }

  /** Takes one away. */
  delete(type: unknown, listener: unknown): void {
    this.#of(type, listener).delete(listener as Listener);
  }

  /** Tells those who listen now. */
  tell(event: AuthEvent): void {
    for (const listener of [...this.#byType.get(event.type)!]) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #of(type: unknown, listener: unknown): Set<Listener> {
    const listeners = typeof type === "string" ? this.#byType.get(type) : undefined;
    if (listeners === undefined) {
      throw wrongType(`Cannot listen for ${show(type)}: there is no such event, wanted ${TYPES.join(", ")}`);
    }
    if (typeof listener !== "function") {
      throw wrongType(`Cannot listen for "${type}": listener is ${show(listener)}, wanted a function`);
    }
    return listeners;
  }
}
