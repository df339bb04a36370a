/**
 * SCATTER and GATHER: a pipeline of messages of one part ({@link https://rfc.zeromq.org/spec/49/ | RFC 49}).
 *
 * @module
 */

import { PullPattern, PushPattern } from "../pattern/pipeline.ts";
import { SinglePartPattern } from "../pattern/single_part.ts";
import type { Receiving, Sending } from "./faces.ts";
import { FormedSocket } from "./formed.ts";
import type { GatherOptions, Properties, ScatterOptions } from "./options.ts";
import { Socket } from "./socket.ts";

/** What a {@link Scatter} does, and its options as properties. */
export interface Scatter extends Sending, Properties<ScatterOptions> {}

/**
 * SCATTER: sends each message, of one part, to one GATHER, to each in turn. While there is none with room, `send` waits;
 * nothing is dropped. A message of several parts is refused with a `TypeError` (`EINVAL`).
 *
 * @example A pipeline
 * ```ts
 * import { Gather, Scatter, text } from "@zerostream/zmq";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * await using scatter = new Scatter();
 * await using gather = new Gather();
 * scatter.connect(await gather.bind("tcp://127.0.0.1:*"));
 * await scatter.send("a job");
 * assertEquals((await gather.receive()).map(text), ["a job"]);
 * assertThrows(() => scatter.send(["two", "parts"]), TypeError, "the message has 2 parts, wanted one");
 * ```
 */
export class Scatter extends FormedSocket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link ScatterOptions}.
   * @throws {TypeError} If an option is unknown to SCATTER, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: ScatterOptions) {
    super("SCATTER", options, () => new SinglePartPattern("SCATTER", new PushPattern()));
  }
}

/** What a {@link Gather} does, and its options as properties. */
export interface Gather extends Receiving, Properties<GatherOptions> {}

/**
 * GATHER: receives from every SCATTER in turn. A message of several parts, which no SCATTER sends, is dropped and counted
 * in `stats()`. See {@link Scatter} for an example.
 */
export class Gather extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link GatherOptions}.
   * @throws {TypeError} If an option is unknown to GATHER, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: GatherOptions) {
    super("GATHER", options, () => new SinglePartPattern("GATHER", new PullPattern()));
  }
}
