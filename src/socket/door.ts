/**
 * The door that a bound endpoint is: who may come in, and how many at a time. Whoever is turned away there has cost an
 * accepted connection, and nothing that lasts.
 *
 * @module
 */

import { EndpointError, type ErrorCode, ZmqError } from "../errors.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { Session } from "../session/session.ts";
import { hostOf } from "../transport/endpoint.ts";
import type { Link } from "../transport/link.ts";
import type { SocketCore } from "./core.ts";

/** So many peers may leave messages behind before anyone looks which of them have been read. */
const FEW = 64;

/** One bound endpoint's peers. */
export class Door {
  /** Everyone inside. */
  readonly sessions: Set<Session> = new Set();
  readonly #core: SocketCore;
  readonly #endpoint: string;
  /** Those of them whose handshake is not complete, the first to come first. */
  readonly #shaking: Set<Session> = new Set();
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
    const { tcpAcceptFilter, maxConnections, maxHandshakes } = core.options;
    if (core.isClosed) return link.abort();
    if (link.remote.startsWith("tcp://") && tcpAcceptFilter?.accepts(hostOf(link.remote)) === false) {
      return this.#refuse(link, "EACCES", "its address is not in tcpAcceptFilter, wanted one that is");
    }
    if (this.#count >= maxConnections) this.#sweep();
    if (this.#count >= maxConnections) {
      return this.#refuse(link, "EMFILE", `there are ${this.#count} others, maxConnections is ${maxConnections}`);
    }
    // Not the newcomer: whoever came first and holds all places would lock everyone out.
    for (const oldest of this.#shaking) {
      if (this.#shaking.size < maxHandshakes) break;
      this.#shaking.delete(oldest);
      const found = `${maxHandshakes} others came since, maxHandshakes is ${maxHandshakes}`;
      oldest.evict(new ZmqError("EMFILE", `Cannot shake hands: ${found}`));
    }
    const session = new Session(core, this.#endpoint, false);
    core.endpoints.add(session);
    this.sessions.add(session);
    this.#shaking.add(session);
    session.accept(link, () => this.#shaking.delete(session));
  }

  /** Someone has left. */
  left(session: Session): void {
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

  #refuse(link: Link, code: ErrorCode, why: string): void {
    const core = this.#core;
    const endpoint = this.#endpoint;
    link.abort();
    if (!core.observed) return;
    const error = new EndpointError(code, endpoint, `Cannot accept ${link.remote}: ${why}`);
    core.emit({ type: "accept:error", endpoint, error });
  }
}
