/**
 * Octets as text of one octet a character, and back.
 *
 * @module
 */

/** Up to here a loop makes a key in two thirds of the time that a call with all octets takes; above it is slower. */
const SHORT_KEY = 12;

/** The octets of a text whose characters are all below U+0100. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
}

/** A text of one character (U+0000–U+00FF) per octet: a key that a `Map` can hold, equal if the octets are. */
export function keyOf(octets: Uint8Array): string {
  // Hot: once per message that a ROUTER sends.
  const length = octets.length;
  let key = "";
  if (length <= SHORT_KEY) {
    for (let i = 0; i < length; i++) key += String.fromCharCode(octets[i]!);
    return key;
  }
  // In runs, since a call takes only so many arguments.
  for (let at = 0; at < length; at += 4096) {
    key += String.fromCharCode.apply(null, octets.subarray(at, at + 4096) as unknown as number[]);
  }
  return key;
}

/** Octets for an error message: printable ASCII as it is, else hexadecimal; at most 32 octets of them. */
export function showOctets(octets: Uint8Array): string {
  const some = octets.subarray(0, 32);
  const rest = octets.length > some.length ? "..." : "";
  if (some.every((octet) => octet >= 0x20 && octet < 0x7f)) return JSON.stringify(keyOf(some) + rest);
  let hex = "";
  for (const octet of some) hex += octet.toString(16).padStart(2, "0");
  return `0x${hex}${rest}`;
}

/** Whether octets from `at` spell an ASCII name. */
export function spells(octets: Uint8Array, at: number, name: string): boolean {
  if (octets.length - at < name.length) return false;
  for (let i = 0; i < name.length; i++) if (octets[at + i] !== name.charCodeAt(i)) return false;
  return true;
}
