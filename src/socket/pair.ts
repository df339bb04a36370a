/**
 * PAIR: exactly two sockets ({@link https://rfc.zeromq.org/spec/31/ | RFC 31}).
 *
 * @module
 */

import { PairPattern } from "../pattern/pair.ts";
import type { Receiving, Sending } from "./faces.ts";
import type { PairOptions, Properties } from "./options.ts";
import { Socket } from "./socket.ts";

/** What a {@link Pair} does, and its options as properties. */
export interface Pair extends Sending, Receiving, Properties<PairOptions> {}

/**
 * PAIR: one peer, both ways. A second peer is turned away as long as there is a first; while there is none, `send` waits.
 *
 * @example Two ends of a line
 * ```ts
 * import { Pair, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using one = new Pair();
 * await using other = new Pair();
 * await one.bind("inproc://line");
 * other.connect("inproc://line");
 * await one.send("ping");
 * assertEquals(text((await other.receive())[0]), "ping");
 * ```
 */
export class Pair extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link PairOptions}.
   * @throws {TypeError} If an option is unknown to PAIR, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: PairOptions) {
    super("PAIR", options, () => new PairPattern());
  }
}
