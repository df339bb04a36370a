/**
 * IP addresses as text and as octets. Pure; names are never looked up.
 *
 * An IPv4 address is four decimal numbers without leading zeros; an IPv6 address is read as
 * {@link https://www.rfc-editor.org/rfc/rfc4291#section-2.2 | RFC 4291, section 2.2} has it, with an embedded IPv4 tail
 * if it likes. A zone (`%eth0`, `%2`) may follow an IPv6 address; it is no part of the octets.
 *
 * @module
 */

const IPV4_OCTETS = 4;
const IPV6_GROUPS = 8;
const IPV6_OCTETS = 16;
/** The first 12 octets of an IPv4 address dressed as IPv6: `::ffff:0:0/96`. */
const MAPPED_PREFIX = 12;

/** Whether `text` is an IPv4 address, e.g. `127.0.0.1`. */
export function isIPv4(text: string): boolean {
  return readIPv4(text) !== undefined;
}

/** Whether `text` is an IPv6 address without brackets, with or without a zone, e.g. `fe80::1%eth0`. */
export function isIPv6(text: string): boolean {
  return readIPv6(text) !== undefined;
}

/**
 * Reads an IP address.
 *
 * @param text An IPv4 address, or an IPv6 address without brackets; a zone is passed over.
 * @returns 4 octets, 16 octets, or `undefined` if it is neither.
 */
export function readIP(text: string): Uint8Array | undefined {
  return readIPv4(text) ?? readIPv6(text);
}

/** Turns `::ffff:a.b.c.d` (16 octets) into `a.b.c.d` (4 octets); anything else is returned as it is. */
export function unmapped(octets: Uint8Array): Uint8Array {
  if (octets.length !== IPV6_OCTETS) return octets;
  for (let i = 0; i < MAPPED_PREFIX; i++) {
    if (octets[i] !== (i < MAPPED_PREFIX - 2 ? 0 : 0xff)) return octets;
  }
  return octets.subarray(MAPPED_PREFIX);
}

/** Writes `::ffff:a.b.c.d`, however it is spelt, as `a.b.c.d`; any other text is returned as it is. */
export function plainIP(text: string): string {
  if (!text.includes(":")) return text;
  const octets = readIPv6(text);
  if (octets === undefined) return text;
  const plain = unmapped(octets);
  return plain.length === IPV4_OCTETS ? plain.join(".") : text;
}

function readIPv4(text: string): Uint8Array | undefined {
  const numbers = text.split(".");
  if (numbers.length !== IPV4_OCTETS) return undefined;
  const octets = new Uint8Array(IPV4_OCTETS);
  for (const [i, number] of numbers.entries()) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(number) || Number(number) > 255) return undefined;
    octets[i] = Number(number);
  }
  return octets;
}

function readIPv6(text: string): Uint8Array | undefined {
  const percent = text.indexOf("%");
  if (percent === text.length - 1) return undefined;
  const halves = (percent < 0 ? text : text.slice(0, percent)).split("::");
  if (halves.length > 2) return undefined;
  const head = readGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? readGroups(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const given = head.length + tail.length;
  // "::" stands for at least one group of zeros.
  if (halves.length === 2 ? given >= IPV6_GROUPS : given !== IPV6_GROUPS) return undefined;
  const octets = new Uint8Array(IPV6_OCTETS);
  const groups = [...head, ...new Array<number>(IPV6_GROUPS - given).fill(0), ...tail];
  for (const [i, group] of groups.entries()) {
    octets[2 * i] = group >> 8;
    octets[2 * i + 1] = group & 0xff;
  }
  return octets;
}

/** Reads `a:b:c`; where `last`, the final group may be an IPv4 address. */
function readGroups(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const words = text.split(":");
  const groups: number[] = [];
  for (const [i, word] of words.entries()) {
    const tail = last && i === words.length - 1 ? readIPv4(word) : undefined;
    if (tail !== undefined) groups.push(tail[0]! << 8 | tail[1]!, tail[2]! << 8 | tail[3]!);
    else if (/^[0-9a-fA-F]{1,4}$/.test(word)) groups.push(parseInt(word, 16));
    else return undefined;
  }
  return groups;
}
