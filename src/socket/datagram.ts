/**
 * DGRAM: datagrams, as they are (libzmq's `ZMQ_DGRAM`).
 *
 * @module
 */

import { latin1 } from "../bytes/ascii.ts";
import { DatagramPattern, readAddress } from "../pattern/datagram.ts";
import type { DatagramForm } from "../session/datagram_end.ts";
import { readIP } from "../transport/address.ts";
import { LONGEST_DATAGRAM } from "../wire/datagram.ts";
import { datagramRules } from "./datagrams.ts";
import type { Receiving, Sending } from "./faces.ts";
import { FormedSocket } from "./formed.ts";
import type { DatagramSocketOptions, Properties } from "./options.ts";

const FORM: DatagramForm = {
  encode: (message) => ({ octets: message[1]!.slice(), to: readAddress(message[0]!) }),
  decode: (octets, from) => [latin1(from), octets],
};
const RULES = /* @__PURE__ */ datagramRules(FORM, true);

/** What a {@link Datagram} does, and its options as properties. */
export interface Datagram extends Sending, Receiving, Properties<DatagramSocketOptions> {}

/**
 * DGRAM: sends and receives datagrams over `udp`, with no ZeroMQ at the other end: any program may be there. A message is
 * two parts, an address (`127.0.0.1:5555`, `[::1]:5555`) and a body of 8192 octets at the most; what has another form is
 * refused with a `TypeError` or a `RangeError` (`EINVAL`). It binds one endpoint, and connects to none. Nobody says that
 * a datagram has come, and what comes while the queue is full is lost. libzmq: `ZMQ_DGRAM`, whose addresses end with a
 * zero octet; such are taken too.
 *
 * @example Two programs on one machine
 * ```ts
 * import { Datagram, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using one = new Datagram();
 * await using other = new Datagram();
 * await one.bind("udp://127.0.0.1:*");
 * const endpoint = await other.bind("udp://127.0.0.1:*");
 * await one.send([endpoint.replace("udp://", ""), "hello"]);
 * const [from, question] = await other.receive();
 * assertEquals(text(question), "hello");
 * await other.send([from!, "you too"]);
 * assertEquals(text((await one.receive())[1]), "you too");
 * ```
 */
export class Datagram extends FormedSocket {
  /**
   * Makes a socket, bound to nothing yet.
   *
   * @param options Options, see {@link DatagramSocketOptions}.
   * @throws {TypeError} If an option is unknown to DGRAM, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: DatagramSocketOptions) {
    super("DGRAM", options, (core) => {
      core.datagrams = RULES;
      return new DatagramPattern(LONGEST_DATAGRAM, (text) => readIP(text) !== undefined);
    });
  }
}
