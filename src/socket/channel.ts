/**
 * CHANNEL: two sockets joined for good, for messages of one part ({@link https://rfc.zeromq.org/spec/52/ | RFC 52}).
 *
 * @module
 */

import { PairPattern } from "../pattern/pair.ts";
import { SinglePartPattern } from "../pattern/single_part.ts";
import type { Receiving, Sending } from "./faces.ts";
import { FormedSocket } from "./formed.ts";
import type { ChannelOptions, Properties } from "./options.ts";

/** What a {@link Channel} does, and its options as properties. */
export interface Channel extends Sending, Receiving, Properties<ChannelOptions> {}

/**
 * CHANNEL: a PAIR whose messages have one part. It talks to one other CHANNEL, both ways; a second peer is turned away
 * while there is a first. To send several parts is refused with a `TypeError` (`EINVAL`); if they come, they are dropped.
 *
 * @example Two ends of a line
 * ```ts
 * import { Channel, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using one = new Channel();
 * await using other = new Channel();
 * await one.bind("inproc://channel");
 * other.connect("inproc://channel");
 * await one.send("ping");
 * assertEquals((await other.receive()).map(text), ["ping"]);
 * ```
 */
export class Channel extends FormedSocket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link ChannelOptions}.
   * @throws {TypeError} If an option is unknown to CHANNEL, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: ChannelOptions) {
    super("CHANNEL", options, () => new SinglePartPattern("CHANNEL", new PairPattern("CHANNEL")));
  }
}
