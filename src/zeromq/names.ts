/**
 * The endpoints that a socket is bound to, by their names.
 *
 * @module
 */

import type { SocketCore } from "../socket/core.ts";

/** Names that are bound: as they were given, and as they came out. */
export class BoundNames {
  readonly #names: Map<string, string> = new Map();

  /** `given` is bound, as `endpoint`. */
  add(given: string, endpoint: string): void {
    this.#names.set(given, endpoint);
    this.#names.set(endpoint, endpoint);
  }

  /** Forgets an endpoint, by either of its names. Answers it; `undefined` if it is not bound. */
  take(name: string): string | undefined {
    const endpoint = this.#names.get(name);
    for (const [one, its] of [...this.#names]) if (its === endpoint) this.#names.delete(one);
    return endpoint;
  }
}

/** Checks what is to be let go of, as libzmq does: what has a known scheme and a name may be wrong, but is not there. */
export function checkScheme(core: SocketCore, address: string, role: "bind" | "connect"): void {
  try {
    core.endpoints.check(address, role);
  } catch (error) {
    if (!/^(?:tcp|ipc|inproc|udp):\/\/./.test(address)) throw error;
  }
}
