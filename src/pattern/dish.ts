/**
 * DISH ({@link https://rfc.zeromq.org/spec/48/ | RFC 48}): joins groups at every radio, and tells each of them again after
 * a reconnection; messages come by fair queue, and those of other groups are dropped here too, since a radio may be slow
 * to hear of a change. A group is joined or not, however often. All else is as with {@link SubscriberPattern}.
 *
 * @module
 */

import { keyOf, showOctets } from "../bytes/ascii.ts";
import { ProtocolError, wrongRange, ZmqError } from "../errors.ts";
import type { Message } from "../message.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { groupFault } from "./group.ts";
import type { PatternOptions } from "./pattern.ts";
import { SubscriberPattern } from "./subscriber.ts";

/** The rules of DISH. */
export class DishPattern extends SubscriberPattern {
  /** Heeds nothing of the options that the types have apart. */
  constructor(options: PatternOptions) {
    super(options, true, ["join", "leave"]);
  }

  /** Wants the messages of some groups; all of them, or throws and none. */
  join(groups: readonly Uint8Array[]): void {
    this.#check("join", groups, false);
    for (const group of groups) this.subscribe(group);
  }

  /** Wants them no longer; all of them, or throws and none. */
  leave(groups: readonly Uint8Array[]): void {
    this.#check("leave", groups, true);
    for (const group of groups) this.unsubscribe(group);
  }

  /** Whether a message's group is joined. A peer whose messages are not a group and a body is sent away. */
  protected override matches(message: Message, pipe: Pipe): boolean {
    const parts = message.length;
    const fault = parts === 2 ? groupFault(message[0]!) : `it has ${parts} frames, wanted a group and a body`;
    if (fault === undefined) return this.has(message[0]!);
    pipe.inbound.clear();
    pipe.refuse(new ProtocolError("traffic", `Cannot take message: ${fault}`));
    return false;
  }

  /** Throws if a group's name is none, or one of them is not as it was `joined`: each counts once those before it have. */
  #check(tried: string, groups: readonly Uint8Array[], joined: boolean): void {
    const done = new Set<string>();
    for (const group of groups) {
      const fault = groupFault(group);
      if (fault !== undefined) throw wrongRange(`Cannot ${tried}: ${fault}`);
      const key = keyOf(group);
      const now = done.has(key) ? !joined : this.has(group);
      if (now !== joined) {
        const found = now ? "is joined already, wanted one that is not" : "is not joined, wanted one that is";
        throw new ZmqError("EINVAL", `Cannot ${tried}: the group ${showOctets(group)} ${found}`);
      }
      done.add(key);
    }
  }
}
