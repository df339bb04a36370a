/**
 * A transport with no network behind it, for sockets in a context of their own: `memory://name`.
 *
 * @module
 */

import type { Link, Listener, ListenHandler, Transport } from "../mod.ts";
import { NO_CAPABILITIES } from "../src/transport/link.ts";
import { MemoryLink } from "./memory_link.ts";

/** Names, and who listens there. */
export class MemoryTransport implements Transport {
  readonly scheme = "memory";
  readonly capabilities = NO_CAPABILITIES;
  /** Every link made: the dialler's end, then the listener's. */
  readonly links: (readonly [MemoryLink, MemoryLink])[] = [];
  readonly #listening: Map<string, ListenHandler> = new Map();

  check(): void {}

  connect(endpoint: string): Promise<Link> {
    const handler = this.#listening.get(endpoint);
    if (handler === undefined) return Promise.reject(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }));
    const [near, far] = this.join(endpoint);
    handler.accept(far);
    return Promise.resolve(near);
  }

  /** Who listens. */
  get bound(): string[] {
    return [...this.#listening.keys()];
  }

  /** Makes a link: the dialler's end, then the listener's. */
  protected join(endpoint: string): readonly [Link, Link] {
    const pair = MemoryLink.pair(`${endpoint}#${this.links.length}`, endpoint);
    this.links.push(pair);
    return pair;
  }

  listen(endpoint: string, _options: unknown, handler: ListenHandler): Promise<Listener> {
    this.#listening.set(endpoint, handler);
    const close = (): Promise<void> => Promise.resolve(void this.#listening.delete(endpoint));
    return Promise.resolve({ endpoint, close });
  }
}
