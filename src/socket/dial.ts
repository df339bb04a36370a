/**
 * How a socket's options reach its transports and engines.
 *
 * @module
 */

import type { SocketType } from "../engine/compatibility.ts";
import type { Engine, EngineHandler } from "../engine/engine.ts";
import { metadataOf } from "../engine/announcement.ts";
import type { VersionOptions } from "../engine/versioned_engine.ts";
import { type EngineOptions, ZmtpEngine } from "../engine/zmtp_engine.ts";
import { NotSupportedError } from "../errors.ts";
import type { Mechanism } from "../mechanism/mechanism.ts";
import { NullMechanism } from "../mechanism/null.ts";
import type { Capabilities, KeepAlive, Link, Transport } from "../transport/link.ts";
import type { Transports } from "../transport/registry.ts";
import { OPTION_TABLE } from "./option_table.ts";
import { security } from "./security_slot.ts";
import type { Settings } from "./settings.ts";
import { socksDialler } from "./socks_dialler.ts";

/** What an option needs of tcp here, if it is not at its default. */
const NEEDS: Readonly<Record<string, keyof Capabilities>> = {
  backlog: "backlog",
  tcpKeepalive: "keepAlive",
  tcpKeepaliveIdle: "keepAliveIdle",
  tcpKeepaliveInterval: "keepAliveProbes",
  tcpKeepaliveCount: "keepAliveProbes",
  typeOfService: "typeOfService",
};

/**
 * Checks that an option's value can be had on this runtime.
 *
 * @throws {NotSupportedError} If it cannot.
 */
export function checkCapability(transports: () => Transports, name: string, value: unknown): void {
  const need = NEEDS[name];
  if (need === undefined || value === OPTION_TABLE[name]!.initial) return;
  // Only now, so that a context's transports are not looked for before someone needs them.
  if (transports().get("tcp")?.capabilities[need] !== false) return;
  throw new NotSupportedError(`Cannot set option "${name}": this runtime has no way to do so`);
}

/** The keep-alive that some options ask for; absent: as the system has it. */
export function keepAliveOf(settings: Settings): { readonly keepAlive?: KeepAlive } {
  const { tcpKeepalive, tcpKeepaliveIdle, tcpKeepaliveInterval, tcpKeepaliveCount } = settings;
  if (tcpKeepalive === undefined) return {};
  return {
    keepAlive: {
      enabled: tcpKeepalive,
      ...(tcpKeepaliveIdle === undefined ? {} : { idle: tcpKeepaliveIdle }),
      ...(tcpKeepaliveInterval === undefined ? {} : { interval: tcpKeepaliveInterval }),
      ...(tcpKeepaliveCount === undefined ? {} : { count: tcpKeepaliveCount }),
    },
  };
}

/** The type of service that the options ask for; absent: untouched. */
export function typeOfServiceOf(settings: Settings): { readonly typeOfService?: number } {
  return settings.typeOfService === 0 ? {} : { typeOfService: settings.typeOfService };
}

/** Dials an endpoint once, through a proxy if the options name one. */
export function dial(transport: Transport, endpoint: string, settings: Settings, signal: AbortSignal): Promise<Link> {
  const go = (): Promise<Link> => dialNow(transport, endpoint, settings, signal);
  try {
    const prepared = security()?.prepare(settings);
    return prepared === undefined ? go() : prepared.then(go);
  } catch (error) {
    // Options that no longer fit together, long after `connect`.
    return Promise.reject(error);
  }
}

function dialNow(transport: Transport, endpoint: string, settings: Settings, signal: AbortSignal): Promise<Link> {
  const options = { signal, ipv6: settings.ipv6, ...keepAliveOf(settings), ...typeOfServiceOf(settings) };
  const { socksProxy, socksUsername, socksPassword } = settings;
  if (socksProxy === undefined || transport.scheme !== "tcp") return transport.connect(endpoint, options);
  const credentials = socksUsername === undefined
    ? undefined
    : { username: socksUsername, password: socksPassword ?? "" };
  return socksDialler()!(transport, socksProxy, endpoint, options, credentials);
}

/** What makes an engine. */
type EngineClass = new (options: EngineOptions, handler: EngineHandler, versions: VersionOptions) => Engine;

/** For ZMTP 3, unless the entry point has one for older versions too: a bundle of `./core` is 2 KB smaller without. */
let AnEngine: EngineClass = ZmtpEngine;

/** Names the engine. For `mod.ts` alone, by `old_peers.ts`. */
export function provideEngine(engine: EngineClass): void {
  AnEngine = engine;
}

/** Makes the engine of one connection. */
export function makeEngine(
  socketType: SocketType,
  routingId: Uint8Array,
  settings: Settings,
  handler: EngineHandler,
): Engine {
  const { maxMessageSize, maxMessageParts, maxPingRate, metadata, heartbeatTimeToLive: ttl } = settings;
  const interval = settings.heartbeatInterval === Infinity ? 0 : settings.heartbeatInterval;
  const silence = settings.heartbeatTimeout ?? interval;
  const heartbeat = { interval, timeout: silence === 0 ? Infinity : silence, ttl };
  const own = metadataOf(socketType, routingId, metadata);
  const none = (): Mechanism => new NullMechanism(own);
  const mechanism = security()?.mechanism(settings, own, none) ?? none();
  const options = { socketType, mechanism, maxMessageSize, maxMessageParts, maxPingRate, heartbeat };
  return new AnEngine(options, handler, settings);
}
