/**
 * Binding at once, which the library's own sockets do not offer: whoever binds can wait there.
 *
 * @module
 */

import { EndpointError } from "../errors.ts";
import { listenAtOnce } from "../runtime/at_once.ts";
import type { SocketCore } from "../socket/core.ts";
import { linkOptionsOf } from "../socket/dial.ts";
import { security } from "../socket/security_slot.ts";

/**
 * Binds an endpoint before it returns. Answers what that came to. Peers that come before the cryptography is loaded,
 * where the options ask for it, wait until it is.
 */
export function bindAtOnce(core: SocketCore, endpoint: string): string {
  const { context, endpoints, options } = core;
  endpoints.check(endpoint, "bind");
  if (endpoint.startsWith("inproc://")) {
    // A name that is taken rejects, and does so at once.
    if (context.names.has(endpoint)) throw new EndpointError("EADDRINUSE", endpoint, "taken");
    void endpoints.bind(endpoint, undefined);
    return endpoint;
  }
  try {
    const transport = context.transports.find(endpoint, "bind");
    const prepared = security()?.prepare(options);
    let open = true;
    const failed = (error: Error): void => {
      if (core.observed) core.emit({ type: "accept:error", endpoint: listener.endpoint, error });
    };
    const where = { backlog: options.backlog, ...linkOptionsOf(options, transport) };
    const listener = listenAtOnce(transport, endpoint, where, {
      accept(link) {
        if (prepared === undefined) return endpoints.door(listener.endpoint).accept(link);
        prepared.then(() => {
          if (open) endpoints.door(listener.endpoint).accept(link);
          else link.abort();
        }, (error) => {
          link.abort();
          failed(error);
        });
      },
      failed,
    });
    // What it failed with is told of each link that comes.
    prepared?.catch(() => {});
    core.opened?.(listener);
    return endpoints.note(endpoint, {
      endpoint: listener.endpoint,
      close() {
        open = false;
        return listener.close();
      },
    });
  } catch (error) {
    if (core.observed) core.emit({ type: "bind:error", endpoint, error: error as Error });
    throw error;
  }
}
