/**
 * What travels: messages, and what a caller may hand over to be one.
 *
 * @module
 */

import { show, wrongType } from "./errors.ts";

/** A message as it is carried: its frames, in order, at least one. */
export type Message = Uint8Array[];

/**
 * A message as it is received: its frames, in order, at least one. Each frame is a view of the chunk it came in:
 * keeping a small frame keeps its whole chunk (128 KiB or so) in memory; `frame.slice()` makes a copy that does not. The
 * chunk's memory is shared: transfer a copy to another thread, not `frame.buffer`.
 */
export type Frames = Uint8Array<ArrayBuffer>[];

/** One part of a message to send: text (sent as UTF-8), octets in any shape, or `null` for an empty part. */
export type Part = string | ArrayBufferView | ArrayBufferLike | null;

/** A message to send: one part, or an array of one or more parts. */
export type MessageInput = Part | readonly Part[];

/**
 * Who sent a message: see {@link peerOf}. What is certain, `userId`, `metadata`, `mechanism` and `peer`, and what the
 * peer says of itself, `socketType`, `routingId` and `properties`.
 */
export interface MessagePeer {
  /** The name that whoever judged the peer gave it (RFC 27, "User-Id"); empty if nobody did. */
  readonly userId: string;
  /** The metadata that whoever judged the peer granted it, by name. Nothing in it is the peer's own claim. */
  readonly metadata: ReadonlyMap<string, Uint8Array>;
  /**
   * The security mechanism of the connection: `NULL`, `PLAIN` or `CURVE`; empty for a STREAM, which has none. A server of
   * PLAIN shows nobody who it is.
   */
  readonly mechanism: string;
  /** The connection's other end, e.g. `tcp://192.0.2.1:49731`. In libzmq, `zmq_msg_gets` with `Peer-Address`. */
  readonly peer: string;
  /** The socket type that the peer announced, e.g. `DEALER`: it fits ours. In libzmq, `Socket-Type`. */
  readonly socketType: string;
  /**
   * The routing id that the peer announced, or none, of no octets. A claim, not a grant: any peer can announce any id.
   * In libzmq, `Routing-Id`.
   */
  readonly routingId: Uint8Array;
  /**
   * Everything that the peer announced in its handshake, by name as it spelled it, `Socket-Type` and `Identity`
   * included; where whoever judged it granted a property of the same name, that stands here instead. Claims, not grants:
   * whoever connects can announce what it likes, so decide nothing of importance by them. Empty without the option
   * `messageMetadata`. In libzmq, `zmq_msg_gets` with the property's name.
   */
  readonly properties: ReadonlyMap<string, Uint8Array>;
}

/** A constructor that makes nothing of its own, so that a class on it adds its private field to what it is given. */
class Given {
  constructor(message: object) {
    return message;
  }
}

/**
 * Ties a peer to a message, unseen by whoever compares, copies or prints it: a private field, since an entry of a
 * WeakMap takes 500 ns to make where this takes 20.
 */
class Marked extends Given {
  #peer: MessagePeer | undefined;

  constructor(message: object, peer: MessagePeer) {
    super(message);
    this.#peer = peer;
  }

  static peerOf(message: object): MessagePeer | undefined {
    return #peer in message ? message.#peer : undefined;
  }
}

/** Notes whom a message, or a subscription, has come from; once. */
export function markPeer(message: Message | Control, peer: MessagePeer): void {
  new Marked(message, peer);
}

/** Answers `made`, which was made of a message that was received, as one from the same peer. */
export function keepPeer(received: Message | Control, made: Message): Message {
  const peer = Marked.peerOf(received);
  if (peer !== undefined) markPeer(made, peer);
  return made;
}

/**
 * Who sent a message: the user id and the metadata that a ZAP handler granted its sender
 * ({@link https://rfc.zeromq.org/spec/27/ | RFC 27}; in libzmq, `zmq_msg_gets` with `User-Id`).
 *
 * What a peer's handler granted stays with its messages, whatever becomes of the connection, and whichever way they are
 * received. A copy of the array, or the message sent on, has no peer.
 *
 * A socket with the option `messageMetadata` knows the peer of every message that has come over a network, judged or
 * not, and what it announced. That someone is known then means nothing: look at `userId` and `mechanism`.
 *
 * @example Whose message is it?
 * ```ts
 * import { peerOf, Pull, Push } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 * import { curveKeyPair } from "@zerostream/zmq";
 *
 * const server = curveKeyPair();
 * const client = curveKeyPair();
 * await using pull = new Pull({ curveServer: true, curveSecretKey: server.secretKey });
 * await using push = new Push({
 *   curveServerKey: server.publicKey,
 *   curvePublicKey: client.publicKey,
 *   curveSecretKey: client.secretKey,
 * });
 * push.connect(await pull.bind("tcp://127.0.0.1:*"));
 * await push.send("hello");
 * const peer = peerOf(await pull.receive());
 * assertEquals([peer?.mechanism, peer?.userId], ["CURVE", ""]);
 * ```
 *
 * @example What a peer that nobody judged says of itself
 * ```ts
 * import { peerOf, Pull, Push, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using pull = new Pull({ messageMetadata: true });
 * await using push = new Push({ metadata: { "X-Host": "attic" } });
 * push.connect(await pull.bind("tcp://127.0.0.1:*"));
 * await push.send("hello");
 * const peer = peerOf(await pull.receive())!;
 * assertEquals([peer.socketType, text(peer.properties.get("X-Host"))], ["PUSH", "attic"]);
 * assertEquals([peer.mechanism, peer.userId], ["NULL", ""]);
 * ```
 *
 * @param message A message as it was received.
 * @returns `undefined` if nobody made sure who sent it: the peer was not judged, and has not shown a key by CURVE, and the
 * socket has no `messageMetadata`; or it is in this process. For a message of a STREAM, its connection's address as
 * `peer`, and nothing else.
 */
export function peerOf(message: readonly Uint8Array[]): MessagePeer | undefined {
  return Marked.peerOf(message);
}

/** A subscription on its way from a subscriber to a publisher; it travels in order with messages. */
export class Control {
  /** Whether the topic is wanted from now on, or no longer; `join` and `leave` are a DISH's. */
  readonly type: "subscribe" | "cancel" | "join" | "leave";
  /** The prefix of the messages meant, empty for all; of a DISH, the name of the group. */
  readonly topic: Uint8Array;

  /** `topic` is kept, not copied. */
  constructor(type: Control["type"], topic: Uint8Array) {
    this.type = type;
    this.topic = topic;
  }
}

/** A frame of no octets, shared: nothing in it can change. */
export const EMPTY: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** Bodies of this many octets and more are sent by reference, not copied; they are on loan until flushed. */
export const BY_REFERENCE = 16384;

const TEXT_SLAB = 8192;
/** Text at most this long (UTF-16 units) is encoded into a shared slab: at worst three octets a unit. */
const SHORT_TEXT = 512;
const encoder = new TextEncoder();
let textSlab = new Uint8Array(TEXT_SLAB);
let textAt = 0;

/**
 * Makes the frames of what a caller handed to `send`.
 *
 * @throws {TypeError} If a part is neither text, octets nor `null`, or if there is none.
 */
export function toMessage(input: MessageInput): Message {
  // Hot: once per message; the commonest shapes come first.
  if (input instanceof Uint8Array && input.buffer instanceof ArrayBuffer) return [input];
  if (typeof input === "string") return [textFrame(input)];
  if (!Array.isArray(input)) return [toFrame(input as Part, -1)];
  const length = input.length;
  if (length === 0) throw wrongType("Cannot send a message: it has no parts, wanted at least one");
  const frames: Message = new Array(length);
  for (let i = 0; i < length; i++) frames[i] = toFrame(input[i], i);
  return frames;
}

/** Makes one frame; `index` names the part in an error, -1 if the message is that part alone. */
function toFrame(part: Part, index: number): Uint8Array {
  if (part instanceof Uint8Array && part.buffer instanceof ArrayBuffer) return part;
  if (typeof part === "string") return textFrame(part);
  if (part === null) return EMPTY;
  if (ArrayBuffer.isView(part)) {
    const view = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
    // Shared memory may change while a kernel reads it, and some runtimes refuse to write it: copy.
    return part.buffer instanceof ArrayBuffer ? view : Uint8Array.from(view);
  }
  if (part instanceof ArrayBuffer) return new Uint8Array(part);
  if (typeof SharedArrayBuffer === "function" && (part as unknown) instanceof SharedArrayBuffer) {
    return Uint8Array.from(new Uint8Array(part));
  }
  const where = index < 0 ? "the message" : `part ${index}`;
  throw wrongType(
    `Cannot send a message: ${where} is ${show(part)}, wanted text, octets (Uint8Array, ArrayBuffer or a view) or null`,
  );
}

/** Encodes text as UTF-8. Short text shares a slab, since a `Uint8Array` with memory of its own costs ten times a view. */
export function textFrame(text: string): Uint8Array {
  const length = text.length;
  if (length > SHORT_TEXT) return encoder.encode(text);
  if (length === 0) return EMPTY;
  if (TEXT_SLAB - textAt < length * 3) {
    textSlab = new Uint8Array(TEXT_SLAB);
    textAt = 0;
  }
  const start = textAt;
  let at = start;
  const slab = textSlab;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) {
      at = start + encoder.encodeInto(text, slab.subarray(start)).written;
      break;
    }
    slab[at++] = unit;
  }
  textAt = at;
  return slab.subarray(start, at);
}

const decoder = new TextDecoder();

/**
 * Reads a frame as UTF-8 text. What is not UTF-8 becomes U+FFFD.
 *
 * @example A frame's text
 * ```ts
 * import { text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(text(Uint8Array.of(104, 105)), "hi");
 * ```
 *
 * @param frame One frame of a received message; `undefined` reads as the empty string.
 * @returns The text.
 */
export function text(frame: Uint8Array | undefined): string {
  return frame === undefined ? "" : decoder.decode(frame);
}

/**
 * Reads a frame as JSON.
 *
 * @example A frame's value
 * ```ts
 * import { json } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(json(new TextEncoder().encode('{"a":1}')), { a: 1 });
 * ```
 *
 * @param frame One frame of a received message.
 * @returns The value, of the type that the caller expects; it is not checked.
 * @throws {SyntaxError} If the frame is not JSON.
 */
// deno-lint-ignore no-explicit-any -- as JSON.parse: the caller names the type, or takes what comes
export function json<T = any>(frame: Uint8Array | undefined): T {
  return JSON.parse(text(frame));
}
