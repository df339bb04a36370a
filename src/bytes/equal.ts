/**
 * Octets compared.
 *
 * @module
 */

/** Whether octets are the same. */
export function equal(octets: Uint8Array, others: Uint8Array): boolean {
  const length = octets.length;
  if (length !== others.length) return false;
  for (let i = 0; i < length; i++) if (octets[i] !== others[i]) return false;
  return true;
}
