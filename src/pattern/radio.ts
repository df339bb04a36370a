/**
 * RADIO ({@link https://rfc.zeromq.org/spec/48/ | RFC 48}): a copy of each message for every peer that has joined exactly
 * its group. It SHALL NOT block on sending, and SHALL drop for a peer whose queue is full, unless `noDrop`; it SHALL
 * silently discard any messages that dishes send it. All else is as with {@link PublisherPattern}, whose topics are
 * groups here.
 *
 * A message is the group and the body, in memory as on the wire.
 *
 * @module
 */

import { wrongRange } from "../errors.ts";
import { Control, type Message } from "../message.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { groupFault } from "./group.ts";
import type { PatternOptions } from "./pattern.ts";
import { PublisherPattern, type Subscriptions } from "./publisher.ts";
import { refuseParts } from "./single_part.ts";

/** The rules of RADIO. */
export class RadioPattern extends PublisherPattern {
  /** Heeds `noDrop`, `maxSubscriptions` and `maxSubscriptionOctets`. */
  constructor(options: PatternOptions) {
    super(options, false);
  }

  /** Groups are joined and left as their commands come. */
  override readable(pipe: Pipe): void {
    for (let item = pipe.read(); item !== undefined; item = pipe.read()) {
      if (!(item instanceof Control)) continue;
      const fault = groupFault(item.topic);
      if (fault !== undefined) this.refuse(pipe, item.type, fault);
      else this.apply(pipe, item);
    }
  }

  /** A message is a group and a body. */
  check(message: Message): void {
    if (message.length !== 2) throw refuseParts("RADIO", message, "two: a group and a body");
    const fault = groupFault(message[0]!);
    if (fault !== undefined) throw wrongRange(`Cannot send on a RADIO socket: ${fault}`);
  }

  /** Sends a copy to every peer that has joined the group. */
  override send(message: Message): boolean {
    this.check(message);
    return super.send(message);
  }

  /** Who has joined exactly this group. Whoever takes every group would be visited here too. */
  protected override match(subscriptions: Subscriptions, message: Message, visit: (pipe: Pipe) => void): void {
    subscriptions.find(message[0]!, visit);
  }
}
