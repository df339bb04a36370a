/**
 * The engine that a WebSocket's link brings, and what the platform does for it.
 *
 * @module
 */

import type { Engine, EngineHandler } from "../engine/engine.ts";
import type { EngineOptions } from "../engine/zmtp_engine.ts";
import { RoutingIds } from "../engine/zws_handshake.ts";
import { type UpgradeTools, type WebSocketSide, ZwsEngine } from "../engine/zws_engine.ts";
import { NotSupportedError } from "../errors.ts";
import { EMPTY } from "../message.ts";
import type { HandshakeStep, Mechanism } from "../mechanism/mechanism.ts";
import { Masks } from "../wire/zws.ts";

/** What of a socket's options matters here. */
interface WebSocketSettings {
  readonly routingId?: Uint8Array | undefined;
  readonly wsAllowedOrigins?: readonly string[] | undefined;
}

const TOOLS: UpgradeTools = {
  fill: (octets) => crypto.getRandomValues(octets),
  digest: (octets) => crypto.subtle.digest("SHA-1", octets),
};

let masks: Masks | undefined;

/** How a connection begins; a server's origins are the socket's. */
export type Beginning =
  | Exclude<WebSocketSide, { readonly type: "server" }>
  | { readonly type: "server"; readonly path: string };

/** Makes the engine of one connection; see `Speaker.speak`. */
export function speakZws(
  begins: Beginning,
  farewell: (octets: Uint8Array | undefined) => void,
  options: EngineOptions,
  handler: EngineHandler,
  secured: (none: () => Mechanism) => Mechanism,
  settings: object,
): Engine {
  const { routingId = EMPTY, wsAllowedOrigins = [] } = settings as WebSocketSettings;
  const side = begins.type === "server" ? { ...begins, origins: wsAllowedOrigins } : begins;
  // Drawn for all connections together: nobody can foresee them, whosever they are.
  masks ??= new Masks(TOOLS.fill);
  const cannot = side.type === "open" && options.mechanism.name !== "NULL";
  // What was to be secured is never used without.
  const mechanism = cannot ? unspeakable(options.mechanism.name) : options.mechanism;
  const bare = (): Mechanism => cannot ? mechanism : secured(() => new RoutingIds(routingId));
  return new ZwsEngine({ ...options, mechanism, side, bare, tools: TOOLS, masks, farewell }, handler);
}

/** A mechanism that no WebSocket of the platform's own can ask for. */
function unspeakable(name: string): Mechanism {
  const found = `the mechanism is ${name}, and a WebSocket of the platform's own has NULL alone`;
  const deny = (): HandshakeStep => ({ type: "deny", error: new NotSupportedError(`Cannot shake hands: ${found}`) });
  return { name, asServer: false, start: deny, receive: deny };
}
