/**
 * Messages as they go from thread to thread: many in one value, since each value that is posted costs some microseconds
 * however small it is. Short frames lie behind each other in one run of octets; long ones have memory of their own,
 * which can be handed over without a copy.
 *
 * ```text
 * parcel = [octets, bodies]
 * octets = *( head [ body ] )
 * head   = 2 octets, little-endian: length << 2 | apart << 1 | more
 *          apart = 0: a frame, whose body of so many octets follows
 *          apart = 1, length = 0: a frame, whose body is the next of `bodies`
 *          apart = 1, length = 1 or 2: the frame that comes next is the topic of a subscription or a cancellation
 *          apart = 1, length = 5 or 6: it is the group that is joined or left
 * ```
 *
 * @module
 */

import { ProtocolError } from "../errors.ts";
import { BY_REFERENCE, Control, EMPTY, type Message } from "../message.ts";

const MORE = 1;
const APART = 2;
const LENGTH_SHIFT = 2;
/** What is announced by each length of a frame that lies apart. */
const CONTROLS: readonly (Control["type"] | undefined)[] = [
  undefined,
  "subscribe",
  "cancel",
  undefined,
  undefined,
  "join",
  "leave",
];
const HEAD = 2;
/** Up to here a loop copies faster than a call of `set`. */
const TINY = 12;

/** What one value carries. */
export type Parcel = readonly [octets: Uint8Array<ArrayBuffer>, bodies: readonly Uint8Array[]];

/** How many octets of a parcel an item takes, long bodies left out. */
export function packedSize(item: Message | Control): number {
  if (item instanceof Control) return HEAD + frameSize(item.topic);
  let size = 0;
  for (let i = 0; i < item.length; i++) size += frameSize(item[i]!);
  return size;
}

/** Packs items into octets of just this `size`; long bodies are referred to, not copied. */
export function pack(items: readonly (Message | Control)[], size: number): Parcel {
  const octets = size === 0 ? EMPTY : new Uint8Array(size);
  const bodies: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; i < items.length; i++) {
    // Hot: once per message.
    const item = items[i]!;
    if (item instanceof Control) {
      octets[at] = CONTROLS.indexOf(item.type) << LENGTH_SHIFT | APART;
      at = packFrame(octets, at + HEAD, 0, item.topic, bodies);
      continue;
    }
    const last = item.length - 1;
    for (let j = 0; j <= last; j++) at = packFrame(octets, at, j < last ? MORE : 0, item[j]!, bodies);
  }
  return [octets, bodies];
}

/**
 * Unpacks a parcel that came from another thread.
 *
 * @param take Takes each item, in order.
 * @throws {ProtocolError} If it is no parcel, or is cut short; items before the fault have been taken.
 */
export function unpack(octets: unknown, bodies: unknown, take: (item: Message | Control) => void): void {
  if (!(octets instanceof Uint8Array) || !Array.isArray(bodies)) throw malformed("it is no octets and bodies");
  const { buffer, byteOffset, length } = octets;
  let at = 0;
  let apart = 0;
  let message: Message = [];
  let control: Control["type"] | undefined;
  while (at < length) {
    // Hot: once per frame.
    if (length - at < HEAD) throw malformed("a frame's head is cut short");
    const head = octets[at]! | octets[at + 1]! << 8;
    at += HEAD;
    let body: Uint8Array;
    if ((head & APART) === 0) {
      const size = head >>> LENGTH_SHIFT;
      if (length - at < size) throw malformed("a frame's body is cut short");
      body = new Uint8Array(buffer, byteOffset + at, size);
      at += size;
    } else if (head >>> LENGTH_SHIFT === 0) {
      body = bodies[apart++];
      if (!(body instanceof Uint8Array)) throw malformed("a body is missing");
    } else {
      const type = (head & MORE) === 0 ? CONTROLS[head >>> LENGTH_SHIFT] : undefined;
      if (control !== undefined || message.length > 0 || type === undefined) {
        throw malformed("a subscription is out of place");
      }
      control = type;
      continue;
    }
    if (control !== undefined) {
      if ((head & MORE) !== 0) throw malformed("a topic has several frames");
      take(new Control(control, body));
      control = undefined;
      continue;
    }
    message.push(body);
    if ((head & MORE) !== 0) continue;
    take(message);
    message = [];
  }
  if (message.length > 0 || control !== undefined) throw malformed("its last message is cut short");
  if (apart !== bodies.length) throw malformed("there are bodies that no frame has");
}

function frameSize({ length }: Uint8Array): number {
  return length < BY_REFERENCE ? HEAD + length : HEAD;
}

/** Answers where the frame ends. */
function packFrame(octets: Uint8Array, from: number, more: number, body: Uint8Array, bodies: Uint8Array[]): number {
  // Hot: once per frame.
  const size = body.length;
  if (size >= BY_REFERENCE) {
    octets[from] = APART | more;
    bodies.push(body);
    return from + HEAD;
  }
  const head = size << LENGTH_SHIFT | more;
  octets[from] = head;
  octets[from + 1] = head >>> 8;
  const at = from + HEAD;
  if (size <= TINY) { for (let i = 0; i < size; i++) octets[at + i] = body[i]!; }
  else octets.set(body, at);
  return at + size;
}

function malformed(found: string): ProtocolError {
  return new ProtocolError("traffic", `Cannot read what the other thread posted: ${found}, wanted whole messages`);
}
