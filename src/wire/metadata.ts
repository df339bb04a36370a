/**
 * Metadata: the properties that peers tell each other in READY and INITIATE
 * ({@link https://rfc.zeromq.org/spec/37/ | RFC 37}, "Connection Metadata"). Per property: the name's length in one
 * octet, the name, the value's length in four, the value. Names are matched whatever their case.
 *
 * @module
 */

import { keyOf, latin1, showOctets } from "../bytes/ascii.ts";
import { ProtocolError } from "../errors.ts";

/** Properties by name, in the order they are sent. */
export type Metadata = ReadonlyMap<string, Uint8Array>;

/** The most properties that a peer may send. */
const MOST = 256;

/** The octets of some properties. Names must be 1 to 255 ASCII characters. */
export function encodeMetadata(properties: Metadata): Uint8Array {
  let length = 0;
  for (const [name, value] of properties) length += 5 + name.length + value.length;
  const octets = new Uint8Array(length);
  const view = new DataView(octets.buffer);
  let at = 0;
  for (const [name, value] of properties) {
    octets[at++] = name.length;
    octets.set(latin1(name), at);
    at += name.length;
    view.setUint32(at, value.length);
    octets.set(value, at += 4);
    at += value.length;
  }
  return octets;
}

/** The spelling of names that we look up, by their lower-case form. */
const CANONICAL = new Map(["Socket-Type", "Identity", "Resource"].map((name) => [name.toLowerCase(), name]));

/**
 * Reads properties. Well-known names come out in their canonical case, whatever case they came in; others as they are.
 *
 * @throws {ProtocolError} If a name is empty, a length runs past the end, a well-known property comes twice, or there
 * are more than 256.
 */
export function decodeMetadata(octets: Uint8Array): Map<string, Uint8Array> {
  const properties = new Map<string, Uint8Array>();
  const end = octets.length;
  let at = 0;
  while (at < end) {
    const nameLength = octets[at++]!;
    if (nameLength === 0) throw refuse("a name of no octets", "1 to 255");
    if (at + nameLength + 4 > end) {
      throw refuse(`a name of ${nameLength} octets before ${end - at}`, "a name and a value");
    }
    const spelling = keyOf(octets.subarray(at, at + nameLength));
    at += nameLength;
    const size = octets[at]! * 0x1000000 + (octets[at + 1]! << 16 | octets[at + 2]! << 8 | octets[at + 3]!);
    at += 4;
    const shown = showOctets(latin1(spelling));
    if (size > end - at) {
      throw refuse(`${shown} has a value of ${size} octets, and ${end - at} follow`, "a whole value");
    }
    const name = CANONICAL.get(spelling.toLowerCase()) ?? spelling;
    if (properties.has(name) && CANONICAL.has(name.toLowerCase())) throw refuse(`${shown} comes twice`, "it once");
    if (properties.size === MOST) throw refuse(`more than ${MOST} properties`, `${MOST} at the most`);
    properties.set(name, octets.slice(at, at + size));
    at += size;
  }
  return properties;
}

function refuse(found: string, wanted: string): ProtocolError {
  return new ProtocolError("handshake", `Cannot read metadata: ${found}, wanted ${wanted}`);
}
