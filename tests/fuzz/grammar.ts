/**
 * Correct octets, at random: greetings, frames, metadata, commands, as RFC 37 has them.
 *
 * @module
 */

import type { Random } from "../random.ts";
import { Writer } from "./octets.ts";

/** Flags of a frame. */
export const MORE = 1;
export const COMMAND = 4;

/** The socket types, in an order that inputs count on. */
export const TYPES = [
  "PULL",
  "PUSH",
  "ROUTER",
  "DEALER",
  "XPUB",
  "SUB",
  "REP",
  "REQ",
  "PAIR",
  "PUB",
  "XSUB",
  "RADIO",
  "DISH",
] as const;

/** For each, one that it talks to. */
export const PARTNER: Readonly<Record<(typeof TYPES)[number], string>> = {
  PULL: "PUSH",
  PUSH: "PULL",
  ROUTER: "DEALER",
  DEALER: "ROUTER",
  XPUB: "SUB",
  SUB: "XPUB",
  REP: "REQ",
  REQ: "REP",
  PAIR: "PAIR",
  PUB: "XSUB",
  XSUB: "PUB",
  RADIO: "DISH",
  DISH: "RADIO",
};

/** A greeting. */
export function greeting(mechanism: string, random: Random): Uint8Array {
  const writer = new Writer().put("\xff").put(random.octets(8)).put("\x7f");
  writer.octet(random.below(8) === 0 ? 3 + random.below(3) : 3).octet(random.below(2));
  return writer.put(mechanism).put(new Uint8Array(20 - mechanism.length)).octet(random.below(2)).put(new Uint8Array(31))
    .done();
}

/** A property of the metadata. */
export function property(writer: Writer, name: string, value: Uint8Array | string): Writer {
  return writer.octet(name.length).put(name).uint32(value.length).put(value);
}

/** Metadata of a socket of this type. */
export function metadata(type: string, random: Random): Uint8Array {
  const writer = new Writer();
  property(writer, random.pick(["Socket-Type", "Socket-Type", "socket-type"]), type);
  if (random.below(2) === 0) property(writer, "Identity", random.octets(random.below(6)));
  if (random.below(50) === 0) property(writer, "Identity", random.octets(250 + random.below(10)));
  for (let more = random.below(3); more > 0; more--) {
    property(writer, random.pick(["X-A", "X-Longer-Name", "Resource", "x-a"]), random.octets(random.below(8)));
  }
  return writer.done();
}

/** A command's body: its name behind its length, then its data. */
export function command(name: string, data: Uint8Array | string = ""): Uint8Array {
  return new Writer().octet(name.length).put(name).put(data).done();
}

/** A command that may come at any time of the traffic. */
export function anyCommand(random: Random): Uint8Array {
  switch (random.below(8)) {
    case 0:
      return command("PING", random.octets(2 + random.below(20)));
    case 1:
      return command("PONG", random.octets(random.below(4)));
    case 2:
      return command("SUBSCRIBE", random.octets(random.below(5)));
    case 3:
      return command("CANCEL", random.octets(random.below(5)));
    case 4:
      return command("JOIN", random.octets(random.below(5)));
    case 5:
      return command("LEAVE", random.octets(random.below(5)));
    case 6:
      return command("ERROR", new Writer().octet(2).put("no").done());
    default:
      return command(random.pick(["UNKNOWN", "READY", "X"]), random.octets(random.below(5)));
  }
}

/** A body's length: mostly short, and at times where its size takes eight octets. */
export function bodyLength(random: Random): number {
  const kind = random.below(40);
  if (kind === 0) return 250 + random.below(12);
  return kind === 1 ? random.below(600) : random.below(12);
}

/** Messages and commands. */
export function traffic(writer: Writer, random: Random): Writer {
  for (let count = random.below(6); count > 0; count--) {
    if (random.below(4) === 0) writer.frame(COMMAND, anyCommand(random));
    else {
      for (let parts = random.below(3); parts > 0; parts--) {
        writer.frame(MORE, random.octets(bodyLength(random)), random.below(8) === 0);
        if (random.below(8) === 0) writer.frame(COMMAND, anyCommand(random));
      }
      const body = random.octets(bodyLength(random));
      writer.frame(0, body, random.below(8) === 0 || body.length > 255);
    }
  }
  return writer;
}
