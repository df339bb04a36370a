/**
 * The library without any runtime: sockets, contexts and errors, with `inproc` as the only transport until a
 * {@link Context} is given others. For bundles that must hold no adapter, and for transports of one's own.
 *
 * @example A context with transports of one's own choice
 * ```ts
 * import { Context, Pull } from "@zerostream/zmq/core";
 * import { assertEquals } from "@std/assert";
 *
 * const context = new Context({ transports: [] });
 * await using pull = new Pull({ context });
 * assertEquals(await pull.bind("inproc://jobs"), "inproc://jobs");
 * ```
 *
 * @module
 */

export {
  ClosedError,
  DeniedError,
  EndpointError,
  type ErrorCode,
  NotSupportedError,
  ProtocolError,
  RefusedError,
  StateError,
  TimeoutError,
  UnreachableError,
  ZmqError,
} from "./errors.ts";
export { type Frames, json, type MessageInput, type MessagePeer, type Part, peerOf, text } from "./message.ts";
export {
  decodeMessage,
  type DecodeMessageOptions,
  encodeMessage,
  type Envelope,
  joinParts,
  splitEnvelope,
} from "./multipart.ts";
export type {
  EndpointEvent,
  FailureEvent,
  PeerEvent,
  SocketEvent,
  SocketEventListener,
  SocketEventOf,
  SocketEventType,
} from "./monitor/events.ts";
export { SocketEvents } from "./monitor/socket_events.ts";
export type { PeerStats, SocketStats } from "./monitor/stats.ts";
export { type Z85, z85 } from "./bytes/z85.ts";
export type { SocketType } from "./engine/compatibility.ts";
export type { WaitOptions } from "./socket/aborts.ts";
export type { CallOptions } from "./socket/call.ts";
export { Context, type ContextOptions } from "./socket/context.ts";
export type { Receiving, Sending } from "./socket/faces.ts";
export type * from "./socket/options.ts";
export { type CurveKeyPair, curveKeyPair, curvePublicKey } from "./socket/curve.ts";
export { Pair } from "./socket/pair.ts";
export { Pull, Push } from "./socket/pipeline.ts";
export { poll, type Polled, type PollOptions } from "./socket/poll.ts";
export { proxy, type ProxyOptions } from "./socket/proxy.ts";
export { Publisher, Subscriber, XPublisher, XSubscriber } from "./socket/publishing.ts";
export { Reply, Request } from "./socket/requesting.ts";
export { Dealer, Router, type RouterConnectOptions } from "./socket/routing.ts";
export { Stream } from "./socket/stream.ts";
export type { CloseOptions } from "./socket/linger.ts";
export { Socket } from "./socket/socket.ts";
export { FormedSocket } from "./socket/formed.ts";
export { Client, Peer, Server } from "./socket/client_server.ts";
export { Datagram } from "./socket/datagram.ts";
export { Dish, Radio } from "./socket/radio_dish.ts";
export { Gather, Scatter } from "./socket/scatter_gather.ts";
export { Channel } from "./socket/channel.ts";
export { frames } from "./streams/frames.ts";
export type {
  Capabilities,
  DialOptions,
  KeepAlive,
  Link,
  LinkHandler,
  Listener,
  ListenHandler,
  ListenOptions,
  Transport,
} from "./transport/link.ts";
