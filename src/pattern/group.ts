/**
 * The groups of RADIO and DISH ({@link https://rfc.zeromq.org/spec/48/ | RFC 48}, "Group"): names of 0 to 255 octets,
 * none of which is zero.
 *
 * @module
 */

/** The most octets that a group's name may have. libzmq: `ZMQ_GROUP_MAX_LENGTH`. */
export const LONGEST_GROUP = 255;

/** What is wrong with a group's name, with what was wanted; `undefined`: nothing. */
export function groupFault(group: Uint8Array): string | undefined {
  if (group.length > LONGEST_GROUP) return `the group is ${group.length} octets, wanted ${LONGEST_GROUP} at the most`;
  return group.includes(0) ? "the group has a zero octet, wanted none" : undefined;
}
