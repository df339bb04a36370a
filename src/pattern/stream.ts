/**
 * STREAM, which no RFC has: libzmq's `ZMQ_STREAM`. Peers are connections of octets, known as ROUTER knows those that do
 * not say who they are. A message names its connection and has octets for it; without octets it ends the connection.
 *
 * @module
 */

import { showOctets } from "../bytes/ascii.ts";
import { UnreachableError, wrongType } from "../errors.ts";
import type { Message } from "../message.ts";
import { RouterPattern, type RouterRules } from "./router.ts";

/** Who is gone is told of, and who is slow is waited for. */
const ALWAYS: RouterRules = {
  mandatory: true,
  handover: false,
  probeRouter: false,
  helloMessage: undefined,
  disconnectMessage: undefined,
};

/** The rules of STREAM. */
export class StreamPattern extends RouterPattern {
  /** `firstNumber`: where the numbers in ids start, best at random; an unsigned integer of 32 bits. */
  constructor(firstNumber: number) {
    super(ALWAYS, firstNumber);
  }

  /** Sends octets to the connection that the first frame names, or ends it. */
  override send(message: Message): boolean {
    const id = message[0]!;
    if (message.length === 1) {
      throw wrongType("Cannot send: the message has one part, wanted a connection's id and octets for it");
    }
    const pipe = this.pipeOf(id);
    if (pipe === undefined) throw new UnreachableError(`Cannot send: no connection has the id ${showOctets(id)}`);
    if (message.length > 2 || message[1]!.length > 0) return super.send(message);
    pipe.refuse();
    return true;
  }
}
