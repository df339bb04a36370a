/**
 * The transports a context has, by scheme. They come in by injection: there is no list that the whole process shares.
 *
 * @module
 */

import { EndpointError, show } from "../errors.ts";
import { type Role, splitEndpoint } from "./endpoint.ts";
import type { Transport } from "./link.ts";

/** Some transports, each under its scheme. */
export class Transports implements Iterable<Transport> {
  readonly #byScheme = new Map<string, Transport>();

  /** Of two transports with one scheme, the later wins. */
  constructor(transports: Iterable<Transport>) {
    for (const transport of transports) this.#byScheme.set(transport.scheme, transport);
  }

  /** The transports, in the order their schemes were first given. */
  [Symbol.iterator](): IterableIterator<Transport> {
    return this.#byScheme.values();
  }

  /** The transport of a scheme, if it is here. Case matters. */
  get(scheme: string): Transport | undefined {
    return this.#byScheme.get(scheme);
  }

  /**
   * The transport that an endpoint asks for.
   *
   * @param others Schemes that the caller serves itself, to be named in the error: `inproc`.
   * @throws {EndpointError} `EINVAL` if the endpoint has no scheme; `EPROTONOSUPPORT` if nothing here serves it.
   */
  find(endpoint: string, role: Role, others: readonly string[] = []): Transport {
    const { scheme } = splitEndpoint(endpoint, role);
    const transport = this.#byScheme.get(scheme);
    if (transport !== undefined) return transport;
    const known = [...this.#byScheme.keys(), ...others].join(", ");
    const tried = role === "bind" ? "bind to" : "connect to";
    const message = `Cannot ${tried} ${show(endpoint)}: transport is ${show(scheme)}, wanted ${
      known || "one, but none is here"
    }`;
    throw new EndpointError("EPROTONOSUPPORT", endpoint, message);
  }
}
