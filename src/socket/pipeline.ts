/**
 * PUSH and PULL: work handed out in turn ({@link https://rfc.zeromq.org/spec/30/ | RFC 30}).
 *
 * @module
 */

import { PullPattern, PushPattern } from "../pattern/pipeline.ts";
import type { Receiving, Sending } from "./faces.ts";
import type { Properties, PullOptions, PushOptions } from "./options.ts";
import { Socket } from "./socket.ts";

/** What a {@link Push} does, and its options as properties. */
export interface Push extends Sending, Properties<PushOptions> {}

/**
 * PUSH: sends each message to one PULL, to each in turn. While there is none with room, `send` waits; nothing is dropped.
 *
 * @example A pipeline
 * ```ts
 * import { Pull, Push, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using push = new Push();
 * await using pull = new Pull();
 * push.connect(await pull.bind("tcp://127.0.0.1:*"));
 * await push.send("a job");
 * assertEquals(text((await pull.receive())[0]), "a job");
 * ```
 */
export class Push extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link PushOptions}.
   * @throws {TypeError} If an option is unknown to PUSH, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: PushOptions) {
    super("PUSH", options, () => new PushPattern());
  }
}

/** What a {@link Pull} does, and its options as properties. */
export interface Pull extends Receiving, Properties<PullOptions> {}

/** PULL: receives from every PUSH in turn. See {@link Push} for an example. */
export class Pull extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link PullOptions}.
   * @throws {TypeError} If an option is unknown to PULL, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: PullOptions) {
    super("PULL", options, () => new PullPattern());
  }
}
