/**
 * Messages of many parts: taken apart at their envelope, put together, and kept as one run of octets.
 *
 * @module
 */

import { show, wrongRange, wrongType } from "./errors.ts";
import { type Frames, type Message, type MessageInput, type Part, toMessage } from "./message.ts";

/** What {@link splitEnvelope} answers: two parts of one message. */
export interface Envelope<Frame extends Uint8Array = Uint8Array<ArrayBuffer>> {
  /** The frames up to the first empty one, and that; none if the message has no empty frame. */
  readonly envelope: Frame[];
  /** What follows. */
  readonly body: Frame[];
}

/**
 * Splits a message at its envelope: the addresses that a ROUTER and brokers put before a request, and the first empty
 * frame, which ends them ({@link https://rfc.zeromq.org/spec/28/ | RFC 28}). What goes back to whoever asked is the
 * envelope and an answer. CZMQ's `zmsg_unwrap` does it for an envelope of one address.
 *
 * @example A ROUTER that answers REQs
 * ```ts
 * import { joinParts, Request, Router, splitEnvelope, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using router = new Router();
 * await using client = new Request();
 * client.connect(await router.bind("tcp://127.0.0.1:*"));
 *
 * const answer = client.request("question");
 * const { envelope, body } = splitEnvelope(await router.receive());
 * assertEquals(body.map(text), ["question"]);
 * await router.send(joinParts(envelope, "answer"));
 * assertEquals((await answer).map(text), ["answer"]);
 * ```
 *
 * @param message A message, as it was received.
 * @returns Its two parts, with the message's own frames; the message stays as it is. Without an empty frame there is no
 * envelope, and all of it is body.
 */
export function splitEnvelope<Frame extends Uint8Array>(message: readonly Frame[]): Envelope<Frame> {
  const end = message.findIndex((frame) => frame.length === 0) + 1;
  return { envelope: message.slice(0, end), body: message.slice(end) };
}

/**
 * Joins parts and messages into one message, in order.
 *
 * @example A topic, a received message, and a mark at the end
 * ```ts
 * import { joinParts } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * const received = [Uint8Array.of(1), Uint8Array.of(2)];
 * assertEquals(joinParts("topic", received, null), ["topic", Uint8Array.of(1), Uint8Array.of(2), null]);
 * ```
 *
 * @param pieces Parts, and messages (arrays of parts); none is copied.
 * @returns A message to send, once it has a part.
 */
export function joinParts(...pieces: readonly MessageInput[]): Part[] {
  return pieces.flat() as Part[];
}

/** How {@link decodeMessage} reads. */
export interface DecodeMessageOptions {
  /**
   * The most frames that a message may have, so that octets of a stranger's, each of which may be a frame, cannot fill
   * the memory; 65536 unless given, as `maxMessageParts`. A whole number, 1 or more, or `Infinity`.
   */
  readonly maxParts?: number | undefined;
}

/** Frames shorter than this have their length in one octet; the others have this, and their length in four. */
const LONG = 0xff;
const LONGEST = 0xffffffff;
const MOST_PARTS = 65536;

/**
 * Writes a whole message as one run of octets, to be kept in a file or carried as one frame: before each frame its length,
 * in one octet if it is below 255, else as `FF` and four octets, big-endian. The format of CZMQ's `zmsg_encode` and
 * cppzmq's `multipart_t::encode`.
 *
 * @example There and back
 * ```ts
 * import { decodeMessage, encodeMessage, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * const octets = encodeMessage(["id", null, "hello"]);
 * assertEquals([...octets.subarray(0, 5)], [2, 105, 100, 0, 5]);
 * assertEquals(decodeMessage(octets).map(text), ["id", "", "hello"]);
 * ```
 *
 * @param message As for `send`: one part, or an array of one or more. It is copied.
 * @returns The octets, in memory of their own.
 * @throws {TypeError} If a part is neither text, octets nor `null`, or there is none.
 * @throws {RangeError} If a part is longer than 4294967295 octets, or all are too long for one array.
 */
export function encodeMessage(message: MessageInput): Uint8Array<ArrayBuffer> {
  const frames = framesOf(message);
  let size = 0;
  for (const { length } of frames) {
    if (length > LONGEST) throw wrongRange(`Cannot encode message: a part is ${length} octets, limit is ${LONGEST}`);
    size += (length < LONG ? 1 : 5) + length;
  }
  const octets = new Uint8Array(size);
  const view = new DataView(octets.buffer);
  let at = 0;
  for (const frame of frames) {
    if (frame.length < LONG) octets[at++] = frame.length;
    else {
      octets[at] = LONG;
      view.setUint32(at + 1, frame.length);
      at += 5;
    }
    octets.set(frame, at);
    at += frame.length;
  }
  return octets;
}

function framesOf(message: MessageInput): Message {
  try {
    return toMessage(message);
  } catch (error) {
    // Its own words are about sending, and tell which part it is.
    throw wrongType((error as Error).message.replace("Cannot send a message", "Cannot encode message"));
  }
}

/**
 * Reads a message that {@link encodeMessage} has written, or CZMQ's `zmsg_encode`, or cppzmq's `multipart_t::encode`.
 *
 * @example Octets that are no message
 * ```ts
 * import { decodeMessage } from "@zerostream/zmq";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => decodeMessage(Uint8Array.of(5, 104, 105)), RangeError, "frame 0 is 5 octets, and 2 follow");
 * ```
 *
 * @param octets All of the message, and nothing else.
 * @param options `maxParts`, see {@link DecodeMessageOptions}.
 * @returns The frames, at least one. Each is a view of `octets`; `frame.slice()` makes a copy.
 * @throws {TypeError} If `octets` is not a `Uint8Array`, or an option of the wrong kind.
 * @throws {RangeError} If the octets are not one or more whole frames, there are more than `maxParts`, or that is less than 1.
 */
export function decodeMessage(octets: Uint8Array, options: DecodeMessageOptions = {}): Frames {
  if (!(octets instanceof Uint8Array)) refuse(`octets are ${show(octets)}, wanted a Uint8Array`, wrongType);
  const most = mostParts(options);
  // Plain views of plain memory: a Node Buffer's would be Buffers, and shared memory may change.
  const whole = octets.buffer instanceof ArrayBuffer
    ? new Uint8Array(octets.buffer, octets.byteOffset, octets.length)
    : new Uint8Array(octets);
  const view = new DataView(whole.buffer, whole.byteOffset, whole.length);
  const end = whole.length;
  const frames: Frames = [];
  let at = 0;
  while (at < end) {
    const number = frames.length;
    if (number >= most) refuse(`it has more than ${most} frames, limit is maxParts`);
    let size = whole[at++]!;
    if (size === LONG) {
      if (end - at < 4) refuse(`the length of frame ${number} is cut off, wanted four octets after FF`);
      size = view.getUint32(at);
      at += 4;
    }
    if (size > end - at) refuse(`frame ${number} is ${size} octets, and ${end - at} follow, wanted all of it`);
    frames.push(whole.subarray(at, at += size));
  }
  if (frames.length === 0) refuse("there are no octets, wanted at least one frame");
  return frames;
}

function mostParts(options: DecodeMessageOptions): number {
  if (typeof options !== "object" || options === null) {
    return refuse(`options are ${show(options)}, wanted an object such as { maxParts: 100 }`, wrongType);
  }
  const { maxParts = MOST_PARTS } = options;
  const fits = typeof maxParts === "number" && maxParts >= 1 && (Number.isInteger(maxParts) || maxParts === Infinity);
  if (fits) return maxParts;
  const wrong = typeof maxParts === "number" ? wrongRange : wrongType;
  return refuse(`maxParts is ${show(maxParts)}, wanted a whole number, 1 or more, or Infinity`, wrong);
}

function refuse(why: string, wrong: (message: string) => Error = wrongRange): never {
  throw wrong(`Cannot decode message: ${why}`);
}
