/**
 * The door that a bound endpoint is: who may come in, and how many at a time. Whoever is turned away there has cost an
 * accepted connection, and nothing that lasts.
 *
 * @module
 */

import { EndpointError, type ErrorCode, ZmqError } from "../errors.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { Connection } from "../session/connection.ts";
import { Session } from "../session/session.ts";
import { hostOf } from "../transport/endpoint.ts";
import type { Link } from "../transport/link.ts";
import type { SocketCore } from "./core.ts";

/** So many peers may leave messages behind before anyone looks which of them have been read. */
const FEW = 64;

/** Someone who has come in. */
export interface Guest extends Connection {
  /** Ends the connection without a farewell: others need its place. */
  evict(reason: Error): void;
}

/** One bound endpoint's peers. */
export class Door {
  /** Everyone inside. */
  readonly sessions: Set<Guest> = new Set();
  readonly #core: SocketCore;
  readonly #endpoint: string;
  /** Those of them whose handshake is not complete, the first to come first. */
  readonly #shaking: Set<Guest> = new Set();
  /** Pipes of those who have left, with messages that are still to be received: they take places too. */
  #leftovers: Pipe[] = [];
  /** How many leftovers there may be before they are looked at. */
  #many = FEW;

  /** A door of `core`'s. */
  constructor(core: SocketCore, endpoint: string) {
    this.#core = core;
    this.#endpoint = endpoint;
  }

  /** Someone has come. */
  accept(link: Link): void {
    const core = this.#core;
    if (!this.admits(link.remote)) return link.abort();
    const session = new Session(core, this.#endpoint, false);
    core.endpoints.add(session);
    session.accept(link, this.enter(session));
  }

  /** Whether there is a place for someone from `peer`; whoever came first may have to go for that. */
  admits(peer: string): boolean {
    const core = this.#core;
    const { tcpAcceptFilter, maxConnections, maxHandshakes } = core.options;
    if (core.isClosed) return false;
    if (/^t(cp|ls):/.test(peer) && tcpAcceptFilter?.accepts(hostOf(peer)) === false) {
      return this.#refuse(peer, "EACCES", "its address is not in tcpAcceptFilter, wanted one that is");
    }
    if (this.#count >= maxConnections) this.#sweep();
    if (this.#count >= maxConnections) {
      return this.#refuse(peer, "EMFILE", `there are ${this.#count} others, maxConnections is ${maxConnections}`);
    }
    // Not the newcomer: whoever came first and holds all places would lock everyone out.
    for (const oldest of this.#shaking) {
      if (this.#shaking.size < maxHandshakes) break;
      this.#shaking.delete(oldest);
      const found = `${maxHandshakes} others came since, maxHandshakes is ${maxHandshakes}`;
      oldest.evict(new ZmqError("EMFILE", `Cannot shake hands: ${found}`));
    }
    return true;
  }

  /** Someone comes in. Answers what is to be called when his handshake is complete. */
  enter(guest: Guest): () => void {
    this.sessions.add(guest);
    this.#shaking.add(guest);
    return () => this.#shaking.delete(guest);
  }

  /** Someone has left. */
  left(session: Guest): void {
    this.sessions.delete(session);
    this.#shaking.delete(session);
    if (session.pipe.inbound.length === 0) return;
    if (this.#leftovers.push(session.pipe) >= this.#many) this.#sweep();
  }

  get #count(): number {
    return this.sessions.size + this.#leftovers.length;
  }

  #sweep(): void {
    this.#leftovers = this.#leftovers.filter(({ inbound }) => inbound.length > 0);
    this.#many = FEW + 2 * this.#leftovers.length;
  }

  #refuse(peer: string, code: ErrorCode, why: string): false {
    const core = this.#core;
    const endpoint = this.#endpoint;
    if (core.observed) {
      const error = new EndpointError(code, endpoint, `Cannot accept ${peer}: ${why}`);
      core.emit({ type: "accept:error", endpoint, error });
    }
    return false;
  }
}
