/**
 * RADIO and DISH: news for the groups that want it ({@link https://rfc.zeromq.org/spec/48/ | RFC 48}).
 *
 * @module
 */

import { show, wrongType } from "../errors.ts";
import { textFrame } from "../message.ts";
import { DishPattern } from "../pattern/dish.ts";
import { RadioPattern } from "../pattern/radio.ts";
import type { Receiving, Sending } from "./faces.ts";
import { FormedSocket } from "./formed.ts";
import type { DishOptions, Properties, RadioOptions } from "./options.ts";
import { coreOf, Socket } from "./socket.ts";

/** What a {@link Radio} does, and its options as properties. */
export interface Radio extends Sending, Properties<RadioOptions> {}

/**
 * RADIO: sends each message to every DISH that has joined exactly its group. A message is two parts, the group (0 to 255
 * octets, none of them zero) and the body; what has another form is refused with a `TypeError` or a `RangeError`
 * (`EINVAL`). It never waits: a dish whose queue is full misses the message (see `noDrop`), and nobody gets what was sent
 * before they joined.
 *
 * @example News
 * ```ts
 * import { Dish, Radio, text } from "@zerostream/zmq";
 * import { assertEquals } from "@std/assert";
 *
 * await using radio = new Radio();
 * await using dish = new Dish();
 * dish.join("weather");
 * dish.connect(await radio.bind("tcp://127.0.0.1:*"));
 * // A radio does not wait for those who are late: this one says when somebody is there.
 * while (radio.groupsCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
 * await radio.send(["weather forecast", "rain"]);
 * await radio.send(["weather", "sunny"]);
 * assertEquals((await dish.receive()).map(text), ["weather", "sunny"]);
 * ```
 */
export class Radio extends FormedSocket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link RadioOptions}.
   * @throws {TypeError} If an option is unknown to RADIO, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: RadioOptions) {
    super("RADIO", options, (core) => new RadioPattern(core.options));
  }

  /** How many distinct groups are joined, over all peers. */
  get groupsCount(): number {
    return (coreOf(this).pattern as RadioPattern).topicsCount;
  }
}

/** What a {@link Dish} does, and its options as properties. */
export interface Dish extends Receiving, Properties<DishOptions> {}

/**
 * DISH: receives the messages of the groups that it has joined, each as two frames: the group and the body. Groups are
 * told to every radio, and told again after each reconnection. A peer whose messages have another form is disconnected.
 * See {@link Radio} for an example.
 */
export class Dish extends Socket {
  /**
   * Makes a socket, bound and connected to nothing yet.
   *
   * @param options Options, see {@link DishOptions}.
   * @throws {TypeError} If an option is unknown to DISH, or of the wrong type.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(options?: DishOptions) {
    super("DISH", options, (core) => new DishPattern(core.options));
  }

  /** How many groups are joined. */
  get groupsCount(): number {
    return dish(this).topicsCount;
  }

  /**
   * Wants the messages of some groups; of all of them, or it throws and nothing changes. libzmq: `zmq_join`.
   *
   * @param groups Text (UTF-8) or octets, 0 to 255 of them and none of them zero.
   * @throws {ZmqError} `EINVAL` if a group is joined already.
   * @throws {ClosedError} If the socket is closed.
   * @throws {TypeError} If a group is neither text nor octets.
   * @throws {RangeError} If a group is too long, or has a zero octet.
   */
  join(...groups: (string | Uint8Array)[]): void {
    dish(this).join(groupsOf(this, "join", groups));
  }

  /**
   * Wants them no longer; none of them, or it throws and nothing changes. libzmq: `zmq_leave`.
   *
   * @param groups As for {@link join}.
   * @throws {ZmqError} `EINVAL` if a group is not joined.
   * @throws {ClosedError} If the socket is closed.
   * @throws {TypeError} If a group is neither text nor octets.
   * @throws {RangeError} If a group is too long, or has a zero octet.
   */
  leave(...groups: (string | Uint8Array)[]): void {
    dish(this).leave(groupsOf(this, "leave", groups));
  }
}

function dish(socket: Socket): DishPattern {
  return coreOf(socket).pattern as DishPattern;
}

function groupsOf(socket: Socket, tried: string, groups: readonly unknown[]): Uint8Array[] {
  const core = coreOf(socket);
  if (core.isClosed) throw core.closedError(tried);
  return groups.map((group) => {
    if (typeof group === "string") return textFrame(group);
    if (group instanceof Uint8Array) return group;
    throw wrongType(`Cannot ${tried}: a group is ${show(group)}, wanted text or octets (Uint8Array)`);
  });
}
