/**
 * Endpoints of WebSockets, `ws://host:port/path` and `wss://…`, as libzmq spells them: the port must be there, the path
 * need not.
 *
 * @module
 */

import { EndpointError } from "../errors.ts";
import { refuse, type Role, splitEndpoint } from "../transport/endpoint.ts";
import { isTarget } from "../wire/upgrade.ts";

/** An endpoint, cut. */
export interface WebSocketEndpoint {
  /** `host:port`, perhaps behind `source:port;`. */
  readonly authority: string;
  /** The path, with a query perhaps; `/` if there is none. */
  readonly path: string;
}

/**
 * Cuts an endpoint. What is before the path is for the transport below to judge.
 *
 * @throws {EndpointError} `EINVAL` if the path is none that can be asked for.
 */
export function splitWebSocket(endpoint: string, role: Role): WebSocketEndpoint {
  const { address } = splitEndpoint(endpoint, role);
  const slash = address.indexOf("/");
  const path = slash < 0 ? "/" : address.slice(slash);
  if (isTarget(path)) return { authority: slash < 0 ? address : address.slice(0, slash), path };
  throw refuse("EINVAL", endpoint, role, `its path holds a blank, a "#" or what is no ASCII, wanted none`);
}

/** The `Host` that a client names: without its port, if that is the scheme's own. */
export function hostHeader(scheme: string, authority: string): string {
  const target = authority.slice(authority.lastIndexOf(";") + 1);
  const usual = scheme === "ws" ? ":80" : ":443";
  return target.endsWith(usual) ? target.slice(0, -usual.length) : target;
}

/** What the transport below says of its endpoint, said of ours. */
export function renamed(error: unknown, endpoint: string): unknown {
  if (!(error instanceof EndpointError)) return error;
  const message = error.message.replace(JSON.stringify(error.endpoint), JSON.stringify(endpoint));
  return new EndpointError(error.code, endpoint, message, { cause: error });
}
