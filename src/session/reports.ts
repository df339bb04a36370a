/**
 * What a session tells of its endpoint, as the socket's events: {@link SocketEvent}. With nobody to hear them none is
 * made. A listener may do anything, even close the session, so each report is the last thing that happens in its step.
 *
 * @module
 */

import type { PeerInfo } from "../engine/engine.ts";
import { DeniedError, ProtocolError, RefusedError, ZmqError } from "../errors.ts";
import type { SocketEvent } from "../monitor/events.ts";

/** Who hears. */
export interface Audience {
  /** Whether anyone does. */
  readonly observed: boolean;
  /** Tells an event. */
  emit(event: SocketEvent): void;
  /** Told of each link, and each listener, that is opened, where somebody wants to know. */
  readonly opened?: ((thing: { unref?(): void }) => void) | undefined;
}

/** The reports of one endpoint. `peer` is a peer's address. */
export class Reports {
  readonly #audience: Audience;
  readonly #endpoint: string;

  /** `endpoint` as it was given to `connect`, or as `bind` resolved it. */
  constructor(audience: Audience, endpoint: string) {
    this.#audience = audience;
    this.#endpoint = endpoint;
  }

  /** Dialling has begun. */
  dialling(): void {
    if (this.#audience.observed) this.#audience.emit({ type: "connect:delay", endpoint: this.#endpoint });
  }

  /** There is a connection: dialled, or accepted. */
  opened(type: "connect" | "accept", peer: string): void {
    if (this.#audience.observed) this.#audience.emit({ type, endpoint: this.#endpoint, peer });
  }

  /** The handshake is complete. */
  shaken(peer: string, { socketType, routingId, properties, mechanism, userId, granted, version }: PeerInfo): void {
    if (!this.#audience.observed || !version) return;
    const endpoint = this.#endpoint;
    const id = routingId.slice();
    this.#audience.emit({
      type: "handshake",
      endpoint,
      peer,
      socketType,
      routingId: id,
      properties,
      mechanism,
      userId,
      ...(granted === undefined ? {} : { granted }),
      version,
    });
  }

  /** The connection is gone before its handshake was complete. */
  unshaken(peer: string, error: Error | undefined): void {
    if (!this.#audience.observed) return;
    const endpoint = this.#endpoint;
    const status = statusOf(error);
    if (status > 0) this.#audience.emit({ type: "handshake:error:auth", endpoint, peer, error: error!, status });
    else if (error instanceof ProtocolError) {
      this.#audience.emit({ type: "handshake:error:protocol", endpoint, peer, error });
    } else {
      const left = error ?? new ZmqError("EPIPE", "Cannot shake hands: the peer closed the connection");
      this.#audience.emit({ type: "handshake:error:other", endpoint, peer, error: left });
    }
  }

  /** The connection is gone. */
  lost(peer: string, error: Error | undefined): void {
    if (!this.#audience.observed) return;
    this.#audience.emit({ type: "disconnect", endpoint: this.#endpoint, peer, ...because(error) });
  }

  /** The endpoint will be dialled again in `interval` milliseconds. */
  waiting(interval: number, error: Error | undefined): void {
    if (!this.#audience.observed) return;
    this.#audience.emit({ type: "connect:retry", endpoint: this.#endpoint, interval, ...because(error) });
  }

  /** The endpoint will not be dialled again. */
  ended(error: Error | undefined): void {
    if (this.#audience.observed) this.#audience.emit({ type: "close", endpoint: this.#endpoint, ...because(error) });
  }
}

/** The status with which the peer refuses us, or we refuse it; 0: neither. */
function statusOf(error: Error | undefined): number {
  if (error instanceof DeniedError) return error.status;
  return error instanceof RefusedError && /^[345]00$/.test(error.reason ?? "") ? Number(error.reason) : 0;
}

function because(error: Error | undefined): { readonly error?: Error } {
  return error === undefined ? {} : { error };
}
