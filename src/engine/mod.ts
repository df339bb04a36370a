/**
 * The sans-I/O core: ZMTP as a value that eats octets and emits messages and octets, for those who have sockets of
 * their own. It does no I/O, reads no clock and starts no timer.
 *
 * @example A handshake between two engines, in memory
 * ```ts
 * import { type EngineHandler, nullMechanism, type SocketType, ZmtpEngine } from "@zerostream/zmq/engine";
 * import { assertEquals } from "@std/assert";
 *
 * const seen: string[] = [];
 * function engine(socketType: SocketType): ZmtpEngine {
 *   const handler: EngineHandler = {
 *     ready: (peer) => void seen.push(`${socketType} meets ${peer.socketType}`),
 *     message: () => true,
 *     control: () => true,
 *     output: () => {},
 *     fail: (error) => void seen.push(error.message),
 *   };
 *   const heartbeat = { interval: 0, timeout: Infinity, ttl: 0 };
 *   const mechanism = nullMechanism(socketType);
 *   return new ZmtpEngine({ socketType, mechanism, maxMessageSize: 1e6, heartbeat }, handler);
 * }
 * const push = engine("PUSH");
 * const pull = engine("PULL");
 * push.start();
 * pull.start();
 * pull.receive(push.takeOutput()!, 0); // The greeting, which pull answers with its own and READY,
 * push.receive(pull.takeOutput()!, 0); // which push answers with READY.
 * pull.receive(push.takeOutput()!, 0);
 * assertEquals(seen, ["PUSH meets PULL", "PULL meets PUSH"]);
 * ```
 *
 * {@link ZmtpEngine} speaks ZMTP 3.1 and 3.0. For peers of 2.0 and 1.0 too, make a {@link VersionedEngine} in its place
 * and tell it the oldest version to take, and our routing id; it has the same methods.
 *
 * @module
 */

import { EMPTY } from "../message.ts";
import type { Mechanism } from "../mechanism/mechanism.ts";
import { NullMechanism } from "../mechanism/null.ts";
import { metadataOf } from "./announcement.ts";
import type { SocketType } from "./compatibility.ts";

export { ProtocolError, ZmqError } from "../errors.ts";
export type { ErrorCode } from "../errors.ts";
export { Control } from "../message.ts";
export type { Message } from "../message.ts";
export type { Admission, HandshakeStep, Mechanism, Sealing, Verdict } from "../mechanism/mechanism.ts";
export { Batch, type Segment, SharedFrames } from "../wire/batch.ts";
export type { FrameSink } from "../wire/frame.ts";
export type { Metadata } from "../wire/metadata.ts";
export type { SocketType } from "./compatibility.ts";
export type { Engine, EngineHandler, PeerInfo, Question, ZmtpVersion } from "./engine.ts";
export type { HeartbeatOptions } from "./heartbeat.ts";
export { VersionedEngine, type VersionOptions } from "./versioned_engine.ts";
export { type EngineOptions, HANDSHAKE_LIMIT, MAX_PARTS, MAX_PING_RATE, ZmtpEngine } from "./zmtp_engine.ts";

/**
 * The NULL mechanism of one connection, with the metadata that a socket of this type announces.
 *
 * @param socketType Our socket type.
 * @param routingId Our routing id, 0 to 255 octets; sent by REQ, DEALER and ROUTER alone, as libzmq does.
 * @param properties Application properties; their names must begin with `X-`.
 * @returns A mechanism for one connection; make another for the next.
 */
export function nullMechanism(
  socketType: SocketType,
  routingId: Uint8Array = EMPTY,
  properties: Iterable<readonly [string, Uint8Array]> = [],
): Mechanism {
  return new NullMechanism(metadataOf(socketType, routingId, properties));
}
