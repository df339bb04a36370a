/**
 * Secrets compared.
 *
 * @module
 */

/**
 * Whether octets are the same, in a time that depends on how many there are and not on what they are. Their number is
 * no secret: if it differs, the answer comes at once.
 *
 * @param octets What is wanted.
 * @param others What was found.
 */
export function constantTimeEqual(octets: Uint8Array, others: Uint8Array): boolean {
  const length = octets.length;
  if (length !== others.length) return false;
  let difference = 0;
  for (let i = 0; i < length; i++) difference |= octets[i]! ^ others[i]!;
  return difference === 0;
}
