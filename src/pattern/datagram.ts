/**
 * DGRAM, as libzmq has it: datagrams to and from anyone. A message is an address and a body; what comes bears its
 * sender's address, what goes out its receiver's.
 *
 * @module
 */

import { keyOf } from "../bytes/ascii.ts";
import { show, wrongRange } from "../errors.ts";
import type { Message } from "../message.ts";
import { PairPattern } from "./pair.ts";
import { refuseParts } from "./single_part.ts";

/** The rules of DGRAM: those of a PAIR whose one peer is everyone. */
export class DatagramPattern extends PairPattern {
  readonly #most: number;
  readonly #isAddress: (text: string) => boolean;

  /** `most`: the most octets that a body may have; `isAddress`: whether a text is an IP address. */
  constructor(most: number, isAddress: (text: string) => boolean) {
    super();
    this.#most = most;
    this.#isAddress = isAddress;
  }

  /** A message is an address and a body. */
  check(message: Message): void {
    if (message.length !== 2) throw refuseParts("DGRAM", message, "two: an address and a body");
    const address = readAddress(message[0]!);
    const [, host, port] = /^(.+):(\d{1,5})$/.exec(address) ?? ["", "", "0"];
    const plain = host!.startsWith("[") && host!.endsWith("]") ? host!.slice(1, -1) : host!;
    if (!this.#isAddress(plain) || Number(port) < 1 || Number(port) > 65535) {
      throw wrongRange(`Cannot send on a DGRAM socket: address is ${show(address)}, wanted one as "127.0.0.1:5555"`);
    }
    const { length } = message[1]!;
    if (length > this.#most) {
      throw wrongRange(`Cannot send on a DGRAM socket: body is ${length} octets, limit is ${this.#most}`);
    }
  }

  /** Sends to the address. */
  override send(message: Message): boolean {
    this.check(message);
    return super.send(message);
  }
}

/** An address as text. libzmq's own end with a zero octet, which may be there. */
export function readAddress(frame: Uint8Array): string {
  return keyOf(frame.at(-1) === 0 ? frame.subarray(0, -1) : frame);
}
