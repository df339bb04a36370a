/**
 * A message of RADIO as one datagram, as libzmq lays it out: no greeting, no frames, nothing but this.
 *
 * | octets  | field                          |
 * | ------- | ------------------------------ |
 * | 0       | the length of the group's name |
 * | 1 …     | the group's name               |
 * | …       | the body                       |
 *
 * @module
 */

/** The most octets of a datagram: libzmq reads no more of one. */
export const LONGEST_DATAGRAM = 8192;

/**
 * The octets of a message: a copy.
 *
 * @param group Its group, 0 to 255 octets.
 * @returns `undefined` if it is too long for a datagram.
 */
export function encodeDatagram(group: Uint8Array, body: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const length = 1 + group.length + body.length;
  if (length > LONGEST_DATAGRAM) return undefined;
  const octets = new Uint8Array(length);
  octets[0] = group.length;
  octets.set(group, 1);
  octets.set(body, 1 + group.length);
  return octets;
}

/**
 * Reads a datagram.
 *
 * @returns Group and body, views of `octets`; `undefined` if it is no message: anyone may send anything.
 */
export function decodeDatagram(octets: Uint8Array): [group: Uint8Array, body: Uint8Array] | undefined {
  const length = octets[0];
  if (length === undefined || octets.length < 1 + length) return undefined;
  return [octets.subarray(1, 1 + length), octets.subarray(1 + length)];
}
