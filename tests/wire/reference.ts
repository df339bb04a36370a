/**
 * Framing in its plainest form, to hold the real thing against: RFC 37's grammar, one frame at a time, all octets at
 * hand.
 *
 * @module
 */

/** A frame as the grammar has it. */
export interface PlainFrame {
  readonly flags: number;
  readonly body: Uint8Array;
}

/** One frame's octets: the short form up to 255 octets, or the long form whatever the size. */
export function plainEncode(flags: number, body: Uint8Array, long = body.length > 255): number[] {
  const size = long ? [0, 0, 0, 0, ...be32(body.length)] : [body.length];
  return [long ? flags | 2 : flags, ...size, ...body];
}

/** The octets of a message. */
export function plainMessage(frames: readonly Uint8Array[]): number[] {
  return frames.flatMap((body, i) => plainEncode(i < frames.length - 1 ? 1 : 0, body));
}

/** Every whole frame, in order. Sizes must be below 2^32. */
export function plainDecode(octets: Uint8Array): PlainFrame[] {
  const frames: PlainFrame[] = [];
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  let at = 0;
  while (at < octets.length) {
    const flags = octets[at]!;
    const long = (flags & 2) !== 0;
    const size = long ? view.getUint32(at + 5) : octets[at + 1]!;
    at += long ? 9 : 2;
    frames.push({ flags, body: octets.subarray(at, at + size) });
    at += size;
  }
  return frames;
}

function be32(value: number): number[] {
  return [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];
}
