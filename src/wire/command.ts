/**
 * Commands: frames for ZMTP itself ({@link https://rfc.zeromq.org/spec/37/ | RFC 37}, "Commands"). A body is the
 * name's length, the name in ASCII, and data whose layout belongs to the name.
 *
 * @module
 */

import { latin1, showOctets, spells } from "../bytes/ascii.ts";
import { ProtocolError } from "../errors.ts";
import type { Control } from "../message.ts";

/** The longest context a PING may carry and a PONG returns, in octets. */
export const CONTEXT_LIMIT = 16;
const PING_HEADER = 7; // 4 "PING" and the two octets of the time to live.

/** A command's body: its name before its data. */
export function encodeCommand(name: string, data: Uint8Array): Uint8Array {
  const body = new Uint8Array(1 + name.length + data.length);
  body[0] = name.length;
  body.set(latin1(name), 1);
  body.set(data, 1 + name.length);
  return body;
}

/**
 * A command's name.
 *
 * @throws {ProtocolError} If the body is empty, the name is, or it runs past the end.
 */
export function commandName(phase: ProtocolError["phase"], body: Uint8Array): string {
  if (body.length === 0) {
    throw new ProtocolError(phase, "Cannot read command: its body is empty, wanted a name");
  }
  const length = body[0]!;
  if (length === 0 || length > body.length - 1) {
    throw new ProtocolError(
      phase,
      `Cannot read command: its name is ${length} octets in a body of ${body.length}, wanted 1 or more that fit`,
    );
  }
  let name = "";
  for (let i = 1; i <= length; i++) name += String.fromCharCode(body[i]!);
  return name;
}

/** A command's data: what follows its name. */
export function commandData(body: Uint8Array): Uint8Array {
  return body.subarray(1 + body[0]!);
}

/** Whether a command's body has this name, without making a string of it. */
export function isCommand(body: Uint8Array, name: string): boolean {
  return body[0] === name.length && spells(body, 1, name);
}

/**
 * The data of a handshake's command that must be the one that is wanted.
 *
 * @throws {ProtocolError} If it is another.
 */
export function expectCommand(body: Uint8Array, wanted: string): Uint8Array {
  if (isCommand(body, wanted)) return commandData(body);
  const shown = showOctets(latin1(commandName("handshake", body)));
  throw new ProtocolError("handshake", `Cannot shake hands: the peer sent command ${shown}, wanted "${wanted}"`);
}

/** The error of a command that comes while its sender is being judged. */
export function tooEarly(): ProtocolError {
  return new ProtocolError(
    "handshake",
    "Cannot shake hands: the peer sent a command, wanted it to wait for our answer",
  );
}

/** The error of a handshake's command that is not as it should be. */
export function malformedCommand(name: string, found: string, wanted: string): ProtocolError {
  return new ProtocolError("handshake", `Cannot read ${name}: ${found}, wanted ${wanted}`);
}

/** A PING's body. `ttl` is in tenths of a second, 0 to 65535; 0 asks for nothing. */
export function encodePing(ttl: number, context: Uint8Array): Uint8Array {
  const data = new Uint8Array(2 + context.length);
  data[0] = ttl >>> 8;
  data[1] = ttl;
  data.set(context, 2);
  return encodeCommand("PING", data);
}

/** What a PING says. */
export interface Ping {
  /** Tenths of a second after which the sender wants to be given up, if nothing more comes; 0: never. */
  readonly ttl: number;
  /** What the PONG must return, at most 16 octets. */
  readonly context: Uint8Array;
}

/**
 * Reads a PING. A context of more than 16 octets is cut, as libzmq does.
 *
 * @throws {ProtocolError} If the body has no room for the time to live.
 */
export function decodePing(body: Uint8Array): Ping {
  if (body.length < PING_HEADER) {
    throw new ProtocolError(
      "traffic",
      `Cannot read PING: body is ${body.length} octets, wanted ${PING_HEADER} or more`,
    );
  }
  return { ttl: body[5]! << 8 | body[6]!, context: body.subarray(PING_HEADER, PING_HEADER + CONTEXT_LIMIT) };
}

/** A subscription as ZMTP 3.1 spells it: the body of a command. So are JOIN and LEAVE, in every version. */
export function encodeSubscription(control: Control): Uint8Array {
  return encodeCommand(control.type.toUpperCase(), control.topic);
}

/** A subscription as ZMTP 3.0 spells it: the body of a message, 1 or 0 before the topic. */
export function encodeSubscriptionMessage(control: Control): Uint8Array {
  const body = new Uint8Array(1 + control.topic.length);
  body[0] = control.type === "subscribe" ? 1 : 0;
  body.set(control.topic, 1);
  return body;
}

/** The reason that an ERROR command gives, or `undefined` if the body is not one. */
export function decodeError(body: Uint8Array): string | undefined {
  if (!isCommand(body, "ERROR")) return undefined;
  const data = commandData(body);
  const length = data[0];
  if (length === undefined || length !== data.length - 1) {
    throw new ProtocolError(
      "handshake",
      `Cannot read ERROR: its reason is ${length ?? "missing"} octets, and ${Math.max(0, data.length - 1)} follow`,
    );
  }
  let reason = "";
  for (let i = 1; i <= length; i++) reason += String.fromCharCode(data[i]!);
  return reason;
}

/** An ERROR command's body. `reason` is for humans: ASCII, at most 255 characters (more is cut). */
export function encodeError(reason: string): Uint8Array {
  const text = latin1(reason.slice(0, 255).replace(/[^\x20-\x7e]/g, "?"));
  const data = new Uint8Array(1 + text.length);
  data[0] = text.length;
  data.set(text, 1);
  return encodeCommand("ERROR", data);
}
